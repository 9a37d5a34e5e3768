"""Lanes and tasks: they outlive what fails in them, stop at once, and give nothing up half-way."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from shell_bot import LOAN, UNKNOWN, Bot, has_title, until
from structlog.testing import capture_logs

from bot.intake import CROWD, PATIENCE
from bot.lanes import Wake, keep_running, run_lane
from bot.store import inbox, tables
from bot.store.queue import LEASE


@asynccontextmanager
async def running(*work: Coroutine[Any, Any, None]) -> AsyncIterator[list[asyncio.Task[None]]]:
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def answer_lane(bot: Bot, work: Callable[[Any], Any] | None = None) -> Coroutine[Any, Any, None]:
    answering = bot.answering
    return run_lane("answer", bot.asked, answering.claim, work or answering.work, answering.failed)


def send_lane(bot: Bot) -> Coroutine[Any, Any, None]:
    return run_lane("send", bot.replied, bot.sending.claim, bot.sending.work, bot.sending.failed)


async def never(_row: object) -> None:
    await asyncio.Event().wait()


async def failed_nowhere(_row: object, _error: Exception) -> None:
    raise AssertionError("nothing was to fail")


# --- the whole way -------------------------------------------------------------------------------


async def test_messages_are_answered_and_sent_while_they_come_in(bot: Bot) -> None:
    async with running(*(lane(bot) for lane in (answer_lane, send_lane) for _ in range(4))):
        for index in range(20):
            await bot.hears(LOAN, f"chat-{index % 5}")
        await until(lambda: len(bot.platform.sent) == 20)
    assert {row.attempts for row in await bot.rows(tables.inbox)} == {1}
    assert {row.state for row in await bot.rows(tables.outbox)} == {"done"}


async def test_a_lane_that_waits_starts_at_once_when_a_message_comes(bot: Bot) -> None:
    async with running(answer_lane(bot), send_lane(bot)):
        await asyncio.sleep(0.1)  # both have found nothing
        begun = asyncio.get_running_loop().time()
        await bot.hears(LOAN)
        await until(lambda: bot.platform.sent)
        assert asyncio.get_running_loop().time() - begun < 0.9, "it looked, but was not woken"


# --- stopping ------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # takes as long as a stopped lane may
async def test_what_is_in_work_when_a_lane_is_stopped_is_worked_on_again(bot: Bot) -> None:
    number = await bot.hears(LOAN)
    async with running(answer_lane(bot, work=never)):
        await until(lambda: _is_working(bot, number))
    assert await bot.rows(tables.outbox) == []
    assert await bot.claims() is None, "its lease still runs"
    bot.clock.turn(LEASE.total_seconds())
    again = await bot.claims()
    assert again is not None and (again.id, again.attempts) == (number, 2)


async def _is_working(bot: Bot, number: int) -> bool:
    return (await bot.row(number)).state == "working"


async def test_stopping_at_any_moment_leaves_every_message_whole(bot: Bot) -> None:
    numbers = [await bot.hears(LOAN, f"chat-{index}") for index in range(12)]
    for moment in range(12):
        async with running(answer_lane(bot), answer_lane(bot)):
            await asyncio.sleep(moment * 0.003)
        logged = {row.id for row in await bot.rows(tables.exchanges)}
        replied = {row.inbox_id for row in await bot.rows(tables.outbox)}
        done = {row.id for row in await bot.rows(tables.inbox) if row.state == "done"}
        assert logged == replied == done
    bot.clock.turn(LEASE.total_seconds())
    await bot.answers()
    assert {row.id for row in await bot.rows(tables.exchanges)} == set(numbers)


async def test_work_that_fails_while_its_lane_stops_is_logged() -> None:
    begun = asyncio.Event()

    async def claim() -> list[list[str]]:
        return [["row"]]

    async def work(_rows: list[str]) -> None:
        begun.set()
        await asyncio.sleep(0.05)
        raise OSError("away")

    with capture_logs() as logged:
        async with running(run_lane("answer", Wake(), claim, work, failed_nowhere)):
            await begun.wait()
    assert [line["event"] for line in logged] == ["work.failed"]


async def test_a_stopped_lane_leaves_nothing_running_behind() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def claim() -> list[list[str]]:
        return [["row"]]

    async def work(_rows: list[str]) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.05)  # its connection is closed
            ended.set()

    async with running(run_lane("answer", Wake(), claim, work, failed_nowhere)):
        await begun.wait()
    assert ended.is_set()


async def test_an_idle_lane_stops_at_once(bot: Bot) -> None:
    async with asyncio.timeout(2), running(answer_lane(bot)):
        await asyncio.sleep(0.05)


# --- failing -------------------------------------------------------------------------------------


async def test_a_lane_outlives_a_database_that_is_away_for_a_moment() -> None:
    answers: list[object] = [OSError("away"), [["row"]], []]
    looked, worked = [], asyncio.Event()

    async def claim() -> object:
        looked.append(asyncio.get_running_loop().time())
        found = answers.pop(0) if answers else []
        if isinstance(found, Exception):
            raise found
        return found

    async def work(_row: object) -> None:
        worked.set()

    async with running(run_lane("answer", Wake(), claim, work, failed_nowhere)):
        async with asyncio.timeout(5):
            await worked.wait()
    assert looked[1] - looked[0] >= 1, "it did not pause"


async def test_a_lane_outlives_work_whose_failure_cannot_be_recorded_either() -> None:
    groups, worked = [["bad"], ["bad", "good"]], []

    async def claim() -> list[list[str]]:
        return [groups.pop(0)] if groups else []

    async def work(found: list[str]) -> None:
        worked.append(found)
        if "bad" in found:
            raise ValueError(found)

    async def failed(_row: str, _error: Exception) -> None:
        raise OSError("away")

    async with running(run_lane("answer", Wake(), claim, work, failed)):
        await until(lambda: worked == [["bad"], ["bad", "good"], ["bad"], ["good"]])


async def test_a_channel_that_fails_is_started_again_alone() -> None:
    starts: list[str] = []

    async def poll() -> None:
        starts.append("poll")
        if len(starts) == 1:
            raise ConnectionError("refused")
        await asyncio.Event().wait()

    async def other() -> None:
        starts.append("other")
        await asyncio.Event().wait()

    async with running(keep_running("telegram", poll), keep_running("watch", other)):
        await until(lambda: starts.count("poll") == 2)
    assert starts.count("other") == 1


async def test_a_task_that_ends_by_itself_is_started_again() -> None:
    starts = []

    async def run() -> None:
        starts.append(1)

    async with running(keep_running("watch", run)):
        await until(lambda: len(starts) == 2)


async def test_a_wake_before_the_wait_is_not_lost() -> None:
    wake = Wake()
    wake.set()
    async with asyncio.timeout(1):
        await wake.wait(60)


async def test_one_wake_reaches_one_lane_and_each_lane_that_finds_work_wakes_the_next() -> None:
    wake, found = Wake(), 0
    lanes = [asyncio.create_task(wake.wait(60)) for _ in range(5)]
    await asyncio.sleep(0)
    while found < len(lanes):
        wake.set()
        done, _ = await asyncio.wait(lanes, timeout=1, return_when=asyncio.FIRST_COMPLETED)
        assert len(done) == 1, "all looked for one message"
        lanes = [lane for lane in lanes if lane not in done]


async def test_one_message_that_spoils_it_for_all_is_worked_on_alone(bot: Bot) -> None:
    for chat, text in (("an", LOAN), ("bình", UNKNOWN), ("chi", LOAN)):
        await bot.hears(text, chat)
    bot.platform.refuses = lambda reply: not has_title(reply)
    with capture_logs() as logged:
        async with running(answer_lane(bot)):
            await until(lambda: _done(bot, 2))
    assert "work.failed" in [line["event"] for line in logged]
    states = {row.chat: (row.state, row.attempts) for row in await bot.rows(tables.inbox)}
    assert states == {"an": ("done", 1), "bình": ("new", 1), "chi": ("done", 1)}
    assert len(await bot.rows(tables.exchanges)) == 2


async def _done(bot: Bot, count: int) -> bool:
    return [row.state for row in await bot.rows(tables.inbox)].count("done") == count


async def test_answering_waits_while_messages_crowd_in_but_not_for_long(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(PATIENCE / 2):
        await bot.intake.calm()  # nobody is there
    hold = asyncio.Event()

    put = inbox.put

    async def held(*arrived: Any) -> Any:
        await hold.wait()
        return await put(*arrived)

    monkeypatch.setattr(inbox, "put", held)
    crowd = [asyncio.create_task(bot.hears(f"câu {at}")) for at in range(CROWD)]
    await asyncio.sleep(0.05)
    began = loop.time()
    await bot.intake.calm()
    assert loop.time() - began >= PATIENCE  # and then answering goes on
    calm = asyncio.create_task(bot.intake.calm())
    await asyncio.sleep(0.05)
    assert not calm.done()
    hold.set()
    await asyncio.gather(*crowd)
    async with asyncio.timeout(PATIENCE):
        await calm
