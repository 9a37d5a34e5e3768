"""What `hoidap kb replay` reads and tells; databases and matching take seconds to import."""

import asyncio
import csv
import io
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from bot.cli.terminal import Misused, err, out, printable
from bot.config import Settings
from bot.domain import VIETNAM, Recurring, Verdict
from bot.handlers.command import shorten
from bot.live import Brain
from bot.phrases import say
from bot.proposing import is_personal
from bot.replaying import Got, Replay, Turn, Turned, replay
from bot.sheets import as_typed
from bot.store import Database, exchanges

Names = tuple[str, str]  # of the base before and of the base after, as people gave them
MOST = 50  # questions of a summary
WORSE = (Turn.LOST, Turn.CHANGED)


# --- what is asked ------------------------------------------------------------------------------------


def read_log(settings: Settings, since: date) -> tuple[Recurring, ...]:
    """Return the questions of the log since a day in Vietnam, most often asked first."""

    async def read() -> tuple[Recurring, ...]:
        database = Database(settings.database)
        try:
            await database.upgrade()
            async with database.reading() as connection:
                return await exchanges.recurring(connection, _begin(since))
        finally:
            await database.close()

    return asyncio.run(read())


def _begin(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - VIETNAM


def read_file(file: Path, since: date) -> tuple[Recurring, ...]:
    """Return the questions of a file, most often asked first: the console's export, or one a line.

    Raises:
        Misused: the file is neither.
        OSError: it cannot be read.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Misused(say("replay.not_utf8", file=file)) from None
    if file.suffix.lower() == ".csv":
        found = list(_exported(file, text, _begin(since)))
    else:
        found = [Recurring(line.strip()) for line in text.splitlines() if line.strip()]
    alike: dict[tuple[str, str | None], Recurring] = {}
    for one in found:
        key = " ".join(one.text.lower().split()), one.earlier
        times = alike[key].times if key in alike else 0
        alike[key] = Recurring(one.text, one.earlier, times + 1, one.last_at)
    never = datetime.min.replace(tzinfo=UTC)
    newest_first = sorted(alike.values(), key=lambda one: one.last_at or never, reverse=True)
    return tuple(sorted(newest_first, key=lambda one: -one.times))


def _exported(file: Path, text: str, since: datetime) -> Iterator[Recurring]:
    """Yield the rows of the log as `bot.web.console.exports` writes it, but for entries that were opened."""
    headings = say("console.export.log").split(" | ")
    asked_at, question, earlier, verdict = (headings[at] for at in (1, 4, 5, 6))
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if question not in (rows.fieldnames or ()):
        raise Misused(say("replay.no_column", file=file, column=question))
    for row in rows:
        asked, at = as_typed(row[question] or ""), _moment(row.get(asked_at) or "")
        is_opened = row.get(verdict) == say("console.verdict.opened")
        if any(map(str.isalnum, asked)) and not is_opened and (at is None or at >= since):
            yield Recurring(asked, as_typed(row.get(earlier) or "") or None, 1, at)


def _moment(text: str) -> datetime | None:
    """Return a time of the export, which is Vietnam's; None for what somebody has changed."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) - VIETNAM
    except ValueError:
        return None


def ask(before: Brain, after: Brain, asked: Sequence[Recurring], today: date) -> Replay:
    """Return what becomes of the questions; at a terminal it is seen how far that has come."""
    with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task(say("replay.asking"), total=len(asked))
        return replay(before, after, asked, today, lambda done: progress.advance(task, done))


# --- what is told -------------------------------------------------------------------------------------


def is_worse(found: Replay) -> bool:
    """Tell whether some question loses its answer or gets another one."""
    return any(found.counts[turn] for turn in WORSE)


def show(found: Replay, names: Names) -> None:
    """Print what turns: a table at a terminal, a line each with tabs for another program."""
    rows = [_row(one) for one in found.turned]
    if out.is_terminal:
        table = Table(*say("replay.columns").split(" | "))
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        if rows:
            out.print(table)
    else:
        for row in rows:
            sys.stdout.write("\t".join(row) + "\n")
    for line in _sums(found, names):
        out.print(line, markup=False, highlight=False, soft_wrap=True)


def _row(one: Turned) -> tuple[str, ...]:
    asked = one.question
    return (
        str(asked.times),
        f"{asked.last_at + VIETNAM:%d/%m/%Y}" if asked.last_at else "",
        say(f"replay.turn.{one.turn.value}"),
        printable(shorten(_question(asked))),
        printable(_got(one.was)),
        printable(_got(one.now)),
    )


def _question(asked: Recurring) -> str:
    if asked.earlier is None:
        return asked.text
    return say("replay.follows", question=asked.text, earlier=asked.earlier)


def _got(got: Got) -> str:
    verdict = say(f"console.verdict.{got.verdict.value}")
    if not got.name or got.verdict is Verdict.OFF_TOPIC:
        return f"{verdict}: {got.name}" if got.name else verdict
    return f"{verdict}: {got.title} [{got.name}]"


def _sums(found: Replay, names: Names) -> Iterator[str]:
    for one in found.rewritten:
        yield say("replay.rewritten", title=printable(one.title), name=one.name, times=one.times)
    counts = {turn.value: count for turn, count in found.counts.items()}
    yield say(
        "replay.total",
        questions=found.questions,
        times=found.times,
        before=names[0],
        after=names[1],
        **counts,
    )


def write_json(found: Replay, names: Names) -> None:
    """Print all of it as one JSON."""
    plain = {
        "before": names[0],
        "after": names[1],
        "questions": found.questions,
        "times": found.times,
        **{turn.value: count for turn, count in found.counts.items()},
        "turned": [_plain(one) for one in found.turned],
        "rewritten": [{"entry": one.name, "title": one.title, "times": one.times} for one in found.rewritten],
    }
    sys.stdout.write(json.dumps(plain, ensure_ascii=False) + "\n")


def _plain(one: Turned) -> dict[str, Any]:
    asked = one.question
    return {
        "question": asked.text,
        "earlier": asked.earlier,
        "times": asked.times,
        "last_at": asked.last_at.isoformat() if asked.last_at else None,
        "turn": one.turn.value,
        **{
            side: {"verdict": got.verdict.value, "name": got.name or None, "title": got.title or None}
            for side, got in (("was", one.was), ("now", one.now))
        },
    }


def write_markdown(found: Replay, names: Names) -> None:
    """Print a summary for a pull request; what may tell of a person is counted and not quoted."""
    lines = [f"### {say('replay.title')}", "", *(f"- {line}" for line in _sums(found, names)), ""]
    if found.turned:
        columns = say("replay.columns").split(" | ")
        lines += [_cells(columns), _cells(["---"] * len(columns))]
        for one in found.turned[:MOST]:
            times, day, turn, question, was, now = _row(one)
            quoted = say("replay.personal") if is_personal(_question(one.question)) else _code(question)
            lines.append(_cells([times, day, turn, quoted, _code(was), _code(now)]))
        if len(found.turned) > MOST:
            lines += ["", say("replay.more", count=len(found.turned) - MOST)]
    sys.stdout.write("\n".join(lines).rstrip() + "\n")


def _cells(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    """Return words that Markdown takes for nothing else: no link, no mention, no cell's end."""
    return f"`{text.replace('`', '´').replace('|', '/')}`"
