"""Replies as they will be sent, stored together with what they answer."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import queue
from bot.store.tables import OPEN, RowState, outbox
from bot.store.whose import Chat

TOLD = "told"  # how the label begins of what an expert said later, to a message that was answered before


@dataclass(frozen=True, slots=True)
class Part:
    """One message to send; `attempts` counts this one and those that failed before, not those put off."""

    id: int
    channel: str
    chat: str
    payload: Mapping[str, Any]
    created_at: datetime
    attempts: int
    name: str = ""  # what it is to the message that it answers: "0", "told1.0"
    answers: int | None = None  # that message
    edits: int | None = None  # the part whose message this one takes the place of


def _part(row: Row[Any]) -> Part:
    return Part(
        row.id, row.channel, row.chat, row.payload, row.created_at, row.attempts, row.part, row.inbox_id,
        row.edits,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """What is said to a chat: the parts of a reply, or of a notice that nobody asked for.

    Args:
        number: the message that this answers, None for a notice.
        channel: where to send it.
        chat: to whom.
        payloads: what the channel rendered, one per part.
        label: tells a second reply to the same message (a notice, an expert's answer) from the first.
        ready: False when the reader fetches it, so that nothing is left to send.
        about: the question that this speaks of, so that a reply to it is understood.
        edits: the parts whose messages these take the place of, in order; what is left of them goes.
    """

    number: int | None
    channel: str
    chat: str
    payloads: Sequence[Mapping[str, Any]]
    label: str = ""
    ready: bool = True
    about: int | None = None
    edits: Sequence[int] = ()

    def rows(self, now: datetime) -> Iterator[dict[str, Any]]:
        """Yield its parts as rows, in order."""
        gone: Sequence[Mapping[str, Any]] = [{}] * (len(self.edits) - len(self.payloads))
        for index, payload in enumerate([*self.payloads, *gone]):
            yield {
                "inbox_id": self.number,
                "part": f"{self.label}{index}",
                "channel": self.channel,
                "chat": self.chat,
                "payload": payload,
                "created_at": now,
                "state": RowState.NEW if self.ready else RowState.DONE,
                "attempts": 0,
                "not_before": now,
                "about": self.about,
                "edits": self.edits[index] if index < len(self.edits) else None,
            }


async def put(connection: AsyncConnection, now: datetime, *said: Said) -> None:
    """Store what is to be said, in the transaction that also finishes what it answers; `now` is UTC."""
    if rows := [row for each in said for row in each.rows(now)]:
        await connection.execute(insert(outbox), rows)


async def take_over(connection: AsyncConnection, inbox_id: int, now: datetime) -> tuple[int, ...]:
    """Return the parts of a reply that its reader sees, in order; those not sent yet are never sent.

    Parts told later are no part of the reply, and those that only remove something are seen by nobody.
    """
    c = outbox.c
    query = select(outbox).where(c.inbox_id == inbox_id).order_by(c.id).with_for_update()
    rows = [
        row
        for row in (await connection.execute(query)).all()
        if row.part.isdigit() and row.payload and row.state != RowState.DEAD
    ]
    unsent = [row.id for row in rows if row.state == RowState.NEW]
    stop = {"state": RowState.DEAD, "finished_at": now, "note": "replaced"}
    await connection.execute(update(outbox).where(c.id.in_(unsent)).values(**stop))
    return tuple(row.id for row in rows if row.id not in unsent)


async def platform_id(connection: AsyncConnection, part: int) -> str | None:
    """Return the platform's id of what was sent for a part; None where nothing was."""
    return await connection.scalar(select(outbox.c.platform_id).where(outbox.c.id == part))


async def sent_since(
    connection: AsyncConnection, chats: Collection[Chat], since: datetime
) -> Mapping[Chat, Sequence[datetime]]:
    """Return when messages went to some chats since then, oldest first."""
    return await queue.finished_since(connection, outbox, chats, since, outbox.c.state == RowState.DONE)


async def claim(
    connection: AsyncConnection, channels: Collection[str], now: datetime, most: int
) -> tuple[Part, ...]:
    """Claim the oldest parts that may be sent now; see `bot.store.queue.claim`."""
    return tuple(map(_part, await queue.claim(connection, outbox, channels, now, most)))


async def sent(connection: AsyncConnection, now: datetime, ids: Mapping[int, str]) -> None:
    """Record which parts were delivered, and the platform's id of each."""
    rows = [{"row": part, "given": platform_id} for part, platform_id in ids.items()]
    done = {"state": RowState.DONE, "finished_at": now, "platform_id": bindparam("given")}
    if rows:
        its = (outbox.c.id == bindparam("row"), queue.is_open(outbox))
        await connection.execute(update(outbox).where(*its).values(**done), rows)


async def later(
    connection: AsyncConnection, part: int, not_before: datetime, note: str, *, failed: bool
) -> None:
    """Send this part, and those behind it in its chat, from `not_before` on."""
    await queue.later(connection, outbox, part, not_before, note, failed=failed)


async def bury(connection: AsyncConnection, part: int, now: datetime, note: str) -> None:
    """Give up on a part that cannot be delivered."""
    await queue.bury(connection, outbox, part, now, note)


async def said_since(
    connection: AsyncConnection, channel: str, chat: str, label: str, since: datetime
) -> bool:
    """Tell whether a reply with that label was stored for a chat since then."""
    c = outbox.c
    query = select(c.id).where(
        c.channel == channel, c.chat == chat, c.part == f"{label}0", c.created_at > since
    )
    return await connection.scalar(query.limit(1)) is not None


async def unseen(connection: AsyncConnection, channel: str, chat: str, label: str) -> tuple[Part, ...]:
    """Return the parts under a label that a reader who fetches has not been shown yet, oldest first."""
    c = outbox.c
    query = (
        select(outbox)
        .where(c.channel == channel, c.chat == chat, c.state == RowState.DONE)
        .where(c.part.startswith(label), c.finished_at.is_(None))
        .order_by(c.id)
    )
    return tuple(_part(row) for row in await connection.execute(query))


async def seen(connection: AsyncConnection, part: int, now: datetime) -> None:
    """Record that a reader who fetches was shown a part."""
    await connection.execute(update(outbox).where(outbox.c.id == part).values(finished_at=now))


async def subject(connection: AsyncConnection, channel: str, chat: str, platform_id: str) -> int | None:
    """Return the question that our message with the platform's id speaks of; None where it speaks of none."""
    c = outbox.c
    query = select(c.about).where(c.channel == channel, c.chat == chat, c.platform_id == platform_id)
    return await connection.scalar(query.order_by(c.id.desc()).limit(1))


async def next_label(connection: AsyncConnection, inbox_id: int) -> str:
    """Return the label of what is told next about a message."""
    return f"{TOLD}{await count_for(connection, inbox_id)}."


async def count_for(connection: AsyncConnection, inbox_id: int) -> int:
    """Count the parts that were stored as replies to a message, sent or not."""
    return await connection.scalar(select(func.count()).where(outbox.c.inbox_id == inbox_id)) or 0


async def open_count(connection: AsyncConnection) -> int:
    """Count the parts that are not delivered yet."""
    return (
        await connection.scalar(select(func.count()).where(queue.is_undone(outbox), outbox.c.state.in_(OPEN)))
        or 0
    )
