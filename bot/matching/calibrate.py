"""What the evidence is worth: learned from the base's own phrasings, left out in turn.

In each fold a share of every class's phrasings is left out of the index and asked as questions; some entries
are left out whole, and theirs are questions that look like ours and have no answer. From the evidence for
each of them a conditional logit learns how probable it is that a class is the right one, and the thresholds
follow from the wrong answers that these questions would have got.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bot.matching.evidence import FEATURES, Evidence
from bot.matching.grams import Floats
from bot.matching.index import MISS, Phrasing
from bot.normalise import Question

FOLDS = 4
STRANGERS = 16  # every sixteenth entry is left out whole in a fold
MOST_QUESTIONS = 3000  # asked in all; beyond that the figures no longer move
THINNED = 0.2  # share of the phrasings kept that are asked with words left out; titles always are
LEFT_OUT = (0.2, 0.8)  # least and largest share of their words
NEAR_MISSES = 0.3  # share that is asked whole: experts write down more of them than officers ask
FEWEST_WORDS = 2
FEWEST = 20  # questions with an answer, and without, that a calibration needs to mean anything
RIDGE = 0.01  # penalty on the weights, which keeps two features that say the same from cancelling out
HELPFUL = 0.5  # suggestions are shown when they are likelier to hold the right entry than not

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Gather = Callable[[Question], Evidence]


@dataclass(frozen=True, slots=True)
class Weights:
    """A conditional logit (McFadden 1974): classes compete with each other and with "none of them"."""

    mean: Floats
    scale: Floats
    classes: Floats  # what a class's evidence is worth
    none: Floats  # what the best evidence of the whole shortlist, and a constant, says for "none of them"

    def probabilities(self, evidence: Evidence) -> NDArray[np.float64]:
        """Return for each class of the shortlist the probability that it is right; their sum is <= 1."""
        z = (evidence.features - self.mean) / self.scale
        scores = np.append(z @ self.classes, np.append(z.max(axis=0), 1.0) @ self.none).astype(np.float64)
        odds = np.exp(scores - scores.max())
        return np.asarray(odds[:-1] / odds.sum(), np.float64)


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
    classes=np.array([{"nearest": 12.0}.get(name, 0.0) for name in FEATURES], np.float32),
    none=np.array([*(0.0 for _ in FEATURES), 8.0], np.float32),
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
        phrasings: of the whole base, near misses among them.
        groups: labels of the off-topic groups.
        prepare: indexes some phrasings and returns how to gather evidence from them.
        max_wrong_answers: share of all questions that may be given a wrong answer, 0..1.

    Returns:
        The weights, and thresholds that keep that share on the questions left out.
    """
    trials = list(_trials(phrasings, groups, prepare))
    answered = sum(trial.right is not None for trial in trials)
    if min(answered, len(trials) - answered) < FEWEST:
        return FALLBACK, CAUTIOUS
    weights = _fit(trials)
    return weights, _thresholds(trials, weights, max_wrong_answers)


def _trials(
    phrasings: Sequence[Phrasing], groups: frozenset[str], prepare: Callable[[Sequence[Phrasing]], Gather]
) -> Iterator[Trial]:
    entries = sorted({p.label for p in phrasings if p.label not in groups and not p.label.startswith(MISS)})
    dice = random.Random(0)  # noqa: S311  a sample, not a secret
    for fold in range(FOLDS):
        strangers = set(entries[fold::STRANGERS]) if len(entries) > FOLDS else set()
        kept, out = _split(phrasings, fold, strangers)
        present = {phrasing.label for phrasing in kept if not phrasing.label.startswith(MISS)}
        if not present - groups:
            continue
        gather = prepare(kept)
        for phrasing, text in _asked(kept, out, present, dice):
            yield Trial(phrasing.label if phrasing.label in present else None, gather(text))


def _split(
    phrasings: Sequence[Phrasing], fold: int, strangers: set[str]
) -> tuple[list[Phrasing], list[Phrasing]]:
    """Return what is indexed in a fold, and what is left out: a share of every class, and whole strangers."""
    seen: dict[str, int] = defaultdict(int)
    kept: list[Phrasing] = []
    out: list[Phrasing] = []
    for phrasing in phrasings:
        place = (seen[phrasing.label] + len(phrasing.label)) % FOLDS
        seen[phrasing.label] += 1
        (out if place == fold or phrasing.label in strangers else kept).append(phrasing)
    return kept, out


