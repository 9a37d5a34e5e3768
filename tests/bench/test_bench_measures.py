"""Figures by hand: what is measured is what its docstring says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.bases import Task
from bench.figures import BARS, NAMES, Bar
from bench.measures import (
    Asked,
    ask,
    auroc,
    calibration_error,
    coverage,
    measure,
    retyped,
    right_at_false_answers,
    shares,
    times,
)
from bench.noise import KINDS
from bot.domain import Candidate
from bot.kb import Knowledge

confidences = st.lists(st.floats(0, 1), min_size=1, max_size=40)


def asked(confidence: list[float], right: list[bool]) -> Asked:
    return Asked(np.array(right), np.array(right), np.array(confidence), np.ones(len(right)))


class TestCalibrationError:
    def test_is_the_weighted_gap_of_each_bin(self):
        # 0.5..0.6: mean 0.55, none right; 0.9..1: mean 0.95, half right. (0.55 * 2 + 0.45 * 2) / 4
        confidence, right = [0.5, 0.6 - 1e-9, 0.9, 1.0], [False, False, True, False]
        assert calibration_error(np.array(confidence), np.array(right)) == pytest.approx(0.5)

    def test_lets_gaps_within_a_bin_balance_and_gaps_between_bins_not(self):
        assert calibration_error(np.array([0.5, 0.5]), np.array([True, False])) == 0
        assert calibration_error(np.array([0.25, 0.75]), np.array([True, False])) == 0.75

    @given(confidences)
    def test_is_at_most_one(self, confidence: list[float]):
        assert 0 <= calibration_error(np.array(confidence), np.zeros(len(confidence), bool)) <= 1


class TestCoverage:
    def test_answers_the_surest_first_and_equals_together(self):
        points = coverage(np.array([0.2, 0.9, 0.5, 0.5]), np.array([False, True, True, False]))
        assert points == [(0.25, 1.0), (0.75, pytest.approx(2 / 3)), (1.0, 0.5)]

    @given(confidences, st.randoms())
    def test_ends_where_everything_is_answered(self, confidence: list[float], dice):
        right = np.array([dice.random() < 0.5 for _ in confidence])
        points = coverage(np.array(confidence), right)
        assert points[-1] == (1.0, pytest.approx(right.mean()))
        assert len(points) == len(set(confidence))


@given(confidences, confidences)
def test_auroc_counts_pairs_and_half_the_ties(known: list[float], strange: list[float]):
    pairs = [(a > b) + (a == b) / 2 for a in known for b in strange]
    assert auroc(np.array(known), np.array(strange)) == pytest.approx(np.mean(pairs))


def test_right_at_false_answers_stands_above_all_but_two_per_cent_of_strangers():
    strange = np.arange(100) / 100  # 0.98 and 0.99 get through
    known = asked([0.965, 0.985, 0.995, 0.995], [True, True, True, False])
    assert right_at_false_answers(known, strange) == 0.5


def test_asking_sees_first_places_first_threes_and_silence():
    found = {"a": ("x", "y"), "b": ("y", "z", "x"), "c": ("p", "q", "r", "x"), "d": ()}

    def method(text: str) -> list[Candidate]:
        return [Candidate(entry, 0.7 - place / 10) for place, entry in enumerate(found[text])]

    come = ask(method, [(text, "x") for text in found], "")
    assert come.right.tolist() == [True, False, False, False]
    assert come.top3.tolist() == [True, True, False, False]
    assert come.confidence.tolist() == [0.7, 0.7, 0.7, 0]
    assert shares(come) == {"top1": 25, "top3": 50}
    assert times(come)["ms_p50"] <= times(come)["ms_p99"]


def test_noise_costs_what_a_method_does_not_understand():
    def only_accented(text: str) -> list[Candidate]:
        return [Candidate("x" if text == "hộ nghèo" else "y", 1)]

    figures = retyped(only_accented, [("hộ nghèo", "x"), ("hộ nghèo", "y")], clean=50)
    assert figures["top1 no diacritics"] == 50  # the other question was right by mistake
    figures = retyped(only_accented, [("hộ nghèo", "x")], clean=100)
    assert {figures[f"loss {kind}"] for kind in ("no diacritics", "Telex", "VNI")} == {100}
    assert set(figures) == {f"{what} {kind}" for kind in KINDS for what in ("top1", "loss")}


def test_a_method_is_measured_against_strangers_of_every_kind(small: Knowledge):
    questions = [(entry.question, entry.id) for entry in small.entries.values()]
    task = Task("base", small, questions, {"far": ["xyz"] * 3, "near": ["qqq"]})
    result = measure(task, "SQLite FTS5 trigram")
    assert result.figures["top1"] == 100
    assert result.figures["auroc_far"] == result.figures["auroc_near"] == 1
    assert result.figures["right_far"] == 100
    assert result.curve[-1][1] == pytest.approx(len(questions) / (len(questions) + 4))
    assert "ece" not in result.figures, "its scores are no probabilities"


def test_a_bar_is_met_by_its_own_value_and_from_one_side():
    assert [Bar(least=92).met(value) for value in (91.9, 92, 93)] == [False, True, True]
    assert [Bar(most=3).met(value) for value in (2.9, 3, 3.1)] == [True, True, False]


def test_every_bar_is_of_a_figure_that_has_a_name():
    assert sum(map(len, BARS.values())) > 20
    assert {key for bars in BARS.values() for key in bars} <= set(NAMES)
    assert {f"loss {kind}" for kind in KINDS} <= set(BARS["base"])
