"""Counts over the log and the queue for those who plan: by day, outcome, entry, channel, province, topic."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Compiled, Select, String, and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from bot.domain import Exchange, Reason, Verdict, midnight
from bot.items import BY_ASKER, OPEN_STATES, Item, ItemState
from bot.store.exchanges import IS_QUESTION, IS_REPLACED, exchange_of
from bot.store.items import PERSON, item_of
from bot.store.tables import exchanges, items, people, waiting

NO_GAP = (Reason.OFF_TOPIC, Reason.TOO_LONG, Reason.FAILED)  # reasons to wait that no entry would have spared
_PROVINCE = func.coalesce(waiting.c.province, people.c.province)  # then, or as the person said since


@dataclass(frozen=True, slots=True)
class Span:
    """What is counted: questions asked from `since` until before `until` (UTC), on one channel or on all."""

    since: datetime
    until: datetime
    channel: str | None = None

    @classmethod
    def of_days(cls, first: date, last: date, channel: str | None = None) -> "Span":
        """Return the days in Vietnam from `first` to `last`, both included."""
        return cls(midnight(first), midnight(last + timedelta(days=1)), channel)


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions of one day, channel and province that came to the same end."""

    day: date  # in Vietnam
    channel: str
    province: str | None  # where who asked works, or else that the question names; None: nobody knows
    verdict: Verdict
    questions: int


@dataclass(frozen=True, slots=True)
class Missed:
    """Questions that the base could not answer; without a province: of people who never said theirs."""

    province: str | None
    topic: str | None  # of all topics together, or of questions near none
    questions: int
    people: int


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


async def outcomes(connection: AsyncConnection, span: Span) -> tuple[Asked, ...]:
    """Return how many questions came to which end, by day in Vietnam, channel and province."""
    c = exchanges.c
    province = func.coalesce(people.c.province, c.province)
    by = (vietnam_day(c.asked_at), c.channel, province, c.verdict)
    query = (
        select(*by, func.count())
        .select_from(exchanges.outerjoin(people, _by(c)))
        .where(*_asked(span))
        .group_by(*by)
    )
    return tuple(
        Asked(date.fromisoformat(day), channel, province, Verdict(verdict), count)
        for day, channel, province, verdict, count in await connection.execute(query)
    )


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
    rated = [*_within(span), ~IS_REPLACED, c.rating.is_not(None)]
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


async def times_of_items(connection: AsyncConnection, span: Span) -> tuple[timedelta, ...]:
    """Return how long each item that was first asked in the span took to be settled, from then on."""
    c = items.c
    query = select(c.first_at, c.settled_at).where(*_first_asked(span), c.settled_at.is_not(None))
    return tuple(settled - asked for asked, settled in await connection.execute(query))


async def states(connection: AsyncConnection, span: Span) -> Mapping[ItemState, int]:
    """Return where the items stand now that were first asked in the span."""
    query = select(items.c.state, func.count()).where(*_first_asked(span)).group_by(items.c.state)
    return {ItemState(state): count for state, count in await connection.execute(query)}


async def groups(connection: AsyncConnection, span: Span, limit: int) -> tuple[tuple[Item, int], ...]:
    """Return open items and how many people asked each in the span, most first."""
    count = func.count(PERSON.distinct())
    query = (
        select(items, count.label("people"))
        .join(waiting, waiting.c.item == items.c.id)
        .where(*_waited(span), items.c.state.in_(OPEN_STATES))
        .group_by(items.c.id)
        .order_by(count.desc(), items.c.first_at, items.c.id)
        .limit(limit)
    )
    return tuple((item_of(row), row.people) for row in await connection.execute(query))


async def misses(connection: AsyncConnection, span: Span) -> tuple[Missed, ...]:
    """Return what the base could not answer, by province and topic."""
    rows = await connection.execute(_missed(span, _PROVINCE, func.coalesce(items.c.topic, waiting.c.topic)))
    return tuple(Missed(*row) for row in rows)


async def missing(connection: AsyncConnection, span: Span) -> tuple[Missed, ...]:
    """Return what the base could not answer, by province: a person who misses several topics counts once."""
    rows = await connection.execute(_missed(span, _PROVINCE))
    return tuple(Missed(province, None, questions, people) for province, questions, people in rows)


async def channels(connection: AsyncConnection) -> tuple[str, ...]:
    """Return the channels that the log knows."""
    query = select(exchanges.c.channel).distinct().order_by(exchanges.c.channel)
    return tuple((await connection.execute(query)).scalars())


async def log(connection: AsyncConnection, span: Span, after: int, limit: int) -> tuple[Exchange, ...]:
    """Return questions of the log in the order of their numbers, those greater than `after`."""
    c = exchanges.c
    query = select(exchanges).where(*_asked(span), c.id > after).order_by(c.id).limit(limit)
    return tuple(exchange_of(row) for row in await connection.execute(query))


async def queue(connection: AsyncConnection, span: Span, after: int, limit: int) -> tuple[Item, ...]:
    """Return the items that were asked in the span, settled or not, in the order of ids after `after`."""
    c, asked = items.c, exists().where(waiting.c.item == items.c.id, *_waited(span))
    query = select(items).where(asked, c.state != ItemState.MERGED, c.id > after)
    return tuple(map(item_of, await connection.execute(query.order_by(c.id).limit(limit))))


def _within(span: Span) -> Iterator[ColumnElement[bool]]:
    c = exchanges.c
    yield c.asked_at >= span.since
    yield c.asked_at < span.until
    if span.channel:
        yield c.channel == span.channel


def _asked(span: Span) -> Iterator[ColumnElement[bool]]:
    yield from _within(span)
    yield IS_QUESTION


def _waited(span: Span) -> Iterator[ColumnElement[bool]]:
    yield waiting.c.asked_at >= span.since
    yield waiting.c.asked_at < span.until
    yield waiting.c.resolved_by.is_distinct_from(BY_ASKER)  # who changed their words, or their mind
    if span.channel:
        yield waiting.c.channel == span.channel


def _first_asked(span: Span) -> Iterator[ColumnElement[bool]]:
    yield items.c.first_at >= span.since
    yield items.c.first_at < span.until
    yield items.c.state != ItemState.MERGED
    if span.channel:
        yield exists().where(waiting.c.item == items.c.id, waiting.c.channel == span.channel)


def _missed(span: Span, *by: ColumnElement[Any]) -> Select[Any]:
    """Return how many questions went to the experts, and of how many people.

    What is no gap in the base is left out: off topic, too long to read, a failure of the bot.
    """
    w, i = waiting.c, items.c
    found = waiting.outerjoin(items, i.id == w.item).outerjoin(people, _by(w))
    return (
        select(*by, func.count(w.number.distinct()), func.count(PERSON.distinct()))
        .select_from(found)
        .where(*_waited(span), func.coalesce(i.reason, w.reason).not_in(NO_GAP))
        .group_by(*by)
    )


def _by(columns: Any) -> ColumnElement[bool]:
    """Return whether a row of `people` is who asked."""
    return and_(people.c.channel == columns.channel, people.c.asker == columns.asker)
