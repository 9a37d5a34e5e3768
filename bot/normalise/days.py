"""The day that a question is about: rules change, and what held then is another answer than what holds now.

A day is taken from a text only where it is surely meant as the day of the rules: where it opens or ends the
question, or stands by what is ruled ("mức chi năm 2023"). Years stand in much else: in a document's number,
in "vốn năm 2023", "hộ thoát nghèo năm 2024", "giai đoạn 2021-2025". Those are days that may be meant: enough
to choose between entries that supersede each other, and for nothing else.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from bot.normalise.letters import LIMIT, fold

# All patterns read folded text. A year or day never stands before what would make it a number or a rate.
_YEAR: Final = r"(?:19[5-9]\d|20[0-4]\d)(?![\w-]|[./,]\d)"
_DAY: Final = (
    rf"(?:\d{{1,2}}[/.-]\d{{1,2}}[/.-]{_YEAR}|\d{{1,2}} thang \d{{1,2}},? nam {_YEAR}"
    r"|(?:19[5-9]\d|20[0-4]\d)-\d{1,2}-\d{1,2}(?!\w))"
)
_PART: Final = (
    rf"(?:thang |t)\d{{1,2}}(?:[/.-]|,? nam |,? ){_YEAR}|quy (?:[1-4]|iv|i{{1,3}})(?:[/-]|,? nam |,? ){_YEAR}"
    rf"|(?:(?:dau|giua|cuoi) )?nam {_YEAR}|(?:dau|cuoi) {_YEAR}"
)
_PLAIN: Final = rf"(?:(?:ngay )?{_DAY}|{_PART})"
_ANY: Final = rf"(?:{_PLAIN}|\d{{1,2}}/{_YEAR}|{_YEAR})"  # after a word that says that it is a time
_TIME: Final = (
    rf"(?P<time>(?:(?:vao|trong|tai|o|tinh den(?: het)?)(?: thoi diem)? |thoi diem )?(?P<at>{_PLAIN})"
    rf"|hoi (?P<then>{_ANY})|(?:hoi )?nam (?P<ago>ngoai|kia)"
    rf"|truoc (?P<before>{_ANY})|(?:ke )?tu (?P<since>{_ANY})(?! (?:den|toi|-|–)))"
)

_FILLER: Final = r"(?:da|a|cho|em|anh|chi|ad|hoi|con|the|vay|neu|xin|minh|toi|voi)"
_TAIL: Final = (
    r"(?:thi|la|bao nhieu|bn|may|nhu|the|nao|ntn|ra|sao|gi|vay|a|ha|nhi|ak|ah|nhe|ai|tien|trieu|dong|quyet"
    r"|duyet|ky|theo|van ban)"
)
_OPENS: Final = re.compile(rf"^\W*(?:{_FILLER}\W+)*{_TIME}(?![\w/])")
_ENDS: Final = re.compile(rf"(?<!\w){_TIME}(?:\W+{_TAIL})*\W*$")
_RULED: Final = re.compile(
    r"\b(?:muc|chuan|quy dinh|che do|chinh sach|lai suat|ap dung)(?: [^\W\d]+){0,3}? "
    rf"{_TIME}(?![\w/])"
)
_OWNED: Final = re.compile(  # before a year that is the owner's, not the rule's
    r"\b(?:von|kinh phi|tien|nguon|toan|ngan sach|ke hoach|danh sach|ket qua|so lieu|bao cao|ty le|sinh|de|"
    r"thoat ngheo|can ngheo moi|ra soat|cong nhan|cap|ky|ban hanh|hieu luc|xong|xay|lam|duyet|giao|nhan|vay|"
    r"nghiem thu|ho so|hop dong|no|den|toi|het|han|sang|qua|viet|mien|dot|lop|khoa|doan|mua|nop|tra|hoc|"
    r"giai ngan|khao sat|kiem tra|thanh tra|giam sat|so|voi|va|hay|hoac|tu|nam|nghi|cua|mo hinh|du an|"
    r"cong trinh)\W*$"
)
_PERIOD: Final = re.compile(  # 2021-2025, 21-25
    r"(?<![\w/.,-])(?P<first>(?:19[5-9]|20[0-4])\d) ?(?:[-–—]|den|toi) ?(?:het )?(?:nam )?"
    r"(?P<last>(?:19[5-9]|20[0-4])\d)(?![\w/-]|[.,]\d)|(?<![\w/.,-])(?:16-20|21-25|22-25|26-30|27-30)(?![\w/%.,-])"
)
_DOCUMENT: Final = re.compile(  # with its year, or the day of its issue
    r"(?<![\w/])(?<!thang )(?<!quy )(?<!truoc )(?<!\btu )(?<!hoi )\d{1,5}[a-e]?/(?:19|20)\d\d(?:/[\w-]+)?"
    rf"(?:,? ngay {_DAY})?"
    r"|\b(?:thong tu|nghi dinh|quyet dinh|nghi quyet|cong van|chi thi|phap lenh|tt|nd|qd|nq|cv|ct)"
    rf"(?: lien tich| so)? ?\d{{1,5}}[a-e]?(?:[/.-][\w/.-]+)?(?:,? ngay {_DAY}|,? nam {_YEAR}| {_YEAR})?"
    rf"|\b(?:luat|phap lenh|hien phap)(?! nao)(?: [^\W\d]+){{0,5}}? (?:nam )?{_YEAR}"
    rf"|\b(?:nghi quyet|quyet dinh|thong tu|nghi dinh) (?:nam )?{_YEAR}"
)
_CARRIED: Final = re.compile(  # money of one year that is spent in a later one
    rf"\b(?:von|kinh phi|tien|nguon|du toan)\b(?: [^\W\d]+){{0,6}}? (?P<of>{_YEAR})"
    rf"(?: [^\W\d]+){{0,5}}? (?:keo dai|chuyen nguon|chuyen sang)\b"
    rf"(?:(?: [^\W\d]+){{0,4}}? (?:sang|den|toi|qua)(?: het)?(?: ngay)?)? ?(?P<to>{_ANY})?"
)
_NOW: Final = re.compile(r"\b(?:hien|bay gio|bay h|gio|nay)\b")
_PAST: Final = re.compile(
    r"\bcu\b|\b(?:truoc day|truoc kia|ngay truoc|ngay xua|hoi truoc|hoi do|luc do|hoi ay|doi truoc|"
    r"giai doan truoc|ky truoc|dot truoc|truoc khi bo|tong ket|nam nam vua (?:roi|qua))\b"
)
_FUTURE: Final = re.compile(
    r"\b(?:moi|sap|toi day|sang nam|nam toi|nam sau|giai doan sau|nang|tang|chuan bi|bao gio|khi nao|"
    r"bat dau)\b"
)
_BESIDE: Final = re.compile(  # what may stand beside a day where nothing else is asked
    rf"\W*(?:(?:{_FILLER}|{_TAIL}|do|oi|u|nhu|tinh|den|ap dung|xem|giup|voi|khong|phai)(?!\w)\W*)*"
)
_BARE_YEAR: Final = re.compile(rf"(?<![\w/.,-]){_YEAR}")
_ALONE: Final = re.compile(rf"(?:ngay )?{_ANY}")
_DIGITS: Final = re.compile(r"\d+")
_BACK: Final = {"ngoai": 1, "kia": 2}
_QUARTERS: Final = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_UNTIL: Final = re.compile(rf"\bden(?: het)?(?: ngay)? ({_DAY})")


@dataclass(frozen=True, slots=True)
class When:
    """The time that a question is about.

    `day` is the one whose rules are asked for, `is_named` whether the question names it; else it is today.
    `near` are days that may be meant as well. `of_past` and `of_future` tell whether it speaks of what was or
    will be, `is_all` that nothing else is asked: "còn năm 2023 thì sao?". `rest` is the question without the
    words that name its day, "" where they belong to it.
    """

    day: date
    is_named: bool = False
    near: tuple[date, ...] = ()
    of_past: bool = False
    of_future: bool = False
    is_all: bool = False
    rest: str = ""

    def on(self, day: date) -> "When":
        """Return the same question asked of a day that is known from elsewhere."""
        return replace(self, day=day, is_named=True, near=())


def asked_of(text: str, today: date) -> When:
    """Return the time that a question is about.

    Of a year, a month or "từ 2027" the day nearest to `today` counts: the last one of what has passed, the
    first one of what is to come. Money that is carried over is spent by the rules of the year that it is
    carried into; where no year is said it may be this one (TT 60/2026/TT-BTC, article 21: money of 2021-2025
    goes on until it ends, under the rules of then).

    Args:
        text: as it was sent.
        today: in Vietnam, or the day from which the question is looked at.
    """
    said = " ".join(unicodedata.normalize("NFC", text[:LIMIT]).split())
    folded = fold(said)  # as long as `said`
    bare = _DOCUMENT.sub(_blot, folded)
    of_now = bool(_NOW.search(bare))
    periods = [_nearest(_period(one[0]), today) for one in _PERIOD.finditer(bare)] if not of_now else []
    bare = _PERIOD.sub(_blot, bare)
    of_past, of_future = (bool(words.search(bare)) for words in (_PAST, _FUTURE))
    when = When(today, near=tuple(periods), of_past=of_past, of_future=of_future)
    if carried := _CARRIED.search(bare):
        into = _span(carried["to"] or "")
        if into and into[0] <= today and not of_now:
            return when.on(_nearest(into, today))
        return replace(when, near=(*periods, _nearest(_year(_year_of(carried["of"]) + 1), today)))
    for found in filter(None, (pattern.search(bare) for pattern in (_OPENS, _RULED, _ENDS))):
        start, end = found.span("time")
        span = _meant(found, today)
        if span is None or _OWNED.search(bare[:start]):
            continue
        day = _nearest(span, today)
        if not (of_now and day < today):  # of then, but asked about now
            is_all = bool(_BESIDE.fullmatch(bare[:start]) and _BESIDE.fullmatch(bare[end:]))
            rest = "" if is_all else " ".join((said[:start] + said[end:]).split())
            return replace(when, day=day, is_named=True, near=(), is_all=is_all, rest=rest)
    years = [_nearest(_year(int(one[0])), today) for one in _BARE_YEAR.finditer(bare)]
    return when if of_now else replace(when, near=(*periods, *years))


def day_of(text: str, today: date) -> date | None:
    """Return the day that a person names by itself: 2023-09-01, 1/9/2023, tháng 9/2023, năm 2023, 2023."""
    folded = " ".join(fold(text).split())
    span = _span(folded) if _ALONE.fullmatch(folded) else None
    return _nearest(span, today) if span else None


def until(sentence: str) -> date | None:
    """Return the last day that a sentence speaks of: "… đến hết 31/12/2026"; None without one."""
    spans = [_span(found[1]) for found in _UNTIL.finditer(fold(sentence))]
    return max((span[1] for span in spans if span), default=None)


_Span = tuple[date, date]


def _meant(found: re.Match[str], today: date) -> _Span | None:
    """Return the first and the last day that a time names; None for no day of any year, and for deadlines."""
    if ago := found["ago"]:
        return _year(today.year - _BACK[ago])
    span = _span(found["at"] or found["then"] or found["before"] or found["since"])
    if span and found["before"]:
        return (date.min, span[0] - timedelta(days=1)) if span[0] <= today else None
    return (span[0], date.max) if span and found["since"] else span


def _span(spot: str) -> _Span | None:
    """Return the first and the last day of a day, month, quarter or year as it was typed."""
    numbers = [int(one) for one in _DIGITS.findall(spot)]
    try:
        match numbers:
            case [year, month, day] if year > 31:
                return (date(year, month, day),) * 2
            case [day, month, year]:
                return (date(year, month, day),) * 2
            case [quarter, year] if spot.startswith("quy"):
                return _months(year, 3 * quarter - 2, 3)
            case [month, year]:
                return _months(year, month, 1)
            case [year] if spot.startswith("quy"):
                return _months(
                    year, 3 * _QUARTERS[spot.split()[1].partition("/")[0].partition("-")[0]] - 2, 3
                )
            case [year] if spot.startswith("dau"):
                return _months(year, 1, 6)
            case [year] if spot.startswith("cuoi"):
                return _months(year, 7, 6)
            case [year] if 1950 <= year < 2050:
                return _year(year)
    except (ValueError, KeyError):  # 31/2/2024
        pass
    return None


def _months(year: int, first: int, count: int) -> _Span:
    after = first + count
    return date(year, first, 1), date(year + (after > 12), (after - 1) % 12 + 1, 1) - timedelta(days=1)


def _year(year: int) -> _Span:
    return _months(year, 1, 12)


def _period(written: str) -> _Span:
    """Return the first day of the first year and the last one of the last year: 2021-2025, 21-25."""
    first, last = (
        int(one) % 100 + (1900 if one.startswith("19") else 2000) for one in _DIGITS.findall(written)
    )
    return date(first, 1, 1), date(last, 12, 31)


def _year_of(spot: str) -> int:
    return int(_DIGITS.findall(spot)[-1])


def _nearest(span: _Span, today: date) -> date:
    return min(max(today, span[0]), span[1])


def _blot(found: re.Match[str]) -> str:
    return "#" * len(found[0])
