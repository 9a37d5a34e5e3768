"""Provinces, districts and communes, before and since the merger of 1/7/2025, and where a text names them.

The units stand in `units.txt`, a district of before a line: its province, itself, the province where it is
now, then each of its communes with what it became (`Xã Đức Hạnh>Xã Cốc Pàng`; of several, the main one first).
`build` wrote them. Nghị quyết 202/2025/QH15 merged provinces; districts are no unit since 1/7/2025.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from bot.normalise import fold, province
from bot.normalise.syllables import canonical

KINDS: Final = ("thành phố", "tỉnh", "huyện", "quận", "thị xã", "xã", "phường", "thị trấn", "đặc khu")
_SHORT: Final = {"tp": "thành phố", "t": "tỉnh", "h": "huyện", "q": "quận", "tx": "thị xã", "x": "xã",
                 "p": "phường", "tt": "thị trấn"}  # fmt: skip
_KINDS: Final = {fold(kind): kind for kind in KINDS} | _SHORT
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_MARKS: Final = re.compile(r"['’]")
MOST_WORDS: Final = 6  # of a unit's name


@dataclass(frozen=True, slots=True)
class Place:
    """A unit of one of the two times.

    `within` are the units around it, the smallest first, as they were called in its own time. `now` are the
    communes that it is (part of) since 1/7/2025, the main one first.
    """

    kind: str  # huyện, xã, …
    name: str
    within: tuple[str, ...]
    province: str  # since 1/7/2025, as `bot.normalise.province` calls it
    now: tuple[str, ...] = ()
    is_past: bool = True

    @property
    def full(self) -> str:
        """Its name with all that tells it from others: xã Nà Hỳ, huyện Nậm Pồ, tỉnh Điện Biên."""
        return ", ".join([f"{self.kind} {self.name}", *self.within])


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a text names a place: `start` and `end` in its NFC form, and all units that may be meant."""

    start: int
    end: int
    places: tuple[Place, ...]


class Gazetteer:
    """Finds places in texts. Immutable."""

    def __init__(self, lines: Iterable[str], bare: Iterable[str] = ()) -> None:
        """Read the lines of `units.txt`.

        Args:
            lines: see above.
            bare: units, as in `huyện Mường Ảng`, that are meant even where their tier is not said.
        """
        self._by_name: dict[str, list[Place]] = defaultdict(list)
        for place in _places(lines):
            self._by_name[_key(place.name)].append(place)
        self._bare = frozenset((kind, _key(name)) for kind, name in map(_parts, bare))

    def named(self, full: str) -> tuple[Place, ...]:
        """Return the units that a full name fits, as in `huyện Bảo Lâm, tỉnh Cao Bằng`."""
        return tuple(place for mention in self.find(full)[:1] for place in mention.places)

    def find(self, text: str) -> tuple[Mention, ...]:
        """Return the places that a text names, in order.

        A name counts after the word for its tier (`huyện`, `h.`), and alone where it is a province's of two
        syllables or more or one of `bare`. Where several units bear it, those whose district or province is
        named as well are meant.
        """
        text = unicodedata.normalize("NFC", text)
        words = [(_MARKS.sub("", match[0]), match.start(), match.end()) for match in _WORD.finditer(text)]
        found: list[Mention] = []
        at = 0
        while at < len(words):
            mention, used = self._at(words, at)
            if mention:
                found.append(mention)
            at += used
        return _apart(found)

    def _at(self, words: Sequence[tuple[str, int, int]], at: int) -> tuple[Mention | None, int]:
        """Return the place that is named from a word on, and how many words to go on by."""
        kind, skip = _kind(words, at)
        for size in range(min(MOST_WORDS, len(words) - at - skip), 0, -1):
            name = [word for word, _, _ in words[at + skip : at + skip + size]]
            places = tuple(self._meant(name, kind))
            if places:
                return Mention(words[at][1], words[at + skip + size - 1][2], places), skip + size
        return None, 1

    def _meant(self, name: Sequence[str], kind: str | None) -> Iterator[Place]:
        key = " ".join(map(fold, name))
        for place in self._by_name.get(key, ()):
            if not _written_so(name, place.name):
                continue
            if kind:
                if _fits(kind, place):
                    yield place
            elif len(name) > 1 and (not place.within or (place.kind, key) in self._bare):
                yield place


