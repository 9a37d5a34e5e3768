"""A linear classifier over n-grams: which class a text belongs to, learned from the phrasings of all of them.

It pays where a class has dozens of phrasings, most of them real questions, and it takes long to learn: one
class after the other, each against all the rest. A base of experts' phrasings is matched better, and is
built many times as fast, without one (docs/matching.md).
"""

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp

from bot.matching.grams import Floats, Ints

COST = 2.0  # of a wrong side (C)
SPARE = 3  # phrasings a class, on average, below which there is nothing to learn
FEW = 2500  # phrasings that it learns from within a second or two
RICH = 40  # phrasings a class, on average, from which on it is worth minutes


class Classifier:
    """A linear support vector machine, each class against the rest (Fan et al. 2008, "LIBLINEAR")."""

    def __init__(self, rows: sp.csr_matrix, owners: Ints) -> None:
        from sklearn.svm import LinearSVC  # slow to import, and most bases do without

        machine = LinearSVC(C=COST, random_state=0).fit(rows, owners)
        two = len(machine.classes_) == 2  # of which it keeps one border only
        slopes, offsets = machine.coef_.T, machine.intercept_
        self._slopes = np.hstack([-slopes, slopes] if two else [slopes]).astype(np.float32)
        self._offsets = np.concatenate([-offsets, offsets] if two else [offsets]).astype(np.float32)

    def margins(self, weights: sp.csr_matrix) -> Floats:
        """Return how far on the right side of each class's border texts lie, texts x classes.

        Args:
            weights: of the texts' n-grams.
        """
        return np.asarray(weights @ self._slopes + self._offsets, np.float32)


def learn(weigh: Callable[[], sp.csr_matrix], owners: Ints) -> Classifier | None:
    """Return a classifier where one is worth its time, else None.

    Args:
        weigh: returns the weights of the phrasings' n-grams, a row each.
        owners: the class of each, counted from 0; every class has one at least.
    """
    classes = len(np.unique(owners))
    least = SPARE if len(owners) <= FEW else RICH
    return Classifier(weigh(), owners) if classes > 1 and len(owners) >= least * classes else None
