"""Questions about a place: which lists it is in, and what it is called since districts ended."""

from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest
from handlers_talk import ByHeart, Person, labels, said

from bot.domain import Style, Verdict
from bot.handlers import Context
from bot.kb import load

FILES = {
    "documents.yaml": "353/QĐ-TTg: {title: T}\n702/QĐ-TTg: {title: T}\n880/QĐ-TTg: {title: T}\n",
    "places.yaml": """
        - id: huyen-ngheo
          title: Danh sách huyện nghèo
          document: 353/QĐ-TTg
          at: Phụ lục I
          places: ["huyện Bảo Lâm, tỉnh Cao Bằng", "huyện A Lưới, thành phố Huế"]
          left: [{place: "huyện A Lưới, thành phố Huế", document: 702/QĐ-TTg, since: 2024-07-22}]
          entries: [nha-o]
          until: 2025-12-31
        - id: huyen-thoat-ngheo
          title: Danh sách 22 huyện
          document: 880/QĐ-TTg
          places: ["huyện Mường Ảng, tỉnh Điện Biên"]
          complete: true
          status: checked
        - id: xa-bai-ngang
          title: Danh sách xã bãi ngang
          document: 353/QĐ-TTg
          places: ["xã Ngư Lộc, huyện Hậu Lộc, tỉnh Thanh Hóa"]
          complete: true
          status: checked
    """,
    "nha-o.yaml": """
        - {id: nha-o, question: Nhà ở hộ nghèo ở huyện nghèo được bao nhiêu?, answer: 40 triệu.}
    """,
}


@pytest.fixture
def officer(context: Context, tmp_path: Path) -> Person:
    for name, text in FILES.items():
        (tmp_path / name).write_text(dedent(text))
    matcher = ByHeart({"nhà ở huyện bảo lâm cao bằng được bao nhiêu": {"nha-o": 0.99}})
    return Person(replace(context, knowledge=load(tmp_path), matcher=matcher))


class TestLists:
    @pytest.mark.parametrize(
        "question",
        [
            "huyện Bảo Lâm cao bằng có được không?",
            "huyen bao lam, cao bang co phai huyen ngheo ko a",
            "bảo lâm cao bằng có trong danh sách huyện nghèo không",
            "Cho em hỏi h. Bảo Lâm tỉnh Cao Bằng có thuộc diện 353 k ad",
        ],
    )
    def test_tell_that_a_place_is_in_them(self, officer: Person, question: str):
        outcome = officer.says(question)
        assert said(outcome)[Style.TITLE] == ["Huyện Bảo Lâm, tỉnh Cao Bằng"]
        assert said(outcome)[Style.TEXT][0].splitlines() == [
            "✅ Có tên trong Danh sách huyện nghèo (Phụ lục I, 353/QĐ-TTg).",
            "❌ Không có tên trong Danh sách 22 huyện (880/QĐ-TTg).",
        ]
        assert outcome.exchange and outcome.exchange.verdict is Verdict.PLACE
        assert outcome.exchange.province == "Cao Bằng"
        assert outcome.waiting is None

    def test_that_are_not_whole_deny_nothing(self, officer: Person):
        lines = said(officer.says("huyện Mường Ảng có phải huyện nghèo không"))[Style.TEXT][0].splitlines()
        assert lines[0].startswith("❔ Danh sách huyện nghèo")
        assert lines[1] == "✅ Có tên trong Danh sách 22 huyện (880/QĐ-TTg)."

    def test_tell_who_was_taken_out_of_them(self, officer: Person):
        lines = said(officer.says("huyện a lưới có phải huyện nghèo không"))[Style.TEXT][0].splitlines()
        assert lines[1] == "↩️ Sau đó đã được đưa ra khỏi danh sách theo 702/QĐ-TTg từ ngày 22/07/2024."

    def test_say_what_they_are_worth(self, officer: Person):
        notes = said(officer.says("huyện Bảo Lâm cao bằng có được không?"))[Style.NOTE]
        assert notes == [
            "Các danh sách này lập cho giai đoạn đến hết 31/12/2025.\n"
            "Danh sách trong kho chưa được đối chiếu với bản ký."
        ]

    def test_of_communes_are_not_asked_for_districts(self, officer: Person):
        texts = said(officer.says("huyện Mường Ảng có phải huyện nghèo không"))[Style.TEXT]
        assert "bãi ngang" not in "".join(texts)
        commune = said(officer.says("xa ngu loc hau loc co phai xa bai ngang ko"))[Style.TEXT][0]
        assert "✅ Có tên trong Danh sách xã bãi ngang (353/QĐ-TTg)." in commune.splitlines()

    def test_open_the_entries_that_depend_on_them(self, officer: Person):
        assert labels(officer.says("huyện Bảo Lâm cao bằng có được không?"))[0] == (
            "Nhà ở hộ nghèo ở huyện nghèo được bao nhiêu?"
        )

    def test_stand_beside_an_answer_that_depends_on_them(self, officer: Person):
        outcome = officer.says("nhà ở huyện bảo lâm cao bằng được bao nhiêu")
        assert outcome.exchange and outcome.exchange.entry == "nha-o"
        assert said(outcome)[Style.NOTE][0].splitlines()[:2] == [
            "Huyện Bảo Lâm, tỉnh Cao Bằng",
            "✅ Có tên trong Danh sách huyện nghèo (Phụ lục I, 353/QĐ-TTg).",
        ]


