"""Contract: a spreadsheet of what strangers typed runs nothing and loses nothing that can be shown."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot.kb.sheet import ACTIVE
from bot.sheets import BOM, MOST_LETTERS, Cell, csv_pieces, harmless, xlsx_pieces

FORMULAS = [
    '=HYPERLINK("http://evil.example","Bấm")',
    "=1+1",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "＝1+1",
    "\u200b=1+1",
    "\x00=1+1",
    "=cmd|' /C calc'!A0",
]


async def pieces(*rows: Sequence[Cell]) -> AsyncIterator[Sequence[Sequence[Cell]]]:
    for row in rows:
        yield [row]


async def as_csv(*rows: Sequence[Cell]) -> list[list[str]]:
    text = "".join([piece async for piece in csv_pieces(["a", "b"], pieces(*rows))])
    assert text.startswith(BOM)
    return list(csv.reader(io.StringIO(text.removeprefix(BOM), newline="")))


async def as_xlsx(*rows: Sequence[Cell]) -> Any:
    data = b"".join([piece async for piece in xlsx_pieces(["a", "b"], pieces(*rows))])
    return load_workbook(io.BytesIO(data))


@pytest.mark.parametrize("formula", FORMULAS)
async def test_what_looks_like_a_formula_is_text(formula: str) -> None:
    [_, [shown, _]] = await as_csv((formula, 1))
    assert shown.startswith("'")
    cell = (await as_xlsx((formula, 1))).active["A2"]
    assert (cell.data_type, cell.value) == ("s", shown)


@given(st.text())
def test_no_text_begins_as_a_formula(text: str) -> None:
    assert harmless(text).lstrip(" \n")[:1] not in tuple(ACTIVE)


@pytest.mark.parametrize(
    "text", ["Mức hỗ trợ xây nhà?", "40 triệu\nmột hộ", 'Ông nói "được"', "a;b,c", "1-2"]
)
async def test_other_texts_stay_as_they_are(text: str) -> None:
    assert await as_csv((text, 1)) == [["a", "b"], [text, "1"]]
    assert (await as_xlsx((text, 1))).active["A2"].value == text


async def test_numbers_and_times_stay_what_they_are_for_a_spreadsheet_to_count_with() -> None:
    moment = datetime(2026, 11, 23, 8, 40)
    sheet = (await as_xlsx((-1, moment), (None, 0.5))).active
    assert [cell.value for row in sheet["A2:B3"] for cell in row] == [-1, moment, None, 0.5]
    assert (await as_csv((-1, moment), (None, 0.5)))[1:] == [["-1", "2026-11-23 08:40:00"], ["", "0.5"]]


async def test_no_rows_leave_the_headings() -> None:
    assert await as_csv() == [["a", "b"]]
    assert [cell.value for cell in (await as_xlsx()).active[1]] == ["a", "b"]


async def test_what_no_sheet_can_hold_is_left_out() -> None:
    sheet = (await as_xlsx(("a\x00b\x1f\ud800c", "x" * 40_000))).active
    assert sheet["A2"].value == "abc"
    assert len(sheet["B2"].value) == MOST_LETTERS


async def test_a_long_log_goes_on_in_the_next_sheet() -> None:
    rows = pieces(*((number, "x") for number in range(5)))
    data = b"".join([piece async for piece in xlsx_pieces(["a", "b"], rows, most_rows=2)])
    book = load_workbook(io.BytesIO(data))
    assert [[cell.value for cell in sheet["A"]] for sheet in book.worksheets] == [
        ["a", 0, 1],
        ["a", 2, 3],
        ["a", 4],
    ]
