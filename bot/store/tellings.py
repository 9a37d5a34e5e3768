"""What people are told who did not just ask: once per cause, and kept where it cannot be said now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import RowState, outbox, tellings
from bot.store.whose import Chat, in_chats

SECOND = "k."  # how the label ends of what was kept before


class TellingState(StrEnum):
    """What became of it."""

    SENT = "sent"  # it is in the outbox
    KEPT = "kept"  # the chat refuses us, or may not be written to now: said when it writes again
    UNWANTED = "unwanted"  # this person wishes no such messages
    WITHDRAWN = "withdrawn"  # taken back before it was said


@dataclass(frozen=True, slots=True)
class Telling:
    """Something to be told; `reply` is a whole reply as JSON, `label` that of its parts in the outbox."""

    id: int
    number: int
    cause: str
    channel: str
    chat: str
    asker: str | None
    state: TellingState
    label: str | None
    reply: Mapping[str, Any]


async def is_told(connection: AsyncConnection, number: int, cause: str) -> bool:
    """Tell whether a question's asker has been told for this cause, whatever became of it."""
    query = select(exists().where(tellings.c.number == number, tellings.c.cause == cause))
    return bool(await connection.scalar(query))


async def add(
    connection: AsyncConnection,
    number: int,
    cause: str,
    to: tuple[str, str, str | None],
    state: TellingState,
    now: datetime,
    label: str | None,
    reply: Mapping[str, Any],
) -> None:
    """Record that somebody (channel, chat, pseudonym) is told, or why not now."""
    channel, chat, asker = to
    await connection.execute(
        insert(tellings).values(
            number=number, cause=cause, channel=channel, chat=chat, asker=asker,
            state=state, at=now, label=label, reply=dict(reply),
        )
    )  # fmt: skip


async def kept(connection: AsyncConnection, chats: Collection[Chat]) -> Mapping[Chat, Sequence[Telling]]:
    """Return what is kept for some chats, oldest first."""
    c = tellings.c
    query = select(tellings).where(in_chats(tellings, chats), c.state == TellingState.KEPT).order_by(c.id)
    found: dict[Chat, list[Telling]] = {chat: [] for chat in chats}
    for row in await connection.execute(query):
        found[row.channel, row.chat].append(_telling(row))
    return found


async def release(connection: AsyncConnection, telling: int, label: str) -> bool:
    """Record that what was kept is said now, under a label; False when somebody else said it.

    A label that ends as `SECOND` does says that it is not kept once more if it is refused again.
    """
    of_it = (tellings.c.id == telling, tellings.c.state == TellingState.KEPT)
    done = await connection.execute(
        update(tellings).where(*of_it).values(state=TellingState.SENT, label=label)
    )
    return done.rowcount == 1


async def keep_again(connection: AsyncConnection, number: int, part: str) -> bool:
    """Keep what could not be delivered; `part` is the name of the part that was refused."""
    label = part.rstrip("0123456789")
    if label.endswith(SECOND):
        return False
    of_it = (tellings.c.number == number, tellings.c.label == label)
    done = await connection.execute(update(tellings).where(*of_it).values(state=TellingState.KEPT))
    return done.rowcount == 1


async def withdraw(connection: AsyncConnection, cause: str, now: datetime) -> tuple[Telling, ...]:
    """Take back what was to be told for a cause; return what has been said already."""
    c, said = tellings.c, []
    for row in (await connection.execute(select(tellings).where(c.cause == cause))).all():
        telling = _telling(row)
        if telling.state is TellingState.SENT and not await _stopped(connection, telling, now):
            said.append(telling)
        elif telling.state is not TellingState.UNWANTED:
            gone = update(tellings).where(c.id == telling.id).values(state=TellingState.WITHDRAWN)
            await connection.execute(gone)
    return tuple(said)


async def _stopped(connection: AsyncConnection, telling: Telling, now: datetime) -> bool:
    """Take a telling's parts out of the outbox; False when one of them has left, or is leaving."""
    c = outbox.c
    its = (c.inbox_id == telling.number, c.part.startswith(telling.label or "-", autoescape=True))
    rows = (await connection.execute(select(c.id, c.state).where(*its).with_for_update())).all()
    if not rows or any(row.state != RowState.NEW for row in rows):
        return False
    stop = {"state": RowState.DEAD, "finished_at": now, "note": "withdrawn"}
    await connection.execute(update(outbox).where(*its).values(**stop))
    return True


def _telling(row: Row[Any]) -> Telling:
    return Telling(
        row.id, row.number, row.cause, row.channel, row.chat, row.asker, TellingState(row.state),
        row.label, row.reply,
    )  # fmt: skip
