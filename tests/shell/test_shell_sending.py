"""The way out: what the platform does to a part decides when it is tried again, and never holds up others."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from shell_bot import NOON, UNKNOWN, Bot, out_of_reach, words

from bot.channels.base import Pace
from bot.channels.wire import load_reply
from bot.errors import Moved, NeedsHelp, Unreachable
from bot.phrases import say
from bot.sending import LONGEST_WAIT, MOST_ATTEMPTS
from bot.store import tables

Row = Callable[[int], Awaitable[object]]


def arrived(bot: Bot) -> list[tuple[str, str]]:
    return [(chat, part["text"]) for chat, part in bot.platform.sent]


async def part(bot: Bot, number: int):  # type: ignore[no-untyped-def]
    return next(row for row in await bot.rows(tables.outbox) if row.id == number)


async def wait_after(bot: Bot, number: int) -> float:
    await bot.sends()
    return float(((await part(bot, number)).not_before - bot.clock()).total_seconds())


async def test_a_part_is_sent_once_and_its_platform_id_kept(bot: Bot) -> None:
    number = await bot.part("chào")
    await bot.sends()
    await bot.sends()
    assert arrived(bot) == [("an", "chào")]
    row = await part(bot, number)
    assert (row.state, row.platform_id) == ("done", "sent-1")


async def test_the_platform_says_how_long_to_wait(bot: Bot) -> None:
    bot.platform.script = [out_of_reach(37)]
    number = await bot.part("chào")
    assert await wait_after(bot, number) == 37
    bot.clock.turn(36)
    await bot.sends()
    assert arrived(bot) == []
    bot.clock.turn(1)
    await bot.sends()
    assert arrived(bot) == [("an", "chào")]


async def test_waits_grow_up_to_a_limit_and_a_part_that_only_waits_is_never_given_up(bot: Bot) -> None:
    bot.platform.script = [out_of_reach() for _ in range(30)]
    number = await bot.part("chào")
    waits = []
    for _ in range(30):
        waits.append(await wait_after(bot, number))
        bot.clock.turn(waits[-1])
    assert waits[:4] == [2, 4, 8, 16]
    assert waits[-1] == max(waits) == LONGEST_WAIT.total_seconds()
    await bot.sends()
    assert arrived(bot) == [("an", "chào")]


async def test_a_chat_that_is_gone_gets_nothing_more_of_this_part(bot: Bot) -> None:
    bot.platform.script = [Unreachable("bot was blocked by the user")]
    number = await bot.part("chào")
    await bot.sends()
    row = await part(bot, number)
    assert (row.state, row.note) == ("dead", "bot was blocked by the user")
    assert row.finished_at == NOON


async def test_an_unforeseen_error_is_tried_again_but_not_for_ever(bot: Bot) -> None:
    bot.platform.script = [KeyError("message_id") for _ in range(MOST_ATTEMPTS)]
    number = await bot.part("chào")
    for attempt in range(1, MOST_ATTEMPTS + 1):
        await bot.sends()
        row = await part(bot, number)
        assert row.attempts == attempt
        bot.clock.turn(LONGEST_WAIT.total_seconds())
    assert (row.state, "KeyError" in row.note) == ("dead", True)
    await bot.sends()
    assert arrived(bot) == []


async def test_an_outage_before_does_not_use_up_the_attempts_of_an_unforeseen_error(bot: Bot) -> None:
    bot.platform.script = [*(out_of_reach() for _ in range(MOST_ATTEMPTS)), KeyError("message_id")]
    await bot.part("chào")
    for _ in range(MOST_ATTEMPTS + 2):
        await bot.sends()
        bot.clock.turn(LONGEST_WAIT.total_seconds())
    assert arrived(bot) == [("an", "chào")]


async def test_a_platform_that_does_not_reply_is_out_of_reach(bot: Bot) -> None:
    bot.platform.script = [TimeoutError()]
    number = await bot.part("chào")
    assert await wait_after(bot, number) == 2
    assert (await part(bot, number)).state == "new"


async def test_a_tokens_trace_in_an_error_is_not_stored(bot: Bot) -> None:
    token = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
    bot.platform.script = [ValueError(f"The token `{token}` was rejected"), out_of_reach()]
    number = await bot.part("chào")
    await bot.sends()
    assert token not in (await part(bot, number)).note


@pytest.mark.parametrize("trouble", [out_of_reach(60), KeyError("x")])
async def test_a_delayed_part_keeps_its_chat_in_order_and_holds_up_no_other(
    bot: Bot, trouble: Exception
) -> None:
    bot.platform.script = [trouble]
    for text, chat in (("một", "an"), ("hai", "an"), ("ba", "an"), ("khác", "binh")):
        await bot.part(text, chat)
    await bot.sends()
    assert arrived(bot) == [("binh", "khác")]
    bot.clock.turn(60)
    await bot.sends()
    assert arrived(bot)[1:] == [("an", "một"), ("an", "hai"), ("an", "ba")]


async def test_behind_a_part_that_was_given_up_the_chat_goes_on(bot: Bot) -> None:
    bot.platform.script = [Unreachable("message too long")]
    for text in ("một", "hai"):
        await bot.part(text)
    await bot.sends()
    assert arrived(bot) == [("an", "hai")]


async def test_a_part_cut_off_while_being_sent_is_sent_again_after_its_lease(bot: Bot) -> None:
    await bot.part("chào")
    assert await bot.sending.claim()  # and the process dies here
    await bot.sends()
    assert arrived(bot) == []
    bot.clock.turn(61)
    await bot.sends()
    assert arrived(bot) == [("an", "chào")]


async def test_a_send_that_hangs_frees_its_lane_before_the_lease_ends() -> None:
    from bot.sending import SEND_TIMEOUT
    from bot.store.queue import LEASE

    assert timedelta(seconds=SEND_TIMEOUT) < LEASE


async def test_every_lane_may_send_at_once_without_mixing_a_chat_up(bot: Bot) -> None:
    for index in range(24):
        await bot.part(str(index), f"chat-{index % 4}")
    await asyncio.gather(*(bot.sends() for _ in range(6)))
    await bot.sends()
    for chat in range(4):
        texts = [int(text) for to, text in arrived(bot) if to == f"chat-{chat}"]
        assert texts == sorted(texts) and len(texts) == 6


# --- paces ----------------------------------------------------------------------------------------


PACES = (Pace(1, timedelta(seconds=1)), Pace(3, timedelta(minutes=1), chats="-"))


async def test_a_chat_gets_no_more_than_its_pace_and_others_go_on(bot: Bot) -> None:
    bot.platform.can = replace(bot.platform.can, paces=PACES)
    for index in range(3):
        await bot.part(str(index), "an")
        await bot.part(str(index), f"chat-{index}")
    await bot.sends()
    assert len(arrived(bot)) == 4, "one to an, all to the others"
    for _ in range(2):
        bot.clock.turn(1)
        await bot.sends()
    assert [text for to, text in arrived(bot) if to == "an"] == ["0", "1", "2"]
    assert {row.attempts for row in await bot.rows(tables.outbox)} == {1}, "waiting is no failure"


async def test_a_group_has_a_pace_of_its_own(bot: Bot) -> None:
    bot.platform.can = replace(bot.platform.can, paces=PACES)
    for index in range(5):
        await bot.part(str(index), "-group")
    for _ in range(8):
        await bot.sends()
        bot.clock.turn(1)
    assert len(arrived(bot)) == 3
    bot.clock.turn(60)
    await bot.sends()
    assert len(arrived(bot)) == 4


# --- what becomes of a chat ------------------------------------------------------------------------


async def test_who_blocks_the_bot_is_not_told_until_they_are_back(bot: Bot) -> None:
    number = await bot.hears(UNKNOWN)
    await bot.answers()
    await bot.gets({"event": "left"})
    await bot.answers()
    await bot.answer(number, note="Được.")
    assert [row.state for row in await bot.rows(tables.tellings)] == ["kept"]
    await bot.gets({"event": "back"})
    await bot.answers()
    assert await bot.rows(tables.lost) == []


@pytest.mark.parametrize("told_by", ["refusal", "event"])
async def test_a_group_that_moves_takes_all_along(bot: Bot, told_by: str) -> None:
    number = await bot.hears(UNKNOWN, "-old", "an")
    await bot.answers()
    if told_by == "refusal":
        bot.platform.script = [Moved("moved", "new-home")]
    else:
        await bot.gets({"event": "moved"}, "-old", "an")
        await bot.answers()
    await bot.sends()
    await bot.sends()
    assert {to for to, _ in bot.platform.sent} == {"new-home"} and len(bot.platform.sent) == 1
    for table in (tables.inbox, tables.outbox, tables.chats, tables.exchanges, tables.waiting):
        assert {row.chat for row in await bot.rows(table)} == {"new-home"}, table
    await bot.answer(number, note="Được.")
    await bot.sends()
    assert [to for to, _ in bot.platform.sent] == ["new-home"] * 2


async def test_a_platform_that_refuses_until_somebody_acts_is_told_to_admins_once_a_day(bot: Bot) -> None:
    await bot.part("chào")
    told = say("trouble.zalo_quota")

    async def refused_after(seconds: float) -> list[str]:
        bot.clock.turn(seconds)
        bot.platform.script = [NeedsHelp("used up", 60, "zalo_quota")]
        await bot.sends()
        sent = [part["reply"] for chat, part in bot.platform.sent if chat == "boss"]
        return [words(load_reply(reply)) for reply in sent]

    assert await refused_after(0) == [], "what comes too fast passes by itself"
    assert await refused_after(700) == [told]
    assert await refused_after(700) == [told]
    assert await refused_after(86_400) == [told, told]
    bot.clock.turn(700)
    await bot.sends()
    assert bot.platform.sent[-1] == ("an", {"text": "chào"}), "nothing is lost"
