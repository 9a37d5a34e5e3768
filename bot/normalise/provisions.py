"""Parts of a regulation: how a text numbers them, and how people name them.

An article (Điều 5a) holds clauses (khoản 2), a clause holds points (điểm đ). Parts are numbered as the decree
on legal documents prescribes (NĐ 78/2025/NĐ-CP, like those before it): articles and clauses by Arabic
numbers, points by the letters of the Vietnamese alphabet in its order; what was put in later takes a letter
or a digit behind (Điều 17a, khoản 2b, điểm c1).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

ALPHABET: Final = "abcdđeghiklmnopqrstuvxy"  # f, j, w and z number nothing
_WIDEST: Final = 200  # numbers of a range; "Điều 5-2023" is no range

_NUMBER: Final = r"\d{1,4}[a-zđ]?\d?(?!\w)"
_LETTER: Final = r"[a-zđ]{1,2}\d?(?!\w)"
_ROMAN: Final = r"(?:[ivxlc]+|\d+[a-z]?)(?!\w)"
_JOINT: Final = r"\s*(?:,|-|–|đến|và)\s*"
_LISTED: Final = re.compile(
    rf"(?P<unit>điểm)\s+(?P<letters>{_LETTER}(?:{_JOINT}{_LETTER})*)"
    rf"|(?P<counted>khoản|điều)\s+(?P<numbers>{_NUMBER}(?:{_JOINT}{_NUMBER})*)"
    r"|(?P<other>phần|chương|tiểu mục|mục|phụ lục|mẫu số|mẫu|biểu số|biểu)"
    rf"(?:(?:\s+thứ)?\s+{_ROMAN}(?:{_JOINT}{_ROMAN})*)?"
    r"|(?:các|tên|và|của|tại|đến)(?!\w)|[\s,.]+"
)
_ASIDE: Final = re.compile(r"\([^()]*\)")
_RANGE: Final = re.compile(rf"({_NUMBER})\s*(-|–|đến)\s*({_NUMBER})|({_NUMBER})")
_KEY: Final = re.compile(r"(\d{1,4}[a-z]{0,2}\d?)(?:-(\d{1,4}[a-z]{0,2}\d?|0))?(?:-([a-z]{1,2}\d?))?")

_ARTICLE_LINE: Final = re.compile(r"điều\s+(\d{1,4}[a-zđ]?)\s*(?:[.:]\s*(?=\D|$)|$)", re.IGNORECASE)
_CLAUSE_LINE: Final = re.compile(r"(\d{1,3}[a-zđ]?)\.\s+(?=\S)")
_POINT_LINE: Final = re.compile(r"([a-zđ]{1,2}\d?)\)\s+(?=\S)")
_HEADING_LINE: Final = re.compile(
    r"(phần|chương|mục|tiểu mục)\s+(?:thứ\s+)?"
    r"(?:[ivxlc]+|\d+(?:\.\d+)*|[a-zđ]|nhất|hai|ba|tư|bốn|năm)(?P<rest>(?!\w).*)",
    re.IGNORECASE,
)
_ANNEX_LINE: Final = re.compile(
    r"(?:phụ lục|mẫu số|biểu số)(?:\s+(?:số\s+)?(?:[ivxlc]+|\d+)[a-z]?(?!\w))?(?P<rest>.*)", re.IGNORECASE
)
LEVELS: Final = ("phần", "chương", "mục", "tiểu mục")


@dataclass(frozen=True, slots=True)
class Provision:
    """An article of a regulation, one of its clauses, or one of the points of a clause.

    A point without a clause is one of an article that has none.
    """

    article: str
    clause: str | None = None
    point: str | None = None

    @property
    def key(self) -> str:
        """The provision in few plain letters: "74-1-a"; "đ" is "dd", a missing clause before a point "0"."""
        clause = self.clause or ("0" if self.point else None)
        return "-".join(part.replace("đ", "dd") for part in (self.article, clause, self.point) if part)

    @property
    def above(self) -> "Provision | None":
        """What it is a part of; None for an article."""
        if self.point and self.clause:
            return Provision(self.article, self.clause)
        return Provision(self.article) if self.clause or self.point else None


def from_key(key: str) -> Provision | None:
    """Return what a `Provision.key` names, None when it is not one."""
    if not (found := _KEY.fullmatch(key)):
        return None
    article, clause, point = (part.replace("dd", "đ") if part else None for part in found.groups())
    return Provision(article or "", None if clause == "0" else clause, point)


@dataclass(frozen=True, slots=True)
class Named:
    """What a text names: `provisions` in its order; `is_clear` unless some of it was not understood."""

    provisions: tuple[Provision, ...]
    is_clear: bool


def named(text: str) -> Named:
    """Read which parts of a regulation a text names: "điểm a khoản 2, khoản 3 Điều 15; Điều 17-19".

    The smaller part stands before the larger one, as laws cite, or behind it ("Điều 15 khoản 3"). Words in
    brackets are an aside. Chapters, appendices and forms are understood, and are no provisions.
    """
    found: list[Provision] = []
    is_clear = True
    for piece in re.split(r"[;\n]", _ASIDE.sub(" ", text.lower())):
        provisions, clear = _read(piece)
        found += provisions
        is_clear = is_clear and clear
    return Named(tuple(dict.fromkeys(found)), is_clear)


def _read(piece: str) -> tuple[list[Provision], bool]:
    """Return what one piece between semicolons names, and whether all of it was understood."""
    found: list[Provision] = []
    pending: list[tuple[str | None, tuple[str, ...]]] = []  # clauses with their points, before their article
    points: list[str] = []
    at, is_clear = 0, True
    while at < len(piece):
        match = _LISTED.match(piece, at)
        if match is None:
            is_clear = False
            at += 1
            continue
        at = match.end()
        if match["letters"]:
            points += re.findall(_LETTER, re.sub(r"(?<!\w)(?:đến|và)(?!\w)", ",", match["letters"]))
        elif match["counted"] == "khoản":
            first, *others = _spread(match["numbers"])
            pending += [(first, tuple(points)), *((number, ()) for number in others)]
            points = []
        elif match["counted"]:
            first, *others = _spread(match["numbers"])
            found += _within(first, [*pending, *([(None, tuple(points))] if points else [])])
            found += map(Provision, others)
            pending, points = [], []
        elif match["other"]:
            pending, points = [], []
    if pending or points:
        if not found:
            return found, False
        if points and pending:
            pending[-1] = (pending[-1][0], (*pending[-1][1], *points))
        elif points:
            pending = [(found[-1].clause, tuple(points))]
        found[-1:] = _within(found[-1].article, pending)
    return found, is_clear


def _within(article: str, clauses: list[tuple[str | None, tuple[str, ...]]]) -> Iterator[Provision]:
    if not clauses:
        yield Provision(article)
    for clause, points in clauses:
        if not points:
            yield Provision(article, clause)
        yield from (Provision(article, clause, point) for point in points)


def _spread(numbers: str) -> list[str]:
    """Return the numbers of a list with its ranges told one by one."""
    found: list[str] = []
    for match in _RANGE.finditer(numbers):
        first, _, last, alone = match.groups()
        if alone or not (first.isdigit() and last.isdigit() and 0 <= int(last) - int(first) <= _WIDEST):
            found += [alone] if alone else [first, last]
        else:
            found += map(str, range(int(first), int(last) + 1))
    return found


# --- how a text begins its parts ------------------------------------------------------------------


def article_line(line: str) -> str | None:
    """Return the number of the article that a line begins: "Điều 5a. …"."""
    return _number(_ARTICLE_LINE, line)


def clause_line(line: str) -> str | None:
    """Return the number that a line begins with: "2. …"."""
    return _number(_CLAUSE_LINE, line)


def point_line(line: str) -> str | None:
    """Return the letter that a line begins with: "đ) …"."""
    return _number(_POINT_LINE, line)


def _number(pattern: re.Pattern[str], line: str) -> str | None:
    match = pattern.match(line)
    return match[1].lower() if match else None


def unnumbered(line: str) -> str:
    """Return a line that begins a part without its number."""
    for pattern in (_ARTICLE_LINE, _CLAUSE_LINE, _POINT_LINE):
        if match := pattern.match(line):
            return line[match.end() :]
    return line


def heading_line(line: str) -> int | None:
    """Return the level (from 0, the widest) of the part, chapter or section that a line begins.

    A sentence may begin with one too ("Mục 2 của Phụ lục này ..."): a heading has nothing behind its number,
    or a full stop, or capitals.
    """
    match = _HEADING_LINE.fullmatch(line)
    if match is None or not (_is_title(match["rest"])):
        return None
    return LEVELS.index(match[1].lower())


def annex_line(line: str) -> bool:
    """Tell whether a line begins an appendix or a form."""
    match = _ANNEX_LINE.fullmatch(line)
    return match is not None and (line.isupper() or not match["rest"].strip(" .:"))


def _is_title(rest: str) -> bool:
    rest = rest.strip()
    return not rest or rest[0] in ".:-–" or rest.isupper()


def follows(number: str, before: str | None) -> bool:
    """Tell whether a part numbered so may come right after one numbered `before` (None: it is the first).

    2 after 1, 5a after 5, 6 after 5b; đ after d, c1 after c, d after c2.
    """
    main, extra = _divided(number)
    if before is None:
        return main in (1, "a") and not extra
    last, last_extra = _divided(before)
    if main == last:
        return bool(extra) and extra > last_extra
    return not extra and _next(last) == main


def later(number: str, before: str | None) -> bool:
    """Tell whether a part numbered so comes somewhere after one numbered `before`."""
    return before is None or _order(number) > _order(before)


def _divided(number: str) -> tuple[int | str, str]:
    """Return the main number and what was put behind it later."""
    if match := re.fullmatch(r"(\d+)(\D*\d*)", number):
        return int(match[1]), match[2]
    match = re.fullmatch(r"([a-zđ]+)(\d*)", number)
    return (match[1], match[2]) if match else (number, "")


def _next(number: int | str) -> int | str:
    if isinstance(number, int):
        return number + 1
    place = ALPHABET.find(number)
    return ALPHABET[place + 1] if 0 <= place < len(ALPHABET) - 1 else ""


def _order(number: str) -> tuple[int, str]:
    main, extra = _divided(number)
    return (main if isinstance(main, int) else ALPHABET.find(main[:1])), extra
