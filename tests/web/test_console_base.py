"""Contract: an expert finds any entry and sees all that is known of it, and only our own markup."""

import json
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from test_web_injection import ATTACKS
from web_console import LAN, NOON, Console, OneBrain, assert_ours, words
from web_site import BASE

from bot.domain import Candidate, Snapshot, Verdict
from bot.kb import Knowledge, Problem, load
from bot.live import Brain
from bot.phrases import say
from bot.store import Database

HOUSE = "nha-o-xay-moi"
HTMX = {"HX-Request": "true"}


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load(BASE)


async def test_the_shelf_has_every_entry_with_its_uses(console: Console, knowledge: Knowledge) -> None:
    await console.asked("xây nhà", entry=HOUSE, rating=1)
    await console.asked("xây nhà", entry=HOUSE, rating=-1)
    async with console.browser(LAN) as browser:
        page = (await browser.get("/console/base")).text
        for entry in knowledge.entries.values():
            assert f'href="/console/base/{entry.id}"' in page
        assert say("console.base.count", count=len(knowledge.entries)) in page
        assert say("console.asked_times", count=2) in words(page)


async def test_words_and_filters_narrow_it_down_and_an_address_keeps_them(console: Console) -> None:
    async with console.browser(LAN) as browser:
        page = (await browser.get("/console/base?q=xay+nha&topic=nha-o&status=checked")).text
        assert f'href="/console/base/{HOUSE}"' in page
        assert say("console.base.count", count=1) in page
        assert 'value="xay nha"' in page
        assert '<option value="nha-o" selected>' in page
        nothing = (await browser.get("/console/base?q=tàu+vũ+trụ&topic=la&category=x&status=y")).text
        assert say("console.base.nothing") in nothing
        assert "/console/try?q=t%C3%A0u" in nothing


async def test_htmx_gets_the_list_alone(console: Console) -> None:
    async with console.browser(LAN) as browser:
        part = (await browser.get("/console/base?q=xay", headers=HTMX)).text
        assert "<html" not in part
        assert f'href="/console/base/{HOUSE}"' in part


async def test_a_long_list_comes_in_pages(console: Console, knowledge: Knowledge) -> None:
    one = knowledge.entries[HOUSE]
    many = {f"muc-{n:03}": one.model_copy(update={"id": f"muc-{n:03}"}) for n in range(60)}
    base = replace(knowledge, entries=many, version="many")
    console.live.current = Brain(base, console.live.current.matcher)
    async with console.browser(LAN) as browser:
        second = (await browser.get("/console/base?q=nha&page=2")).text
        assert "muc-025" in second
        assert "muc-024" not in second
        assert "/console/base?q=nha&amp;page=3" in second
        for odd in ("0", "99", "-1", "x", "1" * 500):
            assert (await browser.get(f"/console/base?page={odd}")).status_code == 200
        assert "muc-059" in (await browser.get("/console/base?page=99")).text


async def test_an_entry_is_shown_as_askers_see_it_and_as_it_is_written(console: Console) -> None:
    async with console.browser(LAN) as browser:
        page = (await browser.get(f"/console/base/{HOUSE}")).text
        assert "<strong>tối đa 40 triệu đồng/hộ</strong>" in page
        assert 'khoản 1 Điều 74, Thông tư <a href="/van-ban/1-2023-tt-btc">1/2023/TT-BTC</a>' in page
        assert "xây mới nhà cho hộ nghèo được bao nhiêu tiền" in page
        assert "regulations/all.yaml" in page
        assert say("console.entry.never") in page
        assert (await browser.get("/console/base/khong-co")).status_code == 404


async def test_an_entry_tells_who_asked_it_how_often_and_what_they_thought(console: Console) -> None:
    await console.asked("xay nha moi may dong", entry=HOUSE, rating=-1, channel="telegram")
    await console.asked("làm nhà", Verdict.SUGGEST, entry=HOUSE)
    await console.asked("nhà gì", Verdict.UNANSWERED, candidates=(Candidate(HOUSE, 0.2),))
    async with console.browser(LAN) as browser:
        page = (await browser.get(f"/console/base/{HOUSE}")).text
        assert "xay nha moi may dong" in page
        assert "làm nhà" in page
        assert "nhà gì" not in page  # it did not serve that one,
        assert say("console.entry.nearest", count=3, days=90) in page  # but was near it
        assert f"{say('console.verdict.unanswered')}: 1 (33,3 %)" in words(page)


async def test_an_entry_has_its_history_with_what_each_version_changed(
    console: Console, knowledge: Knowledge
) -> None:
    entry = knowledge.entries[HOUSE]
    content = json.loads(entry.content)
    old = json.dumps({**content, "answer": content["answer"].replace("40", "30")})
    await console.showed(Snapshot(HOUSE, "f" * 64, old, NOON - timedelta(days=9)))
    await console.showed(Snapshot(HOUSE, entry.version, entry.content, NOON))
    await console.asked("nhà", entry=HOUSE, version="f" * 64)
    async with console.browser(LAN) as browser:
        page = (await browser.get(f"/console/base/{HOUSE}")).text
        assert "<del>30</del>" in page
        assert "<ins>40</ins>" in page
        newest, oldest = page.index(entry.version[:4]), page.index("ffff")
        assert newest < oldest
        assert say("console.entry.current") in page[newest:oldest]
        assert say("console.entry.shown", count=1) in page[oldest:]


