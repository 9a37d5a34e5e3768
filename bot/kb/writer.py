"""Writes into files of entries: only the lines that change, and never a base that does not load.

An edit is worked out on the text itself, from where the parser says that things begin and end. A library
that reads a file and writes it anew would touch lines that nobody edited (`docs/decisions/0006`). Whatever
was worked out is read again before it is returned: it says what it should, and all else as before.
"""

import contextlib
import difflib
import fcntl
import hashlib
import json
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import yaml

from bot.errors import BadFileName, ByHandOnly, Conflict, KnowledgeError
from bot.kb.loader import load
from bot.kb.schema import Knowledge
from bot.kb.spelling import FIELDS, Value, entry_lines, field_lines, in_braces, item_lines

Texts = Mapping[str, str | None]  # relative file name -> all that it shall hold
Fields = Mapping[str, Value | None]  # as `spelling.plain` gives them; None or empty takes a field away

BOM = "\ufeff"
_SCHEMA = "# yaml-language-server: $schema={up}schema.json#/$defs/EntriesFile\n"
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_BLANK = " \t\r\n"
_HEADER = re.compile(r"[|>][-+0-9]*")


# --- texts ----------------------------------------------------------------------------------------


class _Edit(NamedTuple):
    """Characters `start` to `end` of a text give way to `text`."""

    start: int
    end: int
    text: str


def digest(text: str | None) -> str | None:
    """Return what tells whether a file still holds `text`; None for a file that is not there."""
    return None if text is None else hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read_text(directory: Path, name: str) -> str | None:
    """Return a file's text with the line breaks that it has; None when there is no such file."""
    try:
        return (directory / name).read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return None


def changed(text: str, entry_id: str, fields: Fields) -> str:
    """Return the text of a file with some fields of one entry changed, and every other line as it was.

    Comments stay, but for those inside a list that is taken away and beside an item that is changed.

    Args:
        text: of a file of entries that loads.
        entry_id: of an entry in it.
        fields: what is to be written; fields that are not named, or already say so, stay as they are.

    Raises:
        KeyError: the file has no such entry.
        ByHandOnly: the file cannot be read, or the entry is written in a way that cannot be edited like this.
    """
    bare = text.removeprefix(BOM)
    entry = _find(bare, entry_id)
    written = {key.value: _value(node) for key, node in entry.value}
    wanted = {
        name: fields[name] for name in FIELDS if name in fields and differ(written.get(name), fields[name])
    }
    if not wanted:
        return text
    edits = [_in_braces(entry, written, wanted)] if entry.flow_style else _edits(bare, entry, wanted)
    edited = _applied(bare, edits)
    _assure(edited, _expected(bare, entry_id, wanted), entry_id)
    return text.removesuffix(bare) + edited


def fields_of(text: str, entry_id: str) -> dict[str, Any]:
    """Return the fields of one entry as a file has them, every scalar as text.

    Raises:
        KeyError: the file has no such entry.
        ByHandOnly: the file cannot be read.
    """
    return {key.value: _value(node) for key, node in _find(text.removeprefix(BOM), entry_id).value}


def without(text: str, entry_id: str) -> str | None:
    """Return the text of a file without an entry; None where there is nothing else in it, so that it can go.

    Raises:
        KeyError: the file has no such entry.
        ByHandOnly: other entries stand in the file, and comments may be about any of them.
    """
    _find(text.removeprefix(BOM), entry_id)
    if len(_rows(text.removeprefix(BOM), entry_id)) > 1:
        raise ByHandOnly(entry_id)
    return None


def appended(text: str, fields: Mapping[str, Value]) -> str:
    """Return the text of a file with a whole entry added at its end; "" begins a file.

    Raises:
        ByHandOnly: the file's list is written in a way that nothing can be added to.
    """
    name = str(fields["id"])
    added = appended_lines(text, entry_lines(fields), name)
    if differ(_rows(added, name)[-1], fields):
        raise ByHandOnly(name)
    return added


