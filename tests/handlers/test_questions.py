"""What becomes of a question: answered, suggested, recorded for the experts, or sent to its own programme."""

from dataclasses import replace

import pytest
from handlers_talk import ByHeart, Person, Scripted, actions, labels, said

from bot.domain import Candidate, ChatState, Reason, Style, Unreadable, Verdict
from bot.handlers import Context, Known, respond, understand
from bot.handlers.question import MOST_CHARACTERS
from bot.handlers.requests import Ask

NEAR = tuple(
    Candidate(entry, confidence)
    for entry, confidence in [("nha-o-muc", 0.4), ("ra-soat-thang", 0.3), ("nha-o-sua", 0.1), ("chung", 0.05)]
)
FAR = tuple(replace(candidate, confidence=0.01) for candidate in NEAR)


@pytest.fixture
def unsure(context: Context) -> Person:
    return Person(replace(context, matcher=Scripted((*NEAR, Candidate("nha-o-sap", 0.04)))))


@pytest.fixture
def lost(context: Context) -> Person:
    return Person(replace(context, matcher=Scripted(FAR)))


class TestSuggestions:
    def test_are_at_most_four_and_a_way_out(self, unsure: Person):
        outcome = unsure.says("nhà ở")
        entries = unsure.context.knowledge.entries
        assert said(outcome)[Style.TEXT] == ["Có phải anh/chị hỏi một trong các câu này? Chọn hoặc gõ số."]
        assert labels(outcome) == [
            *(entries[candidate.entry].question for candidate in NEAR),
            "Không phải câu nào",
        ]
        assert actions(outcome) == ["p:128:0", "p:128:1", "p:128:2", "p:128:3", "n:128"]

    def test_are_logged_and_do_not_wait_for_an_expert_yet(self, unsure: Person):
        outcome = unsure.says("nhà ở")
        assert outcome.exchange
        assert (outcome.exchange.verdict, outcome.exchange.entry) == (Verdict.SUGGEST, None)
        assert outcome.exchange.candidates == NEAR
        assert outcome.waiting is None

    @pytest.mark.parametrize("pick", ["2", " 2 ", "02"])
    def test_are_picked_by_their_number(self, unsure: Person, pick: str):
        asked = unsure.says("nhà ở")
        unsure.known = Known(exchange=asked.exchange)
        picked = unsure.says(pick)
        entry = unsure.context.knowledge.entries["ra-soat-thang"]
        assert said(picked)[Style.TITLE] == [entry.question]
        assert picked.change
        assert (picked.change.exchange, picked.change.entry, picked.change.version) == (
            128,
            entry.id,
            entry.version,
        )
        assert picked.shown
        assert picked.exchange is None
        assert actions(picked)[-3:] == ["u:128", "d:128", "x:128"]

    @pytest.mark.parametrize("way", ["0", "00"])
    def test_none_of_them_is_typed_as_nought_and_recorded_with_what_was_shown(self, unsure: Person, way: str):
        asked = unsure.says("nhà ở")
        unsure.known = Known(exchange=asked.exchange)
        outcome = unsure.says(way)
        assert said(outcome)[Style.TEXT][0].startswith("Câu hỏi #128 đã chuyển chuyên gia.")
        assert outcome.waiting
        assert (outcome.waiting.number, outcome.waiting.reason) == (128, Reason.NONE_OF_THESE)
        assert outcome.waiting.candidates == NEAR
        assert outcome.waiting.question == "nhà ở"

    @pytest.mark.parametrize("number", ["5", "9", "99"])
    def test_a_number_beyond_them_is_no_choice(self, unsure: Person, number: str):
        unsure.says("nhà ở")
        assert "không còn dùng được" in said(unsure.says(number))[Style.TEXT][0]

    def test_stay_open_after_a_number_beyond_them(self, unsure: Person):
        asked = unsure.says("nhà ở")
        unsure.says("9")
        unsure.known = Known(exchange=asked.exchange)
        assert said(unsure.says("2"))[Style.TITLE] == [
            unsure.context.knowledge.entries["ra-soat-thang"].question
        ]

    @pytest.mark.parametrize("meanwhile", ["/help", "/cauhoi", "/khongco", "???", "/dung"])
    def test_stay_open_after_a_reply_that_offers_nothing(self, unsure: Person, meanwhile: str):
        asked = unsure.says("nhà ở")
        unsure.known = Known(exchange=asked.exchange)
        unsure.says(meanwhile)
        assert said(unsure.says("2"))[Style.TITLE] == [
            unsure.context.knowledge.entries["ra-soat-thang"].question
        ]

    def test_are_closed_by_the_next_question(self, unsure: Person):
        unsure.says("nhà ở")
        unsure.context = replace(unsure.context, matcher=Scripted(()))
        unsure.says("Xe máy điện")
        assert "không còn dùng được" in said(unsure.says("2"))[Style.TEXT][0]

    @pytest.mark.parametrize("number", ["0", "2", "55"])
    def test_a_bare_number_is_no_question_where_nothing_was_offered(self, unsure: Person, number: str):
        outcome = unsure.says(number)
        assert "không còn dùng được" in said(outcome)[Style.TEXT][0]
        assert (outcome.exchange, outcome.waiting) == (None, None)

    def test_a_number_of_three_digits_is_a_question(self, unsure: Person):
        outcome = unsure.says("755")
        assert outcome.exchange
        assert outcome.exchange.raw == "755"

    def test_a_number_means_nothing_any_more_after_half_an_hour(self, unsure: Person):
        unsure.says("nhà ở")
        assert unsure.state.until
        unsure.context = replace(unsure.context, now=unsure.state.until.replace(minute=59))
        outcome = unsure.says("2")
        assert "không còn dùng được" in said(outcome)[Style.TEXT][0]
        assert outcome.exchange is None

    def test_the_entry_may_be_gone_when_it_is_picked(self, unsure: Person):
        asked = unsure.says("nhà ở")
        fewer = {
            key: entry for key, entry in unsure.context.knowledge.entries.items() if key != "ra-soat-thang"
        }
        unsure.context = replace(unsure.context, knowledge=replace(unsure.context.knowledge, entries=fewer))
        unsure.known = Known(exchange=asked.exchange)
        assert said(unsure.says("2"))[Style.TEXT] == [
            "Mục này đã được gỡ hoặc đổi. Anh/chị gõ lại câu hỏi giúp nhé."
        ]


