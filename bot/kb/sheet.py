"""Entries as a spreadsheet, one a row: written so that Excel runs nothing, read so that nothing is guessed.

A sheet that is read becomes what a file of the base is, nodes that know where they stand: a line is a row
here. So whatever the loader finds wrong with an entry is told with the cell to mend.
"""

import csv
import re
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from bot.errors import SheetError
from bot.kb.checks.rows import plain as folded
from bot.kb.loader import CONTROL
from bot.kb.problems import nearest
from bot.kb.schema import Category, Entry, Knowledge, Node, Problem
from bot.kb.spelling import DAYS, FIELDS, plain
from bot.phrases import keys, say

CATEGORY = "category"
COLUMNS = ("id", CATEGORY, *FIELDS[1:])
LISTS = ("variants", "see_also", "differs_from", "not_this")
TESTS = "tests"
SOURCES = "sources"

LONGEST_CELL = 32_767  # characters: what Excel keeps of one
MOST_BYTES = 64 * 1024 * 1024  # of a file, packed or unpacked
MOST_ROWS = 20_000
MOST_COLUMNS = 64
_WIDTHS = {"id": 30, "question": 50, "variants": 50, "answer": 70, SOURCES: 40, "tests": 50, "not_this": 40}
ACTIVE = "=+-@\t\r＝＋－＠"  # a cell that begins so is a formula somewhere
_ESCAPED = re.compile(r"\\([\\nr|])")
_FIRST_PART = re.compile(r"((?:[^\\|]|\\.|\\)*)\|?")
_NAMED = re.compile(r"\(([a-z_]+)\)\s*$")
_UNREADABLE = (  # what openpyxl meets a file with that is none, or was made to look like one
    InvalidFileException, zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, AttributeError,
    IndexError, SyntaxError, EOFError, NotImplementedError, RuntimeError, OverflowError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a spreadsheet says: a node per row below the header."""

    name: str  # of the file
    rows: tuple[Node, ...]


class CellTooLong(ValueError):
    """An entry's field does not fit in a cell of Excel; the arguments are its id and the field."""


# --- out ------------------------------------------------------------------------------------------


def table(knowledge: Knowledge) -> Iterator[list[str]]:
    """Yield the header and a row per entry, harmless in any spreadsheet."""
    yield [say("sheet.header", label=say(f"sheet.column.{name}"), name=name) for name in COLUMNS]
    for entry in knowledge.entries.values():
        yield _row(entry, knowledge.category(entry.id))


def xlsx(knowledge: Knowledge) -> bytes:
    """Return the base as an Excel file.

    Raises:
        CellTooLong: a field has more characters than Excel keeps.
    """
    rows = list(table(knowledge))
    for row in rows:
        _fit(row)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(say("sheet.title"))
    sheet.freeze_panes = "C2"
    for number, name in enumerate(COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(name, 16)
    for number, row in enumerate(rows):
        sheet.append([_cell(sheet, text, is_bold=number == 0) for text in row])
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def comma_separated(knowledge: Knowledge) -> bytes:
    """Return the base as CSV; the byte order mark tells Excel that it is UTF-8."""
    held = StringIO(newline="")
    csv.writer(held).writerows(table(knowledge))
    return held.getvalue().encode("utf-8-sig")


def _row(entry: Entry, category: Category) -> list[str]:
    fields: Mapping[str, Any] = {**plain(entry), CATEGORY: category.value}
    return [_neutral(_spelled(name, fields.get(name, ""))) for name in COLUMNS]


def _spelled(name: str, value: Any) -> str:
    if name == SOURCES:
        return "\n".join(_joined(one["document"], one.get("at", "")) for one in value)
    if name == TESTS:
        tests = ({"ask": one} if isinstance(one, str) else one for one in value)
        return "\n".join(_joined(one["ask"], one.get("on", "")) for one in tests)
    if name in LISTS:
        return "\n".join(_escape(item).replace("\n", "\\n") for item in value)
    return _escape(value)


def _joined(first: str, second: str) -> str:
    parts = [_escape(first).replace("|", "\\|"), _escape(second)]
    return " | ".join(part.replace("\n", "\\n") for part in parts if part)


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\r", "\\r")


def _neutral(text: str) -> str:
    """Return a text with an apostrophe before what would make it a formula; `_harmful` undoes it."""
    return f"'{text}" if text.lstrip("'")[:1] in tuple(ACTIVE) else text


def _harmful(text: str) -> str:
    return text[1:] if text.startswith("'") and text.lstrip("'")[:1] in tuple(ACTIVE) else text


def _fit(row: Sequence[str]) -> None:
    for name, text in zip(COLUMNS, row, strict=True):
        if len(text) > LONGEST_CELL:
            raise CellTooLong(row[0], name)


def _cell(sheet: Any, text: str, is_bold: bool) -> Any:
    cell: Any = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"  # never a formula, an error or a number
    cell.number_format = "@"  # what is typed over it stays text: 2026-11-23 does not become a day
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.font = Font(bold=is_bold)
    return cell


# --- in -------------------------------------------------------------------------------------------


def read(path: Path) -> Sheet:
    """Read an .xlsx or .csv file.

    Raises:
        SheetError: with every problem of its form; what its entries say is not judged here.
        OSError: there is no such file.
    """
    if path.stat().st_size > MOST_BYTES:
        raise _refused(path, "too_big", limit=MOST_BYTES // 1024**2)
    readers = {".xlsx": _from_xlsx, ".csv": _from_csv}
    if path.suffix.lower() not in readers:
        raise _refused(path, "wrong_kind")
    problems: list[Problem] = []
    header, *rows = [*readers[path.suffix.lower()](path, problems)] or [(1, [])]
    names = _names(path.name, header[1], problems)
    nodes = [_node(path.name, number, names, texts, problems) for number, texts in rows if any(texts)]
    if problems:
        raise SheetError(problems)
    return Sheet(path.name, tuple(nodes))


def describe_cell(problem: Problem) -> str:
    """Return one line for whoever made the sheet: row, column, what was found, what to write instead."""
    near, code = problem.values.get("near"), problem.code
    own = f"sheet.problem.{code}" in keys()
    return say(
        "sheet.place",
        file=problem.file,
        row=problem.line,
        column=get_column_letter(max(problem.column, 1)),
        where=f"[{problem.where}] " if problem.where else "",
        found=say(f"sheet.problem.{code}", **problem.values)
        if own
        else say(f"problem.{code}", **problem.values),
        hint=" " + say("problem_hint.near", near=near) if near else "",
    )


def _refused(path: Path, code: str, line: int = 1, **values: object) -> SheetError:
    return SheetError([Problem(path.name, line, 1, "", code, values)])


_Row = tuple[int, list[str]]  # a row's number and its cells as text


def _from_csv(path: Path, problems: list[Problem]) -> Iterator[_Row]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused(path, "not_utf8") from None
    first = text.partition("\n")[0]
    rows = csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    number = 0
    try:
        for number, cells in enumerate(rows, 1):
            _bound(path, number, cells)
            yield number, [_harmful(cell) for cell in cells]
    except csv.Error:
        raise _refused(path, "bad_csv", number + 1) from None


def _from_xlsx(path: Path, problems: list[Problem]) -> Iterator[_Row]:
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_BYTES:
                raise _refused(path, "too_big", limit=MOST_BYTES // 1024**2)
        with warnings.catch_warnings(action="ignore"):  # of what openpyxl leaves out: pictures, rules
            book = load_workbook(BytesIO(path.read_bytes()), read_only=True)
        sheet: Any = book.worksheets[0]
        sheet.reset_dimensions()  # what the file claims may be wrong
        names: list[str] = []
        for number, cells in enumerate(sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS), 1):
            texts = [_typed(path.name, number, at, cell, names, problems) for at, cell in enumerate(cells, 1)]
            _bound(path, number, texts)
            names = names or _names(path.name, texts, [])
            yield number, texts
    except _UNREADABLE:
        raise _refused(path, "not_a_sheet") from None


def _bound(path: Path, number: int, cells: Iterable[str]) -> None:
    if number > MOST_ROWS and any(cells):
        raise _refused(path, "too_many_rows", number, limit=MOST_ROWS)


def _typed(file: str, row: int, column: int, cell: Any, names: Sequence[str], problems: list[Problem]) -> str:
    """Return what a cell of Excel shows, as far as it is a text, a whole number or a day among days."""
    value = cell.value
    if value is None:
        return ""
    is_day = column <= len(names) and names[column - 1] in DAYS
    if isinstance(value, datetime) and is_day and value.time() == time():
        return value.date().isoformat()
    if cell.data_type == "f":
        problems.append(Problem(file, row, column, "", "formula"))
    elif isinstance(value, str):
        return _harmful(value)
    elif isinstance(value, int | float) and not isinstance(value, bool) and value == int(value):
        return str(int(value))
    else:
        problems.append(Problem(file, row, column, "", "turned"))
    return ""


def _names(file: str, header: Sequence[str], problems: list[Problem]) -> list[str]:
    """Return which field each column holds, "" for none."""
    labels = {folded(say(f"sheet.column.{name}")): name for name in COLUMNS}
    names: list[str] = []
    for at, title in enumerate(header, 1):
        named = _NAMED.search(title.strip())
        name = named[1] if named else labels.get(folded(title), title.strip())
        if name and name not in COLUMNS:
            values = {"value": title.strip()[:60], "near": nearest(name, COLUMNS)}
            problems.append(Problem(file, 1, at, "", "unknown_column", values))
        elif name and name in names:
            problems.append(Problem(file, 1, at, "", "column_twice", {"value": name}))
        names.append(name)
    if "id" not in names:
        problems.append(Problem(file, 1, 1, "", "no_id_column"))
    return names


def _node(file: str, row: int, names: Sequence[str], texts: Sequence[str], problems: list[Problem]) -> Node:
    """Return a row as an entry's node; a cell's line is its row."""
    fields: dict[str, Node] = {}
    for at, text in enumerate(texts, 1):
        name = names[at - 1] if at <= len(names) else ""
        if stray := CONTROL.search(text):
            problems.append(Problem(file, row, at, "", "control_character", {"value": stray[0]}))
        if name:
            fields[name] = _value(name, text, row, at)
        elif text.strip():
            problems.append(Problem(file, row, at, "", "no_header"))
    for at, name in enumerate(names, 1):  # rows of CSV may end early
        if name:
            fields.setdefault(name, Node(None, row, at))
    return Node(fields, row, 1, keys={name: (row, node.column) for name, node in fields.items()})


def _value(name: str, text: str, row: int, at: int) -> Node:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").strip())
    if not text:
        return Node(None, row, at)
    if name == SOURCES:
        lines = [line for line in text.split("\n") if line.strip()]
        return Node([_parted(line, ("document", "at"), row, at) for line in lines], row, at)
    if name == TESTS:
        lines = [line for line in text.split("\n") if line.strip()]
        return Node([_test(line, row, at) for line in lines], row, at)
    if name in LISTS:
        items = [_unescape(line.strip()) for line in text.split("\n") if line.strip()]
        return Node([Node(item, row, at) for item in items], row, at)
    return Node(_unescape(text), row, at)


def _test(line: str, row: int, at: int) -> Node:
    """Return a test, as its question alone where it has no day."""
    node = _parted(line, ("ask", "on"), row, at)
    return node if "on" in (node.keys or {}) else node.find("ask")


def _parted(line: str, names: tuple[str, str], row: int, at: int) -> Node:
    """Return two fields that stand in a line with a bar between them; the second may be missing."""
    found = _FIRST_PART.match(line)
    end = found.end() if found else len(line)
    parts = {names[0]: found[1] if found else "", names[1]: line[end:]}
    nodes = {key: Node(_unescape(part.strip()), row, at) for key, part in parts.items() if part.strip()}
    return Node(nodes, row, at, keys=dict.fromkeys(nodes, (row, at)))


def _unescape(text: str) -> str:
    return _ESCAPED.sub(lambda found: {"n": "\n", "r": "\r"}.get(found[1], found[1]), text)
