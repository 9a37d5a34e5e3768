"""Rows as files for a spreadsheet: CSV piece by piece, XLSX as a whole.

What strangers typed must not become a formula where the file is opened ("CSV injection", OWASP): a text that
begins like one gets an apostrophe before it; in XLSX it is marked as text besides.
"""

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from bot.kb.sheet import ACTIVE

MOST_ROWS = 1_000_000  # of a sheet; Excel's end is at 1,048,576
MOST_LETTERS = 32_000  # of a cell; Excel's end is at 32,767
READ_AT_ONCE = 64 * 1024  # bytes
BOM = "\ufeff"  # without it Excel takes UTF-8 for something else

Cell = str | int | float | datetime | None
Rows = AsyncIterator[Sequence[Sequence[Cell]]]  # some at a time


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, without what no sheet can hold."""
    text = "".join(letter for letter in text if letter in "\n\t" or letter.isprintable())
    begins_like_one = text.lstrip(" \n")[:1] in tuple(ACTIVE)
    return f"'{text}"[:MOST_LETTERS] if begins_like_one else text[:MOST_LETTERS]


def as_typed(text: str) -> str:
    """Return what `harmless` made a text of, without its apostrophe."""
    return text[1:] if text.startswith("'") and harmless(text[1:]) == text else text


async def csv_pieces(headings: Sequence[str], rows: Rows) -> AsyncIterator[str]:
    """Yield a CSV file."""
    yield BOM + _lines([headings])
    async for some in rows:
        yield await asyncio.to_thread(_lines, some)


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


async def xlsx_pieces(
    headings: Sequence[str], rows: Rows, most_rows: int = MOST_ROWS
) -> AsyncIterator[bytes]:
    """Yield an XLSX file, which is made whole first; after `most_rows` it goes on in the next sheet."""
    book, sheet, written = Workbook(write_only=True), None, 0
    async for some in rows:
        if sheet is None or written + len(some) > most_rows:
            sheet, written = _sheet(book, headings), 0
        await asyncio.to_thread(_append, sheet, some)
        written += len(some)
    if sheet is None:
        _sheet(book, headings)
    with tempfile.TemporaryFile() as file:
        await asyncio.to_thread(book.save, file)
        file.seek(0)
        while piece := await asyncio.to_thread(file.read, READ_AT_ONCE):
            yield piece


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
