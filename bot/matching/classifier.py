"""A linear classifier over n-grams: which class a text belongs to, learned from the texts of all of them."""

from typing import Protocol

import numpy as np
import scipy.linalg
import scipy.sparse as sp

from bot.matching.grams import Floats, Ints

RIDGE = 0.5  # penalty on the weights of the machine
MOVES = 20  # of its targets
MOST_ROWS = 8000  # that it is solved for: memory grows with their square, time with their cube
COST = 2.0  # of a wrong side in the support vector machine (C)
MOST_CELLS = 4_000_000  # rows x classes that one is trained for, as it learns the classes one by one


class Classifier(Protocol):
    """Says how far on the right side of each class's border texts lie."""

    def margins(self, weights: sp.csr_matrix, similarities: Floats) -> Floats:
        """Return questions x targets.

        Args:
            weights: of the questions' n-grams.
            similarities: of the questions with each row that the classifier learned from.
        """


def kernel(rows: sp.csr_matrix) -> Floats | None:
    """Return how similar texts are to each other, for `learn`; None where they are too many to be used."""
    return (rows @ rows.T).toarray() if rows.shape[0] <= MOST_ROWS else None


def learn(rows: sp.csr_matrix, alike: Floats | None, owners: Ints, targets: Floats) -> Classifier:
    """Return the best classifier that can be learned within seconds.

    Args:
        rows: weights of texts, a row each.
        alike: their `kernel`; overwritten.
        owners: the class of each.
        targets: classes x targets, 1 where a class belongs to a target; the first targets are the classes.
    """
    spoken = np.diff(rows.indptr) > 0  # a class without an answer has nothing to teach there
    if alike is not None:
        return Machine(alike, (2 * targets[owners] - 1) * spoken[:, None])
    if len(owners) * len(targets) <= MOST_CELLS:
        return Support(rows[spoken], owners[spoken], targets.shape[1])
    return Silence(targets.shape[1])


class Machine:
    """A support vector machine with squared hinge loss, each class against the rest, solved for all at once.

    Wherever a text lies beyond the border of its side, its target moves along with it; what is left is ridge
    regression on these targets, solved with one factor of the kernel however often they move. Majorization
    as in Groenen, Nalbantov & Bioch 2008, "SVM-Maj"; momentum as in Nesterov 1983.
    """

    def __init__(self, alike: Floats, sides: Floats) -> None:
        alike += 1  # an offset for every class
        alike[np.diag_indices_from(alike)] += RIDGE
        factor = scipy.linalg.cho_factor(alike, overwrite_a=True, check_finite=False)
        targets = before = sides
        for step in range(MOVES):
            self._dual = scipy.linalg.cho_solve(factor, targets, check_finite=False)
            moved = sides * np.maximum(1, sides * (targets - RIDGE * self._dual))
            targets, before = moved + step / (step + 3) * (moved - before), moved

    def margins(self, weights: sp.csr_matrix, similarities: Floats) -> Floats:
        """See `Classifier`."""
        return np.asarray(similarities @ self._dual + self._dual.sum(axis=0), np.float32)


class Support:
    """A linear support vector machine, each class against the rest (Fan et al. 2008, "LIBLINEAR")."""

    def __init__(self, rows: sp.csr_matrix, owners: Ints, targets: int) -> None:
        from sklearn.svm import LinearSVC  # slow to import, and most bases do without

        machine = LinearSVC(C=COST, random_state=0).fit(rows, owners)
        self._slopes = np.zeros((rows.shape[1], targets), np.float32)
        self._slopes[:, machine.classes_] = machine.coef_.T
        self._offsets = np.zeros(targets, np.float32)
        self._offsets[machine.classes_] = machine.intercept_

    def margins(self, weights: sp.csr_matrix, similarities: Floats) -> Floats:
        """See `Classifier`."""
        return np.asarray(weights @ self._slopes + self._offsets, np.float32)


class Silence:
    """Where there is too much to learn in reasonable time: says nothing."""

    def __init__(self, targets: int) -> None:
        self._targets = targets

    def margins(self, weights: sp.csr_matrix, similarities: Floats) -> Floats:
        """See `Classifier`."""
        return np.zeros((weights.shape[0], self._targets), np.float32)
