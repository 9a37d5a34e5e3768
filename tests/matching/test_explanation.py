"""Why a question gets what it gets: the explanation says what `match` says, and its parts add up to it."""

import math
from pathlib import Path

import pytest
from matching_bases import bare, write

from bot.domain import Wishes
from bot.kb import Knowledge, load
from bot.live import Brain
from bot.matching import Contender, Matcher, build

ASKED = {
    "answered": "lai suat vay ho ngheo",
    "word for word": "Lãi suất cho vay hộ nghèo, cận nghèo, mới thoát nghèo là bao nhiêu?",
    "suggested": "hỗ trợ bao nhiêu tiền",
    "unanswered": "xe máy điện có được trợ giá không",
    "off topic": "kinh phí làm đường hoa nông thôn mới",
    "document": "tt55 con hieu luc khong",
    "nothing known": "asdf qwer",
}


@pytest.fixture(params=ASKED.values(), ids=ASKED.keys())
def text(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class TestOnTheShippedBase:
    def test_probabilities_are_those_of_the_match(self, shipped: Brain, text: str):
        match, explanation = shipped.matcher.match(text), shipped.matcher.explain(text, shipped.knowledge)
        explained = {(one.is_group, one.name): one.probability for one in explanation.classes}
        found = {(False, one.entry): one.confidence for one in match.candidates}
        found |= {(True, match.group): match.group_confidence}
        assert len(found) == 5
        assert {which: explained[which] for which in found} == pytest.approx(found, abs=1e-6)
        assert sum(explained.values()) + explanation.none.probability == pytest.approx(1)
        shares = [one.probability for one in explanation.classes]
        assert shares == sorted(shares, reverse=True)

    def test_parts_add_up_to_the_log_odds_between_any_two(self, shipped: Brain, text: str):
        explanation = shipped.matcher.explain(text, shipped.knowledge)
        first, second, *_ = explanation.classes
        for one, other in ((first, second), (second, first), (first, explanation.none)):
            parts = one.lead(other)
            odds = math.log(one.probability / other.probability)
            assert sum(points for _, points in parts) == pytest.approx(odds)
            assert [points for _, points in parts] == sorted((points for _, points in parts), reverse=True)

    def test_what_is_the_same_for_two_classes_speaks_for_neither(self, shipped: Brain, text: str):
        explanation = shipped.matcher.explain(text, shipped.knowledge)
        first, second, *_ = explanation.classes
        same = [part for part, value in first.features.items() if value == second.features[part]]
        assert "margin" in same  # a base of this size has no classifier
        assert {part: points for part, points in first.lead(second) if part in same and points} == {}

    def test_the_nearest_phrasing_is_one_of_the_class(self, shipped: Brain, text: str):
        explanation = shipped.matcher.explain(text, shipped.knowledge)
        for one in explanation.classes:
            assert one.nearest in phrasings(shipped.knowledge, one)

    def test_none_of_them_is_told_the_best_that_was_measured(self, shipped: Brain, text: str):
        explanation = shipped.matcher.explain(text, shipped.knowledge)
        for feature, value in explanation.none.features.items():
            assert value == max(one.features[feature] for one in explanation.classes)


def test_a_phrasing_without_its_diacritics_is_shown_as_the_nearest(shipped: Brain):
    entry = next(iter(shipped.knowledge.entries.values()))
    for variant in entry.variants[:5]:
        explanation = shipped.matcher.explain(bare(variant), shipped.knowledge)
        assert next(one for one in explanation.classes if one.name == entry.id).nearest == variant


def phrasings(knowledge: Knowledge, one: Contender) -> tuple[str, ...]:
    if one.is_group:
        return next(group.examples for group in knowledge.off_topic if group.group == one.name)
    return knowledge.entries[one.name].phrasings


HOUSE = {
    "id": "nha-o",
    "question": "Mức hỗ trợ xây nhà cho hộ nghèo là bao nhiêu?",
    "variants": ["tiền làm nhà hộ nghèo"],
    "answer": "40 triệu.",
}
REVIEW = {"id": "ra-soat", "question": "Rà soát hộ nghèo định kỳ vào tháng mấy?", "answer": "Tháng 9."}
SMALL_TALK = {"group": "chao", "small_talk": True, "reply": "Chào!", "examples": ["xin chào", "chào bot"]}


class TestOnATinyBase:
    @pytest.fixture
    def knowledge(self, tmp_path: Path) -> Knowledge:
        directory = write(tmp_path, {"a.yaml": [HOUSE, REVIEW], "off_topic.yaml": [SMALL_TALK]})
        (directory / "documents.yaml").write_text("55/2023/TT-BTC: {title: T}\n", encoding="utf-8")
        return load(directory)

    @pytest.fixture
    def matcher(self, knowledge: Knowledge) -> Matcher:
        return build(knowledge, Wishes())

    def test_words_that_the_base_does_not_use_are_named_once_each_as_typed(
        self, matcher: Matcher, knowledge: Knowledge
    ):
        explanation = matcher.explain("Xây BIỆT THỰ cho hộ nghèo, biệt thự 40 trieu", knowledge)
        assert explanation.unknown == ("biệt", "thự")

    def test_documents_are_named_as_the_base_writes_them(self, matcher: Matcher, knowledge: Knowledge):
        explanation = matcher.explain("tt55 và tt 99/2024/tt-byt nói gì", knowledge)
        assert explanation.documents == {"vb_tt_55_2023_btc": "55/2023/TT-BTC", "vb_tt_99_2024_byt": None}
        assert explanation.unknown == ("và", "nói", "gì")

    def test_the_rule_for_a_phrasing_typed_word_for_word_is_a_part_of_its_own(
        self, matcher: Matcher, knowledge: Knowledge
    ):
        explanation = matcher.explain(str(HOUSE["question"]).upper(), knowledge)
        first, second, third = explanation.classes
        lifts = [dict(first.lead(other))["verbatim"] for other in (second, third, explanation.none)]
        assert first.probability == pytest.approx(0.995)
        assert lifts == [pytest.approx(lifts[0])] * 3
        assert lifts[0] > 0
        assert first.probability == pytest.approx(
            matcher.match(str(HOUSE["question"])).candidates[0].confidence
        )

    @pytest.mark.parametrize("text", ["", " ?! ", "😀"])
    def test_a_question_without_words_has_nothing_considered(
        self, matcher: Matcher, knowledge: Knowledge, text: str
    ):
        explanation = matcher.explain(text, knowledge)
        assert (explanation.classes, explanation.unknown, explanation.none.probability) == ((), (), 1)

    def test_the_phrasing_is_shown_as_its_author_wrote_it(self, matcher: Matcher, knowledge: Knowledge):
        classes = matcher.explain("lam nha cho ho ngheo", knowledge).classes
        assert {one.name: one.nearest for one in classes} == {
            "nha-o": "tiền làm nhà hộ nghèo",
            "ra-soat": REVIEW["question"],
            "chao": "xin chào",
        }


def test_a_base_with_one_entry_sets_it_against_none_of_them(tmp_path: Path):
    knowledge = load(write(tmp_path, {"a.yaml": [HOUSE]}))
    explanation = build(knowledge, Wishes()).explain("xây nhà bao nhiêu", knowledge)
    [only] = explanation.classes
    assert only.name == "nha-o"
    assert only.probability + explanation.none.probability == pytest.approx(1)
