"""The log and the queue as files for a spreadsheet: CSV row by row, XLSX as a whole.

What strangers typed must not become a formula where the file is opened ("CSV injection", OWASP): a text that
begins like one gets an apostrophe before it, which spreadsheets show as nothing; in XLSX it is marked as text
besides.
"""

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, TypeVar

import structlog
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from bot.domain import VIETNAM, Candidate, Exchange, Waiting
from bot.phrases import say
from bot.store import Connection, Database, counts
from bot.store.counts import Span
from bot.web.console.frame import Frame
from bot.web.console.gate import Call
from bot.web.console.spans import read_range

log = structlog.get_logger(__name__)

ACTIVE = "=+-@\t\r\n＝＋－＠"  # a cell that begins so is a formula in some spreadsheet
ROWS_AT_ONCE = 2000
MOST_ROWS = 1_000_000  # of a sheet; Excel's end is at 1,048,576
MOST_LETTERS = 32_000  # of a cell; Excel's end is at 32,767
READ_AT_ONCE = 64 * 1024  # bytes
SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOM = "\ufeff"  # without it Excel takes UTF-8 for something else

Cell = str | int | float | datetime | None
Rows = AsyncIterator[Sequence[Sequence[Cell]]]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds."""

    headings: tuple[str, ...]
    rows: Callable[[Database, Span], Rows]


class Exports:
    """The files to take along."""

    def __init__(self, frame: Frame, database: Database) -> None:
        self._frame = frame
        self._database = database
        self._tables = {"log": Table(_log_headings(), _log), "queue": Table(_queue_headings(), _queue)}

    async def send(self, call: Call) -> Response:
        """Send `log` or `queue` as `.csv` or `.xlsx`, for the range that the dashboard shows."""
        name, _, kind = call.request.path_params["name"].partition(".")
        if name not in self._tables or kind not in ("csv", "xlsx"):
            raise HTTPException(404)
        async with self._database.reading() as connection:
            channels = await counts.channels(connection)
        chosen = read_range(call.request.query_params, self._frame.today, channels)
        log.info("export.taken", person=call.visit.reviewer.person, table=name, kind=kind)
        table = self._tables[name]
        rows = table.rows(self._database, chosen.span)
        file = f"hoidap-{name}-{chosen.first}-{chosen.last}.{kind}"
        headers = {"Content-Disposition": f'attachment; filename="{file}"'}
        if kind == "csv":
            return StreamingResponse(_csv(table.headings, rows), media_type="text/csv", headers=headers)
        sheets = await _xlsx(table.headings, rows)
        return StreamingResponse(_pieces(sheets), media_type=SHEETS, headers=headers)


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, without what no sheet can hold."""
    text = "".join(letter for letter in text if letter in "\n\t" or letter.isprintable() or letter == " ")
    return f"'{text}"[:MOST_LETTERS] if text.lstrip(" ")[:1] in tuple(ACTIVE) else text[:MOST_LETTERS]


async def _csv(headings: Sequence[str], rows: Rows) -> AsyncIterator[str]:
    yield BOM + _lines([headings])
    async for some in rows:
        yield _lines(some)


def _lines(rows: Iterable[Sequence[Cell]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([_text(cell) for cell in row] for row in rows)
    return buffer.getvalue()


def _text(cell: Cell) -> str | int | float:
    match cell:
        case None:
            return ""
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M:%S}"
        case str():
            return harmless(cell)
    return cell


async def _xlsx(headings: Sequence[str], rows: Rows) -> IO[bytes]:
    book, sheet, written = Workbook(write_only=True), None, 0
    async for some in rows:
        for first in range(0, len(some), ROWS_AT_ONCE):
            if sheet is None or written >= MOST_ROWS:
                sheet, written = _sheet(book, headings), 0
            written += ROWS_AT_ONCE
            await asyncio.to_thread(_append, sheet, some[first : first + ROWS_AT_ONCE])
    if sheet is None:
        _sheet(book, headings)
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  whoever sends it closes it
    await asyncio.to_thread(book.save, file)
    file.seek(0)
    return file


def _sheet(book: Workbook, headings: Sequence[str]) -> Any:
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    _append(sheet, [headings])
    return sheet


def _append(sheet: Any, rows: Iterable[Sequence[Cell]]) -> None:
    for row in rows:
        sheet.append([_cell(sheet, cell) for cell in row])


def _cell(sheet: Any, value: Cell) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, harmless(value))
    cell.data_type = "s"  # never a formula, whatever it begins with
    return cell


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while piece := await asyncio.to_thread(file.read, READ_AT_ONCE):
            yield piece


# --- the two tables -------------------------------------------------------------------------------


def _log_headings() -> tuple[str, ...]:
    return tuple(say("console.export.log").split(" | "))


async def _log(database: Database, span: Span) -> Rows:
    def read(connection: Connection, after: int) -> Awaitable[Sequence[Exchange]]:
        return counts.log(connection, span, after, ROWS_AT_ONCE)

    async for some in _paged(database, read, lambda one: one.id):
        yield [_log_row(one) for one in some]


def _log_row(one: Exchange) -> Sequence[Cell]:
    return (
        one.id,
        _local(one.asked_at),
        one.channel,
        one.asker,
        one.raw,
        one.earlier,
        say(f"console.verdict.{one.verdict.value}"),
        one.entry,
        one.group,
        *_nearest(one.candidates),
        one.rating,
        round(one.elapsed_ms, 1),
    )


def _queue_headings() -> tuple[str, ...]:
    return tuple(say("console.export.queue").split(" | "))


async def _queue(database: Database, span: Span) -> Rows:
    def read(connection: Connection, after: int) -> Awaitable[Sequence[Waiting]]:
        return counts.queue(connection, span, after, ROWS_AT_ONCE)

    async for some in _paged(database, read, lambda one: one.number):
        yield [_queue_row(one) for one in some]


def _queue_row(one: Waiting) -> Sequence[Cell]:
    return (
        one.number,
        _local(one.asked_at),
        one.channel,
        one.question,
        say(f"reason.{one.reason.value}"),
        one.shown,
        *_nearest(one.candidates),
        _local(one.resolved_at) if one.resolved_at else None,
        one.resolved_by,
        one.entry,
        one.note,
    )


async def _paged(
    database: Database,
    read: Callable[[Connection, int], Awaitable[Sequence[Item]]],
    number: Callable[[Item], int],
) -> AsyncIterator[Sequence[Item]]:
    """Yield what there is to read, some at a time: nobody who loads slowly keeps a transaction open."""
    after = 0
    while True:
        async with database.reading() as connection:
            some = await read(connection, after)
        if not some:
            return
        yield some
        after = number(some[-1])


def _local(moment: datetime) -> datetime:
    return (moment + VIETNAM).replace(tzinfo=None, microsecond=0)


def _nearest(candidates: Sequence[Candidate]) -> tuple[Cell, Cell]:
    return (candidates[0].entry, round(candidates[0].confidence, 3)) if candidates else (None, None)
