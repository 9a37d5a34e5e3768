"""Which day a question is about: taken from it only where it is surely the day of the rules."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.normalise.days import When, asked_of, day_of, until

TODAY = date(2026, 11, 30)

NAMED = {  # what the text says -> the day whose rules are asked for
    "năm 2023 mức hỗ trợ xây nhà là bao nhiêu": "2023-12-31",
    "Mức hỗ trợ xây nhà cho hộ nghèo năm 2023 là bao nhiêu?": "2023-12-31",
    "muc chi tap huan nam 2023 bao nhieu": "2023-12-31",
    "mức chi năm 2024 cho lớp tập huấn ở thôn": "2024-12-31",
    "chi theo thông tư nào năm 2022": "2022-12-31",
    "mức hỗ trợ xây nhà năm ngoái": "2025-12-31",
    "năm kia lãi suất vay bao nhiêu": "2024-12-31",
    "mức chi hồi 2024 thế nào": "2024-12-31",
    "trước 01/7/2025 ai công nhận hộ nghèo": "2025-06-30",
    "ai công nhận hộ nghèo trước 1/7/2025?": "2025-06-30",
    "trước năm 2022 chuẩn nghèo là mấy": "2021-12-31",
    "tháng 9/2023 mức chi tập huấn": "2023-09-30",
    "mức chi tập huấn thang 9 nam 2023": "2023-09-30",
    "quý 3/2023 chi theo đâu": "2023-09-30",
    "quý III năm 2023 chi theo đâu": "2023-09-30",
    "tháng 12/2022 mức nào": "2022-12-31",
    "đầu năm 2023 mức nào": "2023-06-30",
    "cuối năm 2022 chuẩn nghèo là bao nhiêu": "2022-12-31",
    "ngày 1/9/2023 mức chi nào áp dụng": "2023-09-01",
    "tính đến 1-9-2023 mức nào": "2023-09-01",
    "tại thời điểm 2023-09-01 mức nào": "2023-09-01",
    "ngày 1 tháng 9 năm 2023 chi theo đâu": "2023-09-01",
    "từ 2027 chuẩn nghèo bao nhiêu": "2027-01-01",
    "từ năm 2027 chuẩn nghèo bao nhiêu": "2027-01-01",
    "chuẩn nghèo kể từ 1/7/2027 thế nào": "2027-07-01",
    "năm 2026 mức chi": "2026-11-30",  # today is in it
    "từ 1/7/2025 ai ký": "2026-11-30",
    "vốn 2022 kéo dài sang 2023 chi theo thông tư nào": "2023-12-31",
    "kinh phí năm 2022 được kéo dài giải ngân đến 31/12/2023 theo văn bản nào": "2023-12-31",
    "tiền 2024 chuyển sang 2026 tính sao": "2026-11-30",
}

NOT_NAMED = [
    "mức hỗ trợ xây nhà",
    "TT 55/2023 còn hiệu lực không",
    "Thông tư 55 năm 2023 quy định gì",
    "thông tư số 55/2023/TT-BTC ngày 15/8/2023 nói gì",
    "NĐ 02/2025 ngày 18/02/2025 nói gì",
    "Luật Đầu tư công năm 2019",
    "quyết định năm 2022",
    "giai đoạn 2021-2025 mức hỗ trợ",
    "chuẩn nghèo 2022-2025",
    "từ 2021 đến 2025 được bao nhiêu",
    "mục tiêu ctgnbv 21-25",
    "vốn năm 2022 chi gì",
    "vốn 2022 kéo dài chi theo thông tư nào",
    "vốn 2026 không tiêu hết có chuyển sang 2027 được không",
    "hộ thoát nghèo năm 2024 được vay gì",
    "Sổ cấp năm 2018 còn dùng không",
    "nhà chưa xong trước 31/12/2026 thì sao",
    "năm ngoái được 20 triệu, nay còn được nữa không",
    "mức 49 nghìn từ hồi 2015 giờ tính sao",
    "áp từ đợt rà soát 2026 hay từ 2027",
    "sau 31/12/2026 tiền chưa giải ngân thì sao",
    "2023 con bò",
    "ngày 31/2/2024 thì sao",
    "năm 1234 thế nào",
    "điều 3.2023 quy định gì",
    "",
]


@pytest.mark.parametrize(("text", "day"), NAMED.items())
def test_a_day_that_is_surely_meant_is_taken(text: str, day: str):
    when = asked_of(text, TODAY)
    assert (when.is_named, when.day) == (True, date.fromisoformat(day))


@pytest.mark.parametrize("text", NOT_NAMED)
def test_whatever_else_has_a_year_leaves_it_at_today(text: str):
    when = asked_of(text, TODAY)
    assert (when.is_named, when.day) == (False, TODAY)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("chuẩn nghèo 2022-2025", ["2025-12-31"]),
        ("mục tiêu ctgnbv 21-25", ["2025-12-31"]),
        ("chuẩn nghèo 2020", ["2020-12-31"]),
        ("vốn năm 2022 chi gì", ["2022-12-31"]),
        ("vốn 2022 kéo dài chi theo thông tư nào", ["2023-12-31"]),  # in 2023 at the earliest
        ("vốn 2021-2025 kéo dài", ["2025-12-31"]),
        ("TT 55/2023 còn hiệu lực không", []),
        ("hồ sơ vay từ 2019, bây giờ tính theo chuẩn nào", []),
    ],
)
def test_a_day_that_may_be_meant_is_kept_beside_it(text: str, near: list[str]):
    assert [one.isoformat() for one in asked_of(text, TODAY).near] == near


def test_the_day_from_which_a_question_is_looked_at_may_be_another_one():
    assert asked_of("chuẩn nghèo năm ngoái", date(2023, 9, 1)).day == date(2022, 12, 31)
    assert asked_of("chuẩn nghèo năm 2023", date(2023, 9, 1)).day == date(2023, 9, 1)
    assert asked_of("chuẩn nghèo năm 2024", date(2023, 9, 1)).day == date(2024, 1, 1)


@pytest.mark.parametrize(
    "text", ["còn năm 2023 thì sao?", "thế năm ngoái?", "hồi 2024 thì sao ạ", "từ 2027 thì ntn", "31/12/2025"]
)
def test_a_text_may_ask_of_nothing_but_a_day(text: str):
    assert asked_of(text, TODAY).is_all


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Năm 2023 mức hỗ trợ xây nhà?", "mức hỗ trợ xây nhà?"),
        ("mức hỗ trợ  năm 2023 cho hộ nghèo", "mức hỗ trợ cho hộ nghèo"),
        ("còn năm 2023 thì sao?", ""),
        ("vốn 2022 kéo dài sang 2023", ""),
        ("mức hỗ trợ xây nhà", ""),
    ],
)
def test_a_question_stays_when_its_day_is_taken_out(text: str, rest: str):
    assert asked_of(text, TODAY).rest == rest


@pytest.mark.parametrize("text", ["còn sửa nhà năm 2023 thì sao?", "thì sao?", "năm 2023 mức hỗ trợ"])
def test_or_of_more_or_of_none(text: str):
    assert not asked_of(text, TODAY).is_all


@pytest.mark.parametrize(
    ("text", "past", "future"),
    [
        ("chuẩn nghèo cũ", True, False),
        ("giai đoạn trước chi thế nào", True, False),
        ("chuẩn nghèo mới", False, True),
        ("sang năm nâng lên bao nhiêu", False, True),
        ("chuẩn mới khác chuẩn cũ thế nào", True, True),
        ("chuẩn nghèo", False, False),
    ],
)
def test_it_is_heard_whether_the_past_or_the_future_is_spoken_of(text: str, past: bool, future: bool):
    when = asked_of(text, TODAY)
    assert (when.of_past, when.of_future) == (past, future)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2023-09-01", date(2023, 9, 1)),
        ("1/9/2023", date(2023, 9, 1)),
        ("Ngày 1.9.2023", date(2023, 9, 1)),
        ("9/2023", date(2023, 9, 30)),
        ("tháng 9 năm 2023", date(2023, 9, 30)),
        ("2023", date(2023, 12, 31)),
        ("2027", date(2027, 1, 1)),
        ("2026", TODAY),
        ("31/2/2023", None),
        ("13/2023", None),
        ("hôm nay", None),
        ("2023-09-01 mức", None),
        ("55/2023/TT-BTC", None),
        ("", None),
    ],
)
def test_a_day_by_itself_is_read_in_every_spelling(text: str, day: date | None):
    assert day_of(text, TODAY) == day


@pytest.mark.parametrize(
    ("sentence", "last"),
    [
        ("Vẫn dùng cho vốn kéo dài đến hết 31/12/2026 (Điều 21).", date(2026, 12, 31)),
        ("Dùng đến ngày 1/6/2025, riêng vốn đầu tư đến hết ngày 31/12/2025.", date(2025, 12, 31)),
        ("Việc đặt hàng trước ngày 01/9/2026 vẫn theo văn bản cũ.", None),
        ("", None),
    ],
)
def test_the_last_day_of_a_sentence_is_where_it_says_until(sentence: str, last: date | None):
    assert until(sentence) == last


@given(st.text(max_size=300), st.dates(date(1990, 1, 1), date(2060, 12, 31)))
def test_no_text_is_too_odd_and_a_named_day_is_a_day_of_the_calendar(text: str, today: date):
    when = asked_of(text, today)
    assert isinstance(when, When)
    assert when.is_named or when.day == today


PIECES = st.sampled_from(
    [
        "năm",
        "tháng",
        "ngày",
        "quý",
        "từ",
        "trước",
        "sau",
        "hồi",
        "đến",
        "2023",
        "2021-2025",
        "31/2/2024",
        "III",
        "1/9/2023",
        "55/2023",
        "13/2024",
        "0/2023",
        "kéo dài",
        "vốn",
        "nay",
        "cũ",
        "thông tư",
        "luật",
        "năm ngoái",
    ]
)


@given(st.lists(PIECES, max_size=12).map(" ".join), st.dates(date(2000, 1, 1), date(2049, 12, 31)))
def test_nor_is_any_row_of_words_about_time(text: str, today: date):
    assert asked_of(text, today).day
