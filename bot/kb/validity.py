"""What holds on a day, from the dates that a base records; what it does not record is said to be unknown."""

from datetime import date
from enum import StrEnum

from bot.kb.schema import Knowledge


class DocumentState(StrEnum):
    """Where a document stands on a day."""

    UNISSUED = "unissued"  # it was issued later
    PENDING = "pending"  # issued, and takes effect later
    IN_FORCE = "in_force"
    UNDATED = "undated"  # nothing says that it ended, and nothing from when it holds
    REPLACED = "replaced"  # another one replaces it, from a day that is not recorded
    ENDED = "ended"


def document_state(knowledge: Knowledge, number: str, on: date) -> DocumentState:
    """Return where a document of the base stands.

    Args:
        knowledge: whose documents.yaml has `number`.
        number: a key of it.
        on: a day in Vietnam.

    Raises:
        KeyError: the base has no such document.
    """
    document = knowledge.documents[number]
    if document.issued and on < document.issued:
        return DocumentState.UNISSUED
    if document.effective and on < document.effective:
        return DocumentState.PENDING
    last = knowledge.ended(number)
    if last and last < on:
        return DocumentState.ENDED
    if last is None and any(_may_hold(knowledge, newer, on) for newer in knowledge.replaced_by(number)):
        return DocumentState.REPLACED
    return DocumentState.IN_FORCE if document.effective else DocumentState.UNDATED


def _may_hold(knowledge: Knowledge, number: str, on: date) -> bool:
    """Tell whether a document without a recorded day of effect may be in force: it is issued by then."""
    issued = knowledge.documents[number].issued
    return issued is None or issued <= on


def amended_by(knowledge: Knowledge, number: str) -> tuple[str, ...]:
    """Return the numbers of the documents that amend this one, in the order of the file."""
    return tuple(key for key, document in knowledge.documents.items() if number in document.amends)
