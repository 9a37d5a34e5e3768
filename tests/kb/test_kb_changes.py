"""What two versions of a base say differently, whatever their files look like."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kb import Knowledge, load
from bot.kb.diff import Kind, compare, figures, touched, words

BASE = {
    "topics.yaml": "- {id: nha-o, title: Nhà ở}\n",
    "documents.yaml": "1/2025/NĐ-CP: {title: T, ended: 2026-01-01}\n2/2026/NĐ-CP: {title: U}\n",
    "glossary.yaml": "- {short: hn, full: hộ nghèo}\n",
    "off_topic.yaml": "- {group: chao, reply: Chào!, examples: [a, b]}\n",
    "places.yaml": "- {id: huyen, title: T, document: 1/2025/NĐ-CP, places: ['huyện A, tỉnh B']}\n",
    "regulations/a.yaml": """\
- id: mot
  question: Mức là bao nhiêu?
  variants: [x, y]
  answer: Tối đa 40 triệu đồng, 10% vốn tỉnh.
  sources: [{document: 1/2025/NĐ-CP, at: Điều 3}]
  valid_to: 2026-12-31
  status: draft
- id: hai
  question: Hồ sơ xin hỗ trợ nhà ở gồm những gì?
  answer: Đơn theo mẫu và bản sao giấy chứng nhận hộ nghèo.
