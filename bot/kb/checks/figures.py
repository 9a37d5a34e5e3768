"""Figures of an answer that nothing backs: not its evidence, not its sources, not its dates.

A figure is an amount, a share, a length of time, a date, a year or a count. What only names a thing is none:
numbers of documents, articles, projects, forms, steps of a list. Words (`hai lần`) are none either.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from bot.kb.checks.rows import PARSED, Spot, problem_at
from bot.kb.problems import clip
from bot.kb.schema import Entry, Knowledge, Problem
from bot.normalise import fold
from bot.normalise.tokens import figure

_NUMBER: Final = r"(?>[0-9]+(?:[.,][0-9]+)*)"
_NAME: Final = r"(?>[0-9]+[a-z]?(?:[./][0-9]+)*)(?![.,][0-9])"
_MEASURES: Final = (
    r"\s*(?:%|nghìn|ngàn|triệu|tỷ|tỉ|đồng|ngày(?!\s+[0-9])|tháng(?!\s+[0-9])|năm(?!\s+[0-9]{4}))"
)
_NAMES: Final = (  # what numbers are written in that name a thing, each blanked out in this order
    re.compile(r"https?://\S+|(?<=\])\([^)\s]*\)"),
    re.compile(r"^[ \t>]*[0-9]+[.)][ \t]", re.MULTILINE),  # items of a list
    re.compile(
        r"(?<!\w)[0-9]+[a-z]?/(?:[0-9]{4}/)?(?:[A-ZĐ][A-ZĐa-zđ]*-[A-ZĐ][\w-]*|QH[0-9]+)"
    ),  # 55/2023/TT-BTC
    re.compile(r"(?<!\w)[A-ZĐ]{1,4}[0-9]+[a-z]?(?:[-./]\w+)+"),  # mẫu C1-02/NS
    re.compile(
        r"(?<!\w)(?:thông tư(?: liên tịch)?|nghị định|nghị quyết|quyết định|luật|công văn|công điện|chỉ thị"
        r"|thông báo|kế hoạch|kết luận|văn bản|chương trình|tt|nđ|nq|qđ|cv|dự án|tiểu dự án|tda|da|điều|khoản|mục"
        r"|chương|phụ lục|mẫu|biểu|bảng|bước|cách|bậc|nhóm|loại|vùng|khu vực|đợt|lần|kỳ|khóa|thứ|(?<!con )số)"
        r"\s+(?:(?:số|thứ|từ)\s+)?"
        rf"{_NAME}(?:\s*(?:,|-|–|và|hoặc|đến)\s*{_NAME}(?!{_MEASURES}))*(?!{_MEASURES})",
        re.IGNORECASE,
    ),
    re.compile(r"(?<![\w/.])(?:1[3-9]|[2-9][0-9]|[0-9]{3,})/(?:19|20)[0-9]{2}(?![\w/])"),  # 55/2023, no month
)
_MARKS: Final = str.maketrans("*_`", "   ")
_FIGURE: Final = re.compile(  # in a folded text
    r"ngay\s+(?P<day>[0-9]{1,2})\s+thang\s+(?P<month>[0-9]{1,2})(?:\s+nam\s+(?P<year>[0-9]{4}))?"
    r"|thang\s+(?P<alone>[0-9]{1,2})\s+nam\s+(?P<its>[0-9]{4})"
    r"|(?<!\w)(?:(?P<iso>[0-9]{4}-[0-9]{2}-[0-9]{2})(?!\w)"
    r"|(?P<date>[0-9]{1,2}([/.-])[0-9]{1,2}\8[0-9]{4}|[0-9]{1,2}/[0-9]{1,4})(?![\w/]))"
    rf"|(?<![^\W_])(?P<number>{_NUMBER})"
)
_SCALES: Final = {
    "nghin": 10**3, "ngan": 10**3, "k": 10**3, "trieu": 10**6, "tr": 10**6, "trd": 10**6, "ty": 10**9, "ti": 10**9,
}  # fmt: skip
_UNITS: Final = {"phan tram": "%", "d": "dong", "vnd": "dong"}
_TAIL: Final = re.compile(
    rf"(?P<scales>(?:\s*(?:{'|'.join(_SCALES)})(?![^\W_]))*)"
    r"(?:\s*(?P<unit>%|(?:phan tram|dong|vnd|d|ngay|thang|nam(?!\s+[0-9]{4})|tuan|gio)(?![^\W_])))?"
)
_WORD: Final = re.compile(r"\s*(?!(?:va|den|toi|hoac)\b)[^\W\d_]+")
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")
_RANGE: Final = re.compile(r"\s*(?:-|–|den|toi|va|hoac|,)\s*")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it is written, and what it says: `readings` are several in `20-40 triệu`."""

    text: str
    readings: tuple[str, ...]
    unit: str = ""  # "%", "dong", "ngay", "thang", "nam", "tuan", "gio"; "" fits any

    def stated_in(self, known: Mapping[str, frozenset[str]]) -> bool:
        """Tell whether one of the readings is `known` (reading -> its units) with a unit that fits."""
        return any(
            not self.unit or {self.unit, ""} & units
            for reading in self.readings
            if (units := known.get(reading))
        )


