"""Figures of an answer that nothing backs: not its evidence, not its sources, not its dates."""

import re
from collections.abc import Iterator, Mapping, Set
from datetime import date

from bot.kb.checks.rows import PARSED, entry_at, problem_at
from bot.kb.problems import clip
from bot.kb.schema import Entry, Knowledge, Problem
from bot.normalise.figures import Figure, figures, parts_of_date

_DATED = re.compile(r"([0-9]+)/([0-9]{4})/", re.ASCII)


def unsourced(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield the entries whose answers state figures that are quoted nowhere, one problem each."""
    for entry in knowledge.entries.values():
        quoted = _quoted(knowledge, entry)
        told = f"{entry.answer}\n{entry.transitional}"[:PARSED]
        missing = [one.text for one in figures(told) if not _is_among(quoted, one)]
        if missing:
            listed = "”, “".join(dict.fromkeys(map(clip, missing)))
            yield problem_at(
                knowledge, entry_at(knowledge, entry, "answer"), "unsourced_figures", value=listed
            )


def _is_among(quoted: Mapping[str, Set[str]], one: Figure) -> bool:
    """Tell whether a figure was quoted with its unit, or where one of the two was left out."""
    known = [quoted[reading] for reading in one.readings if reading in quoted]
    return any(not one.unit or {one.unit, ""} & units for units in known)


def _quoted(knowledge: Knowledge, entry: Entry) -> dict[str, set[str]]:
    """Return every reading that an entry's evidence, sources and dates state, with its units."""
    quoted: dict[str, set[str]] = {}
    for text in _texts(knowledge, entry):
        for one in figures(text[:PARSED]):
            for reading in (*one.readings, *parts_of_date(one.readings[0])):
                quoted.setdefault(reading, set()).add(one.unit)
    for number in filter(None, (_DATED.match(source.document) for source in entry.sources)):
        quoted.setdefault(f"{int(number[1])}/{number[2]}", set()).add("")  # "sửa bởi 12/2025"
        quoted.setdefault(number[2], set()).add("")
    for day in _days(knowledge, entry):
        for reading in (whole := f"{day.day}/{day.month}/{day.year}", *parts_of_date(whole)):
            quoted.setdefault(reading, set()).add("")
    return quoted


def _texts(knowledge: Knowledge, entry: Entry) -> Iterator[str]:
    yield entry.evidence
    for source in entry.sources:
        yield source.at
        if document := knowledge.documents.get(source.document):
            yield document.title
            yield document.transitional


def _days(knowledge: Knowledge, entry: Entry) -> Iterator[date]:
    days = [entry.valid_from, entry.valid_to]
    for source in entry.sources:
        if document := knowledge.documents.get(source.document):
            days += [document.issued, document.effective, knowledge.ended(source.document)]
    yield from filter(None, days)
