"""What a question may go on from: the same person's last one, in the same chat, a few minutes ago."""

from datetime import date

import pytest
from shell_bot import HEALTH, HELLO, HOUSE, LOAN, Bot

from bot.handlers import FOLLOW_UP
from bot.store import tables

THEN = "còn hộ cận nghèo thì sao?"


async def waits_as(bot: Bot, **who: str) -> str:
    """Ask the follow-up and return how it is put before the experts."""
    await bot.asks(THEN, **who)
    return str((await bot.rows(tables.waiting))[-1].question)


def after(question: str) -> str:
    return f"{THEN} (hỏi ngay sau câu: {question})"


async def test_the_last_question_is_kept_with_it(bot: Bot) -> None:
    await bot.asks(HEALTH)
    await bot.asks(LOAN)
    assert await waits_as(bot) == after(LOAN)
    *_, exchange = await bot.rows(tables.exchanges)
    assert (exchange.raw, exchange.earlier) == (THEN, LOAN)


async def test_of_a_suggestion_that_was_picked_its_question(bot: Bot) -> None:
    await bot.asks(HOUSE)
    await bot.asks("2")
    assert await waits_as(bot) == after("Mức hỗ trợ sửa chữa nhà ở cho hộ nghèo?")


async def test_of_an_entry_that_was_opened_its_question(bot: Bot) -> None:
    await bot.presses("e:tien-dien")
    assert await waits_as(bot) == after("Hộ nghèo được hỗ trợ tiền điện bao nhiêu?")


async def test_small_talk_between_them_does_not_part_them(bot: Bot) -> None:
    await bot.asks(LOAN)
    await bot.asks(HELLO)
    assert await waits_as(bot) == after(LOAN)


@pytest.mark.parametrize(("late", "expected"), [(-1, after(LOAN)), (1, THEN)])
async def test_for_a_few_minutes(bot: Bot, late: int, expected: str) -> None:
    await bot.asks(LOAN)
    bot.clock.turn(FOLLOW_UP.total_seconds() + late)
    assert await waits_as(bot) == expected


async def test_nobody_goes_on_from_another_persons_question(bot: Bot) -> None:
    await bot.asks(LOAN, chat="group", asker="an")
    assert await waits_as(bot, chat="group", asker="binh") == THEN


async def test_what_was_asked_elsewhere_is_not_told_in_a_group(bot: Bot) -> None:
    await bot.asks(LOAN, chat="an")
    assert await waits_as(bot, chat="group", asker="an") == THEN


async def test_the_day_that_is_asked_about_is_kept_and_the_next_question_can_ask_of_another(bot: Bot) -> None:
    await bot.asks(f"/ngay 2023-09-01 {LOAN}")
    await bot.asks("còn năm 2022 thì sao?")
    await bot.asks(LOAN)
    days = [(row.entry, row.day) for row in await bot.rows(tables.exchanges)]
    loan = days[0][0]
    assert days == [(loan, date(2023, 9, 1)), (loan, date(2022, 12, 31)), (loan, None)]