class TestAQuestionWithoutAnAnswer:
    def test_gets_a_number_to_quote_and_waits(self, lost: Person):
        outcome = lost.says("Xe máy điện có được trợ giá không?")
        assert said(outcome)[Style.TEXT] == [
            "Kho chưa có câu này. Câu hỏi #128 đã chuyển chuyên gia; gõ /cauhoi để xem tình trạng.",
            "Trong lúc chờ, có thể anh/chị cần:",
        ]
        assert outcome.waiting
        assert outcome.waiting.reason is Reason.NO_MATCH
        assert outcome.waiting.candidates == FAR
        assert outcome.exchange
        assert outcome.exchange.verdict is Verdict.UNANSWERED

    def test_shows_the_three_nearest_as_a_hint(self, lost: Person):
        outcome = lost.says("Xe máy điện có được trợ giá không?")
        assert actions(outcome) == ["p:128:0", "p:128:1", "p:128:2"]
        assert outcome.reply.none is None

    def test_has_no_hint_where_nothing_is_near(self, context: Context):
        outcome = Person(replace(context, matcher=Scripted(()))).says("Xe máy điện")
        assert len(said(outcome)[Style.TEXT]) == 1
        assert actions(outcome) == []

    def test_is_not_guessed_at_by_the_real_matcher(self, person: Person):
        outcome = person.says("quy trình nhập khẩu ô tô điện Trung Quốc")
        assert outcome.exchange
        assert outcome.exchange.verdict is not Verdict.ANSWER
        assert outcome.waiting

    def test_opens_a_hint_by_its_number(self, lost: Person):
        lost.says("Xe máy điện")
        assert said(lost.says("1"))[Style.TITLE] == ["Mức hỗ trợ xây mới nhà ở là bao nhiêu?"]


class TestOffTopic:
    def test_small_talk_is_answered_and_nobody_waits(self, person: Person):
        outcome = person.says("Xin chào bot!")
        assert said(outcome)[Style.ANSWER] == ["Chào **anh/chị**!"]
        assert outcome.exchange
        assert (outcome.exchange.verdict, outcome.exchange.group) == (Verdict.OFF_TOPIC, "chao-hoi")
        assert outcome.waiting is None
        assert actions(outcome) == []

    def test_another_programme_gets_its_reply_and_is_recorded(self, person: Person):
        outcome = person.says("Chương trình 1719 dân tộc thiểu số làm gì?")
        assert said(outcome)[Style.ANSWER] == ["Việc của **1719**."]
        assert said(outcome)[Style.NOTE][0].startswith("Đã ghi nhận số #128.")
        assert outcome.waiting
        assert outcome.waiting.reason is Reason.OFF_TOPIC
        assert actions(outcome) == ["x:128"]

    def test_and_an_expert_can_be_asked_all_the_same(self, person: Person):
        person.says("Chương trình 1719 dân tộc thiểu số làm gì?")
        outcome = person.says("/chuyengia")
        assert outcome.waiting
        assert (outcome.waiting.number, outcome.waiting.reason) == (128, Reason.EXPERT_WANTED)

    def test_a_group_never_takes_a_question_from_a_likelier_entry(self, context: Context):
        matcher = Scripted((Candidate("nha-o-muc", 0.95),), group="chao-hoi", group_confidence=0.92)
        outcome = Person(replace(context, matcher=matcher)).says("chào, nhà ở được bao nhiêu")
        assert outcome.exchange
        assert outcome.exchange.verdict is Verdict.ANSWER


