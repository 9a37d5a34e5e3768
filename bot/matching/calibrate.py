"""What the evidence is worth: learned from the base's own phrasings, each left out in turn.

Phrasings are left out in folds, the index is rebuilt without them, and they are asked as questions. In every
fold some entries are left out whole: their phrasings are questions that look like ours and have no answer.
A logistic regression on the evidence then says how probable it is that a class is the right one, and the
thresholds follow from the wrong answers that these questions would have got.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from bot.matching.evidence import FEATURES, Evidence
from bot.matching.grams import Floats
from bot.matching.index import NOTHING, Phrasing

FOLDS = 4
STRANGERS = 8  # every eighth entry is left out whole in a fold
MOST_QUESTIONS = 3000  # asked in all; beyond that the figures no longer move
FEWEST_RIGHT = 30  # questions with a known answer that a calibration needs to mean anything
LEAST_HELPFUL = 0.5  # share of suggestions that hold the right entry

Gather = Callable[[Phrasing], Evidence]


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic regression over the evidence."""

    mean: Floats
    scale: Floats
    coefficients: Floats
    bias: float

    def probabilities(self, evidence: Evidence) -> NDArray[np.float64]:
        """Return for each class of the shortlist the probability that it is the right one."""
        z = (evidence.features - self.mean) / self.scale @ self.coefficients + self.bias
        return np.asarray(1 / (1 + np.exp(-z)), np.float64)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which confidence on a question is answered, gets suggestions, or is off topic."""

    answer: float
    suggest: float
    off_topic: float


@dataclass(frozen=True, slots=True)
class Trial:
    """A phrasing asked as a question; `right` is its class, None when nothing in the index answers it."""

    right: str | None
    evidence: Evidence


# Where a base is too small to learn from itself: the nearest phrasing decides, and only a very near one.
FALLBACK = Weights(
    mean=np.zeros(len(FEATURES), np.float32),
    scale=np.ones(len(FEATURES), np.float32),
    coefficients=np.array([{"nearest": 10.0, "coverage": 2.0}.get(name, 0.0) for name in FEATURES], np.float32),
    bias=-9.0,
)
CAUTIOUS = Thresholds(answer=0.9, suggest=0.2, off_topic=0.5)


def calibrate(
    phrasings: Sequence[Phrasing],
    groups: frozenset[str],
    prepare: Callable[[Sequence[Phrasing]], Gather],
    max_wrong_answers: float,
) -> tuple[Weights, Thresholds]:
    """Learn what the evidence is worth.

    Args:
        phrasings: of the whole base.
        groups: the off-topic classes.
        prepare: builds an index of some phrasings and returns how to gather evidence from it.
        max_wrong_answers: share of wrong answers among those given that is bearable, 0..1.

    Returns:
        The weights, and thresholds that keep that share on the questions left out.
    """
    trials = list(_trials(phrasings, groups, prepare))
    if sum(trial.right is not None and trial.right not in groups for trial in trials) < FEWEST_RIGHT:
        return FALLBACK, CAUTIOUS
    weights = _fit(trials)
    return weights, _thresholds(trials, weights, groups, max_wrong_answers)


def _trials(
    phrasings: Sequence[Phrasing], groups: frozenset[str], prepare: Callable[[Sequence[Phrasing]], Gather]
) -> Iterator[Trial]:
    folds = _folds(phrasings)
    entries = sorted({phrasing.label for phrasing in phrasings} - groups - {NOTHING})
    every = max(1, -(-len(phrasings) // MOST_QUESTIONS))
    for fold in range(FOLDS):
        strangers = set(entries[fold::STRANGERS]) if len(entries) >= STRANGERS else set()
        kept = [p for p, own in zip(phrasings, folds, strict=True) if own != fold and p.label not in strangers]
        asked = [p for p, own in zip(phrasings, folds, strict=True) if own == fold][::every]
        present = {phrasing.label for phrasing in kept}
        if not present - groups - {NOTHING}:
            continue
        gather = prepare(kept)
        for phrasing in asked:
            known = phrasing.label in present and phrasing.label != NOTHING
            yield Trial(phrasing.label if known else None, gather(phrasing))


def _folds(phrasings: Sequence[Phrasing]) -> list[int]:
    seen: dict[str, int] = defaultdict(int)
    folds = []
    for phrasing in phrasings:
        folds.append((seen[phrasing.label] + len(phrasing.label)) % FOLDS)
        seen[phrasing.label] += 1
    return folds


def _fit(trials: Sequence[Trial]) -> Weights:
    features = np.concatenate([trial.evidence.features for trial in trials])
    right = np.concatenate([[label == trial.right for label in trial.evidence.labels] for trial in trials])
    scaler = StandardScaler().fit(features)
    model = LogisticRegression(C=1.0, max_iter=1000).fit(scaler.transform(features), right)
    return Weights(
        mean=scaler.mean_.astype(np.float32),
        scale=scaler.scale_.astype(np.float32),
        coefficients=model.coef_[0].astype(np.float32),
        bias=float(model.intercept_[0]),
    )


def _thresholds(
    trials: Sequence[Trial], weights: Weights, groups: frozenset[str], max_wrong_answers: float
) -> Thresholds:
    best = [_best(trial, weights, groups, entries=True) for trial in trials]
    right = [trial.right is not None and label == trial.right for trial, (label, _) in zip(trials, best, strict=True)]
    confidence = np.array([probability for _, probability in best])
    top4 = [_among_best(trial, weights, groups) for trial in trials]
    off = [_best(trial, weights, groups, entries=False) for trial in trials]
    off_right = [label == trial.right for trial, (label, _) in zip(trials, off, strict=True)]
    answer = _lowest_bearable(confidence, np.array(right), max_wrong_answers)
    below = confidence < answer
    return Thresholds(
        answer=answer,
        suggest=min(answer, _lowest_bearable(confidence[below], np.array(top4)[below], 1 - LEAST_HELPFUL)),
        off_topic=_lowest_bearable(np.array([p for _, p in off]), np.array(off_right), 0.1),
    )


def _best(trial: Trial, weights: Weights, groups: frozenset[str], *, entries: bool) -> tuple[str, float]:
    ranked = _ranked(trial, weights, groups, entries=entries)
    return ranked[0] if ranked else ("", 0.0)


def _among_best(trial: Trial, weights: Weights, groups: frozenset[str]) -> bool:
    return trial.right in [label for label, _ in _ranked(trial, weights, groups, entries=True)[:4]]


def _ranked(
    trial: Trial, weights: Weights, groups: frozenset[str], *, entries: bool
) -> list[tuple[str, float]]:
    pairs = zip(trial.evidence.labels, weights.probabilities(trial.evidence), strict=True)
    chosen = [(label, float(p)) for label, p in pairs if (label not in groups) == entries]
    return sorted(chosen, key=lambda pair: (-pair[1], pair[0]))


def _lowest_bearable(confidence: NDArray[np.float64], right: NDArray[np.bool_], bearable: float) -> float:
    """Return the lowest threshold above which at most the bearable share is wrong; above 1 if there is none."""
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(~right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(wrong <= bearable)
    return float(confidence[order][good[-1]]) if len(good) else 1.01
