"""Lists of places: every name is one unit of the time before the merger, and no reference leads nowhere."""

from collections.abc import Iterator

from bot.kb.checks.rows import Spot, numbers, problem_at, shared
from bot.kb.problems import clip, nearest
from bot.kb.schema import PLACES, Knowledge, Problem, items, text_at
from bot.places import gazetteer


def misnamed(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield names that are no unit's, or several units', and references that lead nowhere."""
    documents = numbers(knowledge)
    for row in shared(knowledge, PLACES):
        listed = [spot.text for spot in row.texts("places")]
        for spot in row.texts("places"):
            found = [place for place in gazetteer().named(spot.text) if place.is_past]
            if [place.full for place in found] != [spot.text]:
                yield problem_at(knowledge, spot, "unknown_place", value=clip(spot.text))
        for number, node in enumerate(items(row.field("left"))):
            spot = Spot(text_at(node, "place"), spot.owner, row.file, (row.index, "left", number, "place"))
            if spot.text not in listed:
                yield problem_at(knowledge, spot, "not_in_list", value=clip(spot.text))
        for spot in row.texts("entries"):
            if spot.text not in knowledge.origins:
                near = nearest(spot.text, knowledge.origins)
                yield problem_at(knowledge, spot, "unknown_entry", value=clip(spot.text), near=near)
        for spot in row.texts("document"):
            if documents is not None and spot.text not in documents:
                near = nearest(spot.text, documents)
                yield problem_at(knowledge, spot, "unknown_document", value=clip(spot.text), near=near)
