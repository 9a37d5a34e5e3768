"""The range that figures are told for, as an admin chose it: days in Vietnam, both included."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from urllib.parse import urlencode

from bot.store.trends import Span

USUAL = 30  # days, when nobody chose
QUICK = (7, 30, 90, 365)  # days to choose with one press
LONGEST = timedelta(days=20 * 366)
MOST_DAYS, MOST_WEEKS = 62, 53  # columns that a chart can show


@dataclass(frozen=True, slots=True)
class Range:
    """From one day to another, on one channel or on all."""

    first: date
    last: date
    channel: str | None = None

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def span(self) -> Span:
        """The same for the store: moments in UTC."""
        return Span.of_days(self.first, self.last, self.channel)

    @property
    def query(self) -> str:
        """The same for an address."""
        fields = {"since": self.first.isoformat(), "until": self.last.isoformat()}
        return urlencode(fields | ({"channel": self.channel} if self.channel else {}))

    def buckets(self) -> Iterator[Sequence[date]]:
        """Yield its days one by one, or by weeks or months where there are too many."""
        days = [self.first + timedelta(days=number) for number in range(self.days)]
        if self.days <= MOST_DAYS:
            yield from ([day] for day in days)
        elif self.days <= MOST_WEEKS * 7:
            yield from (list(week) for _, week in groupby(days, lambda day: day.isocalendar()[:2]))
        else:
            yield from (list(month) for _, month in groupby(days, lambda day: (day.year, day.month)))


def read_range(query: Mapping[str, str], today: date, channels: Sequence[str]) -> Range:
    """Return the range that an address asks for; the last `USUAL` days where it makes no sense."""
    last = day_of(query.get("until", "")) or today
    first = day_of(query.get("since", "")) or last - timedelta(days=USUAL - 1)
    if first > last:
        first, last = last, first
    channel = query.get("channel", "")
    return Range(max(first, last - LONGEST), last, channel if channel in channels else None)


def quick(today: date, channel: str | None) -> Iterator[tuple[int, Range]]:
    """Yield the ranges that end today."""
    for days in QUICK:
        yield days, Range(today - timedelta(days=days - 1), today, channel)


def day_of(text: str) -> date | None:
    """Return the day that an address or a form names; None where it names none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None  # beyond, a calendar ends somewhere
