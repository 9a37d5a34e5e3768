"""Numbers of legal documents, in the many ways people type them, as one token each.

`vb_<kind>_<number>_<year>_<issuer>`, e.g. `vb_tt_55_2023_btc`; parts that are not known are left out.
Numbers are built as the decree on clerical work prescribes (NĐ 30/2020/NĐ-CP): number[/year]/kind-issuer;
for the National Assembly number/year/QHterm. Its laws and resolutions share one sequence of numbers, so both
are of kind `qh` here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from bot.normalise.letters import clean, fold

_WORDS: Final = {
    "thong tu lien tich": "ttlt",
    "van ban hop nhat": "vbhn",
    "nghi dinh": "nd",
    "nghi quyet": "nq",
    "quyet dinh": "qd",
    "thong tu": "tt",
    "phap lenh": "pl",
    "cong van": "cv",
    "chi thi": "ct",
    "ke hoach": "kh",
    "thong bao": "tb",
    "bo luat": "luat",
    "luat": "luat",
}
_SHORT: Final = {
    **{kind: kind for kind in ("ttlt", "vbhn", "nd", "nq", "qd", "tt", "cv", "ct", "kh", "tb")},
    "ndd": "nd",  # NĐ and QĐ as Telex leaves them
    "qdd": "qd",
}
_KINDS: Final = _WORDS | _SHORT

_AMBIGUOUS: Final = frozenset({"ct", "kh", "cv", "tb", "ke hoach", "thong bao"})
"""Kinds that usually mean something else before a number (chương trình 1719, khách, kế hoạch 5 năm)."""

_MONTHS: Final = frozenset(map(str, range(1, 13)))  # "6/2025" is a month
_LIKE_YEARS: Final = frozenset(map(str, range(1945, 2036)))  # alone these are years, not documents

# fmt: off
_ISSUERS: Final = frozenset((
    "cp", "ttg", "btc", "bldtbxh", "bnnptnt", "bnnmt", "bxd", "btttt", "byt", "bgddt", "bkhdt", "bct", "bnv",
    "bca", "bqp", "bkhcn", "bvhttdl", "bvhtt", "btp", "btnmt", "ubdt", "bdttg", "nhnn", "ubnd", "hdnd",
))
# fmt: on
_SAME_ISSUER: Final = {"ldtbxh": "bldtbxh"}  # without the B of Bộ

_NUMBER: Final = "[0-9]{1,5}(?:[a-e](?![a-z0-9]))?"  # 30a/2008/NQ-CP
_YEAR: Final = r"(?:19[4-9]|20[0-3])\d"
_CODE: Final = "ttlt|vbhn|nqlt|tt|ndd|nd|qdd|qd|nq|ct|cv|kh|tb|hd|ubtvqh[0-9]{1,2}|qh[0-9]{1,2}"
_ISSUER: Final = "|".join(sorted(_ISSUERS | _SAME_ISSUER.keys(), key=len, reverse=True))
_FREE: Final = r"[a-z][a-z0-9]{0,12}(?:-[a-z][a-z0-9]{0,12}){0,4}"
_SUFFIX: Final = (
    rf"(?:(?:[/_.-]?(?P<code>{_CODE})(?:[/_.-](?P<free>{_FREE})|[ ]?(?P<near>{_ISSUER}))?"
    rf"| (?P<apart>{_CODE})[ -](?P<after>{_ISSUER})"
    rf"|[ /_.-]?(?P<only>{_ISSUER})(?:-[a-z]{{1,12}}){{0,3}})(?![a-z0-9]))"
)
_NAMED: Final = re.compile(
    rf"(?<![a-z0-9_])(?P<word>{'|'.join(sorted(_KINDS, key=len, reverse=True))})[ ./-]?(?:so[ .]?)?"
    rf"(?:(?P<token>vb_[a-z]+_[0-9]+[a-e]?(?:_[a-z0-9]+)*)"
    rf"|(?P<number>{_NUMBER})(?:(?P<joint>[/_.-]| nam | )(?P<year>{_YEAR})(?![0-9]|[.,/-][0-9]))?{_SUFFIX}?)"
    r"(?![0-9a-z_]|[.,/][0-9])"
)
_BARE: Final = re.compile(
    rf"(?<![a-z0-9_/.,-])(?P<number>{_NUMBER})(?:(?P<joint>[/_-])(?P<year>{_YEAR}))?"
    rf"(?:(?=[/_-]){_SUFFIX})?(?![a-z0-9_]|[.,/-][a-z0-9])"
)
_DIGIT: Final = re.compile("[0-9]")
_LATER: Final = re.compile(  # the year, or the date of issue, after the whole number
    rf" (?:nam |ngay [0-9]{{1,2}}(?:[/.-][0-9]{{1,2}}[/.-]| thang [0-9]{{1,2}} nam ))({_YEAR})"
    r"(?![0-9]|[.,/-][0-9])"
)
_MONEY: Final = re.compile(r" ?(?:trieu|tr|ty|ti|nghin|ngan|k|dong|d|%|phan tram)(?![a-z])")
_MEASURE: Final = re.compile(
    r" ?(?:tuoi|ha|m2|kg|ho|nguoi|con|ngay(?! [0-9])|thang(?! [0-9])|nam(?! (?:19|20)[0-9]))(?![a-z])"
)


_Reader = Callable[[re.Match[str]], tuple[str, int] | None]


@dataclass(frozen=True, slots=True)
class Reference:
    """The parts of a document's number that were typed or are known."""

    kind: str | None
    number: str  # without leading zeros
    year: int | None = None
    issuer: str | None = None

    def fits(self, other: "Reference") -> bool:
        """Tell whether what this one says is true of the document `other`."""
        return (
            self.number == other.number
            and (
                self.kind in (None, other.kind) or (other.kind == "qh" and self.kind in ("nq", "luat", "pl"))
            )
            and self.year in (None, other.year)
            and self.issuer in (None, other.issuer)
        )

    def token(self) -> str:
        """Return the canonical token; a decree with a year is always the Government's."""
        issuer = self.issuer or ("cp" if self.kind == "nd" and self.year else None)
        parts = (self.kind, self.number, str(self.year) if self.year else None, issuer)
        return "_".join(("vb", *(part for part in parts if part)))


