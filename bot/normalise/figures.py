"""Figures that a text states, each read the one way, beside numbers that only name a thing.

A figure is an amount, a share, a length of time, a date, a year or a count. Numbers of documents, articles,
projects, forms or steps of a list name a thing and are none; neither are words (`hai lần`).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from bot.normalise.letters import fold
from bot.normalise.tokens import figure

_NUMBER: Final = r"(?>[0-9]+(?:[.,][0-9]+)*)"
_NAMED: Final = r"(?>[0-9]+[a-z]?(?:[./][0-9]+)*)(?![.,][0-9])"
_MEASURE: Final = (
    r"\s*(?:%|(?:kg|km|m|m²)(?!\w)|nghìn|ngàn|triệu|tỷ|tỉ|đồng"
    r"|(?:ngày|tháng)(?!\s+[0-9])|năm(?!\s+[0-9]{4}))"
)
_NAMES: Final = (  # of what carries a number without counting anything
    "thông tư liên tịch|thông tư|nghị định|nghị quyết|quyết định|luật|công văn|công điện|chỉ thị|thông báo"
    "|kế hoạch|kết luận|văn bản|chương trình|tt|nđ|nq|qđ|cv|dự án|tiểu dự án|tda|da|điều|khoản|mục|chương"
    "|phụ lục|mẫu|biểu|bảng|bước|cách|bậc|loại|vùng|khu vực|đợt|lần|kỳ|khóa|thứ"
    "|nội dung thành phần|nội dung|thành phần|hợp phần"
)
_NO_FIGURES: Final = (
    re.compile(r"https?://\S+|(?<=\])\([^)\s]{0,500}\)"),
    re.compile(r"^[ \t>]*[0-9]+[.)][ \t]", re.MULTILINE),  # 1. the first of a list
    re.compile(r"(?<!\w)[0-9]+[a-z]?/(?:[0-9]{4}/)?(?:[A-ZĐ][A-ZĐa-zđ]*-[A-ZĐ][\w-]*|QH[0-9]+)"),
    re.compile(r"(?<!\w)[A-ZĐ]{1,4}[0-9]+[a-z]?(?:[-./]\w+)+"),  # C1-02/NS
    re.compile(
        rf"(?<!\w)(?:{_NAMES})\s+(?:(?:số|thứ|từ)\s+)?{_NAMED}"
        rf"(?:\s*(?:,|-|–|và|hoặc|đến)\s*{_NAMED}(?!{_MEASURE}))*(?!{_MEASURE})",
        re.IGNORECASE,
    ),
    re.compile(r"(?<![\w/.])(?:1[3-9]|[2-9][0-9]|[0-9]{3,})/(?:19|20)[0-9]{2}(?![\w/])"),  # 55/2023
)
_MARKS: Final = str.maketrans("*_`", "   ")
_FIGURE: Final = re.compile(  # in a folded text
    r"(?<![\w.,/])(?:(?P<day>[0-9]{1,2})\s+)?thang\s+(?P<month>[0-9]{1,2})(?![\w/.,]*[0-9]|\s*(?:ngay|lan)\b)"
    r"(?:\s+nam\s+(?P<year>[0-9]{4}))?"
    r"|(?<!\w)(?:(?P<iso>[0-9]{4}-[0-9]{2}-[0-9]{2})(?!\w)"
    r"|(?P<date>[0-9]{1,2}(?P<by>[/.-])[0-9]{1,2}(?P=by)[0-9]{4}|[0-9]{1,2}/[0-9]{1,4})(?![\w/]))"
    rf"|(?<![^\W_])(?P<number>{_NUMBER})"
)
_SCALES: Final = {
    "nghin": 10**3, "ngan": 10**3, "k": 10**3, "trieu": 10**6, "tr": 10**6, "trd": 10**6,
    "ty": 10**9, "ti": 10**9,
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
    """A figure as it is written and what it says: the 20 of `20-40 triệu` has two `readings`."""

    text: str
    readings: tuple[str, ...]
    unit: str = ""  # "%", "dong", "ngay", "thang", "nam", "tuan", "gio"; "" where none of these is written


def figures(text: str) -> Iterator[Figure]:
    """Yield the figures of a text in order."""
    text = bare = unicodedata.normalize("NFC", text)
    for pattern in _NO_FIGURES:
        bare = pattern.sub(lambda name: " " * len(name[0]), bare)
    bare = fold(bare).translate(_MARKS)
    found = list(_FIGURE.finditer(bare))
    for place, match in enumerate(found):
        following = found[place + 1] if place + 1 < len(found) else None
        yield _figure(text, bare, match, following)


def _figure(text: str, bare: str, match: re.Match[str], following: re.Match[str] | None) -> Figure:
    if match["number"] is None:
        return Figure(" ".join(text[match.start() : match.end()].split()), (_day(match),))
    tail = _tail(bare, match)
    readings = [_scaled(match["number"], tail["scales"])]
    if not tail[0] and following and _RANGE.fullmatch(bare, match.end(), following.start()):
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
    """Return a date the one way: 31/12/2026, 31/12, 12/2026, /12."""
    if match["iso"]:
        parts = match["iso"].split("-")[::-1]
    elif match["date"]:
        parts = re.split("[/.-]", match["date"])
    else:
        parts = [match[name] for name in ("day", "month", "year") if match[name]]
    written = "/".join(part.lstrip("0") or "0" for part in parts)
    return written if len(parts) > 1 else f"/{written}"


def parts_of_date(reading: str) -> tuple[str, ...]:
    """Return what a date says besides itself: 31/12/2026 also 31/12, 12/2026, 2026 and /12."""
    match reading.split("/"):
        case [day, month, year]:
            return f"{day}/{month}", f"{month}/{year}", year, f"/{month}"
        case [month, year] if len(year) == 4:
            return year, f"/{month}"
        case [_, month]:
            return (f"/{month}",)
    return ()