def appended_lines(text: str, lines: Sequence[str], entry_id: str) -> str:
    """Return the same for an entry that is spelled out already, comments and all.

    Raises:
        ByHandOnly: nothing can be added to the file's list as it is written, or the lines are no entry.
    """
    bare = text.removeprefix(BOM)
    rows = _rows(bare, entry_id)
    root = yaml.compose(bare, Loader=_LOADER)
    indent = root.start_mark.column if isinstance(root, yaml.SequenceNode) and root.value else 0
    line_break = _line_break(bare)
    before = bare if not bare or bare.endswith("\n") else bare + line_break
    added = before + "".join(f"{' ' * indent if line else ''}{line}{line_break}" for line in lines)
    *before_it, it = _rows(added, entry_id) or [{}]
    if before_it != rows or it.get("id") != entry_id:
        raise ByHandOnly(entry_id)
    return text.removesuffix(bare) + added


def new_file(name: str) -> str:
    """Return what a file of entries begins with: where editors find the schema."""
    return _SCHEMA.format(up="../" * (len(PurePosixPath(name).parts) - 1))


def _find(text: str, entry_id: str) -> Any:
    """Return the node of the one entry that has this id."""
    try:
        root: Any = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError:
        raise ByHandOnly(entry_id) from None
    found = [
        node
        for node in (root.value if isinstance(root, yaml.SequenceNode) else ())
        if isinstance(node, yaml.MappingNode)
        and any(key.value == "id" and not differ(_value(value), entry_id) for key, value in node.value)
    ]
    if len(found) != 1:
        raise KeyError(entry_id)
    return found[0]


def _value(node: Any) -> Any:
    """Return what a node says, as text, lists and dicts; it is one of a base that loads, so not deep."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: _value(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_value(item) for item in node.value]
    return node.value


def _rows(text: str, entry_id: str) -> list[dict[str, Any]]:
    """Return what a file says.

    Raises:
        ByHandOnly: it is no list of entries.
    """
    try:
        rows = yaml.load(text, Loader=_LOADER) or []  # noqa: S506  the Base loader makes only text of it
    except yaml.YAMLError:
        raise ByHandOnly(entry_id) from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ByHandOnly(entry_id)
    return rows


def _expected(text: str, entry_id: str, wanted: Fields) -> list[dict[str, Any]]:
    rows = _rows(text, entry_id)
    for row in rows:
        if _canonical(row.get("id")) == _canonical(entry_id):
            row.update({name: value for name, value in wanted.items() if value})
            for name in [name for name, value in wanted.items() if not value]:
                row.pop(name, None)
    return rows


def _assure(text: str, expected: list[dict[str, Any]], entry_id: str) -> None:
    if list(map(_canonical, _rows(text, entry_id))) != list(map(_canonical, expected)):
        raise ByHandOnly(entry_id)


def differ(old: Any, new: Any) -> bool:
    """Tell whether a base would read two values of a field otherwise."""
    return bool(_canonical(old) != _canonical(new))


def _canonical(value: Any) -> Any:
    """Return what two values have in common that a base reads alike."""
    if isinstance(value, str) or value is None:
        return unicodedata.normalize("NFC", value or "").strip()
    if isinstance(value, Mapping):
        return {key: _canonical(inner) for key, inner in value.items() if inner}
    return [_canonical(item) for item in value] or ""


# --- what to change where ---------------------------------------------------------------------------


def _edits(text: str, entry: Any, wanted: Fields) -> list[_Edit]:
    """Return what to do to an entry that is written in lines."""
    pairs = {key.value: (key, value) for key, value in entry.value}
    ends = {name: _content_end(text, value) for name, (_, value) in pairs.items()}
    if any(value.start_mark.index < key.end_mark.index for key, value in pairs.values()):
        raise ByHandOnly(_value(entry)["id"])  # the value is an alias of something further up
    edits = []
    for name, value in wanted.items():
        if name not in pairs:
            edits.append(_insertion(text, entry.start_mark.column, ends, name, value))
        elif not value:
            edits.append(_deletion(text, entry, name, ends[name]))
        else:
            edits.append(_replacement(text, *pairs[name], value))
    return edits


def _applied(text: str, edits: Sequence[_Edit]) -> str:
    """Return a text with edits done; of several at one spot the first comes first."""
    pieces, at = [], 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        pieces += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*pieces, text[at:]])


def _in_braces(entry: Any, written: Fields, wanted: Fields) -> _Edit:
    """Return what to do to an entry that is written as `{id: …}`: it stays so."""
    fields = {name: value for name, value in {**written, **wanted}.items() if value}
    return _Edit(entry.start_mark.index, entry.end_mark.index, in_braces(fields))


def _insertion(text: str, column: int, ends: Mapping[str, int], name: str, value: Any) -> _Edit:
    """Return the edit that puts a field after the last one that stands before it by custom."""
    before = [other for other in FIELDS[: FIELDS.index(name)] if other in ends]
    at = _line_end(text, ends[before[-1]])
    return _Edit(at, at, "".join("\n" + line for line in _indented(text, column, field_lines(name, value))))


def _deletion(text: str, entry: Any, name: str, end: int) -> _Edit:
    keys = [key for key, _ in entry.value]
    at = next(number for number, key in enumerate(keys) if key.value == name)
    if at == 0:  # beside the entry's dash, where the next field takes its place
        return _Edit(keys[0].start_mark.index, keys[1].start_mark.index, "")
    return _Edit(_line_start(text, keys[at].start_mark.index) - 1, _line_end(text, end), "")


def _replacement(text: str, key: Any, node: Any, value: Value) -> _Edit:
    """Return the edit that gives a field another value; a comment beside it stays beside it."""
    in_lines = isinstance(node, yaml.SequenceNode) and not node.flow_style
    if in_lines and not isinstance(value, str) and (edit := _items(text, node, value)):
        return edit
    end = _content_end(text, node)
    first, *rest = _indented(text, key.start_mark.column, field_lines(key.value, value, not in_lines))
    beside = _beside(text, node, end)
    start, stop = key.start_mark.index, _line_end(text, end)
    if not rest:
        return _Edit(start, stop, first.strip(_BLANK) + beside + _carriage(text))
    return _Edit(start, stop, "\n".join([first.strip(_BLANK) + beside + _carriage(text), *rest]))


def _beside(text: str, node: Any, end: int) -> str:
    """Return the comment on a field's line, with the space before it; "" without one."""
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        header = text[node.start_mark.index : _line_end(text, node.start_mark.index)]
        return _HEADER.sub("", header, count=1).rstrip(_BLANK)
    return text[end : _line_end(text, end)].rstrip(_BLANK)


