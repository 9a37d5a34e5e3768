"""The matcher on the base that ships: floors that no change may fall through, and promises for every entry.

The floors lie below what is measured today, so that an expert's new entry does not turn a build red, and a
broken matcher does.
"""

import unicodedata

import pytest
from matching_bases import TODAY, bare, telex

from bot.decide import decide
from bot.domain import Verdict
from bot.live import Brain
from bot.trial import Report, ask_tests


@pytest.fixture(scope="module")
def report(shipped: Brain) -> Report:
    return ask_tests(shipped, TODAY)


class TestQuestionsThatMatchingNeverSaw:
    def test_are_enough_to_mean_something(self, report: Report):
        assert report.rows[-1].asked >= 180

    def test_find_their_entry_first(self, report: Report):
        total = report.rows[-1]
        assert total.first >= 0.85 * total.asked, total

    def test_find_it_among_the_first_three(self, report: Report):
        total = report.rows[-1]
        assert total.third >= 0.96 * total.asked, total

    def test_are_hardly_ever_answered_wrongly(self, report: Report):
        total = report.rows[-1]
        assert total.wrong <= 0.02 * total.asked, total

    def test_are_often_answered_at_once(self, report: Report):
        total = report.rows[-1]
        assert total.answered >= 0.15 * total.asked, total

    def test_add_up(self, report: Report):
        *topics, total = report.rows
        for count in ("asked", "first", "third", "answered", "wrong"):
            assert sum(getattr(row, count) for row in topics) == getattr(total, count)
        assert len(report.misses) == total.asked - total.first


def found(brain: Brain, text: str) -> tuple[Verdict, str]:
    match = brain.matcher.match(text)
    return decide(match, brain.matcher.thresholds), match.candidates[0].entry


def test_every_question_word_for_word_is_answered_by_its_entry(shipped: Brain):
    asked = {entry.id: found(shipped, entry.question) for entry in shipped.knowledge.entries.values()}
    assert {entry: got for entry, (_, got) in asked.items() if got != entry} == {}
    assert [verdict for verdict, _ in asked.values()].count(Verdict.ANSWER) >= 0.98 * len(asked)


def test_every_variant_word_for_word_finds_its_entry(shipped: Brain):
    pairs = [(entry.id, text) for entry in shipped.knowledge.entries.values() for text in entry.variants[:1]]
    wrong = [(entry, text, got) for entry, text in pairs if (got := found(shipped, text)[1]) != entry]
    assert len(pairs) > 100
    assert len(wrong) <= 0.01 * len(pairs), wrong


WAYS_OF_TYPING = {
    "without diacritics": bare,
    "in capitals": str.upper,
    "letters and marks apart": lambda text: unicodedata.normalize("NFD", text),
    "with spaces and marks around": lambda text: f"  {text} !!! ",
    "politely": lambda text: f"Dạ cho em hỏi {text.lower()} ạ, em cảm ơn",
}


@pytest.mark.parametrize("way", WAYS_OF_TYPING)
def test_a_question_finds_the_same_entry(shipped: Brain, way: str):
    entries = list(shipped.knowledge.entries.values())[::3]
    wrong = [
        (entry.id, got)
        for entry in entries
        if (got := found(shipped, WAYS_OF_TYPING[way](entry.question))[1]) != entry.id
    ]
    assert len(wrong) <= 0.02 * len(entries), wrong


def test_a_question_finds_the_same_entry_when_the_keyboard_was_off(shipped: Brain):
    entries = list(shipped.knowledge.entries.values())[::3]
    typed = [(entry.id, telex(entry.question)) for entry in entries]
    wrong = [(entry, text, got) for entry, text in typed if (got := found(shipped, text)[1]) != entry]
    assert len(wrong) <= 0.03 * len(entries), wrong


@pytest.mark.parametrize(
    "text",
    ["xin chào ad", "chào buổi tối bot", "cảm ơn ad nhiều nhé", "ok cảm ơn ad", "bot ngu thật"],
)
def test_small_talk_that_is_no_example_is_taken_for_small_talk(shipped: Brain, text: str):
    match = shipped.matcher.match(text)
    assert decide(match, shipped.matcher.thresholds) is Verdict.OFF_TOPIC
    group = next(group for group in shipped.knowledge.off_topic if group.group == match.group)
    assert group.small_talk


@pytest.mark.parametrize(
    "text",
    [
        "cách nấu phở bò Nam Định",
        "giá vàng SJC hôm nay",
        "lịch thi đấu bóng đá V-League",
        "asdf qwer zxcv",
        "how do I renew my passport",
        "quy trình cấp phép bay cho máy bay không người lái",
    ],
)
def test_a_stranger_is_never_answered(shipped: Brain, text: str):
    assert found(shipped, text)[0] is not Verdict.ANSWER


def test_probabilities_are_probabilities(shipped: Brain):
    texts = [one.ask for entry in shipped.knowledge.entries.values() for one in entry.tests[:1]]
    assert len(texts) > 60
    for text in texts:
        match = shipped.matcher.match(text)
        shares = [candidate.confidence for candidate in match.candidates]
        assert len(shares) == 4
        assert shares == sorted(shares, reverse=True)
        assert all(0 <= share <= 1 for share in [*shares, match.group_confidence])
        assert sum(shares) + match.group_confidence <= 1 + 1e-6


def test_probabilities_of_a_question_known_word_for_word_add_up_to_at_most_one_too(shipped: Brain):
    over = []
    for entry in shipped.knowledge.entries.values():
        match = shipped.matcher.match(entry.question)
        if (total := sum(candidate.confidence for candidate in match.candidates)) > 1 + 1e-6:
            over.append((entry.id, round(total, 4)))
    assert over == []


def test_confidence_never_promises_more_than_is_kept(shipped: Brain):
    pairs = []
    for entry in shipped.knowledge.entries.values():
        for text in (one.ask for one in entry.tests[:1]):
            best = shipped.matcher.match(text).candidates[0]
            pairs.append((best.confidence, best.entry == entry.id))
    expected, right = (sum(column) / len(pairs) for column in zip(*pairs, strict=True))
    assert expected <= right + 0.02, (expected, right)


@pytest.mark.parametrize("number", ["tt55", "TT 55/2023/TT-BTC", "qd 90/QĐ-TTg"])
def test_the_number_of_a_document_alone_gets_suggestions(shipped: Brain, number: str):
    assert found(shipped, number)[0] is Verdict.SUGGEST


def test_the_number_of_a_document_that_the_base_lacks_gets_none(shipped: Brain):
    assert found(shipped, "tt99/2019")[0] is Verdict.UNANSWERED


def test_silence_finds_nothing(shipped: Brain):
    assert shipped.matcher.match(" ?! ").candidates == ()
