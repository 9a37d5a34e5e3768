"""Contract: what officers chose is proposed, an expert decides, and only what was rehearsed is saved."""

import re
from datetime import timedelta
from html import unescape

import httpx
import pytest
from test_console_writing import FILE, HOUSE, git, send, tried_of
from test_web_injection import ATTACKS
from web_console import HAI, LAN, NOON, Console, assert_ours, words

from bot.domain import Candidate, Verdict
from bot.kb import load
from bot.phrases import say

PAGE = "/console/proposed"
ITS = f"{PAGE}/{HOUSE}"
WORDING, OTHER = "dựng căn nhà mới xin được mấy đồng", "cất cái nhà tình thương được bao nhiêu"


async def picks(console: Console, text: str, *askers: str, entry: str = HOUSE) -> None:
    for asker in askers or ("a",):
        await console.asked(
            text, Verdict.SUGGEST, asker=asker, entry=entry, candidates=(Candidate(HOUSE, 0.42),)
        )


def boxes(html: str) -> dict[str, str]:
    """Return the names of the boxes by the wordings beside them."""
    found = re.findall(r'name="(wording-\w+)" value="1"(?: checked)?>\s*<span>(.*?) <span', html)
    return {unescape(wording): name for name, wording in found}


async def tick(browser: httpx.AsyncClient, *wordings: str, step: str, **more: str) -> httpx.Response:
    known = boxes((await browser.get(ITS)).text)
    return await send(browser, ITS, step=step, **{known[each]: "1" for each in wordings}, **more)


async def test_what_officers_chose_is_listed_with_who_did_and_who_did_not(console: Console) -> None:
    await picks(console, WORDING, "a", "b")
    await picks(console, WORDING, "c", entry="tin-dung-muc-vay")
    async with console.browser(LAN) as browser:
        assert f'href="{PAGE}"' in (await browser.get("/console/queue")).text
        page = await browser.get(PAGE)
    assert_ours(page.text)
    said = words(page.text)
    assert console.live.current.knowledge.entries[HOUSE].question in said
    for key, count in (("people", 2), ("people", 1), ("others", 1), ("others", 2)):
        assert say(f"console.proposed.{key}", count=count) in said
    assert say("console.proposed.confidence", share="42,0 %") in said


async def test_several_are_accepted_at_once_as_one_commit_in_the_entry_s_own_lines(console: Console) -> None:
    base = console.directory
    git(base, "init", "-q")
    git(base, "add", ".")
    git(base, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "Kho")
    before = (base / FILE).read_text(encoding="utf-8")
    await picks(console, WORDING)
    await picks(console, OTHER)
    async with console.browser(LAN) as browser:
        shown = await tick(browser, WORDING, OTHER, step="try")
        assert_ours(shown.text)
        assert say("console.write.right") in words(shown.text)
        assert (base / FILE).read_text(encoding="utf-8") == before
        saved = await tick(browser, WORDING, OTHER, step="save", tried=tried_of(shown.text))
        assert saved.headers["location"].startswith(PAGE)
        page = await browser.get(saved.headers["location"])  # before the saved base answers
        assert say("console.proposed.saved") in words(page.text)
        assert say("console.proposed.nothing") in words(page.text)
    after = (base / FILE).read_text(encoding="utf-8")
    added = [line for line in after.split("\n") if line not in before.split("\n")]
    assert sorted(added) == sorted([f"    - {WORDING}", f"    - {OTHER}"])
    subject = say("console.proposed.commit", count=2, entry=HOUSE)
    assert git(base, "log", "--format=%an|%s").splitlines() == [f"{LAN.name}|{subject}", "a|Kho"]


async def test_a_second_batch_keeps_the_first_before_the_saved_base_answers(console: Console) -> None:
    await picks(console, WORDING)
    await picks(console, OTHER)
    async with console.browser(LAN) as browser:
        for wording in (WORDING, OTHER):
            shown = await tick(browser, wording, step="try")
            saved = await tick(browser, wording, step="save", tried=tried_of(shown.text))
            assert saved.status_code == 303
    assert {WORDING, OTHER} <= set(load(console.directory).entries[HOUSE].variants)


async def test_what_was_not_rehearsed_or_changed_since_is_not_saved(console: Console) -> None:
    await picks(console, WORDING)
    file = console.directory / FILE
    async with console.browser(LAN) as browser:
        at_once = await tick(browser, WORDING, step="save")
        assert at_once.status_code == 409
        file.write_text("# Sửa tay.\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
        late = await tick(browser, WORDING, step="save", tried=tried_of(at_once.text))
        assert late.status_code == 409
        assert say("console.write.changed") in words(late.text)
        assert WORDING not in file.read_text(encoding="utf-8")
        none = await send(browser, ITS, step="try")
        assert none.status_code == 400
        assert say("console.proposed.none_chosen") in words(none.text)
        assert (await browser.get(f"{PAGE}/khong-co")).status_code == 404


async def test_what_is_dismissed_is_gone_until_somebody_takes_it_back(console: Console) -> None:
    await picks(console, WORDING)
    await picks(console, OTHER)
    async with console.browser(LAN) as browser:
        await tick(browser, WORDING, step="dismiss")
        assert list(boxes((await browser.get(PAGE)).text)) == [OTHER]
    async with console.browser(HAI) as browser:
        page = await browser.get(ITS)
        assert say("console.proposed.dismissed_by", name=LAN.name, day="23/11/2026 19:00") in words(page.text)
        await send(browser, ITS, step="restore", wording=WORDING)
        assert set(boxes((await browser.get(PAGE)).text)) == {WORDING, OTHER}
    assert WORDING not in (console.directory / FILE).read_text(encoding="utf-8")


async def test_a_rehearsal_names_the_questions_really_asked_that_would_turn(console: Console) -> None:
    await picks(console, WORDING, "a", "b")
    async with console.browser(LAN) as browser:
        shown = words((await tick(browser, WORDING, step="try")).text)
    assert say("console.write.replayed", days=30, most=500, questions=1, times=2) in shown
    assert f"{say('replay.turn.gained')} ({say('console.asked_times', count=2)}): {WORDING}" in shown


async def test_where_nothing_asked_of_late_turns_the_rehearsal_says_so(console: Console) -> None:
    await console.asked(console.live.current.knowledge.entries[HOUSE].question)
    long_ago = {"asked_at": NOON - timedelta(days=40), "entry": HOUSE}
    await console.asked(WORDING, Verdict.SUGGEST, **long_ago)
    async with console.browser(LAN) as browser:
        shown = words((await tick(browser, WORDING, step="try")).text)
    assert say("console.write.replayed", days=30, most=500, questions=1, times=1) in shown
    assert say("console.write.replay_same") in shown


@pytest.mark.parametrize("attack", ATTACKS)
async def test_whatever_was_typed_stays_text(console: Console, attack: str) -> None:
    await picks(console, attack)
    async with console.browser(LAN) as browser:
        for path in (PAGE, ITS):
            page = await browser.get(path)
            assert page.status_code == 200
            assert_ours(page.text)
            assert "<script>alert" not in page.text


async def test_without_proposals_the_page_says_so_and_strangers_do_not_see_it(console: Console) -> None:
    async with console.browser(LAN) as browser:
        assert say("console.proposed.nothing") in words((await browser.get(PAGE)).text)
    async with console.browser() as browser:
        assert (await browser.get(PAGE)).status_code == 303
        assert (await browser.post(ITS, data={"step": "dismiss"})).status_code == 303
