"""What a document has to do with others and with entries: its chain, what rests on it, what is due."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from bot.kb.schema import Entry, Knowledge, Source
from bot.kb.validity import amended_by
from bot.normalise import Question

FARTHEST: Final = 3  # steps from the document that is asked about
ENDED: Final = "ended"  # why an entry is due whose document ended without another in its place
MOST_KIN: Final = 15  # documents of a chain, so that a picture of it fits a phone


class Relation(StrEnum):
    """What a document is to the one that it is shown under."""

    REPLACES = "replaces"  # the upper one replaces it
    AMENDS = "amends"  # the upper one amends it
    AMENDED_BY = "amended_by"  # it amends the upper one
    REPLACED_BY = "replaced_by"  # it replaces the upper one


@dataclass(frozen=True, slots=True)
class Kin:
    """A document of a chain, and what else hangs on it."""

    number: str
    relation: Relation
    kin: tuple["Kin", ...]


def family(knowledge: Knowledge, number: str) -> tuple[Kin, ...]:
    """Return the documents that this one replaces, amends, or that do so to it, and theirs in turn.

    Each stands once, as near to `number` as any relation leads; those that are not in the base are left out.
    """
    below: dict[str, list[tuple[Relation, str]]] = defaultdict(list)
    seen, level = {number}, [number]
    for _ in range(FARTHEST):
        following: list[str] = []
        for one in level:
            for relation, other in _relations(knowledge, one):
                if other in knowledge.documents and other not in seen and len(seen) <= MOST_KIN:
                    seen.add(other)
                    below[one].append((relation, other))
                    following.append(other)
        level = following

    def grown(one: str) -> tuple[Kin, ...]:
        return tuple(Kin(other, relation, grown(other)) for relation, other in below[one])

    return grown(number)


def _relations(knowledge: Knowledge, number: str) -> Iterator[tuple[Relation, str]]:
    document = knowledge.documents[number]
    yield from ((Relation.REPLACES, other) for other in document.replaces)
    yield from ((Relation.AMENDS, other) for other in document.amends)
    yield from ((Relation.AMENDED_BY, other) for other in amended_by(knowledge, number))
    yield from ((Relation.REPLACED_BY, other) for other in knowledge.replaced_by(number))


def resting_on(knowledge: Knowledge, number: str) -> tuple[Entry, ...]:
    """Return the entries that cite a document; those that another entry replaces come last."""
    cited = (
        entry
        for entry in knowledge.entries.values()
        if number in {source.document for source in entry.sources}
    )
    return tuple(sorted(cited, key=lambda entry: entry.superseded_by is not None))


# --- entries that are due -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Due:
    """An entry that an expert has to look at again; `cause` is the document that replaces, or `ENDED`."""

    entry: str
    document: str
    cause: str


def due(knowledge: Knowledge, on: date) -> Iterator[Due]:
    """Yield the entries that go on while a document that they cite has ended, or is going to be replaced.

    Left out is who has looked since (`updated`, `approved_on`), cites what replaces it, or ends with it.

    Args:
        knowledge: a base.
        on: the day in Vietnam.
    """
    for entry in knowledge.entries.values():
        if not entry.superseded_by and not (entry.valid_to and entry.valid_to < on):
            cited = dict.fromkeys(source.document for source in entry.sources)
            for number in cited:
                newer, last = knowledge.replaced_by(number), knowledge.ended(number)
                has_changed = bool(newer) or (last is not None and last < on)
                is_known = set(newer) & cited.keys() or _is_looked_at(knowledge, entry, number)
                if has_changed and not is_known:
                    yield Due(entry.id, number, newer[0] if newer else ENDED)


def _is_looked_at(knowledge: Knowledge, entry: Entry, number: str) -> bool:
    """Tell whether an entry ends with a document, or somebody has looked at it since that one ended."""
    last = knowledge.ended(number)
    if last is None:
        issued = (knowledge.documents[newer].issued for newer in knowledge.replaced_by(number))
        last = min((day - timedelta(days=1) for day in issued if day), default=None)
    if last is None:
        return False
    looked = max((day for day in (entry.updated, entry.approved_on) if day), default=date.min)
    return looked > last or (entry.valid_to is not None and entry.valid_to <= last)


# --- what a change of a document touches -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Touched:
    """How an entry rests on a document."""

    entry: Entry
    sources: tuple[Source, ...]  # that cite it
    answer: bool  # its words name it
    phrasings: tuple[str, ...]  # that name it
    tests: tuple[str, ...]  # that name it
    knows: tuple[str, ...]  # documents that replace or amend it, and that the entry cites too


def touched(
    knowledge: Knowledge, number: str, newer: Iterable[str], understand: Callable[[str], Question]
) -> tuple[Touched, ...]:
    """Return every entry that cites or names a document, those that cite it first.

    Args:
        knowledge: a base.
        number: a key of its documents.
        newer: documents that replace it, recorded or not.
        understand: reads a text as the base's questions are read.
    """
    meant = understand(number).documents
    begins = re.escape(number.partition("/")[0].lstrip("0"))
    maybe = re.compile(rf"(?<![0-9])0*{begins}(?![0-9])")  # quicker than to read every text

    def names(text: str) -> bool:
        return bool(maybe.search(text)) and not set(meant).isdisjoint(understand(text).documents)

    others = {*newer, *knowledge.replaced_by(number), *amended_by(knowledge, number)}
    found = []
    for entry in knowledge.entries.values():
        cited = [source.document for source in entry.sources]
        one = Touched(
            entry,
            sources=tuple(source for source in entry.sources if source.document == number),
            answer=names(entry.answer),
            phrasings=tuple(filter(names, entry.phrasings)),
            tests=tuple(probe.ask for probe in entry.tests if names(probe.ask)),
            knows=tuple(other for other in dict.fromkeys(cited) if other in others),
        )
        if one.sources or one.answer or one.phrasings or one.tests:
            found.append(one)
    return tuple(sorted(found, key=lambda one: not one.sources))
