"""From the inbox to the outbox: all that follows from a message is stored at once, or nothing of it."""

import asyncio
import re
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from shell_bot import (
    BOSS,
    COUNTRYSIDE,
    HEALTH,
    HELLO,
    HOUSE,
    LOAN,
    UNKNOWN,
    Bot,
    has_title,
    until,
    words,
)

from bot.answering import MOST_ATTEMPTS
from bot.channels.base import Payload
from bot.domain import Reason, Reply, Verdict
from bot.phrases import say
from bot.store import tables
from bot.store.queue import LEASE

STORED = (tables.exchanges, tables.outbox, tables.waiting, tables.snapshots, tables.chats)


async def what_is_stored(bot: Bot) -> list[str]:
    """Return the names of the tables that an answer has left something in."""
    return [table.name for table in STORED if await bot.rows(table)]


async def queue(bot: Bot) -> list[tuple[int, Reason, str | None]]:
    return [(row.number, Reason(row.reason), row.shown) for row in await bot.rows(tables.waiting)]


async def retry(bot: Bot) -> None:
    """Let the time pass until a failed message is tried again."""
    bot.clock.turn(20)
    await bot.answers()


# --- one message ---------------------------------------------------------------------------------


async def test_an_answer_its_log_and_its_text_are_stored_and_the_message_is_done(bot: Bot) -> None:
    number = await bot.hears(LOAN)
    reply = await bot.reply_to(number)
    assert "100 triệu" in words(reply)
    [exchange] = await bot.rows(tables.exchanges)
    assert (exchange.id, exchange.verdict, exchange.entry) == (number, Verdict.ANSWER, "vay-von")
    assert (exchange.raw, exchange.base) == (LOAN, bot.knowledge.version)
    assert [row.entry for row in await bot.rows(tables.snapshots)] == ["vay-von"]
    assert (await bot.row(number)).state == "done"
    assert await queue(bot) == []


async def test_the_reply_is_sent_where_the_question_came_from(bot: Bot) -> None:
    await bot.hears(LOAN, "an")
    await bot.hears(HEALTH, "binh")
    await bot.answers()
    await bot.sends()
    assert [chat for chat, _ in bot.platform.sent] == ["an", "binh"]


async def test_a_message_delivered_twice_is_answered_once(bot: Bot) -> None:
    from bot.domain import Envelope

    once = Envelope("update-7", "an", "an")
    numbers = [await bot.intake.store("push", once, {"text": LOAN}) for _ in range(3)]
    await bot.answers()
    assert len(set(numbers)) == 1
    assert len(await bot.rows(tables.outbox)) == len(await bot.rows(tables.exchanges)) == 1


async def test_what_needs_no_reply_is_done_with_a_note(bot: Bot) -> None:
    number = await bot.gets({"ignored": "my_chat_member"})
    await bot.answers()
    row = await bot.row(number)
    assert (row.state, row.note) == ("done", "my_chat_member")
    assert await what_is_stored(bot) == []


@pytest.mark.parametrize(
    "text", ["", " \n ", "😀", "\x00", "<b>", "nul \x00 ở giữa", "x" * 100_000, "\ud83d lẻ"]
)
async def test_any_text_gets_a_reply(bot: Bot, text: str) -> None:
    assert words(await bot.asks(text))
    assert {row.state for row in await bot.rows(tables.inbox)} == {"done"}


async def test_a_sticker_gets_a_reply(bot: Bot) -> None:
    assert words(await bot.reply_to(await bot.gets({"what": "sticker"}))) == say("unusable.media")


# --- nothing half-way ----------------------------------------------------------------------------


async def test_a_reply_that_cannot_be_rendered_leaves_nothing_behind_and_is_tried_again(bot: Bot) -> None:
    bot.platform.refuses = lambda reply: True
    number = await bot.hears(LOAN)
    await bot.answers()
    assert await what_is_stored(bot) == []
    row = await bot.row(number)
    assert (row.state, row.attempts, row.note) == ("new", 1, "ValueError")

    bot.platform.refuses = lambda reply: False
    await bot.answers()
    assert await what_is_stored(bot) == [], "too early"
    await retry(bot)
    assert "100 triệu" in words((await bot.replies(number))[0])


