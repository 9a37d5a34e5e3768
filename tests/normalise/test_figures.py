"""Which numbers of a text count something, and that each is read the one way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.normalise.figures import figures, parts_of_date


def read(text: str) -> list[tuple[str, str]]:
    return [(one.readings[-1], one.unit) for one in figures(text)]


@pytest.mark.parametrize(
    ("text", "reading", "unit"),
    [
        ("1.500.000 đồng/người/tháng", "1500000", "dong"),
        ("1,5 triệu đồng", "1500000", "dong"),
        ("**1,5** triệu đồng", "1500000", "dong"),
        ("40 triệu đồng", "40000000", "dong"),
        ("40.000.000đ", "40000000", "dong"),
        ("40tr", "40000000", ""),
        ("50k", "50000", ""),
        ("75 nghìn tỷ", "75000000000000", ""),
        ("6.5%", "6.5", "%"),
        ("6,50 %", "6.5", "%"),
        ("70 phần trăm", "70", "%"),
        ("05 ngày làm việc", "5", "ngay"),
        ("trong 3 năm", "3", "nam"),
        ("8 m² mỗi người", "8", ""),
        ("năm 2026", "2026", ""),
        ("ngày 31/12/2026", "31/12/2026", ""),
        ("đến 2026-12-31", "31/12/2026", ""),
        ("ngày 01 tháng 7 năm 2025", "1/7/2025", ""),
        ("trước ngày 15 tháng 12", "15/12", ""),
        ("tháng 12 năm 2026", "12/2026", ""),
        ("tháng 3/2025", "3/2025", ""),
        ("hết 31 tháng 12 năm 2026", "31/12/2026", ""),
        ("chậm nhất 10 tháng 02", "10/2", ""),
        ("trước tháng 8, xong", "/8", ""),
        ("trong 12 tháng", "12", "thang"),
        ("con số 5 là đủ", "5", ""),
        ("cách 15 km", "15", ""),
        ("khoản 5 triệu đồng", "5000000", "dong"),
        ("1.1.1.1", "1.1.1.1", ""),
    ],
)
def test_a_figure_is_read_the_one_way(text, reading, unit):
    assert read(text) == [(reading, unit)]


@pytest.mark.parametrize(
    "text",
    [
        "hai lần, ba hộ",
        "khoản 1 Điều 74, khoản 2 và 3 Điều 75",
        "Điều 20, 21 Thông tư 60/2026/TT-BTC",
        "Thông tư 55/2023, 75/2024 và 112/2025",
        "NĐ 07/2021/NĐ-CP, NQ 257/2025/QH15, QĐ 417, 90/QĐ-TTg",
        "theo 55/2023",
        "Tiểu dự án 2 Dự án 3, TDA1, mẫu số 7.8, Mẫu C1-02/NS, NO03",
        "1. Lập danh sách\n2. Họp thôn\n   3) Trình xã",
        "Bước 1: họp; bước 2: trình. Đợt 1, lần thứ 2",
        "xem https://vbpl.vn/123?id=45 hoặc [trang](https://a.vn/77)",
        "Nội dung 14 của Nội dung thành phần 2",
        "điểm a, phụ lục VIII",
        "",
    ],
)
def test_numbers_that_name_a_thing_and_words_are_no_figures(text):
    assert read(text) == []


def test_a_length_of_time_before_a_count_is_no_date():
    assert read("6 tháng 1 lần, 3 tháng 10 ngày") == [
        ("6", "thang"),
        ("1", ""),
        ("3", "thang"),
        ("10", "ngay"),
    ]


def test_a_range_gives_its_scale_to_both_ends():
    low, high = figures("từ 20-40 triệu đồng")
    assert low.readings == ("20", "20000000")
    assert (high.readings, high.unit) == (("40000000",), "dong")


def test_a_figure_is_quoted_as_it_was_written_with_what_it_counts():
    quoted = [
        one.text for one in figures("gồm **3** bản, 40  triệu đồng/hộ, năm 2026 thì, 12 và 15 ngày, tháng 8")
    ]
    assert quoted == ["3 bản", "40 triệu đồng", "2026", "12", "15 ngày", "tháng 8"]


def test_a_date_states_its_parts():
    assert parts_of_date("31/12/2026") == ("31/12", "12/2026", "2026", "/12")
    assert parts_of_date("12/2026") == ("2026", "/12")
    assert parts_of_date("31/12") == ("/12",)
    assert parts_of_date("40") == parts_of_date("1.1.1") == ()


@given(st.text() | st.text(alphabet="0123456789.,/-% *đdkt\nữ"))
def test_any_text_can_be_read(text):
    for one in figures(text):
        assert one.readings and one.text.strip()
