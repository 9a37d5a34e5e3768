"""What the evidence is worth: learned from the base's own phrasings, left out in turn.

In each fold a share of every class's phrasings is left out of the index and asked as questions; some entries
and off-topic groups are left out whole, and theirs are questions that have no answer, near and far. From the
evidence for each of them a conditional logit learns how probable it is that a class is the right one, and
the thresholds follow from the wrong answers that these questions would have got.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bot.domain import Wishes
from bot.matching.evidence import FEATURES, Evidence, Gatherer
from bot.matching.grams import Floats, Ints
from bot.matching.material import GROUP, Phrasing
from bot.normalise import Question

FOLDS = 5
STRANGERS = 32  # every so many-th entry is left out whole in a fold: its questions look like ours
FAR_STRANGERS = 4  # and every so many-th off-topic group: its examples do not
ENOUGH = 3000  # questions asked in all; beyond that the figures no longer move
MOST_QUESTIONS = 2000  # asked in a fold
THINNED = 0.25  # share of the phrasings kept that are asked with words left out; titles always are
LEFT_OUT = (0.2, 0.7)  # least and largest share of their words
NEAR_MISSES = 0.3  # share that is asked whole: experts write down more of them than officers ask
FEWEST_WORDS = 2
FEWEST = 20  # questions with an answer, and without, that a calibration needs to mean anything
RIDGE = 0.001  # penalty on the weights, which keeps two features that say the same from cancelling out
SHOWN = 4  # candidates that suggestions hold

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Weights:
    """A conditional logit (McFadden 1974): classes compete with each other and with "none of them"."""

    mean: Floats
    scale: Floats
    classes: Numbers  # what a class's evidence is worth
    none: Numbers  # what the best evidence of the whole shortlist, and a constant, says for "none of them"

    def probabilities(self, evidence: Evidence) -> Numbers:
        """Return for each pair the probability that the class is right; a question's sum is <= 1."""
        return _shares(self._standard(evidence.features), evidence, self.classes, self.none)[0]

    def _standard(self, features: Floats) -> Numbers:
        return ((features - self.mean) / self.scale).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which probability on a question is answered, gets suggestions, or is off topic."""

    answer: float  # that the best entry is right
    suggest: float  # that one of the candidates is
    off_topic: float  # that the best group is


@dataclass(frozen=True, slots=True)
class Trial:
    """Phrasings asked as questions of an index that lacks them."""

    evidence: Evidence
    right: Flags  # per pair: whether the class answers; a question without any has no answer there
    groups: Flags  # per pair: whether the class is an off-topic group


# Where a base is too small to learn from itself: only a question that it has word for word is answered, and
# one whose words are most of them its own gets suggestions.
FALLBACK = Weights(
    mean=np.zeros(len(FEATURES), np.float32),
    scale=np.ones(len(FEATURES), np.float32),
    classes=np.array([{"coverage": 12.0}.get(name, 0.0) for name in FEATURES]),
    none=np.array([*(0.0 for _ in FEATURES), 8.0]),
)
CAUTIOUS = Thresholds(answer=0.99, suggest=0.5, off_topic=0.9)


def calibrate(
    phrasings: Sequence[Phrasing],
    prepare: Callable[[Ints], Gatherer],
    wishes: Wishes,
) -> tuple[Weights, Thresholds]:
    """Learn what the evidence is worth.

    Args:
        phrasings: of the whole base, near misses among them, sorted by label.
        prepare: indexes some of the phrasings, given by their places.
        wishes: what the thresholds have to keep.

    Returns:
        The weights, and thresholds that keep the wishes on the questions left out.
    """
    trial = _joined(list(_trials(phrasings, prepare)))
    if trial is None:
        return FALLBACK, CAUTIOUS
    answered = len(np.unique(trial.evidence.owners[trial.right]))
    if min(answered, trial.evidence.questions - answered) < FEWEST:
        return FALLBACK, CAUTIOUS
    weights = _fit(trial)
    return weights, _thresholds(trial, weights.probabilities(trial.evidence), wishes)


def _trials(phrasings: Sequence[Phrasing], prepare: Callable[[Ints], Gatherer]) -> Iterator[Trial]:
    entries = sorted({p.label for p in phrasings if not p.is_group})
    groups = sorted({p.label for p in phrasings if p.is_group})
    dice = random.Random(0)  # noqa: S311  a sample, not a secret
    folds = min(FOLDS, -(-ENOUGH * FOLDS // len(phrasings)))  # of a large base one says enough
    most = min(ENOUGH / folds, MOST_QUESTIONS)
    for fold in range(folds):
        strangers = {*_every(entries, STRANGERS, fold), *_every(groups, FAR_STRANGERS, fold)}
        kept, out = _split(phrasings, fold, strangers)
        present = {phrasings[at].label for at in kept if not phrasings[at].is_miss}
        asked = list(
            _asked([phrasings[at] for at in kept], [phrasings[at] for at in out], present, most, dice)
        )
        if not asked or all(label.startswith(GROUP) for label in present):
            continue
        gather = prepare(kept)
        evidence = gather([text for _, text in asked])
        labels = np.array([gather.labels.index(label) if label in present else -1 for label, _ in asked])
        yield Trial(evidence, labels[evidence.owners] == evidence.classes, gather.groups[evidence.classes])


def _every(labels: Sequence[str], step: int, fold: int) -> Sequence[str]:
    return labels[fold::step] if len(labels) > FOLDS else ()


def _split(phrasings: Sequence[Phrasing], fold: int, strangers: set[str]) -> tuple[Ints, Ints]:
    """Return the places of what a fold indexes, and of what it leaves out: of each class a share, or all."""
    seen: dict[tuple[str, bool], int] = defaultdict(int)
    out = np.zeros(len(phrasings), bool)
    for at, phrasing in enumerate(phrasings):
        key = (phrasing.label, phrasing.is_miss)
        out[at] = (seen[key] + len(phrasing.label)) % FOLDS == fold or phrasing.label in strangers
        seen[key] += 1
    return np.flatnonzero(~out), np.flatnonzero(out)


def _asked(
    kept: Sequence[Phrasing], out: Sequence[Phrasing], present: set[str], most: float, dice: random.Random
) -> Iterator[tuple[str | None, Question]]:
    """Yield what is asked in a fold, and its class: phrasings left out, and phrasings with words left out.

    Experts vary their wordings on purpose, officers mostly shorten the obvious one: both have to be met. What
    has no answer is shortened too, or "short" would come to mean "answered".
    """
    share = most / (len(out) + THINNED * len(kept))
    for phrasing in out:
        chance = share * (NEAR_MISSES if phrasing.is_miss else 1)
        if not phrasing.is_title and dice.random() < chance:
            yield None if phrasing.is_miss else phrasing.label, phrasing.text
    strangers = (p for p in out if p.label not in present and not p.is_miss)
    for phrasing in (*kept, *strangers):
        chance = share * (1 if phrasing.is_title else THINNED)
        if dice.random() < chance and (text := _thinned(phrasing.text, dice)):
            yield None if phrasing.is_miss else phrasing.label, text


def _thinned(text: Question, dice: random.Random) -> Question | None:
    words, folded = text.text.split(), text.folded.split()
    left_out = dice.uniform(*LEFT_OUT)
    stay = [at for at in range(len(words)) if dice.random() >= left_out]
    if len(stay) < FEWEST_WORDS:
        return None
    left = [folded[at] for at in stay]
    documents = tuple(document for document in text.documents if document in left)
    return Question("", " ".join(words[at] for at in stay), " ".join(left), documents)


def _joined(trials: Sequence[Trial]) -> Trial | None:
    if not trials:
        return None
    offsets = np.cumsum([0, *(trial.evidence.questions for trial in trials)])
    evidence = Evidence(
        questions=int(offsets[-1]),
        owners=np.concatenate(
            [trial.evidence.owners + at for trial, at in zip(trials, offsets, strict=False)]
        ),
        classes=np.concatenate([trial.evidence.classes for trial in trials]),
        features=np.concatenate([trial.evidence.features for trial in trials]),
    )
    return Trial(
        evidence,
        np.concatenate([trial.right for trial in trials]),
        np.concatenate([trial.groups for trial in trials]),
    )


def _shares(z: Numbers, evidence: Evidence, classes: Numbers, none: Numbers) -> tuple[Numbers, Numbers]:
    """Return the probability of each pair's class, and for each question that of "none of them"."""
    owners = evidence.owners
    starts = np.searchsorted(owners, np.arange(evidence.questions))
    best = np.maximum.reduceat(z, starts)
    scores, nones = z @ classes, best @ none[:-1] + none[-1]
    top = np.maximum(np.maximum.reduceat(scores, starts), nones)
    odds, none_odds = np.exp(scores - top[owners]), np.exp(nones - top)
    total = np.add.reduceat(odds, starts) + none_odds
    return odds / total[owners], none_odds / total


