"""Contract: an entry is edited on a page; its lines alone change, and nobody's work is written over."""

import json
import re
import shutil
from collections import Counter
from html import unescape
from pathlib import Path

import pytest
from test_console_queue import asks
from test_console_writing import FILE, HOUSE, HTMX, git, send, tried_of
from test_web_injection import ATTACKS, read
from web_console import HAI, LAN, NOON, Console, OneBrain, assert_ours, token_of, words
from web_site import BASE, SHIPPED

from bot.domain import Candidate, Reviewer, Role
from bot.kb import Status, load
from bot.kb.writer import differ, fields_of, read_text
from bot.live import Brain
from bot.phrases import say
from bot.store import Database
from bot.web.console.forms import LINKED, LISTS, TEXTS, Form

PATH = f"/console/base/{HOUSE}/edit"
ANSWER = "Ngân sách hỗ trợ **tối đa 44 triệu đồng/hộ**."


def typed(html: str, **more: str) -> dict[str, str]:
    """Return what the form on a page would send, with some inputs typed anew."""
    form = html[html.index('id="write"') :]
    form = form[: form.index("</form>")]
    values = {
        unescape(name): unescape(value)
        for name, value in re.findall(
            r'<input type="(?:text|date|hidden)"[^>]*? name="([^"]+)" value="([^"]*)"', form
        )
    } | {
        name: unescape(text)
        for name, text in re.findall(
            r'<textarea[^>]*? name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL
        )
    }
    chosen = re.search(r'<select id="topic".*?<option value="([^"]*)" selected', form, re.DOTALL)
    values["topic"] = chosen[1] if chosen else ""
    inputs = [*re.findall(r'<input type="(?:text|date)" id="([^"]+)" name="\1"', form)]
    assert inputs and set(inputs) <= set(values)
    del values["token"]
    return {**values, **more}


def changed_lines(before: str, after: str) -> tuple[Counter[str], Counter[str]]:
    old, new = Counter(before.split("\n")), Counter(after.split("\n"))
    return old - new, new - old


async def test_other_words_change_their_lines_alone_and_take_the_status_with_them(console: Console) -> None:
    file = console.directory / FILE
    before = file.read_text(encoding="utf-8")
    async with console.browser(LAN) as browser:
        assert f'href="{PATH}"' in (await browser.get(f"/console/base/{HOUSE}")).text
        page = (await browser.get(PATH)).text
        assert_ours(page)
        form = typed(page, answer=ANSWER)
        assert (form["document-1"], form["at-1"], form["see_also-0"]) == (
            "2/2020/NĐ-CP",
            "Điều 5",
            "nha-o-sua-chua",
        )
        shown = await send(browser, PATH, step="try", **form)
        assert_ours(shown.text)
        assert f"{say('console.write.becomes')} {say('console.status.draft')}" in words(shown.text)
        assert file.read_text(encoding="utf-8") == before
        saved = await send(browser, PATH, step="save", tried=tried_of(shown.text), **form)
        assert saved.headers["location"] == f"/console/base/{HOUSE}?saved=1"
        assert say("console.edit.saved") in (await browser.get(saved.headers["location"])).text
    gone, new = changed_lines(before, file.read_text(encoding="utf-8"))
    assert new == Counter([f"    {ANSWER}", "  status: draft"])
    assert set(gone) == {
        "  status: checked",
        "    Ngân sách hỗ trợ **tối đa 40 triệu đồng/hộ**.",
        "    - Chỉ cho hộ nghèo ở huyện nghèo.",
        "    - Xem [Cổng thông tin](https://example.gov.vn/van-ban?a=1&b=2).",
        "",
    }
    assert load(console.directory).entries[HOUSE].status is Status.DRAFT


async def test_what_askers_do_not_read_leaves_the_status_as_it_is(console: Console) -> None:
    file = console.directory / FILE
    before = file.read_text(encoding="utf-8")
    async with console.browser(LAN) as browser:
        form = typed((await browser.get(PATH)).text, not_this="sửa nhà bị bão", evidence="Trang 3.")
        shown = await send(browser, PATH, step="try", **form)
        assert f"{say('console.write.becomes')} {say('console.status.checked')}" in words(shown.text)
        await send(browser, PATH, step="save", tried=tried_of(shown.text), **form)
    gone, new = changed_lines(before, file.read_text(encoding="utf-8"))
    assert gone == Counter()
    assert new == Counter(["  evidence: Trang 3.", "  not_this:", "    - sửa nhà bị bão"])


