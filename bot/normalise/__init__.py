"""One understanding of a text, for the base and for the questions alike.

`Normaliser` turns what an officer typed on a phone into canonical Vietnamese: accents where they were
typed, abbreviations written out, documents as tokens, keystrokes decoded, glued words apart.

The order of the steps, and why:

1. `letters.clean`: NFC, lower case, no emoji. Everything else reads its output only.
2. `references`: before words are cut, because the separators that cutting drops make a document's number.
3. words: VNI first, since its keys are digits, then digits off their units (`40tr`). Telex and glued words
   only for what is no syllable.
4. torn words: after 3, which says what is no word.
5. `glossary`: last, on words spelled one way.

One round may make room for the next (`thoong tuw 55` is a document's number once Telex is decoded), so rounds
repeat until nothing changes. A text that does not settle in `ROUNDS` (a glossary that turns in a circle)
is returned as step 1 left it: that keeps `n(n(x).text) == n(x)` true of every text and every glossary.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bot.normalise.glossary import Abbreviation, Glossary
from bot.normalise.keyboard import telex, vni
from bot.normalise.letters import LIMIT, clean, fold
from bot.normalise.provinces import province
from bot.normalise.references import References, fitting, official_number, official_reference, written
from bot.normalise.sentences import sentences
from bot.normalise.syllables import canonical
from bot.normalise.tokens import cut, parts
from bot.normalise.words import Vocabulary

__all__ = [
    "Abbreviation",
    "Normaliser",
    "Question",
    "fitting",
    "fold",
    "is_syllable",
    "official_number",
    "official_reference",
    "province",
    "sentences",
    "vocabulary",
    "written",
]

ROUNDS: Final = 6
ESTABLISHED: Final = 3  # times that a base writes a word that is no syllable
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_KEYED: Final = re.compile(r"[a-z][1-9]")
_NO_DOCUMENTS: Final[Mapping[str, int | None]] = MappingProxyType({})
_NO_WORDS: Final[Mapping[str, int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Question:
    """A text understood.

    `text` is canonical, accented as far as it was typed so: lower case, NFC, written out, one space between
    tokens. `folded` is the same without diacritics. `documents` are the document tokens, in order.
    """

    raw: str
    text: str
    folded: str
    documents: tuple[str, ...]


def is_syllable(word: str) -> bool:
    """Tell whether a word, with or without diacritics, is spelled like a Vietnamese syllable."""
    return canonical(word) is not None


def vocabulary(texts: Iterable[str]) -> Counter[str]:
    """Return how often each word, without diacritics, stands in texts: the `words` of a `Normaliser`.

    A word is a syllable, or what is written so often (`visa`) that it is no slip and no keystrokes.
    """
    written = Counter[str]()
    for text in texts:
        written.update(_LETTERS.findall(unicodedata.normalize("NFC", text.lower())))
    found = Counter[str]()
    for word, count in written.items():
        syllable = canonical(word)
        if syllable is not None or count >= ESTABLISHED:
            found[fold(syllable or word)] += count
    return found


class Normaliser:
    """Understands texts with the words of one knowledge base. Immutable, picklable, safe between threads."""

    def __init__(
        self,
        glossary: Sequence[Abbreviation] = (),
        documents: Mapping[str, int | None] = _NO_DOCUMENTS,
        words: Mapping[str, int] = _NO_WORDS,
    ) -> None:
        """Build from a base's glossary rows, its documents and its vocabulary.

        Args:
            glossary: rows of glossary.yaml; of two with the same `short` the first that fits is meant.
            documents: official number -> year of issue, for numbers that hold no year themselves (90/QĐ-TTg).
            words: folded word -> how often it occurs in the base (`vocabulary`): what needs no decoding, and
                what glued and torn words are made of.
        """
        self._references = References(documents)
        self._vocabulary = Vocabulary(words)
        self._known = frozenset(fold(word) for word in words)
        self._glossary = Glossary()
        self._glossary = Glossary.of(glossary, self._spelled)
        self._known |= self._glossary.words()

    def __call__(self, text: str) -> Question:
        """Return what `text` says; reads its first `letters.LIMIT` characters and never raises."""
        tokens = self._settled(clean(text))
        canonical_text = " ".join(tokens)
        documents = tuple(token for token in tokens if token.startswith("vb_"))
        return Question(text, canonical_text, fold(canonical_text), documents)

    def _settled(self, text: str) -> list[str]:
        """Return the tokens of a cleaned text once another round changes nothing."""
        before = text
        for _ in range(ROUNDS):
            tokens = _within_limit(self._round(before))
            after = " ".join(tokens)
            if after == before:
                return tokens
            before = clean(after)
        return text.split(" ") if text else []

    def _round(self, text: str) -> list[str]:
        return self._glossary.expand(self._words(self._references.replace(text)))

    def _words(self, text: str) -> list[str]:
        """Return the tokens of a text, each spelled one way, decoded, cut apart or joined as need be."""
        tokens = cut(text)
        if any(_KEYED.search(token) for token in tokens):
            tokens = vni(tokens, self._known)
        words: list[str] = []
        odd: set[int] = set()  # places of what is still no word
        for token in tokens:
            spelled = canonical(token)
            if spelled is not None:
                words.append(spelled)
            elif token.isalpha():
                self._mend(token, words, odd)
            else:
                for part in parts(token, self._glossary.whole):
                    self._mend(part, words, odd)
        return self._vocabulary.join(words, odd) if odd else words

    def _mend(self, word: str, words: list[str], odd: set[int]) -> None:
        """Add what `word` stands for to `words`; known words, abbreviations and figures stay as they are."""
        spelled = canonical(word)
        if spelled is not None or not word.isalpha() or fold(word) in self._known:
            words.append(spelled or word)
            return
        mended = self._mended(word)
        if mended is None:
            odd.add(len(words))
        words += mended or (word,)

    def _mended(self, word: str) -> tuple[str, ...] | None:
        reading = telex(word)
        if reading is not None and reading.orderly:
            return (reading.word,)
        # "hoso" is rather "ho so" glued than "hos" typed in a strange order.
        return self._vocabulary.split(word) or ((reading.word,) if reading else None)

    def _spelled(self, text: str, whole: Container[str]) -> tuple[str, ...]:
        """Return a glossary's text as tokens spelled the way messages are, no glossary looked into."""
        spelled: list[str] = []
        for token in cut(self._references.replace(clean(text))):
            for part in (token,) if canonical(token) else parts(token, whole):
                spelled.append(canonical(part) or part)
        return tuple(spelled)


def _within_limit(tokens: list[str]) -> list[str]:
    """Return the first tokens that make up at most `letters.LIMIT` characters with their spaces."""
    room = LIMIT + 1
    for place, token in enumerate(tokens):
        room -= len(token) + 1
        if room < 0:
            return tokens[:place]
    return tokens
