"""Questions the way hurried people and bare keyboards leave them: pure functions from a text to a text.

Telex and VNI are written from the rules of typing, as UniKey documents them, and never from how the bot reads
them back: an encoder made by turning a decoder round would share its mistakes.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from random import Random
from types import MappingProxyType
from typing import Final

Retype = Callable[[str], str]

SLIPS: Final = 0.06  # probability that a letter is hit wrongly
SLIPS_WHEN_MIXED: Final = 0.03  # the same, where the diacritics are gone already
GLUED: Final = 0.2  # probability that a space is left out
SEEDS: Final = 3  # typists that a random kind is averaged over

_WORD: Final = re.compile(r"[^\W\d_]+")
_TELEX: Final = {"ă": "aw", "â": "aa", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw", "đ": "dd"}
_VNI: Final = {"ă": "a8", "â": "a6", "ê": "e6", "ô": "o6", "ơ": "o7", "ư": "u7", "đ": "d9"}
_TONES: Final = "\u0300\u0301\u0309\u0303\u0323"  # huyền, sắc, hỏi, ngã, nặng
_TELEX_TONES: Final = dict(zip(_TONES, "fsrxj", strict=True))
_VNI_TONES: Final = dict(zip(_TONES, "21345", strict=True))
_ROWS: Final = (("qwertyuiop", 0.0), ("asdfghjkl", 0.25), ("zxcvbnm", 0.75))  # and how far a row is set in
_NEAR: Final = 1.3  # key widths between the middles of keys that a finger confuses


def bare(text: str) -> str:
    """Return a text without diacritics; `đ` becomes `d`, case and everything else stay."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return unicodedata.normalize("NFC", "".join(mark for mark in plain if not unicodedata.combining(mark)))


def telex(text: str) -> str:
    """Return the keys of Telex as they arrive when the input method is off: `hộ nghèo`, `hooj ngheof`.

    A letter's own mark follows it at once: `aw aa ee oo ow uw dd`; in `ươ` one `w` after the `o` marks both
    (`được`, `dduowcj`). The tone key `f s r x j` ends the syllable. A run of letters with several tones holds
    several syllables, and then each tone key follows its vowel. Keys are capital where their letter is; a
    tone key where the whole syllable is and has two letters or more. Words without diacritics stay as they
    are.
    """
    return _keyed(text, _TELEX, _TELEX_TONES)


def vni(text: str) -> str:
    """Return the keys of VNI as they arrive when the input method is off: `hộ nghèo`, `ho65 ngheo2`.

    As `telex`, with `6` for the roof of â ê ô, `7` for the horn of ơ ư (once in `ươ`: `d9uo7c5`), `8` for ă,
    `9` for đ, and the tones huyền 2, sắc 1, hỏi 3, ngã 4, nặng 5.
    """
    return _keyed(text, _VNI, _VNI_TONES)


def slips(text: str, seed: int, share: float = SLIPS) -> str:
    """Return a text in which each letter was hit wrongly with probability `share`.

    A slip is one of four, equally likely: a QWERTY neighbour instead, the letter left out, doubled, or
    swapped with the next letter of its word (the last letter of a word, which has none, becomes a neighbour).
    It works on the text as it is, accented or not: a letter with marks has the neighbours of its key, and a
    neighbour comes without marks. Figures, spaces and punctuation stay.

    Args:
        text: what was meant.
        seed: which typist; the same one always mistypes the same text the same way.
        share: 0..1, per letter.
    """
    dice = _dice("slips", seed, text)
    meant = unicodedata.normalize("NFC", text)
    typed: list[str] = []
    at = 0
    while at < len(meant):
        letter, following = meant[at], meant[at + 1 : at + 2]
        at += 1
        if _key(letter) not in _NEIGHBOURS or dice.random() >= share:
            typed.append(letter)
            continue
        match dice.choice(("neighbour", "omission", "doubling", "swap")):
            case "omission":
                pass
            case "doubling":
                typed += (letter, letter)
            case "swap" if _key(following) in _NEIGHBOURS:
                typed += (following, letter)
                at += 1
            case _:
                hit = dice.choice(_NEIGHBOURS[_key(letter)])
                typed.append(hit.upper() if letter.isupper() else hit)
    return "".join(typed)


def glued(text: str, seed: int, share: float = GLUED) -> str:
    """Return a text in which each space was left out with probability `share` (0..1)."""
    dice = _dice("glued", seed, text)
    return "".join(letter for letter in text if letter != " " or dice.random() >= share)


def mixed(text: str, seed: int) -> str:
    """Return a text without diacritics, with `SLIPS_WHEN_MIXED` of its letters hit wrongly."""
    return slips(bare(text), seed, SLIPS_WHEN_MIXED)


def _dice(kind: str, seed: int, text: str) -> Random:
    # Seeded by the text too, so that a question's noise does not hang on which ones were asked before it.
    return Random(f"{kind} {seed} {text}")


def _keyed(text: str, letters: Mapping[str, str], tones: Mapping[str, str]) -> str:
    return _WORD.sub(lambda run: _keyed_word(run[0], letters, tones), unicodedata.normalize("NFC", text))


def _keyed_word(word: str, letters: Mapping[str, str], tones: Mapping[str, str]) -> str:
    spelled = [_toneless(letter) for letter in word]
    only_one = sum(tone != "" for _, tone in spelled) == 1
    typed, end = "", ""
    for place, (letter, mark) in enumerate(spelled):
        following = spelled[place + 1][0] if place + 1 < len(spelled) else ""
        both = (letter + following).lower() == "ươ"
        keys = "u" if both else letters.get(letter.lower(), letter)
        typed += keys.upper() if letter.isupper() else keys
        tone = tones.get(mark, "")
        if only_one:
            end += tone
        else:
            typed += tone
    return typed + (end.upper() if word.isupper() and len(word) > 1 else end)


def _toneless(letter: str) -> tuple[str, str]:
    """Return a letter without its tone mark, and that mark, "" where it has none."""
    parts = unicodedata.normalize("NFD", letter)
    tone = next((part for part in parts if part in _TONES), "")
    rest = parts.replace(tone, "") if tone else parts
    return unicodedata.normalize("NFC", rest), tone


def _key(letter: str) -> str:
    return bare(letter).lower()


def _neighbours() -> dict[str, str]:
    places = {
        key: (column + offset, row)
        for row, (keys, offset) in enumerate(_ROWS)
        for column, key in enumerate(keys)
    }
    return {
        key: "".join(
            other
            for other, (column, row) in places.items()
            if other != key and (column - x) ** 2 + (row - y) ** 2 <= _NEAR**2
        )
        for key, (x, y) in places.items()
    }


_NEIGHBOURS: Final = _neighbours()

KINDS: Final[Mapping[str, Sequence[Retype]]] = MappingProxyType(
    {
        "no diacritics": (bare,),
        "Telex": (telex,),
        "VNI": (vni,),
        "slips": tuple(partial(slips, seed=seed) for seed in range(SEEDS)),
        "glued": tuple(partial(glued, seed=seed) for seed in range(SEEDS)),
        "mixed": tuple(partial(mixed, seed=seed) for seed in range(SEEDS)),
    }
)
"""Kind of noise -> the typists whose results are averaged; one where nothing is left to chance."""
