"""What a knowledge base is: the shape of its files, what is known once they are read, where it stands.

The category of an entry is its folder and so is not a field. Every scalar arrives as text (the loader lets
YAML guess nothing), which is why dates and numbers are parsed here.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, ClassVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    RootModel,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import models_json_schema
from pydantic_core import CoreSchema, PydanticCustomError

from bot.kb.law import Law, Piece
from bot.normalise import fold
from bot.normalise.provisions import named
from bot.phrases import say

DOCUMENTS, GLOSSARY, TOPICS, OFF_TOPIC = "documents.yaml", "glossary.yaml", "topics.yaml", "off_topic.yaml"
WORDS, PLACES = "words.yaml", "places.yaml"
SHARED = (DOCUMENTS, GLOSSARY, TOPICS, OFF_TOPIC, WORDS, PLACES)
LAW = "law"  # the folder of regulations' own texts; every file that is neither there nor shared holds entries

# An id travels inside a button's action, which has at most 64 bytes: 60 leaves room for what is to be done.
MAX_ID = 60  # characters, each one byte
MAX_TOPIC = 56  # the same, with a page's number
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)


class Category(StrEnum):
    """What authority an entry speaks with; the value is the name of its folder."""

    REGULATIONS = "regulations"
    INSPECTIONS = "inspections"
    PRACTICES = "practices"
    GENERAL = "general"  # the file lies directly in the base's directory


class Status(StrEnum):
    """How far an entry's words have been confirmed."""

    DRAFT = "draft"
    CHECKED = "checked"
    APPROVED = "approved"


class DocumentStatus(StrEnum):
    """Whether the row about a document was compared with the document."""

    DRAFT = "draft"
    CHECKED = "checked"


def _day(value: object) -> object:
    """Read `2026-11-23` and nothing else; pydantic alone would take `1690000000` for a date."""
    if isinstance(value, date):
        return value
    try:
        if isinstance(value, str) and _ISO_DATE.fullmatch(value.strip()):
            return date.fromisoformat(value.strip())
    except ValueError:  # 2026-02-30
        pass
    raise PydanticCustomError("bad_date", "not a date written year-month-day")


def _whole(value: object) -> object:
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value)
    if type(value) is int:
        return value
    raise PydanticCustomError("bad_number", "not a whole number")


Words = Annotated[str, Field(min_length=1)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=MAX_ID)]
Day = Annotated[date, BeforeValidator(_day)]
Whole = Annotated[int, BeforeValidator(_whole)]


