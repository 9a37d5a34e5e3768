"""Abbreviations and chat spellings: which of them a message means, and what it says in full."""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from bot.normalise.letters import clean, fold
from bot.normalise.syllables import FOLDED

LONGEST: Final = 6  # tokens of the longest abbreviation that is looked up
NUMBER_FOLLOWS: Final = "#"

_WITH_DIGIT: Final = re.compile(r"[^\W\d_]+[0-9]+")
_DECIMAL: Final = re.compile(r"([a-z]+)([0-9]+\.[0-9]+)")
# fmt: off
_COUNTED: Final = frozenset((
    "nam", "thang", "tuan", "ngay", "lan", "gio", "tuoi",
    "trieu", "tr", "trd", "ty", "nghin", "ngan", "k", "dong", "phan", "m2", "kg", "ha",
))
# fmt: on
_LETTERED: Final = frozenset({"diem", "khoan"})
_NO_PART_OF_A_LAW: Final = frozenset({"tai khoan", "dia diem", "thoi diem", "thi diem", "dac diem"})

Spell = Callable[[str, Container[str]], tuple[str, ...]]
"""Cuts a text into tokens spelled as in messages; those in the container keep their digits (da1)."""


class Abbreviation(Protocol):
    """A row of glossary.yaml."""

    @property
    def short(self) -> str:
        """What people type."""

    @property
    def full(self) -> str:
        """What it means; empty when it means nothing (a greeting)."""

    @property
    def near(self) -> Sequence[str]:
        """Words of which one must be in the message; `#`: a number must follow; empty: no condition."""


@dataclass(frozen=True, slots=True)
class _Sense:
    """One way to type one row, ready to be compared with folded tokens."""

    short: tuple[str, ...]  # folded
    full: tuple[str, ...]
    near: tuple[str, ...] = ()
    spelled: str | None = None  # the first token with its marks, when it could be mistaken for a word
    apart: bool = False  # the glossary writes its digits glued to the letters
    keep: bool = False  # a full form that holds its own abbreviation: only shields it

    def is_meant(self, words: Sequence[str], place: int, context: "_Context") -> bool:
        """Tell whether the message means this at `place`."""
        after = place + len(self.short)
        if len(self.short) > 1 and tuple(context.folded[place:after]) != self.short:
            return False  # the first token is how this sense was found
        # "đã 1 năm" is no "dự án 1": whoever typed the marks did not abbreviate.
        if self.spelled is not None and words[place] not in (self.short[0], self.spelled):
            return False
        if self.apart and context.counts(place, after):
            return False
        if len(self.short) == 1 == len(self.short[0]) and context.letters_a_point(place):
            return False
        return context.holds(self.near, after)


class _Context:
    """The message that decides between senses; answers are kept, since a message may repeat itself."""

    __slots__ = ("_answers", "_text", "folded")

    def __init__(self, text: str) -> None:
        self.folded = text.split(" ")
        self._text = f" {text} "
        self._answers: dict[tuple[str, ...], bool] = {}

    def holds(self, near: tuple[str, ...], after: int) -> bool:
        """Tell whether one of `near` is in the message, or a number stands at `after`."""
        if not near or (NUMBER_FOLLOWS in near and self._is_number(after)):
            return True
        answer = self._answers.get(near)
        if answer is None:
            answer = any(f" {phrase} " in self._text for phrase in near if phrase != NUMBER_FOLLOWS)
            self._answers[near] = answer
        return answer

    def counts(self, place: int, after: int) -> bool:
        """Tell whether the number before `after` counts something: đã 1 năm, tối đa 3 triệu."""
        if place and self.folded[place - 1] == "toi":
            return True
        if after >= len(self.folded) or self.folded[after] not in _COUNTED:
            return False
        return not self._is_number(after + 1)  # "da 1 nam 2023" is dự án 1

    def letters_a_point(self, place: int) -> bool:
        """Tell whether a letter at `place` names a part of a law: "điểm k khoản 1", yet not "140 điểm k"."""
        if place == 0 or self.folded[place - 1] not in _LETTERED or self._is_number(place - 2):
            return False
        return " ".join(self.folded[max(place - 2, 0) : place]) not in _NO_PART_OF_A_LAW

    def _is_number(self, place: int) -> bool:
        return 0 <= place < len(self.folded) and self.folded[place][0].isdigit()