""",
}


@pytest.fixture
def base(tmp_path: Path):
    def make(name: str, *replaced: tuple[str, str], files: dict[str, str] | None = None) -> Knowledge:
        for file, text in {**BASE, **(files or {})}.items():
            path = tmp_path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            for old, new in replaced:
                text = text.replace(old, new)
            path.write_text(text, encoding="utf-8")
        return load(tmp_path / name)

    return make


def test_a_base_written_otherwise_is_the_same(base):
    other = base("b", ("[x, y]", "['y', x]"), ("id: mot", "id:   mot # chữ"), ("{short: hn", "{ short: hn"))
    assert compare(base("a"), other) == ()


def test_a_changed_answer_tells_its_words_and_its_figures_first(base):
    later = base("b", ("40 triệu", "60 triệu"), ("Đơn theo mẫu", "Đơn viết tay"))
    first, second = compare(base("a"), later)
    assert (first.kind, first.name, first.figures, first.new_figures) == (
        Kind.CHANGED,
        "mot",
        ("40 triệu đồng",),
        ("60 triệu đồng",),
    )
    assert [(one.sign, one.text) for one in first.fields[0].words] == [
        (0, "Tối đa "), (-1, "40"), (1, "60"), (0, " triệu đồng, 10% vốn tỉnh."),
    ]  # fmt: skip
    assert (second.name, second.figures) == ("hai", ())


def test_figures_come_first_whatever_the_order_of_the_files(base):
    later = base("b", ("Đơn theo mẫu", "2 đơn theo mẫu"), ("Mức là bao", "Mức hỗ trợ là bao"))
    assert [change.name for change in compare(base("a"), later)] == ["hai", "mot"]


@pytest.mark.parametrize(
    ("replaced", "field", "gone", "come"),
    [
        (("Điều 3", "Điều 4"), "sources", ("1/2025/NĐ-CP | Điều 3",), ("1/2025/NĐ-CP | Điều 4",)),
        (("2026-12-31", "2027-12-31"), "valid_to", ("2026-12-31",), ("2027-12-31",)),
        (("status: draft", "status: checked"), "status", ("draft",), ("checked",)),
        (("[x, y]", "[x, z, w]"), "variants", ("y",), ("w", "z")),
        (("  status: draft", "  tests: [t]"), "tests", (), ("t",)),
        (("  status: draft", "  tests: [{ask: t, on: 2024-05-01}]"), "tests", (), ("t | 2024-05-01",)),
        (("  status: draft", "  transitional: Còn dùng"), "transitional", (), ("Còn dùng",)),
    ],
)
def test_each_kind_of_change_is_a_field_of_its_entry(base, replaced, field: str, gone, come):
    [change] = compare(base("a"), base("b", replaced))
    assert change.kind is Kind.CHANGED
    [one] = change.fields
    assert (one.field, one.gone, one.come) == (field, gone, come)


def test_what_is_added_removed_or_goes_on_under_another_name(base):
    extra = {"practices/b.yaml": "- {id: ba, question: Câu mới, answer: Mới}\n"}
    later = base("b", ("id: hai", "id: ho-so-nha-o"), files=extra)
    changes = {change.name: change for change in compare(base("a"), later)}
    assert {name: change.kind for name, change in changes.items()} == {
        "ba": Kind.ADDED,
        "ho-so-nha-o": Kind.RENAMED,
    }
    assert changes["ho-so-nha-o"].was == "hai"
    assert [change.kind for change in compare(later, base("a"))] == [Kind.RENAMED, Kind.REMOVED]


def test_an_entry_that_moves_to_another_folder_speaks_with_another_authority(base, tmp_path: Path):
    earlier, moved = base("a"), base("b")
    (tmp_path / "b" / "practices").mkdir()
    (tmp_path / "b" / "regulations" / "a.yaml").rename(tmp_path / "b" / "practices" / "a.yaml")
    moved = load(tmp_path / "b")
    assert {change.fields[0].field for change in compare(earlier, moved)} == {"category"}
    assert touched(earlier, moved) == {"mot", "hai"}


@pytest.mark.parametrize(
    ("replaced", "file", "name", "kind", "field"),
    [
        (("2026-01-01", "2026-06-01"), "documents.yaml", "1/2025/NĐ-CP", Kind.CHANGED, "ended"),
        (("2/2026", "3/2026"), "documents.yaml", "3/2026/NĐ-CP", Kind.ADDED, "title"),
        (("title: Nhà ở", "title: Nhà"), "topics.yaml", "nha-o", Kind.CHANGED, "title"),
        (("full: hộ nghèo", "full: hộ nghèo đa chiều"), "glossary.yaml", "hn", Kind.CHANGED, "full"),
        (("[a, b]", "[a, c]"), "off_topic.yaml", "chao", Kind.CHANGED, "examples"),
        (("huyện A", "huyện C"), "places.yaml", "huyen", Kind.CHANGED, "places"),
    ],
)  # fmt: skip
def test_shared_files_are_compared_row_by_row(base, replaced, file, name, kind, field):
    change = compare(base("a"), base("b", replaced))[0]
    assert (change.file, change.name, change.kind) == (file, name, kind)
    assert field in {one.field for one in change.fields}


def test_only_entries_that_are_not_what_they_were_are_touched(base):
    assert touched(base("a"), base("b", ("40 triệu", "60 triệu"))) == {"mot"}
    assert touched(base("a"), base("c", ("[x, y]", "[x, z]"))) == {"mot"}
    assert touched(base("a"), base("d")) == set()


def test_a_figure_is_one_word_with_its_points_and_percent():
    text = "Từ 01/01/2026: 1.500.000 đồng, 6,6%/năm, NĐ 24/2021"
    assert set(figures(text)) == {"01/01/2026", "1.500.000 đồng", "6,6%", "24/2021"}
    assert [one.text for one in words("6,6%", "7,9%")] == ["6,6%", "7,9%"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tối đa 40 triệu đồng/hộ", "tối đa 40 nghìn đồng/hộ"),
        ("trong 15 ngày", "trong 15 tháng"),
        ("5 % vốn", "5 triệu vốn"),
        ("ngày 3 tháng 9", "ngày 4 tháng 9"),
    ],
)
def test_a_figure_that_changes_its_unit_alone_is_another_figure(old: str, new: str):
    assert figures(old) != figures(new)


def test_a_number_before_another_is_no_length_of_time():
    assert set(figures("ngày 3 tháng 9 năm 2026")) == {"3", "9", "2026"}


def test_words_that_change_one_after_another_are_told_in_one_piece():
    pieces = words("Thanh toán tiền viết bài thế nào?", "Câu hỏi khác hẳn bài thế nào?")
    assert [(one.sign, one.text) for one in pieces] == [
        (-1, "Thanh toán tiền viết"), (1, "Câu hỏi khác hẳn"), (0, " bài thế nào?"),
    ]  # fmt: skip


@given(old=st.text(), new=st.text())
def test_the_pieces_are_both_texts(old: str, new: str):
    pieces = words(old, new)
    assert "".join(one.text for one in pieces if one.sign <= 0) == old
    assert "".join(one.text for one in pieces if one.sign >= 0) == new
