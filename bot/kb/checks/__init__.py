"""What must hold between the parts of a base, and what experts owe an entry before people rely on it.

`references` belongs to loading: a base that breaks it does not load. `check` is what `hoidap kb check` asks
for on top of that: a module for each noun. As far as they can they read what is written rather than what is
sound, so that one mistake hides no other.
"""

from datetime import date

from bot.kb.checks import (
    answers,
    dates,
    documents,
    duties,
    figures,
    glossary,
    likeness,
    phrasings,
    places,
    spelling,
)
from bot.kb.checks.answers import ANSWER_LIMIT
from bot.kb.checks.references import references
from bot.kb.problems import place_of
from bot.kb.schema import Knowledge, Problem

__all__ = ["check", "references"]


def check(
    knowledge: Knowledge, answer_limit: int = ANSWER_LIMIT, today: date | None = None
) -> tuple[Problem, ...]:
    """Return what a base still lacks, in the order of files and lines; it may be one that did not load.

    Args:
        knowledge: as far as it could be read.
        answer_limit: characters of the longest answer; a procedure in numbered steps may have twice as many.
        today: the day in Vietnam; without it nothing is said of what has ended by now.
    """
    problems = [
        *phrasings.misplaced(knowledge),
        *answers.unshowable(knowledge, answer_limit),
        *documents.confused(knowledge),
        *glossary.unsettled(knowledge),
        *duties.unmet(knowledge),
        *dates.outdated(knowledge, today),
        *spelling.misspelt(knowledge),
        *figures.unsourced(knowledge),
        *likeness.alike(knowledge),
        *places.misnamed(knowledge),
    ]
    return tuple(sorted(problems, key=place_of))
