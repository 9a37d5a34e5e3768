"""Words by class: BM25, and how much of a question a class says and of a title a question says."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from bot.matching.grams import Counts, Floats, Ints

K1, B = 1.2, 0.6  # of BM25 (Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework"): usual values


@dataclass(frozen=True, slots=True)
class Overlap:
    """What questions share with each class; shapes questions x classes, values 0..1."""

    relevance: Floats  # BM25 over words and word pairs, as a share of the best class's
    strength: Floats  # log of one plus the same BM25, as it is
    phrased: Floats  # share of the question's words, weighted by rarity, that the class's phrasings use
    answered: Floats  # the same for its answer
    asked: Floats  # the same for its title
    titled: Floats  # share of the title's words that the question uses
    missed: Floats  # of what tells a near miss of the class from the class, the share that the question uses
    unknown: Floats  # per question: share of its words that no class uses


class Lexicon:
    """The words of every class.

    Args:
        plain: how many of the columns are words without diacritics; they come first.
        phrased: counts of words and pairs in the phrasings of each class.
        answered: the same for the answers.
        titles: the same for the titles.
        misses: the same for near misses, a row each.
        missed: the class of each near miss, in rising order.
    """

    def __init__(
        self,
        plain: int,
        phrased: sp.csr_matrix,
        answered: sp.csr_matrix,
        titles: sp.csr_matrix,
        misses: sp.csr_matrix,
        missed: Ints,
    ) -> None:
        said = phrased + answered
        self._plain = plain
        self._classes = said.shape[0]
        self._bm25 = _bm25(said)
        used = _present(said[:, :plain])
        spread = np.asarray(used.sum(axis=0), np.float32).ravel()
        self._rarest = float(np.log1p(self._classes))  # of a word that no class uses
        self._rarity = np.log1p(self._classes / np.maximum(spread, 1)).astype(np.float32)
        self._unused = (spread == 0).astype(np.float32)
        title = _present(titles[:, :plain])
        telling = _present(misses[:, :plain])
        telling = telling - telling.multiply(used[missed])
        self._titles = np.maximum(title @ self._rarity, 1e-6)
        self._telling = np.maximum(telling @ self._rarity, 1e-6)
        self._missed = missed
        rows = [_present(phrased[:, :plain]), _present(answered[:, :plain]), title, telling]
        self._rows = sp.vstack(rows).T.tocsr().astype(np.float32)

    def overlap(self, counts: Counts) -> Overlap:
        """Compare questions with every class."""
        asked = _present(counts.words[:, : self._plain])
        asked.data = self._rarity[asked.indices]
        strange = counts.unknown * self._rarest
        total = np.maximum(asked @ np.ones(self._plain, np.float32) + strange, 1e-6)
        shared = (asked @ self._rows).toarray()
        phrased, answered, title, telling = np.split(
            shared, [self._classes, 2 * self._classes, 3 * self._classes], axis=1
        )
        missed = np.zeros((len(total), self._classes), np.float32)
        np.maximum.at(missed.T, self._missed, (telling / self._telling).T)
        relevance = (_present(counts.words) @ self._bm25).toarray()
        return Overlap(
            relevance=relevance / np.maximum(relevance.max(axis=1, keepdims=True), 1e-6),
            strength=np.log1p(relevance),
            phrased=phrased / total[:, None],
            answered=answered / total[:, None],
            asked=title / total[:, None],
            titled=title / self._titles,
            missed=missed,
            unknown=((asked @ self._unused + strange) / total).astype(np.float32),
        )


def _present(counts: sp.csr_matrix) -> sp.csr_matrix:
    return sp.csr_matrix((np.ones_like(counts.data), counts.indices, counts.indptr), shape=counts.shape)


def _bm25(said: sp.csr_matrix) -> sp.csr_matrix:
    """Return what each word is worth to each class, a row per word."""
    classes = said.shape[0]
    spread = np.bincount(said.indices, minlength=said.shape[1])
    idf = np.log(1 + (classes - spread + 0.5) / (spread + 0.5))
    lengths = np.asarray(said.sum(axis=1)).ravel()
    norm = K1 * (1 - B + B * lengths / max(lengths.mean(), 1e-6))
    rows = np.repeat(np.arange(classes), np.diff(said.indptr))
    worth = said.data * (K1 + 1) / (said.data + norm[rows]) * idf[said.indices]
    return sp.csr_matrix((worth.astype(np.float32), said.indices, said.indptr), shape=said.shape).T.tocsr()