def _suffix(match: re.Match[str]) -> tuple[str | None, str | None]:
    """Return kind and issuer as the suffix of a number says them."""
    code = match["code"] or match["apart"]
    issuer = match["free"] or match["near"] or match["after"] or match["only"]
    if code and "qh" in code:
        return "qh", code
    issuer = _SAME_ISSUER.get(issuer, issuer) if issuer else None
    return _KINDS.get(code, code) if code else None, issuer.replace("-", "_") if issuer else None


def _reference(match: re.Match[str], kind: str | None) -> Reference:
    code, issuer = _suffix(match)
    return Reference(
        code or kind, match["number"].lstrip("0"), int(match["year"]) if match["year"] else None, issuer
    )


@lru_cache(maxsize=4096)
def official_reference(official: str, year: int | None = None) -> Reference | None:
    """Return the parts of an official number (`year` when it holds none), or None when it is not one."""
    match = _BARE.fullmatch(fold(clean(official)))
    if match is None:
        return None
    found = _reference(match, None)
    kind = found.kind or ("cv" if found.issuer else None)
    return Reference(kind, found.number, found.year or year, found.issuer) if kind else None


_OFFICIAL: Final = re.compile(r"(?<![\w/])\d{1,5}[a-e]?/(?:(?:19|20)\d\d/)?[A-ZĐ]{2}[\wĐ]*(?:-[A-ZĐ][\wĐ]*)*")


def official_number(text: str) -> str | None:
    """Return the first official number that stands in a text as it is printed: 55/2023/TT-BTC."""
    match = _OFFICIAL.search(text)
    return match[0] if match else None