async def test_a_reply_that_cannot_be_stored_leaves_nothing_behind_and_is_tried_again(bot: Bot) -> None:
    bot.platform.unstorable = True
    number = await bot.hears(UNKNOWN)
    await bot.answers()
    assert await what_is_stored(bot) == []
    assert (await bot.row(number)).state == "new"

    bot.platform.unstorable = False
    await retry(bot)
    assert await what_is_stored(bot) == ["exchanges", "outbox", "waiting", "chats"]


async def test_a_message_that_fails_holds_back_its_chat_and_no_other(bot: Bot) -> None:
    bot.platform.refuses = lambda reply: "100 triệu" in words(reply)
    failing, behind, other = await bot.hears(LOAN), await bot.hears(HEALTH), await bot.hears(HEALTH, "binh")
    await bot.answers()
    assert await bot.replies(other) and not await bot.replies(behind)
    bot.platform.refuses = lambda reply: False
    await retry(bot)
    assert await bot.replies(failing) and await bot.replies(behind)


async def test_after_the_last_attempt_a_person_is_told_and_the_asker_too(bot: Bot) -> None:
    bot.platform.refuses = has_title
    number = await bot.hears(LOAN)
    behind = await bot.hears(UNKNOWN)
    for _ in range(MOST_ATTEMPTS):
        await retry(bot)
    row = await bot.row(number)
    assert (row.state, row.attempts) == ("dead", MOST_ATTEMPTS)
    assert (number, Reason.FAILED, None) in await queue(bot)
    assert [words(reply) for reply in await bot.replies(number)] == [say("failed", number=number)]
    assert await bot.replies(behind), "the chat goes on"
    [item] = [item for item in await bot.rows(tables.waiting) if item.number == number]
    assert item.question == LOAN


@pytest.mark.parametrize("text", ["\ud83d lẻ", "nul \x00 ở giữa", "x" * 100_000])
async def test_any_text_that_fails_for_good_reaches_a_person(bot: Bot, text: str) -> None:
    bot.platform.refuses = lambda reply: words(reply) != say("failed", number=1)
    number = await bot.hears(text)
    for _ in range(MOST_ATTEMPTS):
        await retry(bot)
    assert [words(reply) for reply in await bot.replies(number)] == [say("failed", number=number)]
    assert await queue(bot) == [(number, Reason.FAILED, None)]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # one writer at a time
async def test_nothing_is_rendered_while_the_database_is_locked(bot: Bot) -> None:
    bot = Bot(bot.database, bot.knowledge, rules=replace(BOSS, questions_per_minute=2))
    rendered: list[str] = []

    def look(reply: Reply) -> bool:
        with closing(sqlite3.connect(str(bot.database.url.database), timeout=0)) as other:
            other.execute("BEGIN IMMEDIATE")  # raises where somebody writes
        rendered.append(words(reply))
        return False

    bot.platform.refuses = look
    for text in (LOAN, UNKNOWN, HELLO):
        await bot.hears(text)
    await bot.answers()
    assert await bot.answer(2, "an", "vay-von")
    assert len(rendered) == 4
    assert say("too_fast") in rendered


async def test_a_message_whose_apology_fails_too_still_reaches_a_person(bot: Bot) -> None:
    bot.platform.refuses = lambda reply: True
    number = await bot.hears(LOAN)
    for _ in range(MOST_ATTEMPTS + 2):
        bot.clock.turn(LEASE.total_seconds() + 20)
        try:
            await bot.answers()
        except ValueError:
            continue  # a lane logs it, and the lease runs out
    assert (await bot.row(number)).state == "dead"
    assert await queue(bot) == [(number, Reason.FAILED, None)]


async def test_the_apology_and_the_hand_over_are_stored_at_once(bot: Bot) -> None:
    bot.platform.refuses = lambda reply: True
    number = await bot.hears(LOAN)
    for _ in range(MOST_ATTEMPTS):
        bot.clock.turn(20)
        row = await bot.claims()
        assert row is not None
        if row.attempts < MOST_ATTEMPTS:
            await bot.answering.failed(row, KeyError("x"))
    with pytest.raises(ValueError, match="rendered"):
        await bot.answering.failed(row, KeyError("x"))  # as if the process died there
    assert (await bot.row(number)).state == "working"
    bot.platform.refuses = has_title
    bot.clock.turn(LEASE.total_seconds())
    await bot.answers()
    assert [words(reply) for reply in await bot.replies(number)] == [say("failed", number=number)]
    assert await queue(bot) == [(number, Reason.FAILED, None)]


