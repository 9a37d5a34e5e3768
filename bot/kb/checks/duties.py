"""What experts owe an entry before people rely on it."""

from collections.abc import Iterator

from bot.kb.checks.rows import Row, entries, problem_at
from bot.kb.problems import clip
from bot.kb.schema import Knowledge, Problem, Status, items, text_at

MIN_VARIANTS = 10
MIN_TESTS = 3


def unmet(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield what entries still lack."""
    for row in entries(knowledge):
        yield from _fields(knowledge, row)
        yield from _few(knowledge, row, "variants", MIN_VARIANTS)
        yield from _few(knowledge, row, "tests", MIN_TESTS)
        yield from _wordless(knowledge, row)
        yield from _signature(knowledge, row)


def _fields(knowledge: Knowledge, row: Row) -> Iterator[Problem]:
    for field in ("topic", "sources", "updated", "status", "evidence"):
        if row.lacks(field):
            yield problem_at(knowledge, row.at(), "field_due", field=field)


def _few(knowledge: Knowledge, row: Row, field: str, least: int) -> Iterator[Problem]:
    count = len(items(row.field(field)))
    if count < least and (count or row.lacks(field)):
        code = "few_tests" if field == "tests" else "few_variants"
        yield problem_at(knowledge, row.at(field), code, count=count, least=least)


def _wordless(knowledge: Knowledge, row: Row) -> Iterator[Problem]:
    for field in ("question", "variants", "answer", "tests", "evidence"):
        for spot in row.texts(field):
            if not any(map(str.isalnum, spot.text)):
                yield problem_at(knowledge, spot, "wordless", field=field, value=clip(spot.text))


def _signature(knowledge: Knowledge, row: Row) -> Iterator[Problem]:
    if text_at(row.node, "status") == Status.APPROVED:
        for field in ("approved_by", "approved_on"):
            if row.lacks(field):
                yield problem_at(knowledge, row.at("status"), "unsigned", field=field)
