"""Which of the entries that supersede each other a question gets: the day decides, not the likeness of words.

An entry and the one that supersedes it are asked for in nearly the same words. So whatever the words found
is exchanged for what holds on the day that the question is about, and confidence shared out between the two
adds up.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain import Candidate
from bot.kb import Knowledge
from bot.kb.validity import in_force, span
from bot.matching.calibrate import Thresholds
from bot.matching.matcher import Match, Matcher
from bot.normalise import Question, official_reference
from bot.normalise.days import When


class AsOf:
    """A matcher whose candidates are those that hold at the time that a question is about.

    Args:
        matcher: finds by words.
        knowledge: the base that it was built from.
        when: the time that the message is about.
    """

    def __init__(self, matcher: Matcher, knowledge: Knowledge, when: When) -> None:
        self._matcher = matcher
        self._knowledge = knowledge
        self._when = when

    @property
    def thresholds(self) -> Thresholds:
        """What the matcher's confidences are compared with."""
        return self._matcher.thresholds

    def match(self, text: str) -> Match:
        """Return the candidates for a text."""
        return as_of(self._matcher.match(text), self._knowledge, self._when)

    def match_all(self, texts: Sequence[str]) -> list[Match]:
        """Return the candidates for each of several texts of one message."""
        return [as_of(match, self._knowledge, self._when) for match in self._matcher.match_all(texts)]


def as_of(match: Match, knowledge: Knowledge, when: When) -> Match:
    """Return a match with each candidate exchanged for what holds at the time that is asked about."""
    confidences: dict[str, float] = {}
    found: dict[str, str] = {}  # what holds -> the likeliest that the words found of it
    for one in match.candidates:
        name = _meant(one.entry, match.question, knowledge, when)
        confidences[name] = min(1.0, confidences.get(name, 0.0) + one.confidence)
        found.setdefault(name, one.entry)
    instead = {name: other for name, other in found.items() if name != other}
    if not instead and len(found) == len(match.candidates):
        return match
    ranked = sorted(confidences.items(), key=lambda one: (-one[1], one[0]))
    return replace(match, candidates=tuple(Candidate(*one) for one in ranked), instead=instead)


def _meant(name: str, question: Question, knowledge: Knowledge, when: When) -> str:
    if when.is_named:
        return in_force(knowledge, name, when.day) or name
    own = span(knowledge, knowledge.entries[name])
    is_over, is_ahead = own.last and own.last < when.day, own.first and own.first > when.day
    if (is_over and when.of_past) or (is_ahead and when.of_future) or any(map(own.holds, when.near)):
        return name
    holding = (in_force(knowledge, name, day) for day in (*when.near, when.day))
    instead = next(filter(None, holding), name)
    return name if _is_named(name, instead, question, knowledge) else instead


def _is_named(name: str, instead: str, question: Question, knowledge: Knowledge) -> bool:
    """Tell whether a question names a document that the one entry rests on, and the other does not."""
    own, others = (_cited(knowledge, one) for one in (name, instead))
    return not (own - others).isdisjoint(question.documents)


def _cited(knowledge: Knowledge, entry_id: str) -> set[str]:
    found = set()
    for source in knowledge.entries[entry_id].sources:
        document = knowledge.documents.get(source.document)
        year = document.issued.year if document and document.issued else None
        if reference := official_reference(source.document, year):
            found.add(reference.token())
    return found
