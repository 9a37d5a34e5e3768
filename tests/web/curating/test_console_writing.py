"""Contract: what experts write goes into the base as rehearsed, and nothing else; the item is settled."""

import re
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from test_console_queue import act, asks, state, told
from test_web_injection import ATTACKS
from web_console import HAI, LAN, NOON, Console, assert_ours, token_of, words

from bot.curating import Curating
from bot.domain import Candidate, Wishes
from bot.items import ItemState
from bot.kb import Category, Status, load
from bot.live import build_brain
from bot.phrases import say
from bot.store import items
from bot.web.console.forms import Form

HOUSE = "nha-o-xay-moi"
HTMX = {"HX-Request": "true"}
FILE = "regulations/all.yaml"


def tried_of(html: str) -> str:
    found = re.search(r'name="tried" value="([^"]+)"', html)
    assert found, words(html)
    return unescape(found[1])


async def send(browser: httpx.AsyncClient, path: str, **form: Any) -> httpx.Response:
    token = token_of((await browser.get("/console/base")).text)
    return await browser.post(path, data={"token": token, **form})


async def box_of(console: Console, number: int) -> str:
    whole = await console.reviewing.item(number)
    assert whole
    return f"wording-{whole.wordings[0].id}"


def entry_form(**more: str) -> dict[str, str]:
    return {
        "category": "practices",
        "topic": "nha-o",
        "question": "Nhà tiêu hợp vệ sinh được hỗ trợ bao nhiêu?",
        "answer": "Tối đa **3 triệu đồng/hộ**.\n\n- Chỉ hộ nghèo.",
        "document-0": "1/2023/TT-BTC",
        "at-0": "Điều 8",
        "variants": "làm nhà vệ sinh được mấy triệu\nho tro lam nha ve sinh",
        "tests": "xây hố xí được cho bao nhiêu tiền",
        "evidence": "Điều 8: tối đa 3 triệu đồng/hộ",
        **more,
    }


COMPLETE = {
    "sign": "1",
    "variants": "\n".join(
        (
            "làm nhà vệ sinh được mấy triệu",
            "ho tro lam nha ve sinh",
            "xây nhà tiêu được cấp bao nhiêu tiền",
            "hố xí tự hoại được hỗ trợ mấy triệu",
            "công trình vệ sinh của hộ nghèo được hỗ trợ bao nhiêu",
            "tiền làm hố xí hợp vệ sinh",
            "mức hỗ trợ nhà tiêu",
            "hộ nghèo làm hố xí được bao nhiêu",
            "kinh phí xây công trình vệ sinh một hộ",
            "nhà xí được hỗ trợ tối đa mấy triệu",
        )
    ),
    "tests": "\n".join(
        (
            "xây hố xí được cho bao nhiêu tiền",
            "làm cầu tiêu mới thì được mấy triệu",
            "bà con muốn có nhà vệ sinh sạch được giúp bao nhiêu",
        )
    ),
}  # besides what `entry_form` has: an entry that owes nothing, signed


async def test_a_wording_becomes_a_variant_in_the_entry_s_own_lines_and_the_askers_are_told(
    console: Console,
) -> None:
    number = await asks(console, "dựng căn nhà mới xin được mấy đồng", candidates=(Candidate(HOUSE, 0.3),))
    before = (console.directory / FILE).read_text(encoding="utf-8")
    path = f"/console/queue/{number}/variant/{HOUSE}"
    async with console.browser(LAN) as browser:
        assert path in (await browser.get(f"/console/queue/{number}")).text
        page = (await browser.get(path)).text
        assert_ours(page)
        box = await box_of(console, number)
        assert f'name="{box}" value="1" checked' in page
        shown = await send(browser, path, step="try", **{box: "1"})
        assert say("console.write.moves_nothing") in words(shown.text)
        assert say("console.write.right") in words(shown.text)
        assert (console.directory / FILE).read_text(encoding="utf-8") == before
        saved = await send(browser, path, step="save", tried=tried_of(shown.text), **{box: "1"})
        assert saved.headers["location"] == f"/console/queue/{number}"
    after = (console.directory / FILE).read_text(encoding="utf-8")
    added = [line for line in after.split("\n") if line not in before.split("\n")]
    assert added == ["    - dựng căn nhà mới xin được mấy đồng"]
    assert len(after.split("\n")) == len(before.split("\n")) + 1
    assert await state(console, number) is ItemState.ANSWERED
    assert "40 triệu" in (await told(console))[0]


