"""What the base says, ready to be compared with questions.

Classes are the base's entries and its off-topic groups, both learned from their phrasings. An entry is
looked at in three ways: by each of its phrasings, by all that it says taken together (phrasings and answer),
and by a classifier, which also learns what the entry is about and of what kind it is.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from bot.matching.classifier import learn
from bot.matching.grams import Floats, Ints


@dataclass(frozen=True, slots=True)
class Scores:
    """How near questions are to each class, in each way; a row per question."""

    similarities: Floats  # cosine with every phrasing, ordered by class
    nearest: Floats  # per class: cosine of its nearest phrasing
    whole: Floats  # per class: cosine of all that it says
    margin: Floats  # per class: the classifier's
    kin: Floats  # kinds of kinship x questions x classes: the classifier's margin for what a class belongs to


class Index:
    """Phrasings and answers, compared and classified. Immutable once built.

    Args:
        phrased: weights of the phrasings, ordered by class.
        owners: the class of each phrasing, in rising order; every class has one at least.
        answered: weights of each class's answer; an empty row where it has none.
        alike: `kernel` of phrasings and answers, or None; overwritten.
        kin: kinds of kinship x classes: the number of what each belongs to (its topic, its category), or -1.
    """

    def __init__(
        self, phrased: sp.csr_matrix, owners: Ints, answered: sp.csr_matrix, alike: Floats | None, kin: Ints
    ) -> None:
        self._classes = answered.shape[0]
        self.starts: Ints = np.searchsorted(owners, np.arange(self._classes + 1))
        rows = sp.vstack([phrased, answered], format="csr")
        self._rows = sp.vstack([rows, _whole(phrased, answered, owners)]).T.tocsr()
        targets, self._kin = _targets(kin)
        self._classifier = learn(rows, alike, np.concatenate([owners, np.arange(self._classes)]), targets)

    def scores(self, weights: sp.csr_matrix) -> Scores:
        """Compare questions, as weights of their n-grams, with every class."""
        products = (weights @ self._rows).toarray()
        rows, whole = products[:, : -self._classes], products[:, -self._classes :]
        similarities = rows[:, : -self._classes]
        margins = self._classifier.margins(weights, rows)
        return Scores(
            similarities=similarities,
            nearest=np.maximum.reduceat(similarities, self.starts[:-1], axis=1),
            whole=whole,
            margin=margins[:, : self._classes],
            kin=margins[:, self._kin].transpose(1, 0, 2),
        )

    def closest(self, similarities: Floats, owners: Ints, classes: Ints) -> tuple[Ints, Floats]:
        """Return for pairs of question and class the nearest phrasing and the mean cosine of the best three.

        Args:
            similarities: of each question with every phrasing.
            owners: the question of each pair.
            classes: the class of each pair.
        """
        starts, ends = self.starts[classes], self.starts[classes + 1]
        at = starts[:, None] + np.arange(max(int((ends - starts).max()), 3))
        beyond = at >= ends[:, None]
        own = similarities[owners[:, None], np.minimum(at, similarities.shape[1] - 1)]
        own[beyond] = -np.inf
        nearest = starts + own.argmax(axis=1)
        best = np.partition(own, -3, axis=1)[:, -3:]
        counted = np.isfinite(best)
        return nearest, np.where(counted, best, 0).sum(axis=1) / counted.sum(axis=1)


def _targets(kin: Ints) -> tuple[Floats, Ints]:
    """Return what each class belongs to (itself first, nothing last) and where its kin stand in that."""
    kinds, classes = kin.shape
    sizes = kin.max(axis=1) + 1
    offsets = classes + np.concatenate([[0], np.cumsum(sizes)])
    places = np.where(kin >= 0, kin + offsets[:kinds, None], offsets[-1])
    targets = np.zeros((classes, offsets[-1] + 1), np.float32)
    targets[np.arange(classes), np.vstack([np.arange(classes), places])] = 1
    targets[:, -1] = 0
    return targets, places


def _whole(phrased: sp.csr_matrix, answered: sp.csr_matrix, owners: Ints) -> sp.csr_matrix:
    """Return a row for each class: the direction of its phrasings plus that of its answer, of length 1."""
    ones = np.ones(len(owners), np.float32)
    members = sp.csr_matrix((ones, (owners, np.arange(len(owners)))), shape=(answered.shape[0], len(owners)))
    return _unit_rows(_unit_rows(members @ phrased) + answered)


def _unit_rows(matrix: sp.csr_matrix) -> sp.csr_matrix:
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1), np.float32)).ravel()
    return sp.csr_matrix(sp.diags(1 / np.maximum(lengths, 1e-12)) @ matrix, dtype=np.float32)
