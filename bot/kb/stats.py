"""What a base holds, counted, and what in it runs out soon."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.kb.schema import Category, Entry, Knowledge, Status, Topic

SOON = 90  # days ahead that are looked at


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts for a category, a topic, or all; `name` is "" for entries without a topic and for all."""

    name: str
    title: str
    project: int | None  # of the Programme
    subproject: int | None
    entries: int
    by_category: Mapping[str, int]
    variants: int
    tests: int


@dataclass(frozen=True, slots=True)
class Ending:
    """A last day: of entries, or of a document and so of what the entries that cite it rest on."""

    day: date
    document: str | None
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stats:
    """The counts; `endings` are in the order of their days, those that have passed first."""

    total: Tally
    categories: tuple[Tally, ...]
    topics: tuple[Tally, ...]
    statuses: Mapping[str, int]
    unwritten: int  # entries that have no answer yet; not counted elsewhere
    documents: int
    glossary_rows: int
    off_topic_groups: int
    off_topic_examples: int
    endings: tuple[Ending, ...]


def count(knowledge: Knowledge, today: date) -> Stats:
    """Return what a base holds; an ending is one within `SOON` days of `today`, or before it."""
    entries = list(knowledge.entries.values())
    statuses = Counter(entry.status.value for entry in entries)
    return Stats(
        total=_tally(knowledge, entries),
        categories=tuple(_categories(knowledge)),
        topics=tuple(_topics(knowledge)),
        statuses={status.value: statuses[status.value] for status in Status},
        unwritten=len(knowledge.origins) - len(entries),
        documents=len(knowledge.documents),
        glossary_rows=len(knowledge.glossary),
        off_topic_groups=len(knowledge.off_topic),
        off_topic_examples=sum(len(group.examples) for group in knowledge.off_topic),
        endings=endings(knowledge, today),
    )


def endings(knowledge: Knowledge, today: date) -> tuple[Ending, ...]:
    """Return what ends within `SOON` days of `today` or has ended, in the order of days."""
    return tuple(
        sorted(_endings(knowledge, today), key=lambda one: (one.day, one.document or "", one.entries))
    )


def _categories(knowledge: Knowledge) -> Iterator[Tally]:
    for category in Category:
        own = [one for one in knowledge.entries.values() if knowledge.category(one.id) is category]
        yield _tally(knowledge, own, category.value)


def _topics(knowledge: Knowledge) -> Iterator[Tally]:
    """Yield the topics in the order of their file, and what has none."""
    by_topic: dict[str | None, list[Entry]] = defaultdict(list)
    for entry in knowledge.entries.values():
        by_topic[entry.topic].append(entry)
    for name, topic in knowledge.topics.items():
        yield _tally(knowledge, by_topic[name], name, topic)
    if by_topic[None]:
        yield _tally(knowledge, by_topic[None])


def _tally(
    knowledge: Knowledge, entries: Iterable[Entry], name: str = "", topic: Topic | None = None
) -> Tally:
    own = list(entries)
    categories = Counter(knowledge.category(entry.id).value for entry in own)
    return Tally(
        name,
        topic.title if topic else "",
        topic.project if topic else None,
        topic.subproject if topic else None,
        entries=len(own),
        by_category={category.value: categories[category.value] for category in Category},
        variants=sum(len(entry.variants) for entry in own),
        tests=sum(len(entry.tests) for entry in own),
    )


def _endings(knowledge: Knowledge, today: date) -> Iterator[Ending]:
    """Yield what ended or will soon; an entry that another one replaces is of no concern."""
    last = today + timedelta(days=SOON)
    current = [entry for entry in knowledge.entries.values() if not entry.superseded_by]
    for day in {entry.valid_to for entry in current if entry.valid_to and entry.valid_to <= last}:
        yield Ending(day, None, tuple(entry.id for entry in current if entry.valid_to == day))
    for number in knowledge.documents:
        ended = knowledge.ended(number)
        citing = tuple(one.id for one in current if number in {source.document for source in one.sources})
        if ended and ended <= last and citing:
            yield Ending(ended, number, citing)
