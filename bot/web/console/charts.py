"""Charts as values: where each bar of an SVG stands. Templates draw them, style sheets colour them.

A chart has no text inside: what is written stands beside it as HTML, so that it is as large on a phone as
on a wide screen. Every chart comes with its figures as a table for whoever cannot see it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 1000.0, 100.0  # in the units of the drawing, which is stretched to its place
GAP = 0.2  # of a column's place that stays free
TICKS = 4  # at most, above zero
HOTTEST = 4  # classes of heat
MOST_LABELS = 7  # below the columns; more would run into each other on a phone


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a column: `kind` is the class that colours it, `name` what people read."""

    kind: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Column:
    """One moment or group, and what it is made of from the bottom up."""

    label: str
    parts: tuple[Part, ...]

    @property
    def total(self) -> int:
        """All parts together."""
        return sum(part.count for part in self.parts)


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle in the units of the drawing, y downwards; `title` is read where one points at it."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the chart and the number beside it."""

    y: float
    label: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns side by side."""

    columns: tuple[Column, ...]
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]  # from the top down to zero
    labels: tuple[str, ...]  # of some columns, evenly spaced, the first and last among them


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a ranking: bars from left to right that add up to its share of the longest row."""

    label: str
    link: str | None
    count: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A count of a table and how hot it is: 0 where it is none, up to `HOTTEST`."""

    count: int
    heat: int


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A row of a table: what it is of, how many questions and people it counts, its cells."""

    label: str
    link: str | None
    count: int
    people: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Heat:
    """A table that is read by its colours first."""

    heads: tuple[str, ...]
    rows: tuple[HeatRow, ...]


def stacked(columns: Sequence[Column]) -> Chart:
    """Return columns of stacked parts on a scale from zero to a round number."""
    top = scale(max((column.total for column in columns), default=0))
    place = WIDTH / max(len(columns), 1)
    bars: list[Bar] = []
    for at, column in enumerate(columns):
        base = HEIGHT
        for part in column.parts:
            height = HEIGHT * part.count / top[-1]
            base -= height
            if part.count:
                title = f"{column.label}: {part.name} {part.count}"
                bars.append(Bar(place * (at + GAP / 2), base, place * (1 - GAP), height, part.kind, title))
    ticks = [Tick(HEIGHT - HEIGHT * value / top[-1], value) for value in reversed(top)]
    return Chart(tuple(columns), tuple(bars), tuple(ticks), _spread([column.label for column in columns]))


def scale(most: int) -> tuple[int, ...]:
    """Return round numbers from 0 to at least `most`, evenly apart: 0, 5, 10, 15."""
    step = next(step for step in _steps() if step * TICKS >= most)
    last = max(1, -(-most // step))
    return tuple(step * number for number in range(last + 1))


def _steps() -> Sequence[int]:
    return [factor * 10**power for power in range(12) for factor in (1, 2, 5)]


def _spread(labels: Sequence[str]) -> tuple[str, ...]:
    """Return at most `MOST_LABELS` of the labels, evenly apart."""
    if len(labels) <= MOST_LABELS:
        return tuple(labels)
    steps = MOST_LABELS - 1
    return tuple(labels[round(number * (len(labels) - 1) / steps)] for number in range(steps + 1))


def ranked(columns: Sequence[Column], links: Sequence[str | None] = ()) -> tuple[Line, ...]:
    """Return a row for each column, as long as it counts.

    Args:
        columns: in the order of the rows.
        links: where each label leads, if anywhere.
    """
    longest = max((column.total for column in columns), default=0) or 1
    rows = zip(columns, links or [None] * len(columns), strict=True)
    return tuple(Line(column.label, link, column.total, _in_a_row(column, longest)) for column, link in rows)


def _in_a_row(column: Column, longest: int) -> tuple[Bar, ...]:
    bars: list[Bar] = []
    at = 0.0
    for part in column.parts:
        width = WIDTH * part.count / longest
        if part.count:
            bars.append(Bar(at, 0, width, HEIGHT, part.kind, f"{part.name} {part.count}"))
        at += width
    return tuple(bars)


def heated(
    heads: Sequence[str], rows: Sequence[tuple[str, str | None, int, int, Sequence[int]]], most: int
) -> Heat:
    """Return a table in which every cell is as hot as its share of `most`.

    Args:
        heads: what the cells of a row are of.
        rows: label, link, questions, people and counts of each.
        most: the count from which on a cell is the hottest, 1 or more.
    """
    return Heat(
        tuple(heads),
        tuple(
            HeatRow(label, link, count, people, tuple(Cell(one, _heat(one, most)) for one in counts))
            for label, link, count, people, counts in rows
        ),
    )


def _heat(count: int, most: int) -> int:
    return min(HOTTEST, -(-count * HOTTEST // most))
