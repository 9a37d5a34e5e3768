"""Provinces, districts and communes, before and since the merger of 1/7/2025, and where a text names them.

The units stand in `units.txt`, a district of before a line: its province, itself, the province where it is
now, then each of its communes with what it became (`Xã Đức Hạnh>Xã Cốc Pàng`; the main one first).
`build` wrote them. Nghị quyết 202/2025/QH15 merged provinces; districts are no unit since 1/7/2025.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

from bot.normalise import fold, province
from bot.normalise.provinces import PROVINCES
from bot.normalise.syllables import canonical

KINDS: Final = ("thành phố", "tỉnh", "huyện", "quận", "thị xã", "xã", "phường", "thị trấn", "đặc khu")
_TIERS: Final = ({"huyện", "quận", "thị xã", "thành phố"}, {"xã", "phường", "thị trấn", "đặc khu"})
_SHORT: Final = {"tp": "thành phố", "t": "tỉnh", "h": "huyện", "q": "quận", "tx": "thị xã", "x": "xã",
                 "p": "phường", "tt": "thị trấn"}  # fmt: skip
_KINDS: Final = {fold(kind): kind for kind in KINDS} | _SHORT
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_MARKS: Final = re.compile(r"['’]")
DISTRICTS_ENDED: Final = date(2025, 7, 1)  # from this day on there are none
MOST_WORDS: Final = 6  # of a unit's name
_MOST_READ: Final = MOST_WORDS + 2  # with those for its tier


@dataclass(frozen=True, slots=True)
class Place:
    """A unit of one of the two times.

    `within` are the units around it, the smallest first, as they were called in its own time. `now` are the
    communes that it is (part of) since 1/7/2025, the main one first; `was` are those that it was made of.
    """

    kind: str  # huyện, xã, …
    name: str
    within: tuple[str, ...]
    province: str  # since 1/7/2025, as `bot.normalise.province` calls it
    now: tuple[str, ...] = ()
    was: tuple[str, ...] = ()
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


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a text, without apostrophes, and where it stands."""

    text: str
    folded: str
    start: int
    end: int

    @classmethod
    def of(cls, match: re.Match[str]) -> "_Word":
        text = _MARKS.sub("", match[0])
        return cls(text, fold(text), match.start(), match.end())


class Gazetteer:
    """Finds places in texts. Immutable."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Read the lines of `units.txt`."""
        self._by_name: dict[str, list[Place]] = defaultdict(list)
        for place in _places(lines):
            self._by_name[_key(place.name)].append(place)
        sizes: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for name in self._by_name:
            words = name.split(" ")
            sizes[tuple(words[:2])].add(len(words))
        # By how a name begins, the numbers of words that such names have, most first.
        self._sizes = {beginning: sorted(found, reverse=True) for beginning, found in sizes.items()}

    def units(self) -> Iterator[Place]:
        """Yield every unit of both times."""
        for places in self._by_name.values():
            yield from places

    def named(self, full: str) -> tuple[Place, ...]:
        """Return the units that a full name fits, as in `huyện Bảo Lâm, tỉnh Cao Bằng`."""
        return tuple(place for mention in self.find(full)[:1] for place in mention.places)

    def find(self, text: str, bare: Set[str] = frozenset()) -> tuple[Mention, ...]:
        """Return the places that a text names, in order.

        A name counts after the word for its tier (`huyện`, `h.`), and alone where it is a province's of two
        syllables or more, that of a unit around the place before, or one of `bare`. Where several units bear
        it, those whose district or province is named as well are meant.

        Args:
            text: of a message.
            bare: units, as in `huyện Mường Ảng`, that are meant even where their tier is not said.
        """
        text = unicodedata.normalize("NFC", text)
        words = [_Word.of(match) for match in _WORD.finditer(text)]
        found: list[Mention] = []
        at = 0
        while at < len(words):
            around = {name for place in (found[-1].places if found else ()) for name in place.within}
            mention, used = self._at(words[at : at + _MOST_READ], bare | around)
            if mention:
                found.append(mention)
            at += used
        return _apart(found)

    def _at(self, words: Sequence[_Word], bare: Set[str]) -> tuple[Mention | None, int]:
        """Return the place that is named by the first words, and how many words to go on by."""
        kind, skip = _kind(words)
        name = words[skip:]
        beginning = tuple(word.folded for word in name[:2])
        for size in (*self._sizes.get(beginning, ()), *self._sizes.get(beginning[:1], ())):
            if size <= len(name) and (places := self._meant(name[:size], kind, bare)):
                return Mention(words[0].start, name[size - 1].end, places), skip + size
        return None, 1

    def _meant(self, name: Sequence[_Word], kind: str | None, bare: Set[str]) -> tuple[Place, ...]:
        key = " ".join(word.folded for word in name)
        places = tuple(place for place in self._by_name.get(key, ()) if _written_so(name, place.name))
        if kind is None:
            if len(name) == 1 and not _is_foreign(key):
                return ()
            return tuple(
                place for place in places if not place.within or f"{place.kind} {place.name}" in bare
            )
        # Towns and wards were communes once, and cities districts: people go on calling them so.
        exact = tuple(place for place in places if place.kind == kind)
        return exact or tuple(place for place in places if any({kind, place.kind} <= tier for tier in _TIERS))