async def test_a_test_that_would_no_longer_find_its_entry_is_named_before_anything_is_saved(
    console: Console,
) -> None:
    base = load(console.directory)
    other = base.entries["tin-dung-muc-vay"]
    stolen = "vay ngân hàng chính sách làm ăn tối đa mấy triệu đồng một hộ"
    file = console.directory / FILE
    content = file.read_text(encoding="utf-8")
    head, _, tail = content.partition(f"id: {other.id}\n")
    file.write_text(head + f"id: {other.id}\n" + tail.replace(
        "  status:", f"  tests:\n    - {stolen}\n  status:", 1
    ), encoding="utf-8")  # fmt: skip
    number = await asks(console, stolen)
    path = f"/console/queue/{number}/variant/{HOUSE}"
    async with console.browser(LAN) as browser:
        shown = await send(browser, path, step="try", **{await box_of(console, number): "1"})
    said = say(
        "console.write.moved", question=stolen, right=other.question, instead=base.entries[HOUSE].question
    )
    assert said in words(shown.text)
    assert say("console.write.moves", count=1) in words(shown.text)


async def test_a_new_entry_is_a_file_of_its_own_signed_by_the_reviewer(console: Console) -> None:
    number = await asks(console, "làm nhà vệ sinh được mấy triệu")
    await asks(console, "lam nha ve sinh duoc may trieu", asker="other", channel="telegram")
    path = f"/console/queue/{number}/write"
    async with console.browser(LAN) as browser:
        page = (await browser.get(path)).text
        assert_ours(page)
        assert 'value="làm nhà vệ sinh được mấy triệu"' in page
        assert 'name="sign" value="1" checked' in page
        form = entry_form(**COMPLETE)
        preview = await browser.post(path, data={"token": token_of(page), **form}, headers=HTMX)
        assert "<strong>3 triệu đồng/hộ</strong>" in preview.text
        assert "<html" not in preview.text
        shown = await send(browser, path, step="try", **form)
        assert_ours(shown.text)
        assert f"{say('console.write.becomes')} {say('console.status.approved')}" in words(shown.text)
        assert not (console.directory / "reviewed").exists()
        saved = await send(browser, path, step="save", tried=tried_of(shown.text), **form)
        assert saved.headers["location"] == f"/console/queue/{number}"
    base = load(console.directory)
    entry = base.entries["nha-tieu-hop-ve-sinh-duoc-ho-tro-bao-nhieu"]
    assert base.category(entry.id) is Category.PRACTICES
    assert base.origins[entry.id][0] == f"reviewed/practices/{entry.id}.yaml"
    assert (entry.status, entry.approved_by, str(entry.approved_on)) == (
        Status.APPROVED,
        LAN.name,
        "2026-11-23",
    )
    assert [(one.document, one.at) for one in entry.sources] == [("1/2023/TT-BTC", "Điều 8")]
    said = await told(console)
    assert len(said) == 2
    assert all("3 triệu đồng/hộ" in each for each in said)
    assert await state(console, number) is ItemState.ANSWERED


async def test_nothing_is_signed_that_still_owes_something_but_a_draft_may_owe(console: Console) -> None:
    number = await asks(console, "làm nhà vệ sinh được mấy triệu")
    path = f"/console/queue/{number}/write"
    async with console.browser(LAN) as browser:
        shown = await send(browser, path, step="try", **entry_form(sign="1"))
        assert say("problem.few_variants", count=2, least=10) in words(shown.text)
        assert say("console.write.not_signed_yet") in words(shown.text)
        assert 'value="save"' not in shown.text
        draft = await send(browser, path, step="try", **entry_form())
        assert say("console.write.owes", count=2) in words(draft.text)
        forged = await send(browser, path, step="save", tried=tried_of(draft.text), **entry_form(sign="1"))
        assert forged.status_code == 409
        assert not (console.directory / "reviewed").exists()
        await send(browser, path, step="save", tried=tried_of(draft.text), **entry_form())
    (entry,) = (one for one in load(console.directory).entries.values() if one.id.startswith("nha-tieu"))
    assert (entry.status, entry.approved_by) == (Status.DRAFT, None)
    assert await state(console, number) is ItemState.ANSWERED