def _items(text: str, node: Any, value: Sequence[Any]) -> _Edit | None:
    """Return the edit that touches only the items that change; None when the list is written oddly."""
    column, spans = node.start_mark.column, []
    for item in node.value:
        start, end = _line_start(text, item.start_mark.index), _line_end(text, _content_end(text, item))
        if text[start : start + column].strip(" ") or text[start + column : start + column + 1] != "-":
            return None
        spans.append((start, end))
    old, new = [[json.dumps(_canonical(item)) for item in items] for items in (_value(node), value)]
    lines: list[str] = []
    at = spans[0][0]
    for kind, first, last, first_new, last_new in difflib.SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        for number in range(first, last):
            start, end = spans[number]
            lines += [text[at : start - 1]] if start > at else []  # comments above it
            lines += [text[start:end]] if kind == "equal" else []
            at = end + 1
        if kind != "equal":
            for item in value[first_new:last_new]:
                lines += _indented(text, column, item_lines(item))
    return _Edit(spans[0][0], spans[-1][1], "\n".join(lines))


def _content_end(text: str, node: Any) -> int:
    """Return where what a node says ends, before comments, spaces and empty lines."""
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        body = text[node.start_mark.index : node.end_mark.index]
        return int(node.start_mark.index) + len(body.rstrip(_BLANK))
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _content_end(text, last[1] if isinstance(last, tuple) else last)


def _indented(text: str, column: int, lines: Sequence[str]) -> list[str]:
    return [f"{' ' * column if line else ''}{line}{_carriage(text)}" for line in lines]


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_end(text: str, at: int) -> int:
    """Return where the line ends: before its line feed, or at the end of the text."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found


def _line_break(text: str) -> str:
    """Return what the file's first line ends with, which all that is added ends with too."""
    return f"{_carriage(text)}\n"


def _carriage(text: str) -> str:
    """Return what stands before a line feed in this file: nothing, or Windows' carriage return."""
    return "\r" if text[: text.find("\n") + 1].endswith("\r\n") else ""


