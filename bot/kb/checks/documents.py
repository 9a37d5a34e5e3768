"""Rows of documents.yaml that change themselves or what is not there."""

from collections.abc import Iterator

from bot.kb.checks.dates import disorder
from bot.kb.checks.rows import Spot, numbers, problem_at
from bot.kb.problems import clip, nearest
from bot.kb.schema import DOCUMENTS, Knowledge, Problem


def confused(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield documents that change themselves or unknown ones, and dates in the wrong order."""
    known = numbers(knowledge) or ()
    for number, document in knowledge.documents.items():
        for field, others in (("amends", document.amends), ("replaces", document.replaces)):
            for index, other in enumerate(others):
                spot = Spot(other, number, DOCUMENTS, (number, field, index))
                if other == number:
                    yield problem_at(knowledge, spot, "changes_itself", field=field)
                elif other not in known:
                    values = {"value": clip(other), "near": nearest(other, known)}
                    yield problem_at(knowledge, spot, "unknown_document", **values)
        days = (("issued", document.issued), ("effective", document.effective), ("ended", document.ended))
        for later, earlier in disorder(days):
            spot = Spot("", number, DOCUMENTS, (number, later))
            yield problem_at(knowledge, spot, "dates_disordered", field=later, earlier=earlier)
