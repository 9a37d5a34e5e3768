"""Presses and commands: answers judged, entries and menus opened, one's own questions and the queue."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from handlers_talk import Person, actions, labels, said

from bot.domain import Candidate, Change, Exchange, Reason, Style, Verdict, Waiting, Wished
from bot.handlers import Context, Known
from bot.handlers.command import MOST_NOTE, PAGE, QUOTE
from bot.items import Item, ItemState, QueuePage
from bot.kb import Entry

QUESTION = "Mức hỗ trợ xây mới nhà ở là bao nhiêu?"
STALE = "Lựa chọn này không có hoặc không còn dùng được. Anh/chị chọn lại, hoặc gõ câu hỏi giúp nhé."


NO_ACTIONS = (
    "|p|p:|p:7|p:x:0|p:7:x|p:7:0:0|p:-7:0|p:7:0000|p:7:①|u:|u:7 | u:7|U:7|i|x:٧|e|e:|e:../..|e:a_b|t:A|::"
    "|<b>|u:7;drop table|\0"
)


def exchange(number: int = 7, **values: object) -> Exchange:
    usual = Exchange(
        id=number,
        channel="web",
        chat="c",
        asker="pseudonym",
        asked_at=datetime(2026, 11, 23, tzinfo=UTC),
        raw="câu đã hỏi",
        normalised="câu đã hỏi",
        verdict=Verdict.ANSWER,
        entry="nha-o-muc",
        version="12ab",
        group=None,
        candidates=(Candidate("nha-o-muc", 0.9),),
        elapsed_ms=1.0,
        base="v",
    )
    return replace(usual, **values)


def item(number: int = 7, **values: object) -> Waiting:
    asked_at = datetime(2026, 11, 23, tzinfo=UTC)
    return replace(Waiting(number, "web", "c", asked_at, "câu đã hỏi", Reason.NO_MATCH), **values)


class TestJudging:
    @pytest.mark.parametrize("way", ["u:128", "/dung", "/DUNG", "/đúng", "/dung@HoiDapBot", "/dung rất đúng"])
    def test_a_thumb_up_is_thanked_for_and_kept(self, person: Person, way: str):
        person.says(QUESTION)
        outcome = person.says(way) if way.startswith("/") else person.presses(way)
        assert said(outcome)[Style.TEXT] == ["Cảm ơn anh/chị đã xác nhận."]
        assert outcome.change == Change(128, rating=1)
        assert outcome.waiting is None

    @pytest.mark.parametrize("way", ["d:128", "/sai"])
    def test_a_thumb_down_goes_to_the_experts_with_what_was_shown(self, person: Person, way: str):
        person.says(QUESTION)
        outcome = person.says(way) if way.startswith("/") else person.presses(way)
        assert "Câu #128 đã chuyển chuyên gia xem lại" in said(outcome)[Style.TEXT][0]
        assert outcome.change == Change(128, rating=-1)
        assert outcome.waiting
        assert (outcome.waiting.reason, outcome.waiting.shown) == (Reason.DISLIKED, "nha-o-muc")

    @pytest.mark.parametrize("way", ["x:128", "/chuyengia", "/chuyengia cho tôi hỏi thêm"])
    def test_an_expert_can_be_asked_under_an_answer(self, person: Person, way: str):
        person.says(QUESTION)
        outcome = person.says(way) if way.startswith("/") else person.presses(way)
        assert "Câu hỏi #128 đã chuyển chuyên gia" in said(outcome)[Style.TEXT][0]
        assert outcome.waiting
        assert (outcome.waiting.number, outcome.waiting.reason) == (128, Reason.EXPERT_WANTED)
        assert outcome.waiting.shown == "nha-o-muc"

    @pytest.mark.parametrize(
        ("words", "action"),
        [
            ("đúng", "u"),
            ("Đúng!", "u"),
            ("dung", "u"),
            (unicodedata.normalize("NFD", "đúng"), "u"),
            ("sai", "d"),
            ("SAI.", "d"),
            ("chưa đúng", "d"),
            ("chua dung", "d"),
            ("chuyên gia", "x"),
            ("Chuyen gia", "x"),
            ("hỏi chuyên gia", "x"),
        ],
    )
    def test_a_button_is_pressed_by_typing_what_it_says(self, person: Person, words: str, action: str):
        person.says(QUESTION)
        outcome = person.says(words)
        waits = {"u": None, "d": Reason.DISLIKED, "x": Reason.EXPERT_WANTED}[action]
        assert (outcome.waiting.reason if outcome.waiting else None) == waits
        assert (outcome.change.rating if outcome.change else None) == {"u": 1, "d": -1, "x": None}[action]
        assert outcome.exchange is None, "no question"

    @pytest.mark.parametrize(
        "question",
        [
            "dùng vốn nào",
            "dùng",
            "dừng",
            "đúng là hộ nghèo được vay à",
            "sai sót rà soát",
            "chuyên gia là ai",
        ],
    )
    def test_a_question_that_begins_with_such_a_word_is_a_question(self, person: Person, question: str):
        person.says(QUESTION)
        outcome = person.says(question)
        assert outcome.exchange and outcome.exchange.raw == question

    def test_whoever_only_said_hello_since_still_judges(self, person: Person):
        person.says(QUESTION)
        assert person.says("xin chào bot").exchange.verdict is Verdict.OFF_TOPIC
        assert dict(person.state.words)["sai"] == "d:128"

    def test_whoever_asked_something_else_since_judges_the_old_answer_no_more(self, person: Person):
        person.says(QUESTION)
        assert person.says("kỹ thuật ghép cành bưởi").exchange.verdict is Verdict.UNANSWERED
        assert said(person.says("sai"))[Style.TEXT] == [STALE]

    @pytest.mark.parametrize("command", ["/dung", "/sai", "/chuyengia", "đúng", "sai", "chuyen gia"])
    def test_there_is_nothing_to_judge_before_an_answer(self, person: Person, command: str):
        assert said(person.says(command))[Style.TEXT] == [STALE]

    def test_only_what_was_answered_can_be_rated(self, person: Person):
        person.known = Known(exchange=exchange(verdict=Verdict.UNANSWERED, entry=None))
        assert said(person.presses("u:7"))[Style.TEXT] == [STALE]


class TestStalePresses:
    @pytest.mark.parametrize("action", ["p:7:0", "n:7", "u:7", "d:7", "x:7", "p:7:3"])
    def test_an_exchange_that_is_gone_or_somebody_elses_is_said_to_be_gone(self, person: Person, action: str):
        outcome = person.presses(action)
        assert said(outcome)[Style.TEXT] == [STALE]
        assert (outcome.change, outcome.waiting, outcome.exchange) == (None, None, None)

    def test_a_candidate_that_was_never_shown_cannot_be_picked(self, person: Person):
        person.known = Known(exchange=exchange())
        assert said(person.presses("p:7:1"))[Style.TEXT] == [STALE]

    @pytest.mark.parametrize("action", [*NO_ACTIONS.split("|"), "u:7\n", "u:" + "9" * 19, "e:" + "a" * 61])
    def test_an_action_that_no_button_carries_is_as_good_as_gone(self, person: Person, action: str):
        person.known = Known(exchange=exchange())
        assert said(person.presses(action))[Style.TEXT] == [STALE]

    def test_an_entry_that_was_removed_is_said_to_be_gone(self, person: Person):
        assert "Mục này đã được gỡ" in said(person.presses("e:khong-con"))[Style.TEXT][0]


def test_an_opened_entry_is_logged_so_that_it_can_be_judged(person: Person):
    outcome = person.presses("e:nha-o-sua")
    assert outcome.exchange
    assert (outcome.exchange.verdict, outcome.exchange.entry) == (Verdict.OPENED, "nha-o-sua")
    assert outcome.exchange.raw == "Mức hỗ trợ sửa chữa nhà ở là bao nhiêu?"
    assert outcome.shown
    assert person.says("/sai").waiting


class TestTopics:
    def test_are_listed_with_their_project_and_the_number_of_questions(self, person: Person):
        outcome = person.says("/chude")
        assert said(outcome)[Style.TITLE] == ["Chọn chủ đề hoặc gõ số:"]
        assert labels(outcome) == ["Dự án 5: Nhà ở (6)", "Dự án 3, Tiểu dự án 2: Sinh kế (1)", "Rà soát (1)"]

    def test_open_by_number_and_then_an_entry_by_number(self, person: Person):
        person.says("/chude")
        assert said(person.says("2"))[Style.TITLE] == ["Dự án 3, Tiểu dự án 2: Sinh kế"]
        assert said(person.says("1"))[Style.TITLE] == ["Mô hình nuôi dê sinh sản làm ra sao?"]

    def test_are_left_and_come_to_by_typing_what_a_button_says(self, many: Person):
        many.says("/chude")
        many.says("1")
        assert many.says("tiếp").reply.choices[0].label == f"Câu {PAGE}?"
        assert many.says("truoc").reply.choices[0].label == "Câu 0?"
        assert many.says("Các chủ đề").reply.choices[0].action == "t:nha-o:0"

    def test_without_an_entry_say_so(self, person: Person):
        outcome = person.presses("t:trong:0")
        assert said(outcome)[Style.TEXT] == ["Chủ đề này chưa có mục nào."]
        assert labels(outcome) == ["Các chủ đề"]

    @pytest.mark.parametrize("action", ["t", "t:khong-co", "t:khong-co:3"])
    def test_that_do_not_exist_lead_to_the_list(self, person: Person, action: str):
        assert labels(person.presses(action))[0] == "Dự án 5: Nhà ở (6)"

    def test_a_base_without_topics_says_so(self, person: Person):
        knowledge = replace(person.context.knowledge, topics={})
        person.context = replace(person.context, knowledge=knowledge)
        outcome = person.says("/chude")
        assert said(outcome)[Style.TEXT] == ["Kho chưa chia theo chủ đề. Anh/chị cứ gõ câu hỏi."]
        assert labels(outcome) == []

    @pytest.fixture
    def many(self, person: Person) -> Person:
        entries = [
            Entry(id=f"e-{n}", topic="nha-o", question=f"Câu {n}?", answer="A") for n in range(2 * PAGE + 1)
        ]
        knowledge = replace(person.context.knowledge, entries={entry.id: entry for entry in entries})
        person.context = replace(person.context, knowledge=knowledge)
        return person

    @pytest.mark.parametrize(
        ("page", "first", "count", "ways"),
        [
            (0, "Câu 0?", PAGE, ["t:nha-o:1", "t"]),
            (1, f"Câu {PAGE}?", PAGE, ["t:nha-o:0", "t:nha-o:2", "t"]),
            (2, f"Câu {2 * PAGE}?", 1, ["t:nha-o:1", "t"]),
            (3, f"Câu {2 * PAGE}?", 1, ["t:nha-o:1", "t"]),
            (999, f"Câu {2 * PAGE}?", 1, ["t:nha-o:1", "t"]),
        ],
    )
    def test_come_in_pages(self, many: Person, page: int, first: str, count: int, ways: list[str]):
        outcome = many.presses(f"t:nha-o:{page}")
        assert (outcome.reply.choices[0].label, len(outcome.reply.choices)) == (first, count)
        assert actions(outcome)[count:] == ways


class TestMyQuestions:
    def test_are_none_at_first(self, person: Person):
        assert said(person.says("/cauhoi"))[Style.TEXT] == ["Anh/chị chưa hỏi câu nào ở đây."]

    def test_stand_with_their_state(self, person: Person):
        recent = (
            exchange(9, raw="chờ", verdict=Verdict.UNANSWERED, entry=None),
            exchange(8, raw="xong", verdict=Verdict.UNANSWERED, entry=None),
            exchange(7, raw="đáp"),
            exchange(6, raw="chào", verdict=Verdict.OFF_TOPIC, entry=None),
        )
        resolved = item(8, resolved_at=datetime(2026, 11, 23, 18, 0, tzinfo=UTC))  # the 24th in Vietnam
        person.known = Known(recent=recent, waiting={9: item(9), 8: resolved})
        outcome = person.says("/cauhoi")
        assert said(outcome)[Style.QUOTE] == [
            "#9 chờ → đang chờ chuyên gia",
            "#8 xong → chuyên gia đã trả lời ngày 24/11/2026",
            "#7 đáp → đã trả lời (mã nha-o-muc)",
            "#6 chào → bot đã phản hồi",
        ]

    def test_that_were_suggested_for_say_that_nothing_was_chosen(self, person: Person):
        person.known = Known(recent=(exchange(9, raw="nhà", verdict=Verdict.SUGGEST, entry=None),))
        assert said(person.says("/cauhoi"))[Style.QUOTE] == ["#9 nhà → đã gợi ý, chưa chọn"]

    def test_that_an_expert_settled_stand_with_the_experts_words(self, person: Person):
        settled = item(9, resolved_at=datetime(2026, 11, 23, tzinfo=UTC), note="Việc này thuộc\nSở Xây dựng.")
        long = replace(settled, number=8, note="rất dài " * 100)
        recent = (exchange(9, raw="A", entry=None), exchange(8, raw="B", entry=None))
        person.known = Known(recent=recent, waiting={9: settled, 8: long})
        first, second = said(person.says("/cauhoi"))[Style.QUOTE]
        assert first == "#9 A → chuyên gia đã trả lời ngày 23/11/2026: Việc này thuộc Sở Xây dựng."
        assert second.endswith("…")
        assert len(second) < MOST_NOTE + 60

    def test_that_an_expert_settled_with_an_entry_open_it_by_number(self, person: Person):
        settled = item(9, resolved_at=datetime(2026, 11, 23, tzinfo=UTC), entry="nha-o-sua")
        gone = replace(settled, number=8, entry="khong-con")
        recent = (exchange(9, raw="A"), exchange(8, raw="B"))
        person.known = Known(recent=recent, waiting={9: settled, 8: gone})
        outcome = person.says("/cauhoi")
        assert labels(outcome) == ["#9: Mức hỗ trợ sửa chữa nhà ở là bao nhiêu?"]
        assert said(person.says("1"))[Style.ANSWER] == ["20 triệu."]

    def test_without_a_word_are_told_apart_by_their_number(self, person: Person):
        person.known = Known(
            recent=(exchange(9, raw="", entry=None, verdict=Verdict.UNANSWERED),), waiting={9: item(9)}
        )
        assert said(person.says("/cauhoi"))[Style.QUOTE] == ["#9 (tin không có chữ) → đang chờ chuyên gia"]

    def test_stand_on_one_line_however_long_they_are(self, person: Person):
        person.known = Known(recent=(exchange(raw="dòng một\n\n" + "rất dài " * 100),))
        (line,) = said(person.says("/cauhoi"))[Style.QUOTE]
        assert "\n" not in line
        assert "…" in line
        assert len(line) < QUOTE + 60


def in_queue(number: int, reason: Reason = Reason.NO_MATCH, **changed: object) -> Item:
    asked_at = datetime(2026, 11, 23, tzinfo=UTC)
    usual = Item(number, number, ItemState.NEW, reason, "câu đã hỏi", None, 3, 2, asked_at, asked_at)
    return replace(usual, **changed)


class TestTheQueue:
    PAGE = QueuePage((in_queue(3, Reason.DISLIKED), in_queue(4)), 0, 12, has_more=True)

    def test_is_for_admins(self, person: Person):
        person.context = replace(person.context, admin=True)
        person.known = Known(page=self.PAGE)
        outcome = person.says("/chuatraloi")
        assert said(outcome)[Style.TITLE][0].startswith("12 câu đang chờ")
        assert labels(outcome) == [
            "#3 câu đã hỏi (2 người, người hỏi báo chưa đúng)",
            "#4 câu đã hỏi (2 người, chưa có mục)",
            "Tiếp ▶",
        ]
        assert actions(outcome) == ["v:3", "v:4", "w:1"]

    def test_is_not_shown_to_anybody_else(self, person: Person):
        person.known = Known(page=self.PAGE)
        outcome = person.says("/chuatraloi")
        assert said(outcome)[Style.ANSWER][0].startswith("**Hỏi thế nào cho trúng**")
        assert actions(outcome) == ["t"]

    @pytest.mark.parametrize("action", ["w:0", "v:3", "j:3", "k:3", "a:3-12ab:0", "f:3-12ab:0", "y:3", "z:1"])
    def test_no_button_of_it_works_for_anybody_else(self, person: Person, action: str):
        person.known = Known(page=self.PAGE)
        outcome = person.presses(action)
        assert labels(outcome) in ([], ["📚 Xem theo chủ đề"])
        assert outcome.expects is None

    def test_may_be_empty(self, person: Person):
        person.context = replace(person.context, admin=True)
        assert said(person.says("/chuatraloi"))[Style.TEXT] == ["Không còn câu nào chờ trả lời."]

    @pytest.mark.parametrize("reason", Reason)
    def test_has_words_for_every_reason(self, person: Person, reason: Reason):
        person.context = replace(person.context, admin=True)
        person.known = Known(page=QueuePage((in_queue(7, reason),), 0, 1, has_more=False))
        assert labels(person.says("/chuatraloi"))[0].startswith("#7 câu đã hỏi (2 người, ")


class TestWhatAPersonSaysOfThemselves:
    @pytest.mark.parametrize(
        ("text", "province"),
        [
            ("/tinh Lào Cai", "Lào Cai"),
            ("/tinh yen bai", "Lào Cai"),
            ("/TINH tỉnh Hà Giang", "Tuyên Quang"),
            ("/tinh TP.HCM", "Thành phố Hồ Chí Minh"),
            ("/tinh dak nong", "Lâm Đồng"),
        ],
    )
    def test_a_province_is_known_by_its_old_and_new_names(self, person: Person, text: str, province: str):
        outcome = person.says(text)
        assert outcome.wished == Wished(province=province)
        assert province in said(outcome)[Style.TEXT][0]

    @pytest.mark.parametrize("text", ["/tinh", "/tinh Atlantis", "/tinh 12"])
    def test_what_is_no_province_changes_nothing(self, person: Person, text: str):
        outcome = person.says(text)
        assert outcome.wished is None
        assert "/tinh Lào Cai" in said(outcome)[Style.TEXT][0]

    @pytest.mark.parametrize(("text", "quiet"), [("/tatbao", True), ("/batbao", False)])
    def test_messages_that_nobody_asked_for_are_turned_off_and_on(
        self, person: Person, text: str, quiet: bool
    ):
        assert person.says(text).wished == Wished(quiet=quiet)


@pytest.mark.parametrize("text", ["/start", "/START", "/start@HoiDapBot", "/start xyz", "/batdau"])
def test_start_greets_and_counts_the_entries(person: Person, text: str):
    outcome = person.says(text)
    assert "hiện có 9 mục" in said(outcome)[Style.ANSWER][0]
    assert "Xin đừng gửi số CCCD" in said(outcome)[Style.ANSWER][0]
    assert actions(outcome) == ["t"]


@pytest.mark.parametrize("text", ["/help", "/trogiup", "/khongco", "/abc_def x", "/HELP"])
def test_help_and_every_unknown_command_explain_how_to_ask(person: Person, text: str):
    outcome = person.says(text)
    assert said(outcome)[Style.ANSWER][0].startswith("**Hỏi thế nào cho trúng**")
    assert outcome.exchange is None


@pytest.mark.parametrize("text", ["/ mức hỗ trợ", "//", "/123", "1/2 hộ nghèo", "/nha-o"])
def test_a_slash_alone_makes_no_command(person: Person, text: str):
    outcome = person.says(text)
    assert said(outcome)[Style.ANSWER] == [] or outcome.exchange


def test_what_help_names_exists(person: Person):
    text = said(person.says("/help"))[Style.ANSWER][0] + said(person.says("/start"))[Style.ANSWER][0]
    named = {word.strip(".,:;()") for word in text.split() if word.startswith("/")}
    assert named >= {"/chude", "/cauhoi"}
    for command in named - {"/help"}:
        person.says(QUESTION)
        answer = said(person.says(command))[Style.ANSWER]
        assert not answer or not answer[0].startswith("**Hỏi thế nào"), command


def test_what_was_offered_lasts_for_half_an_hour(context: Context):
    person = Person(context)
    person.says("/chude")
    person.context = replace(context, now=context.now + timedelta(minutes=30))
    assert said(person.says("1"))[Style.TITLE] == ["Dự án 5: Nhà ở"]
