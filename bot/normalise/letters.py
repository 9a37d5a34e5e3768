"""Letters of Vietnamese: folding, cleaning a chat text, tone marks.

Everything here is a function of its argument alone; the tables are built once from Unicode's own data.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

LIMIT: Final = 10_000  # characters of a text that are read; the rest is ignored

TONES: Final = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")  # level, huyền, sắc, hỏi, ngã, nặng
VOWELS: Final = "aăâeêioôơuưy"

TONED: Final = {
    unicodedata.normalize("NFC", vowel + mark): (vowel, tone)
    for tone, mark in enumerate(TONES)
    for vowel in VOWELS
}
"""Every vowel with every tone mark -> (the vowel without the mark, index into `TONES`)."""

_TONE: Final = {vowel_and_tone: letter for letter, vowel_and_tone in TONED.items()}
_UNTONED: Final = {ord(letter): vowel for letter, (vowel, _) in TONED.items()}
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyzđ" + "".join(letter for letter in TONED if letter > "z")


def _folded_letter(letter: str) -> str:
    """Return the one letter that stands for `letter` without its marks."""
    if letter in "đĐðÐ":
        return "d"
    parts = unicodedata.normalize("NFD", letter)
    base = parts[0] if all(map(unicodedata.combining, parts[1:])) else letter
    low = base.lower()
    return low if len(low) == 1 else base


_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]+"
)
_ODD: Final = re.compile(rf"[^{_ALPHABET}0-9 %/.,_-]")
# Only letters that people draw out: cccd and BTTTT are abbreviations.
_RUN: Final = re.compile(
    "|".join(
        [
            "[" + "".join(letter for letter in TONED if _folded_letter(letter) == vowel) + "]{3,}"
            for vowel in "aeiouy"
        ]
        + [letter + "{3,}" for letter in "ghkmz"]
    )
)
_MAYBE_RUN: Final = re.compile("[" + "".join(TONED) + r"]{3}|([ghkmz])\1\1")  # quicker to look for
_LOOSE: Final = re.compile(r"[/.,_-](?:(?![^\W_])|(?<![^\W_].))")
_SPACES: Final = re.compile(r" {2,}")
_JAMO: Final = range(0x1100, 0x1200)  # the only letters that NFC would still put together


class _Folding(dict[int, str]):
    """A table for `str.translate` that works out a letter when it is first met.

    It can only grow to the number of letters in Unicode, and two threads that fill the same place write
    the same letter.
    """

    def __missing__(self, code: int) -> str:
        self[code] = letter = _folded_letter(chr(code))
        return letter


_FOLDING: Final = _Folding({ord(letter): _folded_letter(letter) for letter in _ALPHABET})


def fold(text: str) -> str:
    """Return `text` in lower case without diacritics (đ becomes d).

    The result is as long as the NFC form of `text`, letter for letter, so positions found in one are valid
    in the other. Marks that NFC cannot join to a letter therefore stay.
    """
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", text).translate(_FOLDING)


@lru_cache(maxsize=4096)
def _plain_letter(letter: str) -> str:
    """Return what a letter outside the Vietnamese alphabet becomes: a letter, a digit, a space or nothing.

    Vietnamese typed with look-alikes is repaired: the Icelandic ð that old fonts use for đ, ² of m²,
    full-width letters. Letters of other scripts stay: a foreign question is not an empty one.
    """
    if letter == "ð":
        return "đ"
    category = unicodedata.category(letter)
    if category.startswith("M") or (category in ("Cc", "Cf") and not letter.isspace()):
        return ""
    parts = unicodedata.normalize("NFKD", letter)
    base = parts[0].lower()
    if all(map(unicodedata.combining, parts[1:])) and base.isascii() and (base.isalnum() or base in "%/.,_-"):
        return base
    digit = unicodedata.decimal(letter, None)
    if digit is not None:
        return str(digit)
    return letter if _stays(letter) else " "


def _stays(letter: str) -> bool:
    """Tell whether a second cleaning would leave `letter` alone."""
    again = unicodedata.normalize("NFC", unicodedata.normalize("NFC", letter).casefold())
    return letter.isalnum() and again == letter and ord(letter) not in _JAMO


def clean(text: str) -> str:
    """Return the letters, digits and meaningful separators of the first `LIMIT` characters of `text`.

    NFC, lower case, no control, zero-width or emoji characters, one space between words. The separators
    `/ . , _ -` stay only between two letters or digits (55/2023/TT-BTC, 1.500.000, 2,5). Letters repeated
    three times or more count once (okeee). `clean(clean(x)) == clean(x)`, and the result is no longer than
    `LIMIT`.
    """
    result = _clean(text[:LIMIT])
    while len(result) > LIMIT:  # casefold makes some letters two
        cut = result[:LIMIT]
        result = _clean(cut.rpartition(" ")[0] or cut)
    return result


def _clean(text: str) -> str:
    text = unicodedata.normalize("NFC", text).casefold()
    if _ODD.search(text):
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).casefold()
        text = unicodedata.normalize("NFC", _ODD.sub(lambda odd: _plain_letter(odd[0]), text))
    text = _LOOSE.sub(" ", text)
    if _MAYBE_RUN.search(text):
        text = _RUN.sub(_once, text)
    return _SPACES.sub(" ", text).strip(" ")


def _once(run: re.Match[str]) -> str:
    """Return one letter of a drawn-out one, with its marks if any of them has some (nhéeee)."""
    return max(run[0])


def without_tone(word: str) -> tuple[str, int] | None:
    """Return `word` without its tone mark and the tone, or None when it carries two."""
    plain = word.translate(_UNTONED)
    if plain == word:
        return word, 0
    tones = [TONED[letter][1] for letter, bare in zip(word, plain, strict=True) if letter != bare]
    return (plain, tones[0]) if len(tones) == 1 else None


def with_tone(word: str, place: int, tone: int) -> str:
    """Return `word` (without tone) with `tone` on its vowel at `place`."""
    return word[:place] + _TONE[word[place], tone] + word[place + 1 :] if tone else word
