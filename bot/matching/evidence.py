"""The evidence for each class that might answer a question, feature by feature.

Numbers only; what they are worth is learned in `bot.matching.calibrate` from the base itself. There are few
of them on purpose: phrasings left out are not what officers ask, and every further feature learned how they
differ from it (docs/matching.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bot.matching.classifier import Classifier
from bot.matching.grams import Counts, Floats, Ints, Vocabulary
from bot.matching.lexicon import Lexicon
from bot.normalise import Question

SHORTLIST = 5  # entries taken from each ranking
GROUPS = 2  # off-topic groups taken from each, beside the entries
BLOCK = 2_000_000  # scores held at a time

FEATURES = (
    "words",  # BM25 over words and pairs of near words, over the root of the question's length
    "runs",  # BM25 over runs of characters
    "margin",  # the classifier's, where there is one
    "coverage",  # share of the question's words, weighted by rarity, that its phrasings use
    "document",  # +1 names or cites a document of the question, -1 only others, 0 for a question without any
    "near_miss",  # how much of what tells a `not_this` of the class from what it says the question has
    "is_group",  # 1 for an off-topic group
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
        lexicon: what each class says.
        classifier: of phrasings, or None where it would not be worth its time.
        documents: per class, the canonical tokens of the documents that it names or cites.
        groups: per class, whether it is an off-topic group.
    """

    labels: Sequence[str]
    vocabulary: Vocabulary
    lexicon: Lexicon
    classifier: Classifier | None
    documents: Sequence[frozenset[str]]
    groups: NDArray[np.bool_]

    def __call__(self, questions: Sequence[Question]) -> Evidence:
        """Return the evidence for the classes worth considering; questions are normalised as the base is."""
        size = max(1, BLOCK // len(self.labels))
        blocks = [self._gather(questions[at : at + size]) for at in range(0, len(questions), size)]
        return Evidence(
            questions=len(questions),
            owners=np.concatenate([block.owners + at * size for at, block in enumerate(blocks)]),
            classes=np.concatenate([block.classes for block in blocks]),
            features=np.concatenate([block.features for block in blocks]),
        )

    def _gather(self, questions: Sequence[Question]) -> Evidence:
        counts = self.vocabulary.count(questions)
        words, runs = self.lexicon.scores(counts)
        margins = self._margins(counts)
        rankings = (words, runs) if margins is None else (words, runs, margins)
        pairs = owners, classes = np.nonzero(self._shortlist(rankings))
        # Undivided, no short question would ever be sure of anything; divided by all, every one would.
        lengths = np.sqrt([max(len(question.folded.split()), 1) for question in questions])
        columns: dict[str, ArrayLike] = {
            "words": words[pairs] / lengths[owners],
            "runs": runs[pairs],
            "margin": np.zeros(len(owners)) if margins is None else margins[pairs],
            "coverage": self.lexicon.coverage(counts, owners, classes),
            "document": self._agreements(questions, owners, classes),
            "near_miss": self.lexicon.missed(counts, owners, classes),
            "is_group": self.groups[classes],
        }
        features = np.column_stack([columns[name] for name in FEATURES]).astype(np.float32)
        return Evidence(len(questions), owners, classes, features)

    def _margins(self, counts: Counts) -> Floats | None:
        return self.classifier.margins(self.vocabulary.weigh(counts)) if self.classifier else None

    def _shortlist(self, rankings: Sequence[Floats]) -> NDArray[np.bool_]:
        """Return which classes are considered; groups never take the place of entries."""
        chosen = np.zeros(rankings[0].shape, bool)
        for places, most in (
            (np.flatnonzero(~self.groups), SHORTLIST),
            (np.flatnonzero(self.groups), GROUPS),
        ):
            size = min(most, len(places))
            for ranking in rankings if size else ():
                best = np.argpartition(-ranking[:, places], size - 1, axis=1)[:, :size]
                np.put_along_axis(chosen, places[best], True, axis=1)
        return chosen

    def _agreements(self, questions: Sequence[Question], owners: Ints, classes: Ints) -> Floats:
        found = np.zeros(len(owners), np.float32)
        naming = np.array([bool(question.documents) for question in questions])
        for pair in np.flatnonzero(naming[owners]):
            asked = questions[owners[pair]].documents
            found[pair] = 1 if self.documents[classes[pair]].intersection(asked) else -1
        return found
