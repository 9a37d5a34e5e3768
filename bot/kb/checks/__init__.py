"""What must hold between the parts of a base, and what experts owe an entry before people rely on it.

`references` belongs to loading: a base that breaks it does not load. `check` is what `hoidap kb check` asks
for on top of that. Both read what is written rather than what is sound, so that one mistake hides no other.
"""

from bot.kb.checks import answers, dates, documents, duties, figures, glossary, phrasings
from bot.kb.checks.answers import ANSWER_LIMIT
from bot.kb.checks.references import references
from bot.kb.problems import place_of
from bot.kb.schema import Knowledge, Problem

__all__ = ["check", "references"]


def check(knowledge: Knowledge, answer_limit: int = ANSWER_LIMIT) -> tuple[Problem, ...]:
    """Return what a base still lacks, in the order of files and lines; it may be one that did not load.

    `answer_limit` is the longest answer, in characters, that every channel can show.
    """
    problems = [
        *phrasings.misplaced(knowledge),
        *answers.unshowable(knowledge, answer_limit),
        *documents.confused(knowledge),
        *glossary.unsettled(knowledge),
        *duties.unmet(knowledge),
        *dates.contradictory(knowledge),
        *figures.unsourced(knowledge),
    ]
    return tuple(sorted(problems, key=place_of))
