"""What an admin sees: what is asked, how much of it is answered, how soon experts answer, who misses what."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from starlette.responses import Response

from bot import overview
from bot.domain import Verdict
from bot.kb import Knowledge
from bot.overview import ENDS, Overview
from bot.phrases import say
from bot.store import Database, trends
from bot.web.console.charts import Chart, Column, Heat, Line, Part, heated, ranked, stacked
from bot.web.console.frame import Frame
from bot.web.console.gate import Call
from bot.web.console.naming import reason_name
from bot.web.console.spans import Range, quick, read_range
from bot.written import shorten

SHOWN = ((Verdict.ANSWER, Verdict.PLACE), (Verdict.SUGGEST,), (Verdict.UNANSWERED,))  # shares told in large
MOST_ROWS = 10  # of a ranking
MOST_TOPICS = 8  # columns of the table of provinces; all others together are one more
HOUR = timedelta(hours=1)
WAITS = (HOUR, 4 * HOUR, 24 * HOUR, 72 * HOUR, 168 * HOUR)  # upper ends of the classes of waiting times


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn of an overview."""

    days: Chart
    thumbs: Chart
    groups: tuple[Line, ...]
    topics: tuple[Line, ...]
    entries: tuple[Line, ...]
    channels: tuple[Line, ...]
    provinces: tuple[Line, ...]
    reasons: tuple[Line, ...]
    waits: tuple[Line, ...]
    misses: Heat


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
            found = await overview.read(connection, chosen.span)
        return self._frame.html(
            call,
            "figures.html",
            chosen=chosen,
            channels=channels,
            quick=list(quick(today, chosen.channel)),
            found=found,
            shown=SHOWN,
            typical=overview.typical,
            drawn=_drawn(found, chosen, self._frame.knowledge),
        )


def _drawn(found: Overview, chosen: Range, knowledge: Knowledge) -> Drawn:
    return Drawn(
        days=stacked(list(_by_day(chosen, found))),
        thumbs=stacked(list(_by_thumb(chosen, found))),
        groups=_groups(found),
        topics=_topics(found.topics(knowledge)[:MOST_ROWS], knowledge),
        entries=_entries(found.entries, knowledge),
        channels=ranked([Column(channel, _parts(ends)) for channel, ends in found.channels.items()]),
        provinces=_provinces(found.provinces),
        reasons=ranked([Column(reason_name(why).capitalize(), _one(count)) for why, count in found.reasons]),
        waits=ranked(_waits(found.item_waits)),
        misses=_misses(found, knowledge),
    )


def _by_day(chosen: Range, found: Overview) -> Iterator[Column]:
    for days in chosen.buckets():
        ends = sum((Counter(found.days.get(day)) for day in days), Counter[Verdict]())
        yield Column(_label(days), _parts(ends))


def _by_thumb(chosen: Range, found: Overview) -> Iterator[Column]:
    for days in chosen.buckets():
        thumbs = [found.thumbs.get(day, (0, 0)) for day in days]
        up = Part("liked", say("console.figures.liked"), sum(up for up, _ in thumbs))
        down = Part("disliked", say("console.figures.disliked"), sum(down for _, down in thumbs))
        yield Column(_label(days), (up, down))


def _parts(ends: Mapping[Verdict, int]) -> tuple[Part, ...]:
    return tuple(Part(end.value, say(f"console.verdict.{end.value}"), ends.get(end, 0)) for end in ENDS)


def _label(days: Sequence[date]) -> str:
    first, last = days[0], days[-1]
    if first == last:
        return f"{first:%d/%m}"
    return f"{first:%m/%Y}" if len(days) > 7 else f"{first:%d/%m}–{last:%d/%m}"


def _one(count: int) -> tuple[Part, ...]:
    return (Part("count", say("console.figures.questions"), count),)


def _groups(found: Overview) -> tuple[Line, ...]:
    askers = say("console.figures.askers")
    columns = [
        Column(f"#{item.number} {shorten(item.question)}", (Part("count", askers, people),))
        for item, people in found.groups
    ]
    return ranked(columns, [f"/console/queue/{item.number}" for item, _ in found.groups])


def _topics(found: Sequence[tuple[str | None, int]], knowledge: Knowledge) -> tuple[Line, ...]:
    columns = [Column(_topic(name, knowledge), _one(count)) for name, count in found]
    return ranked(
        columns, [_link("base", topic=name) if name in knowledge.topics else None for name, _ in found]
    )


def _topic(name: str | None, knowledge: Knowledge) -> str:
    topic = knowledge.topics.get(name or "")
    return topic.title if topic else name or say("console.figures.no_topic")


def _link(page: str, **fields: str | None) -> str:
    return f"/console/{page}?{urlencode(fields)}"


def _entries(served: Sequence[tuple[str, int]], knowledge: Knowledge) -> tuple[Line, ...]:
    found = [(knowledge.entries[name], count) for name, count in served if name in knowledge.entries]
    found = found[:MOST_ROWS]
    return ranked(
        [Column(entry.question, _one(count)) for entry, count in found],
        [f"/console/base/{entry.id}" for entry, _ in found],
    )


def _province(name: str | None) -> str:
    return name or say("console.figures.no_province")


def _provinces(found: Mapping[str | None, Mapping[Verdict, int]]) -> tuple[Line, ...]:
    columns = [Column(_province(name), _parts(ends)) for name, ends in found.items()]
    return ranked(columns, [_link("queue", province=name) if name else None for name in found])


def _waits(times: Iterable[timedelta]) -> list[Column]:
    """Return how many items waited how long, in the classes of `WAITS`; none where none was settled."""
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


def _misses(found: Overview, knowledge: Knowledge) -> Heat:
    """Return what each province does not know: its questions that went to the experts, by topic.

    The colours compare provinces: how many never said theirs, the last row, does not pale the others.
    """
    topics = [name for name, _ in found.missed_topics][:MOST_TOPICS]
    counts = Counter[tuple[str | None, str | None, bool]]()
    for miss in found.misses:
        is_shown = miss.topic in topics
        counts[miss.province, miss.topic if is_shown else None, is_shown] += miss.questions
    columns = [(name, True) for name in topics]
    heads = [_topic(name, knowledge) for name in topics]
    if len(found.missed_topics) > len(topics):
        columns.append((None, False))
        heads.append(say("console.figures.other_topics"))
    rows = [
        (
            _province(row.province),
            _link("queue", province=row.province) if row.province else None,
            row.questions,
            row.people,
            [counts[row.province, *column] for column in columns],
        )
        for row in found.missing
    ]
    most = max((count for (province, *_), count in counts.items() if province), default=1)
    return heated(heads, rows, most)
