"""Texts as weighted n-grams: words and pairs of near words, and runs of characters, without diacritics.

Each family is weighted by sublinear tf x idf and scaled to length 1, so a product of two texts is the mean of
two cosines. Words with diacritics, where typed, count beside those without: `hộ` then differs from `hồ`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from bot.normalise import Question

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

CHARACTERS = (2, 5)  # shortest and longest run of characters
NEAR = 3  # words that stand at most so far apart make a pair
FAMILIES = ("word", "character")
WEIGHTS = {"word": 0.5, "character": 0.5}  # of a family's cosine in the whole


def words(question: Question) -> list[str]:
    """Return the words of a text, pairs of near words in either order, and its words with diacritics."""
    plain = question.folded.split()
    pairs = [
        f"{word} {other}" if word < other else f"{other} {word}"
        for at, word in enumerate(plain)
        for other in plain[at + 1 : at + 1 + NEAR]
    ]
    accented = [word for word in question.text.split() if not word.isascii()]
    return [*plain, *pairs, *accented]


def characters(question: Question) -> list[str]:
    """Return the runs of characters of a text, across words too: glued and torn words still share most."""
    padded = f" {question.folded} "
    shortest, longest = CHARACTERS
    return [
        padded[at : at + size]
        for size in range(shortest, longest + 1)
        for at in range(len(padded) - size + 1)
    ]


GRAMS = {"word": words, "character": characters}


@dataclass(frozen=True, slots=True)
class Vector:
    """A text as a sparse vector: columns in rising order and their weights."""

    columns: Ints
    weights: Floats


class Vocabulary:
    """The n-grams of a set of texts and their idf; what is not in it weighs nothing.

    Args:
        texts: those to learn from, at least one.
    """

    def __init__(self, texts: Sequence[Question]) -> None:
        self._families = []
        offset = 0
        for name in FAMILIES:
            found = Counter(gram for text in texts for gram in set(GRAMS[name](text)))
            columns = {gram: offset + index for index, gram in enumerate(sorted(found))}
            frequency = np.array([found[gram] for gram in columns], dtype=np.float32)
            idf = np.log((1 + len(texts)) / (1 + frequency)) + 1
            self._families.append((GRAMS[name], columns, idf, offset, WEIGHTS[name] ** 0.5))
            offset += len(columns)
        self.size = offset

    def vector(self, text: Question) -> Vector:
        """Return the weights of a text's known n-grams."""
        columns: list[Ints] = []
        weights: list[Floats] = []
        for grams, known, idf, offset, scale in self._families:
            counts = Counter(known[gram] for gram in grams(text) if gram in known)
            if not counts:
                continue
            at = np.fromiter(counts, dtype=np.int32, count=len(counts))
            tf = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
            value = (1 + np.log(tf)) * idf[at - offset]
            columns.append(at)
            weights.append((value * (scale / np.linalg.norm(value))).astype(np.float32))
        if not columns:
            return Vector(np.empty(0, np.int32), np.empty(0, np.float32))
        return _ordered(np.concatenate(columns), np.concatenate(weights))


def stack(vectors: Sequence[Vector], size: int) -> sp.csr_matrix:
    """Return vectors as the rows of a matrix of `size` columns."""
    ends = np.cumsum([0, *(len(vector.columns) for vector in vectors)])
    columns = np.concatenate([vector.columns for vector in vectors])
    weights = np.concatenate([vector.weights for vector in vectors])
    return sp.csr_matrix((weights, columns, ends), shape=(len(vectors), size), dtype=np.float32)


def _ordered(columns: Ints, weights: Floats) -> Vector:
    order = np.argsort(columns, kind="stable")
    return Vector(columns[order], weights[order])
