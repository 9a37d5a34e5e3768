"""Names that lead nowhere, and raw HTML: a base that holds either does not load."""

from collections.abc import Collection, Iterable, Iterator

from bot.kb.checks.rows import Spot, entries, markdown, numbers, problem_at, tokens
from bot.kb.problems import clip, nearest
from bot.kb.schema import LAW, TOPICS, Knowledge, Problem, holds_entries, items, text_at


def references(knowledge: Knowledge, unread: Collection[str] = ()) -> list[Problem]:
    """Return names that lead nowhere, and raw HTML, in all that is written, sound or not.

    What an `unread` file may hold is given the benefit of the doubt, so that one mistake is told once.
    """
    topics, documents = _topics(knowledge), numbers(knowledge)
    named = None if any(map(holds_entries, unread)) else knowledge.origins
    problems = list(_raw_html(knowledge))
    for row in entries(knowledge):
        problems += _unknown(knowledge, "unknown_topic", topics, row.texts("topic"))
        problems += _unknown(knowledge, "unknown_document", documents, row.cited())
        others = (*row.texts("superseded_by"), *row.texts("see_also"), *row.texts("differs_from"))
        problems += _unknown(knowledge, "unknown_entry", named, others)
    for file, root in knowledge.roots.items():
        if file.startswith(f"{LAW}/") and (number := text_at(root, "document")):
            spot = Spot(number, "", file, ("document",))
            problems += _unknown(knowledge, "unknown_document", documents, [spot])
    return problems


def _topics(knowledge: Knowledge) -> Collection[str] | None:
    """Return the ids in topics.yaml; None when there is no such file, or none that can be trusted."""
    root = knowledge.roots.get(TOPICS)
    sound = root and (root.value is None or isinstance(root.value, list))
    return {text_at(node, "id") for node in items(root)} if sound else None


def _unknown(
    knowledge: Knowledge, code: str, known: Collection[str] | None, names: Iterable[Spot]
) -> Iterator[Problem]:
    """Yield the names that are not `known`; none, when nobody can tell."""
    for spot in names if known is not None else ():
        if known is not None and spot.text not in known:
            yield problem_at(knowledge, spot, code, value=clip(spot.text), near=nearest(spot.text, known))


def _raw_html(knowledge: Knowledge) -> Iterator[Problem]:
    for spot in markdown(knowledge):
        if "<" in spot.text:  # most need no parsing for this
            for token in tokens(spot.text):
                if token.type in ("html_block", "html_inline"):
                    yield problem_at(knowledge, spot, "raw_html", value=clip(token.content))
