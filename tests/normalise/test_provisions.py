"""Which parts of a regulation a text names, and how a regulation's lines begin its parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.normalise.provisions import (
    ALPHABET,
    Provision,
    annex_line,
    article_line,
    clause_line,
    follows,
    from_key,
    heading_line,
    later,
    named,
    point_line,
    unnumbered,
)

NAMED = [
    ("khoản 1 Điều 74", "74-1"),
    ("Khoản 1, điều 74", "74-1"),
    ("điểm a khoản 2 Điều 15", "15-2-a"),
    ("điểm đ khoản 2 Điều 22; điểm d khoản 2 Điều 25", "22-2-dd 25-2-d"),
    ("Điều 10, Điều 11", "10 11"),
    ("khoản 1, 2 Điều 8", "8-1 8-2"),
    ("Điều 5-7", "5 6 7"),
    ("Điều 5–7", "5 6 7"),
    ("Điều 5 đến Điều 7", "5 7"),
    ("Điều 5 đến 7", "5 6 7"),
    ("điểm a khoản 1, khoản 3 Điều 4", "4-1-a 4-3"),
    ("điểm c, điểm d, điểm đ khoản 2 Điều 4", "4-2-c 4-2-d 4-2-dd"),
    ("điểm b, c khoản 2 Điều 7 (theo dẫn chiếu của khoản 1 Điều 68 Thông tư 55)", "7-2-b 7-2-c"),
    ("điểm d khoản 1 và khoản 3 Điều 59; khoản 2 Điều 3", "59-1-d 59-3 3-2"),
    ("điểm b khoản 1 Điều 3, Điều 5", "3-1-b 5"),
    ("Điều 31, khoản 5 Điều 42, Điều 48", "31 42-5 48"),
    ("khoản 2, khoản 6-8 Điều 33", "33-2 33-6 33-7 33-8"),
    ("Điều 73; các khoản 1, 2, 4 Điều 4", "73 4-1 4-2 4-4"),
    ("Điều 17a", "17a"),
    ("khoản 2b Điều 5a", "5a-2b"),
    ("điểm a Điều 9", "9-0-a"),
    ("Điều 4 khoản 2 điểm a", "4-2-a"),
    ("Điều 4, khoản 2", "4-2"),
    ("tên Mục 5 (Dự án 5); Điều 74", "74"),
    ("Điều 4, Điều 13, Chương V", "4 13"),
    ("Chương V", ""),
    ("Phụ lục II, III; Mẫu số 01", ""),
    ("khoản 1 Mục III", ""),
    ("", ""),
]


@pytest.mark.parametrize(("text", "keys"), NAMED)
def test_what_is_cited_is_read(text: str, keys: str):
    found = named(text)
    assert found.is_clear
    assert " ".join(at.key for at in found.provisions) == keys


@pytest.mark.parametrize(
    "text", ["trang 5", "khoản 3", "điểm a khoản 2", "Điều 5 bis", "đoạn cuối Điều 3", "Điều"]
)
def test_what_cannot_be_read_whole_is_said_so(text: str):
    assert not named(text).is_clear


@given(st.text(alphabet="điềukhoảnmcđ 0123456789,;-()", max_size=60))
def test_anything_may_be_written_there(text: str):
    for at in named(text).provisions:
        assert from_key(at.key) == at


_NUMBERS = st.integers(1, 300).map(str)


@given(_NUMBERS, st.none() | _NUMBERS, st.none() | st.sampled_from(ALPHABET))
def test_a_key_is_plain_and_names_one_provision(article: str, clause: str | None, point: str | None):
    at = Provision(article, clause, point)
    assert from_key(at.key) == at
    assert at.key.isascii() and "--" not in at.key


@pytest.mark.parametrize("key", ["", "x", "1--2", "-1", "1-2-", "1-2-3", "..", "1-2-a-b", "9" * 40])
def test_other_keys_name_nothing(key: str):
    assert from_key(key) is None


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("Điều 5. Đối tượng", "5"),
        ("ĐIỀU 5: Đối tượng", "5"),
        ("Điều 5a. Đối tượng", "5a"),
        ("Điều 5", "5"),
        ("Điều 5 Thông tư này áp dụng", None),
        ("“Điều 5. Đối tượng", None),
        ("Theo Điều 5. Xong", None),
        ("Điều 5.1", None),
    ],
)
def test_an_article_begins_with_its_number(line: str, number: str | None):
    assert article_line(line) == number


def test_clauses_and_points_begin_with_theirs():
    assert [clause_line(line) for line in ("1. Một", "2a. Hai", "1.5 triệu", "40.000 đồng", "a. Chữ")] == [
        "1", "2a", None, None, None,
    ]  # fmt: skip
    assert [point_line(line) for line in ("a) Một", "đ) Hai", "c1) Ba", "1) Bốn", "(a) Năm")] == [
        "a", "đ", "c1", None, None,
    ]  # fmt: skip
    assert [unnumbered(line) for line in ("Điều 5. Tên", "1. Một", "đ) Hai", "Ba")] == [
        "Tên",
        "Một",
        "Hai",
        "Ba",
    ]


def test_headings_are_told_from_sentences():
    levels = [
        heading_line(line)
        for line in ("Phần thứ nhất", "Chương II", "Mục 2. NHÀ Ở", "Tiểu mục 3.1. TIỂU DỰ ÁN 1")
    ]
    assert levels == [0, 1, 2, 3]
    assert heading_line("Mục 2 Phần II Thông tư này được bãi bỏ") is None
    assert heading_line("Chương trình mục tiêu quốc gia") is None
    assert [annex_line(line) for line in ("PHỤ LỤC I", "Phụ lục", "Phụ lục II", "PHỤ LỤC DANH MỤC")] == [
        True
    ] * 4
    assert not annex_line("Phụ lục I kèm theo Thông tư này quy định mẫu")


def test_numbers_follow_as_laws_count():
    after = [
        ("2", "1"),
        ("1", None),
        ("a", None),
        ("đ", "d"),
        ("e", "đ"),
        ("5a", "5"),
        ("6", "5b"),
        ("c1", "c"),
        ("d", "c2"),
    ]
    assert all(follows(number, before) for number, before in after)
    assert not any(
        follows(number, before) for number, before in [("3", "1"), ("2", None), ("e", "d"), ("1", "1")]
    )
    assert later("9", "5") and later("e", "d") and not later("d", "đ") and not later("5", "5a")
