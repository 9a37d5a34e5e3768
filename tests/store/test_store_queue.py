"""Claiming, alike for the inbox and the outbox: oldest first, a chat's rows in order and one at a time."""

import asyncio
import json
import sys
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest
from store_queues import PAST_LEASE, Queue

from bot.store import Database


@pytest.fixture(params=["inbox", "outbox"])
def queue(database: Database, request: pytest.FixtureRequest) -> Queue:
    return Queue(database, request.param)


# --- order -------------------------------------------------------------------------------------


async def test_an_empty_queue_gives_nothing(queue: Queue) -> None:
    assert await queue.claimed() is None


async def test_the_oldest_comes_first(queue: Queue) -> None:
    numbers = [await queue.put(chat) for chat in "abc"]
    assert [await queue.claimed() for _ in numbers] == numbers
    assert await queue.claimed() is None


async def test_a_chat_waits_for_its_row_in_work_and_others_do_not(queue: Queue) -> None:
    first, second, other = await queue.put("a"), await queue.put("a"), await queue.put("b")
    assert await queue.claimed() == first
    assert await queue.claimed() == other
    assert await queue.claimed() is None
    await queue.finish(first)
    assert await queue.claimed() == second


async def test_the_same_chat_name_in_another_channel_is_another_chat(queue: Queue) -> None:
    web, telegram = await queue.put("a", "web"), await queue.put("a", "telegram")
    assert await queue.claimed() == web
    assert await queue.claimed() == telegram


async def test_channels_of_other_processes_are_left_alone(queue: Queue) -> None:
    await queue.put("a", "telegram")
    assert await queue.claim(channels=["web"]) is None
    assert await queue.claim(channels=[]) is None


async def test_what_comes_at_the_same_moment_is_still_worked_on_one_at_a_time(
    database: Database, queue: Queue
) -> None:
    if not database.url.drivername.startswith("postgresql"):
        pytest.skip("SQLite has one writer, so numbers are committed in their order")
    async with database.writing() as slow:  # a second receiver: its number is lower, its commit later
        await queue.put("a", connection=slow)
        quick = await queue.put("a")
        assert await queue.claimed() == quick
    assert await queue.claimed() is None, "two rows of a chat in work"
    await queue.finish(quick)
    assert await queue.claimed() == quick - 1


# --- leases and waiting ------------------------------------------------------------------------


async def test_a_row_whose_worker_died_is_handed_over_when_its_lease_ends(queue: Queue) -> None:
    number = await queue.put("a")
    await queue.put("a")
    assert await queue.claimed() == number
    assert await queue.claimed(PAST_LEASE - 2) is None
    again = await queue.claim(PAST_LEASE)
    assert again and (again.id, again.attempts) == (number, 2)
    assert await queue.claimed(PAST_LEASE) is None


async def test_a_delayed_row_holds_its_chat_back_and_no_other(queue: Queue) -> None:
    first, second, other = await queue.put("a"), await queue.put("a"), await queue.put("b")
    assert await queue.claimed() == first
    await queue.later(first, 30)
    assert await queue.claimed() == other
    assert await queue.claimed(29) is None
    assert await queue.claimed(30) == first
    await queue.finish(first)
    assert await queue.claimed(30) == second


async def test_a_buried_row_frees_its_chat(queue: Queue) -> None:
    first, second = await queue.put("a"), await queue.put("a")
    assert await queue.claimed() == first
    await queue.bury(first)
    assert await queue.claimed() == second
    assert (await queue.row(first)).note == "hopeless"


async def test_every_claim_counts_as_an_attempt(queue: Queue) -> None:
    number = await queue.put("a")
    for attempt in (1, 2, 3):
        row = await queue.claim(attempt)
        assert row and row.attempts == attempt
        await queue.later(number, attempt)


# --- a worker that lost its lease ----------------------------------------------------------------


@pytest.mark.parametrize("late", ["later", "bury", "finish"])
async def test_a_worker_that_comes_too_late_changes_nothing(queue: Queue, late: str) -> None:
    number = await queue.put("a")
    assert await queue.claimed() == number  # the slow one
    assert await queue.claimed(PAST_LEASE) == number  # the one that took over
    await queue.finish(number, PAST_LEASE)
    before = await queue.row(number)
    match late:
        case "later":
            await queue.later(number, PAST_LEASE + 5)
        case "bury":
            await queue.bury(number, PAST_LEASE + 5)
        case _:
            await queue.finish(number, PAST_LEASE + 5)
    assert await queue.row(number) == before
    assert await queue.claimed(PAST_LEASE * 3) is None


MANY = {"inbox": 400, "outbox": 120}  # rows; both are claimed by one statement

# --- many at once ------------------------------------------------------------------------------


async def test_twelve_workers_share_the_rows_of_eight_chats(database: Database, queue: Queue) -> None:
    numbers: dict[str, list[int]] = defaultdict(list)
    async with database.writing() as connection:
        for index in range(MANY[queue.name]):
            chat = f"chat-{index % 8}"
            numbers[chat].append(await queue.put(chat, connection=connection))
    in_work: set[str] = set()
    worked: dict[str, list[int]] = defaultdict(list)

    async def work() -> None:
        misses = 0
        while misses < 3:
            row = await queue.claim()
            if row is None:
                misses += 1
                await asyncio.sleep(0.01)
                continue
            assert row.chat not in in_work, "two rows of a chat in work"
            in_work.add(row.chat)
            await asyncio.sleep(0)
            worked[row.chat].append(row.id)
            in_work.discard(row.chat)
            await queue.finish(row.id)

    async with asyncio.timeout(20):
        await asyncio.gather(*(work() for _ in range(12)))
    assert worked == numbers
    assert set(await queue.states()) == {"done"}


PIPES = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}


def worker(url: str) -> list[str]:
    return [sys.executable, str(Path(__file__).with_name("store_worker.py")), url]


async def test_two_processes_share_one_sqlite_file(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'shared.db'}"
    database = Database(url)
    await database.upgrade()
    queue = Queue(database, "inbox")
    async with database.writing() as connection:
        numbers = [await queue.put(f"chat-{index % 6}", connection=connection) for index in range(120)]
    workers = [await asyncio.create_subprocess_exec(*command, **PIPES) for command in [worker(url)] * 2]
    for each in workers:
        assert await each.stdout.readline() == b"ready\n"
    answers = await asyncio.gather(*(each.communicate(b"go\n") for each in workers))
    await database.close()
    each = [json.loads(answer) for answer, _ in answers]
    assert all(each), "one of the two did all of it"
    assert sorted(row["id"] for done in each for row in done) == numbers, "claimed twice, or never"
    chats = defaultdict(list)
    for row in sorted((row for done in each for row in done), key=lambda row: row["id"]):
        chats[row["chat"]].append(row)
    for rows in chats.values():
        for row, following in pairwise(rows):
            assert row["ended"] <= following["begun"], "two rows of a chat at once, or out of order"