def _fit(trial: Trial) -> Weights:
    """Return the weights under which the right classes, or "none", are likeliest."""
    from scipy.optimize import minimize  # slow to import, and a kept matcher never needs it

    features = trial.evidence.features
    mean, scale = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-6)
    z = ((features - mean) / scale).astype(np.float64)
    starts = np.searchsorted(trial.evidence.owners, np.arange(trial.evidence.questions))
    best = np.column_stack([np.maximum.reduceat(z, starts), np.ones(len(starts))])
    best[:, FEATURES.index("is_group")] = 0  # the same for all questions, which the constant says already
    none = ~np.logical_or.reduceat(trial.right, starts)
    loss = partial(_loss, z=z, best=best, none=none, trial=trial)
    start = np.zeros(z.shape[1] + best.shape[1])
    fitted = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return Weights(mean, scale, *np.split(fitted, [z.shape[1]]))


def _loss(weights: Numbers, *, z: Numbers, best: Numbers, none: Flags, trial: Trial) -> tuple[float, Numbers]:
    """Return the mean negative log-likelihood with a ridge penalty, and its gradient."""
    p, p_none = _shares(z, trial.evidence, *np.split(weights, [z.shape[1]]))
    likelihood = np.log(p[trial.right] + 1e-12).sum() + np.log(p_none[none] + 1e-12).sum()
    gradient = np.concatenate([(p - trial.right) @ z, (p_none - none) @ best]) / len(none)
    held = np.append(weights[:-1], 0)  # all but the constant
    return float(-likelihood / len(none) + RIDGE * held @ held), gradient + 2 * RIDGE * held


