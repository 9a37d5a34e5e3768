"""What is remembered of the people in a chat, and its transcript."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import ChatState
from bot.store.outbox import TOLD
from bot.store.tables import OPEN, chats, inbox, outbox
from bot.store.upsert import insert_into
from bot.store.whose import Person, of_people


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a chat and the parts that were said to it so far, or what was told to it later.

    `told` is the part's own number where this is what an expert said later: nothing was asked then.
    """

    number: int
    at: datetime
    payload: Mapping[str, Any]
    answered: bool
    parts: tuple[Mapping[str, Any], ...]
    told: int | None = None


async def states(connection: AsyncConnection, people: Collection[Person]) -> Mapping[Person, ChatState]:
    """Return what is remembered of people in chats; an empty state where nothing is."""
    found = dict.fromkeys(people, ChatState())
    for row in await connection.execute(select(chats).where(of_people(chats, people))):
        words = tuple((word, action) for word, action in row.words or ())
        found[row.channel, row.chat, row.asker] = ChatState(
            tuple(row.choices), row.none, words, row.until, row.expects
        )
    return found


async def remember(connection: AsyncConnection, states: Mapping[Person, ChatState]) -> None:
    """Replace what is remembered of people in chats."""
    rows = [
        {
            **dict(zip(("channel", "chat", "asker"), person, strict=True)),
            "choices": list(state.choices),
            "none": state.none,
            "words": list(state.words),
            "until": state.until,
            "expects": state.expects,
        }
        # In one order, so that two who write several wait for each other, and not each for the other.
        for person, state in sorted(states.items(), key=itemgetter(0))
    ]
    if rows:
        new = insert_into(connection, chats)
        changed = {name: new.excluded[name] for name in ("choices", "none", "words", "until", "expects")}
        await connection.execute(
            new.on_conflict_do_update(index_elements=[*chats.primary_key], set_=changed), rows
        )


async def transcript(
    connection: AsyncConnection, channel: str, chat: str, *, limit: int, number: int | None = None
) -> tuple[Turn, ...]:
    """Return the newest `limit` turns of a chat, oldest first; only message `number` when it is given."""
    turns = await _asked(connection, channel, chat, limit, number)
    if number is None:
        turns = sorted([*turns, *await _told(connection, channel, chat, limit)], key=lambda turn: turn.at)
    return tuple(turns[-limit:])


async def _asked(
    connection: AsyncConnection, channel: str, chat: str, limit: int, number: int | None
) -> list[Turn]:
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
        select(outbox.c.inbox_id, outbox.c.payload)
        .where(outbox.c.inbox_id.in_(said), ~outbox.c.part.startswith(TOLD))
        .order_by(outbox.c.id)
    )
    for part in await connection.execute(parts):
        said[part.inbox_id].append(part.payload)
    return [
        Turn(row.id, row.received_at, row.payload, row.state not in OPEN, tuple(said[row.id]))
        for row in reversed(rows)
    ]


async def _told(connection: AsyncConnection, channel: str, chat: str, limit: int) -> list[Turn]:
    c = outbox.c
    told = (
        select(outbox)
        .where(c.channel == channel, c.chat == chat, c.part.startswith(TOLD))
        .order_by(c.id.desc())
        .limit(limit)
    )
    rows = (await connection.execute(told)).all()
    return [
        Turn(row.inbox_id, row.created_at, {}, True, (row.payload,), told=row.id) for row in reversed(rows)
    ]
