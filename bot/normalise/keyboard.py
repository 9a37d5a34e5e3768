"""Vietnamese keystrokes that no input method turned into letters: raw Telex and raw VNI.

A decoder reads a word as base letters plus keys, wherever the keys were pressed (`duongdwf` = `ddwowngf`),
and looks the pair up among all syllables. That is exact: no two syllables share their base letters and keys.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from bot.normalise.letters import fold
from bot.normalise.syllables import FOLDED, TONELESS, spoken, write

_TELEX_TONES: Final = {"f": 1, "s": 2, "r": 3, "x": 4, "j": 5}
_VNI_TONES: Final = {
    "2": 1,
    "1": 2,
    "3": 3,
    "4": 4,
    "5": 5,
}  # VNI numbers the tones sắc, huyền, hỏi, ngã, nặng
_VNI_MARKS: Final = {"6": "^", "7": "w", "8": "w", "9": "9"}
_VOWELS: Final = "aeiouy"
_LONGEST: Final = 12  # keystrokes of the longest syllable: nghieeengs and a slip or two


class Reading(NamedTuple):
    """What a decoder made of a word; `orderly` when every key was pressed where a typist's habit puts it."""

    word: str
    orderly: bool


def _keys(toneless: str) -> str:
    horn = "w" if any(letter in "ăơư" for letter in toneless) else ""
    roof = "^" if any(letter in "âêô" for letter in toneless) else ""
    stroke = "9" if toneless.startswith("đ") else ""
    return f"{fold(toneless)} {horn}{roof}{stroke}"


_BY_KEYS: Final = {_keys(toneless): toneless for toneless in sorted(TONELESS)}


def _syllable(base: str, marks: set[str], tone: int, strict: bool) -> str | None:
    keys = "".join(mark for mark in "w^9" if mark in marks)
    toneless = _BY_KEYS.get(f"{base} {keys}")
    if toneless is None or (strict and not spoken(toneless, tone)):
        return None
    return write(toneless, tone)


@lru_cache(maxsize=1 << 14)
def telex(word: str) -> Reading | None:
    """Return the syllable that `word` spells in Telex keystrokes, or None.

    None also when `word` uses no key at all. Only ASCII letters are read.
    """
    if len(word) > _LONGEST or not word.isascii() or not word.isalpha():
        return None
    return _telex(word, far=True) or _telex(word, far=False)


def _telex(word: str, *, far: bool) -> Reading | None:
    """Read `word`; with `far` a vowel met again further on is a key (`nhieue`), else a letter (ngoèo)."""
    base = ""
    marks: set[str] = set()
    tones: set[int] = set()
    orderly = True
    for place, letter in enumerate(word):
        if letter in _TELEX_TONES and _has_any(base, _VOWELS):
            tones.add(_TELEX_TONES[letter])
            orderly = orderly and place == len(word) - 1
        elif letter == "w" and base:
            base += "" if _has_any(base, "aou") else "u"
            marks.add("w")
        elif letter in "aeo" and (base.endswith(letter) or (far and letter in base)):
            marks.add("^")
            orderly = orderly and base.endswith(letter)
        elif letter == "d" and base.startswith("d") and "9" not in marks:
            marks.add("9")
            orderly = orderly and base == "d"
        else:
            base += letter
    if len(tones) > 1 or not (marks or tones):
        return None
    found = _syllable(base, marks, max(tones, default=0), strict=not orderly)
    return Reading(found, orderly) if found else None


def _has_any(base: str, letters: str) -> bool:
    return any(letter in base for letter in letters)


_VNI: Final = re.compile(r"[a-z]+[1-9][a-z1-9]*")


class _Vni(NamedTuple):
    word: str
    sure: bool  # could hardly be a word followed by a number


@lru_cache(maxsize=1 << 12)
def _vni(word: str) -> _Vni | None:
    if len(word) > _LONGEST or _VNI.fullmatch(word) is None:
        return None
    base = "".join(letter for letter in word if letter.isalpha())
    digits = "".join(letter for letter in word if letter.isdigit())
    marks = {_VNI_MARKS[digit] for digit in digits if digit in _VNI_MARKS}
    tones = [_VNI_TONES[digit] for digit in digits if digit in _VNI_TONES]
    if len(tones) > 1 or len(set(digits)) < len(digits) - 1 or base not in FOLDED:
        return None
    found = _syllable(base, marks, max(tones, default=0), strict=True)
    sure = bool(marks and tones) or not word[-1].isdigit()
    return _Vni(found, sure) if found else None


def vni(words: Sequence[str], known: frozenset[str]) -> list[str]:
    """Return `words` with those that are raw VNI decoded, if the message as a whole is typed in VNI.

    `da1`, `thang6` or `to2a` alone prove nothing: a number may follow a word. The message counts as VNI when
    at least two words, or half of them, have keys where no number would stand (`ho64`, `nghe2o`). Words in
    `known` (abbreviations such as `da1`) are never decoded.
    """
    readings = {word: _vni(word) for word in words if word not in known}
    sure = sum(1 for word in words if (reading := readings.get(word)) and reading.sure)
    if not sure or (sure < 2 and sure * 2 < len(words)):
        return list(words)
    return [reading.word if (reading := readings.get(word)) else word for word in words]
