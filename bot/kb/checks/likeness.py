"""Entries that sound alike: the same question twice, answered differently, or a phrasing in the wrong place.

Phrasings are compared as the matcher would read them, by the n-grams of their letters (TF-IDF, cosine). What
holds other numbers, documents or lettered points asks something else, however alike the words are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.kb.checks.rows import PARSED, entry_at, problem_at
from bot.kb.problems import clip
from bot.kb.schema import Entry, Knowledge, Problem
from bot.normalise import Normaliser
from bot.normalise.figures import figures

ALIKE = 0.85  # cosine from which two phrasings ask the same
STRAY = 0.75  # cosine from which a phrasing may belong to another entry,
CLEARLY = 0.4  # when it is so much closer to that one than to any other phrasing of its own
FEWEST_WORDS = 4  # beside numbers: of fewer nothing can be told
_LETTERED = frozenset({"diem", "khoan", "phieu", "ben", "mau", "nhom", "loai"})  # điểm b, phiếu A, bên B
_RUNS = (3, 5)  # letters of the shortest and the longest run that is counted, with the spaces around a word
_BLOCK = 512  # rows compared with all others at once, which bounds the memory


@dataclass(frozen=True, slots=True)
class _Phrasing:
    entry: Entry
    place: int  # 0 is the question, then its variants
    words: str  # as the matcher reads them, without numbers
    numbers: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Pair:
    """A phrasing and the nearest one of another entry."""

    one: _Phrasing
    other: _Phrasing
    cosine: float
    at_home: float  # cosine with the nearest other phrasing of its own entry


def alike(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield pairs of entries with nearly the same phrasing, once each, and variants nearer to another entry.

    Entries that one of the two names in `differs_from` were told apart by an expert.
    """
    pairs = [pair for pair in _nearest(_phrasings(knowledge)) if not _told_apart(pair)]
    pairs.sort(key=lambda pair: (-pair.cosine, pair.at_home))
    told: set[frozenset[str]] = set()
    for pair in pairs:
        entries = frozenset((pair.one.entry.id, pair.other.entry.id))
        texts = frozenset((_text(pair.one), _text(pair.other)))
        if told & {entries, texts}:
            continue
        if pair.cosine >= ALIKE:
            told.add(entries)
            yield _same(knowledge, pair)
        elif _is_stray(pair):
            told.add(texts)
            yield _problem(knowledge, pair, "stray_variant")


def _told_apart(pair: _Pair) -> bool:
    one, other = pair.one.entry, pair.other.entry
    return other.id in one.differs_from or one.id in other.differs_from


def _is_stray(pair: _Pair) -> bool:
    return pair.one.place > 0 and pair.cosine - pair.at_home >= CLEARLY


def _same(knowledge: Knowledge, pair: _Pair) -> Problem:
    """Return that two entries answer one question, and whether with other figures."""
    for unit, figures_here in _amounts(pair.one.entry).items():
        figures_there = _amounts(pair.other.entry).get(unit)
        if figures_there and not figures_here.keys() & figures_there.keys():
            here, there = ", ".join(figures_here.values()), ", ".join(figures_there.values())
            return _problem(knowledge, pair, "alike_but_different", here=clip(here), there=clip(there))
    return _problem(knowledge, pair, "alike")


def _amounts(entry: Entry) -> dict[str, dict[str, str]]:
    """Return by unit what an answer states: what it says -> how it is written."""
    amounts: dict[str, dict[str, str]] = {}
    for one in figures(entry.answer[:PARSED]):
        if one.unit:
            amounts.setdefault(one.unit, {})[one.readings[0]] = one.text
    return amounts


def _problem(knowledge: Knowledge, pair: _Pair, code: str, **values: object) -> Problem:
    one, other = (_text(phrasing) for phrasing in (pair.one, pair.other))
    there = entry_at(knowledge, pair.other.entry, *_path(pair.other))
    place = knowledge.locate(there.file, *there.path)
    values |= {"value": clip(one), "other": pair.other.entry.id, "twin": clip(other)}
    values["first"] = f"{place.file}:{place.line}"
    return problem_at(knowledge, entry_at(knowledge, pair.one.entry, *_path(pair.one)), code, **values)


