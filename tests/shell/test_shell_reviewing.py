"""An expert settles a question: the asker is told once, where they asked, in reply to their own words."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from shell_bot import HEALTH, HOUSE, LOAN, UNKNOWN, Bot, Platform, has_title, words

from bot.answering import MOST_ATTEMPTS
from bot.channels.web import WebChannel
from bot.domain import Envelope, Style
from bot.kb import Problem
from bot.notices import Notices
from bot.phrases import say
from bot.store import chats, exchanges, tables

NOTE = "Việc này thuộc Sở Nông nghiệp."


@pytest.fixture
async def number(bot: Bot) -> int:
    """A question that waits."""
    number = await bot.hears(UNKNOWN)
    await bot.answers()
    await bot.sends()
    bot.platform.sent.clear()
    return number


async def settle(bot: Bot, number: int, entry: str | None = None, note: str | None = NOTE) -> bool:
    return await bot.answer(number, entry=entry, note=note) is not None


async def test_the_asker_is_told_in_answer_to_their_own_words(bot: Bot, number: int) -> None:
    assert await settle(bot, number)
    told = (await bot.replies(number))[1]
    assert say("told.head", number=number) in words(told)
    assert NOTE in words(told)
    assert [block.text for block in told.blocks if block.style is Style.QUOTE] == [UNKNOWN]
    await bot.sends()
    assert [chat for chat, _ in bot.platform.sent] == ["an"]


async def test_an_entry_that_settles_it_is_shown_and_can_be_judged(bot: Bot, number: int) -> None:
    assert await settle(bot, number, entry="vay-von", note=None)
    told = (await bot.replies(number))[1]
    assert "100 triệu" in words(told)
    assert {button.action for row in told.buttons for button in row} >= {f"d:{number}"}


async def test_what_an_expert_sent_can_be_disliked(bot: Bot, number: int) -> None:
    await settle(bot, number, entry="vay-von", note=None)
    assert words(await bot.presses(f"d:{number}")) != say("press.stale")
    settled, item = await bot.rows(tables.waiting)
    assert (settled.resolved_by, settled.entry) == ("chuyên gia", "vay-von")
    assert item.resolved_at is None and item.reason == "disliked"


async def test_a_number_typed_under_what_an_expert_sent_opens_what_stands_there(
    bot: Bot, number: int
) -> None:
    await bot.asks(HOUSE)  # another menu, older than what the expert sends
    await settle(bot, number, entry="vay-von", note=None)
    assert "Ngân sách đóng." in words(await bot.asks("1"))


async def test_commands_after_what_an_expert_sent_speak_of_it(bot: Bot, number: int) -> None:
    await bot.asks(LOAN)
    await settle(bot, number, entry="hoc-phi", note=None)
    assert f"#{number}" in words(await bot.asks("/sai"))


async def test_an_experts_words_alone_leave_the_open_menu_open(bot: Bot, number: int) -> None:
    await bot.asks(HOUSE)
    await settle(bot, number)
    assert "20 triệu" in words(await bot.asks("2"))


async def test_an_expert_can_settle_what_the_bot_failed_at_and_be_judged(bot: Bot) -> None:
    bot.platform.refuses = has_title
    number = await bot.hears(LOAN)
    for _ in range(MOST_ATTEMPTS):
        bot.clock.turn(20)
        await bot.answers()
    bot.platform.refuses = lambda reply: False
    assert f"#{number} {LOAN} → đang chờ" in words(await bot.asks("/cauhoi"))
    assert await settle(bot, number, entry="vay-von", note=None)
    assert words(await bot.presses(f"u:{number}")) == say("recorded.good")
    assert words(await bot.presses(f"d:{number}")) == say("recorded.bad", number=number)


async def test_what_an_expert_said_is_kept_when_the_question_waits_again(bot: Bot, number: int) -> None:
    await settle(bot, number)
    await bot.presses(f"x:{number}")
    assert [(row.resolved_by, row.note) for row in await bot.rows(tables.waiting)] == [
        ("chuyên gia", NOTE),
        (None, None),
    ]


async def test_a_pasted_document_is_not_sent_back_whole(bot: Bot) -> None:
    number = await bot.hears("giảm nghèo " * 1_000)
    await bot.answers()
    assert await settle(bot, number)
    assert len(words((await bot.replies(number))[1])) < 300


async def test_a_question_is_settled_once(bot: Bot, number: int) -> None:
    settled = await asyncio.gather(*(settle(bot, number) for _ in range(3)))
    assert sorted(settled) == [False, False, True]
    assert not await settle(bot, number)
    assert len(await bot.replies(number)) == 2


async def test_what_waits_again_can_be_settled_again(bot: Bot, number: int) -> None:
    for _ in range(3):
        assert await settle(bot, number)
        await bot.presses(f"x:{number}")
    assert len(await bot.replies(number)) == 4


async def test_nothing_that_does_not_wait_is_settled(bot: Bot) -> None:
    answered = await bot.hears(LOAN)
    await bot.answers()
    assert not await settle(bot, answered)
    assert not await settle(bot, 404)
    assert len(await bot.replies(answered)) == 1


async def test_words_that_cannot_be_rendered_settle_nothing(bot: Bot, number: int) -> None:
    bot.platform.refuses = lambda reply: True
    with pytest.raises(ValueError, match="rendered"):
        await settle(bot, number)
    bot.platform.refuses = lambda reply: False
    assert await settle(bot, number)


async def test_an_asker_sees_what_became_of_a_question(bot: Bot, number: int) -> None:
    assert "đang chờ" in words(await bot.asks("/cauhoi"))
    await settle(bot, number)
    assert f"đã trả lời ngày 23/11/2026: {NOTE}" in words(await bot.asks("/cauhoi"))


async def test_an_asker_opens_an_experts_answer_again_from_their_questions(bot: Bot, number: int) -> None:
    await settle(bot, number, entry="vay-von", note=None)
    await bot.asks("/cauhoi")
    assert "100 triệu" in words(await bot.asks("1"))


async def test_an_asker_on_the_web_finds_it_on_the_page(bot: Bot) -> None:
    bot.channels["web"] = WebChannel()
    number = await bot.intake.store("web", Envelope("k", "browser", "browser"), {"text": HOUSE})
    await bot.answers()
    await bot.presses(f"n:{number}")  # another chat's: changes nothing
    await bot.intake.store("web", Envelope("k2", "browser", "browser"), {"action": f"n:{number}"})
    await bot.answers()
    assert await settle(bot, number)
    assert [part.state for part in await bot.rows(tables.outbox) if part.channel == "web"] == ["done"] * 3


async def test_admins_are_told_where_a_saved_base_is_broken(bot: Bot, tmp_path) -> None:  # type: ignore[no-untyped-def]
    admins = frozenset({"push:boss", "push:deputy", "web:page", "telegram:not-served"})
    channels = {"push": Platform(), "web": WebChannel()}
    notices = Notices(bot.database, channels, admins, bot.clock, bot.replied)
    from bot.errors import KnowledgeError
    from bot.kb import load

    (tmp_path / "a.yaml").write_text("- id: [", encoding="utf-8")
    with pytest.raises(KnowledgeError) as broken:
        load(tmp_path)
    problems: tuple[Problem, ...] = broken.value.problems
    await notices.base_is_broken(problems)
    parts = await bot.rows(tables.outbox)
    assert sorted((part.channel, part.chat) for part in parts) == [
        ("push", "boss"),
        ("push", "deputy"),
        ("web", "page"),
    ]
    assert all("a.yaml" in repr(part.payload) for part in parts)
    await bot.sends()
    assert {part.state for part in await bot.rows(tables.outbox)} == {"done"}, "something waits for ever"


async def test_the_code_under_what_an_expert_sent_opens_it_again(bot: Bot, number: int) -> None:
    await settle(bot, number, entry="vay-von", note=None)
    version = bot.knowledge.entries["vay-von"].version
    assert [(row.entry, row.version) for row in await bot.rows(tables.snapshots)] == [("vay-von", version)]


async def test_a_press_and_an_experts_answer_to_the_same_person_wait_for_each_other_in_turn(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await bot.hears(LOAN)
    await bot.hears(HEALTH, "bình")
    await bot.answers()
    await bot.presses(f"d:{number}")
    await bot.gathering.gather_all()

    def slow(change: Callable[..., Any]) -> Callable[..., Any]:
        async def changed(*arguments: Any) -> None:
            await change(*arguments)
            await asyncio.sleep(0.1)  # what it has changed is held meanwhile

        return changed

    for room, name in ((exchanges, "amend"), (chats, "remember")):
        monkeypatch.setattr(room, name, slow(getattr(room, name)))
    await bot.is_pressed(f"u:{number}")
    await bot.hears(HEALTH, "bình")
    [batch] = await bot.answering.claim()
    assert len(batch) == 2
    act, _ = await asyncio.gather(bot.answer(number, entry="hoc-phi"), bot.answering.work(batch))
    assert act is not None
