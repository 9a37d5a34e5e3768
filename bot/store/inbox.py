"""Messages as they came, stored before they are acknowledged."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.exc import IntegrityError
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
) -> int | None:
    """Store a message and return its number, or None when it is stored already."""
    try:
        async with connection.begin_nested():
            result = await connection.execute(
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
                .returning(inbox.c.id)
            )
            return int(result.scalar_one())
    except IntegrityError:
        return None


async def number_of(connection: AsyncConnection, channel: str, key: str) -> int | None:
    """Return the number under which the message `key` of a channel is stored."""
    query = select(inbox.c.id).where(inbox.c.channel == channel, inbox.c.key == key)
    return await connection.scalar(query)


async def claim(connection: AsyncConnection, channels: Collection[str], now: datetime) -> Received | None:
    """Claim the oldest message that may be answered now; see `bot.store.queue.claim`."""
    row = await queue.claim(connection, inbox, channels, now)
    return _received(row) if row else None


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
    return await connection.scalar(select(func.count()).where(inbox.c.state.in_(OPEN))) or 0


async def dead_count(connection: AsyncConnection) -> int:
    """Count the messages that were given up."""
    return await connection.scalar(select(func.count()).where(inbox.c.state == RowState.DEAD)) or 0
