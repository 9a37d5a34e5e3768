"""What a question asks about documents themselves; nothing where it asks for anything else.

Only what is surely such a question is read so: it names a document, asks for what is recorded of one, and
says nothing else. "theo TT 55 thì hỗ trợ bao nhiêu" asks for an entry.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from bot.kb import Knowledge
from bot.normalise import Question, fitting, fold

# By what is asked of a document: patterns over a folded text with `~` in place of every document.
_KINDS: Final = {
    "state": re.compile(
        r"hieu luc|\b(?:con|het) (?:duoc )?(?:han|gia tri|dung|ap dung|su dung|xai|thi hanh)\b"
        r"|\b(?:con|het) (?:khong|chua)\b|\b(?:co|mat) gia tri\b|bai bo|huy bo|thay the|thay cho|\bthay\b"
    ),
    "change": re.compile(r"\bsua(?: doi)?\b|bo sung|dinh chinh|hop nhat|thay the|thay cho|\bthay\b|bai bo"),
    "origin": re.compile(
        r"ban hanh|\b(?:ai|nguoi|ngay) ky\b|\bky (?:ngay|boi|khi)\b|\b(?:cua|do|boi) (?:ai|dau)\b"
        r"|\b(?:bo|co quan|cap|don vi|nganh) nao\b"
    ),
    "name": re.compile(
        r"\bten (?:day du |goi |chinh thuc )?(?:la )?gi\b|ten day du|trich yeu|so hieu|\bso (?:may|day du)\b"
        r"|\bla (?:van ban |thong tu |nghi dinh |quyet dinh |nghi quyet |luat |cong van |cai )?"
        r"(?:ve )?(?:cai )?gi\b"
    ),
    "day": re.compile(
        r"\bngay (?:nao|may|bao nhieu|thang)|\b(?:nam|thang) (?:nao|may|bao nhieu)"
        r"|khi nao|bao gio|luc nao"
    ),
    "content": re.compile(
        r"\b(?:ve|noi|quy dinh|huong dan|noi dung|co)"
        r"(?: (?:ve|den|viec|cai|van de|nhung|cac|chinh|la|gom))* gi\b"
    ),
}
# A day or contents may be asked of what the title names: "QĐ 24 rà soát hộ nghèo từ ngày nào".
_OF_ITSELF: Final = frozenset({"state", "change", "origin", "name"})
# What asks for nothing: politeness, time, kinds of documents, what joins the others.
_IDLE_PHRASES: Final = re.compile(
    r"\b(?:anh chi|can bo|nghi dinh|nghi quyet|quyet dinh|phap lenh|thong tu|van ban|cong van|ke hoach)\b"
    r"|\b(?:hien hanh|hien nay|hien gio|bay gio|hom nay|tinh den|tinh toi|kiem tra|tra cuu|the nao|bao lau)\b"
)
# fmt: off
_IDLE: Final = frozenset((
    "a", "ad", "admin", "ah", "ai", "anh", "bac", "ban", "bi", "biet", "boi", "bot", "cac", "cai",
    "can", "cau", "cha", "cho", "chu", "chua", "co", "con", "cu", "cua", "da", "dang", "day", "dc",
    "den", "di", "do", "duoc", "em", "gi", "gio", "gium", "giup", "ha", "hay", "het", "hien", "hoac",
    "hoi", "hong", "ket", "khi", "khong", "ky", "la", "lai", "lam", "lan", "luat", "luc", "luon", "mat",
    "may", "minh", "moi", "mot", "nam", "nao", "nay", "nen", "ngay", "nha", "nhe", "nhi", "nhieu",
    "nhung", "nua", "o", "oi", "phai", "qh", "ra", "roi", "sao", "sau", "so", "tai", "thang", "the",
    "thi", "thoi", "thu", "tim", "toi", "tra", "trong", "tu", "va", "vay", "vb", "ve", "voi", "vua",
    "vui", "xem", "xin", "y", "~",
))
# fmt: on
_WORD: Final = re.compile(r"\w+")
_LAW: Final = re.compile(r"\b(?:bo luat|luat|phap lenh) ")
_WORDS_BELOW_ISSUER: Final = 100  # words of a title: who issued it says more than all of them


@dataclass(frozen=True, slots=True)
class Named:
    """A document that a question names: what its token says, and the documents that it may be."""

    token: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks of which documents; of a bare number nothing."""

    named: tuple[Named, ...]
    kinds: frozenset[str]

    def asks_like(self, other: "Asked") -> bool:
        """Tell whether both ask something of the same kind about a document."""
        is_of_one = not {one.token for one in self.named}.isdisjoint(one.token for one in other.named)
        return is_of_one and (self.kinds == other.kinds or not self.kinds.isdisjoint(other.kinds))