async def test_a_message_that_takes_the_process_with_it_is_not_tried_for_ever(bot: Bot) -> None:
    number = await bot.hears(LOAN)
    for _ in range(MOST_ATTEMPTS):
        assert await bot.claims()  # killed while working on it
        bot.clock.turn(LEASE.total_seconds() + 1)
    await bot.answers()
    assert (await bot.row(number)).state == "dead"
    assert await queue(bot) == [(number, Reason.FAILED, None)]
    assert [words(reply) for reply in await bot.replies(number)] == [say("failed", number=number)]


async def test_a_message_that_takes_the_process_with_it_takes_no_other_along(bot: Bot) -> None:
    numbers = [await bot.hears(LOAN, chat) for chat in ("an", "bình", "chi", "dung")]
    deadly = numbers[1]
    worked: set[int] = set()
    for _ in range(MOST_ATTEMPTS + 1):
        for rows in await bot.answering.claim():
            if rows[0].attempts <= MOST_ATTEMPTS and deadly in [row.id for row in rows]:
                break  # and the process is gone
            await bot.answering.work(rows)
            worked.update(row.id for row in rows)
        bot.clock.turn(LEASE.total_seconds() + 1)
    states = {row.id: (row.state, row.note) for row in await bot.rows(tables.inbox)}
    assert states == {
        number: ("dead", "never finished") if number == deadly else ("done", None) for number in numbers
    }


async def test_what_a_reviewer_did_is_not_done_again_because_another_message_fails(bot: Bot) -> None:
    rules = replace(BOSS, admins=frozenset({"push:boss", "push:boss2"}))
    bot = Bot(bot.database, bot.knowledge, platform=bot.platform, rules=rules)
    asked = await bot.hears(UNKNOWN)
    await bot.answers()
    await bot.hears(f"#{asked} Ghép vào tháng chạp.", "boss")
    await bot.hears(HELLO, "boss2")
    render, broken = bot.platform.render, [True]

    def fails_once(reply: Reply, payload: Payload) -> Any:
        if broken and "Chào" in words(reply):
            broken.pop()
            raise ValueError("no")
        return render(reply, payload)

    bot.platform.render = fails_once  # type: ignore[method-assign]
    await bot.answers()
    assert not broken
    assert len(await bot.rows(tables.drafts)) == 1


async def test_who_lost_the_lease_does_not_answer_again(bot: Bot) -> None:
    number = await bot.hears(LOAN)
    slow = await bot.claims()
    assert slow is not None
    bot.clock.turn(LEASE.total_seconds() + 1)
    await bot.answers()
    await bot.answering.work([slow])
    await bot.answering.failed(replace(slow, attempts=MOST_ATTEMPTS), KeyError("late"))
    assert len(await bot.replies(number)) == 1
    assert await queue(bot) == []
    assert (await bot.row(number)).state == "done"


async def test_two_chats_may_be_shown_the_same_text_at_the_same_moment(bot: Bot) -> None:
    numbers = [await bot.hears(LOAN, f"chat-{index}") for index in range(8)]
    await asyncio.gather(*(bot.answers() for _ in range(4)))
    assert [(await bot.row(number)).attempts for number in numbers] == [1] * 8
    assert len(await bot.rows(tables.snapshots)) == 1


# --- floods --------------------------------------------------------------------------------------


async def test_a_flood_is_answered_to_the_last_message_in_order_after_one_notice(bot: Bot) -> None:
    bot = Bot(bot.database, bot.knowledge, rules=replace(BOSS, questions_per_minute=5))
    numbers = [await bot.hears(LOAN if index % 2 else HEALTH) for index in range(30)]
    other = await bot.hears(LOAN, "binh")
    minutes = 0
    while {row.state for row in await bot.rows(tables.inbox)} != {"done"}:
        await bot.answers()
        assert (await bot.row(other)).state == "done", "another chat is not held up"
        bot.clock.turn(60)
        minutes += 1
        assert minutes <= 7
    assert minutes == 6
    rows = [await bot.row(number) for number in numbers]
    assert [row.attempts for row in rows] == [1] * 30, "waiting is no failure"
    parts = [part for part in await bot.rows(tables.outbox) if part.chat == "an"]
    notices = [part for part in parts if part.part == "late0"]
    answers = [part.inbox_id for part in parts if part.part == "0"]
    assert answers == numbers
    assert len(notices) == 1
    assert say("too_fast") in repr(notices[0].payload)


