"""The words of every class, counted: BM25 and how much of a question a class covers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from bot.matching.grams import Floats, Ints, words
from bot.normalise import Question

K1, B = 1.2, 0.6  # of BM25 (Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework"): usual values


@dataclass(frozen=True, slots=True)
class Overlap:
    """What a question shares with each class; each array has a value per class, 0..1."""

    relevance: Floats  # BM25 over words and word pairs, as a share of the best class's
    phrased: Floats  # share of the question's words, weighted by rarity, that the class's phrasings use
    answered: Floats  # the same for its answer
    unknown: float  # share of the words, weighted by rarity, that no class uses


class Lexicon:
    """Counts of words and word pairs by class.

    Args:
        texts: phrasings.
        owners: the class of each.
        answers: of each class; empty where it has none.
    """

    def __init__(self, texts: Sequence[Question], owners: Ints, answers: Sequence[Question]) -> None:
        phrased: list[Counter[str]] = [Counter() for _ in answers]
        for text, owner in zip(texts, owners, strict=True):
            phrased[owner].update(words(text))
        answered = [Counter(words(answer)) for answer in answers]
        used = Counter(word for own in zip(phrased, answered, strict=True) for word in own[0] | own[1])
        self._columns = {word: at for at, word in enumerate(sorted(used))}
        self._phrased = _counts(phrased, self._columns)
        self._answered = _counts(answered, self._columns)
        lengths = np.asarray((self._phrased + self._answered).sum(axis=1), np.float32).ravel()
        self._norm = K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1e-6))
        df = np.array([used[word] for word in self._columns], np.float32)
        self._idf = np.log(1 + (len(answers) - df + 0.5) / (df + 0.5)).astype(np.float32)
        self._rarity = np.log1p(len(answers) / df).astype(np.float32)
        self.rarest = float(np.log1p(len(answers)))  # of a word that no class uses

    def rarity(self, word: str) -> float:
        """Return how few classes use a word."""
        at = self._columns.get(word)
        return self.rarest if at is None else float(self._rarity[at])

    def overlap(self, question: Question) -> Overlap:
        """Compare a question with every class."""
        known = sorted({word for word in words(question) if word in self._columns})
        at = [self._columns[word] for word in known]
        phrased, answered = self._phrased[:, at].toarray(), self._answered[:, at].toarray()
        weights = {word: self.rarity(word) for word in question.folded.split()}
        single = [place for place, word in enumerate(known) if word in weights]
        rarity = np.array([weights[known[place]] for place in single], np.float32)
        total = max(sum(weights.values()), 1e-6)
        return Overlap(
            relevance=self._bm25(phrased + answered, at),
            phrased=(phrased[:, single] > 0) @ rarity / total,
            answered=(answered[:, single] > 0) @ rarity / total,
            unknown=sum(weight for word, weight in weights.items() if word not in self._columns) / total,
        )

    def _bm25(self, tf: Floats, at: Sequence[int]) -> Floats:
        scores = (tf * (K1 + 1) / (tf + self._norm[:, None])) @ self._idf[at]
        return np.asarray(scores / max(float(scores.max()), 1e-6), np.float32)


def _counts(classes: Sequence[Counter[str]], columns: Mapping[str, int]) -> sp.csc_matrix:
    rows = np.repeat(np.arange(len(classes)), [len(own) for own in classes])
    at = np.array([columns[word] for own in classes for word in own], np.int32)
    tf = np.array([count for own in classes for count in own.values()], np.float32)
    return sp.csc_matrix((tf, (rows, at)), shape=(len(classes), len(columns)))
