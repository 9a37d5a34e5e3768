"""Phrasings that stand twice, and tests and near misses that are phrasings."""

from collections.abc import Iterator

from bot.kb.checks.rows import Row, Spot, entries, plain, problem_at, shared
from bot.kb.problems import clip
from bot.kb.schema import OFF_TOPIC, Knowledge, Problem, text_at


def misplaced(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield phrasings that stand twice, and those that an entry also tests itself with or denies."""
    yield from _phrasings(knowledge)
    for row in entries(knowledge):
        yield from _own_words(knowledge, row)


def _own_words(knowledge: Knowledge, row: Row) -> Iterator[Problem]:
    """Yield tests that are no test, and near misses that the entry itself claims."""
    claimed = {plain(spot.text) for spot in (*row.texts("question"), *row.texts("variants"))}
    for field, code in (("tests", "test_is_phrasing"), ("not_this", "claimed_and_denied")):
        for spot in row.texts(field):
            if plain(spot.text) in claimed:
                yield problem_at(knowledge, spot, code, value=clip(spot.text))


def _phrasings(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield phrasings that stand twice: a question can lead to one entry or one off-topic group alone."""
    seen: dict[str, Spot] = {}
    for claim in _claims(knowledge):
        first = seen.setdefault(plain(claim.text), claim)
        if first is not claim:
            code = "phrasing_twice" if first.owner == claim.owner else "phrasing_shared"
            place = knowledge.locate(first.file, *first.path)
            values = {
                "other": clip(first.owner),
                "first": f"{place.file}:{place.line}",
                "value": clip(claim.text),
            }
            yield problem_at(knowledge, claim, code, **values)


def _claims(knowledge: Knowledge) -> Iterator[Spot]:
    for row in entries(knowledge):
        here = (row.file, row.index)
        if knowledge.origins.get(text_at(row.node, "id"), here) == here:  # else a copy that kept its id
            yield from (*row.texts("question"), *row.texts("variants"))
    for row in shared(knowledge, OFF_TOPIC):
        yield from row.texts("examples")
