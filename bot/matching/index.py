"""What the base says, ready to be compared with a question.

Classes are the base's entries and its off-topic groups, both learned from their phrasings. An entry is
looked at in three ways: by each of its phrasings, by all that it says taken together (phrasings and answer),
and by a classifier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.linalg
import scipy.sparse as sp

from bot.matching.grams import Floats, Ints, Vector, Vocabulary, stack
from bot.matching.lexicon import Lexicon
from bot.normalise import Question

MISS = "~"  # before an entry's id: the label of its near misses, which are asked in trials but never indexed
RIDGE = 1.0  # of the classifier
MOST_ROWS = 6000  # the classifier is solved for exactly: memory grows with their square, time with their cube


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One way of asking (or an answer), its n-grams, and the class that it belongs to."""

    label: str
    text: Question
    vector: Vector
    is_title: bool = False  # the entry's `question`: what it is about, in its author's words


@dataclass(frozen=True, slots=True)
class Scores:
    """How near a question is to each class, in each way; but for the first, a value per class."""

    similarities: Floats  # cosine with every phrasing, ordered by class
    margin: Floats  # of the classifier
    nearest: Floats  # cosine of the class's nearest phrasing
    whole: Floats  # cosine of all that it says


class Index:
    """Phrasings and answers, vectorised and classified. Immutable once built.

    Args:
        vocabulary: that the vectors were made with.
        phrasings: at least one; sorted by label.
        said: the answer of those classes that have one.
    """

    def __init__(
        self, vocabulary: Vocabulary, phrasings: Sequence[Phrasing], said: Mapping[str, Phrasing]
    ) -> None:
        self.vocabulary = vocabulary
        self.labels: list[str] = sorted({row.label for row in phrasings})
        self.texts = [row.text for row in phrasings]
        silent = Phrasing(
            "", Question("", "", "", ()), Vector(np.empty(0, np.int32), np.empty(0, np.float32))
        )
        answers = [said.get(label, silent) for label in self.labels]
        position = {label: at for at, label in enumerate(self.labels)}
        owners: Ints = np.array([position[row.label] for row in phrasings], np.int32)
        self.starts: Ints = np.searchsorted(owners, np.arange(len(self.labels) + 1)).astype(np.int32)
        self.lexicon = Lexicon(self.texts, owners, [answer.text for answer in answers])
        phrased = stack([row.vector for row in phrasings], vocabulary.size)
        answered = stack([answer.vector for answer in answers], vocabulary.size)
        self._phrased, self._answered = phrased.tocsc(), answered.tocsc()
        self._whole = _whole(phrased, answered, owners).tocsc()
        self._dual = _classifier(phrased, answered, owners)

    def scores(self, vector: Vector) -> Scores:
        """Compare a question with every class."""
        similarities = _product(self._phrased, vector)
        both = np.concatenate([similarities, _product(self._answered, vector)])
        return Scores(
            similarities=similarities,
            margin=np.asarray(both @ self._dual, np.float32),
            nearest=np.maximum.reduceat(similarities, self.starts[:-1]),
            whole=_product(self._whole, vector),
        )

    def nearest(self, at: int, similarities: Floats) -> tuple[float, Question]:
        """Return the mean cosine of the three nearest phrasings of class `at`, and the nearest one."""
        own = similarities[self.starts[at] : self.starts[at + 1]]
        return float(np.sort(own)[-3:].mean()), self.texts[self.starts[at] + int(np.argmax(own))]


def _product(matrix: sp.csc_matrix, vector: Vector) -> Floats:
    if not len(vector.columns):
        return np.zeros(matrix.shape[0], np.float32)
    return np.asarray(matrix[:, vector.columns] @ vector.weights, np.float32)


def _whole(phrased: sp.csr_matrix, answered: sp.csr_matrix, owners: Ints) -> sp.csr_matrix:
    """Return a row for each class: the direction of its phrasings plus that of its answer, of length 1."""
    ones = np.ones(len(owners), np.float32)
    members = sp.csr_matrix((ones, (owners, np.arange(len(owners)))), shape=(answered.shape[0], len(owners)))
    return _unit_rows(_unit_rows(members @ phrased) + answered)


def _unit_rows(matrix: sp.csr_matrix) -> sp.csr_matrix:
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1), np.float32)).ravel()
    return sp.csr_matrix(sp.diags(1 / np.maximum(lengths, 1e-12)) @ matrix, dtype=np.float32)


def _classifier(phrased: sp.csr_matrix, answered: sp.csr_matrix, owners: Ints) -> Floats:
    """Return a row of weights per phrasing and per answer: what being similar to it says for each class.

    Ridge regression of class membership on the n-grams, solved in its dual form (Rifkin, Yeo & Poggio 2003,
    "Regularized Least-Squares Classification"): like a linear support vector machine, but one equation.
    """
    classes = answered.shape[0]
    rows = sp.vstack([phrased, answered]).tocsr()
    target = np.zeros((rows.shape[0], classes))
    target[np.arange(rows.shape[0]), np.concatenate([owners, np.arange(classes)])] = 1
    target[len(owners) :][np.diff(answered.indptr) == 0] = 0  # no answer, nothing to learn
    if rows.shape[0] > MOST_ROWS:
        return np.zeros(target.shape, np.float32)
    kernel = (rows @ rows.T).toarray().astype(np.float64)
    kernel[np.diag_indices_from(kernel)] += RIDGE
    dual = scipy.linalg.solve(kernel, target, assume_a="pos", overwrite_a=True, check_finite=False)
    return np.ascontiguousarray(dual, np.float32)
