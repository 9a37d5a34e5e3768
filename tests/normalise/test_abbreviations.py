"""Abbreviations: the longest first, the sense that the message calls for, greetings left out."""

import pytest
from normalise_rows import Row

from bot.normalise import Normaliser


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("HN và HCN", "hộ nghèo và hộ cận nghèo"),
        ("ra hn", "ra hà nội"),
        ("nhcsxh", "ngân hàng chính sách xã hội"),
        ("hn-hcn", "hộ nghèo hộ cận nghèo"),
        ("vùng DTTS&MN", "vùng dân tộc thiểu số và miền núi"),
        ("tn bình quân", "thu nhập bình quân"),
        ("đoàn tn", "đoàn thanh niên"),
        ("tn", "tn"),  # nothing says which
        ("theo tt", "theo thông tư"),
        ("nuôi heo", "nuôi lợn"),
        ("40tr 2tr5", "40 triệu 2 triệu 5"),
        ("dc k", "được không"),
        ("bv huyện", "bv đa khoa huyện"),
        ("bv đa khoa huyện", "bv đa khoa huyện"),
        ("nguồn TW", "nguồn trung ương"),
    ],
)
def test_senses(normalise: Normaliser, typed: str, text: str) -> None:
    assert normalise(typed).text == text


@pytest.mark.parametrize(
    "forms",
    [
        ("da1", "da 1", "DA1", "dự án 1", "da01", "da 01"),
        ("tda2", "tda 2", "tiểu dự án 2"),
        ("tda1da3", "tda1 da3", "tda 1 da 3", "tda1-da3", "tda1/da3", "da3.1", "da 3.1"),
        ("tda 2 da 4", "tda2da4", "tiểu dự án 2, dự án 4"),
        ("da 1 năm 2023", "da1 năm 2023", "dự án 1 năm 2023"),
    ],
)
def test_numbered_projects(normalise: Normaliser, forms: tuple[str, ...]) -> None:
    assert len({normalise(form).text for form in forms}) == 1, [normalise(form).text for form in forms]


def test_da_is_not_always_a_project(normalise: Normaliser) -> None:
    assert normalise("đã 1 năm").text == "đã 1 năm"
    assert normalise("da 3 thang chua co tien").text == "da 3 thang chua co tien"
    assert normalise("toi da 3 trieu").text == "toi da 3 trieu"
    assert normalise("tối đa 3 hộ").folded == normalise("toi da 3 ho").folded == "toi da 3 ho"
    assert normalise("da3 thang nay").text == "dự án 3 thang nay"
    assert normalise("đã 2 hộ").text == "đã 2 hộ"


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("điểm k khoản 1 điều 5", "điểm k khoản 1 điều 5"),
        ("Điểm K, khoản 1", "điểm k khoản 1"),
        ("diem k khoan 1", "diem k khoan 1"),
        ("theo khoản k", "theo khoản k"),
        ("được 140 điểm k", "được 140 điểm không"),  # points that a household scores
        ("phải có tài khoản k", "phải có tài khoản không"),
        ("tai diem k khoan 1", "tai diem k khoan 1"),
        ("có địa điểm k", "có địa điểm không"),
        ("có điểm nào k", "có điểm nào không"),
        ("k có điểm", "không có điểm"),
        ("điểm tw", "điểm trung ương"),  # letters, but not one letter
    ],
)
def test_a_single_letter_after_diem_or_khoan_is_a_letter(
    normalise: Normaliser, typed: str, text: str
) -> None:
    assert normalise(typed).text == text
    assert normalise(normalise(typed).text).text == text


def test_greetings_are_left_out_unless_they_are_all(normalise: Normaliser) -> None:
    assert normalise("Xin chào, cho em hỏi chuẩn nghèo ạ. Cảm ơn ad").text == "chuẩn nghèo ạ"
    assert normalise("Xin chào!").text == "xin chào"
    assert normalise("xin chào, cảm ơn").text == "xin chào cảm ơn"


def test_a_glossary_that_turns_in_a_circle_does_no_harm() -> None:
    circle = Normaliser([Row("aq", "bq bq"), Row("bq", "aq aq"), Row("zq", "zq zq")])
    for text in ("aq", "bq hoox trowj", "zq", "aq " * 3000):
        assert circle(circle(text).text).text == circle(text).text
    assert circle("Bq, Hộ").text == "bq hộ"


def test_rows_that_say_nothing_are_no_trouble() -> None:
    odd = Normaliser(
        [Row("", "gì"), Row("?", "gì"), Row("hn", "hn"), Row("a b c d e f g", "x"), Row("z", "", ("",))]
    )
    assert odd("hn ? z").text == "hn"
