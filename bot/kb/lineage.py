"""What a document has to do with others and with entries: its chain both ways, what rests on it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.kb.schema import Entry, Knowledge
from bot.kb.validity import amended_by

FARTHEST: Final = 3  # steps from the document that is asked about
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
