"""What is remembered of a chat, and its transcript."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import ChatState
from bot.store.tables import OPEN, chats, inbox, outbox


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a chat and the parts that were said to it so far."""

    number: int
    at: datetime
    payload: Mapping[str, Any]
    answered: bool
    parts: tuple[Mapping[str, Any], ...]


async def state(connection: AsyncConnection, channel: str, chat: str) -> ChatState:
    """Return what is remembered of a chat; an empty state when nothing is."""
    query = select(chats).where(chats.c.channel == channel, chats.c.chat == chat)
    row = (await connection.execute(query)).one_or_none()
    return ChatState(tuple(row.choices), row.none, row.answered, row.until) if row else ChatState()


async def remember(connection: AsyncConnection, channel: str, chat: str, state: ChatState) -> None:
    """Replace what is remembered of a chat. The caller holds the chat's lane, so nobody else writes it."""
    await connection.execute(delete(chats).where(chats.c.channel == channel, chats.c.chat == chat))
    await connection.execute(
        insert(chats).values(
            channel=channel,
            chat=chat,
            choices=list(state.choices),
            none=state.none,
            answered=state.answered,
            until=state.until,
        )
    )


async def transcript(
    connection: AsyncConnection, channel: str, chat: str, *, limit: int, number: int | None = None
) -> tuple[Turn, ...]:
    """Return the newest `limit` turns of a chat, oldest first; only turn `number` when it is given."""
    asked = (
        select(inbox)
        .where(inbox.c.channel == channel, inbox.c.chat == chat)
        .order_by(inbox.c.id.desc())
        .limit(limit)
    )
    if number is not None:
        asked = asked.where(inbox.c.id == number)
    rows = (await connection.execute(asked)).all()
    said: dict[int, list[Mapping[str, Any]]] = {row.id: [] for row in rows}
    parts = (
        select(outbox.c.inbox_id, outbox.c.payload).where(outbox.c.inbox_id.in_(said)).order_by(outbox.c.id)
    )
    for part in await connection.execute(parts):
        said[part.inbox_id].append(part.payload)
    return tuple(
        Turn(row.id, row.received_at, row.payload, row.state not in OPEN, tuple(said[row.id]))
        for row in reversed(rows)
    )
