"""A question that only says what is new is read together with the one before, and never gets less for it."""

from dataclasses import replace

import pytest
from handlers_talk import ByHeart, Person, said

from bot.domain import Reason, Style, Verdict
from bot.handlers import Context

FIRST = "Mức hỗ trợ xây mới nhà ở là bao nhiêu?"
THEN = "còn sửa chữa thì sao?"
TOGETHER = f"{FIRST} {THEN} {THEN}"


def talk(context: Context, finds: dict[str, dict[str, float]], *small_talk: str) -> Person:
    """Return somebody who was just shown how much a new house gets."""
    matcher = ByHeart({FIRST: {"nha-o-muc": 0.95}, **finds}, dict.fromkeys(small_talk, "chao-hoi"))
    person = Person(replace(context, matcher=matcher))  # type: ignore[arg-type]
    person.says(FIRST)
    return person


def outcome_of(person: Person, text: str = THEN) -> tuple[Verdict, str | None]:
    exchange = person.says(text).exchange
    assert exchange
    return exchange.verdict, exchange.entry


class TestReadTogether:
    def test_a_follow_up_is_answered_by_the_entry_that_both_point_to(self, context: Context):
        person = talk(context, {THEN: {"nha-o-sua": 0.4}, TOGETHER: {"nha-o-muc": 0.6, "nha-o-sua": 0.38}})
        outcome = person.says(THEN)
        assert outcome.exchange
        assert (outcome.exchange.verdict, outcome.exchange.entry) == (Verdict.ANSWER, "nha-o-sua")
        assert said(outcome)[Style.NOTE][0] == f"Hiểu là hỏi tiếp câu trước: {FIRST}"
        assert said(outcome)[Style.TITLE] == ["Mức hỗ trợ sửa chữa nhà ở là bao nhiêu?"]
        assert (outcome.exchange.raw, outcome.exchange.earlier) == (THEN, FIRST)

    def test_the_answer_just_read_is_not_given_again(self, context: Context):
        person = talk(context, {THEN: {"nha-o-sua": 0.1}, TOGETHER: {"nha-o-muc": 0.99}})
        assert outcome_of(person) == (Verdict.UNANSWERED, None)

    def test_what_the_earlier_question_alone_speaks_for_is_no_answer(self, context: Context):
        person = talk(context, {THEN: {"chung": 0.1}, TOGETHER: {"nha-o-sua": 0.99}})
        assert outcome_of(person) == (Verdict.SUGGEST, None)

    def test_without_a_sign_of_going_on_it_is_no_suggestion_either(self, context: Context):
        new = "giá vàng hôm nay bao nhiêu"
        person = talk(context, {new: {"chung": 0.1}, f"{FIRST} {new} {new}": {"nha-o-sua": 0.99}})
        outcome = person.says(new)
        assert outcome.exchange and outcome.waiting
        assert (outcome.exchange.verdict, outcome.waiting.question) == (Verdict.UNANSWERED, new)

    def test_after_a_miss_it_is_suggested_and_never_answered(self, context: Context):
        miss = "mức hỗ trợ xây chuồng trại"
        finds = {THEN: {"nha-o-sua": 0.4}, f"{miss} {THEN} {THEN}": {"nha-o-sua": 0.95}}
        person = talk(context, finds)
        person.says(miss)
        assert outcome_of(person) == (Verdict.SUGGEST, None)

    def test_the_real_matcher_understands_one(self, person: Person):
        person.says(FIRST)
        outcome = person.says("còn mức hỗ trợ sửa chữa?")
        assert outcome.exchange
        assert outcome.exchange.verdict in (Verdict.ANSWER, Verdict.SUGGEST)
        assert "nha-o-sua" in {candidate.entry for candidate in outcome.exchange.candidates}


class TestReadAlone:
    def test_what_is_answered_alone_stays_so(self, context: Context):
        person = talk(context, {THEN: {"chung": 0.9}, TOGETHER: {"nha-o-sua": 0.99}})
        outcome = person.says(THEN)
        assert outcome.exchange
        assert (outcome.exchange.entry, outcome.exchange.earlier) == ("chung", None)
        assert "Hiểu là" not in " ".join(said(outcome)[Style.NOTE])

    def test_what_is_suggested_alone_stays_so_where_both_get_no_more(self, context: Context):
        person = talk(context, {THEN: {"chung": 0.6}, TOGETHER: {"nha-o-sua": 0.6}})
        outcome = person.says(THEN)
        assert outcome.exchange
        assert [candidate.entry for candidate in outcome.exchange.candidates] == ["chung"]

    def test_the_same_question_in_other_words_is_no_follow_up(self, context: Context):
        person = talk(context, {THEN: {"nha-o-muc": 0.7, "nha-o-sua": 0.1}, TOGETHER: {"nha-o-sua": 0.99}})
        outcome = person.says(THEN)
        assert outcome.exchange
        assert outcome.exchange.candidates[0].entry == "nha-o-muc"

    def test_small_talk_stays_small_talk(self, context: Context):
        person = talk(context, {THEN: {"nha-o-sua": 0.4}, TOGETHER: {"nha-o-sua": 0.99}}, THEN)
        assert outcome_of(person) == (Verdict.OFF_TOPIC, None)

    def test_a_long_question_says_itself_what_it_is_about(self, context: Context):
        long = "còn " + "hỗ trợ nuôi dê sinh sản " * 3
        finds = {long.strip(): {"nha-o-sua": 0.4}, f"{FIRST} {long} {long}".strip(): {"nha-o-sua": 0.99}}
        outcome = talk(context, finds).says(long)
        assert outcome.exchange
        assert (outcome.exchange.verdict, outcome.exchange.earlier) == (Verdict.UNANSWERED, None)


class TestWhatExpertsRead:
    def test_an_unanswered_follow_up_waits_with_the_question_before(self, context: Context):
        outcome = talk(context, {}).says(THEN)
        assert outcome.waiting
        assert outcome.waiting.question == f"{THEN} (hỏi ngay sau câu: {FIRST})"

    def test_so_does_one_whose_suggestions_are_refused(self, context: Context):
        person = talk(context, {THEN: {"nha-o-sua": 0.4}, TOGETHER: {"nha-o-sua": 0.6}})
        assert outcome_of(person)[0] is Verdict.SUGGEST
        refused = person.says("0")
        assert refused.waiting
        assert refused.waiting.reason is Reason.NONE_OF_THESE
        assert refused.waiting.question == f"{THEN} (hỏi ngay sau câu: {FIRST})"

    def test_a_row_of_follow_ups_keeps_what_it_began_with(self, context: Context):
        miss = "mức hỗ trợ xây chuồng trại"
        person = talk(context, {})
        person.says(miss)
        person.says(THEN)
        waiting = person.says("thế đào giếng?").waiting
        assert waiting
        assert miss in waiting.question
        assert THEN in waiting.question


@pytest.mark.parametrize("length", [499, 4000])
def test_a_long_story_is_nothing_to_go_on_from(context: Context, length: int):
    person = talk(context, {})
    person.says("giá vàng hôm nay là bao nhiêu một chỉ vậy các anh chị " + "x" * length)
    waiting = person.says(THEN).waiting
    assert waiting
    assert waiting.question == THEN
