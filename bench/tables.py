"""Results as Markdown tables: methods compared, noise, and figures held to their bars."""

import io
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from bench.figures import BARS, NAMES, written
from bench.measures import Result
from bench.noise import KINDS

WIDTH = 250  # columns, wide enough that no table wraps


def markdown(title: str, table: Table) -> str:
    """Return a table under its title, the same for a terminal, a pipe and a page."""
    drawn = io.StringIO()
    Console(file=drawn, width=WIDTH, color_system=None).print(table)
    lines = [line.rstrip() for line in drawn.getvalue().splitlines()]
    return "\n".join([f"## {title}", "", *filter(None, lines), ""])


def comparison(results: Sequence[Result]) -> Table:
    """Return a row for each method (or size) and a column for each figure that any of them has."""
    keys = [key for key in NAMES if any(key in result.figures for result in results)]
    keys = [key for key in keys if not key.startswith("loss ")]  # they stand in `retyping`
    same_task = len({result.task for result in results}) == 1
    table = _table("method" if same_task else "base", *(NAMES[key][0] for key in keys))
    for result in results:
        name = result.method if same_task else result.task
        table.add_row(name, *(written(key, result.figures.get(key)) for key in keys))
    return table


def retyping(result: Result) -> Table:
    """Return a row for each kind of noise: first places, and points lost against the clean questions."""
    table = _table("typed", "top-1 %", "loss", "bar", "")
    table.add_row("clean", written("top1", result.figures["top1"]), "", "", "")
    for kind in KINDS:
        key = f"loss {kind}"
        value = result.figures[key]
        top1 = written("top1", result.figures[f"top1 {kind}"])
        table.add_row(kind, top1, written(key, value), *_judged(result.task, key, value))
    return table


def bars(results: Sequence[Result]) -> Table:
    """Return every figure that has a bar, beside it, and whether it is met."""
    table = _table("base", "figure", "measured", "bar", "")
    for result in results:
        for key in BARS.get(result.task, {}):
            value = result.figures.get(key)
            if value is not None:
                judged = _judged(result.task, key, value)
                table.add_row(result.task, NAMES[key][0], written(key, value), *judged)
    return table


def _judged(task: str, key: str, value: float) -> tuple[str, str]:
    bar = BARS.get(task, {}).get(key)
    return (str(bar), "met" if bar.met(value) else "missed") if bar else ("", "")


def _table(name: str, *heads: str) -> Table:
    table = Table(name, box=box.MARKDOWN)
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    return table
