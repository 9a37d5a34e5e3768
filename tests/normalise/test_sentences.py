"""A message is cut where its sentences end, and nowhere inside what belongs together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.normalise import sentences

CUT = {
    "after a question mark, with a space or without": (
        "Hộ nghèo được vay mấy triệu?Lãi suất bao nhiêu một năm? Trả thế nào",
        ["Hộ nghèo được vay mấy triệu?", "Lãi suất bao nhiêu một năm?", "Trả thế nào"],
    ),
    "after a full stop": ("Em ở xã mới. Xin hỏi mức vay.", ["Em ở xã mới.", "Xin hỏi mức vay."]),
    "at the end of a line": ("Em ở xã mới\n\r\n  Xin hỏi mức vay", ["Em ở xã mới", "Xin hỏi mức vay"]),
    "after a semicolon, dots, an exclamation": (
        "sửa nhà được mấy; xây nhà thì sao... còn tiền điện nữa! thế học phí đâu",
        ["sửa nhà được mấy;", "xây nhà thì sao...", "còn tiền điện nữa!", "thế học phí đâu"],
    ),
    "at a dash between words": (
        "Nhà ở mức hỗ trợ bao nhiêu - tiền điện mấy đồng",
        ["Nhà ở mức hỗ trợ bao nhiêu -", "tiền điện mấy đồng"],
    ),
    "before an item of a list": (
        "Xin hỏi mấy việc: 1. Mức vay bao nhiêu 2) Lãi suất thế nào 3/ Vay trong bao lâu",
        ["Xin hỏi mấy việc:", "Mức vay bao nhiêu", "Lãi suất thế nào", "Vay trong bao lâu"],
    ),
    "without the marks of a list": ("- Mức vay bao nhiêu\n* Lãi suất thế nào\n2. Vay trong bao lâu",
        ["Mức vay bao nhiêu", "Lãi suất thế nào", "Vay trong bao lâu"]),
}  # fmt: skip


@pytest.mark.parametrize("where", CUT)
def test_is_cut(where: str):
    text, expected = CUT[where]
    assert list(sentences(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "mức 1.500.000 đồng theo TT 55/2023/TT-BTC ngày 15.8.2023 còn không",
        "đ/c. Nam ở t.p. Lào Cai hỏi theo NĐ. 07 và QĐ. 24 thì sao",
        "ThS. Hoa nói gạo, muối, v.v. có được cấp không",
        "vốn 2021 - 2025 kéo dài đến bao giờ",
        "Tỷ lệ 2,5 - 3 % là đúng không",
        "1. Mức vay bao nhiêu".removeprefix("1. "),
    ],
)
def test_stays_whole(text: str):
    assert sentences(text) == (text,)


def test_what_is_too_short_to_ask_is_left_out():
    assert sentences("Chào ad. Mức vay bao nhiêu? Cảm ơn!") == ("Mức vay bao nhiêu?",)
    assert sentences("Alo? ...") == ()


@given(st.text(st.sampled_from("ab1. ?!\n-;/)đ…"), max_size=200))
def test_nothing_but_marks_is_lost_and_nothing_is_put_in(text: str):
    rest = text
    for sentence in sentences(text):
        _, found, rest = rest.partition(sentence)
        assert found == sentence


@pytest.mark.parametrize("unit", ["1. ", ". ", "- ", " \n", "a. ", "?", "bs. ", "a - "])
def test_a_long_text_takes_no_longer_than_reading_it(unit: str):
    assert len(sentences(unit * 10_000)) <= 10_000
