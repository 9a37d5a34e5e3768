"""Numbers of the log and of the queue over a stretch of time, for terminal and charts."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import VIETNAM, Reason, Verdict
from bot.items import ItemState
from bot.store.tables import exchanges, items, waiting

ASKED = (Verdict.ANSWER, Verdict.SUGGEST, Verdict.UNANSWERED, Verdict.OFF_TOPIC, Verdict.PLACE)


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions of a stretch of time, by what became of them."""

    verdicts: Mapping[Verdict, int]
    channels: Mapping[str, int]
    days: Mapping[date, Mapping[Verdict, int]]  # days of Vietnam that have any, in order
    liked: int
    disliked: int
    entries: tuple[tuple[str, int], ...]  # shown most often, most first

    @property
    def total(self) -> int:
        """How many questions were asked."""
        return sum(self.verdicts.values())


@dataclass(frozen=True, slots=True)
class Waited:
    """Questions of a stretch of time that waited for an expert, and where their items stand now."""

    reasons: Mapping[Reason, int]
    states: Mapping[ItemState, int]  # of items first asked then
    topics: tuple[tuple[str | None, int], ...]  # with most questions that waited, most first
    provinces: tuple[tuple[str | None, int], ...]
    to_answer: timedelta | None  # from the first time an item was asked until it was settled, in the middle


async def asked(connection: AsyncConnection, since: datetime, until: datetime, most: int = 10) -> Asked:
    """Count the questions asked from `since` to before `until` (UTC)."""
    c = exchanges.c
    when = (c.asked_at >= since, c.asked_at < until)
    query = select(c.asked_at, c.verdict, c.channel).where(*when, c.verdict.in_(ASKED)).order_by(c.asked_at)
    verdicts, channels = Counter[Verdict](), Counter[str]()
    days: dict[date, Counter[Verdict]] = defaultdict(Counter)
    for moment, verdict, channel in await connection.execute(query):
        verdicts[Verdict(verdict)] += 1
        channels[channel] += 1
        days[(moment + VIETNAM).date()][Verdict(verdict)] += 1
    rated = select(c.rating, func.count()).where(*when, c.rating.is_not(None)).group_by(c.rating)
    ratings: dict[int, int] = {row[0]: row[1] for row in await connection.execute(rated)}
    shown = (
        select(c.entry, func.count().label("shown"))
        .where(*when, c.entry.is_not(None))
        .group_by(c.entry)
        .order_by(func.count().desc(), c.entry)
        .limit(most)
    )
    return Asked(
        verdicts=verdicts,
        channels=channels,
        days=days,
        liked=ratings.get(1, 0),
        disliked=ratings.get(-1, 0),
        entries=tuple((row.entry, row.shown) for row in await connection.execute(shown)),
    )


async def waited(connection: AsyncConnection, since: datetime, until: datetime, most: int = 10) -> Waited:
    """Count what waited for an expert among the questions asked from `since` to before `until` (UTC)."""
    w, i = waiting.c, items.c
    when = (w.asked_at >= since, w.asked_at < until)
    reasons = select(w.reason, func.count()).where(*when).group_by(w.reason)
    first = (i.first_at >= since, i.first_at < until, i.state != ItemState.MERGED)
    states = select(i.state, func.count()).where(*first).group_by(i.state)
    topic = func.coalesce(i.topic, w.topic)
    settled = select(i.first_at, i.settled_at).where(*first, i.settled_at.is_not(None))
    times = [row.settled_at - row.first_at for row in await connection.execute(settled)]
    topics = (
        select(topic.label("name"), func.count().label("waited"))
        .select_from(waiting.outerjoin(items, i.id == w.item))
        .where(*when)
        .group_by(topic)
        .order_by(func.count().desc(), topic)
        .limit(most)
    )
    provinces = (
        select(w.province.label("name"), func.count().label("waited"))
        .where(*when)
        .group_by(w.province)
        .order_by(func.count().desc(), w.province)
        .limit(most)
    )
    return Waited(
        reasons={Reason(row[0]): row[1] for row in await connection.execute(reasons)},
        states={ItemState(row[0]): row[1] for row in await connection.execute(states)},
        topics=tuple((row.name, row.waited) for row in await connection.execute(topics)),
        provinces=tuple((row.name, row.waited) for row in await connection.execute(provinces)),
        to_answer=median(times) if times else None,
    )
