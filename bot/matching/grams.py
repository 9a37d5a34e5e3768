"""Texts as counted n-grams: words and pairs of near words, and runs of characters, without diacritics.

Many texts are counted at once, by arrays instead of dictionaries: a base of 100,000 phrasings holds tens of
millions of n-grams. Words with diacritics, where typed, count beside those without: `hộ` then differs from
`hồ`. Each family is weighted by sublinear tf x idf and scaled to length 1, so a product of two texts is the
mean of two cosines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from bot.normalise import Question

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Codes = NDArray[np.uint64]

CHARACTERS = (2, 5)  # shortest and longest run of characters
NEAR = 3  # words that stand at most so far apart make a pair
MANY_TEXTS = 5000  # from so many on, n-grams of a single text are left out: most of all, and worth least
MOST_TEXTS = 0.1  # share of the texts: n-grams of more are left out, they cost most and tell least
FEW = 20  # texts; nothing is left out of a tiny base
WEIGHT = 0.5  # of each family's cosine in the whole
PRIME = np.uint64(1_099_511_628_211)  # of FNV-1a; a run's code is a polynomial of its characters mod 2^64
ACCENTED = "="  # before a word with diacritics, to tell it from one without


@dataclass(frozen=True, slots=True)
class Counts:
    """How often the known n-grams occur in some texts, a row each."""

    words: (
        sp.csr_matrix
    )  # the vocabulary's words without diacritics come first, in `Vocabulary.plain` columns
    runs: sp.csr_matrix
    unknown: Ints  # words of each text that the vocabulary lacks

    def __getitem__(self, rows: Ints) -> "Counts":
        """Return the counts of some of the texts."""
        return Counts(self.words[rows], self.runs[rows], self.unknown[rows])

    def summed(self, owners: Ints, times: Floats) -> "Counts":
        """Return the counts of all texts of each owner together.

        Args:
            owners: of each text, counted from 0; none is left out.
            times: how many times each text counts.
        """
        members = sp.csr_matrix((times, (owners, np.arange(len(owners)))))
        return Counts(members @ self.words, members @ self.runs, members @ self.unknown)


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of n-gram: the codes that are known, in rising order, and their idf."""

    codes: Codes
    idf: Floats

    def count(self, owners: Ints, codes: Codes, texts: int) -> sp.csr_matrix:
        """Return how often each known code occurs in each of so many texts."""
        places = np.searchsorted(self.codes, codes)
        known = places < len(self.codes)
        known[known] = self.codes[places[known]] == codes[known]
        return _count(owners[known], places[known], texts, len(self.codes))

    def weigh(self, counts: sp.csr_matrix) -> sp.csr_matrix:
        """Return sublinear tf x idf, each row scaled to the family's share of length 1."""
        weights = (1 + np.log(counts.data)) * self.idf[counts.indices]
        rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        lengths = np.sqrt(np.bincount(rows, weights * weights, minlength=counts.shape[0]))
        scaled = (weights * (WEIGHT**0.5 / lengths[rows])).astype(np.float32)
        return sp.csr_matrix((scaled, counts.indices, counts.indptr), shape=counts.shape)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The n-grams of a set of texts and their idf; what is not in it weighs nothing. Made by `learn`."""

    plain: int  # how many of the words are without diacritics; they come first
    places: Mapping[str, int]  # words to columns
    words: Family
    runs: Family

    def count(self, texts: Sequence[Question]) -> Counts:
        """Return the known n-grams of texts."""
        owners, codes, unknown = _words(texts, self.places)
        words = self.words.count(owners, codes, len(texts))
        return Counts(words, self.runs.count(*_runs(texts), len(texts)), unknown)

    def weigh(self, counts: Counts) -> sp.csr_matrix:
        """Return counted texts as rows of weights; of length 1 but for texts without a known n-gram."""
        families = self.words.weigh(counts.words), self.runs.weigh(counts.runs)
        return sp.hstack(families, format="csr", dtype=np.float32)


def learn(texts: Sequence[Question]) -> tuple[Vocabulary, Counts]:
    """Return the vocabulary of at least one text, and how often its n-grams occur in each."""
    plain = sorted({word for text in texts for word in text.folded.split()})
    accented = sorted({word for text in texts for word in _accented(text)})
    places = {word: place for place, word in enumerate(chain(plain, accented))}
    owners, codes, unknown = _words(texts, places)
    word_family, words = _family(owners, codes, len(texts), always=len(places))
    run_family, runs = _family(*_runs(texts), len(texts))
    return Vocabulary(len(plain), places, word_family, run_family), Counts(words, runs, unknown)


def _family(owners: Ints, codes: Codes, texts: int, always: int = 0) -> tuple[Family, sp.csr_matrix]:
    """Return the n-grams worth keeping, the codes below `always` among them, and their counts."""
    found, places = np.unique(codes, return_inverse=True)
    counts = _count(owners, places, texts, len(found))
    frequency = np.bincount(counts.indices, minlength=len(found))
    least = 2 if texts >= MANY_TEXTS else 1
    kept = (frequency >= least) & (frequency <= max(MOST_TEXTS * texts, FEW)) | (found < always)
    idf = (np.log((1 + texts) / (1 + frequency[kept])) + 1).astype(np.float32)
    return Family(found[kept], idf), counts[:, np.flatnonzero(kept)]


def _words(texts: Sequence[Question], columns: Mapping[str, int]) -> tuple[Ints, Codes, Ints]:
    """Return words and pairs as codes with the text of each, and how many words of a text are unknown."""
    owners, places = _placed([text.folded.split() for text in texts], columns)
    known = places >= 0
    found = [(owners[known], places[known])]
    for gap in range(1, NEAR + 1):
        one, other = places[:-gap], places[gap:]
        pair = (owners[:-gap] == owners[gap:]) & known[:-gap] & known[gap:]
        low, high = np.minimum(one[pair], other[pair]), np.maximum(one[pair], other[pair])
        found.append((owners[:-gap][pair], len(columns) * (low + 1) + high))
    owned, accented = _placed([_accented(text) for text in texts], columns)
    found.append((owned[accented >= 0], accented[accented >= 0]))
    all_owners, codes = (np.concatenate(column) for column in zip(*found, strict=True))
    unknown = np.bincount(owners[~known], minlength=len(texts))
    return all_owners, codes.astype(np.uint64), unknown.astype(np.int64)


def _placed(tokens: Sequence[Sequence[str]], columns: Mapping[str, int]) -> tuple[Ints, Ints]:
    owners = np.repeat(np.arange(len(tokens)), [len(own) for own in tokens])
    places = (columns.get(word, -1) for word in chain.from_iterable(tokens))
    return owners, np.fromiter(places, np.int64, count=len(owners))


def _accented(text: Question) -> list[str]:
    return [ACCENTED + word for word in text.text.split() if not word.isascii()]


def _runs(texts: Sequence[Question]) -> tuple[Ints, Codes]:
    """Return the runs of characters as codes, across words too: glued and torn words still share most."""
    padded = [f" {text.folded} " for text in texts]
    characters = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), np.uint32).astype(
        np.uint64
    )
    owners = np.repeat(np.arange(len(texts)), [len(text) for text in padded])
    shortest, longest = CHARACTERS
    codes, found = characters, []
    for size in range(2, longest + 1):
        codes = codes[:-1] * PRIME + characters[size - 1 :]
        within = owners[: len(codes)] == owners[size - 1 :]
        if size >= shortest:
            found.append((owners[: len(codes)][within], codes[within]))
    all_owners, all_codes = (np.concatenate(column) for column in zip(*found, strict=True))
    return all_owners, all_codes


def _count(owners: Ints, places: Ints, texts: int, size: int) -> sp.csr_matrix:
    cells, counts = np.unique(owners * size + places, return_counts=True)
    starts = np.searchsorted(cells, np.arange(texts + 1) * size)
    values = counts.astype(np.float32), (cells % max(size, 1)).astype(np.int32), starts.astype(np.int32)
    return sp.csr_matrix(values, shape=(texts, size))
