"""What was asked in a stretch of time and what became of it: read once, told by page, terminal and notice."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from statistics import median
from typing import Final, TypeVar

from bot.domain import Reason, Verdict
from bot.items import Item, ItemState, QueueFilter, QueueOrder
from bot.kb import Knowledge
from bot.store import Connection, items, trends
from bot.store.trends import Asked, Missed, Span

ENDS: Final = (Verdict.ANSWER, Verdict.PLACE, Verdict.SUGGEST, Verdict.UNANSWERED, Verdict.OFF_TOPIC)
MOST: Final = 10  # lines of a list

Key = TypeVar("Key")
Ends = Mapping[Verdict, int]


@dataclass(frozen=True)
class Overview:
    """The figures of a span; everything that can be worked out from others is."""

    days: Mapping[date, Ends]  # of Vietnam, those that have any, in order
    thumbs: Mapping[date, tuple[int, int]]  # up and down, by the day of the question
    channels: Mapping[str, Ends]  # most first
    provinces: Mapping[str | None, Ends]  # most first; None: who asked never said
    entries: Sequence[tuple[str, int]]  # that served questions, most first
    reasons: Sequence[tuple[Reason, int]]  # why questions went to the experts, most first
    states: Mapping[ItemState, int]  # where the items stand now that were first asked then
    question_waits: Sequence[timedelta]  # of questions that experts have settled
    item_waits: Sequence[timedelta]  # of items, from the first time that they were asked
    groups: Sequence[tuple[Item, int]]  # open items and how many asked them then, most first
    misses: Sequence[Missed]  # by province and topic
    missing: Sequence[Missed]  # by province, most first; who never said theirs last
    open_items: int  # now
    oldest: Item | None  # that waits now

    @cached_property
    def ends(self) -> Ends:
        """How many questions came to which end."""
        return sum((Counter(ends) for ends in self.days.values()), Counter[Verdict]())

    @property
    def total(self) -> int:
        """How many questions were asked."""
        return sum(self.ends.values())

    def share(self, *ends: Verdict) -> float | None:
        """Return the share (0..1) of questions that came to one of these ends; None where none was asked."""
        return sum(self.ends.get(end, 0) for end in ends) / self.total if self.total else None

    @property
    def liked(self) -> int:
        """Thumbs up."""
        return sum(up for up, _ in self.thumbs.values())

    @property
    def disliked(self) -> int:
        """Thumbs down."""
        return sum(down for _, down in self.thumbs.values())

    @property
    def satisfied(self) -> float | None:
        """Thumbs up among all thumbs (0..1); None where nobody judged."""
        rated = self.liked + self.disliked
        return self.liked / rated if rated else None

    @property
    def new_items(self) -> int:
        """How many items were first asked then."""
        return sum(self.states.values())

    @cached_property
    def missed_topics(self) -> Sequence[tuple[str | None, int]]:
        """Topics and how many of their questions went to the experts, most first."""
        topics = Counter[str | None]()
        for miss in self.misses:
            topics[miss.topic] += miss.questions
        return sorted(topics.items(), key=lambda pair: (-pair[1], pair[0] or ""))

    def topics(self, knowledge: Knowledge) -> Sequence[tuple[str | None, int]]:
        """Return the topics of the entries that served, and how many questions, most first."""
        topics = Counter[str | None]()
        for name, count in self.entries:
            entry = knowledge.entries.get(name)
            topics[entry.topic if entry else None] += count
        return topics.most_common()


async def read(connection: Connection, span: Span) -> Overview:
    """Return the figures of a span."""
    asked = await trends.outcomes(connection, span)
    ratings = Counter({(day, thumb): count for day, thumb, count in await trends.ratings(connection, span)})
    missing = await trends.missing(connection, span)
    return Overview(
        days=dict(sorted(_by(asked, lambda one: one.day).items())),
        thumbs={day: (ratings[day, 1], ratings[day, -1]) for day in sorted({day for day, _ in ratings})},
        channels=_most_first(_by(asked, lambda one: one.channel)),
        provinces=_most_first(_by(asked, lambda one: one.province)),
        entries=await trends.by_entry(connection, span),
        reasons=await trends.reasons(connection, span),
        states=await trends.states(connection, span),
        question_waits=await trends.times(connection, span),
        item_waits=await trends.times_of_items(connection, span),
        groups=await trends.groups(connection, span, MOST),
        misses=await trends.misses(connection, span),
        missing=sorted(missing, key=lambda one: (one.province is None, -one.questions, one.province)),
        open_items=await items.count(connection, QueueFilter()),
        oldest=next(iter(await items.queue(connection, QueueFilter(order=QueueOrder.AGE), 0, 1)), None),
    )


def _by(asked: Iterable[Asked], key: Callable[[Asked], Key]) -> Mapping[Key, Ends]:
    """Return the ends of each day, channel or province."""
    found: dict[Key, Counter[Verdict]] = defaultdict(Counter)
    for one in asked:
        found[key(one)][one.verdict] += one.questions
    return found


def _most_first(found: Mapping[Key, Ends]) -> Mapping[Key, Ends]:
    return dict(sorted(found.items(), key=lambda pair: (-sum(pair[1].values()), str(pair[0]))))


def typical(times: Sequence[timedelta]) -> timedelta | None:
    """Return the median of some times; None where there are none."""
    return timedelta(seconds=median(time.total_seconds() for time in times)) if times else None
