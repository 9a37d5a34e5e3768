"""An answer as of a day: the one that holds then, with the days on which the rules change."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from handlers_talk import ByHeart, Person, Scripted, actions, labels, said

from bot.domain import Candidate, Reason, Style, Verdict, Wishes
from bot.handlers import Context
from bot.handlers.requests import Ask
from bot.kb import Document, Entry, Knowledge
from bot.matching import build

NOW = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
OLD = "Chuẩn thu nhập xét hộ nghèo theo Quyết định 59/2015 là bao nhiêu?"
PRESENT = "Chuẩn thu nhập xét hộ nghèo là bao nhiêu?"
NEW = "Chuẩn thu nhập xét hộ nghèo nâng lên bao nhiêu?"
TRAINING = "Mức chi thù lao giảng viên tập huấn cán bộ thế nào?"
CARE = "Trẻ em mồ côi được trợ cấp hằng tháng mấy lần hệ số?"
GUIDE = "Cách niêm yết danh sách hộ vay vốn tại nhà văn hóa ra sao?"
MODEL = "Dự án trồng quế được hỗ trợ cây giống theo thông tư nào?"


def entry(name: str, question: str, **fields: object) -> Entry:
    row = {"id": name, "question": question, "answer": f"Nội dung {name}.", "status": "checked", **fields}
    return Entry.model_validate(row)


ENTRIES = (
    entry("chuan-cu", OLD, valid_from="2016-01-01", valid_to="2021-12-31", superseded_by="chuan-nay"),
    entry("chuan-nay", PRESENT, valid_from="2022-01-01", valid_to="2026-12-31", superseded_by="chuan-moi"),
    entry("chuan-moi", NEW, valid_from="2027-01-01"),
    entry("tap-huan", TRAINING, valid_from="2023-08-15", sources=[{"document": "55/2023/TT-BTC"}]),
    entry("tro-cap", CARE, valid_to="2025-12-31"),
    entry("niem-yet", GUIDE, sources=[{"document": "60/2026/TT-BTC"}]),
    entry(
        "que-cu",
        MODEL,
        valid_to="2026-05-30",
        superseded_by="que-moi",
        transitional="Vẫn dùng cho vốn kéo dài đến hết 31/12/2026.",
    ),
    entry("que-moi", "Dự án trồng quế vốn mới hỗ trợ theo nghị định nào?"),
)
BASE = Knowledge(
    {one.id: one for one in ENTRIES},
    documents={
        "55/2023/TT-BTC": Document.model_validate(
            {
                "title": "T",
                "effective": "2023-08-15",
                "ended": "2026-05-30",
                "transitional": "Còn đến hết 31/12/2026.",
            }
        ),
        "60/2026/TT-BTC": Document.model_validate({"title": "T", "effective": "2026-05-31"}),
    },
)


@pytest.fixture(scope="module")
def dated() -> Context:
    return Context(128, "web", "c", "pseudonym", False, NOW, BASE, build(BASE, Wishes()))


@pytest.fixture
def officer(dated: Context) -> Person:
    return Person(dated)


def shown(person: Person, text: str) -> str | None:
    outcome = person.says(text)
    assert outcome.exchange
    assert (outcome.exchange.verdict, outcome.reply.blocks != ()) == (Verdict.ANSWER, True), text
    return outcome.exchange.entry


class TestTheDayChooses:
    @pytest.mark.parametrize(
        ("text", "name", "day"),
        [
            (PRESENT, "chuan-nay", None),
            (f"/ngay 2021-06-01 {PRESENT}", "chuan-cu", date(2021, 6, 1)),
            (f"/ngay 1/6/2021 {PRESENT}", "chuan-cu", date(2021, 6, 1)),
            (f"/NGAY@hoidapbot tháng 6 năm 2021 {PRESENT}", "chuan-cu", date(2021, 6, 30)),
            (f"/ngay 2027 {PRESENT}", "chuan-moi", date(2027, 1, 1)),
            (f"/ngay 30/11/2026 {PRESENT}", "chuan-nay", None),  # today is no other day
            (f"Năm 2021 {PRESENT}", "chuan-cu", date(2021, 12, 31)),
            (f"Từ 2027 {PRESENT}", "chuan-moi", date(2027, 1, 1)),
            (f"/ngay 1/6/2022 năm ngoái {PRESENT}", "chuan-cu", date(2021, 12, 31)),  # as seen from that day
        ],
    )
    def test_among_those_that_supersede_each_other(
        self, officer: Person, text: str, name: str, day: date | None
    ):
        assert shown(officer, text) == name
        assert officer.outcome and officer.outcome.exchange
        assert officer.outcome.exchange.day == day
        assert said(officer.outcome)[Style.ANSWER] == [f"Nội dung {name}."]

    def test_and_the_answer_says_which_it_is_and_when_it_changes(self, officer: Person):
        officer.says(f"/ngay 2021-06-01 {PRESENT}")
        assert officer.outcome
        first, later, _related = said(officer.outcome)[Style.TEXT]
        assert first == "📅 Tính đến ngày 01/06/2021:"
        assert later == f"➡️ Từ ngày 01/01/2022: {PRESENT}"
        assert said(officer.outcome)[Style.WARNING] == []
        assert labels(officer.outcome)[0] == PRESENT
        assert actions(officer.outcome)[0] == "e:chuan-nay"

    def test_of_a_day_to_come_only_what_is_known_today_is_said(self, officer: Person):
        officer.says(f"/ngay 1/2/2027 {PRESENT}")
        assert officer.outcome
        first, earlier, *_related = said(officer.outcome)[Style.TEXT]
        assert first == "📅 Cho ngày 01/02/2027, theo quy định đã có đến hôm nay:"
        assert earlier == f"⬅️ Đến hết ngày 31/12/2026: {PRESENT}"

    def test_today_no_day_is_said_and_what_changes_is(self, officer: Person):
        officer.says(PRESENT)
        assert officer.outcome
        later, _related = said(officer.outcome)[Style.TEXT]
        assert later == f"➡️ Từ ngày 01/01/2027: {NEW}"

    def test_the_day_is_vietnams(self, dated: Context):
        midnight = Person(replace(dated, now=datetime(2026, 12, 31, 17, 0, tzinfo=UTC)))
        assert shown(midnight, PRESENT) == "chuan-moi"
        before = Person(replace(dated, now=datetime(2026, 12, 31, 16, 59, tzinfo=UTC)))
        assert shown(before, PRESENT) == "chuan-nay"


class TestWhatIsOver:
    def test_leads_to_what_superseded_it_with_both_days(self, dated: Context):
        officer = Person(replace(dated, matcher=Scripted((Candidate("chuan-cu", 0.95),))))
        assert shown(officer, "chuẩn thu nhập xét nghèo") == "chuan-nay"
        assert officer.outcome
        assert said(officer.outcome)[Style.TEXT][0] == (
            f"Mục “{OLD}” áp dụng đến hết ngày 31/12/2021. Từ ngày 01/01/2022 theo nội dung dưới đây."
        )
        assert "e:chuan-cu" in actions(officer.outcome)

    def test_is_shown_where_the_past_is_asked_for_and_says_that_it_is_over(self, dated: Context):
        officer = Person(replace(dated, matcher=Scripted((Candidate("chuan-cu", 0.95),))))
        assert shown(officer, "chuẩn thu nhập cũ xét nghèo") == "chuan-cu"
        assert officer.outcome
        assert said(officer.outcome)[Style.WARNING] == [
            "⚠️ Nội dung này chỉ áp dụng đến hết ngày 31/12/2021."
            f" Từ ngày 01/01/2022 xem mục thay thế: {PRESENT}"
        ]

    def test_and_opened_by_a_button_says_so_too(self, officer: Person):
        opened = officer.presses("e:chuan-cu")
        assert said(opened)[Style.ANSWER] == ["Nội dung chuan-cu."]
        assert "31/12/2021" in said(opened)[Style.WARNING][0]

    def test_waits_for_an_expert_where_nothing_replaces_it(self, officer: Person):
        assert shown(officer, CARE) == "tro-cap"
        assert officer.outcome and officer.outcome.waiting
        assert officer.outcome.waiting.reason is Reason.EXPIRED

    def test_does_not_wait_where_it_held_on_the_day(self, officer: Person):
        assert shown(officer, f"/ngay 2024-05-01 {CARE}") == "tro-cap"
        assert officer.outcome
        assert (officer.outcome.waiting, said(officer.outcome)[Style.WARNING]) == (None, [])


class TestWhatTheBaseDoesNotHave:
    def test_is_said_where_the_entry_holds_only_later(self, officer: Person):
        assert shown(officer, f"/ngay 2022-06-01 {TRAINING}") == "tap-huan"
        assert officer.outcome
        assert said(officer.outcome)[Style.WARNING][0] == (
            "⚠️ Mục này chỉ áp dụng từ ngày 15/08/2023; kho chưa có nội dung cho ngày 01/06/2022."
            " Cần thì bấm Hỏi chuyên gia."
        )
        assert not any("Tính đến" in text for text in said(officer.outcome)[Style.TEXT])

    def test_is_said_where_an_entry_has_no_days_at_all(self, officer: Person):
        officer.says(f"/ngay 2026-08-01 {GUIDE}")
        assert officer.outcome
        assert "không ghi ngày áp dụng" in said(officer.outcome)[Style.TEXT][0]
        assert said(officer.outcome)[Style.WARNING] == []

    def test_and_where_all_that_it_rests_on_came_later(self, officer: Person):
        officer.says(f"/ngay 2024-08-01 {GUIDE}")
        assert officer.outcome
        assert said(officer.outcome)[Style.WARNING] == [
            "⚠️ Các văn bản làm căn cứ của mục này đều có hiệu lực sau ngày 01/08/2024."
        ]


class TestTransition:
    @pytest.mark.parametrize(
        ("day", "warned"),
        [
            ("2026-05-30", []),
            ("2026-05-31", ["⚠️ 55/2023/TT-BTC đã hết hiệu lực sau ngày 30/05/2026. Còn đến hết 31/12/2026."]),
            ("2026-12-31", ["⚠️ 55/2023/TT-BTC đã hết hiệu lực sau ngày 30/05/2026. Còn đến hết 31/12/2026."]),
            ("2027-01-01", ["⚠️ 55/2023/TT-BTC đã hết hiệu lực sau ngày 30/05/2026."]),
        ],
    )
    def test_of_a_document_is_said_from_its_end_until_the_day_that_it_names(
        self, officer: Person, day: str, warned: list[str]
    ):
        assert said(officer.says(f"/ngay {day} {TRAINING}"))[Style.WARNING] == warned

    def test_of_an_entry_is_said_beside_what_superseded_it(self, dated: Context):
        officer = Person(replace(dated, matcher=Scripted((Candidate("que-cu", 0.95),))))
        assert shown(officer, "trồng quế theo thông tư nào") == "que-moi"
        assert officer.outcome
        assert (
            f"⬅️ Đến hết ngày 30/05/2026: {MODEL} Vẫn dùng cho vốn kéo dài đến hết 31/12/2026."
            in (said(officer.outcome)[Style.TEXT])
        )

    @pytest.mark.parametrize(("now", "goes_on"), [(NOW, True), (datetime(2027, 1, 5, tzinfo=UTC), False)])
    def test_and_under_the_entry_itself(self, dated: Context, now: datetime, goes_on: bool):
        officer = Person(replace(dated, now=now))
        [warning] = said(officer.presses("e:que-cu"))[Style.WARNING]
        assert ("Vẫn dùng cho vốn kéo dài" in warning) == goes_on

    def test_is_part_of_the_text_that_a_code_opens_and_leaves_other_codes_as_they_were(self):
        old = BASE.entries["que-cu"]
        assert old.model_copy(update={"transitional": "Khác."}).version != old.version
        assert "transitional" not in BASE.entries["que-moi"].content


class TestGoingOn:
    @pytest.mark.parametrize("text", ["còn năm 2021 thì sao?", "/ngay 2021-06-01", "thế hồi 2021?"])
    def test_another_day_asks_the_same_again(self, officer: Person, text: str):
        officer.says(PRESENT)
        assert shown(officer, text) == "chuan-cu"
        assert officer.outcome and officer.outcome.exchange
        assert said(officer.outcome)[Style.NOTE][0] == f"Hiểu là hỏi tiếp câu trước: {PRESENT}"
        assert officer.outcome.exchange.earlier == PRESENT
        assert officer.outcome.exchange.day is not None

    def test_and_again_from_there(self, officer: Person):
        officer.says(PRESENT)
        officer.says("còn năm 2021 thì sao?")
        assert shown(officer, "còn từ 2027?") == "chuan-moi"

    def test_a_follow_up_stays_with_the_day(self, dated: Context):
        then = "còn thu nhập thì sao?"
        finds = {
            CARE: {"tro-cap": 0.95},
            then: {"chuan-moi": 0.4},
            f"{CARE} {then} {then}": {"chuan-moi": 0.95},
        }
        officer = Person(replace(dated, matcher=ByHeart(finds)))  # type: ignore[arg-type]
        officer.says(f"/ngay 2021-06-01 {CARE}")
        assert shown(officer, then) == "chuan-cu"
        assert officer.outcome and officer.outcome.exchange
        assert officer.outcome.exchange.day == date(2021, 6, 1)

    def test_what_stands_by_itself_is_about_today_again(self, officer: Person):
        officer.says(f"/ngay 2021-06-01 {PRESENT}")
        assert shown(officer, TRAINING) == "tap-huan"
        assert officer.outcome and officer.outcome.exchange
        assert officer.outcome.exchange.day is None

    def test_a_suggestion_is_picked_for_the_day_that_was_asked_about(self, dated: Context):
        unsure = (Candidate("tap-huan", 0.4), Candidate("niem-yet", 0.3))
        officer = Person(replace(dated, matcher=Scripted(unsure)))
        asked = officer.says("/ngay 2022-06-01 tập huấn")
        assert asked.exchange
        assert (asked.exchange.verdict, asked.exchange.day) == (Verdict.SUGGEST, date(2022, 6, 1))
        assert "01/06/2022" in said(officer.says("1"))[Style.WARNING][0]


class TestTheCommand:
    @pytest.mark.parametrize("text", ["/ngay", "/ngay mai mức chi", "/ngay 31/2/2024 mức chi", "/ngay 2021"])
    def test_without_a_day_or_anything_to_ask_explains_itself(self, officer: Person, text: str):
        outcome = officer.says(text)
        assert "/ngay 1/9/2023 mức chi" in said(outcome)[Style.TEXT][0]
        assert (outcome.exchange, outcome.waiting) == (None, None)

    def test_keeps_the_question_as_it_was_typed(self, officer: Person):
        outcome = officer.says("/ngay 2021-06-01   Xe máy ĐIỆN có được trợ giá không?")
        assert outcome.exchange
        assert outcome.exchange.raw == "Xe máy ĐIỆN có được trợ giá không?"

    def test_a_question_looked_at_from_a_day_is_logged_with_it(self):
        assert Ask("câu", date(2021, 6, 1)) != Ask("câu")
