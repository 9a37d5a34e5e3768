"""The evidence for each class that might answer a question, feature by feature.

Numbers only; what they are worth is learned in `bot.matching.calibrate` from the base itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from rapidfuzz import fuzz, process

from bot.matching.grams import Floats, Ints, Vocabulary
from bot.matching.index import Index
from bot.matching.lexicon import Lexicon
from bot.normalise import Question

SHORTLIST = 5  # entries taken from each ranking
GROUPS = 2  # off-topic groups taken from each, beside the entries
BLOCK = 4_000_000  # similarities held at a time

RANKINGS = ("margin", "nearest", "whole", "bm25", "runs")

FEATURES = (
    "margin",  # the classifier's, for this class
    "nearest",  # cosine of the class's nearest phrasing
    "nearest_lead",  # over the best other class
    "whole",  # cosine of all that the class says, phrasings and answer
    "whole_lead",
    "bm25",  # of all that the class says, as a share of the best class's
    "bm25_lead",
    "runs",  # the same over runs of characters
    "runs_lead",
    "strength",  # log of the BM25 itself: a stranger's best is weak
    "top3",  # mean cosine of its three nearest phrasings
    "edit",  # RapidFuzz token_sort_ratio with the nearest phrasing, 0..1
    "coverage",  # share of the question's words, weighted by rarity, that its phrasings use
    "in_answer",  # the same for its answer
    "title",  # the same for its title
    "titled",  # share of the title's words, weighted by rarity, that the question says
    "document",  # +1 names the same document, -1 only others, 0 names none
    "is_group",  # 1 for an off-topic group
    "near_miss",  # how much of what tells a `not_this` of the class from what it says the question has
    "topic",  # the classifier's margin for the entry's topic
    "category",  # and for its category
    "unknown",  # share of the question's words, weighted by rarity, that the base never uses
    "length",  # log of the number of words
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The shortlists of classes for some questions and a row of features for each pair."""

    questions: int  # how many were asked
    owners: Ints  # per pair: its question, in rising order
    classes: Ints  # per pair: its class
    features: Floats  # pairs x FEATURES


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Gathers the evidence for questions.

    Args:
        labels: of the classes, in rising order.
        vocabulary: that the base's texts were counted with.
        index: of the base's phrasings and answers.
        lexicon: of its words.
        phrasings: folded texts of the phrasings, in the index's order.
        documents: per class, the canonical tokens of the documents that it names or cites.
        groups: per class, whether it is an off-topic group.
    """

    labels: Sequence[str]
    vocabulary: Vocabulary
    index: Index
    lexicon: Lexicon
    phrasings: Sequence[str]
    documents: Sequence[frozenset[str]]
    groups: NDArray[np.bool_]

    def __call__(self, questions: Sequence[Question]) -> Evidence:
        """Return the evidence for the classes worth considering; questions are normalised as the base is."""
        size = max(1, BLOCK // len(self.phrasings))
        blocks = [self._gather(questions[at : at + size]) for at in range(0, len(questions), size)]
        return Evidence(
            questions=len(questions),
            owners=np.concatenate([block.owners + at * size for at, block in enumerate(blocks)]),
            classes=np.concatenate([block.classes for block in blocks]),
            features=np.concatenate([block.features for block in blocks]),
        )

    def _gather(self, questions: Sequence[Question]) -> Evidence:
        counts = self.vocabulary.count(questions)
        scores = self.index.scores(self.vocabulary.weigh(counts))
        overlap = self.lexicon.overlap(counts)
        rankings = np.stack([scores.margin, scores.nearest, scores.whole, overlap.relevance, overlap.runs])
        owners, classes = np.nonzero(self._shortlist(rankings))
        pairs = (owners, classes)
        nearest, top3 = self.index.closest(scores.similarities, *pairs)
        asked = [question.folded for question in questions]
        columns: dict[str, ArrayLike] = {}
        for name, values, leads in zip(RANKINGS, rankings[:, *pairs], _leads(rankings, *pairs), strict=True):
            columns |= {name: values, f"{name}_lead": leads}
        columns |= {
            "strength": overlap.strength[pairs],
            "top3": top3,
            "edit": process.cpdist(
                [asked[owner] for owner in owners],
                [self.phrasings[at] for at in nearest],
                scorer=fuzz.token_sort_ratio,
                dtype=np.float32,
            )
            / 100,
            "coverage": overlap.phrased[pairs],
            "in_answer": overlap.answered[pairs],
            "title": overlap.asked[pairs],
            "titled": overlap.titled[pairs],
            "document": [
                _agreement(questions[owner].documents, self.documents[at])
                for owner, at in zip(owners.tolist(), classes.tolist(), strict=True)
            ],
            "is_group": self.groups[classes],
            "near_miss": overlap.missed[pairs],
            "topic": scores.kin[0][pairs],
            "category": scores.kin[1][pairs],
            "unknown": overlap.unknown[owners],
            "length": np.log1p([len(text.split()) for text in asked])[owners],
        }
        features = np.column_stack([columns[name] for name in FEATURES]).astype(np.float32)
        return Evidence(len(questions), owners, classes, features)

    def _shortlist(self, rankings: Floats) -> NDArray[np.bool_]:
        """Return which classes are considered; groups never take the place of entries."""
        chosen = np.zeros(rankings.shape[1:], bool)
        for places, most in (
            (np.flatnonzero(~self.groups), SHORTLIST),
            (np.flatnonzero(self.groups), GROUPS),
        ):
            size = min(most, len(places))
            if size:
                best = np.argpartition(-rankings[:, :, places], size - 1, axis=2)[:, :, :size]
                for ranking in best:
                    np.put_along_axis(chosen, places[ranking], True, axis=1)
        return chosen


def _leads(rankings: Floats, owners: Ints, classes: Ints) -> Floats:
    """Return for each ranking and pair how far the class is ahead of the best other."""
    values = rankings[:, owners, classes]
    if rankings.shape[2] == 1:
        return np.asarray(values, np.float32)
    second, first = np.partition(rankings, -2, axis=2)[:, :, -2:].transpose(2, 0, 1)
    other = np.where(values >= first[:, owners], second[:, owners], first[:, owners])
    return np.asarray(values - other, np.float32)


def _agreement(asked: tuple[str, ...], cited: frozenset[str]) -> float:
    if not asked:
        return 0.0
    return 1.0 if cited.intersection(asked) else -1.0
