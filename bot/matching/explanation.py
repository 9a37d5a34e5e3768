"""Why a question gets what it gets: what each feature adds to the score of each class.

Nothing is estimated here. A class's probability follows from a score that is a sum over the features, and so
does that of "none of them"; the sums are taken apart again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.kb import Knowledge
from bot.matching.calibrate import Numbers, Weights
from bot.matching.evidence import FEATURES, Evidence, Gatherer
from bot.matching.grams import Floats, Vocabulary
from bot.matching.material import GROUP
from bot.normalise import Normaliser, Question

CONSTANT = "constant"  # what "none of them" has before any evidence
VERBATIM = "verbatim"  # what the rule adds that a phrasing of one entry alone is surely found
PARTS = (*FEATURES, CONSTANT, VERBATIM)  # that scores consist of


@dataclass(frozen=True, slots=True)
class Contender:
    """A class that was considered, or "none of them", and what speaks for it."""

    name: str  # an entry's id, a group's name, or "" for "none of them"
    is_group: bool
    probability: float  # that it is right, 0..1
    nearest: str  # its phrasing nearest to the question, as its author wrote it; "" for "none of them"
    features: Mapping[str, float]  # as measured; of "none of them" the best of all that was considered
    worth: Mapping[str, float]  # what each part adds to the score, in log-odds

    def lead(self, other: "Contender") -> list[tuple[str, float]]:
        """Return what each part speaks for this contender against another, most for this one first.

        Between two classes a feature's contribution is its learned weight x the difference of the two
        standardised values; "none of them" has weights of its own, for the best values of all classes.
        Contributions are log-odds, so they add up to log(self.probability / other.probability).
        """
        points = {part: self.worth.get(part, 0.0) - other.worth.get(part, 0.0) for part in PARTS}
        return sorted(points.items(), key=lambda one: -one[1])


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a question was understood and what was considered for it."""

    question: Question
    documents: Mapping[str, str | None]  # token in the question -> number as the base writes it, if it has it
    unknown: tuple[str, ...]  # words that no entry and no group uses
    classes: tuple[Contender, ...]  # likeliest first; none for a question without words
    none: Contender


def explain(
    question: Question,
    knowledge: Knowledge,
    *,
    normalise: Normaliser,
    gather: Gatherer,
    weights: Weights,
    verbatim: str | None,
    least: float,
) -> Explanation:
    """Return what speaks for and against each class that is considered for a question.

    Args:
        question: normalised.
        knowledge: the base that everything below was built from.
        normalise: as the base's texts were.
        gather: the evidence.
        weights: what the evidence is worth.
        verbatim: the class that alone has the question as a phrasing, word for word, if there is one.
        least: the probability that such a class gets at least, 0..1.
    """
    documents = _documents(question, knowledge, normalise)
    if not question.folded:
        return Explanation(question, documents, (), (), Contender("", False, 1.0, "", {}, {}))
    evidence = gather([question])
    labels = [gather.labels[at] for at in evidence.classes]
    worths, none = _worths(evidence, weights)
    _assure(worths, none, labels, verbatim, least)
    scores = np.array([sum(worth.values()) for worth in (*worths, none)])
    shares = np.exp(scores - np.logaddexp.reduce(scores)).tolist()
    texts = _texts(knowledge)
    classes = [
        Contender(
            label.removeprefix(GROUP),
            label.startswith(GROUP),
            share,
            _nearest(question, texts[label], normalise, gather.vocabulary),
            _by_feature(features),
            worth,
        )
        for label, share, features, worth in zip(labels, shares, evidence.features, worths, strict=False)
    ]
    return Explanation(
        question,
        documents,
        _unknown(question, gather.vocabulary),
        tuple(sorted(classes, key=lambda one: (-one.probability, one.name))),
        Contender("", False, shares[-1], "", _by_feature(evidence.features.max(axis=0)), none),
    )


def _worths(evidence: Evidence, weights: Weights) -> tuple[list[dict[str, float]], dict[str, float]]:
    """Return what each feature adds to the score of each class and of "none of them"; see `Weights`."""
    standard = (evidence.features - weights.mean) / weights.scale
    classes = [_by_feature(row) for row in standard * weights.classes]
    none = _by_feature(standard.max(axis=0) * weights.none[:-1])
    return classes, none | {CONSTANT: float(weights.none[-1])}


def _by_feature(values: Floats | Numbers) -> dict[str, float]:
    return dict(zip(FEATURES, values.tolist(), strict=True))


def _assure(
    worths: Sequence[dict[str, float]],
    none: Mapping[str, float],
    labels: Sequence[str],
    verbatim: str | None,
    least: float,
) -> None:
    """Add to the verbatim class what lifts it to the least probability: the same against all others."""
    if verbatim not in labels:
        return
    at = labels.index(verbatim)
    others = [sum(worth.values()) for worth in (*worths[:at], *worths[at + 1 :], none)]
    log_odds = sum(worths[at].values()) - float(np.logaddexp.reduce(others))
    worths[at][VERBATIM] = max(0.0, float(np.log(least / (1 - least))) - log_odds)


def _documents(question: Question, knowledge: Knowledge, normalise: Normaliser) -> dict[str, str | None]:
    if not question.documents:
        return {}
    numbers = {token: number for number in knowledge.documents for token in normalise(number).documents}
    return {token: numbers.get(token) for token in question.documents}


def _unknown(question: Question, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the words of a question that the base does not use, once each, as they were understood."""
    pairs = dict(zip(question.folded.split(), question.text.split(), strict=True))
    return tuple(
        text
        for folded, text in pairs.items()
        if folded not in vocabulary.places and folded not in question.documents
    )


def _texts(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """Return the phrasings of every class."""
    entries = {entry.id: entry.phrasings for entry in knowledge.entries.values()}
    return entries | {GROUP + group.group: group.examples for group in knowledge.off_topic}


def _nearest(question: Question, texts: Sequence[str], normalise: Normaliser, words: Vocabulary) -> str:
    rows = words.weigh(words.count([question, *map(normalise, texts)]))
    return texts[int((rows[1:] @ rows[0].T).toarray().argmax())]