def _path(phrasing: _Phrasing) -> tuple[str | int, ...]:
    return ("variants", phrasing.place - 1) if phrasing.place else ("question",)


def _text(phrasing: _Phrasing) -> str:
    return phrasing.entry.phrasings[phrasing.place]


# --- comparing ------------------------------------------------------------------------------------


def _phrasings(knowledge: Knowledge) -> list[_Phrasing]:
    """Return the phrasings that are long enough to be compared."""
    years = {number: row.issued.year if row.issued else None for number, row in knowledge.documents.items()}
    normalise = Normaliser(knowledge.glossary, years)
    found = []
    for entry in knowledge.entries.values():
        for place, text in enumerate(entry.phrasings):
            words, numbers = _apart(normalise(text).folded.split())
            if len(words) >= FEWEST_WORDS:
                found.append(_Phrasing(entry, place, " ".join(words), numbers))
    return found


def _apart(tokens: Sequence[str]) -> tuple[list[str], frozenset[str]]:
    """Return the words of a phrasing and its numbers: `5`, a document, the b of "điểm b"."""
    numbers = frozenset(
        token
        for before, token in pairwise(("", *tokens))
        if not token.isalpha() or (len(token) == 1 and before in _LETTERED)
    )
    return [token for token in tokens if token not in numbers], numbers


def _nearest(phrasings: Sequence[_Phrasing]) -> Iterator[_Pair]:
    """Yield phrasings with the nearest one of another entry that holds the same numbers, from `STRAY` on."""
    if not phrasings:
        return
    matrix = _weighted([phrasing.words.split() for phrasing in phrasings])
    owners = np.array([phrasing.entry.id for phrasing in phrasings])
    for group in _by_numbers(phrasings):
        for block in np.array_split(group, -(-len(group) // _BLOCK)):
            cosines = (matrix[block] @ matrix[group].T).toarray()
            cosines[owners[block, np.newaxis] == owners[group]] = 0
            best = cosines.argmax(axis=1)
            for row in np.flatnonzero(cosines.max(axis=1) >= STRAY):
                at = int(block[row])
                home = np.flatnonzero(owners == owners[at])
                at_home = float((matrix[home[home != at]] @ matrix[at].T).max()) if len(home) > 1 else 0.0
                other = phrasings[group[best[row]]]
                yield _Pair(phrasings[at], other, float(cosines[row, best[row]]), at_home)


def _by_numbers(phrasings: Sequence[_Phrasing]) -> list[NDArray[np.intp]]:
    """Return the places of phrasings that hold the same numbers, together."""
    groups: dict[frozenset[str], list[int]] = {}
    for place, phrasing in enumerate(phrasings):
        groups.setdefault(phrasing.numbers, []).append(place)
    return [np.array(group) for group in groups.values() if len(group) > 1]


def _weighted(texts: Sequence[Sequence[str]]) -> Any:
    """Return texts of words as rows of length 1 of a sparse matrix: sublinear tf x idf of runs of letters."""
    words = sorted(set(chain.from_iterable(texts)))
    counts = _counted(texts) @ _counted([_runs(f" {word} ") for word in words])
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log((1 + len(texts)) / (1 + frequency)) + 1
    counts.data = (1 + np.log(counts.data)) * idf[counts.indices]
    rows = np.repeat(np.arange(len(texts)), np.diff(counts.indptr))
    counts.data /= np.sqrt(np.bincount(rows, counts.data**2))[rows]
    return counts.astype(np.float32)


def _counted(rows: Sequence[Sequence[str]]) -> Any:
    """Return how often each item, in the order of the alphabet, occurs in each row."""
    import scipy.sparse as sp  # slow to import, and most commands do without

    columns = {item: place for place, item in enumerate(sorted(set(chain.from_iterable(rows))))}
    places = [columns[item] for item in chain.from_iterable(rows)]
    starts = np.cumsum([0, *map(len, rows)])
    return sp.csr_matrix((np.ones(len(places)), places, starts), shape=(len(rows), len(columns)))


def _runs(word: str) -> list[str]:
    shortest, longest = _RUNS
    sizes = range(shortest, min(longest, len(word)) + 1)
    return [word[start : start + size] for size in sizes for start in range(len(word) - size + 1)]