def asked(question: Question, knowledge: Knowledge) -> Asked | None:
    """Return what a question asks about documents; None where it asks something else."""
    text, found = _read(question, knowledge)
    if not found:
        return None
    kinds = frozenset(kind for kind, pattern in _KINDS.items() if pattern.search(text))
    if not kinds and not question.documents:  # a law's name alone may be meant as a subject
        return None
    issuers = {number: _issuer(number, knowledge) for one in found for number in one.numbers}
    rest = text
    for pattern in (*_KINDS.values(), _IDLE_PHRASES):
        rest = pattern.sub(" ", rest)
    for issuer in issuers.values():
        rest = rest.replace(issuer, " ")
    says = {word for word in rest.split() if word not in _IDLE and not word[0].isdigit()}
    is_of_itself = not kinds.isdisjoint(_OF_ITSELF)
    titles = {number: title_words(number, knowledge) if is_of_itself else frozenset() for number in issuers}
    if says - set().union(*titles.values()):
        return None
    likely = {
        number: len(says & title) + _WORDS_BELOW_ISSUER * (issuers[number] in text)
        for number, title in titles.items()
    }
    return Asked(tuple(_narrowed(one, likely) for one in found), kinds)


def named(question: Question, knowledge: Knowledge) -> tuple[Named, ...]:
    """Return the documents that a question names, each once: by their numbers, else laws by their names."""
    return _read(question, knowledge)[1]


def _read(question: Question, knowledge: Knowledge) -> tuple[str, tuple[Named, ...]]:
    """Return a question's folded text with `~` in place of every document, and these documents."""
    if not question.documents:
        return _laws(question.folded, knowledge)
    years = knowledge.issue_years()
    text = " ".join("~" if word in question.documents else word for word in question.folded.split())
    return text, tuple(Named(token, fitting(token, years)) for token in dict.fromkeys(question.documents))


def _laws(text: str, knowledge: Knowledge) -> tuple[str, tuple[Named, ...]]:
    """Find laws that are called by their names: "luật việc làm", "luật việc làm 2013" where several are."""
    if not knowledge.laws or not _LAW.search(text):
        return text, ()
    found: dict[str, Named] = {}

    def take(match: re.Match[str]) -> str:
        name, year = match[1], match[2]
        numbers = tuple(number for number in knowledge.laws[name] if not year or year in number.split("/"))
        if not numbers:
            return match[0]
        found[match[0]] = Named(match[0], numbers)
        return "~"

    longest_first = sorted(map(re.escape, knowledge.laws), key=len, reverse=True)
    pattern = rf"\b({'|'.join(longest_first)})(?: (?:nam )?((?:19|20)\d\d))?\b"
    return re.sub(pattern, take, text), tuple(found.values())


def title_words(number: str, knowledge: Knowledge) -> frozenset[str]:
    """Return the folded words of a document's title and of who issued it."""
    document = knowledge.documents[number]
    return frozenset(_WORD.findall(fold(f"{document.title} {document.issuer or ''}")))


def _issuer(number: str, knowledge: Knowledge) -> str:
    """Return a document's issuer as a folded text has it; where it is unknown, what stands in none."""
    return " ".join(_WORD.findall(fold(knowledge.documents[number].issuer or ""))) or "?"


def _narrowed(one: Named, likely: Mapping[str, int]) -> Named:
    """Return a named document with those that fit best what else is said: "TT 09 của Bộ Tư pháp"."""
    most = max((likely[number] for number in one.numbers), default=0)
    return replace(one, numbers=tuple(number for number in one.numbers if likely[number] == most))