@cache
def gazetteer() -> Gazetteer:
    """Return the gazetteer of the units that come with the bot; it is read once."""
    return Gazetteer((files(__package__) / "units.txt").read_text(encoding="utf-8").splitlines())


def workplaces(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """Return the districts and communes that are named, with the provinces around them: where people work.

    A province that is named alone is more often what a question is about: its figures, its own rules.
    """
    mentions = tuple(mentions)
    inner = [mention for mention in mentions if any(place.within for place in mention.places)]
    around = {place.province for mention in inner for place in mention.places}
    return tuple(
        mention
        for mention in mentions
        if mention in inner or any(place.province in around for place in mention.places)
    )


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
    today: dict[tuple[str, str], list[str]] = defaultdict(list)
    for line in lines:
        old, district, new, *communes = line.split("\t")
        now = province(new) or new
        provinces[old] = now
        around = (_lower(district), _lower(old))
        became: dict[str, None] = {}
        for commune, _, successors in (each.partition(">") for each in communes):
            names = tuple(_lower(each) for each in successors.split(";"))
            became |= dict.fromkeys(names)
            for name in names:
                today[name, new].append(", ".join([_lower(commune), *around] if commune else around))
            if commune:
                yield Place(*_parts(commune), around, now, names)
        yield Place(*_parts(district), around[1:], now, tuple(became))
    for (name, new), was in today.items():
        yield Place(*_parts(name), (_lower(new),), province(new) or new, (name,), tuple(was), is_past=False)
    current = {_lower(new) for _, new in today}
    for old, now in provinces.items():
        yield Place(*_parts(old), (), now, is_past=_lower(old) not in current)
    written = {_parts(old)[1] for old in provinces}
    for now, others in PROVINCES.items():  # older names, and other ways to write them
        kind = "thành phố" if now.startswith("Thành phố") else "tỉnh"
        yield from (Place(kind, name, (), now) for name in others if name not in written)


def _parts(full: str) -> tuple[str, str]:
    kind = next(kind for kind in sorted(KINDS, key=len, reverse=True) if full.lower().startswith(f"{kind} "))
    return kind, full[len(kind) + 1 :]


def _lower(full: str) -> str:
    """Return a full name with a small letter first, as it stands within a sentence."""
    return " ".join(_parts(full))


def _key(name: str) -> str:
    return " ".join(fold(_MARKS.sub("", word)) for word in _WORD.findall(name))


def _kind(words: Sequence[_Word]) -> tuple[str | None, int]:
    """Return the tier that the first words say, if they do, and in how many words."""
    for size in (2, 1):
        kind = _KINDS.get(" ".join(word.folded for word in words[:size]))
        if kind and len(words) > size:
            return kind, size
    return None, 0


def _written_so(words: Sequence[_Word], name: str) -> bool:
    """Tell whether diacritics that were typed are those of the name; a single syllable needs them."""
    proper = [_MARKS.sub("", word) for word in _WORD.findall(name)]
    if len(words) == 1:
        word = words[0].text
        if _is_foreign(words[0].folded):
            return not word.isdigit()
        return word == proper[0] or (not word.isascii() and _spelled(word) == _spelled(proper[0]))
    pairs = zip(words, proper, strict=True)
    return all(word.text.isascii() or _spelled(word.text) == _spelled(own) for word, own in pairs)


def _is_foreign(word: str) -> bool:
    """Tell whether a folded word is no syllable of Vietnamese and so most likely a name: mdrak, hcm."""
    return canonical(word) is None and len(word) > 2


def _spelled(word: str) -> str:
    return canonical(word.lower()) or word.lower()


def _apart(mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """Return the mentions with only those units that lie in or around what else is named, if any."""
    apart = []
    for mention in mentions:
        others = [place for other in mentions if other is not mention for place in other.places]
        names = set(_names(others))
        outer = {", ".join(place.within[at:]) for place in others for at in range(len(place.within))}
        near = [
            len(names & {*place.within, place.province}) + (place.full in outer) for place in mention.places
        ]
        nearest = tuple(
            place for place, count in zip(mention.places, near, strict=True) if count == max(near)
        )
        apart.append(Mention(mention.start, mention.end, nearest))
    return tuple(apart)


def _names(places: Iterable[Place]) -> Iterator[str]:
    for place in places:
        yield f"{place.kind} {place.name}"
        if not place.within:
            yield place.province