class TestNames:
    def test_that_several_units_bear_are_all_told(self, officer: Person):
        titles = said(officer.says("huyện Bảo Lâm có phải huyện nghèo không"))[Style.TITLE]
        assert titles == ["Huyện Bảo Lâm, tỉnh Cao Bằng", "Huyện Bảo Lâm, tỉnh Lâm Đồng"]

    def test_that_many_bear_are_asked_back(self, officer: Person):
        outcome = officer.says("xã An Bình có thuộc diện không")
        assert said(outcome)[Style.TEXT][0].startswith("Có 9 nơi tên xã An Bình.")

    def test_of_today_lead_to_the_districts_of_before(self, officer: Person):
        lines = said(officer.says("xã Bảo Lâm cao bằng có phải huyện nghèo không"))[Style.TEXT]
        assert lines[0].splitlines()[0] == (
            "✅ Địa bàn cũ huyện Bảo Lâm, tỉnh Cao Bằng: "
            "có tên trong Danh sách huyện nghèo (Phụ lục I, 353/QĐ-TTg)."
        )
        assert lines[1].startswith("Đơn vị hiện nay, lập từ: thị trấn Pác Miầu, huyện Bảo Lâm")

    @pytest.mark.parametrize(
        ("question", "told"),
        [
            ("mường ảng giờ là xã gì", "xã Búng Lao, xã Mường Lạn, xã Mường Ảng, xã Nà Tấu (Điện Biên)"),
            ("thị trấn Pác Miầu nay là xã nào", "xã Bảo Lâm (Cao Bằng)"),
            ("tỉnh Bắc Kạn giờ là tỉnh gì", "Thái Nguyên"),
        ],
    )
    def test_of_before_lead_to_those_of_today(self, officer: Person, question: str, told: str):
        assert told in "\n".join(said(officer.says(question))[Style.TEXT])


@pytest.mark.parametrize(
    "question",
    [
        "huyện Bảo Lâm cao bằng hộ nghèo vay được bao nhiêu tiền",
        "Xã Ngư Lộc đăng ký mua thẻ bảo hiểm ở đâu",
        "huyện nghèo gồm những huyện nào",
        "có được không",
        "tỉnh Cao Bằng phân bổ vốn thế nào",
    ],
)
def test_what_asks_for_more_than_a_place_is_an_ordinary_question(officer: Person, question: str):
    outcome = officer.says(question)
    assert outcome.exchange and outcome.exchange.verdict is Verdict.UNANSWERED


def test_where_somebody_works_does_not_keep_them_from_an_answer(officer: Person):
    officer.context = replace(
        officer.context, matcher=ByHeart({"nhà ở hộ nghèo ở huyện được bao nhiêu": {"nha-o": 0.99}})
    )
    outcome = officer.says("nhà ở hộ nghèo ở huyện Mường Ảng được bao nhiêu")
    assert outcome.exchange and outcome.exchange.entry == "nha-o"
    assert outcome.exchange.province == "Điện Biên"
