"""How the entries of the base were used: what the log says of each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import Exchange, Snapshot, Verdict
from bot.store.exchanges import IS_REPLACED, exchange_of
from bot.store.tables import exchanges, snapshots


@dataclass(frozen=True, slots=True)
class Uses:
    """Counts over exchanges in which an entry was shown."""

    answered: int = 0  # the bot gave it as the answer
    picked: int = 0  # the asker chose it among suggestions, or an expert told it
    opened: int = 0  # from a menu, a link or its code
    liked: int = 0
    disliked: int = 0
    askers: int = 0  # different ones
    last: datetime | None = None

    @property
    def asked(self) -> int:
        """How often it served a question."""
        return self.answered + self.picked


@dataclass(frozen=True, slots=True)
class Shown:
    """A text that an entry once had, and how often people were shown it."""

    snapshot: Snapshot
    times: int


async def of_all(connection: AsyncConnection) -> Mapping[str, Uses]:
    """Return the uses of every entry that was ever shown; reads the whole log."""
    return await _by_entry(connection, exchanges.c.entry.is_not(None))


async def of_some(connection: AsyncConnection, entries: Collection[str]) -> Mapping[str, Uses]:
    """Return the uses of those of the entries that were ever shown."""
    return await _by_entry(connection, exchanges.c.entry.in_(entries))


async def _by_entry(connection: AsyncConnection, condition: ColumnElement[bool]) -> Mapping[str, Uses]:
    query = select(exchanges.c.entry, *_counts()).where(condition, ~IS_REPLACED).group_by(exchanges.c.entry)
    return {entry: Uses(*counts) for entry, *counts in await connection.execute(query)}


async def of_one(connection: AsyncConnection, entry: str) -> Mapping[str, Uses]:
    """Return the uses of an entry by channel."""
    c = exchanges.c
    own = select(c.channel, *_counts()).where(c.entry == entry, ~IS_REPLACED)
    query = own.group_by(c.channel).order_by(c.channel)
    return {channel: Uses(*counts) for channel, *counts in await connection.execute(query)}


async def questions(connection: AsyncConnection, entry: str, limit: int) -> tuple[Exchange, ...]:
    """Return the newest questions that an entry served."""
    c = exchanges.c
    query = (
        select(exchanges)
        .where(c.entry == entry, c.verdict != Verdict.OPENED, ~IS_REPLACED)
        .order_by(c.id.desc())
        .limit(limit)
    )
    return tuple(exchange_of(row) for row in await connection.execute(query))


async def nearest(connection: AsyncConnection, entry: str, since: datetime) -> Mapping[Verdict, int]:
    """Return what became of the questions since a moment (UTC) that an entry was nearest to."""
    c = exchanges.c
    query = (
        select(c.verdict, func.count())
        .where(c.asked_at >= since, c.candidates[(0, 0)].as_string() == entry, ~IS_REPLACED)
        .group_by(c.verdict)
    )
    return {Verdict(verdict): count for verdict, count in await connection.execute(query)}


async def texts(connection: AsyncConnection, entry: str) -> tuple[Shown, ...]:
    """Return every text of an entry that people were shown, the newest first."""
    version = exchanges.c.version
    counted = select(version, func.count().label("times")).where(exchanges.c.entry == entry).group_by(version)
    times = {row.version: row.times for row in await connection.execute(counted)}
    query = select(snapshots).where(snapshots.c.entry == entry).order_by(snapshots.c.shown_at.desc())
    rows = await connection.execute(query)
    kept = [Snapshot(row.entry, row.version, row.content, row.shown_at) for row in rows]
    return tuple(Shown(one, times.get(one.version, 0)) for one in kept)


def _counts() -> tuple[ColumnElement[Any], ...]:
    c = exchanges.c
    return (
        _sum(c.verdict == Verdict.ANSWER),
        _sum(c.verdict.not_in([Verdict.ANSWER, Verdict.OPENED])),
        _sum(c.verdict == Verdict.OPENED),
        _sum(c.rating == 1),
        _sum(c.rating == -1),
        func.count(c.asker.distinct()),
        func.max(c.asked_at),
    )


def _sum(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.sum(case((condition, 1), else_=0))
