"""Where in a document a source points: whether there is such a place."""

from collections.abc import Iterator
from dataclasses import replace

from bot.kb.checks.rows import entry_at, problem_at
from bot.kb.law import written
from bot.kb.problems import clip
from bot.kb.schema import Knowledge, Problem
from bot.normalise.provisions import named


def misplaced(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield what `at` names and the document's text does not hold, and what cannot be read or checked."""
    for entry in knowledge.entries.values():
        for number, source in enumerate(entry.sources):
            spot, read = entry_at(knowledge, entry, "sources", number, "at"), named(source.at)
            if not read.is_clear:
                unread = problem_at(knowledge, spot, "unread_provision", value=clip(source.at))
                yield replace(unread, is_warning=True)
            law = knowledge.law.get(source.document)
            for at in read.provisions if law else ():
                if law and not law.find(at):
                    values = {"value": written(at), "document": law.document, "held": law.holds(at)}
                    if law.may_hold(at):
                        missing = problem_at(knowledge, spot, "provision_left_out", **values)
                        yield replace(missing, is_warning=True)
                    else:
                        yield problem_at(knowledge, spot, "unknown_provision", **values)
