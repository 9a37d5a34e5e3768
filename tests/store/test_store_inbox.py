"""What comes in is stored once, under a number that is never given to anything else."""

import asyncio

import pytest
from sqlalchemy import delete
from store_queues import NOON, Queue, at

from bot.domain import Envelope
from bot.store import Database, inbox
from bot.store.tables import inbox as table

HELLO = Envelope(key="update-7", chat="chat-1", asker="person-1")


@pytest.fixture
def queue(database: Database) -> Queue:
    return Queue(database, "inbox")


async def put(database: Database, envelope: Envelope = HELLO, channel: str = "web") -> int:
    async with database.writing() as connection:
        [number] = await inbox.put(connection, NOON, (channel, envelope, {"text": "alo"}))
        return number


async def test_a_message_delivered_twice_is_stored_once(database: Database) -> None:
    assert await put(database) == await put(database)
    async with database.reading() as connection:
        assert await inbox.open_count(connection) == 1


async def test_two_receivers_of_the_same_message_store_it_once(database: Database) -> None:
    other = Database(database.url.render_as_string(False))
    numbers = await asyncio.gather(*(put(each) for each in (database, other) * 4))
    assert len(set(numbers)) == 1
    async with database.reading() as connection:
        assert await inbox.open_count(connection) == 1
    await other.close()


async def test_a_message_that_is_there_already_does_not_undo_what_else_was_stored(database: Database) -> None:
    old = await put(database)
    async with database.writing() as connection:
        fresh = ("web", Envelope("update-8", "chat-1", "person-1"), {})
        known, new, again = await inbox.put(connection, NOON, ("web", HELLO, {}), fresh, fresh)
        assert (known, again) == (old, new) and new != old
    async with database.reading() as connection:
        assert await inbox.version_of(connection, "web", "update-8") == new


async def test_channels_do_not_share_keys(database: Database) -> None:
    numbers = {await put(database, channel="web"), await put(database, channel="telegram")}
    assert len(numbers) == 2


async def test_a_number_is_never_given_again(database: Database, queue: Queue) -> None:
    numbers = [await queue.put("a") for _ in range(3)]
    async with database.writing() as connection:
        await connection.execute(delete(table))
    assert await queue.put("a") > max(numbers)


async def test_what_was_sent_comes_out_unchanged(database: Database) -> None:
    payload = {"text": "Mức hỗ trợ 😀 \u0301 \\ \" '", "update": {"id": 2**60, "list": [None, True, 1.5]}}
    async with database.writing() as connection:
        [number] = await inbox.put(connection, at(3), ("web", HELLO, payload))
    async with database.reading() as connection:
        row = await inbox.get(connection, number)
    assert row is not None
    assert (row.payload, row.chat, row.asker, row.received_at) == (payload, "chat-1", "person-1", at(3))


async def test_coming_too_early_is_no_attempt(database: Database, queue: Queue) -> None:
    number = await queue.put("a")
    for _ in range(3):
        row = await queue.claim()
        assert row is not None and row.attempts == 1
        async with database.writing() as connection:
            await inbox.later(connection, number, NOON, "too fast", failed=False)


async def test_finished_messages_of_a_chat_are_told_by_when(database: Database, queue: Queue) -> None:
    for chat, second in (("a", 10), ("a", 20), ("b", 25), ("a", 30)):
        number = await queue.put(chat)
        assert await queue.claimed(second) == number
        await queue.finish(number, second)
    async with database.reading() as connection:
        finished = await inbox.finished_since(connection, [("web", "a")], at(10))
        assert finished == {("web", "a"): [at(20), at(30)]}


async def test_open_and_dead_messages_are_counted(database: Database, queue: Queue) -> None:
    numbers = [await queue.put(chat) for chat in "abcd"]
    for _ in range(3):
        await queue.claim()
    await queue.finish(numbers[0])
    await queue.bury(numbers[1])
    async with database.reading() as connection:
        assert (await inbox.open_count(connection), await inbox.dead_count(connection)) == (2, 1)
