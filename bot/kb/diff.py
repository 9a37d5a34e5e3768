"""What changed in meaning between two versions of a base; where things stand in the files is no matter."""

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel
from rapidfuzz import fuzz, process

from bot.kb.schema import DOCUMENTS, GLOSSARY, OFF_TOPIC, PLACES, TOPICS, Entry, GlossaryRow, Knowledge
from bot.normalise import fold

CATEGORY = "category"  # the folder, shown like a field
_UNORDERED = ("variants", "tests", "not_this", "examples", "near", "amends", "replaces")
_SAME = 90  # of 100: from here on an entry with another id is the old one renamed
_FIGURE = re.compile(  # in a folded text, with its unit; the month of "3 tháng 9" is none
    r"\d+(?:[.,/-]\d+)*"
    r"(?:\s?%|(?:\s+(?:nghin|ngan|trieu|ty|ti|dong|ngay|thang|nam|tuan|gio)\b(?!\s+\d))*)"
)
_WORD = re.compile(r"\d+(?:[.,/-]\d+)*%?|\w+|\s+|.", re.DOTALL)


class Kind(StrEnum):
    """What became of an entry or a row."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: taken away (-1), kept (0) or put in (1)."""

    sign: int
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What a field said and says; of a list the items."""

    field: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    is_list: bool

    @property
    def gone(self) -> tuple[str, ...]:
        """The items that are no longer there."""
        return tuple((Counter(self.old) - Counter(self.new)).elements())

    @property
    def come(self) -> tuple[str, ...]:
        """The items that were not there."""
        return tuple((Counter(self.new) - Counter(self.old)).elements())

    @property
    def words(self) -> tuple[Piece, ...]:
        """A text's stretches, word by word."""
        return words("".join(self.old), "".join(self.new))


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one entry, or of one row of a shared file."""

    kind: Kind
    file: str  # "" for entries, else the shared file's name
    name: str
    was: str  # the name before; the same unless renamed
    title: str
    fields: tuple[FieldChange, ...]
    figures: tuple[str, ...] = ()  # in question and answer, those that are gone
    new_figures: tuple[str, ...] = ()  # and those that are new


def compare(old: Knowledge, new: Knowledge) -> tuple[Change, ...]:
    """Return what changed: first entries whose figures changed, then other entries, then shared files."""
    entries = sorted(_entries(old, new), key=lambda change: not (change.figures or change.new_figures))
    return (*entries, *_rows(old, new))


def touched(old: Knowledge, new: Knowledge) -> frozenset[str]:
    """Return the ids of the entries of `new` that are not what they were in `old`."""
    return frozenset(
        name
        for name, entry in new.entries.items()
        if old.entries.get(name) != entry or old.category(name) != new.category(name)
    )


def words(old: str, new: str) -> tuple[Piece, ...]:
    """Return what was taken away, kept and put in, in the order of reading; figures are whole words.

    A space between two words that both changed is told with them.
    """
    before, after = _WORD.findall(old), _WORD.findall(new)
    pieces: list[Piece] = []
    gone, come = "", ""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, first, last, first_new, last_new in matcher.get_opcodes():
        taken, put = "".join(before[first:last]), "".join(after[first_new:last_new])
        if kind == "equal" and not (taken.isspace() and (gone or come) and last < len(before)):
            pieces += [*_changed_words(gone, come), Piece(0, taken)]
            gone, come = "", ""
        else:
            gone, come = gone + taken, come + put
    return (*pieces, *_changed_words(gone, come))


def _changed_words(gone: str, come: str) -> Iterator[Piece]:
    yield from (Piece(sign, text) for sign, text in ((-1, gone), (1, come)) if text)


def figures(text: str) -> Counter[str]:
    """Return the figures in a text, with their units, and how often each stands there."""
    text = unicodedata.normalize("NFC", text)
    found = (text[one.start() : one.end()] for one in _FIGURE.finditer(fold(text)))
    return Counter(" ".join(figure.split()).replace(" %", "%") for figure in found)


def _entries(old: Knowledge, new: Knowledge) -> Iterator[Change]:
    renamed = _renamed(old, new)
    before = {renamed.get(name, name): name for name in old.entries}  # new name -> old name
    for name, entry in new.entries.items():
        earlier = old.entries.get(before.get(name, ""))
        if earlier is None:
            yield _change(Kind.ADDED, {}, _said(new, name), name, name, entry.question)
        elif changed := _changed(_said(old, earlier.id), _said(new, name), name, earlier.id, entry.question):
            yield changed
    for name, entry in old.entries.items():
        if name not in new.entries and name not in renamed:
            yield _change(Kind.REMOVED, _said(old, name), {}, name, name, entry.question)


def _renamed(old: Knowledge, new: Knowledge) -> dict[str, str]:
    """Return old id -> new id of the entries that go on under another name."""
    gone = {name: _gist(entry) for name, entry in old.entries.items() if name not in new.entries}
    come = {name: _gist(entry) for name, entry in new.entries.items() if name not in old.entries}
    found: dict[str, str] = {}
    for name, gist in gone.items():
        best = process.extractOne(gist, come, scorer=fuzz.ratio, score_cutoff=_SAME)
        if best:
            found[name] = best[2]
            del come[best[2]]
    return found


def _gist(entry: Entry) -> str:
    return f"{entry.question}\n{entry.answer}"


def _said(knowledge: Knowledge, name: str) -> dict[str, Any]:
    """Return what an entry says, its folder too; its id is its name."""
    fields = _plain(knowledge.entries[name].model_dump(mode="json", exclude={"id"}))
    return {CATEGORY: knowledge.category(name).value, **fields}


def _shared(knowledge: Knowledge) -> dict[str, dict[str, tuple[str, dict[str, Any]]]]:
    """Return file -> name -> title and fields of the rows of the shared files."""
    rows: dict[str, list[tuple[str, str, BaseModel]]] = {
        DOCUMENTS: [(number, one.title, one) for number, one in knowledge.documents.items()],
        TOPICS: [(name, one.title, one) for name, one in knowledge.topics.items()],
        GLOSSARY: [(_short(one), one.full, one) for one in knowledge.glossary],
        OFF_TOPIC: [(one.group, one.reply, one) for one in knowledge.off_topic],
        PLACES: [(one.id, one.title, one) for one in knowledge.places],
    }
    return {
        file: {name: (title, _plain(row.model_dump(mode="json"))) for name, title, row in of_file}
        for file, of_file in rows.items()
    }


def _short(row: GlossaryRow) -> str:
    """Return what tells a short form from the same one in other company."""
    return f"{row.short} ({', '.join(row.near)})" if row.near else row.short


def _rows(old: Knowledge, new: Knowledge) -> Iterator[Change]:
    before, after = _shared(old), _shared(new)
    for file, rows in after.items():
        for name, (title, fields) in rows.items():
            if name not in before[file]:
                yield _change(Kind.ADDED, {}, fields, name, name, title, file)
            elif changed := _changed(before[file][name][1], fields, name, name, title, file):
                yield changed
        for name, (title, fields) in before[file].items():
            if name not in rows:
                yield _change(Kind.REMOVED, fields, {}, name, name, title, file)


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields that say something, as text or as a list of texts."""
    said = {name: _text(value) for name, value in fields.items() if value not in (None, "", (), [])}
    return {name: sorted(value) if name in _UNORDERED else value for name, value in said.items()}


