"""What asking the base its own tests tells: the curve over thresholds and the calibration error, by hand."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from matching_bases import TODAY

from bot.decide import decide
from bot.domain import Candidate, Verdict
from bot.live import Brain
from bot.matching import Match, Thresholds
from bot.normalise import Question
from bot.trial import CURVE, Asked, Point, ask_tests, calibration_error, coverage

THRESHOLDS = Thresholds(answer=0.82, suggest=0.5, off_topic=0.6)
NOTHING = Match(Question("", "", "", ()), (), None, 0.0)


def asked(confidence: float, is_right: bool, group: float = 0.0) -> Asked:
    found = Candidate("a" if is_right else "b", confidence)
    match = Match(Question("q", "q", "q", ()), (found,), "chao" if group else None, group)
    return Asked("q", "", "a", match, decide(match, THRESHOLDS))


def at(points: Sequence[Point], confidence: float) -> Point:
    return next(point for point in points if point.confidence == confidence)


class TestTheCurve:
    RESULTS = (asked(0.97, True), asked(0.9, True), asked(0.84, False), asked(0.5, False), asked(0.2, True))

    def test_counts_what_reaches_each_confidence_and_what_of_it_is_wrong(self):
        points = coverage(self.RESULTS, THRESHOLDS)
        for confidence, answered, wrong in (
            (0.95, 0.2, 0.0),
            (0.90, 0.4, 0.0),
            (0.85, 0.4, 0.0),
            (0.80, 0.6, 1 / 3),
            (0.50, 0.8, 1 / 2),
            (0.30, 0.8, 1 / 2),
        ):
            point = at(points, confidence)
            assert (point.answered, point.wrong) == (pytest.approx(answered), pytest.approx(wrong)), (
                confidence
            )

    def test_goes_down_from_95_to_30_with_the_present_threshold_in_its_place(self):
        points = coverage(self.RESULTS, THRESHOLDS)
        confidences = [point.confidence for point in points]
        assert confidences == sorted((*CURVE, 0.82), reverse=True)
        assert (max(CURVE), min(CURVE)) == (0.95, 0.3)
        assert [point.confidence for point in points if point.is_present] == [0.82]

    def test_a_threshold_that_nothing_reaches_answers_nothing(self):
        point = coverage(self.RESULTS, replace(THRESHOLDS, answer=1.01))[0]
        assert point == Point(1.01, answered=0.0, wrong=0.0, is_present=True)

    def test_what_a_group_replies_to_is_not_answered_at_any_confidence(self):
        small_talk = asked(0.35, True, group=0.64)
        assert small_talk.verdict is Verdict.OFF_TOPIC
        assert at(coverage([small_talk], THRESHOLDS), 0.30).answered == 0

    def test_of_nothing_is_all_zero(self):
        assert {point.answered for point in coverage([], THRESHOLDS)} == {0}


@pytest.mark.parametrize(
    ("results", "error"),
    [
        ([asked(1.0, True)], 0.0),
        ([asked(0.0, False)], 0.0),
        ([asked(0.75, True)], 0.25),
        ([asked(0.75, False)], 0.75),
        # One bin: mean confidence 0.75, half are right.
        ([asked(0.72, True), asked(0.78, False)], 0.25),
        # Two bins, which do not make up for each other: 2/3 x |0.85 - 0.5| + 1/3 x |0.15 - 1|.
        ([asked(0.85, True), asked(0.85, False), asked(0.15, True)], (2 * 0.35 + 0.85) / 3),
        ([asked(0.95, True), asked(0.85, False)], (0.05 + 0.85) / 2),
        # A bin holds its lower end: 0.3 is not with 0.29.
        ([asked(0.3, False), asked(0.29, True)], (0.3 + 0.71) / 2),
        ([Asked("?!", "", "a", NOTHING, Verdict.UNANSWERED)], 0.0),
        ([], 0.0),
    ],
)
def test_the_calibration_error_is_the_mean_distance_of_confidence_and_truth_by_bin(
    results: list[Asked], error: float
):
    assert calibration_error(results) == pytest.approx(error)


def test_the_present_point_says_what_the_table_says(shipped: Brain):
    report = ask_tests(shipped, TODAY)
    total = report.rows[-1]
    [present] = [point for point in report.curve if point.is_present]
    assert present.confidence == shipped.matcher.thresholds.answer
    assert present.answered == pytest.approx((total.answered + total.wrong) / total.asked)
    assert present.wrong == pytest.approx(total.wrong / (total.answered + total.wrong))
    assert 0 < report.calibration_error < 0.2