class References:
    """Finds documents in a text; knows the documents of the base. Immutable."""

    def __init__(self, documents: Mapping[str, int | None]) -> None:
        """Read the official numbers of `documents` (55/2023/TT-BTC, 90/QĐ-TTg -> year of issue or None)."""
        self._known: dict[str, tuple[Reference, ...]] = {}
        for official, year in documents.items():
            known = official_reference(official, year)
            if known is not None and known not in self._known.get(known.number, ()):
                self._known[known.number] = (*self._known.get(known.number, ()), known)

    def replace(self, text: str) -> str:
        """Return `text` (as `letters.clean` leaves it) with every document's number as its token."""
        if _DIGIT.search(text) is None:
            return text
        return _each(_BARE, self._bare, _each(_NAMED, self._named, text))

    def _fitting(self, reference: Reference) -> list[Reference]:
        return [known for known in self._known.get(reference.number, ()) if reference.fits(known)]

    def _named(self, match: re.Match[str]) -> tuple[str, int] | None:
        """Read a number that follows the name of a kind of document; return its token and where it ends."""
        if match["token"]:
            return self._renamed(match)
        kind = _KINDS[match["word"]]
        reference = _reference(match, kind)
        if match["joint"] in (" ", " nam ") and not self._fitting(reference):
            alone = Reference(kind, reference.number)
            if len(self._fitting(alone)) == 1 and reference.issuer is None:
                return self._fitting(alone)[0].token(), match.end("number")
        return self._settled(match, reference) if self._is_document(match, reference) else None

    def _renamed(self, match: re.Match[str]) -> tuple[str, int] | None:
        kind, of = _KINDS[match["word"]], match["token"].split("_")[1]
        same = kind == of or (of == "qh" and kind in ("nq", "luat", "pl"))
        return (match["token"], match.end()) if same else None

    def _is_document(self, match: re.Match[str], reference: Reference) -> bool:
        """Tell a document from a programme, a sum, a year or a part that is numbered like one."""
        word, after, whole = match["word"], match.end(), match.string
        if match["code"] or match["apart"]:
            return True
        bare = reference.year is None and reference.issuer is None
        if bare and _MONEY.match(whole, after):
            return False
        if self._fitting(reference):
            return True
        if word in _AMBIGUOUS:
            return False
        if not bare:
            return True
        if reference.number in _LIKE_YEARS:
            return False
        return word not in _SHORT or not _MEASURE.match(whole, after)

    def _bare(self, match: re.Match[str]) -> tuple[str, int] | None:
        """Read a number without a name before it: it needs a suffix, or to be known and not a month."""
        reference = _reference(match, None)
        fitting = self._fitting(reference)
        if reference.kind or (reference.issuer and len(fitting) == 1):
            return self._settled(match, reference)
        if reference.issuer and reference.year is None:
            return Reference("cv", reference.number, None, reference.issuer).token(), match.end()
        known = reference.year is not None and reference.number not in _MONTHS and len(fitting) == 1
        return self._settled(match, reference) if known else None

    def _settled(self, match: re.Match[str], reference: Reference) -> tuple[str, int]:
        """Return the token of the one known document that fits, else of what was typed, and where it ends."""
        later = _LATER.match(match.string, match.end())
        if later is not None:
            dated = replace(reference, year=int(later[1]))
            if reference.year == dated.year or (reference.year is None and self._fitting(dated)):
                return self._settled_token(dated), later.end()
        return self._settled_token(reference), match.end()

    def _settled_token(self, reference: Reference) -> str:
        fitting = self._fitting(reference)
        return fitting[0].token() if len(fitting) == 1 else reference.token()


def _each(pattern: re.Pattern[str], read: _Reader, text: str) -> str:
    """Return `text` with what `read` makes of the matches of `pattern` in the folded text."""
    pieces: list[str] = []
    done = 0
    for match in pattern.finditer(fold(text)):
        found = read(match) if match.start() >= done else None
        if found is not None:
            pieces += (text[done : match.start()], found[0])
            done = found[1]
    return " ".join((*pieces, text[done:])) if pieces else text


def fitting(token: str, documents: Mapping[str, int | None]) -> tuple[str, ...]:
    """Return the official numbers that a token may mean: one, several where it says too little, or none.

    Args:
        token: as `Question.documents` has it.
        documents: official number -> year of issue, for numbers that hold no year themselves.
    """
    kind, number, *rest = token.removeprefix("vb_").split("_")
    year = int(rest.pop(0)) if rest and rest[0].isdigit() else None
    meant = Reference(kind, number, year, "_".join(rest) or None)
    known = {official: official_reference(official, issued) for official, issued in documents.items()}
    return tuple(official for official, reference in known.items() if reference and meant.fits(reference))


_CAPITALS: Final = {
    "nd": "NĐ", "qd": "QĐ", "ttg": "TTg", "bldtbxh": "BLĐTBXH", "hdnd": "HĐND", "bgddt": "BGDĐT",
    "bkhdt": "BKHĐT", "bdttg": "BDTTG",
}  # fmt: skip


def written(token: str) -> str:
    """Return a document's token as people write its number: 55/2023/TT-BTC, as far as the token tells."""
    kind, *parts = token.removeprefix("vb_").split("_")
    numbers = [part for part in parts if part[:1].isdigit()]
    issuers = [_CAPITALS.get(part, part.upper()) for part in parts if not part[:1].isdigit()]
    code = [] if kind == "qh" else [_CAPITALS.get(kind, kind.upper())]
    return "/".join([*numbers, "-".join([*code, *issuers])]).rstrip("/")
