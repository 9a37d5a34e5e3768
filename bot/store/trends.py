"""Counts over the log and the queue for those who plan: by day, outcome, entry and channel."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Compiled, String, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from bot.domain import Exchange, Reason, Verdict, Waiting
from bot.store.exchanges import exchange_of
from bot.store.tables import exchanges, waiting
from bot.store.waiting import waiting_of


@dataclass(frozen=True, slots=True)
class Span:
    """What is counted: questions asked from `since` until before `until` (UTC), on one channel or on all."""

    since: datetime
    until: datetime
    channel: str | None = None


class vietnam_day(GenericFunction[str]):  # noqa: N801  the name of the function in SQL
    """The day in Vietnam of a UTC time, as 2026-11-23."""

    type = String()
    inherit_cache = True


@compiles(vietnam_day, "sqlite")
def _on_sqlite(element: vietnam_day, compiler: Compiled, **options: object) -> str:
    return f"date({_inner(element, compiler, options)}, '+7 hours')"


@compiles(vietnam_day, "postgresql")
def _on_postgresql(element: vietnam_day, compiler: Compiled, **options: object) -> str:
    return f"to_char({_inner(element, compiler, options)} AT TIME ZONE INTERVAL '7 hours', 'YYYY-MM-DD')"


def _inner(element: vietnam_day, compiler: Compiled, options: dict[str, object]) -> str:
    return str(compiler.process(element.clauses, **options))


async def outcomes(connection: AsyncConnection, span: Span) -> tuple[tuple[date, Verdict, int], ...]:
    """Return how many questions of each day in Vietnam came to which end."""
    c = exchanges.c
    day = vietnam_day(c.asked_at)
    query = select(day, c.verdict, func.count()).where(*_asked(span)).group_by(day, c.verdict)
    rows = await connection.execute(query)
    return tuple((date.fromisoformat(day), Verdict(verdict), count) for day, verdict, count in rows)


async def by_channel(connection: AsyncConnection, span: Span) -> tuple[tuple[str, Verdict, int], ...]:
    """Return how many questions of each channel came to which end."""
    c = exchanges.c
    query = select(c.channel, c.verdict, func.count()).where(*_asked(span)).group_by(c.channel, c.verdict)
    rows = await connection.execute(query)
    return tuple((channel, Verdict(verdict), count) for channel, verdict, count in rows)


async def by_entry(connection: AsyncConnection, span: Span) -> tuple[tuple[str, int], ...]:
    """Return how many questions each entry served, most first."""
    c = exchanges.c
    count = func.count()
    query = select(c.entry, count).where(*_asked(span), c.entry.is_not(None)).group_by(c.entry)
    rows = await connection.execute(query.order_by(count.desc(), c.entry))
    return tuple((entry, count) for entry, count in rows)


async def ratings(connection: AsyncConnection, span: Span) -> tuple[tuple[date, int, int], ...]:
    """Return how many answers of each day in Vietnam got a thumb up (1) or down (-1)."""
    c = exchanges.c
    day = vietnam_day(c.asked_at)
    rated = [*_within(span), c.rating.is_not(None)]
    query = select(day, c.rating, func.count()).where(*rated).group_by(day, c.rating)
    rows = await connection.execute(query)
    return tuple((date.fromisoformat(day), rating, count) for day, rating, count in rows)


async def reasons(connection: AsyncConnection, span: Span) -> tuple[tuple[Reason, int], ...]:
    """Return how many questions went to the experts, by why, most first."""
    count = func.count(waiting.c.number.distinct())
    query = select(waiting.c.reason, count).where(*_waited(span)).group_by(waiting.c.reason)
    rows = await connection.execute(query.order_by(count.desc(), waiting.c.reason))
    return tuple((Reason(reason), count) for reason, count in rows)


async def times(connection: AsyncConnection, span: Span) -> tuple[timedelta, ...]:
    """Return how long each question waited that was asked in the span and that experts have settled."""
    c = waiting.c
    query = select(c.asked_at, c.resolved_at).where(*_waited(span), c.resolved_at.is_not(None))
    return tuple(settled - asked for asked, settled in await connection.execute(query))


async def channels(connection: AsyncConnection) -> tuple[str, ...]:
    """Return the channels that the log knows."""
    query = select(exchanges.c.channel).distinct().order_by(exchanges.c.channel)
    return tuple((await connection.execute(query)).scalars())


async def log(connection: AsyncConnection, span: Span, after: int, limit: int) -> tuple[Exchange, ...]:
    """Return questions of the log in the order of their numbers, those greater than `after`."""
    c = exchanges.c
    query = select(exchanges).where(*_asked(span), c.id > after).order_by(c.id).limit(limit)
    return tuple(exchange_of(row) for row in await connection.execute(query))


async def queue(connection: AsyncConnection, span: Span, after: int, limit: int) -> tuple[Waiting, ...]:
    """Return what was put before the experts, settled or not, in the order of numbers greater than `after`.

    A question that was put before them again comes once, as it stands now.
    """
    c = waiting.c
    latest = select(func.max(c.id)).where(*_waited(span), c.number > after).group_by(c.number)
    query = select(waiting).where(c.id.in_(latest)).order_by(c.number).limit(limit)
    return tuple(waiting_of(row) for row in await connection.execute(query))


def _within(span: Span) -> Iterator[ColumnElement[bool]]:
    c = exchanges.c
    yield c.asked_at >= span.since
    yield c.asked_at < span.until
    if span.channel:
        yield c.channel == span.channel


def _asked(span: Span) -> Iterator[ColumnElement[bool]]:
    """Yield what makes a row of the log count as a question: an entry that was only opened is none."""
    yield from _within(span)
    asked = select(waiting.c.number).where(waiting.c.number == exchanges.c.id).exists()
    yield or_(exchanges.c.verdict != Verdict.OPENED, asked)


def _waited(span: Span) -> Iterator[ColumnElement[bool]]:
    yield waiting.c.asked_at >= span.since
    yield waiting.c.asked_at < span.until
    if span.channel:
        yield waiting.c.channel == span.channel