class _Row(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Source(_Row):
    """One legal basis: a key of documents.yaml, and where in it."""

    document: Words
    at: str = ""


class Probe(_Row):
    """A question that must find its entry; `on` is the day on which it is asked, today where there is none.

    Written as the question alone, or as `{ask: …, on: 2024-05-01}`.
    """

    ask: Words
    on: Day | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        return {"ask": value} if isinstance(value, str) else value

    @model_serializer
    def _written(self) -> str | dict[str, str]:
        return {"ask": self.ask, "on": self.on.isoformat()} if self.on else self.ask

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        fields = {"ask": {"type": "string", "minLength": 1}, "on": {"type": "string", "format": "date"}}
        dated = {"properties": fields, "required": ["ask"], "additionalProperties": False}
        return {"type": ["string", "object"], "minLength": 1, **dated}


class Entry(_Row):
    """One question and the experts' answer to it."""

    id: Slug
    topic: Words | None = None
    question: Words
    variants: tuple[Words, ...] = ()
    answer: Words
    sources: tuple[Source, ...] = ()
    valid_from: Day | None = None
    valid_to: Day | None = None
    superseded_by: Words | None = None
    transitional: str = ""  # what it still holds for after its end, in one sentence that askers read
    status: Status = Status.DRAFT
    approved_by: Words | None = None
    approved_on: Day | None = None
    updated: Day | None = None
    evidence: str = ""
    see_also: tuple[Words, ...] = ()
    differs_from: tuple[Words, ...] = ()  # entries that sound alike, which an expert has told apart
    not_this: tuple[Words, ...] = ()
    tests: tuple[Probe, ...] = ()

    @property
    def phrasings(self) -> tuple[str, ...]:
        """The question and its variants: all that the matcher learns from."""
        return (self.question, *self.variants)

    @property
    def is_written(self) -> bool:
        """Whether there is an answer yet; a template's has no words, and nobody may be told it."""
        return has_words(self.answer)

    @property
    def content(self) -> str:
        """What people are shown, as canonical JSON: two entries that read the same have the same content."""
        shown = {"question", "answer", "sources", "valid_from", "valid_to", "status", "superseded_by"}
        fields = self.model_dump(mode="json", include=shown)
        if self.transitional:  # else the codes from before there was such a field would open nothing
            fields["transitional"] = self.transitional
        return json.dumps(fields, ensure_ascii=False, sort_keys=True)

    @property
    def version(self) -> str:
        """The content's sha256 in hex digits; a report quotes the first of them."""
        return hashlib.sha256(self.content.encode()).hexdigest()


class Document(_Row):
    """A document that answers cite; its number is its key. The newer one names what it changes."""

    title: Words
    kind: Words | None = None
    issuer: Words | None = None
    issued: Day | None = None
    effective: Day | None = None
    ended: Day | None = None
    amends: tuple[Words, ...] = ()
    replaces: tuple[Words, ...] = ()
    transitional: str = ""  # what it still holds for after its end, in one sentence that askers read
    note: str = ""
    status: DocumentStatus = DocumentStatus.DRAFT
    evidence: str = ""


class Topic(_Row):
    """A subject that people browse, tied to a project of the Programme where there is one."""

    id: Annotated[Slug, Field(max_length=MAX_TOPIC)]
    title: Words
    project: Annotated[Whole, Field(ge=1, le=7)] | None = None
    subproject: Annotated[Whole, Field(ge=1, le=9)] | None = None


class GlossaryRow(_Row):
    """A short form and what it stands for, wherever one of `near` is close; an empty `full` is dropped."""

    short: Words
    full: str
    near: tuple[Words, ...] = ()
    note: str = ""


class OffTopicGroup(_Row):
    """Questions that are not ours and the reply to them; small talk does not wait for an expert."""

    group: Words
    reply: Words
    examples: tuple[Words, ...] = Field(min_length=1)
    small_talk: bool = False
    household: bool = False  # only whoever has the household's file can answer
    body: Words | None = None  # whose task it is


class LawRow(_Row):
    """A file of `law/`: the text of one document, a paragraph a line, and where it was taken from."""

    document: Words
    source: Words
    taken: Day
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    note: str = ""  # what a reader has to know of this text, in one sentence
    text: Words


class Left(_Row):
    """A unit that was taken out of a list: by which document, and from when."""

    place: Words
    document: Words
    since: Day | None = None


class PlaceList(_Row):
    """Districts or communes that a document lists, by their names of that time, as `huyện A, tỉnh B`."""

    id: Slug
    title: Words
    document: Words
    at: str = ""
    places: tuple[Words, ...] = Field(min_length=1)
    complete: bool = False  # only then can it be said who is not in it
    gaps: tuple[Words, ...] = ()  # provinces of that time of which it is not complete all the same
    left: tuple[Left, ...] = ()
    entries: tuple[Words, ...] = ()  # whose answer depends on who is in it
    until: Day | None = None  # the last day of the time that it was made for
    note: str = ""  # one sentence that askers read
    status: DocumentStatus = DocumentStatus.DRAFT
    evidence: str = ""


class Word(RootModel[Words]):
    """A word that is no Vietnamese syllable and yet spelled right: a name, a unit, a foreign word."""


class EntriesFile(RootModel[tuple[Entry, ...]]):
    """A file of entries."""


class DocumentsFile(RootModel[dict[str, Document]]):
    """documents.yaml."""


class TopicsFile(RootModel[tuple[Topic, ...]]):
    """topics.yaml."""


class GlossaryFile(RootModel[tuple[GlossaryRow, ...]]):
    """glossary.yaml."""


class OffTopicFile(RootModel[tuple[OffTopicGroup, ...]]):
    """off_topic.yaml."""


class WordsFile(RootModel[tuple[Word, ...]]):
    """words.yaml."""


class PlacesFile(RootModel[tuple[PlaceList, ...]]):
    """places.yaml."""


def has_words(text: str) -> bool:
    """Tell whether there is a letter or digit in a text."""
    return any(letter.isalnum() for letter in text)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema that editors use, with help in Vietnamese on every file and field."""
    files = (
        EntriesFile, DocumentsFile, TopicsFile, GlossaryFile, OffTopicFile, WordsFile, PlacesFile, LawRow
    )  # fmt: skip
    _, schema = models_json_schema([(model, "validation") for model in files])
    for name, definition in schema["$defs"].items():
        definition["description"] = say(f"schema.{name}.self")
        for key, prop in definition.get("properties", {}).items():
            prop.pop("title", None)
            prop["description"] = say(f"schema.{name}.{key}")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


# --- where things stand, and what is wrong there ------------------------------------------------


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of YAML and where it begins; `value` is None where nothing was written after the key."""

    value: "str | list[Node] | dict[str, Node] | None"
    line: int  # from 1
    column: int  # from 1
    keys: dict[str, tuple[int, int]] | None = None  # of a mapping: line and column of each key

    def find(self, *path: str | int) -> "Node":
        """Return the node at `path`, or the nearest one above it that exists."""
        for step in path[:1]:
            if isinstance(step, str) and isinstance(self.value, dict) and step in self.value:
                return self.value[step].find(*path[1:])
            if isinstance(step, int) and isinstance(self.value, list) and step < len(self.value):
                return self.value[step].find(*path[1:])
        return self


def items(node: Node | None) -> list[Node]:
    """Return what a list holds; nothing, when it is not one."""
    return node.value if node and isinstance(node.value, list) else []


def text_at(node: Node, key: str) -> str:
    """Return the text of a mapping's field, "" without one."""
    found = node.value.get(key) if isinstance(node.value, dict) else None
    return found.value.strip() if found and isinstance(found.value, str) else ""


def holds_entries(file: str) -> bool:
    """Tell whether a file of the base is a list of entries."""
    return file not in SHARED and not file.startswith(f"{LAW}/")


def entry_nodes(roots: Mapping[str, Node]) -> Iterator[tuple[str, int, Node]]:
    """Yield file, index and node of whatever stands where an entry belongs."""
    for name, root in roots.items():
        if holds_entries(name):
            yield from ((name, index, node) for index, node in enumerate(items(root)))


def called(node: Node) -> str:
    """Return what people would call a row: an entry's or topic's id, a group's name, a short form."""
    return next((name for key in ("id", "group", "short") if (name := text_at(node, key))), "")


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a file of the base; `file` is relative to it, with forward slashes."""

    file: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: `values` fill the phrase `problem.<code>`, `where` is an entry's id or ""."""

    file: str
    line: int
    column: int
    where: str
    code: str
    values: Mapping[str, object] = field(default_factory=dict)
    is_warning: bool = False  # what only the day or a channel makes of it: told, and no mistake


@dataclass(frozen=True)
class Knowledge:
    """A base that was read whole. What follows from it is derived here, never written down twice."""

    entries: Mapping[str, Entry]  # in the order of files and of lines
    categories: Mapping[str, Category] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    topics: Mapping[str, Topic] = field(default_factory=dict)
    glossary: tuple[GlossaryRow, ...] = ()
    off_topic: tuple[OffTopicGroup, ...] = ()
    places: tuple[PlaceList, ...] = ()
    words: frozenset[str] = frozenset()  # spelled right though no Vietnamese syllable, in lower case
    law: Mapping[str, Law] = field(default_factory=dict, repr=False)  # document -> its own text
    version: str = ""  # 12 hex digits over the names and bytes of all files read
    roots: Mapping[str, Node] = field(default_factory=dict, repr=False)  # file -> what it says, with places
    origins: Mapping[str, tuple[str, int]] = field(default_factory=dict, repr=False)  # entry -> file, index

    @cached_property
    def predecessors(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of the entries that an entry supersedes, by its id."""
        older: dict[str, list[str]] = defaultdict(list)
        for entry in self.entries.values():
            if entry.superseded_by:
                older[entry.superseded_by].append(entry.id)
        return {newer: tuple(own) for newer, own in older.items()}

    @cached_property
    def laws(self) -> Mapping[str, tuple[str, ...]]:
        """The numbers of laws by their names, as a folded text has them; several may bear one."""
        called: dict[str, list[str]] = defaultdict(list)
        for number, document in self.documents.items():
            name = " ".join(re.findall(r"\w+", fold(document.title.partition("(")[0])))
            if name.startswith(("luat ", "bo luat ", "phap lenh ")):
                called[name].append(number)
        return {name: tuple(numbers) for name, numbers in called.items()}

    def category(self, entry_id: str) -> Category:
        """Return the authority that the entry's folder gives it."""
        return self.categories.get(entry_id, Category.GENERAL)

    def locate(self, file: str, *path: str | int) -> Place:
        """Return where `path` stands in `file`, or the nearest thing above it."""
        if file not in self.roots:
            return Place(file)
        node = self.roots[file].find(*path)
        return Place(file, node.line, node.column)

    def clauses(self, sources: Iterable[Source]) -> tuple[tuple[Law, Piece], ...]:
        """Return the parts of regulations that sources name, as far as the base has their text."""
        found = (
            (law, piece)
            for source in sources
            if (law := self.law.get(source.document))
            for at in named(source.at).provisions
            if (piece := law.find(at)) and not piece.is_empty
        )
        return tuple({(law.document, piece.at): (law, piece) for law, piece in found}.values())

    def issue_years(self) -> dict[str, int | None]:
        """Return the year of issue of each document, which its number may not hold; None where unknown."""
        return {
            number: document.issued.year if document.issued else None
            for number, document in self.documents.items()
        }

    def replaced_by(self, number: str) -> tuple[str, ...]:
        """Return the numbers of the documents that replace this one."""
        return tuple(key for key, document in self.documents.items() if number in document.replaces)

    def ended(self, number: str) -> date | None:
        """Return the last day on which a document holds, stated or following from what replaces it."""
        document = self.documents.get(number)
        if document and document.ended:
            return document.ended
        newer = (self.documents[key].effective for key in self.replaced_by(number))
        return min((day - timedelta(days=1) for day in newer if day and day > date.min), default=None)

    def successor(self, entry_id: str) -> str | None:
        """Return the id of the entry that holds instead, at the end of the chain; None when it is the end."""
        seen = [entry_id]
        while (following := self.entries[seen[-1]].superseded_by) and following in self.entries:
            if following in seen:
                break  # a circle, which `check` reports
            seen.append(following)
        return seen[-1] if len(seen) > 1 else None
