"""Contract: on Monday morning every admin is told of the week before, once, however many processes run."""

import asyncio
import contextlib
from datetime import UTC, date, datetime, timedelta

import pytest
from shell_bot import HELLO, LOAN, NOON, UNKNOWN, Bot, until, words

from bot.channels.wire import load_reply
from bot.domain import Reply
from bot.kb import Document, Entry, Knowledge, Source
from bot.notices import Notices
from bot.phrases import say
from bot.store import tables
from bot.weekly import Weekly

MONDAY = datetime(2026, 11, 30, 1, tzinfo=UTC)  # eight o'clock in Vietnam
ADMINS = ("push:boss", "push:deputy", "telegram:not-served")
SITE = "https://hoidap.example"


def weekly(bot: Bot, admins: tuple[str, ...] = ADMINS, site: str = "", hour: int = 8) -> Weekly:
    notices = Notices(bot.database, bot.channels, admins, bot.clock, bot.replied)
    return Weekly(
        bot.database, notices, bot.rules.pseudonym, lambda: bot.knowledge, bot.clock, bot.replied, hour, site
    )


async def told(bot: Bot) -> list[tuple[str, Reply]]:
    return [
        (part.chat, load_reply(part.payload["reply"]))
        for part in await bot.rows(tables.outbox)
        if part.inbox_id is None
    ]


async def busy_week(bot: Bot) -> int:
    """Let two people ask one unknown thing and one of them two others; return the number of the first."""
    number = await bot.hears(UNKNOWN, "an")
    await bot.hears(UNKNOWN, "binh")
    loan = await bot.hears(LOAN, "an")
    await bot.hears(HELLO, "an")
    await bot.answers()
    await bot.presses(f"u:{loan}")
    await bot.gathering.gather_all()
    return number


async def test_every_admin_is_told_on_monday_morning_and_not_before(bot: Bot) -> None:
    await busy_week(bot)
    bot.clock.time = MONDAY - timedelta(seconds=1)
    assert await weekly(bot).tell_if_due() == 0
    bot.clock.time = MONDAY
    assert await weekly(bot).tell_if_due() == 2
    assert [chat for chat, _ in await told(bot)] == ["boss", "deputy"]
    await bot.sends()
    assert {"boss", "deputy"} <= {chat for chat, _ in bot.platform.sent}


@pytest.mark.parametrize("command", ["/tat", "/tatbao"])
async def test_an_admin_who_stopped_all_messages_is_not_told(bot: Bot, command: str) -> None:
    await bot.asks(command, "boss")
    await busy_week(bot)
    bot.clock.time = MONDAY
    assert await weekly(bot).tell_if_due() == 1
    assert [chat for chat, _ in await told(bot)] == ["deputy"]
    assert await weekly(bot).tell_if_due() == 0


async def test_once_a_week_after_restarts_and_again_the_week_after(bot: Bot) -> None:
    await busy_week(bot)
    bot.clock.time = MONDAY
    assert await weekly(bot).tell_if_due() == 2
    for later in (0, 3600, 3 * 86400):
        bot.clock.time = MONDAY + timedelta(seconds=later)
        assert await weekly(bot).tell_if_due() == 0
    bot.clock.time = MONDAY + timedelta(days=7)
    assert await weekly(bot).tell_if_due() == 2
    assert len(await told(bot)) == 4


async def test_of_several_processes_one_tells(bot: Bot) -> None:
    await busy_week(bot)
    bot.clock.time = MONDAY
    counts = await asyncio.gather(*(weekly(bot).tell_if_due() for _ in range(4)))
    assert sum(counts) == 2
    assert sorted(chat for chat, _ in await told(bot)) == ["boss", "deputy"]


async def test_a_bot_that_was_down_on_monday_tells_when_it_is_back(bot: Bot) -> None:
    await busy_week(bot)
    bot.clock.time = MONDAY + timedelta(days=2)
    assert await weekly(bot).tell_if_due() == 2
    assert "Tuần 23/11 – 29/11/2026" in words((await told(bot))[0][1])


async def test_who_is_reached_by_another_process_only_is_left_to_it(bot: Bot) -> None:
    await busy_week(bot)
    bot.clock.time = MONDAY
    assert await weekly(bot, ("telegram:not-served",)).tell_if_due() == 0
    assert await bot.rows(tables.reports) == []
    assert await weekly(bot, ("push:new",)).tell_if_due() == 1
    assert await weekly(bot).tell_if_due() == 2, "an admin who was told takes nothing from the others"


