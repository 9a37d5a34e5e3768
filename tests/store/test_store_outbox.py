"""What goes out is stored with what it answers: once per reply, in order, and known by its label."""

import pytest
from sqlalchemy.exc import IntegrityError
from store_queues import Queue, at

from bot.store import Database, outbox
from bot.store.outbox import Said

PARTS = [{"text": "một"}, {"text": "hai"}, {"text": "ba"}]


@pytest.fixture
async def number(database: Database) -> int:
    return await Queue(database, "inbox").put("a")


@pytest.fixture
def queue(database: Database) -> Queue:
    return Queue(database, "outbox")


async def put(database: Database, number: int | None, label: str = "", ready: bool = True) -> None:
    async with database.writing() as connection:
        await outbox.put(connection, at(0), Said(number, "web", "a", PARTS, label=label, ready=ready))


async def test_the_parts_of_a_reply_go_out_in_order(database: Database, queue: Queue, number: int) -> None:
    await put(database, number)
    texts = []
    while part := await queue.claim():
        texts.append(part.payload)
        await queue.finish(part.id)
    assert texts == PARTS


async def test_a_message_is_not_answered_twice(database: Database, queue: Queue, number: int) -> None:
    await put(database, number)
    with pytest.raises(IntegrityError):
        await put(database, number)
    assert await queue.states() == ["new"] * 3


async def test_a_reply_under_another_label_is_another_reply(
    database: Database, queue: Queue, number: int
) -> None:
    await put(database, number)
    await put(database, number, label="told")
    assert await queue.states() == ["new"] * 6


async def test_what_nobody_asked_for_may_be_said_again(database: Database, queue: Queue) -> None:
    await put(database, None)
    await put(database, None)
    assert await queue.states() == ["new"] * 6


async def test_what_its_reader_fetches_is_not_sent(database: Database, queue: Queue, number: int) -> None:
    await put(database, number, ready=False)
    assert await queue.claimed() is None
    async with database.reading() as connection:
        assert await outbox.open_count(connection) == 0


async def test_a_reply_without_parts_is_nothing(database: Database, queue: Queue, number: int) -> None:
    async with database.writing() as connection:
        await outbox.put(connection, at(0), Said(number, "web", "a", []))
    assert await queue.states() == []


async def test_where_a_part_arrived_is_kept(database: Database, queue: Queue, number: int) -> None:
    await put(database, number)
    part = await queue.claimed()
    assert part is not None
    async with database.writing() as connection:
        await outbox.sent(connection, at(5), {part: "telegram-4711"})
    row = await queue.row(part)
    assert (row.state, row.platform_id, row.finished_at) == ("done", "telegram-4711", at(5))


@pytest.mark.parametrize(
    ("label", "chat", "since", "said"),
    [
        ("late", "a", -1, True),
        ("late", "a", 0, False),  # not since then
        ("late", "b", -1, False),
        ("told", "a", -1, False),
        ("", "a", -1, False),
    ],
)
async def test_a_notice_is_remembered(
    database: Database, number: int, label: str, chat: str, since: float, said: bool
) -> None:
    await put(database, number, label="late")
    async with database.reading() as connection:
        assert await outbox.said_since(connection, "web", chat, label, at(since)) is said
