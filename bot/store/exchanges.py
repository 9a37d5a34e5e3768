"""The log of questions, and the texts of entries as they were shown."""

import contextlib
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import (
    CODE_DIGITS,
    Candidate,
    Change,
    Exchange,
    Recurring,
    Snapshot,
    Verdict,
    digits_apart,
)
from bot.store.tables import exchanges, inbox, snapshots, waiting

# What makes a row of the log a question: an entry that was only opened is none, unless experts were asked.
IS_QUESTION: Final = or_(
    exchanges.c.verdict != Verdict.OPENED, exists().where(waiting.c.number == exchanges.c.id)
)


async def add(connection: AsyncConnection, exchange: Exchange) -> None:
    """Log a question and what was said to it."""
    await connection.execute(
        insert(exchanges).values(
            id=exchange.id,
            channel=exchange.channel,
            chat=exchange.chat,
            asker=exchange.asker,
            asked_at=exchange.asked_at,
            raw=exchange.raw,
            normalised=exchange.normalised,
            verdict=exchange.verdict,
            entry=exchange.entry,
            version=exchange.version,
            group=exchange.group,
            candidates=dump_candidates(exchange.candidates),
            elapsed_ms=exchange.elapsed_ms,
            base=exchange.base,
            rating=exchange.rating,
            earlier=exchange.earlier,
            day=exchange.day,
            province=exchange.province,
        )
    )


async def amend(connection: AsyncConnection, change: Change) -> None:
    """Add what the asker pressed afterwards."""
    fields = {"rating": change.rating, "entry": change.entry, "version": change.version}
    values = {name: value for name, value in fields.items() if value is not None}
    await connection.execute(update(exchanges).where(exchanges.c.id == change.exchange).values(**values))


async def get(connection: AsyncConnection, number: int) -> Exchange | None:
    """Return an exchange by its number."""
    row = (await connection.execute(select(exchanges).where(exchanges.c.id == number))).one_or_none()
    return exchange_of(row) if row else None


async def recent(
    connection: AsyncConnection, channel: str, chat: str, asker: str, limit: int
) -> tuple[Exchange, ...]:
    """Return the newest questions that somebody asked in a chat, newest first.

    Of a question whose words were changed only the newest counts.
    """
    c = exchanges.c
    is_replaced = exists().where(inbox.c.id == c.id, inbox.c.replaced_by.is_not(None))
    query = (
        select(exchanges)
        .where(c.channel == channel, c.chat == chat, c.asker == asker, IS_QUESTION, ~is_replaced)
        .order_by(exchanges.c.id.desc())
        .limit(limit)
    )
    return tuple(exchange_of(row) for row in await connection.execute(query))


async def latest(
    connection: AsyncConnection, channel: str, chat: str, asker: str, since: datetime, before: int
) -> Exchange | None:
    """Return what somebody asked or opened last in a chat before a message, but for what was off topic.

    Args:
        connection: any transaction.
        channel: of the chat.
        chat: the platform's id of it.
        asker: pseudonym of the person.
        since: UTC; what is older does not count.
        before: number of the message.
    """
    c = exchanges.c
    query = (
        select(exchanges)
        .where(c.channel == channel, c.chat == chat, c.asker == asker)
        .where(c.asked_at >= since, c.id < before, c.verdict != Verdict.OFF_TOPIC)
        .order_by(c.id.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).one_or_none()
    return exchange_of(row) if row else None


async def recurring(
    connection: AsyncConnection, since: datetime, limit: int | None = None
) -> tuple[Recurring, ...]:
    """Return the questions asked since `since` (UTC), most often asked first, of those the newest.

    Left out is what nobody typed (an entry that was opened) and what was never matched (too long, no words).
    """
    c = exchanges.c
    alike = (
        select(func.max(c.id).label("id"), func.count().label("times"))
        .where(c.asked_at >= since, c.verdict != Verdict.OPENED, c.normalised != "")
        .group_by(c.normalised, c.earlier)
        .subquery()
    )
    query = (
        select(c.raw, c.earlier, alike.c.times, c.asked_at)
        .join(alike, alike.c.id == c.id)
        .order_by(alike.c.times.desc(), c.id.desc())
        .limit(limit)
    )
    return tuple(Recurring(*row) for row in await connection.execute(query))


async def keep(connection: AsyncConnection, snapshot: Snapshot) -> None:
    """Keep the text of an entry as it was shown, once per version."""
    already = exists().where(snapshots.c.entry == snapshot.entry, snapshots.c.version == snapshot.version)
    if await connection.scalar(select(already)):
        return
    with contextlib.suppress(IntegrityError):  # another chat was shown it at this very moment
        async with connection.begin_nested():
            await connection.execute(
                insert(snapshots).values(
                    entry=snapshot.entry,
                    version=snapshot.version,
                    content=snapshot.content,
                    shown_at=snapshot.shown_at,
                )
            )


async def shown(connection: AsyncConnection, entry: str, digits: str) -> tuple[Snapshot, ...]:
    """Return the texts of an entry whose version begins with `digits`, the oldest first."""
    query = (
        select(snapshots)
        .where(snapshots.c.entry == entry, snapshots.c.version.startswith(digits, autoescape=True))
        .order_by(snapshots.c.shown_at, snapshots.c.version)
    )
    rows = await connection.execute(query)
    return tuple(Snapshot(row.entry, row.version, row.content, row.shown_at) for row in rows)


async def digits(connection: AsyncConnection, entry: str, version: str) -> int:
    """Return how many digits of its version tell a text from all others that are kept of its entry."""
    alike = await shown(connection, entry, version[:CODE_DIGITS])
    return digits_apart([version, *(text.version for text in alike)])


def dump_candidates(candidates: tuple[Candidate, ...]) -> list[list[Any]]:
    """Return candidates as JSON: pairs of entry and confidence."""
    return [[candidate.entry, round(candidate.confidence, 6)] for candidate in candidates]


def load_candidates(pairs: list[list[Any]]) -> tuple[Candidate, ...]:
    """Undo `dump_candidates`."""
    return tuple(Candidate(entry, confidence) for entry, confidence in pairs)


def exchange_of(row: Row[Any]) -> Exchange:
    """Return a row of the log as a value."""
    fields = dict(row._mapping)
    fields["verdict"] = Verdict(fields["verdict"])
    fields["candidates"] = load_candidates(fields["candidates"])
    return Exchange(**fields)