# --- files ----------------------------------------------------------------------------------------


DRAFT = ".hoidap-"  # what the name of a file begins with that is still being written


def save(directory: Path, texts: Texts, was: Mapping[str, str | None]) -> Knowledge:
    """Put texts in the place of files, all or none, and return the base that it makes.

    The base is loaded as it would be before anything is replaced. Each file is replaced in one step; of
    several the ones go first that leave a base which loads should the machine stop halfway.

    Args:
        directory: of the base.
        texts: relative file name -> all that it shall hold; None takes the file away.
        was: the `digest` of the text that each was made from; None for a file that was not there.

    Raises:
        BadFileName: it would be written elsewhere, or not read.
        Conflict: a file no longer holds what its text was made from.
        KnowledgeError: the base would not load.
        OSError: the disk refuses; what was replaced before has been put back.
    """
    with alone(directory):
        knowledge = sound(directory, texts, was)
        put(directory, texts)
    return knowledge


def sound(directory: Path, texts: Texts, was: Mapping[str, str | None]) -> Knowledge:
    """Return the base that texts would make, and write nothing; arguments and errors are those of `save`."""
    for name in texts:
        _check_name(name)
        if digest(read_text(directory, name)) != was[name]:
            raise Conflict(name)
    return load(directory, texts)


def put(directory: Path, texts: Texts) -> None:
    """Put texts that are `sound` in the place of files, all or none, for a caller who is `alone`."""
    _replace_all(directory, texts, list(_in_order(directory, texts)))


def tidy(directory: Path) -> None:
    """Remove what a saver left half-written whom the machine stopped, for a caller who is `alone`."""
    for draft in directory.rglob(f"{DRAFT}*"):
        draft.unlink(missing_ok=True)


def _check_name(name: str) -> None:
    path = PurePosixPath(name)
    hidden = any(part.startswith(".") for part in path.parts)  # or ".."
    if path.is_absolute() or hidden or "\\" in name or path.suffix != ".yaml":
        raise BadFileName(name)


@contextlib.contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Keep other savers out; editors do not ask, which is what the digests are for."""
    held = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _in_order(directory: Path, texts: Texts) -> Iterator[str]:
    """Yield the files so that the base loads after each, as far as there is such an order."""
    done: dict[str, str | None] = {}
    left = list(texts)
    while len(left) > 1:
        sound = (name for name in left if _loads(directory, {**done, name: texts[name]}))
        name = next(sound, left[0])
        done[name] = texts[name]
        left.remove(name)
        yield name
    yield from left


def _loads(directory: Path, texts: Texts) -> bool:
    try:
        load(directory, texts)
    except KnowledgeError:
        return False
    return True


def _replace_all(directory: Path, texts: Texts, names: Sequence[str]) -> None:
    targets = {name: (directory / name).resolve() for name in names}  # a link stays one
    old = {name: path.read_bytes() if path.exists() else None for name, path in targets.items()}
    drafts: dict[str, Path] = {}
    replaced: list[str] = []
    try:
        for name, target in targets.items():
            if (text := texts[name]) is not None:
                drafts[name] = _draft(target, text.encode("utf-8"))
        for name in names:
            if name in drafts:
                drafts.pop(name).replace(targets[name])
            else:
                targets[name].unlink(missing_ok=True)
            replaced.append(name)
            _sync(targets[name].parent)
    except OSError:
        for name in reversed(replaced):
            _restore(targets[name], old[name])
        raise
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def _restore(target: Path, data: bytes | None) -> None:
    if data is None:
        target.unlink(missing_ok=True)
    else:
        _draft(target, data).replace(target)


def _draft(target: Path, data: bytes) -> Path:
    """Write a file's new bytes to the disk beside it, under a name that no base reads."""
    target.parent.mkdir(parents=True, exist_ok=True)
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
    descriptor, name = tempfile.mkstemp(prefix=f"{DRAFT}{target.name}.", dir=target.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        os.fchmod(descriptor, mode)
        file.flush()
        os.fsync(descriptor)
    return Path(name)


def _sync(directory: Path) -> None:
    """Have the disk remember which names a directory holds."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
