"""The evidence for each class that might answer a question, feature by feature.

Numbers only; what they are worth is learned in `bot.matching.calibrate` from the base itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz

from bot.matching.grams import Floats
from bot.matching.index import Index
from bot.normalise import Question

SHORTLIST = 5  # classes taken from each of the four rankings

FEATURES = (
    "margin",  # the classifier's, for this class
    "margin_lead",  # over the best other class
    "nearest",  # cosine of the class's nearest phrasing
    "nearest_lead",
    "whole",  # cosine of all that the class says, phrasings and answer
    "whole_lead",
    "bm25",  # score of all that the class says, as a share of the best class's
    "bm25_lead",
    "top3",  # mean cosine of its three nearest phrasings
    "edit",  # RapidFuzz token_sort_ratio with the nearest phrasing, 0..1
    "coverage",  # share of the question's words, weighted by rarity, that its phrasings use
    "in_answer",  # the same for its answer
    "document",  # +1 names the same document, -1 only others, 0 names none
    "is_group",  # 1 for an off-topic group
    "unknown",  # share of the question's words, weighted by rarity, that the base never uses
    "near_miss",  # how much of what tells a `not_this` of the class from its phrasings the question says
    "length",  # log of the number of words
)


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a class beside its phrasings."""

    words: frozenset[str]  # folded, of its phrasings
    said: frozenset[str]  # folded, of its answer
    documents: frozenset[str]  # canonical tokens it cites
    is_group: bool
    near_misses: tuple[frozenset[str], ...]  # of each `not_this`, the words that its phrasings never use


@dataclass(frozen=True, slots=True)
class Evidence:
    """The shortlist of classes for a question and a row of features for each."""

    labels: tuple[str, ...]
    features: Floats  # len(labels) x len(FEATURES)


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Gathers the evidence for questions from one index.

    Args:
        index: of the base's phrasings and answers.
        profiles: by class.
        rarity: how few classes use each folded word of the base.
        rarest: what a word that the base never uses weighs.
    """

    index: Index
    profiles: Mapping[str, Profile]
    rarity: Mapping[str, float]
    rarest: float

    def __call__(self, question: Question) -> Evidence:
        """Return the evidence for the classes worth considering; `question` is normalised as the base is."""
        index = self.index
        vector = index.vocabulary.vector(question)
        similarities = index.similarities(vector)
        nearest = index.nearest(similarities)
        rankings = (index.margins(vector), nearest, index.wholes(vector), index.relevances(question))
        words = self._weighted(question)
        unknown = sum(weight for word, weight in words.items() if word not in self.rarity)
        shortlist = _shortlist(rankings)
        rows = [
            [
                *(
                    value
                    for scores in rankings
                    for value in (scores[at], scores[at] - _best_other(scores, at))
                ),
                *self._phrasing(question, at, similarities),
                *self._content(question, words, self.profiles[index.labels[at]]),
                unknown,
                self._near_miss(words, self.profiles[index.labels[at]]),
                np.log1p(len(words)),
            ]
            for at in shortlist
        ]
        features = np.array(rows, np.float32).reshape(len(shortlist), len(FEATURES))
        return Evidence(tuple(index.labels[at] for at in shortlist), features)

    def _weighted(self, question: Question) -> dict[str, float]:
        weights = {word: self.rarity.get(word, self.rarest) for word in question.folded.split()}
        total = sum(weights.values()) or 1.0
        return {word: weight / total for word, weight in weights.items()}

    def _phrasing(self, question: Question, at: int, similarities: Floats) -> tuple[float, float]:
        start, end = self.index.starts[at], self.index.starts[at + 1]
        own = similarities[start:end]
        closest = self.index.texts[start + int(np.argmax(own))]
        edit = fuzz.token_sort_ratio(question.folded, closest.folded) / 100
        return float(np.sort(own)[-3:].mean()), edit

    def _content(
        self, question: Question, words: Mapping[str, float], profile: Profile
    ) -> tuple[float, float, float, float]:
        return (
            sum(weight for word, weight in words.items() if word in profile.words),
            sum(weight for word, weight in words.items() if word in profile.said),
            _agreement(question.documents, profile.documents),
            float(profile.is_group),
        )

    def _near_miss(self, words: Mapping[str, float], profile: Profile) -> float:
        return max((self._said_of(words, telling) for telling in profile.near_misses), default=0.0)

    def _said_of(self, words: Mapping[str, float], telling: frozenset[str]) -> float:
        weights = {word: self.rarity.get(word, self.rarest) for word in telling}
        return sum(weight for word, weight in weights.items() if word in words) / sum(weights.values())


def _shortlist(rankings: Sequence[Floats]) -> list[int]:
    size = min(SHORTLIST, len(rankings[0]))
    return sorted({int(at) for scores in rankings for at in np.argpartition(-scores, size - 1)[:size]})


def _best_other(scores: Floats, at: int) -> float:
    others = np.partition(scores, len(scores) - 2)[-2:] if len(scores) > 1 else np.zeros(2, np.float32)
    return float(others[0] if scores[at] >= others[1] else others[1])


def _agreement(asked: tuple[str, ...], cited: frozenset[str]) -> float:
    if not asked:
        return 0.0
    return 1.0 if cited.intersection(asked) else -1.0
