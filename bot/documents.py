"""What is told of a document, in chat and on its page: names, state on a day, dates, and its chain."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from bot.kb import DocumentStatus, Knowledge
from bot.kb.lineage import Kin, Relation, family
from bot.kb.validity import DocumentState, document_state
from bot.normalise import fold
from bot.phrases import say
from bot.written import day

_LONGEST: Final = 58  # characters of a slug: an action of 64 bytes holds it and a page's number
_DIGEST: Final = 8  # hex digits at the end of a slug that would be too long
_BARE: Final = re.compile(r"0*([0-9]{1,5}[a-e]?)(?: ?[/ -] ?([0-9]{4}))?")
_NEWER: Final = (Relation.AMENDED_BY, Relation.REPLACED_BY)


def slug(number: str) -> str:
    """Return a document's number as it stands in actions and addresses: 55-2023-tt-btc.

    At most `_LONGEST` characters, each one byte.
    """
    plain = re.sub(r"[^a-z0-9]+", "-", fold(number)).strip("-")
    if 0 < len(plain) <= _LONGEST:
        return plain
    return f"{plain[: _LONGEST - _DIGEST - 1]}-{hashlib.sha256(number.encode()).hexdigest()[:_DIGEST]}"


def by_slug(knowledge: Knowledge, name: str) -> str | None:
    """Return the number of the document that a slug names, None where the base has no such document."""
    return next((number for number in knowledge.documents if slug(number) == name), None)


def meant(knowledge: Knowledge, text: str) -> tuple[str, ...] | None:
    """Return the documents that "55" or "55/2023" may mean where nothing else can be meant.

    None where the text is no number at all.
    """
    match = _BARE.fullmatch(fold(text).strip())
    if match is None:
        return None
    return tuple(
        number
        for number, issued in knowledge.issue_years().items()
        if number.partition("/")[0].lstrip("0") == match[1]
        and (match[2] is None or match[2] in number.split("/") or match[2] == str(issued))
    )


def called(knowledge: Knowledge, number: str) -> str:
    """Return a document's kind and number: Thông tư 55/2023/TT-BTC."""
    kind = knowledge.documents[number].kind
    return f"{kind} {number}" if kind else number


def is_past(state: DocumentState) -> bool:
    """Tell whether a document should not be relied on any more."""
    return state in (DocumentState.ENDED, DocumentState.REPLACED)


def state_text(knowledge: Knowledge, number: str, on: date) -> str:
    """Return where a document stands on a day, with what replaces it and what it still holds for."""
    document, last = knowledge.documents[number], knowledge.ended(number)
    newer = ", ".join(knowledge.replaced_by(number))
    match document_state(knowledge, number, on):
        case DocumentState.UNISSUED if document.issued:
            return say("document.state.unissued", on=day(on), day=day(document.issued))
        case DocumentState.PENDING if document.effective:
            return say("document.state.pending", on=day(on), day=day(document.effective))
        case DocumentState.ENDED if last:
            text = (
                say("warning.document_replaced", document=number, day=day(last), newer=newer)
                if newer
                else say("warning.document_ended", document=number, day=day(last))
            )
            return f"{text} {document.transitional}".strip()
        case DocumentState.REPLACED:
            return say("document.state.replaced", document=number, newer=newer)
        case DocumentState.UNDATED if last:
            return say("document.state.undated_until", day=day(last))
        case DocumentState.UNDATED:
            return say("document.state.undated", on=day(on))
    if last:
        return say("document.state.until", on=day(on), day=day(last))
    return say("document.state.in_force", on=day(on))


def badge(knowledge: Knowledge, number: str, on: date) -> str:
    """Return where a document stands on a day in a word or two."""
    return say(f"document.badge.{document_state(knowledge, number, on).value}")


def facts(knowledge: Knowledge, number: str) -> Iterator[str]:
    """Yield issuer and dates, a line each, and in one line what is not recorded of them."""
    document, last = knowledge.documents[number], knowledge.ended(number)
    known = {
        "issuer": document.issuer,
        "issued": document.issued and day(document.issued),
        "effective": document.effective and day(document.effective),
    }
    if document.issuer:
        yield say("document.fact.issuer", value=document.issuer)
    if document.issued:
        yield say("document.fact.issued", value=known["issued"])
    if document.effective:
        yield say("document.fact.effective", value=known["effective"])
    if last:
        yield say("document.fact.ended", value=day(last))
    if missing := [say(f"document.missing.{name}") for name, value in known.items() if not value]:
        yield say("document.fact.missing", names=", ".join(missing))


def is_confirmed(knowledge: Knowledge, number: str) -> bool:
    """Tell whether somebody compared what is recorded of a document with the document."""
    return knowledge.documents[number].status is DocumentStatus.CHECKED


def tree(knowledge: Knowledge, number: str) -> list[str]:
    """Return the chain of a document as lines of text that draw a tree; none where nothing is recorded."""
    kin = family(knowledge, number)
    return [number, *_branches(knowledge, kin, "")] if kin else []


def _branches(knowledge: Knowledge, kin: Sequence[Kin], indent: str) -> Iterator[str]:
    for at, one in enumerate(kin, 1):
        is_last = at == len(kin)
        yield f"{indent}{'└ ' if is_last else '├ '}{kin_text(knowledge, one)}"
        yield from _branches(knowledge, one.kin, indent + ("   " if is_last else "│  "))


def kin_text(knowledge: Knowledge, kin: Kin) -> str:
    """Return what a document is to the one above it, and since when where that is recorded."""
    text = say("document.kin", relation=relation_text(kin), number=kin.number)
    return _dated(knowledge, kin, text)


def relation_text(kin: Kin) -> str:
    """Return in a word or two what a document is to the one above it."""
    return say(f"document.relation.{kin.relation.value}")


def _dated(knowledge: Knowledge, kin: Kin, text: str) -> str:
    document = knowledge.documents[kin.number]
    if kin.relation not in _NEWER:
        return text
    if document.effective:
        return say("document.since", text=text, day=day(document.effective))
    return say("document.issued", text=text, day=day(document.issued)) if document.issued else text