def _asked(
    kept: Sequence[Phrasing], out: Sequence[Phrasing], present: set[str], dice: random.Random
) -> Iterator[tuple[Phrasing, Question]]:
    """Yield what is asked in a fold: phrasings left out whole, and phrasings with words left out.

    Experts vary their wordings on purpose, officers mostly shorten the obvious one: both have to be met. What
    has no answer is shortened too, or "short" would come to mean "answered".
    """
    share = MOST_QUESTIONS / FOLDS / (len(out) + THINNED * len(kept))
    for phrasing in out:
        chance = share * (NEAR_MISSES if phrasing.label.startswith(MISS) else 1)
        if not phrasing.is_title and dice.random() < chance:
            yield phrasing, phrasing.text
    strangers = (p for p in out if p.label not in present and not p.label.startswith(MISS))
    for phrasing in (*kept, *strangers):
        chance = share * (1 if phrasing.is_title else THINNED)
        if dice.random() < chance and (text := _thinned(phrasing.text, dice)):
            yield phrasing, text


def _thinned(text: Question, dice: random.Random) -> Question | None:
    words, folded = text.text.split(), text.folded.split()
    left_out = dice.uniform(*LEFT_OUT)
    stay = [at for at in range(len(words)) if dice.random() >= left_out]
    if len(stay) < FEWEST_WORDS:
        return None
    left = [folded[at] for at in stay]
    documents = tuple(document for document in text.documents if document in left)
    return Question("", " ".join(words[at] for at in stay), " ".join(left), documents)


def _fit(trials: Sequence[Trial]) -> Weights:
    """Return the weights under which the right classes, or "none", are likeliest."""
    from scipy.optimize import minimize  # slow to import, and a kept matcher never needs it

    features = np.concatenate([trial.evidence.features for trial in trials])
    mean, scale = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-6)
    z = ((features - mean) / scale).astype(np.float64)
    right = np.concatenate([[label == trial.right for label in trial.evidence.labels] for trial in trials])
    ends = np.cumsum([len(trial.evidence.labels) for trial in trials])
    starts = np.concatenate([[0], ends[:-1]])
    best = np.column_stack([np.maximum.reduceat(z, starts), np.ones(len(trials))])
    none = ~np.logical_or.reduceat(right, starts)
    loss = partial(_loss, z=z, best=best, right=right, none=none, starts=starts)
    start = np.zeros(z.shape[1] + best.shape[1])
    fitted = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    split = z.shape[1]
    return Weights(
        mean.astype(np.float32),
        scale.astype(np.float32),
        fitted[:split].astype(np.float32),
        fitted[split:].astype(np.float32),
    )


def _loss(
    weights: Numbers, *, z: Numbers, best: Numbers, right: Flags, none: Flags, starts: NDArray[np.int64]
) -> tuple[float, Numbers]:
    """Return the mean negative log-likelihood with a ridge penalty, and its gradient."""
    split = z.shape[1]
    scores, nones = z @ weights[:split], best @ weights[split:]
    owner = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(z))))
    top = np.maximum(np.maximum.reduceat(scores, starts), nones)
    odds, none_odds = np.exp(scores - top[owner]), np.exp(nones - top)
    total = np.add.reduceat(odds, starts) + none_odds
    p, p_none = odds / total[owner], none_odds / total
    likelihood = np.log(p[right] + 1e-12).sum() + np.log(p_none[none] + 1e-12).sum()
    gradient = np.concatenate([(p - right) @ z, (p_none - none) @ best]) / len(starts)
    return float(-likelihood / len(starts) + RIDGE * weights @ weights), gradient + 2 * RIDGE * weights


def _thresholds(trials: Sequence[Trial], weights: Weights, max_wrong_answers: float) -> Thresholds:
    best = [_best(trial, weights, groups=False) for trial in trials]
    off = [_best(trial, weights, groups=True) for trial in trials]
    return Thresholds(
        answer=_lowest(best, trials, max_wrong_answers),
        suggest=HELPFUL,
        off_topic=_lowest(off, trials, max_wrong_answers),
    )


def _lowest(best: Sequence[tuple[str, float]], trials: Sequence[Trial], bearable: float) -> float:
    """Return the lowest confidence that gives a wrong reply to at most the bearable share of questions."""
    pairs = sorted(
        ((p, label != trial.right) for (label, p), trial in zip(best, trials, strict=True)), reverse=True
    )
    wrong = np.cumsum([is_wrong for _, is_wrong in pairs])
    allowed = int(np.searchsorted(wrong, bearable * len(trials), side="right"))
    return pairs[allowed - 1][0] if allowed else 1.01


def _best(trial: Trial, weights: Weights, *, groups: bool) -> tuple[str, float]:
    """Return the likeliest entry, or the likeliest off-topic group, and its probability."""
    evidence = trial.evidence
    kind = evidence.features[:, FEATURES.index("is_group")] == groups
    if not kind.any():
        return "", 0.0
    probabilities = np.where(kind, weights.probabilities(evidence), -1.0)
    at = int(np.argmax(probabilities))
    return evidence.labels[at], float(probabilities[at])
