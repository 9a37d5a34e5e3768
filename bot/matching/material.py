"""What a base gives the matcher to learn from: every text once, normalised and labelled."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from bot.kb import Knowledge
from bot.normalise import Normaliser, Question, vocabulary

GROUP = "@"  # before the name of an off-topic group, so that no entry's id is ever taken for one


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One way of asking, and the class that it belongs to."""

    label: str
    text: Question
    is_title: bool = False  # the entry's `question`: what it is about, in its author's words
    is_miss: bool = False  # looks like the entry and is not answered there

    @property
    def is_group(self) -> bool:
        """Whether it belongs to an off-topic group."""
        return self.label.startswith(GROUP)


@dataclass(frozen=True, slots=True)
class Material:
    """The texts of a base.

    `answers` hold what an entry says and the documents it cites.
    """

    phrasings: Sequence[Phrasing]  # sorted by label
    answers: Mapping[str, Question]


def normaliser(knowledge: Knowledge) -> Normaliser:
    """Return how a base's texts, and questions to it, are understood."""
    return Normaliser(knowledge.glossary, knowledge.issue_years(), vocabulary(_said(knowledge)))


def material(knowledge: Knowledge, normalise: Normaliser) -> Material:
    """Return the texts of a base; `tests` are not among them."""
    entries = knowledge.entries.values()
    answers = {
        entry.id: normalise(" ".join([entry.answer, *(source.document for source in entry.sources)]))
        for entry in entries
    }
    phrasings = sorted(_phrasings(knowledge, normalise), key=attrgetter("label"))
    return Material(phrasings, answers)


def _said(knowledge: Knowledge) -> Iterator[str]:
    for entry in knowledge.entries.values():
        yield from entry.phrasings
        yield entry.answer


def _phrasings(knowledge: Knowledge, normalise: Normaliser) -> Iterator[Phrasing]:
    for entry in knowledge.entries.values():
        title = normalise(entry.question)
        for text in map(normalise, entry.phrasings):
            yield Phrasing(entry.id, text, is_title=text == title)
        for text in map(normalise, entry.not_this):
            yield Phrasing(entry.id, text, is_miss=True)
    for group in knowledge.off_topic:
        for text in map(normalise, group.examples):
            yield Phrasing(GROUP + group.group, text)
