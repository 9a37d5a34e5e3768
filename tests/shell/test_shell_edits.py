"""A message whose words are changed is answered anew, in place of the old answer."""

from dataclasses import replace
from typing import Any

import pytest
from shell_bot import HEALTH, LOAN, PUSHES, UNKNOWN, Bot, Platform, out_of_reach, words

from bot.kb import Knowledge
from bot.store import Database, tables

EDITS = replace(PUSHES, edits=True)


@pytest.fixture
def bot(database: Database, knowledge: Knowledge) -> Bot:
    return Bot(database, knowledge, platform=Platform(can=EDITS))


async def asks(bot: Bot, text: str, key: str = "m1", *, changes: str | None = None) -> int:
    payload = {"text": text} if changes is None else {"text": text, "changes": changes}
    number = await bot.gets(payload, key=key)
    await bot.answers()
    return number


async def parts(bot: Bot) -> list[tuple[str, int | None, str]]:
    return [(row.state, row.edits, row.platform_id or "") for row in await bot.rows(tables.outbox)]


def arrived(bot: Bot) -> list[Any]:
    """What the platform was told to write, and in place of which message."""
    return [part.get("replaces") for _, part in bot.platform.sent]


async def test_the_new_answer_takes_the_place_of_the_old(bot: Bot) -> None:
    await asks(bot, LOAN)
    await bot.sends()
    new = await asks(bot, HEALTH, "e1", changes="m1")
    await bot.sends()
    assert arrived(bot) == [None, "sent-1"]
    assert "bảo hiểm" in words((await bot.replies(new))[0])
    exchanges = await bot.rows(tables.exchanges)
    assert [(row.raw, row.entry) for row in exchanges] == [(LOAN, "vay-von"), (HEALTH, "bao-hiem-y-te")]


async def test_changed_again_it_takes_the_place_of_the_newest(bot: Bot) -> None:
    for key, text in (("m1", LOAN), ("e1", HEALTH), ("e2", UNKNOWN)):
        await asks(bot, text, key, changes=None if key == "m1" else "m1")
        await bot.sends()
    first, second, third = await bot.rows(tables.outbox)
    assert [row.edits for row in (first, second, third)] == [None, first.id, second.id]
    mine = words(await bot.asks("/cauhoi"))
    assert UNKNOWN in mine and LOAN not in mine and HEALTH not in mine


async def test_what_was_not_sent_yet_is_never_sent(bot: Bot) -> None:
    await asks(bot, LOAN)
    await asks(bot, HEALTH, "e1", changes="m1")
    await bot.sends()
    assert arrived(bot) == [None]
    assert [state for state, _, _ in await parts(bot)] == ["dead", "done"]


async def test_a_shorter_answer_takes_the_rest_of_the_longer_away(bot: Bot) -> None:
    bot.platform.parts_per_reply = 3
    await asks(bot, LOAN)
    await bot.sends()
    bot.platform.parts_per_reply = 1
    await asks(bot, HEALTH, "e1", changes="m1")
    await bot.sends()
    assert arrived(bot)[3:] == ["sent-1", "sent-2", "sent-3"]
    assert [set(part) for _, part in bot.platform.sent[4:]] == [{"replaces"}] * 2
    bot.platform.parts_per_reply = 2
    await asks(bot, LOAN, "e2", changes="m1")
    await bot.sends()
    assert arrived(bot)[6:] == ["sent-4", None], "the second is sent anew"


async def test_an_edit_that_has_to_wait_is_tried_again_and_not_doubled(bot: Bot) -> None:
    await asks(bot, LOAN)
    await bot.sends()
    bot.platform.script = [out_of_reach(3)]
    await asks(bot, HEALTH, "e1", changes="m1")
    await bot.sends()
    bot.clock.turn(4)
    await bot.sends()
    assert arrived(bot) == [None, "sent-1"]


async def test_a_question_that_waited_waits_no_more_and_its_new_words_do(bot: Bot) -> None:
    old = await asks(bot, UNKNOWN)
    await bot.gathering.gather_all()
    new = await asks(bot, f"{UNKNOWN} ở vùng cao", "e1", changes="m1")
    await bot.gathering.gather_all()
    rows = {row.number: row for row in await bot.rows(tables.waiting)}
    assert (rows[old].resolved_by, rows[new].resolved_at) == ("asker", None)
    items = {row.number: row.state for row in await bot.rows(tables.items)}
    assert items == {old: "withdrawn", new: "new"}
    assert "withdrew" in [row.kind for row in await bot.rows(tables.acts)]
    await bot.answer(new, note="Trồng được.")
    assert len(await bot.rows(tables.tellings)) == 1, "told once, of the new words"


async def test_an_item_that_others_wait_for_stays_open(bot: Bot) -> None:
    await asks(bot, UNKNOWN)
    other = await bot.hears(UNKNOWN, "bình")
    await bot.answers()
    await bot.gathering.gather_all()
    await asks(bot, LOAN, "e1", changes="m1")
    [item] = await bot.rows(tables.items)
    assert item.state == "new"
    assert [row.number for row in await bot.rows(tables.waiting) if row.resolved_at is None] == [other]


async def test_a_change_of_what_we_never_saw_is_a_question(bot: Bot) -> None:
    await asks(bot, LOAN, "e1", changes="never")
    await bot.sends()
    assert arrived(bot) == [None]


async def test_the_old_words_are_not_what_the_new_ones_go_on_from(bot: Bot) -> None:
    await asks(bot, LOAN)
    await asks(bot, "còn bảo hiểm?", "e1", changes="m1")
    assert [row.earlier for row in await bot.rows(tables.exchanges)] == [None, None]
