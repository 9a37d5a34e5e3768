"""Dates that contradict each other, and replacements that lead back."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from bot.kb.checks.rows import Spot, problem_at
from bot.kb.schema import Entry, Knowledge, Problem


def contradictory(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield dates of entries in the wrong order, and replacements that lead nowhere else."""
    for entry in knowledge.entries.values():
        yield from _validity(knowledge, entry)


def _validity(knowledge: Knowledge, entry: Entry) -> Iterator[Problem]:
    file, index = knowledge.origins[entry.id]
    days = (("valid_from", entry.valid_from), ("valid_to", entry.valid_to))
    for field, earlier in disorder(days):
        spot = Spot("", entry.id, file, (index, field))
        yield problem_at(knowledge, spot, "dates_disordered", field=field, earlier=earlier)
    spot = Spot("", entry.id, file, (index, "superseded_by"))
    if entry.superseded_by == entry.id:
        yield problem_at(knowledge, spot, "superseded_by_itself")
    elif _returns(knowledge, entry):
        yield problem_at(knowledge, spot, "superseded_in_circle", value=entry.superseded_by)


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