async def test_an_entry_names_who_changed_it_in_git(database: Database, brain: Brain, tmp_path: Path) -> None:
    base = shutil.copytree(BASE, tmp_path / "base")
    git(base, "init", "-q")
    commit(base, "Bản đầu")
    file = base / "regulations/all.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("40 triệu", "45 triệu"), encoding="utf-8")
    commit(base, "Nâng mức <b>xây mới</b>")
    file.write_text(file.read_text(encoding="utf-8").replace("20 triệu", "25 triệu"), encoding="utf-8")
    commit(base, "Nâng mức sửa chữa")
    console = Console(database, OneBrain(brain), directory=base)
    async with console.browser(LAN) as browser:
        page = (await browser.get(f"/console/base/{HOUSE}")).text
        assert "Nâng mức &lt;b&gt;xây mới&lt;/b&gt;" in page
        assert "Nguyễn Thị Lan &lt;lan@example.vn&gt;" not in page
        assert "Bản đầu" in page
        assert "Nâng mức sửa chữa" not in page
        assert "<del>    Ngân sách hỗ trợ **tối đa 40 triệu đồng/hộ**.</del>" in page
        assert "<ins>    Ngân sách hỗ trợ **tối đa 45 triệu đồng/hộ**.</ins>" in page
        last = (await browser.get("/console/base/thu-nghiem-ky-tu")).text
        assert "Bản đầu" in last


async def test_a_base_that_git_does_not_know_has_no_commits(
    database: Database, brain: Brain, tmp_path: Path
) -> None:
    base = shutil.copytree(BASE, tmp_path / "base")
    console = Console(database, OneBrain(brain), directory=base)
    async with console.browser(LAN) as browser:
        page = await browser.get(f"/console/base/{HOUSE}")
        assert page.status_code == 200
        assert say("console.entry.commits") not in page.text


def git(base: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(base), *arguments], check=True, capture_output=True)


def commit(base: Path, subject: str) -> None:
    git(base, "add", ".")
    author = ("-c", "user.name=Nguyễn Thị Lan", "-c", "user.email=lan@example.vn")
    git(base, *author, "commit", "-q", "-m", subject)


@pytest.mark.parametrize("attack", ATTACKS)
async def test_no_words_become_markup(console: Console, attack: str) -> None:
    await console.asked(attack, entry=HOUSE)
    snapshot = Snapshot(HOUSE, "e" * 64, json.dumps({"question": attack, "answer": attack}), NOON)
    await console.showed(snapshot)
    async with console.browser(LAN) as browser:
        pages = [
            await browser.get(f"/console/base/{HOUSE}"),
            await browser.get("/console/base", params={"q": attack}),
        ]
    for page in pages:
        assert page.status_code == 200
        assert_ours(page.text)


async def test_what_needs_care(console: Console, knowledge: Knowledge) -> None:
    ended = knowledge.entries[HOUSE].model_copy(update={"valid_to": NOON.date()})
    entries = {**knowledge.entries, HOUSE: ended}
    console.live.current = Brain(replace(knowledge, entries=entries), console.live.current.matcher)
    for _ in range(2):
        await console.asked("vay", entry="tin-dung-muc-vay", rating=-1)
    await console.asked("bảo hiểm", entry="bao-hiem-muc-dong", rating=-1)  # once may be a slip
    async with console.browser(LAN) as browser:
        page = (await browser.get("/console/care")).text

    def section(name: str) -> str:
        start = page.index(f'<section id="{name}"')
        return page[start : page.index("</section>", start)]

    assert HOUSE in section("entries")
    assert "tin-dung-muc-vay" in section("disliked")
    assert "bao-hiem-muc-dong" not in section("disliked")
    assert "nha-o-sua-chua" in section("drafts")
    assert "nha-o-sua-chua" in section("never")
    assert "tin-dung-muc-vay" not in section("never")


async def test_a_broken_base_is_told_on_every_page(console: Console) -> None:
    problem = Problem("regulations/all.yaml", 3, 1, "", "missing_field", {"field": "question"})
    console.live.problems = (problem,)
    async with console.browser(LAN) as browser:
        assert say("console.broken", count=1) in (await browser.get("/console/base")).text
        assert "regulations/all.yaml:3:1" in (await browser.get("/console/care")).text


async def test_a_base_that_was_swapped_is_searched_anew(console: Console, knowledge: Knowledge) -> None:
    async with console.browser(LAN) as browser:
        assert HOUSE in (await browser.get("/console/base?q=nha")).text
        new: dict[str, Any] = {"question": "Đường hoa trong nhà?", "id": "duong-hoa"}
        entry = knowledge.entries[HOUSE].model_copy(update=new)
        base = replace(knowledge, entries={"duong-hoa": entry}, version="other")
        console.live.current = Brain(base, console.live.current.matcher)
        page = (await browser.get("/console/base?q=duong+hoa")).text
        assert "duong-hoa" in page
