"""What holds on a day, from the dates that a base records; what it does not record is said to be unknown."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.kb.schema import Entry, Knowledge
from bot.normalise.days import until

ONE_DAY = timedelta(days=1)


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


# --- entries --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which an entry holds; None where no edge is recorded."""

    first: date | None
    last: date | None

    def holds(self, on: date) -> bool:
        """Tell whether a day lies within, as far as is recorded."""
        return (self.first is None or self.first <= on) and (self.last is None or on <= self.last)


def span(knowledge: Knowledge, entry: Entry) -> Span:
    """Return when an entry holds, by its own dates or else by those of the entries before and after it."""
    older = (knowledge.entries[name].valid_to for name in knowledge.predecessors.get(entry.id, ()))
    ended = max(filter(None, older), default=None)
    newer = knowledge.entries.get(entry.superseded_by or "")
    first = entry.valid_from or (ended + ONE_DAY if ended else None)
    last = entry.valid_to or (newer.valid_from - ONE_DAY if newer and newer.valid_from else None)
    return Span(first, last)


def in_force(knowledge: Knowledge, entry_id: str, on: date) -> str | None:
    """Return which of an entry and those that it supersedes, or that supersede it, holds on a day.

    Itself, if it does; else the nearest of those that come after it; else the nearest one before. None where
    none of them does, or where several that came before do: nothing tells which is meant.
    """
    seen = {entry_id}
    for step in (_next, _previous):
        ring: tuple[str, ...] = (entry_id,)
        while ring:
            holding = [name for name in ring if span(knowledge, knowledge.entries[name]).holds(on)]
            if holding:
                return holding[0] if len(holding) == 1 else None
            found = [name for one in ring for name in step(knowledge, one)]
            ring = tuple(dict.fromkeys(name for name in found if name not in seen))
            seen.update(ring)
    return None


def _next(knowledge: Knowledge, entry_id: str) -> tuple[str, ...]:
    newer = knowledge.entries[entry_id].superseded_by
    return (newer,) if newer and newer in knowledge.entries else ()


def _previous(knowledge: Knowledge, entry_id: str) -> tuple[str, ...]:
    return knowledge.predecessors.get(entry_id, ())


@dataclass(frozen=True, slots=True)
class Turn:
    """An entry that holds after another one, from `on`; or before it, until then."""

    entry: Entry
    on: date
    is_later: bool


def later(knowledge: Knowledge, entry: Entry) -> Turn | None:
    """Return what supersedes an entry, and from when it alone holds; None while that is not known."""
    newer = knowledge.entries.get(entry.superseded_by or "")
    last = span(knowledge, entry).last
    if newer is None or last is None:
        return None
    return Turn(newer, max(newer.valid_from or date.min, last + ONE_DAY), is_later=True)


def earlier(knowledge: Knowledge, entry: Entry) -> Iterator[Turn]:
    """Yield what an entry supersedes, with its last day, as far as that is known."""
    for name in knowledge.predecessors.get(entry.id, ()):
        older = knowledge.entries[name]
        if last := span(knowledge, older).last:
            yield Turn(older, last, is_later=False)


def goes_on(transitional: str, on: date) -> bool:
    """Tell whether a transitional sentence matters on a day: it names no last day, or that has not passed."""
    last = until(transitional)
    return bool(transitional) and (last is None or on <= last)