async def test_where_nothing_was_asked_there_is_nothing_to_tell(bot: Bot) -> None:
    bot.clock.time = MONDAY
    assert await weekly(bot).tell_if_due() == 0
    await busy_week(bot)  # a bot in its first days
    assert await weekly(bot).tell_if_due() == 0
    assert await told(bot) == []


async def test_what_has_waited_for_long_is_told_though_nobody_asks_any_more(bot: Bot) -> None:
    number = await busy_week(bot)
    bot.clock.time = MONDAY + timedelta(days=28)
    assert await weekly(bot).tell_if_due() == 2
    said = words((await told(bot))[0][1])
    assert say("weekly.asked", count="0", before="0") in said
    assert say("weekly.oldest", number=number, since="23/11/2026") in said


async def test_the_week_beside_the_one_before(bot: Bot) -> None:
    bot.clock.time = NOON - timedelta(days=7)
    await bot.asks(LOAN, "an")
    bot.clock.time = NOON
    number = await busy_week(bot)
    bot.clock.time = MONDAY + timedelta(hours=1)
    await bot.asks(LOAN, "an")  # this week's
    await weekly(bot, site=SITE).tell_if_due()
    reply = (await told(bot))[0][1]
    said = words(reply)
    assert say("weekly.asked", count="4", before="1") in said
    assert say("weekly.answered", share="25,0 %", before="100,0 %") in said
    assert say("weekly.unanswered", share="50,0 %", before="0,0 %") in said
    assert say("weekly.liked", liked=1, disliked=0) in said
    assert say("weekly.items", new=1, open=1) in said
    assert say("weekly.oldest", number=number, since="23/11/2026") in said
    assert f"{SITE}/console/figures" in said
    assert [(one.label, one.action) for one in reply.choices] == [
        (say("weekly.group", number=number, text=UNKNOWN, askers=2), f"v:{number}")
    ]


async def test_the_button_opens_the_item(bot: Bot) -> None:
    number = await busy_week(bot)
    bot.clock.time = MONDAY
    await weekly(bot).tell_if_due()
    [choice] = (await told(bot))[0][1].choices
    opened = await bot.presses(choice.action, "boss")
    assert say("review.title", number=number, askers=2, asked=2) in words(opened)


async def test_what_ends_or_is_replaced_within_a_month(bot: Bot) -> None:
    await busy_week(bot)
    bot.clock.time = MONDAY
    old, new, far = "1/2020/TT-BTC", "2/2026/TT-BTC", "3/2020/TT-BTC"
    entries = [
        Entry(id="het", question="Mức cũ?", answer="Cũ.", valid_to=date(2026, 12, 15)),
        Entry(id="con", question="Mức xa?", answer="Xa.", valid_to=date(2027, 2, 15)),
        Entry(
            id="dan",
            question="Theo đâu?",
            answer="Đây.",
            sources=[Source(document=old), Source(document=far)],
        ),
    ]
    documents = {
        old: Document(title="Cũ"),
        new: Document(title="Mới", effective=date(2026, 12, 21), replaces=[old]),
        far: Document(title="Xa", ended=date(2027, 1, 31)),
    }
    bot.knowledge = Knowledge({one.id: one for one in entries}, documents=documents)
    await weekly(bot).tell_if_due()
    said = words((await told(bot))[0][1])
    assert say("weekly.entry_ends", day="15/12/2026", questions="Mức cũ?") in said
    assert say("weekly.document_replaced", day="20/12/2026", document=old, newer=new, count=1) in said
    assert "Mức xa?" not in said and far not in said


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        (MONDAY - timedelta(hours=3), 3),
        (MONDAY, 7 * 24),
        (MONDAY + timedelta(days=6), 24),
        (datetime(2026, 11, 29, 16, 59, tzinfo=UTC), 8 + 1 / 60),  # a minute before Monday in Vietnam
    ],
)
def test_the_next_time_is_worked_out(now: datetime, hours: float) -> None:
    notices = Notices(None, {}, (), lambda: now, None)  # type: ignore[arg-type]
    lane = Weekly(None, notices, str, lambda: Knowledge({}), lambda: now, None, 8, "")  # type: ignore[arg-type]
    assert lane.wait() == timedelta(hours=hours)


async def test_the_lane_tells_and_stops_when_it_is_cancelled(bot: Bot) -> None:
    await busy_week(bot)
    bot.clock.time = MONDAY
    task = asyncio.create_task(weekly(bot).watch())

    async def is_told() -> bool:
        return len(await told(bot)) == 2

    await until(is_told)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.wait_for(task, 5)
    assert task.cancelled()
