"""Dates that contradict each other, answers that outlive what they rest on, replacements that lead back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise

from bot.kb.checks.rows import entry_at, problem_at
from bot.kb.schema import Entry, Knowledge, Problem


def outdated(knowledge: Knowledge, today: date | None) -> Iterator[Problem]:
    """Yield entries whose dates are in disorder or no longer fit those of their documents.

    What has ended by `today` is told as warnings, since no file changed; nothing of it without `today`.
    """
    for entry in knowledge.entries.values():
        yield from _order(knowledge, entry)
        yield from _outliving(knowledge, entry)
        yield from _replaced(knowledge, entry)
        if today:
            yield from _ended(knowledge, entry, today)


def _order(knowledge: Knowledge, entry: Entry) -> Iterator[Problem]:
    days = (("valid_from", entry.valid_from), ("valid_to", entry.valid_to))
    for field, earlier in disorder(days):
        spot = entry_at(knowledge, entry, field)
        yield problem_at(knowledge, spot, "dates_disordered", field=field, earlier=earlier)
    spot = entry_at(knowledge, entry, "superseded_by")
    if entry.superseded_by == entry.id:
        yield problem_at(knowledge, spot, "superseded_by_itself")
    elif _returns(knowledge, entry):
        yield problem_at(knowledge, spot, "superseded_in_circle", value=entry.superseded_by)


def _outliving(knowledge: Knowledge, entry: Entry) -> Iterator[Problem]:
    """Yield an entry that goes on after the last of its documents ended, with nothing said about it."""
    cited = [source.document for source in entry.sources]
    ends = {number: day for number in cited if (day := knowledge.ended(number))}
    explained = entry.superseded_by or entry.transitional or _is_transitional(knowledge, cited)
    if explained or not ends or len(ends) < len(set(cited)):
        return
    number, last = max(ends.items(), key=lambda end: end[1])
    if entry.valid_to is None or entry.valid_to > last:
        spot = entry_at(knowledge, entry, "valid_to" if entry.valid_to else "sources")
        yield problem_at(knowledge, spot, "outlives_sources", value=number, ended=f"{last:%d/%m/%Y}")


def _is_transitional(knowledge: Knowledge, numbers: list[str]) -> bool:
    return any(knowledge.documents[one].transitional for one in numbers if one in knowledge.documents)


def _replaced(knowledge: Knowledge, entry: Entry) -> Iterator[Problem]:
    """Yield the cited documents that were replaced after anybody last looked at the entry."""
    cited = [source.document for source in entry.sources]
    for index, number in enumerate(cited):
        newer = knowledge.replaced_by(number)
        day = min(filter(None, (knowledge.documents[one].effective for one in newer)), default=None)
        if not day or not entry.updated or entry.updated >= day or set(newer) & set(cited):
            continue
        if not (entry.superseded_by or (entry.valid_to and entry.valid_to < day)):
            spot = entry_at(knowledge, entry, "sources", index, "document")
            values = {"value": number, "newer": ", ".join(newer), "since": f"{day:%d/%m/%Y}"}
            yield problem_at(knowledge, spot, "replaced_since", **values)


def _ended(knowledge: Knowledge, entry: Entry, today: date) -> Iterator[Problem]:
    """Yield that an entry ended and nobody looked at it since; else links from it to entries that ended."""
    if _has_ended(entry, today):
        looked_at = entry.updated and entry.valid_to and entry.updated > entry.valid_to
        if not (entry.superseded_by or looked_at):
            spot = entry_at(knowledge, entry, "valid_to")
            yield replace(problem_at(knowledge, spot, "ended", **_end_of(entry)), is_warning=True)
        return
    for index, other in enumerate(entry.see_also):
        if (target := knowledge.entries.get(other)) and _has_ended(target, today):
            spot = entry_at(knowledge, entry, "see_also", index)
            told = problem_at(knowledge, spot, "see_also_ended", value=other, **_end_of(target))
            yield replace(told, is_warning=True)


def _has_ended(entry: Entry, today: date) -> bool:
    return entry.valid_to is not None and entry.valid_to < today


def _end_of(entry: Entry) -> dict[str, object]:
    return {"ended": f"{entry.valid_to:%d/%m/%Y}"}


def disorder(days: tuple[tuple[str, date | None], ...]) -> Iterator[tuple[str, str]]:
    """Yield the names of two dates that stand next to each other in the wrong order."""
    known = [(name, day) for name, day in days if day]
    for (earlier, first), (later, second) in pairwise(known):
        if first > second:
            yield later, earlier


def _returns(knowledge: Knowledge, entry: Entry) -> bool:
    """Tell whether following `superseded_by` from an entry comes back to it."""
    seen: set[str] = set()
    following = entry.superseded_by
    while following and following in knowledge.entries and following not in seen:
        if following == entry.id:
            return True
        seen.add(following)
        following = knowledge.entries[following].superseded_by
    return False