class TestTheLog:
    def test_holds_what_was_typed_what_was_understood_and_from_which_base(self, person: Person):
        exchange = person.says("  MỨC hỗ trợ xây mới nhà ở\nlà bao nhiêu??? ").exchange
        assert exchange
        assert exchange.raw == "MỨC hỗ trợ xây mới nhà ở\nlà bao nhiêu???"
        assert exchange.normalised.startswith("mức hỗ trợ xây mới nhà ở là bao nhiêu")
        assert exchange.base == person.context.knowledge.version
        assert (exchange.channel, exchange.asker, exchange.asked_at) == (
            "web",
            "pseudonym",
            person.context.now,
        )
        assert exchange.elapsed_ms > 0
        assert 1 <= len(exchange.candidates) <= 4


class TestWhatIsNoQuestion:
    @pytest.mark.parametrize(
        "text", ["", "   ", "\n\t", "???", "…", "😀😀👍🏽", "👨‍👩‍👧‍👦", "-", "/", "\u200b", "\ufeff"]
    )
    def test_a_message_without_a_letter_asks_for_words(self, person: Person, text: str):
        outcome = person.says(text)
        assert "Anh/chị gõ câu hỏi bằng chữ giúp nhé" in said(outcome)[Style.TEXT][0]
        assert outcome.exchange is None

    @pytest.mark.parametrize("what", ["sticker", "photo", "voice", "file", "other", "anything new"])
    def test_what_is_no_text_is_told_that_only_words_are_read(self, context: Context, what: str):
        outcome = respond(understand(Unreadable(what), ChatState(), context.now), Known(), context)
        assert said(outcome)[Style.TEXT] == [
            "Bot chỉ đọc được chữ. Anh/chị gõ câu hỏi thành tin nhắn giúp nhé."
        ]

    def test_a_document_of_100_kb_is_refused_with_its_length_and_recorded(self, person: Person):
        outcome = person.says("giảm nghèo " * 9_091)
        assert said(outcome)[Style.TEXT][0].startswith("Tin nhắn dài 100.000 ký tự, bot chưa đọc được.")
        assert "#128" in said(outcome)[Style.TEXT][0]
        assert outcome.exchange
        assert len(outcome.exchange.raw) == MOST_CHARACTERS
        assert outcome.waiting
        assert len(outcome.waiting.question) == MOST_CHARACTERS
        assert outcome.waiting.reason is Reason.TOO_LONG

    def test_a_pasted_document_gets_the_answer_to_what_it_asks(self, context: Context):
        question = "Mức hỗ trợ xây mới nhà ở là bao nhiêu?"
        knows = ByHeart({question: {"nha-o-muc": 0.95}})
        pasted = "Điều 5. Ai được hưởng và mức nào thì theo khoản này quy định. " * 100
        for text in (f"{question}\n{pasted}", f"{pasted}\n{question}", f"{pasted}\n{question}\n{pasted}"):
            outcome = respond(Ask(text), Known(), replace(context, matcher=knows))
            assert outcome.exchange and outcome.exchange.verdict is Verdict.ANSWER
            assert outcome.exchange.raw == question and outcome.waiting is None
            assert question in said(outcome)[Style.NOTE][0]

    def test_a_pasted_document_that_asks_nothing_we_know_goes_to_the_experts(self, context: Context):
        pasted = "Điều 5. Ai được hưởng và mức nào thì theo khoản này quy định. " * 100
        for question in ("", "Lên sao Hỏa bằng tàu gì?"):
            outcome = respond(Ask(pasted + question), Known(), replace(context, matcher=ByHeart({})))
            assert outcome.waiting and outcome.waiting.reason is Reason.TOO_LONG

    def test_the_longest_question_is_still_read(self, person: Person):
        question = "Mức hỗ trợ xây mới nhà ở là bao nhiêu? ".ljust(MOST_CHARACTERS, "a")
        outcome = person.says(question)
        assert outcome.exchange
        assert outcome.exchange.normalised
        assert outcome.exchange.raw == question
