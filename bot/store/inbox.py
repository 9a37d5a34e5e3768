"""Messages as they came, stored before they are acknowledged."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import Envelope
from bot.store import queue
from bot.store.tables import OPEN, RowState, inbox


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


def _received(row: Row[Any]) -> Received:
    return Received(row.id, row.channel, row.chat, row.asker, row.payload, row.received_at, row.attempts)


async def put(
    connection: AsyncConnection, channel: str, envelope: Envelope, payload: Mapping[str, Any], now: datetime
) -> int:
    """Store a message once and return its number, the same one when it comes again."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    stored = await connection.scalar(
        insert(inbox)
        .values(
            channel=channel,
            key=envelope.key,
            chat=envelope.chat,
            asker=envelope.asker,
            payload=payload,
            received_at=now,
            state=RowState.NEW,
            attempts=0,
            not_before=now,
        )
        .on_conflict_do_nothing()
        .returning(inbox.c.id)
    )
    known = select(inbox.c.id).where(inbox.c.channel == channel, inbox.c.key == envelope.key)
    return int(stored or (await connection.execute(known)).scalar_one())


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


async def finish(connection: AsyncConnection, number: int, now: datetime, note: str | None = None) -> bool:
    """Mark a message as answered, or say in `note` why not; False when it is settled already."""
    return await queue.finish(connection, inbox, number, now, note=note)


async def later(
    connection: AsyncConnection, number: int, not_before: datetime, note: str, *, failed: bool
) -> None:
    """Answer this message, and those behind it in its chat, from `not_before` on."""
    await queue.later(connection, inbox, number, not_before, note, failed=failed)


async def bury(connection: AsyncConnection, number: int, now: datetime, note: str) -> bool:
    """Give up on a message that fails again and again; False when it has been settled meanwhile."""
    return await queue.bury(connection, inbox, number, now, note)


async def finished_since(
    connection: AsyncConnection, channel: str, chat: str, since: datetime
) -> tuple[datetime, ...]:
    """Return when this chat's messages were answered since then, oldest first."""
    query = (
        select(inbox.c.finished_at)
        .where(
            inbox.c.channel == channel,
            inbox.c.chat == chat,
            inbox.c.finished_at > since,
            inbox.c.note.is_(None),  # what was not answered took nobody's time
        )
        .order_by(inbox.c.finished_at)
    )
    return tuple((await connection.scalars(query)).all())


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
