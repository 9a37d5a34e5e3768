"""Try a question: what an asker would get, and why."""

import asyncio
from dataclasses import dataclass

from starlette.responses import Response

from bot.trying import Comparison, Point, Trial, attempt
from bot.web.console.frame import Frame
from bot.web.console.gate import Call
from bot.web.pages import is_htmx
from bot.written import decimal

LONGEST = 1000  # characters; what is longer is no question to try
HALF = 50.0  # of a drawing's width, for each side


@dataclass(frozen=True, slots=True)
class Row:
    """One piece of evidence and its bar: right of the middle for the first, left of it for the second."""

    point: Point
    written: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Table:
    """A comparison with its bars."""

    comparison: Comparison
    rows: tuple[Row, ...]


class TrialPage:
    """The page with the box to try questions in."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    async def show(self, call: Call) -> Response:
        """Show the box, and below it what became of the question; only that where htmx asks."""
        text = call.request.query_params.get("q", "")[:LONGEST].strip()
        brain, now = self._frame.live.current, self._frame.clock()
        trial = await asyncio.to_thread(attempt, brain, text, now) if text else None
        template = "trial_result.html" if is_htmx(call.request) else "trial.html"
        return self._frame.html(call, template, text=text, trial=trial, tables=_tables(trial))


def _tables(trial: Trial | None) -> tuple[Table, ...]:
    comparisons = trial.why.comparisons if trial and trial.why else ()
    return tuple(_table(each) for each in comparisons)


def _table(comparison: Comparison) -> Table:
    longest = max((abs(point.points) for point in comparison.points), default=1.0)
    widths = [HALF * abs(point.points) / longest for point in comparison.points]
    rows = [
        Row(point, decimal(point.points, signed=True), HALF if point.points > 0 else HALF - width, width)
        for point, width in zip(comparison.points, widths, strict=True)
    ]
    return Table(comparison, tuple(rows))