def _text(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_text(item) for item in value]
    if isinstance(value, Mapping):
        return " | ".join(str(part) for part in value.values() if part)
    return str(value)


def _changed(
    old: Mapping[str, Any], new: Mapping[str, Any], name: str, was: str, title: str, file: str = ""
) -> Change | None:
    """Return what became of something that was there before; None when it is the same."""
    if name != was:
        return _change(Kind.RENAMED, old, new, name, was, title, file)
    return _change(Kind.CHANGED, old, new, name, was, title, file) if old != new else None


def _change(
    kind: Kind,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    name: str,
    was: str,
    title: str,
    file: str = "",
) -> Change:
    fields = tuple(
        _field(field, old.get(field), new.get(field))
        for field in dict.fromkeys((*old, *new))
        if old.get(field) != new.get(field)
    )
    before, after = _all_figures(old), _all_figures(new)
    is_edit = kind in (Kind.CHANGED, Kind.RENAMED)
    gone, come = (before - after, after - before) if is_edit else (Counter[str](), Counter[str]())
    return Change(kind, file, name, was, title, fields, tuple(gone.elements()), tuple(come.elements()))


def _all_figures(fields: Mapping[str, Any]) -> Counter[str]:
    return figures(f"{fields.get('question', '')}\n{fields.get('answer', '')}")


def _field(field: str, old: Any, new: Any) -> FieldChange:
    return FieldChange(field, _items(old), _items(new), isinstance(old or new, list))


def _items(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
