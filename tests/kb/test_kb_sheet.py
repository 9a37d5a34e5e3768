"""The base as a spreadsheet: what goes out comes back, nothing in it runs, a mistake has its cell."""

# ruff: noqa: E501 (one sample a line)

import csv
import io
import random
import tempfile
import unicodedata
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from kb_files import Write
from openpyxl import Workbook, load_workbook

from bot.errors import SheetError
from bot.kb import load
from bot.kb.diff import compare
from bot.kb.merge import Merge, merge
from bot.kb.sheet import CellTooLong, comma_separated, describe_cell, read, xlsx
from bot.kb.spelling import entry_lines
from bot.kb.writer import save

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
BASE = {
    "topics.yaml": "- {id: nha-o, title: Nhà ở}\n",
    "documents.yaml": "1/2025/NĐ-CP: {title: T}\n",
    "regulations/a.yaml": """\
# đầu tệp
- id: mot
  topic: nha-o   # chủ đề
  question: Một?
  variants:
    # đã hỏi ở xã
    - một à
    - hai à
  answer: |
    40 triệu.
  sources:
    - document: 1/2025/NĐ-CP
      at: khoản 1 Điều 3
  valid_to: 2026-12-31
- id: hai
  question: Hai?
  answer: A
""",
}


def sheet(path: Path, *rows: list[object]) -> Path:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(rows)
        return path
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


@pytest.fixture(params=["xlsx", "csv"])
def take(request: pytest.FixtureRequest, write: Write, tmp_path: Path):
    """Take rows into the small base, as Excel's file and as CSV."""

    def _take(*rows: list[object], new_ids: bool = False) -> Merge:
        directory = write(BASE)
        return merge(directory, load(directory), read(sheet(tmp_path / f"t.{request.param}", *rows)), new_ids)

    return _take


def refused(take, *rows: list[object]) -> list[str]:
    with pytest.raises(SheetError) as error:
        take(*rows)
    return [describe_cell(problem).split(".", 1)[1].partition(", ")[2] for problem in error.value.problems]


# --- out and in again -----------------------------------------------------------------------------


def test_the_shipped_base_comes_back_as_it_went(tmp_path: Path):
    knowledge = load(KNOWLEDGE)
    for name, data in (("k.xlsx", xlsx(knowledge)), ("k.csv", comma_separated(knowledge))):
        (tmp_path / name).write_bytes(data)
        assert len(read(tmp_path / name).rows) == len(knowledge.entries) > 100
        assert merge(KNOWLEDGE, knowledge, read(tmp_path / name)).texts == {}


NASTY = st.one_of(
    st.sampled_from(
        ["=1+1", "+1", "-1", "@a", "'=1", "''=1", "'a", "\t=1", "＝1", "a|b", "|", "a | b", "\\", "\\n", "a\\|b",
         "a\nb", "a\r\nb", "a\rb", '"a"', "a,b;c", "12", "1e5", "TRUE", "2026-11-01", "#N/A", "e\u0301",
         "_x000D_", "\u2028", "<b", "&amp;", "=HYPERLINK(\"x\")", "-", "- a"]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff"), max_size=12),
).filter(lambda text: any(letter.isalnum() for letter in text) and "<" not in text)  # fmt: skip
ITEMS = st.lists(NASTY, min_size=1, max_size=3)


@given(
    entry=st.fixed_dictionaries(
        {"question": NASTY, "answer": NASTY},
        optional={
            "variants": ITEMS,
            "tests": ITEMS,
            "not_this": ITEMS,
            "evidence": NASTY,
            "approved_by": NASTY,
        },
    ),
    number=NASTY,
    at=NASTY,
)
@settings(max_examples=150)
def test_whatever_an_entry_says_comes_back_as_it_went_and_is_no_formula(entry, number, at):
    number = unicodedata.normalize("NFC", number).strip()
    source = {"document": number, "at": at}
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place) / "base"
        directory.mkdir()
        (directory / "a.yaml").write_text(
            "\n".join(entry_lines({"id": "a", **entry, "sources": [source]})) + "\n"
        )
        (directory / "documents.yaml").write_text(yaml.safe_dump({number: {"title": "T"}}, width=10**6))
        knowledge = load(directory)
        for name, data in (("k.xlsx", xlsx(knowledge)), ("k.csv", comma_separated(knowledge))):
            (Path(place) / name).write_bytes(data)
            assert merge(directory, knowledge, read(Path(place) / name)).texts == {}
        cells = [cell for row in load_workbook(Path(place) / "k.xlsx").active for cell in row if cell.value]
        assert {cell.data_type for cell in cells} == {"s"}
        written = csv.reader(io.StringIO(comma_separated(knowledge).decode("utf-8-sig"), newline=""))
        assert not [text for row in written for text in row if text.startswith(tuple("=+-@\t\r＝＋－＠"))]