async def test_an_expert_signs_by_a_box_and_only_what_owes_nothing(console: Console) -> None:
    async with console.browser(LAN) as browser:
        page = (await browser.get(PATH)).text
        assert 'name="sign" value="1" checked' not in page
        owing = await send(browser, PATH, step="try", **typed(page, sign="1"))
        assert say("console.write.not_signed_yet") in words(owing.text)
        assert 'value="save"' not in owing.text
        form = typed(
            page,
            sign="1",
            evidence="Điều 74: hỗ trợ 40 triệu đồng một hộ",
            variants="\n".join(f"{words} nhà cho hộ nghèo {many} tiền" for words in (
                "dựng mới", "cất mới", "xây lại toàn bộ", "làm lại", "đổ móng làm",
            ) for many in ("được bao nhiêu", "cấp mấy triệu")),
            tests="cất nhà được mấy đồng\ndựng nhà gỗ được bao nhiêu\nxây nhà cấp bốn được mấy triệu",
        )  # fmt: skip
        shown = await send(browser, PATH, step="try", **form)
        assert f"{say('console.write.becomes')} {say('console.status.approved')}" in words(shown.text), words(
            shown.text
        )
        await send(browser, PATH, step="save", tried=tried_of(shown.text), **form)
    entry = load(console.directory).entries[HOUSE]
    assert (entry.status, entry.approved_by, str(entry.approved_on)) == (
        Status.APPROVED,
        LAN.name,
        "2026-11-23",
    )


async def test_what_both_have_changed_is_named_and_what_one_has_changed_is_kept(console: Console) -> None:
    file = console.directory / FILE
    async with console.browser(LAN) as browser:
        form = typed((await browser.get(PATH)).text, answer=ANSWER, evidence="Trang 3.")
        shown = await send(browser, PATH, step="try", **form)
        theirs = file.read_text(encoding="utf-8").replace("tối đa 40 triệu", "tối đa 45 triệu")
        theirs = theirs.replace("    - tiền xây mới nhà ở tối đa\n", "    - mấy tiền một căn nhà\n")
        file.write_text(theirs, encoding="utf-8")
        late = await send(browser, PATH, step="save", tried=tried_of(shown.text), **form)
        assert late.status_code == 409
        assert say("console.edit.meanwhile") in words(late.text)
        assert "trong kho giờ là: Ngân sách hỗ trợ **tối đa 45 triệu đồng/hộ**." in words(late.text)
        assert "trong kho giờ là: Trang 3." not in words(late.text)
        assert file.read_text(encoding="utf-8") == theirs
        again = typed(late.text)
        assert again["answer"].strip() == ANSWER
        assert "mấy tiền một căn nhà" in again["variants"]
        assert "tiền xây mới nhà ở tối đa" not in again["variants"]
        shown = await send(browser, PATH, step="try", **again)
        saved = await send(browser, PATH, step="save", tried=tried_of(shown.text), **again)
        assert saved.status_code == 303
    entry = load(console.directory).entries[HOUSE]
    assert (entry.answer, entry.evidence) == (ANSWER, "Trang 3.")
    assert "mấy tiền một căn nhà" in entry.variants


async def test_of_two_reviewers_the_second_sees_what_the_first_has_saved(console: Console) -> None:
    async with console.browser(LAN) as lan, console.browser(HAI) as hai:
        ours = typed((await lan.get(PATH)).text, answer=ANSWER)
        others = typed((await hai.get(PATH)).text, answer="Tối đa **50 triệu đồng/hộ**.")
        first = await send(lan, PATH, step="try", **ours)
        second = await send(hai, PATH, step="try", **others)
        assert (await send(lan, PATH, step="save", tried=tried_of(first.text), **ours)).status_code == 303
        late = await send(hai, PATH, step="save", tried=tried_of(second.text), **others)
        assert late.status_code == 409
        assert f"trong kho giờ là: {ANSWER}" in words(late.text)
    assert load(console.directory).entries[HOUSE].answer == ANSWER


