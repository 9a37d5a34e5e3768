"""Words glued together (`hongheo`) and words torn apart (`ngh eo`), mended with the base's own vocabulary."""

import math
from collections.abc import Mapping, Sequence, Set
from typing import Final

from bot.normalise.letters import fold
from bot.normalise.syllables import FOLDED, canonical

_LONGEST: Final = 7  # letters of the longest syllable, nghieng
_SINGLE: Final = frozenset(
    "oy"
)  # ở and y, the only one-letter words that are glued (nhao stays, it is a syllable)
_SINGLE_COST: Final = 4.0  # in nats: one letter is more often a slip than a word


class Vocabulary:
    """The syllables of the base and how dear each is in a split. Immutable."""

    def __init__(self, words: Mapping[str, int]) -> None:
        """Keep what is a syllable among `words` (folded word -> how often it occurs)."""
        counts: dict[str, int] = {}
        for word, count in words.items():
            syllable = fold(canonical(word) or word)
            if syllable in FOLDED and (len(syllable) > 1 or syllable in _SINGLE):
                counts[syllable] = counts.get(syllable, 0) + max(count, 1)
        total = sum(counts.values()) or 1
        self._cost = {
            word: math.log(total / count) + (_SINGLE_COST if len(word) == 1 else 0)
            for word, count in counts.items()
        }

    def __contains__(self, folded: str) -> bool:
        return folded in self._cost

    def split(self, word: str) -> tuple[str, ...] | None:
        """Return `word` cut into the likeliest words of the base, or None when it cannot be.

        Likeliest by unigram counts; linear in the letters of `word`.
        """
        if not self._cost or len(word) < 3:
            return None
        folded, size = fold(word), len(word)
        best = [0.0, *[math.inf] * size]
        cut = [0] * (size + 1)
        for end in range(1, size + 1):
            for start in range(max(0, end - _LONGEST), end):
                cost = best[start] + self._cost.get(folded[start:end], math.inf)
                if cost < best[end] and canonical(word[start:end]):
                    best[end], cut[end] = cost, start
        return _pieces(word, cut) if best[size] < math.inf else None

    def join(self, words: Sequence[str], odd: Set[int]) -> list[str]:
        """Return `words` with neighbours joined where one is no word (its place is in `odd`)."""
        joined: list[str] = []
        last_is_odd = False
        for place, word in enumerate(words):
            is_odd = place in odd
            whole = self._whole(joined[-1], word) if joined and (is_odd or last_is_odd) else None
            if whole is None:
                joined.append(word)
            else:
                joined[-1] = whole
            last_is_odd = is_odd and whole is None
        return joined

    def _whole(self, left: str, right: str) -> str | None:
        if len(left) + len(right) > _LONGEST:
            return None
        whole = canonical(left + right)
        if whole is None or fold(whole) not in self._cost:
            return None
        # "khoản b an toàn": one letter beside a real word is a letter, not a torn-off piece.
        lone = (len(left) == 1 and fold(right) in self._cost) or (
            len(right) == 1 and fold(left) in self._cost
        )
        return None if lone else whole


def _pieces(word: str, cut: Sequence[int]) -> tuple[str, ...]:
    pieces = []
    end = len(word)
    while end:
        piece = word[cut[end] : end]
        pieces.append(canonical(piece) or piece)
        end = cut[end]
    return tuple(reversed(pieces))
