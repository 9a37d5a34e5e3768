"""The evidence for each class that might answer a question, feature by feature.

Numbers only; what they are worth is learned in `bot.matching.calibrate` from the base itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz

from bot.matching.grams import Floats
from bot.matching.index import Index
from bot.normalise import Question

SHORTLIST = 5  # classes taken from each of the rankings

FEATURES = (
    "margin",  # the classifier's, for this class
    "margin_lead",  # over the best other class
    "nearest",  # cosine of the class's nearest phrasing
    "nearest_lead",
    "whole",  # cosine of all that the class says, phrasings and answer
    "whole_lead",
    "bm25",  # of all that the class says, as a share of the best class's
    "bm25_lead",
    "top3",  # mean cosine of its three nearest phrasings
    "edit",  # RapidFuzz token_sort_ratio with the nearest phrasing, 0..1
    "coverage",  # share of the question's words, weighted by rarity, that its phrasings use
    "in_answer",  # the same for its answer
    "title",  # the same for its title
    "titled",  # share of the title's words, weighted by rarity, that the question says
    "document",  # +1 names the same document, -1 only others, 0 names none
    "is_group",  # 1 for an off-topic group
    "near_miss",  # how much of what tells a `not_this` of the class from what it says the question has
    "unknown",  # share of the question's words, weighted by rarity, that the base never uses
    "length",  # log of the number of words
)


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a class beside its phrasings and its answer."""

    title: frozenset[str]  # words of the entry's own question; empty for a group
    documents: frozenset[str]  # canonical tokens it cites
    is_group: bool
    near_misses: tuple[frozenset[str], ...]  # of each `not_this`, the words that it never says itself


@dataclass(frozen=True, slots=True)
class Evidence:
    """The shortlist of classes for a question and a row of features for each."""

    labels: tuple[str, ...]
    features: Floats  # len(labels) x len(FEATURES)


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Gathers the evidence for questions from an index.

    Args:
        index: of the base's phrasings and answers.
        profiles: of the index's classes, in their order.
    """

    index: Index
    profiles: Sequence[Profile]

    def __call__(self, question: Question) -> Evidence:
        """Return the evidence for the classes worth considering; `question` is normalised as the base is."""
        index = self.index
        scores = index.scores(index.vocabulary.vector(question))
        overlap = index.lexicon.overlap(question)
        rankings = np.stack([scores.margin, scores.nearest, scores.whole, overlap.relevance])
        chosen = _shortlist(rankings)
        features = np.empty((len(chosen), len(FEATURES)), np.float32)
        leads = rankings[:, chosen] - _best_other(rankings, chosen)
        features[:, 0:8:2], features[:, 1:8:2] = rankings[:, chosen].T, leads.T
        features[:, 10], features[:, 11] = overlap.phrased[chosen], overlap.answered[chosen]
        words = frozenset(question.folded.split())
        for place, at in enumerate(chosen):
            profile = self.profiles[at]
            features[place, 8], closest = index.nearest(at, scores.similarities)
            features[place, 9] = fuzz.token_sort_ratio(question.folded, closest.folded) / 100
            features[place, 12] = self._share(words, profile.title)
            features[place, 13] = self._share(profile.title, words)
            features[place, 14] = _agreement(question.documents, profile.documents)
            features[place, 15] = profile.is_group
            features[place, 16] = max(
                (self._share(telling, words) for telling in profile.near_misses), default=0
            )
        features[:, 17], features[:, 18] = overlap.unknown, np.log1p(len(words))
        return Evidence(tuple(index.labels[at] for at in chosen), features)

    def _share(self, of: frozenset[str], said: frozenset[str]) -> float:
        """Return the share of some words, weighted by rarity, that are said."""
        rarity = self.index.lexicon.rarity
        total = sum(rarity(word) for word in of)
        return sum(rarity(word) for word in of & said) / total if total else 0.0


def _shortlist(rankings: Floats) -> list[int]:
    size = min(SHORTLIST, rankings.shape[1])
    best = np.argpartition(-rankings, size - 1, axis=1)[:, :size]
    return [int(at) for at in np.unique(best)]


def _best_other(rankings: Floats, chosen: Sequence[int]) -> Floats:
    """Return for each ranking and chosen class the best value of the other classes."""
    if rankings.shape[1] == 1:
        return np.zeros((len(rankings), len(chosen)), np.float32)
    second, first = np.sort(np.partition(rankings, -2, axis=1)[:, -2:], axis=1).T
    other = np.where(rankings[:, chosen] >= first[:, None], second[:, None], first[:, None])
    return np.asarray(other, np.float32)


def _agreement(asked: tuple[str, ...], cited: frozenset[str]) -> float:
    if not asked:
        return 0.0
    return 1.0 if cited.intersection(asked) else -1.0
