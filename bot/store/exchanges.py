"""The log of questions, and the texts of entries as they were shown."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import Candidate, Change, Exchange, Recurring, Snapshot, Verdict
from bot.store.tables import exchanges, inbox, snapshots, waiting
from bot.store.upsert import insert_into
from bot.store.whose import Person, of_people

# Whose words were changed since: what was asked last counts.
IS_REPLACED: Final = exists().where(inbox.c.id == exchanges.c.id, inbox.c.replaced_by.is_not(None))
# What makes a row of the log a question: an entry that was only opened is none, unless experts were asked.
IS_QUESTION: Final = ~IS_REPLACED & or_(
    exchanges.c.verdict != Verdict.OPENED, exists().where(waiting.c.number == exchanges.c.id)
)


async def add(connection: AsyncConnection, *asked: Exchange) -> None:
    """Log questions and what was said to them."""
    names = [field.name for field in fields(Exchange)]
    rows = [{name: getattr(exchange, name) for name in names} for exchange in asked]
    for row in rows:
        row["candidates"] = dump_candidates(row["candidates"])
    if rows:
        await connection.execute(insert(exchanges), rows)


async def amend(connection: AsyncConnection, change: Change) -> None:
    """Add what the asker pressed afterwards."""
    given = {"rating": change.rating, "entry": change.entry, "version": change.version}
    values = {name: value for name, value in given.items() if value is not None}
    await connection.execute(update(exchanges).where(exchanges.c.id == change.exchange).values(**values))


async def get(connection: AsyncConnection, number: int) -> Exchange | None:
    """Return an exchange by its number."""
    row = (await connection.execute(select(exchanges).where(exchanges.c.id == number))).one_or_none()
    return exchange_of(row) if row else None


async def recent(
    connection: AsyncConnection, channel: str, chat: str, asker: str, limit: int
) -> tuple[Exchange, ...]:
    """Return the newest questions that somebody asked in a chat, newest first."""
    c = exchanges.c
    query = (
        select(exchanges)
        .where(c.channel == channel, c.chat == chat, c.asker == asker, IS_QUESTION)
        .order_by(exchanges.c.id.desc())
        .limit(limit)
    )
    return tuple(exchange_of(row) for row in await connection.execute(query))


async def latest(
    connection: AsyncConnection, before: Mapping[Person, int], since: datetime
) -> Mapping[Person, Exchange]:
    """Return what people asked or opened last in a chat before a message, but for what was off topic.

    Args:
        connection: any transaction.
        before: number of the message, by the person.
        since: UTC; what is older does not count. Not long ago: all that was asked since is read.
    """
    c = exchanges.c
    query = (
        select(exchanges)
        .where(of_people(exchanges, before), c.asked_at >= since, c.verdict != Verdict.OFF_TOPIC)
        .order_by(c.id)
    )
    found = {}
    for row in await connection.execute(query):
        person = (row.channel, row.chat, row.asker)
        if row.id < before.get(person, 0):
            found[person] = row
    return {person: exchange_of(row) for person, row in found.items()}


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


async def keep(connection: AsyncConnection, *texts: Snapshot) -> None:
    """Keep the texts of entries as they were shown, once per version."""
    rows = [
        {"entry": text.entry, "version": text.version, "content": text.content, "shown_at": text.shown_at}
        for text in sorted(texts, key=lambda text: (text.entry, text.version))  # see `chats.remember`
    ]
    if rows:
        await connection.execute(insert_into(connection, snapshots).on_conflict_do_nothing(), rows)


async def shown(connection: AsyncConnection, entry: str, digits: str) -> tuple[Snapshot, ...]:
    """Return the texts of an entry whose version begins with `digits`, the oldest first."""
    query = (
        select(snapshots)
        .where(snapshots.c.entry == entry, snapshots.c.version.startswith(digits, autoescape=True))
        .order_by(snapshots.c.shown_at, snapshots.c.version)
    )
    rows = await connection.execute(query)
    return tuple(Snapshot(row.entry, row.version, row.content, row.shown_at) for row in rows)


async def versions(connection: AsyncConnection, entries: Collection[str]) -> Mapping[str, frozenset[str]]:
    """Return the versions in which the texts of some entries are kept."""
    kept: dict[str, set[str]] = {entry: set() for entry in entries}
    query = select(snapshots.c.entry, snapshots.c.version).where(snapshots.c.entry.in_(sorted(kept)))
    for entry, version in await connection.execute(query):
        kept[entry].add(version)
    return {entry: frozenset(own) for entry, own in kept.items()}


def dump_candidates(candidates: tuple[Candidate, ...]) -> list[list[Any]]:
    """Return candidates as JSON: pairs of entry and confidence."""
    return [[candidate.entry, round(candidate.confidence, 6)] for candidate in candidates]


def load_candidates(pairs: list[list[Any]]) -> tuple[Candidate, ...]:
    """Undo `dump_candidates`."""
    return tuple(Candidate(entry, confidence) for entry, confidence in pairs)


def exchange_of(row: Row[Any]) -> Exchange:
    """Return a row of the log as a value."""
    values = dict(row._mapping)
    values["verdict"] = Verdict(values["verdict"])
    values["candidates"] = load_candidates(values["candidates"])
    return Exchange(**values)
