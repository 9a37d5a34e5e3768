"""Which questions are the same one, whoever typed them however: pure, and quick among many thousands.

Two questions are compared word by word. What one of them has more than the other costs little: people add
politeness and circumstances. A word that was mistyped costs next to nothing, since most slips leave what is
no Vietnamese syllable. A good word where the other has another good word costs most: "xây mới" and "sửa chữa"
in otherwise the same sentence are two questions. So does a figure: "Dự án 2", "Dự án 3".

Words that mean the same and share no letters are not seen here; experts merge those, and `alike` helps them.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from rapidfuzz.distance import OSA

from bot.normalise import fold, is_syllable

SAME: Final = 0.7  # from this likeness on two questions are one
ALIKE: Final = 0.45  # from this one on they may be, and a person decides
MOST_WORDS: Final = 60  # of a question that are compared; a longer one is a story
MOST_NEAR: Final = 12  # questions that are compared word by word
RUN: Final = 3  # characters of the runs by which near questions are found
SWAPPED: Final = 2.0  # cost of a good word in place of another one, beside that of both
SLIP: Final = 0.15  # cost of a slip that leaves no syllable
DOUBTFUL_SLIP: Final = 0.5  # of one that leaves another syllable
TORN: Final = 0.5  # of a slip among words glued together or torn apart
MOST_APART: Final = 0.6  # share of words not in common from which two questions need no closer look
SHORT: Final = 4  # letters; longer words may hold two slips

# Said around a question and never what is asked.
_FILLERS: Final[frozenset[str]] = frozenset(
    {
        "a", "ah", "ad", "da", "em", "anh", "chi", "oi", "cho", "hoi", "xin", "voi",
        "dc", "nhe", "nhi", "vay", "the", "thi", "la", "minh", "giup", "ban", "bot", "vui",
        "long", "lam", "on", "hay", "va", "cua", "ve",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as it is compared: its words without diacritics and fillers."""

    words: tuple[str, ...]

    @property
    def runs(self) -> frozenset[str]:
        """Its runs of characters, spaces left out: glued and torn words have most of them in common."""
        text = "".join(self.words)
        return frozenset(text[at : at + RUN] for at in range(max(1, len(text) - RUN + 1))) if text else _NONE


_NONE: Final[frozenset[str]] = frozenset()


def read(text: str) -> Reading:
    """Return how a question is compared; `text` is best what `normalise` made of it."""
    words = fold(text).replace("?", " ").replace(",", " ").replace(".", " ").split()[:MOST_WORDS]
    telling = tuple(word for word in words if word not in _FILLERS)
    return Reading(telling or tuple(words))


def likeness(one: Reading, other: Reading) -> float:
    """Return how surely two questions are the same, 0..1: 1 for the same words in any order."""
    whole = len(one.words) + len(other.words)
    ours, theirs = Counter(one.words), Counter(other.words)
    left, right = list((ours - theirs).elements()), list((theirs - ours).elements())
    if not whole or len(left) + len(right) > MOST_APART * whole:
        return 0.0
    cost, left, right = _slips(left, right)
    if left and right and not all(map(_is_good, left + right)):
        torn = _torn(left, right)
        if torn is not None:
            cost, left, right = cost + torn, [], []
    swapped = min(sum(map(_is_good, left)), sum(map(_is_good, right)))
    figures = abs(sum(map(_is_figure, left)) + sum(map(_is_figure, right)))
    cost += len(left) + len(right) + SWAPPED * swapped + figures
    return max(0.0, 1 - cost / whole)


def _slips(left: Sequence[str], right: Sequence[str]) -> tuple[float, list[str], list[str]]:
    """Return the cost of words that are others mistyped, and the words that are left on each side."""
    pairs = sorted(
        (cost, i, j)
        for i, word in enumerate(left)
        for j, other in enumerate(right)
        if (cost := _slip(word, other)) is not None
    )
    total, ours, theirs = 0.0, set[int](), set[int]()
    for cost, i, j in pairs:
        if i not in ours and j not in theirs:
            ours.add(i)
            theirs.add(j)
            total += 2 * cost
    return (
        total,
        [word for i, word in enumerate(left) if i not in ours],
        [word for j, word in enumerate(right) if j not in theirs],
    )


