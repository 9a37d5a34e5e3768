"""What the base says, ready to be compared with a question.

Classes are the base's entries and its off-topic groups, both learned from their phrasings. An entry is
looked at in three ways: by each of its phrasings, by all that it says taken together (phrasings and answer),
and by a linear classifier's border.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from bot.matching.grams import Floats, Ints, Vector, Vocabulary, words
from bot.normalise import Question

MISS = "~"  # before an entry's id: the label of its near misses, which are asked in trials but never indexed
K1, B = 1.2, 0.6  # of BM25 (Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework"): usual values


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One way of asking and the class that it belongs to."""

    label: str
    text: Question


class Index:
    """Phrasings and answers, vectorised and classified. Immutable once built.

    Args:
        phrasings: at least one; their order does not matter.
        said: the answer of those classes that have one.
    """

    def __init__(self, phrasings: Sequence[Phrasing], said: Mapping[str, Question]) -> None:
        rows = sorted(phrasings, key=lambda phrasing: phrasing.label)
        self.labels: list[str] = sorted({row.label for row in rows})
        self.texts = [row.text for row in rows]
        silence = Question("", "", "", ())
        answers = [said.get(label, silence) for label in self.labels]
        position = {label: at for at, label in enumerate(self.labels)}
        owners = np.array([position[row.label] for row in rows], np.int32)
        self.starts: Ints = np.searchsorted(owners, np.arange(len(self.labels) + 1)).astype(np.int32)

        self.vocabulary = Vocabulary([*self.texts, *answers])
        phrased = self.vocabulary.matrix(self.texts)
        answered = self.vocabulary.matrix(answers)
        self._phrased = phrased.tocsc()
        self._whole = _whole(phrased, answered, owners).tocsc()
        self._bm25 = _Bm25(self.texts, answers, owners)
        self._weights, self._bias = _classifier(phrased, answered, owners)

    def similarities(self, vector: Vector) -> Floats:
        """Return the cosine of a question with every phrasing, in 0..1, ordered by class."""
        return _product(self._phrased, vector)

    def nearest(self, similarities: Floats) -> Floats:
        """Return for every class the cosine of its nearest phrasing."""
        return np.maximum.reduceat(similarities, self.starts[:-1])

    def wholes(self, vector: Vector) -> Floats:
        """Return for every class the cosine of the question with all that it says."""
        return _product(self._whole, vector)

    def relevances(self, question: Question) -> Floats:
        """Return for every class its BM25 score, divided by the best: 0..1."""
        scores = self._bm25.scores(question)
        return scores / max(float(scores.max()), 1e-6)

    def margins(self, vector: Vector) -> Floats:
        """Return for every class how far the question lies on its side of the classifier's border."""
        return np.asarray(vector.weights @ self._weights[vector.columns] + self._bias, np.float32)


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


class _Bm25:
    """BM25 over words and word pairs of everything that a class says."""

    def __init__(self, texts: Sequence[Question], answers: Sequence[Question], owners: Ints) -> None:
        counts = [Counter(words(answer)) for answer in answers]
        for text, owner in zip(texts, owners, strict=True):
            counts[owner].update(words(text))
        used = Counter(word for count in counts for word in count)
        self._columns = {word: at for at, word in enumerate(sorted(used))}
        lengths = np.array([sum(count.values()) for count in counts], np.float32)
        norm = K1 * (1 - B + B * lengths / lengths.mean())
        rows = np.repeat(np.arange(len(counts)), [len(count) for count in counts])
        columns = np.array([self._columns[word] for count in counts for word in count], np.int32)
        tf = np.array([n for count in counts for n in count.values()], np.float32)
        df = np.array([used[word] for count in counts for word in count], np.float32)
        idf = np.log(1 + (len(counts) - df + 0.5) / (df + 0.5))
        weights = idf * tf * (K1 + 1) / (tf + norm[rows])
        self._matrix = sp.csc_matrix(
            (weights.astype(np.float32), (rows, columns)), shape=(len(counts), len(self._columns))
        )

    def scores(self, question: Question) -> Floats:
        known = sorted({self._columns[word] for word in words(question) if word in self._columns})
        if not known:
            return np.zeros(self._matrix.shape[0], np.float32)
        return np.asarray(self._matrix[:, known].sum(axis=1), np.float32).ravel()


def _classifier(phrased: sp.csr_matrix, answered: sp.csr_matrix, owners: Ints) -> tuple[Floats, Floats]:
    """Return one-vs-rest weights (columns x classes) and biases, learned from phrasings and answers."""
    from sklearn.svm import LinearSVC  # takes two seconds to import, and a kept matcher never needs it

    spoken = np.flatnonzero(np.diff(answered.indptr))
    classes = answered.shape[0]
    if classes == 1:
        return np.zeros((phrased.shape[1], 1), np.float32), np.zeros(1, np.float32)
    rows = sp.vstack([phrased, answered[spoken]])
    model = LinearSVC(C=1.0, random_state=0).fit(rows, np.concatenate([owners, spoken]))
    weights, bias = model.coef_, model.intercept_
    if classes == 2:  # scikit-learn keeps one border for two classes
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return np.ascontiguousarray(weights.T, np.float32), np.asarray(bias, np.float32)
