"""A document ends or is replaced: the entries under it are put before the experts, once, unasked."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from shell_bot import Bot, brain_of, until, words

from bot.domain import Reply
from bot.items import BY_BOT, Rereading
from bot.kb import load
from bot.lanes import Wake
from bot.phrases import say
from bot.reviewing import Reviewing

BOSS = "boss"
OLD, NEW = "46/2022/TT-BTC", "55/2023/TT-BTC"
MIDNIGHT = timedelta(hours=5)  # from the clock's noon to the next day in Vietnam
Change = Callable[..., None]


def entry(name: str, *documents: str, **more: Any) -> dict[str, Any]:
    sources = [{"document": number} for number in documents]
    return {"id": name, "question": f"Câu {name} là gì?", "answer": "Một.", "sources": sources, **more}


@pytest.fixture
def live(bot: Bot, tmp_path: Path) -> Change:
    """Let a base go live: its documents, and its entries."""

    def change(documents: dict[str, dict[str, Any]], *entries: dict[str, Any]) -> None:
        directory = tmp_path / "live"
        directory.mkdir(exist_ok=True)
        rows = {number: {"title": "Tên", **row} for number, row in documents.items()}
        for name, content in (("documents.yaml", rows), ("a.yaml", list(entries))):
            text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
            (directory / name).write_text(text, encoding="utf-8")
        bot.live.current = brain_of(load(directory))

    return change


def another(bot: Bot) -> Reviewing:
    """Another process on the same database."""
    knowledge = bot.live.current.knowledge
    return Reviewing(bot.database, bot.channels, bot.notices, bot.clock, Wake(), lambda: knowledge)


async def waiting(bot: Bot) -> list[tuple[str, str, str]]:
    found, count = await bot.reviewing.rereadings.page()
    assert len(found) == count
    return [(one.entry, one.document, one.cause) for one in found]


async def first(bot: Bot) -> Rereading:
    return (await bot.reviewing.rereadings.page())[0][0]


def action(reply: Reply, label: str) -> str:
    buttons = [*reply.choices, *(each for row in reply.buttons for each in row)]
    return next(button.action for button in buttons if label in button.label)


async def test_the_day_after_a_document_ended_its_entries_wait_for_an_expert(bot: Bot, live: Change) -> None:
    live({OLD: {"ended": bot.clock().date()}}, entry("dua-vao", OLD), entry("khong-lien-quan"))
    assert await bot.reviewing.rereadings.look() == 0, "it holds to the end of the day"
    bot.clock.time += MIDNIGHT - timedelta(seconds=1)
    assert await bot.reviewing.rereadings.look() == 0
    bot.clock.time += timedelta(seconds=1)
    assert await bot.reviewing.rereadings.look() == 1
    assert await waiting(bot) == [("dua-vao", OLD, "ended")]
    await bot.sends()
    assert [chat for chat, _ in bot.platform.sent] == [BOSS], "the experts are told"


async def test_a_new_document_that_replaces_one_does_so_by_itself_before_it_takes_effect(
    bot: Bot, live: Change
) -> None:
    live({OLD: {}}, entry("dua-vao", OLD))
    assert await bot.reviewing.rereadings.look() == 0
    live(
        {OLD: {}, NEW: {"effective": "2027-01-15", "replaces": [OLD]}},
        entry("dua-vao", OLD),
        entry("da-dan-ca-hai", OLD, NEW),
        entry("het-cung-ngay", OLD, valid_to="2027-01-14"),
        entry("da-thay", OLD, superseded_by="dua-vao"),
    )
    assert await bot.reviewing.rereadings.look() == 1
    assert await waiting(bot) == [("dua-vao", OLD, NEW)]


async def test_who_looked_at_an_entry_since_is_not_asked_to(bot: Bot, live: Change) -> None:
    ended = {OLD: {"ended": "2026-05-30"}}
    live(ended, entry("truoc", OLD, updated="2026-05-30"), entry("sau", OLD, updated="2026-05-31"))
    await bot.reviewing.rereadings.look()
    assert await waiting(bot) == [("truoc", OLD, "ended")]


async def test_it_is_opened_once_by_whichever_process_comes_first(bot: Bot, live: Change) -> None:
    live({OLD: {"ended": "2026-05-30"}}, *(entry(f"muc-{number}", OLD) for number in range(20)))
    opened = await asyncio.gather(
        *(each.rereadings.look() for each in (bot.reviewing, another(bot), another(bot)))
    )
    assert sorted(opened) == [0, 0, 20]
    assert len(await waiting(bot)) == 20
    assert await another(bot).rereadings.look() == 0
    await bot.sends()
    assert len(bot.platform.sent) == 1


async def test_an_expert_says_that_it_is_right_once_for_a_cause(bot: Bot, live: Change) -> None:
    live({OLD: {"ended": "2026-05-30"}}, entry("dua-vao", OLD))
    await bot.reviewing.rereadings.look()
    done = await bot.reviewing.rereadings.settle((await first(bot)).id, "push:lan", "Điều 3 còn dùng")
    assert (done.settled_by, done.note, done.settled_at) == ("push:lan", "Điều 3 còn dùng", bot.clock())
    bot.clock.time += timedelta(days=1)
    assert (await bot.reviewing.rereadings.look(), await waiting(bot)) == (0, [])
    live({OLD: {"ended": "2026-05-30"}, NEW: {"replaces": [OLD]}}, entry("dua-vao", OLD))
    assert await bot.reviewing.rereadings.look() == 1, "another cause"
    assert await waiting(bot) == [("dua-vao", OLD, NEW)]


async def test_an_edit_that_deals_with_it_settles_it_and_another_does_not(bot: Bot, live: Change) -> None:
    ended = {OLD: {"ended": "2026-05-30"}}
    live(ended, entry("dua-vao", OLD))
    await bot.reviewing.rereadings.look()
    number = (await first(bot)).id
    live(ended, entry("dua-vao", OLD, variants=["cách hỏi khác"]))
    await bot.reviewing.rereadings.look()
    assert len(await waiting(bot)) == 1
    live(ended, entry("dua-vao", OLD, updated="2026-11-23"))
    await bot.reviewing.rereadings.look()
    assert await waiting(bot) == []
    settled = await bot.reviewing.rereadings.get(number)
    assert settled is not None
    assert settled.settled_by == BY_BOT


async def test_what_a_person_opened_only_a_person_settles(bot: Bot, live: Change) -> None:
    live({OLD: {}}, entry("dua-vao", OLD))
    assert await bot.reviewing.rereadings.open([("dua-vao", OLD, NEW)], "lan") == 1
    live({OLD: {}}, entry("dua-vao", OLD, updated="2026-11-23"))
    await bot.reviewing.rereadings.look()
    assert await waiting(bot) == [("dua-vao", OLD, NEW)]


async def test_the_renewal_lane_looks_by_itself(bot: Bot, live: Change) -> None:
    live({OLD: {"ended": "2026-05-30"}}, entry("dua-vao", OLD))
    lane = asyncio.create_task(bot.renewal.watch())
    try:
        await until(lambda: waiting(bot))
    finally:
        lane.cancel()
        await asyncio.gather(lane, return_exceptions=True)


async def test_a_reviewer_goes_through_them_in_chat(bot: Bot, live: Change) -> None:
    live({OLD: {"ended": "2026-05-30"}}, *(entry(f"muc-{number}", OLD) for number in range(9)))
    await bot.reviewing.rereadings.look()
    listed = await bot.asks("/chuatraloi", BOSS)
    page = await bot.presses(action(listed, say("rereading.row", count=9)), BOSS)
    assert len(page.choices) == 8
    assert len((await bot.presses(action(page, say("topics.more")), BOSS)).choices) == 1
    await bot.presses(action(listed, say("rereading.row", count=9)), BOSS)
    card = await bot.asks("1", BOSS)
    assert say("rereading.ended", document=OLD) in words(card) and "Câu muc-0 là gì?" in words(card)
    asked = await bot.presses(action(card, say("rereading.right")), BOSS)
    assert words(asked) == say("rereading.write")
    assert words(await bot.asks("Mức không đổi", BOSS)) == say("rereading.done")
    assert len(await waiting(bot)) == 8
    again = await bot.presses(action(card, say("rereading.right")), BOSS)
    assert words(again) == say("press.stale")


async def test_two_reviewers_at_once_are_told(bot: Bot, live: Change) -> None:
    live({OLD: {"ended": "2026-05-30"}}, entry("dua-vao", OLD))
    await bot.reviewing.rereadings.look()
    number = (await first(bot)).id
    await bot.presses(f"v:{number}:2", BOSS)
    await bot.reviewing.rereadings.settle(number, "lan", "đúng")
    assert words(await bot.asks("Vẫn đúng", BOSS)) == say("conflict.reread", by="lan")


@pytest.mark.parametrize("pressed", ["w:0:1", "v:1:1", "v:1:2"])
async def test_officers_have_no_part_in_it(bot: Bot, live: Change, pressed: str) -> None:
    live({OLD: {"ended": "2026-05-30"}}, entry("dua-vao", OLD))
    await bot.reviewing.rereadings.look()
    assert words(await bot.presses(pressed, "an")) == say("press.stale")
    await bot.asks("Câu dua-vao là gì?", "an")
    assert len(await waiting(bot)) == 1


async def test_times_are_kept_as_they_were(bot: Bot, live: Change) -> None:
    live({OLD: {"ended": "2026-05-30"}}, entry("dua-vao", OLD))
    await bot.reviewing.rereadings.look()
    assert isinstance((await first(bot)).opened_at, datetime)
    assert (await first(bot)).opened_at == bot.clock()
