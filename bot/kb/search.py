"""Finds entries by words, as an expert looks for them: all of the words, with accents or without."""

from dataclasses import dataclass
from functools import cached_property

from bot.kb.schema import Category, Entry, Knowledge, Status
from bot.normalise import fold


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; whatever is None or empty does not matter."""

    text: str = ""
    topic: str | None = None
    category: Category | None = None
    status: Status | None = None


class Search:
    """The entries of one base, ready to be looked through."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def find(self, wanted: Wanted) -> tuple[Entry, ...]:
        """Return the entries with every word of the text, those first that say it in their question.

        A word is found where one begins with it; its accents do not matter.
        """
        words = [f" {word}" for word in _plain(wanted.text).split()]
        found = [
            (_place(words, *self._texts[entry.id]), entry)
            for entry in self._knowledge.entries.values()
            if self._fits(entry, wanted)
        ]
        ranked = sorted(((place, entry) for place, entry in found if place), key=lambda pair: pair[0] or 0)
        return tuple(entry for _, entry in ranked)

    def _fits(self, entry: Entry, wanted: Wanted) -> bool:
        category = self._knowledge.category(entry.id)
        return (
            wanted.topic in (None, entry.topic)
            and wanted.category in (None, category)
            and wanted.status in (None, entry.status)
        )

    @cached_property
    def _texts(self) -> dict[str, tuple[str, str, str]]:
        """Return what is looked through of each entry, what matters most first."""
        return {
            entry.id: (
                _plain(f"{entry.id} {entry.question}"),
                _plain(" ".join(entry.variants)),
                _plain(f"{entry.answer} {' '.join(f'{one.document} {one.at}' for one in entry.sources)}"),
            )
            for entry in self._knowledge.entries.values()
        }


def _plain(text: str) -> str:
    """Return folded words, each with a space before it."""
    letters = (letter if letter.isalnum() else " " for letter in fold(text))
    return " " + " ".join("".join(letters).split())


def _place(words: list[str], *texts: str) -> int | None:
    """Return how many of the texts it takes to find all words, None when they are not in all of them."""
    for count in range(1, len(texts) + 1):
        if all(any(word in text for text in texts[:count]) for word in words):
            return count
    return None