async def test_a_change_to_another_entry_is_no_conflict_and_is_rehearsed_with(console: Console) -> None:
    file = console.directory / FILE
    async with console.browser(LAN) as browser:
        form = typed((await browser.get(PATH)).text, answer=ANSWER)
        shown = await send(browser, PATH, step="try", **form)
        theirs = file.read_text(encoding="utf-8").replace("tối đa 20 triệu", "tối đa 22 triệu")
        file.write_text(theirs, encoding="utf-8")
        late = await send(browser, PATH, step="save", tried=tried_of(shown.text), **form)
        assert late.status_code == 409
        assert say("console.write.changed") in words(late.text)
        await send(browser, PATH, step="save", tried=tried_of(late.text), **form)
    base = load(console.directory)
    assert base.entries[HOUSE].answer == ANSWER
    assert "22 triệu" in base.entries["nha-o-sua-chua"].answer


async def test_what_only_a_person_can_edit_is_said_with_its_file(console: Console) -> None:
    file = console.directory / FILE
    for half in (
        file.read_text(encoding="utf-8").replace("topic: nha-o", "topic: ["),  # somebody is at it
        file.read_text(encoding="utf-8").replace(f"id: {HOUSE}", "id: khac"),
        file.read_text(encoding="utf-8").replace(
            "  see_also: [nha-o-sua-chua]", f"  see_also: [{', '.join('a' * 31)}]"
        ),
    ):
        file.write_text(half, encoding="utf-8")
        async with console.browser(LAN) as browser:
            page = await browser.get(PATH)
            assert (page.status_code, say("console.edit.by_hand", file=FILE) in words(page.text)) == (
                409,
                True,
            )
        assert file.read_text(encoding="utf-8") == half


async def test_an_answer_that_an_anchor_hands_on_is_left_to_a_person(console: Console) -> None:
    file = console.directory / FILE
    text = file.read_text(encoding="utf-8").replace("  answer: |", "  answer: &same |", 1)
    text = text.replace("  answer: Ngân sách hỗ trợ **tối đa 20 triệu đồng/hộ**.", "  answer: *same")
    file.write_text(text, encoding="utf-8")
    path = "/console/base/nha-o-sua-chua/edit"
    async with console.browser(LAN) as browser:
        form = typed((await browser.get(path)).text, answer=ANSWER)
        assert say("console.write.by_hand") in words((await send(browser, path, step="try", **form)).text)
    assert file.read_text(encoding="utf-8") == text


async def test_nothing_changed_is_nothing_saved(console: Console) -> None:
    before = (console.directory / FILE).read_bytes()
    async with console.browser(LAN) as browser:
        page = (await browser.get(PATH)).text
        same = await send(browser, PATH, step="save", **typed(page))
        assert (same.status_code, say("console.edit.same") in words(same.text)) == (400, True)
        bare = await send(browser, PATH, step="try", **typed(page, answer="…"))
        assert (bare.status_code, say("console.write.owed") in words(bare.text)) == (400, True)
        assert (await browser.get("/console/base/khong-co/edit")).status_code == 404
    assert (console.directory / FILE).read_bytes() == before


async def test_the_preview_shows_each_channel_and_how_many_messages_it_takes(console: Console) -> None:
    long = "\n\n".join(["**Rất dài.** " + "Chữ & số < 5. " * 30] * 12)
    async with console.browser(LAN) as browser:
        page = (await browser.get(PATH)).text
        assert re.findall(r'<label for="look-\d">(\w+)</label>', page) == ["Web", "Telegram"]
        form = {"token": token_of(page), **typed(page, answer=long)}
        shown = await browser.post(PATH, data=form, headers=HTMX)
    assert "<html" not in shown.text
    web, telegram = shown.text.split('class="in-channel"')[1:]
    assert say("console.write.messages", count=1) in words(web)
    assert say("console.write.messages", count=2) in words(telegram)
    assert "<strong>Rất dài.</strong>" in telegram
    assert "Chữ &amp; số &lt; 5." in telegram
    assert "👍" in telegram


async def test_an_expert_who_came_from_an_item_goes_back_to_it(console: Console) -> None:
    number = await asks(console, "dựng căn nhà mới xin được mấy đồng", candidates=(Candidate(HOUSE, 0.3),))
    async with console.browser(LAN) as browser:
        item = (await browser.get(f"/console/queue/{number}")).text
        assert f'href="{PATH}?item={number}"' in item
        form = typed((await browser.get(f"{PATH}?item={number}")).text)
        form["variants"] += "\ndựng căn nhà mới xin được mấy đồng"
        shown = await send(browser, PATH, step="try", **form)
        assert f"dựng căn nhà mới xin được mấy đồng: {say('console.verdict.answer')}" in words(shown.text)
        saved = await send(browser, PATH, step="save", tried=tried_of(shown.text), **form)
        assert saved.headers["location"] == f"/console/queue/{number}"