def test_a_field_that_no_cell_holds_is_told_rather_than_cut(write: Write):
    knowledge = load(write({"a.yaml": f"- {{id: a, question: Q, answer: {'dài ' * 9000}}}\n"}))
    with pytest.raises(CellTooLong, match="'a', 'answer'"):
        xlsx(knowledge)
    assert len(comma_separated(knowledge)) > 36_000


# --- changes --------------------------------------------------------------------------------------


def test_a_cell_that_changed_changes_its_lines_alone(take, write: Write):
    merged = take(["id", "variants", "valid_to"], ["mot", "một à\nba à", "2027-12-31"])
    before = BASE["regulations/a.yaml"]
    assert merged.texts == {
        "regulations/a.yaml": before.replace("hai à", "ba à").replace("2026-12-31", "2027-12-31")
    }
    assert merged.knowledge.entries["mot"].variants == ("một à", "ba à")


def test_an_empty_cell_empties_the_field_and_a_missing_column_does_nothing(take):
    [text] = take(["id", "topic", "valid_to"], ["mot", "nha-o", ""]).texts.values()
    assert text == BASE["regulations/a.yaml"].replace("  valid_to: 2026-12-31\n", "")


def test_columns_are_known_by_their_vietnamese_title_in_any_order(take):
    merged = take(["Câu trả lời", "Mã (id)", "TÌNH TRẠNG"], ["60 triệu.", "mot", "checked"])
    entry = merged.knowledge.entries["mot"]
    assert (entry.answer, entry.status) == ("60 triệu.", "checked")


def test_a_row_without_an_id_is_a_new_entry_in_the_file_of_its_category_and_topic(take):
    header = ["id", "category", "topic", "question", "answer", "sources", "updated"]
    cited = "1/2025/NĐ-CP | Điều 5\n1/2025/NĐ-CP"
    merged = take(header, [None, "practices", "nha-o", "Câu mới là gì?", "Mới.", cited, "2026-11-29"])
    [(file, text)] = merged.texts.items()
    assert file == "practices/nha-o.yaml"
    assert text.endswith(
        "- id: cau-moi-la-gi\n  topic: nha-o\n  question: Câu mới là gì?\n  answer: |\n    Mới.\n  sources:\n"
        "    - document: 1/2025/NĐ-CP\n      at: Điều 5\n    - document: 1/2025/NĐ-CP\n  updated: 2026-11-29\n"
    )
    assert merged.was == {file: None}


def test_a_new_id_is_taken_when_that_is_wanted(take):
    header = ["id", "category", "question", "answer"]
    merged = take(header, ["ba", "quy định", "Ba?", "B"], new_ids=True)
    assert merged.knowledge.entries["ba"].question == "Ba?"
    assert list(merged.texts) == ["regulations/chua-co-chu-de.yaml"]


def test_new_entries_may_name_each_other_and_old_ones_them(take, write: Write):
    header = ["id", "category", "question", "answer", "see_also"]
    merged = take(
        header, ["ba", "general", "Ba?", "B", "bon"], ["bon", "general", "Bốn?", "B", "mot"], new_ids=True
    )
    directory = write(BASE)
    knowledge = save(directory, merged.texts, merged.was)
    assert compare(knowledge, load(directory)) == ()
    assert knowledge.entries["ba"].see_also == ("bon",)


def test_what_excel_makes_of_days_and_numbers_is_understood_where_it_is_sure(write: Write, tmp_path: Path):
    directory = write(BASE)
    path = sheet(
        tmp_path / "t.xlsx",
        ["id", "valid_to", "updated", "evidence"],
        ["mot", date(2027, 1, 2), datetime(2026, 11, 29), 74],
    )
    entry = merge(directory, load(directory), read(path)).knowledge.entries["mot"]
    assert (entry.valid_to, entry.updated, entry.evidence) == (date(2027, 1, 2), date(2026, 11, 29), "74")


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_csv_may_be_separated_as_excel_does_in_this_country(write: Write, tmp_path: Path, delimiter: str):
    directory = write(BASE)
    (tmp_path / "t.csv").write_text(f"id{delimiter}answer\r\nmot{delimiter}60, triệu\r\n", encoding="utf-8")
    assert (
        merge(directory, load(directory), read(tmp_path / "t.csv")).knowledge.entries["mot"].answer
        == "60, triệu"
    )