async def test_ten_minutes_later_the_notice_is_worth_saying_again(bot: Bot) -> None:
    bot = Bot(bot.database, bot.knowledge, rules=replace(BOSS, questions_per_minute=1))
    for _ in range(2):
        for _ in range(2):
            await bot.hears(LOAN)
        await bot.answers()
        bot.clock.turn(60)
        await bot.answers()
        bot.clock.turn(600)
    assert [part.part for part in await bot.rows(tables.outbox)].count("late0") == 2


async def test_a_polite_pace_is_never_slowed_down(bot: Bot) -> None:
    bot = Bot(bot.database, bot.knowledge, rules=replace(BOSS, questions_per_minute=5))
    for _ in range(10):
        assert has_title(await bot.asks(LOAN))
        bot.clock.turn(12)


# --- what is asked about an earlier message --------------------------------------------------------


async def test_an_unknown_question_is_queued_under_the_number_that_the_asker_is_told(bot: Bot) -> None:
    number = await bot.hears(UNKNOWN)
    assert f"#{number}" in words(await bot.reply_to(number))
    assert await queue(bot) == [(number, Reason.NO_MATCH, None)]
    [item] = await bot.rows(tables.waiting)
    assert item.question == UNKNOWN


async def test_small_talk_waits_for_nobody_and_another_programme_does(bot: Bot) -> None:
    assert words(await bot.asks(HELLO)) == "Chào anh/chị."
    assert await queue(bot) == []
    number = await bot.hears(COUNTRYSIDE)
    assert "Việc của chương trình khác." in words(await bot.reply_to(number))
    assert await queue(bot) == [(number, Reason.OFF_TOPIC, None)]


async def test_a_thumb_down_queues_the_question_with_what_was_shown(bot: Bot) -> None:
    number = await bot.hears(LOAN)
    await bot.answers()
    await bot.presses(f"d:{number}")
    assert await queue(bot) == [(number, Reason.DISLIKED, "vay-von")]
    [exchange] = await bot.rows(tables.exchanges)
    assert exchange.rating == -1


async def test_a_thumb_up_is_kept_and_queues_nothing(bot: Bot) -> None:
    number = await bot.hears(LOAN)
    await bot.answers()
    await bot.presses(f"u:{number}")
    [exchange] = await bot.rows(tables.exchanges)
    assert (exchange.rating, await queue(bot)) == (1, [])


async def test_a_typed_number_picks_a_suggestion(bot: Bot) -> None:
    number = await bot.hears(HOUSE)
    reply = await bot.reply_to(number)
    assert len(reply.choices) == 2 and reply.none
    assert "20 triệu" in words(await bot.asks("2"))
    [exchange] = await bot.rows(tables.exchanges)
    assert (exchange.id, exchange.entry) == (number, "nha-sua-chua")


async def test_a_typed_zero_says_that_none_was_meant(bot: Bot) -> None:
    number = await bot.hears(HOUSE)
    await bot.answers()
    await bot.asks("0")
    assert await queue(bot) == [(number, Reason.NONE_OF_THESE, None)]


@pytest.mark.parametrize(("minutes", "picks"), [(29, True), (31, False)])
async def test_a_typed_number_means_a_suggestion_for_half_an_hour(
    bot: Bot, minutes: int, picks: bool
) -> None:
    await bot.asks(HOUSE)
    bot.clock.turn(minutes * 60)
    assert ("20 triệu" in words(await bot.asks("2"))) is picks


async def test_a_typed_number_picks_from_ones_own_menu_in_a_group(bot: Bot) -> None:
    await bot.asks(HOUSE, "group", "an")
    reply = await bot.asks("2", "group", "binh")
    assert words(reply) == say("press.stale")
    assert words(await bot.asks("/sai", "group", "binh")) == say("press.stale")
    assert "20 triệu" in words(await bot.asks("2", "group", "an"))


