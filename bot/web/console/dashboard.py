"""What an admin sees: what is asked, how much of it is answered, how soon experts answer."""

import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from starlette.responses import Response

from bot.domain import Reason, Verdict
from bot.kb import Knowledge
from bot.phrases import say
from bot.store import Database, trends, waiting
from bot.web.console.charts import Chart, Column, Line, Part, ranked, stacked
from bot.web.console.frame import Frame
from bot.web.console.gate import Call
from bot.web.console.spans import Range, quick, read_range

MOST_ROWS = 10  # of a ranking
ENDS = (Verdict.ANSWER, Verdict.PLACE, Verdict.SUGGEST, Verdict.UNANSWERED, Verdict.OFF_TOPIC)
HOUR = timedelta(hours=1)
WAITS = (HOUR, 4 * HOUR, 24 * HOUR, 72 * HOUR, 168 * HOUR)  # upper ends of the classes of waiting times


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures in large letters; shares are 0..1, None where there is nothing to divide by."""

    questions: int
    shares: Mapping[str, float | None]  # by verdict
    liked: int
    disliked: int
    typical_wait: timedelta | None  # the median
    waiting: int  # now

    @property
    def satisfied(self) -> float | None:
        """Thumbs up among all thumbs."""
        rated = self.liked + self.disliked
        return self.liked / rated if rated else None


@dataclass(frozen=True, slots=True)
class Figures:
    """All that the dashboard tells of a range."""

    totals: Totals
    days: Chart
    thumbs: Chart
    topics: tuple[Line, ...]
    entries: tuple[Line, ...]
    channels: tuple[Line, ...]
    reasons: tuple[Line, ...]
    waits: tuple[Line, ...]


class Dashboard:
    """The page of figures."""

    def __init__(self, frame: Frame, database: Database) -> None:
        self._frame = frame
        self._database = database

    async def show(self, call: Call) -> Response:
        """Show the figures of the range that was asked for."""
        today = self._frame.today
        async with self._database.reading() as connection:
            channels = await trends.channels(connection)
        chosen = read_range(call.request.query_params, today, channels)
        return self._frame.html(
            call,
            "figures.html",
            chosen=chosen,
            channels=channels,
            quick=list(quick(today, chosen.channel)),
            figures=await self._figures(chosen),
        )

    async def _figures(self, chosen: Range) -> Figures:
        span = chosen.span
        async with self._database.reading() as connection:
            outcomes = await trends.outcomes(connection, span)
            ratings = await trends.ratings(connection, span)
            served = await trends.by_entry(connection, span)
            channels = await trends.by_channel(connection, span)
            reasons = await trends.reasons(connection, span)
            times = await trends.times(connection, span)
            open_now = await waiting.open_count(connection)
        knowledge = self._frame.knowledge
        return Figures(
            totals=_totals(outcomes, ratings, times, open_now),
            days=stacked(list(_by_day(chosen, outcomes))),
            thumbs=stacked(list(_by_thumb(chosen, ratings))),
            topics=_topics(served, knowledge),
            entries=_entries(served, knowledge),
            channels=_channels(channels),
            reasons=_reasons(reasons),
            waits=ranked(_waits(times)),
        )


def _totals(
    outcomes: Iterable[tuple[date, Verdict, int]],
    ratings: Iterable[tuple[date, int, int]],
    times: Sequence[timedelta],
    open_now: int,
) -> Totals:
    ends, thumbs = Counter[Verdict](), Counter[int]()
    for _, verdict, count in outcomes:
        ends[verdict] += count
    for _, rating, count in ratings:
        thumbs[rating] += count
    total, seconds = ends.total(), [time.total_seconds() for time in times]
    return Totals(
        questions=total,
        shares={verdict.value: ends[verdict] / total if total else None for verdict in ENDS},
        liked=thumbs[1],
        disliked=thumbs[-1],
        typical_wait=timedelta(seconds=statistics.median(seconds)) if seconds else None,
        waiting=open_now,
    )


def _by_day(chosen: Range, outcomes: Iterable[tuple[date, Verdict, int]]) -> Iterator[Column]:
    found = {(day, verdict): count for day, verdict, count in outcomes}
    for days in chosen.buckets():
        yield Column(
            _label(days), _parts({end: sum(found.get((day, end), 0) for day in days) for end in ENDS})
        )


def _by_thumb(chosen: Range, ratings: Iterable[tuple[date, int, int]]) -> Iterator[Column]:
    found = {(day, rating): count for day, rating, count in ratings}
    for days in chosen.buckets():
        liked, disliked = (sum(found.get((day, rating), 0) for day in days) for rating in (1, -1))
        up = Part("liked", say("console.figures.liked"), liked)
        yield Column(_label(days), (up, Part("disliked", say("console.figures.disliked"), disliked)))


def _parts(ends: Mapping[Verdict, int]) -> tuple[Part, ...]:
    return tuple(Part(end.value, say(f"console.verdict.{end.value}"), ends.get(end, 0)) for end in ENDS)


def _label(days: Sequence[date]) -> str:
    first, last = days[0], days[-1]
    if first == last:
        return f"{first:%d/%m}"
    return f"{first:%m/%Y}" if len(days) > 7 else f"{first:%d/%m}–{last:%d/%m}"


def _one(count: int) -> tuple[Part, ...]:
    return (Part("count", say("console.figures.questions"), count),)


def _topics(served: Iterable[tuple[str, int]], knowledge: Knowledge) -> tuple[Line, ...]:
    topics = Counter[str]()
    for name, count in served:
        entry = knowledge.entries.get(name)
        topics[entry.topic if entry and entry.topic else ""] += count
    found = topics.most_common(MOST_ROWS)
    titles = [
        knowledge.topics[name].title if name in knowledge.topics else say("console.figures.no_topic")
        for name, _ in found
    ]
    links = [f"/console/base?topic={name}" if name in knowledge.topics else None for name, _ in found]
    return ranked(
        [Column(title, _one(count)) for title, (_, count) in zip(titles, found, strict=True)], links
    )


def _entries(served: Sequence[tuple[str, int]], knowledge: Knowledge) -> tuple[Line, ...]:
    found = [(knowledge.entries[name], count) for name, count in served if name in knowledge.entries]
    found = found[:MOST_ROWS]
    return ranked(
        [Column(entry.question, _one(count)) for entry, count in found],
        [f"/console/base/{entry.id}" for entry, _ in found],
    )


def _channels(found: Iterable[tuple[str, Verdict, int]]) -> tuple[Line, ...]:
    channels: dict[str, dict[Verdict, int]] = {}
    for channel, verdict, count in found:
        channels.setdefault(channel, {})[verdict] = count
    columns = [Column(channel, _parts(ends)) for channel, ends in channels.items()]
    return ranked(sorted(columns, key=lambda column: -column.total))


def _reasons(found: Sequence[tuple[Reason, int]]) -> tuple[Line, ...]:
    return ranked(
        [Column(say(f"reason.{reason.value}").capitalize(), _one(count)) for reason, count in found]
    )


def _waits(times: Iterable[timedelta]) -> list[Column]:
    """Return how many questions waited how long, in the classes of `WAITS`; none where none was settled."""
    classes = Counter(sum(end <= time for end in WAITS) for time in times)
    names = (
        say("console.waited.hour"),
        say("console.waited.hours"),
        say("console.waited.day"),
        say("console.waited.days"),
        say("console.waited.week"),
        say("console.waited.longer"),
    )
    return [Column(name, _one(classes[at])) for at, name in enumerate(names)] if classes else []