# --- mistakes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([["id"], ["mott"]], "hàng 2, cột A: Kho không có mục nào mã “mott”."),
        ([["id", "anwser"], ["mot", "x"]], "hàng 1, cột B: Không có cột nào tên “anwser”."),
        ([["id", "topic", "topic"], ["mot", "", ""]], "hàng 1, cột C: Cột `topic` có hai lần."),
        ([["question"], ["x"]], "hàng 1, cột A: Hàng đầu chưa có cột mã (id)."),
        ([["id", "valid_to"], ["hai", "31/12/2026"]], "hàng 2, cột B: [hai] `valid_to` đang là “31/12/2026”."),
        ([["id", "valid_to"], [], ["hai", "2026-02-30"]], "hàng 3, cột B: [hai] `valid_to` đang là “2026-02-30”."),
        ([["id", "status"], ["hai", "xong"]], "hàng 2, cột B: [hai] `status` đang là “xong”."),
        ([["id", "topic"], ["hai", "nha"]], "hàng 2, cột B: [hai] Không có chủ đề “nha”"),
        ([["id", "sources"], ["hai", "1/2025/NĐ-CP\n2/2025 | Điều 1"]], "hàng 2, cột B: [hai] Không có văn bản “2/2025”"),
        ([["id", "see_also"], ["hai", "mot\nba"]], "hàng 2, cột B: [hai] Không có mục nào mã “ba”."),
        ([["id", "answer"], ["hai", ""]], "hàng 2, cột B: [hai] `answer` đang để trống. Viết nội dung vào ô này."),
        ([["id", "answer"], ["hai", "a<br>b"]], "hàng 2, cột B: [hai] Có thẻ HTML “<br>”."),
        ([["id", "topic"], ["hai", ""], ["hai", ""]], "hàng 3, cột A: Mã “hai” đã có ở hàng 2."),
        ([["id", "category"], ["hai", "practices"]], "hàng 2, cột B: Mục này ở loại “regulations”"),
        ([["id", "category"], ["hai", "luật"]], "hàng 2, cột B: `category` đang là “luật”."),
        ([["id", "question", "answer"], ["", "Ba?", "B"]], "hàng 2, cột A: Mục mới phải ghi loại."),
        ([["id", "category", "question", "answer"], ["", "general", "MOT à", "B"]], "hàng 2, cột C: Câu hỏi này đã là của mục “mot”."),
        ([["id"], ["hai", "lạc"]], "hàng 2, cột B: Ô này có chữ nhưng cột chưa có tiêu đề."),
        ([["id", "topic"], ["hai", "nha-o"], ["", "nha-o"]], "hàng 3, cột A: Mục mới phải ghi loại."),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_row_and_column(take, rows, told: str):
    assert any(line.startswith(told) for line in refused(take, *rows)), refused(take, *rows)


def test_every_mistake_is_told_at_once(take):
    rows = [["id", "valid_to", "topic"], ["mot", "mai", "nha"], ["ba", "", ""], ["hai", "2026-13-01", ""]]
    places = [line.split(":")[0] for line in refused(take, *rows)]
    assert places == ["hàng 2, cột B", "hàng 2, cột C", "hàng 3, cột A", "hàng 4, cột B"]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("=1+1", "Ô này là công thức"),
        (datetime(2026, 1, 2), "Excel đã đổi ô này"),
        (1.5, "Excel đã đổi"),
        (True, "Excel"),
    ],
)
def test_what_is_no_text_in_excel_is_not_guessed(write: Write, tmp_path: Path, value, told: str):
    with pytest.raises(SheetError) as error:
        read(sheet(tmp_path / "t.xlsx", ["id", "answer"], ["mot", value]))
    assert f"t.xlsx, hàng 2, cột B: {told}" in describe_cell(error.value.problems[0])


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("t.xlsx", b"id,answer\n", "not_a_sheet"),
        ("t.xlsx", b"", "not_a_sheet"),
        ("t.ods", b"", "wrong_kind"),
        ("t.csv", "id,answer\nhai,é\n".encode("latin-1"), "not_utf8"),
        ("t.csv", b'id,answer\nhai,"a\n', "bad_csv"),
        ("t.csv", b"", "no_id_column"),
        ("t.csv", b"id\n" + b"a\n" * 20_001, "too_many_rows"),
    ],
)
def test_what_is_no_sheet_is_told(tmp_path: Path, name: str, data: bytes, code: str):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SheetError) as error:
        read(tmp_path / name)
    assert [problem.code for problem in error.value.problems] == [code]


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b" " * 70_000_000)
    with pytest.raises(SheetError) as error:
        read(tmp_path / "t.xlsx")
    assert error.value.problems[0].code == "too_big"


def test_a_damaged_file_ends_in_words(tmp_path: Path):
    good = sheet(tmp_path / "good.xlsx", ["id", "answer"], ["mot", "x"]).read_bytes()
    chance = random.Random(7)
    for _ in range(150):
        data = bytearray(good)
        for _ in range(chance.randint(1, 30)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        (tmp_path / "t.xlsx").write_bytes(bytes(data[: chance.randint(1, len(data))]))
        try:
            read(tmp_path / "t.xlsx")
        except SheetError as error:
            assert all(map(describe_cell, error.problems))
