"""Entries that sound alike: the same question twice, answered differently, or a phrasing in the wrong place.

Phrasings are compared as the matcher would read them, by the n-grams of their letters (TF-IDF, cosine). What
holds other numbers, documents or lettered points asks something else, however alike the words are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

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
_BLOCK = 512  # rows compared with all others at once, which bounds the memory

_Floats = NDArray[np.float32]


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
    """Yield every phrasing with the nearest one of another entry that holds the same numbers."""
    if not phrasings:
        return
    grams = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, dtype=np.float32)
    matrix = grams.fit_transform(phrasing.words for phrasing in phrasings)
    entry, numbers = _coded(phrasings)
    for start in range(0, len(phrasings), _BLOCK):
        cosines = (matrix[start : start + _BLOCK] @ matrix.T).toarray()
        for row, at in zip(cosines, range(start, len(phrasings)), strict=False):
            row[at] = 0
            own = entry == entry[at]
            others = np.where(own | (numbers != numbers[at]), 0, row)
            best = int(others.argmax())
            if others[best] >= STRAY:
                home = float(np.where(own, row, 0).max())
                yield _Pair(phrasings[at], phrasings[best], float(others[best]), home)


def _coded(phrasings: Sequence[_Phrasing]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return, for each phrasing, a number for its entry and one for the numbers it holds."""
    entries: dict[str, int] = {}
    numbers: dict[frozenset[str], int] = {}
    coded = [
        (entries.setdefault(one.entry.id, len(entries)), numbers.setdefault(one.numbers, len(numbers)))
        for one in phrasings
    ]
    both = np.array(coded)
    return both[:, 0], both[:, 1]
