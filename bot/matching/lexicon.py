"""What each class says, n-gram by n-gram, and how much of a question that accounts for.

A class is an entry, with its phrasings and its answer, or an off-topic group with its examples. All that it
says counts as one text: BM25 (Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework") over words
and pairs of them, and over runs of characters, says which class a question sounds like.
"""

import numpy as np
import scipy.sparse as sp

from bot.matching.grams import Counts, Floats, Ints

K1, B = 1.2, 0.6  # of BM25: the usual values


class Lexicon:
    """The n-grams of every class. Immutable once built.

    Args:
        plain: how many of the word columns are words without diacritics; they come first.
        phrased: n-grams in the phrasings of each class, counted.
        answered: the same for the answers.
        misses: words of near misses, a row each.
        missed: the class of each near miss, in rising order.
    """

    def __init__(self, plain: int, phrased: Counts, answered: Counts, misses: sp.csr_matrix, missed: Ints):
        words = phrased.words + answered.words
        self._words = _bm25(words).T.tocsr()
        self._runs = _bm25(phrased.runs + answered.runs).T.tocsr()
        used = _present(words)
        spread = np.asarray(used.sum(axis=0), np.float32).ravel()
        rarity = np.log1p(used.shape[0] / np.maximum(spread, 1)).astype(np.float32)
        rarity[plain:] = 0  # words with diacritics and pairs say again what plain words say
        self._rarity, self._rarest = (
            rarity,
            float(np.log1p(used.shape[0])),
        )  # the latter of a word that is new
        self._phrased = _weighed(phrased.words, rarity)
        telling = _present(misses)
        telling -= telling.multiply(used[missed])
        self._telling = _unit_sums(_weighed(telling, rarity)).T.tocsr()
        self._misses = np.searchsorted(missed, np.arange(used.shape[0] + 1))

    def scores(self, counts: Counts) -> tuple[Floats, Floats]:
        """Return the BM25 of questions with every class, over words and over runs: questions x classes."""
        by_words = (_present(counts.words) @ self._words).toarray()
        return by_words, (_present(counts.runs) @ self._runs).toarray()

    def coverage(self, counts: Counts, owners: Ints, classes: Ints) -> Floats:
        """Return for pairs of question and class the share of the question that the phrasings use, 0..1.

        Words count by their rarity.
        """
        asked = _present(counts.words)
        total = asked @ self._rarity + counts.unknown * self._rarest
        shared = np.asarray(asked[owners].multiply(self._phrased[classes]).sum(axis=1)).ravel()
        return np.asarray(shared / np.maximum(total, 1e-6)[owners], np.float32)

    def missed(self, counts: Counts, owners: Ints, classes: Ints) -> Floats:
        """Return for pairs how much the question has of what tells a near miss of the class from it, 0..1."""
        found = np.zeros(len(owners), np.float32)
        starts, ends = self._misses[classes], self._misses[classes + 1]
        if (ends > starts).any():
            shares = (_present(counts.words) @ self._telling).toarray()
            for pair in np.flatnonzero(ends > starts):
                found[pair] = shares[owners[pair], starts[pair] : ends[pair]].max()
        return found


def _present(counts: sp.csr_matrix) -> sp.csr_matrix:
    return sp.csr_matrix((np.ones_like(counts.data), counts.indices, counts.indptr), shape=counts.shape)


def _weighed(counts: sp.csr_matrix, rarity: Floats) -> sp.csr_matrix:
    """Return the rarity of the words that stand in each row; a word without one is left out."""
    weighed = sp.csr_matrix(_present(counts).multiply(rarity), dtype=np.float32)
    weighed.eliminate_zeros()
    return weighed


def _unit_sums(rows: sp.csr_matrix) -> sp.csr_matrix:
    """Return rows scaled to a sum of 1; empty ones stay empty."""
    sums = np.maximum(np.asarray(rows.sum(axis=1)).ravel(), 1e-6)
    return sp.csr_matrix(sp.diags(1 / sums) @ rows, dtype=np.float32)


def _bm25(said: sp.csr_matrix) -> sp.csr_matrix:
    """Return what each n-gram is worth to each class, a row per class."""
    classes = said.shape[0]
    spread = np.bincount(said.indices, minlength=said.shape[1])
    idf = np.log(1 + (classes - spread + 0.5) / (spread + 0.5))
    lengths = np.asarray(said.sum(axis=1)).ravel()
    norm = K1 * (1 - B + B * lengths / max(lengths.mean(), 1e-6))
    rows = np.repeat(np.arange(classes), np.diff(said.indptr))
    worth = said.data * (K1 + 1) / (said.data + norm[rows]) * idf[said.indices]
    return sp.csr_matrix((worth.astype(np.float32), said.indices, said.indptr), shape=said.shape)