async def test_a_bare_number_is_never_a_question(bot: Bot) -> None:
    await bot.asks("2")
    assert await bot.rows(tables.exchanges) == [] == await queue(bot)


async def test_a_typed_number_means_nothing_in_another_chat(bot: Bot) -> None:
    await bot.asks(HOUSE, "an")
    assert "20 triệu" not in words(await bot.asks("2", "binh"))


@pytest.mark.parametrize("action", ["p:{}:1", "n:{}", "u:{}", "d:{}", "x:{}"])
async def test_another_chats_exchange_is_as_good_as_none(bot: Bot, action: str) -> None:
    number = await bot.hears(HOUSE, "an")
    await bot.answers()
    before = await bot.rows(tables.exchanges)
    reply = await bot.presses(action.format(number), "binh")
    assert words(reply) == say("press.stale")
    assert await bot.rows(tables.exchanges) == before
    assert await queue(bot) == []


@pytest.mark.parametrize(
    "action",
    ["", "p", "p:1", "p:999999999999999999:0", "p:1:99", "z:1", "d:-1", "e:khong-co", "t:khong-co:999"],
)
async def test_any_action_gets_a_reply_and_records_nothing(bot: Bot, action: str) -> None:
    assert words(await bot.presses(action))
    assert await bot.rows(tables.exchanges) == [] == await queue(bot)


# --- who sees what -------------------------------------------------------------------------------


async def test_only_admins_see_what_waits(bot: Bot) -> None:
    await bot.asks(UNKNOWN)
    assert UNKNOWN in repr(await bot.asks("/chuatraloi", "boss"))
    assert UNKNOWN not in repr(await bot.asks("/chuatraloi", "binh"))
    assert UNKNOWN in repr(await bot.asks("/chuatraloi", "a-group", asker="boss"))
    assert UNKNOWN not in repr(await bot.asks("/chuatraloi", "boss", asker="binh"))


async def test_my_questions_are_mine(bot: Bot) -> None:
    await bot.asks(UNKNOWN, "an")
    await bot.asks(LOAN, "binh")
    mine = words(await bot.asks("/cauhoi", "an"))
    assert UNKNOWN in mine and LOAN not in mine


async def test_the_log_tells_people_apart_without_naming_them(bot: Bot) -> None:
    for asker in ("7042-an", "7042-an", "8011-binh"):
        await bot.asks(UNKNOWN, "chat-of-the-office", asker)
    log = [*await bot.rows(tables.exchanges), *await bot.rows(tables.waiting), *await bot.rows(tables.chats)]
    assert "7042-an" not in repr(log) and "8011-binh" not in repr(log)
    first, again, other = [row.asker for row in await bot.rows(tables.exchanges)]
    assert first == again != other
    assert re.fullmatch("[0-9a-f]{16}", first)


async def test_another_key_makes_other_pseudonyms(bot: Bot) -> None:
    await bot.asks(UNKNOWN)
    await Bot(bot.database, bot.knowledge, rules=replace(BOSS, asker_key=b"another key")).asks(UNKNOWN)
    one, other = [row.asker for row in await bot.rows(tables.exchanges)]
    assert one != other


# --- slow replies ----------------------------------------------------------------------------------


async def test_who_waits_is_shown_that_a_reply_is_being_written(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.answering.SLOW", 0.05)
    slow = threading.Event()
    match = bot.live.current.matcher.match_all
    monkeypatch.setattr(
        bot.live.current.matcher, "match_all", lambda texts: slow.wait(5) and match(texts), raising=False
    )
    await bot.hears(LOAN, "an")
    await bot.gets({"ignored": "not for us"}, "group")
    answering = asyncio.create_task(bot.answers())
    await until(lambda: bot.platform.typed)
    slow.set()
    await answering
    shown = list(bot.platform.typed)
    assert set(shown) == {"an"}, "and nobody who gets no reply"
    await asyncio.sleep(0.1)
    assert bot.platform.typed == shown, "it goes on after the reply"


async def test_a_quick_reply_shows_nothing(bot: Bot) -> None:
    await bot.asks(LOAN)
    assert bot.platform.typed == []
