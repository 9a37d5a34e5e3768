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
    runs: Floats  # BM25 over runs of characters, as a share of the best class's
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
        phrased: words and pairs in the phrasings of each class, counted.
        answered: the same for the answers.
        titles: the same for the titles.
        misses: the same for near misses, a row each.
        runs: runs of characters in phrasings and answers of each class, counted.
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
        runs: sp.csr_matrix,
    ) -> None:
        said = phrased + answered
        used = _present(said)
        spread = np.asarray(used.sum(axis=0), np.float32).ravel()
        rarity = np.log1p(said.shape[0] / np.maximum(spread, 1)).astype(np.float32)
        rarity[plain:] = 0  # words with diacritics and pairs say again what plain words say
        self._rarity, self._unused = rarity, rarity * (spread == 0)
        self._rarest = float(np.log1p(said.shape[0]))  # of a word that no class uses
        telling = _present(misses)
        telling -= telling.multiply(used[missed])
        self._titles = np.maximum(_present(titles) @ rarity, 1e-6)
        self._telling = np.maximum(telling @ rarity, 1e-6)
        self._missed = missed
        parts = [_present(part).multiply(rarity) for part in (phrased, answered, titles)]
        parts = [_bm25(said), *parts, telling.multiply(rarity)]
        self._rows = sp.vstack(parts).T.tocsr().astype(np.float32)
        self._rows.eliminate_zeros()
        self._ends = said.shape[0] * np.arange(1, 5)
        self._runs = _bm25(runs).T.tocsr()

    def overlap(self, counts: Counts) -> Overlap:
        """Compare questions with every class."""
        asked = _present(counts.words)
        strange = counts.unknown * self._rarest
        total = np.maximum(asked @ self._rarity + strange, 1e-6)
        shared = (asked @ self._rows).toarray()
        relevance, phrased, answered, title, telling = np.split(shared, self._ends, axis=1)
        missed = np.zeros_like(relevance)
        np.maximum.at(missed.T, self._missed, (telling / self._telling).T)
        return Overlap(
            relevance=_shares(relevance),
            strength=np.log1p(relevance),
            runs=_shares((_present(counts.runs) @ self._runs).toarray()),
            phrased=phrased / total[:, None],
            answered=answered / total[:, None],
            asked=title / total[:, None],
            titled=title / self._titles,
            missed=missed,
            unknown=((asked @ self._unused + strange) / total).astype(np.float32),
        )


def _shares(scores: Floats) -> Floats:
    """Return the scores of each question as shares of its best one."""
    return np.asarray(scores / np.maximum(scores.max(axis=1, keepdims=True), 1e-6), np.float32)


def _present(counts: sp.csr_matrix) -> sp.csr_matrix:
    return sp.csr_matrix((np.ones_like(counts.data), counts.indices, counts.indptr), shape=counts.shape)


def _bm25(said: sp.csr_matrix) -> sp.csr_matrix:
    """Return what each word is worth to each class, a row per class."""
    classes = said.shape[0]
    spread = np.bincount(said.indices, minlength=said.shape[1])
    idf = np.log(1 + (classes - spread + 0.5) / (spread + 0.5))
    lengths = np.asarray(said.sum(axis=1)).ravel()
    norm = K1 * (1 - B + B * lengths / max(lengths.mean(), 1e-6))
    rows = np.repeat(np.arange(classes), np.diff(said.indptr))
    worth = said.data * (K1 + 1) / (said.data + norm[rows]) * idf[said.indices]
    return sp.csr_matrix((worth.astype(np.float32), said.indices, said.indptr), shape=said.shape)
