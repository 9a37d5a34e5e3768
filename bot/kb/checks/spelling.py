"""Misspelt words in what people read: no syllable, no diacritics, what cannot be seen, doubled spaces."""

import re
import unicodedata
from collections.abc import Collection, Iterator

from bot.kb.checks.rows import PARSED, Spot, problem_at, shown
from bot.kb.problems import clip
from bot.kb.schema import Knowledge, Problem
from bot.normalise import fold
from bot.normalise.syllables import is_spelled

LONGEST_BARE = 4  # words in a row that may stand without any diacritics: "cho vay theo"
_UNSEEN = ("Mn", "Cf", "Co", "Cn")  # a tone mark that no letter carries, zero width, private, unassigned
_EMOJI = "\ufe0f"  # the sign before it is a picture
_NO_WORDS = re.compile(
    r"https?://\S+|(?<=\])\([^)\s]{0,500}\)|`[^`]*`|<[^<>]*>"
    r"|(?<![\w.+-])(?:(?:mailto:)?[\w.+-]+@[\w.-]+|[\w.-]+\.(?:vn|com|net|org)\b)"
)
_MARKS = str.maketrans("*_", "  ")
_WORD = re.compile(r"(?<!\w)[^\W\d_]{2,}(?!\w)")  # m2 and TDA1 are no words, nor is the b of "điểm b"
_IN_A_ROW = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)*")
_DOUBLE_SPACE = re.compile(r"(?<=\S)[ \u00a0]{2,}(?=\S)")


def misspelt(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield texts with words that are no Vietnamese syllable and stand in no list, or with odd letters."""
    known = knowledge.words | _shorts(knowledge)
    for spot in shown(knowledge):
        text = _NO_WORDS.sub(" . ", spot.text[:PARSED]).translate(_MARKS)
        yield from _words(knowledge, spot, text, known)
        yield from _bare(knowledge, spot, text)
        yield from _letters(knowledge, spot)


def _shorts(knowledge: Knowledge) -> frozenset[str]:
    """Return the short forms of the glossary, word by word."""
    return frozenset(word for row in knowledge.glossary for word in row.short.casefold().split())


def _words(knowledge: Knowledge, spot: Spot, text: str, known: Collection[str]) -> Iterator[Problem]:
    odd = [word for word in _WORD.findall(text) if not _is_right(word, known)]
    if odd:
        yield problem_at(knowledge, spot, "misspelt", value="”, “".join(dict.fromkeys(map(clip, odd))))


def _is_right(word: str, known: Collection[str]) -> bool:
    """Tell whether a word is an acronym, a known one or a syllable."""
    return word.isupper() or word.casefold() in known or is_spelled(word.casefold())


def _bare(knowledge: Knowledge, spot: Spot, text: str) -> Iterator[Problem]:
    """Yield the first words in a row that were typed without diacritics."""
    for row in _IN_A_ROW.findall(text):
        bare: list[str] = []
        for word in (*row.split(" "), ""):
            if word and not word.isupper() and word.casefold() == fold(word):
                bare.append(word)
                continue
            if len(bare) > LONGEST_BARE:
                yield problem_at(knowledge, spot, "no_diacritics", value=clip(" ".join(bare)))
                return
            bare = []


def _letters(knowledge: Knowledge, spot: Spot) -> Iterator[Problem]:
    """Yield doubled spaces, and marks and signs that stand alone or cannot be seen."""
    if double := _DOUBLE_SPACE.search(spot.text):
        around = spot.text[max(double.start() - 12, 0) : double.end() + 12].split("\n")
        yield problem_at(knowledge, spot, "double_space", value=clip(" ".join(around)))
    if odd := next(filter(_is_unseen, spot.text), None):
        name = unicodedata.name(odd, f"U+{ord(odd):04X}")
        yield problem_at(knowledge, spot, "odd_character", value=name)


def _is_unseen(letter: str) -> bool:
    return letter != _EMOJI and unicodedata.category(letter) in _UNSEEN