@cache
def gazetteer(bare: frozenset[str] = frozenset()) -> Gazetteer:
    """Return the gazetteer of the units that come with the bot; read once a set of `bare` names."""
    text = (files(__package__) / "units.txt").read_text(encoding="utf-8")
    return Gazetteer(text.splitlines(), bare)


def without(text: str, mentions: Iterable[Mention]) -> str:
    """Return a text with the names of places left out; the words for their tiers stay."""
    text = unicodedata.normalize("NFC", text)
    pieces, done = [], 0
    for mention in mentions:
        before = _KIND_BEFORE.match(text, mention.start)
        name = before.end() if before and before.end() < mention.end else mention.start
        pieces.append(text[done:name])
        done = mention.end
    return " ".join(("".join([*pieces, text[done:]])).split())


_KIND_BEFORE: Final = re.compile(
    rf"(?:{'|'.join(sorted(map(re.escape, {*KINDS, *_KINDS}), key=len, reverse=True))})\b[\s.]*",
    re.IGNORECASE,
)


def _places(lines: Iterable[str]) -> Iterator[Place]:
    provinces: dict[str, str] = {}
    today: dict[tuple[str, str], None] = {}
    for line in lines:
        old, district, new, *communes = line.split("\t")
        now = province(new) or new
        provinces[old] = now
        around = (_lower(district), _lower(old))
        became: dict[str, None] = {}
        for commune, _, successors in (each.partition(">") for each in communes):
            names = tuple(_lower(each) for each in successors.split(";"))
            became |= dict.fromkeys(names)
            today |= dict.fromkeys((name, new) for name in names)
            if commune:
                yield Place(*_parts(commune), around, now, names)
        yield Place(*_parts(district), around[1:], now, tuple(became))
    for name, new in today:
        yield Place(*_parts(name), (_lower(new),), province(new) or new, (name,), is_past=False)
    current = {_lower(new) for _, new in today}
    for old, now in provinces.items():
        yield Place(*_parts(old), (), now, is_past=_lower(old) not in current)


def _parts(full: str) -> tuple[str, str]:
    kind = next(kind for kind in sorted(KINDS, key=len, reverse=True) if full.lower().startswith(f"{kind} "))
    return kind, full[len(kind) + 1 :]


def _lower(full: str) -> str:
    """Return a full name with a small letter first, as it stands within a sentence."""
    return " ".join(_parts(full))


def _key(name: str) -> str:
    return " ".join(fold(_MARKS.sub("", word)) for word in _WORD.findall(name))


def _kind(words: Sequence[tuple[str, int, int]], at: int) -> tuple[str | None, int]:
    """Return the tier that is written out from a word on, if one is, and in how many words."""
    for size in (2, 1):
        kind = _KINDS.get(" ".join(fold(word) for word, _, _ in words[at : at + size]))
        if kind and len(words) >= at + size:
            return kind, size
    return None, 0


def _fits(kind: str, place: Place) -> bool:
    """Tell whether people would call a unit so: what was a town grew to a city, and not in all heads."""
    same = {"thành phố", "thị xã"}
    return kind == place.kind or (kind in same and place.kind in same)


def _written_so(words: Sequence[str], name: str) -> bool:
    """Tell whether diacritics that were typed are those of the name; a single syllable needs them."""
    proper = [_MARKS.sub("", word) for word in _WORD.findall(name)]
    if len(words) == 1:
        word = words[0]
        if canonical(fold(word)) is None:  # no syllable of Vietnamese: Pleiku, Mdrak
            return not word.isdigit()
        return word == proper[0] or (not word.isascii() and _spelled(word) == _spelled(proper[0]))
    pairs = zip(words, proper, strict=True)
    return all(word.isascii() or _spelled(word) == _spelled(own) for word, own in pairs)


def _spelled(word: str) -> str:
    return canonical(word.lower()) or word.lower()


def _apart(mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """Return the mentions with only those units that lie in what else is named, where there are such."""
    apart = []
    for mention in mentions:
        others = {name for other in mentions if other is not mention for name in _names(other.places)}
        around = [len(others & {*place.within, place.province}) for place in mention.places]
        nearest = tuple(
            place for place, count in zip(mention.places, around, strict=True) if count == max(around)
        )
        apart.append(Mention(mention.start, mention.end, nearest))
    return tuple(apart)


def _names(places: Iterable[Place]) -> Iterator[str]:
    for place in places:
        yield f"{place.kind} {place.name}"
        if not place.within:
            yield place.province