@dataclass(frozen=True, slots=True)
class Glossary:
    """All senses by the first token of what people type, the longest first. Immutable."""

    _senses: dict[str, tuple[_Sense, ...]] = field(default_factory=dict)
    whole: frozenset[str] = frozenset()
    """Folded tokens of letters and digits that are looked up as they stand (da1)."""

    @classmethod
    def of(cls, rows: Iterable[Abbreviation], spell: Spell) -> "Glossary":
        """Read `rows`; `spell` cuts and spells a text the way messages are."""
        rows = tuple(rows)
        whole = frozenset(word for row in rows for word in _WITH_DIGIT.findall(fold(clean(row.short))))
        senses: dict[str, list[_Sense]] = {}
        for row in rows:
            for sense in _read(row, spell, whole):
                senses.setdefault(sense.short[0], []).append(sense)
        ordered = {
            first: tuple(sorted(found, key=lambda sense: (-len(sense.short), not sense.keep)))
            for first, found in senses.items()
        }
        return cls(ordered, whole)

    def words(self) -> frozenset[str]:
        """Return every folded token that is part of an abbreviation."""
        all_senses = (sense for found in self._senses.values() for sense in found if not sense.keep)
        return frozenset(word for sense in all_senses for word in sense.short)

    def expand(self, words: Sequence[str]) -> list[str]:
        """Return `words` with every abbreviation written out once, from left to right, the longest first.

        Greetings and fillers are left out, unless nothing else was said.
        """
        context = _Context(fold(" ".join(words)))
        result: list[str] = []
        place = 0
        while place < len(words):
            sense = self._meant(words, place, context) if context.folded[place] in self._senses else None
            size = len(sense.short) if sense else 1
            result += words[place : place + size] if sense is None or sense.keep else sense.full
            place += size
        return result or list(words)

    def _meant(self, words: Sequence[str], place: int, context: _Context) -> _Sense | None:
        for sense in self._senses[context.folded[place]]:
            if sense.is_meant(words, place, context):
                return sense
        return None


def _read(row: Abbreviation, spell: Spell, whole: frozenset[str]) -> Iterator[_Sense]:
    full = spell(row.full, ())
    near = tuple(filter(None, (_phrase(phrase, spell, whole) for phrase in row.near)))
    for short, apart in _typed(row.short, spell, whole):
        if not short or len(short) > LONGEST or full == short:
            continue
        folded, folded_full = tuple(map(fold, short)), tuple(map(fold, full))
        yield _Sense(folded, full, near, short[0] if full and _mistakable(folded) else None, apart)
        if folded_full != folded and _within(folded, folded_full):
            yield _Sense(folded_full, full, keep=True)


def _phrase(phrase: str, spell: Spell, whole: frozenset[str]) -> str:
    return NUMBER_FOLLOWS if phrase.strip() == NUMBER_FOLLOWS else fold(" ".join(spell(phrase, whole)))


def _typed(short: str, spell: Spell, whole: frozenset[str]) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Return the ways a row is typed, each with whether digits that belong together stand apart (`da 1`).

    `da1.1` may also be `da 1.1`, where the figure is one token.
    """
    together, apart = spell(short, whole), spell(short, ())
    yield together, False
    if apart != together:
        yield apart, True
    decimal = _DECIMAL.fullmatch(fold(clean(short)))
    if decimal is not None:
        yield spell(f"{decimal[1]} {decimal[2]}", ()), False


def _mistakable(short: tuple[str, ...]) -> bool:
    """Tell whether an abbreviation without its marks could be a word (da, heo), alone or before a number."""
    words = [word for word in short if word.isalpha()]
    return len(words) == 1 and words[0] == short[0] and words[0] in FOLDED


def _within(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    return any(whole[place : place + len(part)] == part for place in range(len(whole) - len(part) + 1))
