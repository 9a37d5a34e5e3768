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
from bot.normalise import Question

FOLDS = 4
STRANGERS = 8  # every eighth entry is left out whole in a fold
MOST_QUESTIONS = 3000  # asked in all; beyond that the figures no longer move
FEWEST_RIGHT = 30  # questions with a known answer that a calibration needs to mean anything
HELPFUL = 0.5  # suggestions are shown when they are likelier to hold the right entry than not

Gather = Callable[[Question], Evidence]


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
    """From which probability on a question is answered, gets suggestions, or is off topic."""

    answer: float  # that the best entry is right
    suggest: float  # that one of the candidates is
    off_topic: float  # that the best group is


@dataclass(frozen=True, slots=True)
class Trial:
    """A phrasing asked as a question; `right` is its class, None when nothing in the index answers it."""

    right: str | None
    evidence: Evidence


# Where a base is too small to learn from itself: the nearest phrasing decides, and only a very near one.
FALLBACK = Weights(
    mean=np.zeros(len(FEATURES), np.float32),
    scale=np.ones(len(FEATURES), np.float32),
    coefficients=np.array(
        [{"nearest": 10.0, "coverage": 2.0}.get(name, 0.0) for name in FEATURES], np.float32
    ),
    bias=-9.0,
)
CAUTIOUS = Thresholds(answer=0.9, suggest=HELPFUL, off_topic=0.9)


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
        max_wrong_answers: share of all questions that may be given a wrong answer, 0..1.

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
        kept = [
            p for p, own in zip(phrasings, folds, strict=True) if own != fold and p.label not in strangers
        ]
        asked = [p for p, own in zip(phrasings, folds, strict=True) if own == fold][::every]
        present = {phrasing.label for phrasing in kept}
        if not present - groups - {NOTHING}:
            continue
        gather = prepare(kept)
        for phrasing in asked:
            known = phrasing.label in present and phrasing.label != NOTHING
            yield Trial(phrasing.label if known else None, gather(phrasing.text))


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
    off = [_best(trial, weights, groups, entries=False) for trial in trials]
    return Thresholds(
        answer=_lowest(best, trials, max_wrong_answers),
        suggest=HELPFUL,
        off_topic=_lowest(off, trials, max_wrong_answers),
    )


def _lowest(best: Sequence[tuple[str, float]], trials: Sequence[Trial], bearable: float) -> float:
    """Return the lowest confidence from which on replies are wrong to at most the bearable share of questions."""
    pairs = sorted(
        ((p, label != trial.right) for (label, p), trial in zip(best, trials, strict=True)), reverse=True
    )
    wrong = np.cumsum([is_wrong for _, is_wrong in pairs])
    allowed = int(np.searchsorted(wrong, bearable * len(trials), side="right"))
    return pairs[allowed - 1][0] if allowed else 1.01


def _best(trial: Trial, weights: Weights, groups: frozenset[str], *, entries: bool) -> tuple[str, float]:
    ranked = _ranked(trial, weights, groups, entries=entries)
    return ranked[0] if ranked else ("", 0.0)


def _ranked(
    trial: Trial, weights: Weights, groups: frozenset[str], *, entries: bool
) -> list[tuple[str, float]]:
    pairs = zip(trial.evidence.labels, weights.probabilities(trial.evidence), strict=True)
    chosen = [(label, float(p)) for label, p in pairs if (label not in groups) == entries]
    return sorted(chosen, key=lambda pair: (-pair[1], pair[0]))
