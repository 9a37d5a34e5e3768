"""What experts owe an entry before people rely on it."""

from collections.abc import Iterator

from bot.kb.checks.rows import Row, entries, problem_at
from bot.kb.schema import Knowledge, Problem, Status, items, text_at

MIN_VARIANTS = 3


def unmet(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield what entries still lack."""
    for row in entries(knowledge):
        yield from _fields(knowledge, row)
        yield from _signature(knowledge, row)


def _fields(knowledge: Knowledge, row: Row) -> Iterator[Problem]:
    for field in ("topic", "sources", "updated", "status"):
        if row.lacks(field):
            yield problem_at(knowledge, row.at(), "field_due", field=field)
    variants = row.field("variants")
    count = len(items(variants))
    if count < MIN_VARIANTS and (count or row.lacks("variants")):
        yield problem_at(knowledge, row.at("variants"), "few_variants", count=count, least=MIN_VARIANTS)


def _signature(knowledge: Knowledge, row: Row) -> Iterator[Problem]:
    if text_at(row.node, "status") == Status.APPROVED:
        for field in ("approved_by", "approved_on"):
            if row.lacks(field):
                yield problem_at(knowledge, row.at("status"), "unsigned", field=field)