def unsourced(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield the entries whose answers hold figures that are quoted nowhere, one problem each."""
    for entry in knowledge.entries.values():
        known = _known(knowledge, entry)
        missing = [one.text for one in figures(entry.answer) if not one.stated_in(known)]
        if missing:
            spot = Spot(
                "", entry.id, knowledge.origins[entry.id][0], (knowledge.origins[entry.id][1], "answer")
            )
            listed = "”, “".join(dict.fromkeys(map(clip, missing)))
            yield problem_at(knowledge, spot, "unsourced_figures", value=listed)


def figures(text: str) -> Iterator[Figure]:
    """Yield the figures of a text in NFC, in order; of its first `PARSED` characters."""
    text = text[:PARSED]
    bare = text
    for pattern in _NAMES:
        bare = pattern.sub(lambda name: " " * len(name[0]), bare)
    bare = fold(bare).translate(_MARKS)
    found = list(_FIGURE.finditer(bare))
    for place, match in enumerate(found):
        following = found[place + 1] if place + 1 < len(found) else None
        yield _figure(text, bare, match, following)


def _figure(text: str, bare: str, match: re.Match[str], following: re.Match[str] | None) -> Figure:
    if match["number"] is None:
        return Figure(match[0], (_day(match),))
    tail = _tail(bare, match)
    readings = [_scaled(match["number"], tail["scales"])]
    if not tail[0] and following and following["number"]:
        if _RANGE.fullmatch(bare, match.end(), following.start()):
            readings.append(_scaled(match["number"], _tail(bare, following)["scales"]))
    unit = tail["unit"] or ""
    return Figure(_quoted(text, bare, match, tail), tuple(readings), _UNITS.get(unit, unit))


def _quoted(text: str, bare: str, match: re.Match[str], tail: re.Match[str]) -> str:
    """Return a figure as it is written, with the word after it where that says what is counted."""
    word = None if tail[0] or _YEAR.fullmatch(match[0]) else _WORD.match(bare, match.end())
    quoted = text[match.start() : (word or tail).end()]
    return " ".join(quoted.translate(_MARKS).split())


def _tail(bare: str, match: re.Match[str]) -> re.Match[str]:
    tail = _TAIL.match(bare, match.end())
    assert tail is not None  # noqa: S101 (every part of it may be missing)
    return tail


def _scaled(number: str, scales: str) -> str:
    """Return a number the one way: 1.500.000 and 1,5 with `trieu` are 1500000."""
    written = figure(number).replace(",", ".")
    if written.count(".") > 1:  # 7.8.9 counts nothing
        return written
    value = Decimal(written)
    for scale in scales.split():
        value *= _SCALES[scale]
    return format(value.normalize(), "f")


def _day(match: re.Match[str]) -> str:
    """Return a date the one way: 31/12/2026, 31/12, 12/2026."""
    if match["iso"]:
        parts = match["iso"].split("-")[::-1]
    elif match["date"]:
        parts = re.split("[/.-]", match["date"])
    else:
        parts = [match[name] for name in ("day", "month", "year", "alone", "its") if match[name]]
    return "/".join(part.lstrip("0") or "0" for part in parts)


def _known(knowledge: Knowledge, entry: Entry) -> dict[str, frozenset[str]]:
    """Return every reading that an entry's evidence, sources and dates state, with its units."""
    stated: dict[str, set[str]] = {}
    for text in _texts(knowledge, entry):
        for one in figures(text):
            for reading in (*one.readings, *_parts(one.readings[0])):
                stated.setdefault(reading, set()).add(one.unit)
    for day in _days(knowledge, entry):
        for reading in (whole := f"{day.day}/{day.month}/{day.year}", *_parts(whole)):
            stated.setdefault(reading, set()).add("")
    return {reading: frozenset(units) for reading, units in stated.items()}


def _parts(reading: str) -> tuple[str, ...]:
    """Return what a date says besides itself: 31/12/2026 also 31/12, 12/2026 and 2026."""
    numbers = reading.split("/")
    if len(numbers) == 3:
        return "/".join(numbers[:2]), "/".join(numbers[1:]), numbers[2]
    return tuple(number for number in numbers[1:] if len(number) == 4)


def _texts(knowledge: Knowledge, entry: Entry) -> Iterator[str]:
    yield entry.evidence
    for source in entry.sources:
        yield source.at
        yield " ".join(re.findall(r"/((?:19|20)[0-9]{2})/", source.document))
        if document := knowledge.documents.get(source.document):
            yield document.title
            yield document.transitional


def _days(knowledge: Knowledge, entry: Entry) -> Iterator[date]:
    days = [entry.valid_from, entry.valid_to]
    for source in entry.sources:
        if document := knowledge.documents.get(source.document):
            days += [document.issued, document.effective, knowledge.ended(source.document)]
    yield from filter(None, days)