@lru_cache(maxsize=50_000)
def _slip(word: str, other: str) -> float | None:
    """Return what it costs to take one word for the other mistyped; None where it cannot be."""
    if _is_figure(word) or _is_figure(other):
        return None
    most = 1 if min(len(word), len(other)) <= SHORT else 2
    slips = OSA.distance(word, other, score_cutoff=most)
    if slips > most:
        return None
    return (DOUBTFUL_SLIP if _is_good(word) and _is_good(other) else SLIP) * slips


def _torn(left: Sequence[str], right: Sequence[str]) -> float | None:
    """Return what it costs to take the words that are left for the same, glued or torn; None if not."""
    if sum(map(_is_figure, left)) != sum(map(_is_figure, right)):
        return None
    one, other = "".join(left), "".join(right)
    most = max(1, min(len(one), len(other)) // 3)
    slips = OSA.distance(one, other, score_cutoff=most)
    return TORN * slips if slips <= most else None


@lru_cache(maxsize=50_000)
def _is_good(word: str) -> bool:
    return word not in _FILLERS and (_is_figure(word) or is_syllable(word))


def _is_figure(word: str) -> bool:
    return any(letter.isdigit() for letter in word)


class Likeness:
    """Questions by number, and which of them come near another one. Grows; nothing is taken out of it."""

    def __init__(self) -> None:
        self._readings: list[Reading] = []
        self._numbers: list[int] = []
        self._at: dict[int, int] = {}  # number -> place
        self._places: dict[str, array[int]] = defaultdict(lambda: array("l"))  # run -> questions with it

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, number: int) -> bool:
        return number in self._at

    def add(self, number: int, reading: Reading) -> None:
        """Add a question."""
        place = self._at[number] = len(self._numbers)
        self._numbers.append(number)
        self._readings.append(reading)
        for run in reading.runs:
            self._places[run].append(place)

    def near(
        self, reading: Reading, least: float = SAME, without: Collection[int] = ()
    ) -> Iterator[tuple[int, float]]:
        """Yield the numbers of questions at least so like this one with their likeness, the likest first.

        Args:
            reading: what is compared.
            least: likeness, 0..1.
            without: numbers of questions that do not count; of the others, the nearest few are looked at.
        """
        nearest = self._nearest(reading, [self._at[number] for number in without])
        found = [(likeness(reading, self._readings[at]), -at) for at in nearest]
        for how, at in sorted(found, reverse=True):
            if how >= least:
                yield self._numbers[-at], how

    def _nearest(self, reading: Reading, without: Sequence[int]) -> Sequence[int]:
        """Return the places of the questions that share most runs, rare ones counting more."""
        held = [
            np.frombuffer(self._places[run], dtype=np.int64) for run in reading.runs if run in self._places
        ]
        if not held:
            return ()
        size = len(self._numbers)
        rarity = np.log((1 + size) / np.array([len(places) for places in held])) + 0.1
        weights = np.repeat(rarity, [len(places) for places in held])
        shared = np.bincount(np.concatenate(held), weights, minlength=size)
        shared[list(without)] = 0
        most = min(MOST_NEAR, size)
        best = np.argpartition(-shared, most - 1)[:most]
        return [int(at) for at in best if shared[at] > 0]


def grouped(readings: Iterable[tuple[int, Reading]]) -> dict[int, int]:
    """Return for each question the number of the group that it falls into when they come one by one."""
    known, groups = Likeness(), dict[int, int]()
    for number, reading in readings:
        same = next(known.near(reading), None)
        groups[number] = groups[same[0]] if same else number
        known.add(number, reading)
    return groups