def _thresholds(trial: Trial, probabilities: Numbers, wishes: Wishes) -> Thresholds:
    entries, groups = np.where(trial.groups, 0, probabilities), np.where(trial.groups, probabilities, 0)
    return Thresholds(
        answer=_lowest(trial, entries, wishes.max_wrong_answers),
        suggest=_lowest_hope(trial, entries, wishes.max_suggestions),
        off_topic=_lowest(trial, groups, wishes.max_wrong_answers),
    )


def _lowest(trial: Trial, probabilities: Numbers, bearable: float) -> float:
    """Return the lowest confidence that gives a wrong reply to at most the bearable share of questions."""
    order, starts = _ranked(trial, probabilities)
    first = order[starts]
    first = first[np.argsort(-probabilities[first], kind="stable")]
    wrong = np.cumsum(~trial.right[first])
    allowed = int(np.searchsorted(wrong, bearable * trial.evidence.questions, side="right"))
    return float(probabilities[first[allowed - 1]]) if allowed else 1.01


def _lowest_hope(trial: Trial, probabilities: Numbers, bearable: float) -> float:
    """Return the lowest hope in the candidates that is vain for at most the bearable share."""
    order, starts = _ranked(trial, probabilities)
    place = np.arange(len(order)) - starts[trial.evidence.owners]
    hope = np.add.reduceat(np.where(place < SHOWN, probabilities[order], 0), starts)
    vain = np.sort(hope[~np.logical_or.reduceat(trial.right, starts)])[::-1]
    allowed = int(bearable * len(vain))
    return float(vain[allowed - 1]) if allowed else 1.01


def _ranked(trial: Trial, probabilities: Numbers) -> tuple[Ints, Ints]:
    """Return the pairs by question, likeliest first, and where each question starts."""
    owners = trial.evidence.owners
    return np.lexsort((-probabilities, owners)), np.searchsorted(owners, np.arange(trial.evidence.questions))
