"""Messages as they came, stored before they are acknowledged."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import Envelope
from bot.store import queue
from bot.store.tables import OPEN, RowState, inbox
from bot.store.upsert import insert_into
from bot.store.whose import Chat

Arrived = tuple[str, Envelope, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Received:
    """A claimed message; `attempts` counts this one."""

    id: int
    channel: str
    chat: str
    asker: str
    payload: Mapping[str, Any]
    received_at: datetime
    attempts: int

    @property
    def where(self) -> Chat:
        """The chat that it came from."""
        return self.channel, self.chat


def _received(row: Row[Any]) -> Received:
    return Received(row.id, row.channel, row.chat, row.asker, row.payload, row.received_at, row.attempts)


async def put(connection: AsyncConnection, now: datetime, *arrived: Arrived) -> Sequence[int]:
    """Store messages once and return their numbers, the same ones when they come again.

    Args:
        connection: a writing transaction.
        now: UTC.
        arrived: of each the channel, who sent what where, and the payload as it came.
    """
    rows = [
        {
            "channel": channel,
            "key": envelope.key,
            "chat": envelope.chat,
            "asker": envelope.asker,
            "payload": payload,
            "received_at": now,
            "state": RowState.NEW,
            "attempts": 0,
            "not_before": now,
        }
        # In one order, see `chats.remember`; what came first in a chat has the lower number.
        for channel, envelope, payload in sorted(arrived, key=lambda one: (one[0], one[1].chat))
    ]
    c = inbox.c
    new = insert_into(connection, inbox).on_conflict_do_nothing().returning(c.channel, c.key, c.id)
    numbers = {(row.channel, row.key): row.id for row in await connection.execute(new, rows)}
    keys = [(channel, envelope.key) for channel, envelope, _ in arrived]
    for channel, key in {*keys} - numbers.keys():
        known = select(c.id).where(c.channel == channel, c.key == key)
        numbers[channel, key] = (await connection.execute(known)).scalar_one()
    return [numbers[key] for key in keys]


async def version_of(connection: AsyncConnection, channel: str, key: str) -> int | None:
    """Return the number of the message `key` of a channel, or of the newest one that changed its words."""
    query = select(inbox.c.id, inbox.c.replaced_by).where(inbox.c.channel == channel, inbox.c.key == key)
    row = (await connection.execute(query)).one_or_none()
    return (row.replaced_by or row.id) if row else None


async def replace(connection: AsyncConnection, old: int, new: int) -> None:
    """Record that message `new` stands for message `old`, and for those that `old` stood for."""
    was = or_(inbox.c.id == old, inbox.c.replaced_by == old)
    await connection.execute(update(inbox).where(was).values(replaced_by=new))


async def claim(
    connection: AsyncConnection, channels: Collection[str], now: datetime, most: int
) -> tuple[Received, ...]:
    """Claim the oldest messages that may be answered now; see `bot.store.queue.claim`."""
    return tuple(map(_received, await queue.claim(connection, inbox, channels, now, most)))


async def get(connection: AsyncConnection, number: int) -> Received | None:
    """Return a message by its number, whatever its state."""
    row = (await connection.execute(select(inbox).where(inbox.c.id == number))).one_or_none()
    return _received(row) if row else None


async def finish(
    connection: AsyncConnection, numbers: Collection[int], now: datetime, note: str | None = None
) -> frozenset[int]:
    """Mark messages as answered, or say in `note` why not; return those that were not settled already."""
    return await queue.finish(connection, inbox, numbers, now, note=note)


async def later(
    connection: AsyncConnection, number: int, not_before: datetime, note: str, *, failed: bool
) -> bool:
    """Answer a message, and those behind it in its chat, from `not_before` on; False when it is settled."""
    return await queue.later(connection, inbox, number, not_before, note, failed=failed)


async def bury(connection: AsyncConnection, number: int, now: datetime, note: str) -> bool:
    """Give up on a message that fails again and again; False when it has been settled meanwhile."""
    return await queue.bury(connection, inbox, number, now, note)


async def finished_since(
    connection: AsyncConnection, chats: Collection[Chat], since: datetime
) -> Mapping[Chat, Sequence[datetime]]:
    """Return when the messages of some chats were answered since then, oldest first."""
    was_answered = inbox.c.note.is_(None)  # what was not answered took nobody's time
    return await queue.finished_since(connection, inbox, chats, since, was_answered)


async def open_count(connection: AsyncConnection) -> int:
    """Count the messages that are not answered yet."""
    return (
        await connection.scalar(select(func.count()).where(queue.is_undone(inbox), inbox.c.state.in_(OPEN)))
        or 0
    )


async def dead_count(connection: AsyncConnection) -> int:
    """Count the messages that were given up."""
    return (
        await connection.scalar(
            select(func.count()).where(queue.is_undone(inbox), inbox.c.state == RowState.DEAD)
        )
        or 0
    )
