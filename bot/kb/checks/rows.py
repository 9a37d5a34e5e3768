"""Entries and shared rows as they are written, sound or not, and where their texts stand."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.kb.problems import clip
from bot.kb.schema import (
    DOCUMENTS,
    OFF_TOPIC,
    TOPICS,
    Entry,
    Knowledge,
    Node,
    Problem,
    called,
    entry_nodes,
    items,
    text_at,
)
from bot.normalise import fold

PARSED = 20_000  # characters of a text; what is longer is refused for its length, and parsing takes time
_MARKDOWN = MarkdownIt("commonmark")
_MARKDOWN.validateLink = lambda url: True  # type: ignore[method-assign]  # judged by `answers`


class Spot(NamedTuple):
    """A text, whose it is, and where it is written."""

    text: str
    owner: str
    file: str
    path: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """An entry, or a row of a shared file, as it is written: sound or not, so one mistake hides no other."""

    file: str
    index: int
    node: Node

    def texts(self, name: str) -> Iterator[Spot]:
        """Yield the text of a field, or those of the list in it."""
        field = self.field(name)
        for path, node in ((), field), *(((number,), one) for number, one in enumerate(items(field))):
            words = text_at(node, "ask") if node and isinstance(node.value, dict) else node and node.value
            if isinstance(words, str) and (text := words.strip()):
                yield Spot(text, called(self.node), self.file, (self.index, name, *path))

    def cited(self) -> Iterator[Spot]:
        """Yield the numbers of the documents among an entry's sources."""
        for number, source in enumerate(items(self.field("sources"))):
            if text := text_at(source, "document"):
                path = (self.index, "sources", number, "document")
                yield Spot(text, called(self.node), self.file, path)

    def field(self, name: str) -> Node | None:
        """Return what was written after a field's name."""
        return self.node.value.get(name) if isinstance(self.node.value, dict) else None

    def lacks(self, name: str) -> bool:
        """Tell whether nothing at all was written there; what is wrong was told in reading."""
        field = self.field(name)
        return field is None or field.value is None or field.value == []

    def at(self, *path: str) -> Spot:
        """Return where a field stands, or the row itself."""
        return Spot("", called(self.node), self.file, (self.index, *path))


def entries(knowledge: Knowledge) -> Iterator[Row]:
    """Yield every entry of every file."""
    yield from (Row(*found) for found in entry_nodes(knowledge.roots) if isinstance(found[2].value, dict))


def shared(knowledge: Knowledge, file: str) -> Iterator[Row]:
    """Yield the rows of a shared file that holds a list."""
    for index, node in enumerate(items(knowledge.roots.get(file))):
        yield Row(file, index, node)


def entry_at(knowledge: Knowledge, entry: Entry, *path: str | int) -> Spot:
    """Return where a field of a sound entry stands."""
    file, index = knowledge.origins[entry.id]
    return Spot("", entry.id, file, (index, *path))


def problem_at(knowledge: Knowledge, spot: Spot, code: str, **values: object) -> Problem:
    """Return a problem at a spot; `values` fill its phrase."""
    place = knowledge.locate(spot.file, *spot.path)
    return Problem(place.file, place.line, place.column, clip(spot.owner), code, values)


def shown(knowledge: Knowledge) -> Iterator[Spot]:
    """Yield every text of experts that people read, once each."""
    for row in entries(knowledge):
        yield from (*row.texts("question"), *row.texts("answer"), *row.texts("transitional"))
    for row in shared(knowledge, OFF_TOPIC):
        yield from row.texts("reply")
    for row in shared(knowledge, TOPICS):
        yield from row.texts("title")
    root = knowledge.roots.get(DOCUMENTS)
    for number, node in root.value.items() if root and isinstance(root.value, dict) else ():
        for field in ("title", "transitional"):
            if text := text_at(node, field):
                yield Spot(text, number, DOCUMENTS, (number, field))


def numbers(knowledge: Knowledge) -> Collection[str] | None:
    """Return the keys of documents.yaml; None when there is no such file, or none that can be trusted."""
    root = knowledge.roots.get(DOCUMENTS)
    sound = root and (root.value is None or isinstance(root.value, dict))
    return (root.keys or {}) if root and sound else None


def markdown(knowledge: Knowledge) -> Iterator[Spot]:
    """Yield all that people are shown as Markdown."""
    for row in entries(knowledge):
        yield from row.texts("answer")
    for row in shared(knowledge, OFF_TOPIC):
        yield from row.texts("reply")


def tokens(markdown: str) -> Iterator[Token]:
    """Yield what Markdown says, blocks and what is inside of them alike."""
    for token in _MARKDOWN.parse(markdown[:PARSED]):
        yield token
        yield from token.children or ()


def plain(text: str) -> str:
    """Return a phrasing without case, diacritics and doubled spaces, to tell whether two are the same."""
    return " ".join(fold(text).split())
