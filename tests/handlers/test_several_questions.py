"""A message of several sentences: what it asks is found between what it tells."""

from dataclasses import replace

import pytest
from handlers_talk import ByHeart, Person, actions, labels, said

from bot.domain import Style, Verdict
from bot.handlers import Context

HOUSE = "Mức hỗ trợ xây mới nhà ở là bao nhiêu?"
GOATS = "Mô hình nuôi dê sinh sản làm ra sao?"
STORY = "Em mới về xã nhận việc từ tháng trước. Hôm qua trời mưa lớn, đường vào thôn sạt cả. {} Em cảm ơn ạ."


def outcome_of(person: Person, text: str) -> tuple[Verdict, str | None]:
    exchange = person.says(text).exchange
    assert exchange
    return exchange.verdict, exchange.entry


def test_the_question_within_a_story_is_answered(person: Person):
    assert outcome_of(person, STORY.format(HOUSE)) == (Verdict.ANSWER, "nha-o-muc")


def test_a_story_without_a_question_stays_one(person: Person):
    assert outcome_of(person, STORY.format(""))[0] is Verdict.UNANSWERED


def test_a_greeting_before_a_question_takes_nothing_away(person: Person):
    assert outcome_of(person, f"Xin chào bot! {HOUSE}") == (Verdict.ANSWER, "nha-o-muc")


def test_a_greeting_of_several_sentences_stays_one(person: Person):
    assert outcome_of(person, "Xin chào bot! Hello. Xin chào bot.")[0] is Verdict.OFF_TOPIC


@pytest.mark.parametrize("text", [f"{HOUSE} {GOATS}", f"1. {GOATS}\n2. {HOUSE}"])
def test_of_two_questions_the_surer_is_answered_and_the_other_is_offered_first(person: Person, text: str):
    outcome = person.says(text)
    entries = person.context.knowledge.entries
    assert outcome.exchange
    shown = outcome.exchange.entry
    assert shown in ("nha-o-muc", "sinh-ke-mo-hinh")
    other = "sinh-ke-mo-hinh" if shown == "nha-o-muc" else "nha-o-muc"
    assert said(outcome)[Style.TITLE] == [entries[shown].question]
    assert said(outcome)[Style.TEXT] == ["Phần còn lại anh/chị hỏi, có phải là:"]
    assert labels(outcome)[0] == entries[other].question
    assert actions(outcome) == [f"e:{other}", "u:128", "d:128", "x:128"]
    assert {shown, other} <= {candidate.entry for candidate in outcome.exchange.candidates}


def test_the_other_one_opens_with_a_number_of_its_own_to_be_judged_by(person: Person):
    person.says(f"{HOUSE} {GOATS}")
    opened = person.says("1")
    assert opened.exchange
    assert (opened.exchange.id, opened.exchange.verdict) == (129, Verdict.OPENED)
    assert actions(opened)[-3:] == ["u:129", "d:129", "x:129"]


def test_an_answer_to_one_question_offers_what_is_related_as_always(person: Person):
    assert said(person.says(HOUSE))[Style.TEXT] == ["Câu liên quan:"]


def test_the_words_of_the_whole_message_are_kept(context: Context):
    outcome = Person(context).says(STORY.format(HOUSE))
    assert outcome.exchange
    assert outcome.exchange.raw == STORY.format(HOUSE)


class TestHowSureASentenceHasToBe:
    """Of several sentences that ask, each has to be surer than a question alone: here 0.9 instead of 0.8."""

    LOAN, LIGHT = "Vay được mấy triệu?", "Tiền điện bao nhiêu?"
    BOTH = f"{LOAN} {LIGHT}"

    def gets(
        self, context: Context, finds: dict[str, dict[str, float]], text: str, group: str = ""
    ) -> Verdict:
        matcher = ByHeart(finds, {text: group} if group else {})
        person = Person(replace(context, matcher=matcher))  # type: ignore[arg-type]
        return outcome_of(person, text)[0]

    @pytest.mark.parametrize(("sure", "verdict"), [(0.85, Verdict.SUGGEST), (0.95, Verdict.ANSWER)])
    def test_the_more_of_them_the_surer(self, context: Context, sure: float, verdict: Verdict):
        assert self.gets(context, {self.LOAN: {"chung": sure}}, self.BOTH) is verdict

    def test_sentences_that_only_tell_do_not_count(self, context: Context):
        text = f"Em ở xã mới. Đường vào bản xa. {self.LOAN}"
        assert self.gets(context, {self.LOAN: {"chung": 0.85}}, text) is Verdict.ANSWER

    def test_a_sentence_that_points_elsewhere_than_the_whole_leaves_the_choice_to_the_asker(
        self, context: Context
    ):
        finds = {self.BOTH: {"nha-o-muc": 0.85}, self.LOAN: {"chung": 0.88}}
        assert self.gets(context, finds, self.BOTH) is Verdict.SUGGEST

    def test_what_is_about_another_programme_as_a_whole_is_at_most_suggested(self, context: Context):
        finds = {self.LOAN: {"chung": 0.99}}
        assert self.gets(context, finds, self.BOTH, group="khac") is Verdict.SUGGEST

    def test_two_that_are_only_near_are_suggested_together(self, context: Context):
        finds = {self.LOAN: {"chung": 0.6, "nha-o-muc": 0.1}, self.LIGHT: {"nha-o-sua": 0.55}}
        person = Person(replace(context, matcher=ByHeart(finds)))  # type: ignore[arg-type]
        outcome = person.says(self.BOTH)
        assert outcome.exchange
        assert outcome.exchange.verdict is Verdict.SUGGEST
        assert [one.entry for one in outcome.exchange.candidates] == ["chung", "nha-o-sua", "nha-o-muc"]