async def test_where_git_keeps_the_base_an_edit_is_its_reviewer_s_commit(console: Console) -> None:
    in_git(console.directory)
    async with console.browser(LAN) as browser:
        form = typed((await browser.get(PATH)).text, answer=ANSWER)
        shown = await send(browser, PATH, step="try", **form)
        await send(browser, PATH, step="save", tried=tried_of(shown.text), **form)
    assert git(console.directory, "show", "--name-only", "--format=%an|%s").split("\n") == [
        f"{LAN.name}|{say('console.edit.commit', entry=HOUSE)}", "", FILE, "",
    ]  # fmt: skip
    assert git(console.directory, "status", "--porcelain") == ""


async def test_a_proposed_edit_is_a_branch_and_the_base_stays_as_it_is(
    database: Database, learned: Brain, tmp_path: Path
) -> None:
    base = shutil.copytree(BASE, tmp_path / "base")
    in_git(base)
    console = Console(database, OneBrain(learned), directory=base, proposes=True)
    (base / "topics.yaml").write_text(
        "# Đang sửa.\n" + (base / "topics.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    git(base, "add", "topics.yaml")
    before = {path: path.read_bytes() for path in base.rglob("*.yaml")}
    async with console.browser(LAN) as browser:
        form = typed((await browser.get(PATH)).text, answer=ANSWER)
        shown = await send(browser, PATH, step="try", **form)
        assert say("console.propose.send") in words(shown.text)
        saved = await send(browser, PATH, step="save", tried=tried_of(shown.text), **form)
        branch = f"de-xuat/{HOUSE}-20261123-1900"
        assert branch in (await browser.get(saved.headers["location"])).text
        again = await send(browser, PATH, step="save", tried=tried_of(shown.text), **form)
        assert f"{branch}-2" in unescape(again.headers["location"]).replace("%2F", "/")
        (base / FILE).write_bytes((base / FILE).read_bytes() + b"# dang sua\n")
        shown = await send(browser, PATH, step="try", **form)
        late = await send(browser, PATH, step="save", tried=tried_of(shown.text), **form)
        assert say("console.propose.uncommitted", file=FILE) in words(late.text)
        (base / FILE).write_bytes(before[base / FILE])
    assert {path: path.read_bytes() for path in base.rglob("*.yaml")} == before
    assert git(base, "status", "--porcelain") == "M  topics.yaml\n"
    assert git(base, "log", "--format=%s").split() == ["Kho"]
    assert git(base, "log", "-1", "--format=%an", branch).strip() == LAN.name
    assert git(base, "diff", "--name-only", "HEAD", branch).split() == [FILE]
    assert "44 triệu" in git(base, "show", f"{branch}:{FILE}")


@pytest.mark.parametrize("attack", ATTACKS)
async def test_whatever_a_browser_sends_stays_text(console: Console, attack: str) -> None:
    async with console.browser(LAN) as browser:
        page = (await browser.get(PATH)).text
        form = dict.fromkeys(typed(page), attack)
        for opened in (attack, json.dumps([attack]), json.dumps({"answer": attack, attack: {}})):
            shown = await send(browser, PATH, step="try", **{**form, "opened": opened})
            assert shown.status_code == 409
            assert_ours(shown.text)
            assert {"script", "img"} & set(read(shown.text).tags) <= {"script", "img"}
            assert "<script>" not in shown.text


def test_the_form_has_room_for_whatever_the_shipped_entries_say() -> None:
    knowledge = load(SHIPPED)
    for name, (file, _) in knowledge.origins.items():
        text = read_text(SHIPPED, file)
        assert text is not None
        written = fields_of(text, name)
        said = Form.of(written).fields()
        for field in (*TEXTS, *LISTS, *LINKED, "sources"):
            assert not differ(said.get(field), written.get(field)), (name, field)
        assert Form.of(written).changes(written, Reviewer("a", "A", Role.EXPERT), NOON.date()) == {}


def in_git(base: Path) -> None:
    git(base, "init", "-q")
    git(base, "add", ".")
    git(base, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "Kho")