async def test_what_a_base_cannot_read_is_said_beside_its_field_and_cannot_be_saved(console: Console) -> None:
    number = await asks(console, "làm nhà vệ sinh")
    path = f"/console/queue/{number}/write"
    async with console.browser(LAN) as browser:
        shown = await send(browser, path, step="try", **entry_form(**{"document-0": "9/9999/QĐ-TTg"}))
        assert say("console.write.would_break") in words(shown.text)
        flaw = shown.text[shown.text.index('id="flaws-sources"') :]
        assert "9/9999/QĐ-TTg" in flaw[:400]
        assert 'value="save"' not in shown.text
        assert "3 triệu đồng/hộ" in shown.text  # what was typed is still there
        owed = await send(browser, path, step="try", **entry_form(answer=" … "))
        assert owed.status_code == 400
        assert say("console.write.owed") in words(owed.text)
    assert not (console.directory / "reviewed").exists()
    assert await told(console) == []


async def test_a_file_that_an_editor_changed_meanwhile_is_rehearsed_again_and_never_overwritten(
    console: Console,
) -> None:
    number = await asks(console, "dựng căn nhà mới xin được mấy đồng")
    path, box = f"/console/queue/{number}/variant/{HOUSE}", await box_of(console, number)
    file = console.directory / FILE
    async with console.browser(LAN) as browser:
        shown = await send(browser, path, step="try", **{box: "1"})
        file.write_text("# Sửa tay.\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
        late = await send(browser, path, step="save", tried=tried_of(shown.text), **{box: "1"})
        assert late.status_code == 409
        assert say("console.write.changed") in words(late.text)
        assert "dựng căn nhà" not in file.read_text(encoding="utf-8")
        assert await state(console, number) is ItemState.NEW
        await send(browser, path, step="save", tried=tried_of(late.text), **{box: "1"})
    assert file.read_text(encoding="utf-8").startswith("# Sửa tay.\n")
    assert "dựng căn nhà" in file.read_text(encoding="utf-8")
    assert await state(console, number) is ItemState.ANSWERED


async def test_nothing_is_written_for_an_item_that_somebody_else_works_on(console: Console) -> None:
    number = await asks(console, "làm nhà vệ sinh được mấy triệu")
    path = f"/console/queue/{number}/write"
    async with console.browser(LAN) as lan, console.browser(HAI) as hai:
        shown = await send(lan, path, step="try", **entry_form())
        await act(hai, number, "take")
        late = await send(lan, path, step="save", tried=tried_of(shown.text), **entry_form())
        assert late.status_code == 409
        assert say("conflict.taken", number=number, by=HAI.name) in words(late.text)
    assert not (console.directory / "reviewed").exists()


async def test_a_settled_item_has_no_forms_left(console: Console) -> None:
    number = await asks(console, "xây nhà", candidates=(Candidate(HOUSE, 0.3),))
    async with console.browser(LAN) as browser:
        await act(browser, number, "answer", entry=HOUSE)
        for path in ("write", f"variant/{HOUSE}"):
            page = (await browser.get(f"/console/queue/{number}/{path}")).text
            assert say("console.write.settled") in page
            assert 'value="try"' not in page
        assert (await browser.get(f"/console/queue/{number}/variant/khong-co")).status_code == 404


@pytest.mark.parametrize("attack", ATTACKS)
async def test_whatever_is_typed_stays_text(console: Console, attack: str) -> None:
    number = await asks(console, attack)
    async with console.browser(LAN) as browser:
        assert_ours((await browser.get(f"/console/queue/{number}/write")).text)
        assert_ours((await browser.get(f"/console/queue/{number}/variant/{HOUSE}")).text)
        form = dict.fromkeys(entry_form(), attack)
        page = await browser.post("/console/try", data=form)
        assert page.status_code == 405
        token = token_of((await browser.get("/console/base")).text)
        preview = await browser.post(
            f"/console/queue/{number}/write", data={"token": token, **form}, headers=HTMX
        )
        assert preview.status_code == 200
        assert "<script" not in preview.text
        assert "<img" not in preview.text


async def test_the_database_knows_every_act(console: Console) -> None:
    number = await asks(console, "làm nhà vệ sinh được mấy triệu")
    path = f"/console/queue/{number}/write"
    async with console.browser(LAN) as browser:
        shown = await send(browser, path, step="try", **entry_form())
        await send(browser, path, step="save", tried=tried_of(shown.text), **entry_form())
    async with console.database.reading() as connection:
        rows = (await connection.execute(text("select kind from acts order by id"))).scalars().all()
    assert rows == ["took", "answered"]


async def test_after_a_crash_between_file_and_database_the_entry_is_offered(console: Console) -> None:
    number = await asks(console, "làm nhà vệ sinh được mấy triệu")
    fields = Form(entry_form()).new_entry(LAN, NOON.date(), ())
    assert fields
    curating = Curating(console.directory, Wishes(), None, console.database)
    await console.reviewing.take(number, LAN.person)
    curating.save(
        curating.with_entry(Category.PRACTICES, fields), LAN.name, "…"
    )  # and then the power went off
    console.live.current = build_brain(console.directory, Wishes())
    async with console.browser(LAN) as browser:
        page = (await browser.get(f"/console/queue/{number}")).text
        assert f'value="{fields["id"]}"' in page
        await act(browser, number, "answer", entry=str(fields["id"]))
    assert await state(console, number) is ItemState.ANSWERED
    assert "3 triệu" in (await told(console))[0]


async def test_what_an_expert_takes_back_is_not_answered_by_the_same_base_again(console: Console) -> None:
    number = await asks(console, "xây nhà", candidates=(Candidate(HOUSE, 0.3),))
    base = console.live.current.knowledge.version
    async with console.browser(LAN) as browser:
        await act(browser, number, "answer", entry=HOUSE)
        whole = await console.reviewing.item(number)
        assert whole
        await act(browser, number, "undo", act=str(whole.acts[-1].id))
    async with console.database.reading() as connection:
        assert await items.untried(connection, base, 10) == ()
        assert await items.untried(connection, "another", 10) == (whole.item.id,)


async def test_where_git_keeps_the_base_an_act_is_a_commit_of_its_file_alone(console: Console) -> None:
    base = console.directory
    git(base, "init", "-q")
    git(base, "add", ".")
    git(base, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "Kho")
    topics = base / "topics.yaml"
    topics.write_text("# Đang sửa.\n" + topics.read_text(encoding="utf-8"), encoding="utf-8")
    git(base, "add", "topics.yaml")
    await write(console, await asks(console, "làm nhà vệ sinh được mấy triệu"), entry_form())
    shown = git(base, "show", "--name-only", "--format=%an|%s")
    assert shown.startswith(f"{LAN.name}|")
    assert shown.split()[-1] == "reviewed/practices/nha-tieu-hop-ve-sinh-duoc-ho-tro-bao-nhieu.yaml"
    assert git(base, "status", "--porcelain").strip() == "M  topics.yaml"


async def test_what_an_editor_has_not_committed_is_not_put_under_the_reviewer_s_name(
    console: Console,
) -> None:
    base = console.directory
    git(base, "init", "-q")
    git(base, "add", ".")
    git(base, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "Kho")
    file = base / FILE
    file.write_text("# Sửa dở.\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    number = await asks(console, "dựng căn nhà mới xin được mấy đồng")
    await write(console, number, {await box_of(console, number): "1"}, f"variant/{HOUSE}")
    assert "dựng căn nhà" in file.read_text(encoding="utf-8")
    assert git(base, "log", "--format=%s").split() == ["Kho"]


async def write(console: Console, number: int, form: dict[str, str], what: str = "write") -> None:
    path = f"/console/queue/{number}/{what}"
    async with console.browser(LAN) as browser:
        shown = await send(browser, path, step="try", **form)
        saved = await send(browser, path, step="save", tried=tried_of(shown.text), **form)
        assert saved.status_code == 303


def git(base: Path, *arguments: str) -> str:
    command = ["git", "-C", str(base), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
