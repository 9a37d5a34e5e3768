"""What in a base needs an expert's care on a day: entries and documents that end, drafts."""

from dataclasses import dataclass
from datetime import date, timedelta

from bot.kb.schema import Entry, Knowledge, Status

SOON = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Ending:
    """An entry's last day, or a document's and the entries that rest on it."""

    day: date
    entries: tuple[Entry, ...]
    document: str | None = None
    newer: tuple[str, ...] = ()  # documents that replace it


@dataclass(frozen=True, slots=True)
class Care:
    """What needs looking at; endings are in the order of their days."""

    entries: tuple[Ending, ...]  # that end within `SOON`, or have ended, without another in their place
    documents: tuple[Ending, ...]  # that end within `SOON`, or have ended, and are cited
    drafts: tuple[Entry, ...]  # the one that was left alone longest first


def care(knowledge: Knowledge, today: date) -> Care:
    """Return what needs looking at on a day; an entry that another one replaces does not."""
    current = [entry for entry in knowledge.entries.values() if not entry.superseded_by]
    drafts = [entry for entry in current if entry.status is Status.DRAFT]
    return Care(
        entries=tuple(
            sorted(
                (
                    Ending(entry.valid_to, (entry,))
                    for entry in current
                    if entry.valid_to and entry.valid_to <= today + SOON
                ),
                key=lambda one: one.day,
            )
        ),
        documents=_documents(knowledge, current, today),
        drafts=tuple(sorted(drafts, key=lambda entry: (entry.updated or date.min, entry.id))),
    )


def _documents(knowledge: Knowledge, current: list[Entry], today: date) -> tuple[Ending, ...]:
    citing: dict[str, list[Entry]] = {}
    for entry in current:
        if not (entry.valid_to and entry.valid_to < today):
            for number in dict.fromkeys(source.document for source in entry.sources):
                citing.setdefault(number, []).append(entry)
    endings = [
        Ending(ended, tuple(entries), number, knowledge.replaced_by(number))
        for number, entries in citing.items()
        if (ended := knowledge.ended(number)) and ended <= today + SOON
    ]
    return tuple(sorted(endings, key=lambda one: (one.day, one.document or "")))
