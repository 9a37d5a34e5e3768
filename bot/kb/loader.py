"""Reads a directory of YAML into a `Knowledge`, or says everything that is wrong with it at once.

A file is bytes, then parser events, then nodes that know their line and column, then models. Nothing is
guessed on the way: every scalar stays text until a model says otherwise.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path, PurePath, PurePosixPath
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.errors import KnowledgeError
from bot.kb.checks import check, references
from bot.kb.problems import clip, nearest, place_of
from bot.kb.schema import (
    DOCUMENTS,
    GLOSSARY,
    OFF_TOPIC,
    PLACES,
    SHARED,
    TOPICS,
    WORDS,
    Category,
    Document,
    Entry,
    GlossaryRow,
    Knowledge,
    Left,
    Node,
    OffTopicGroup,
    Place,
    PlaceList,
    Problem,
    Source,
    Topic,
    Word,
    called,
    entry_nodes,
    items,
    text_at,
)

MAX_BYTES = 2 * 1024 * 1024  # of one file
MAX_DEPTH = 10  # lists and mappings inside each other; the format needs four
MAX_ALIASES = 10  # anchors and aliases together, of one file
FOLDERS = (Category.REGULATIONS, Category.INSPECTIONS, Category.PRACTICES)
REVIEWED = "reviewed"  # what the machine writes for experts, in folders named after the categories

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # the Base ones give every scalar as text
CONTROL = re.compile(  # what YAML refuses
    "[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
_SYNTAX = (  # what PyYAML's message contains, our code, whether to point at where the construct began
    ("tab character", "tab", False),
    ("cannot start any token", "odd_start", False),
    ("mapping values are not allowed", "stray_colon", False),
    ("could not find expected ':'", "no_colon", True),
    ("unexpected end of stream", "no_quote", True),
    ("escape", "escape", False),
    ("expected '-' indicator", "no_dash", False),
    ("expected key", "indent", False),
    ("expected <block end>", "indent", False),
    ("expected ',' or", "no_bracket", True),
    ("alphabetic or numeric", "odd_start", True),
    ("expected comment or line break", "after_bar", False),
    ("undefined tag handle", "tag", False),
)
_FIELDS = "|".join(
    sorted(
        {
            name
            for model in (Entry, Source, Document, Topic, GlossaryRow, OffTopicGroup, PlaceList, Left)
            for name in model.model_fields
        }
    )
)
_BEFORE_COLON = re.compile(rf" *(?:- +)?(?:{_FIELDS})")
_NO_SPACE = re.compile(rf"(?:{_BEFORE_COLON.pattern}:| *-(?!-))(?=[^ \r])")
_ODD_SPACE = re.compile("[ ]*[\u00a0\u2000-\u200b\u202f\u3000\ufeff]")  # at the beginning of a line
_CODES = {  # pydantic's names of errors and ours
    "missing": "missing_field",
    "extra_forbidden": "unknown_field",
    "enum": "not_a_choice",
    "string_pattern_mismatch": "bad_id",
    "string_too_long": "long_id",
    "string_too_short": "empty",
    "too_short": "empty",
    "string_type": "not_text",
    "tuple_type": "not_a_list",
    "model_type": "not_fields",
    "bad_date": "bad_date",
    "bool_parsing": "not_yes_or_no",
    "bool_type": "not_yes_or_no",
    "bad_number": "bad_number",
    "greater_than_equal": "bad_number",
    "less_than_equal": "bad_number",
}
_Flaw = tuple[str, dict[str, object]]  # a problem's code and values
_Model = TypeVar("_Model", bound=BaseModel)


def load(directory: Path, instead: Mapping[str, str] | None = None) -> Knowledge:
    """Read the base in `directory`.

    Args:
        directory: of the base.
        instead: relative file name -> the text to read in its place, whether there is such a file or not.

    Raises:
        KnowledgeError: with every `Problem` of every file, in the order of files and lines.
    """
    knowledge, problems = read(directory, instead)
    if problems:
        raise KnowledgeError(sorted(problems, key=place_of))
    return knowledge


def inspect(directory: Path, today: date | None = None) -> tuple[Knowledge, tuple[Problem, ...]]:
    """Return what could be read of the base, and all that is wrong with it or owed, loadable or not.

    Without `today`, a day in Vietnam, nothing is said of what has ended by now.
    """
    knowledge, problems = read(directory)
    return knowledge, tuple(sorted([*problems, *check(knowledge, today=today)], key=place_of))


def read(directory: Path, instead: Mapping[str, str] | None = None) -> tuple[Knowledge, list[Problem]]:
    """Return what is sound of the base, and what keeps it from loading; `instead` as for `load`."""
    problems: list[Problem] = []
    contents = _read(directory, problems)
    contents = dict(sorted({**contents, **_written(instead or {}, problems)}.items()))
    roots = {name: root for name, data in contents.items() if (root := _parse(name, data, problems))}
    origins = _origins(roots, problems)
    _unique(TOPICS, "id", roots, problems)
    _unique(OFF_TOPIC, "group", roots, problems)
    _unique(PLACES, "id", roots, problems)
    knowledge = Knowledge(
        entries=_entries(roots, origins, problems),
        categories={key: _category(file) or Category.GENERAL for key, (file, _) in origins.items()},
        documents=_documents(roots, problems),
        topics={row.id: row for row in _rows(Topic, TOPICS, roots, problems)},
        glossary=tuple(_rows(GlossaryRow, GLOSSARY, roots, problems)),
        off_topic=tuple(_rows(OffTopicGroup, OFF_TOPIC, roots, problems)),
        places=tuple(_rows(PlaceList, PLACES, roots, problems)),
        words=frozenset(row.root.casefold() for row in _rows(Word, WORDS, roots, problems)),
        version=_version(contents),
        roots=roots,
        origins=origins,
    )
    problems += references(knowledge, unread={problem.file for problem in problems} - roots.keys())
    if not problems and not knowledge.entries:
        problems.append(Problem(".", 1, 1, "", "no_entries"))
    return knowledge, problems


# --- files ----------------------------------------------------------------------------------------


def _read(directory: Path, problems: list[Problem]) -> dict[str, bytes]:
    """Return the bytes of every file of the base by its relative name, sorted by name."""
    if not directory.is_dir():
        problems.append(Problem(".", 1, 1, "", "no_directory", {"value": str(directory)}))
        return {}
    contents: dict[str, bytes] = {}
    for name, path in sorted((path.relative_to(directory).as_posix(), path) for path in _walk(directory)):
        fetched = _misplaced(name) or _fetch(path, directory)
        if isinstance(fetched, bytes):
            contents[name] = fetched
        else:
            problems.append(Problem(name, 1, 1, "", fetched[0], fetched[1]))
    return contents


def _written(texts: Mapping[str, str], problems: list[Problem]) -> dict[str, bytes]:
    """Return the bytes that files would have; what no file of a base may be is a problem here too."""
    contents: dict[str, bytes] = {}
    for name, text in texts.items():
        data = text.encode("utf-8", "surrogatepass")
        if flaw := _misplaced(name) or _oversized(len(data)):
            problems.append(Problem(name, 1, 1, "", *flaw))
        else:
            contents[name] = data
    return contents


def _walk(directory: Path) -> Iterator[Path]:
    """Yield what looks like YAML, and folders that cannot be entered. Hidden names are nobody's writing."""
    waiting = [directory]
    while waiting:
        folder = waiting.pop()
        try:
            children = [child for child in folder.iterdir() if not child.name.startswith(".")]
            folders = {child for child in children if child.is_dir()}
        except OSError:
            yield folder
            continue
        waiting.extend(child for child in folders if not child.is_symlink())
        yield from (child for child in folders if child.is_symlink())
        yield from (child for child in children if child not in folders and _is_yaml(child))


def _is_yaml(path: PurePath) -> bool:
    return path.suffix.lower() in (".yaml", ".yml")


def _misplaced(name: str) -> _Flaw | None:
    path = PurePosixPath(name)
    if _is_yaml(path) and path.suffix != ".yaml":
        return "wrong_suffix", {"value": path.name, "instead": path.with_suffix(".yaml").name}
    if _category(name) is None:
        values = {"value": clip(path.parent), "folders": ", ".join(FOLDERS)}
        return "unknown_folder", {**values, "near": nearest(path.parts[0], FOLDERS)}
    return None


def _category(name: str) -> Category | None:
    """Return the category that a file's folder gives its entries; None when the folder has no meaning."""
    parts = PurePosixPath(name).parts
    if len(parts) <= 1:
        return Category.GENERAL
    if parts[0] in FOLDERS:
        return Category(parts[0])
    if parts[0] == REVIEWED and len(parts) == 3 and parts[1] in tuple(Category):
        return Category(parts[1])
    return None


def _fetch(path: Path, directory: Path) -> bytes | _Flaw:
    """Return a file's bytes, or why it is not opened; a link may only lead to a file of the same base."""
    try:
        if path.is_symlink() and (path.is_dir() or not path.resolve().is_relative_to(directory.resolve())):
            return "outside", {}
        if not path.is_file():
            return "unreadable", {}
        return _oversized(path.stat().st_size) or path.read_bytes()
    except (OSError, RuntimeError):  # RuntimeError: links that go in a circle
        return "unreadable", {}


def _oversized(size: int) -> _Flaw | None:
    if size > MAX_BYTES:
        return "too_big", {"size": -(-size // 1024), "limit": MAX_BYTES // 1024}
    return None


def _version(contents: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, data in contents.items():
        digest.update(hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest())
        digest.update(hashlib.sha256(data).digest())
    return digest.hexdigest()[:12]


# --- YAML -----------------------------------------------------------------------------------------


class _Stop(Exception):
    """The rest of a file is not worth reading; the arguments are line, column, code and values."""


def _parse(name: str, data: bytes, problems: list[Problem]) -> Node | None:
    """Return what a file says; None after a problem that hides the rest of it."""
    text = ""
    try:
        text = _text(data)
        return _Composer(name, problems).compose(text)
    except _Stop as stop:
        values = {**stop.args[3], "unread": True}
        problems.append(Problem(name, stop.args[0], stop.args[1], "", stop.args[2], values))
    except yaml.YAMLError as error:
        problems.append(_syntax_problem(name, text, error))
    return None


def _text(data: bytes) -> str:
    """Decode a file; a byte order mark, which Windows' Notepad writes, is harmless."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Stop(*_end(data[: error.start].decode("utf-8-sig")), "not_utf8", {}) from None
    if stray := CONTROL.search(text):
        raise _Stop(*_end(text[: stray.start()]), "control_character", {})
    return text


def _end(text: str) -> tuple[int, int]:
    """Return the line and column, from 1, of what follows `text`."""
    return text.count("\n") + 1, len(text) - text.rfind("\n")


class _Composer:
    """Builds nodes from parser events on a stack of its own, so that no nesting exhausts Python's."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        self.name = name
        self.problems = problems
        self.stack: list[tuple[Node, str | None]] = []  # what is still open, and its anchor
        self.waiting: list[Node | None] = []  # beside it: the key that waits for its value
        self.anchors: dict[str, Node] = {}
        self.anchored = 0
        self.root: Node | None = None

    def compose(self, text: str) -> Node:
        for event in yaml.parse(text, Loader=_LOADER):
            mark: Any = event.start_mark
            line, column = mark.line + 1, mark.column + 1
            if isinstance(event, yaml.NodeEvent):
                self._bound(event, line, column)
                self._node(event, line, column)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.waiting.pop()
                self._put(*self.stack.pop())
            elif isinstance(event, yaml.DocumentStartEvent) and self.root:
                raise _Stop(line, column, "second_document", {})
        return self.root or Node(None, 1, 1)

    def _bound(self, event: yaml.NodeEvent, line: int, column: int) -> None:
        self.anchored += event.anchor is not None
        if self.anchored > MAX_ALIASES:
            raise _Stop(line, column, "too_many_aliases", {"limit": MAX_ALIASES})
        if isinstance(event, yaml.CollectionStartEvent) and len(self.stack) >= MAX_DEPTH:
            raise _Stop(line, column, "too_deep", {"limit": MAX_DEPTH})
        if tag := getattr(event, "tag", None):
            self._report(line, column, "tag", clip(tag.replace("tag:yaml.org,2002:", "!!")))

    def _node(self, event: yaml.NodeEvent, line: int, column: int) -> None:
        if isinstance(event, yaml.ScalarEvent):
            if CONTROL.search(event.value):  # written as an escape, "\\0": databases refuse it
                self._report(line, column, "control_character", "")
            blank = event.value == "" and event.style in (None, "")
            value = None if blank else unicodedata.normalize("NFC", event.value)
            self._put(Node(value, line, column), event.anchor)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:  # an alias inside of what it names counts as unknown too
                raise _Stop(line, column, "unknown_alias", {"value": clip(event.anchor)})
            self._put(self.anchors[event.anchor], None)
        else:
            sequence = isinstance(event, yaml.SequenceStartEvent)
            node = Node([], line, column) if sequence else Node({}, line, column, keys={})
            self.stack.append((node, event.anchor))
            self.waiting.append(None)

    def _put(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self.anchors[anchor] = node
        if not self.stack:
            self.root = node
        elif isinstance(value := self.stack[-1][0].value, list):
            value.append(node)
        elif (key := self.waiting[-1]) is None:
            self.waiting[-1] = node
        else:
            self.waiting[-1] = None
            self._pair(self.stack[-1][0], key, node)

    def _pair(self, mapping: Node, key: Node, node: Node) -> None:
        if not isinstance(key.value, str):
            self._report(key.line, key.column, "bad_key", "")
        elif mapping.keys is not None and isinstance(mapping.value, dict):
            if key.value in mapping.keys:
                first = mapping.keys[key.value][0]
                self._report(key.line, key.column, "duplicate_key", clip(key.value), first=first)
            mapping.keys.setdefault(key.value, (key.line, key.column))
            mapping.value.setdefault(key.value, node)

    def _report(self, line: int, column: int, code: str, value: str, **values: object) -> None:
        self.problems.append(Problem(self.name, line, column, "", code, {"value": value, **values}))


def _syntax_problem(name: str, text: str, error: yaml.YAMLError) -> Problem:
    """Turn PyYAML's words into a code; some flaws are noticed only long after the place to mend."""
    said = getattr(error, "problem", None) or ""
    code, at_start = next(((code, at) for words, code, at in _SYNTAX if words in said), ("syntax", False))
    marks = [getattr(error, name, None) for name in ("problem_mark", "context_mark")]
    mark = marks[1] or marks[0] if at_start else marks[0]
    if mark is None:
        return Problem(name, 1, 1, "", code, {"value": "", "unread": True})
    lines = text.split("\n")
    line = "".join(lines[mark.line : mark.line + 1])
    found = line[mark.column : mark.column + 1]
    if code == "odd_start" and found == "\t":
        code = "tab"
    # A field's own colon surprises where the line above ran on, for want of a space.
    above = code == "stray_colon" and mark.line and _BEFORE_COLON.fullmatch(line, 0, mark.column)
    for number in (mark.line, mark.line - 1) if above else (mark.line,):
        if slip := _slip("".join(lines[number : number + 1])):
            return Problem(name, number + 1, slip[1], "", slip[0], {"unread": True})
    return Problem(name, mark.line + 1, mark.column + 1, "", code, {"value": found, "unread": True})


def _slip(line: str) -> tuple[str, int] | None:
    """Return code and column of what people mistype in a line that YAML stumbles at."""
    if odd := _ODD_SPACE.match(line):
        return "odd_space", odd.end()
    if unspaced := _NO_SPACE.match(line):
        return "no_space", unspaced.end() + 1
    return None


# --- models ---------------------------------------------------------------------------------------


def _origins(roots: Mapping[str, Node], problems: list[Problem]) -> dict[str, tuple[str, int]]:
    """Return file and index of every entry that has an id, even of one that is otherwise broken."""
    origins: dict[str, tuple[str, int]] = {}
    for name, index, node in entry_nodes(roots):
        if (key := text_at(node, "id")) and origins.setdefault(key, (name, index)) != (name, index):
            file, first = origins[key]
            problems.append(_repeated(name, node, "id", Place(file, roots[file].find(first, "id").line)))
    return origins


def _unique(name: str, key: str, roots: Mapping[str, Node], problems: list[Problem]) -> None:
    """Report rows of a shared file that call themselves the same."""
    seen: dict[str, Node] = {}
    for node in items(roots.get(name)):
        if (row := text_at(node, key)) and seen.setdefault(row, node) is not node:
            problems.append(_repeated(name, node, key, Place(name, seen[row].find(key).line)))


def _repeated(name: str, node: Node, key: str, first: Place) -> Problem:
    here, row = node.find(key), text_at(node, key)
    values = {"value": clip(row), "first": f"{first.file}:{first.line}"}
    return Problem(name, here.line, here.column, row, "duplicate_id", values)


def _entries(
    roots: Mapping[str, Node], origins: Mapping[str, tuple[str, int]], problems: list[Problem]
) -> dict[str, Entry]:
    """Return the sound entries that have an answer; of several with one id only the first counts."""
    for name, root in roots.items():
        if name not in SHARED:
            _expect_list(name, root, problems)
    entries: dict[str, Entry] = {}
    for name, index, node in entry_nodes(roots):
        entry = read_model(Entry, name, node, called(node), problems)
        if entry and entry.is_written and origins[entry.id] == (name, index):
            entries[entry.id] = entry
    return entries


def _rows(model: type[_Model], name: str, roots: Mapping[str, Node], problems: list[Problem]) -> list[_Model]:
    """Return the sound rows of a shared file that holds a list; an empty file holds none."""
    root = roots.get(name)
    _expect_list(name, root, problems)
    rows = [read_model(model, name, node, called(node), problems) for node in items(root)]
    return [row for row in rows if row is not None]


def _expect_list(name: str, root: Node | None, problems: list[Problem]) -> None:
    if root and root.value is not None and not isinstance(root.value, list):
        problems.append(Problem(name, root.line, root.column, "", "file_not_a_list"))


def _documents(roots: Mapping[str, Node], problems: list[Problem]) -> dict[str, Document]:
    root = roots.get(DOCUMENTS)
    if root is None or root.value is None:
        return {}
    if not isinstance(root.value, dict):
        problems.append(Problem(DOCUMENTS, root.line, root.column, "", "file_not_a_mapping"))
        return {}
    rows = {key: read_model(Document, DOCUMENTS, node, key, problems) for key, node in root.value.items()}
    return {key: row for key, row in rows.items() if row is not None}


def read_model(
    model: type[_Model], file: str, node: Node, where: str, problems: list[Problem]
) -> _Model | None:
    """Return what a node is as an entry or a row; None, with its `problems` added, when it is not sound.

    Args:
        model: what it should be.
        file: where the node stands.
        node: of a mapping.
        where: what people call it.
        problems: that were found so far.
    """
    try:
        return model.model_validate(_plain(node, {}))
    except ValidationError as error:
        problems.extend(_problem(model, file, node, where, one) for one in error.errors(include_url=False))
    return None


def _plain(node: Node, done: dict[int, object]) -> object:
    """Return nested text, lists and dicts without blank fields; `done` keeps aliases from multiplying."""
    if id(node) not in done:
        if isinstance(node.value, dict):
            filled = {key: child for key, child in node.value.items() if child.value is not None}
            done[id(node)] = {key: _plain(child, done) for key, child in filled.items()}
        elif isinstance(node.value, list):
            done[id(node)] = [_plain(child, done) for child in node.value]
        else:
            done[id(node)] = node.value or ""
    return done[id(node)]


def _problem(model: type[BaseModel], file: str, node: Node, where: str, error: ErrorDetails) -> Problem:
    """Turn one of pydantic's errors into ours, at the place of the value or of the unknown key."""
    path = tuple(error["loc"])
    field = next((step for step in reversed(path) if isinstance(step, str)), "")
    here, parent = node.find(*path), node.find(*path[:-1])
    line, column = here.line, here.column
    found, code = error["input"], _CODES.get(error["type"], "bad_value")
    written = ", ".join(f"{key}: …" for key in found) if isinstance(found, dict) else found
    values: dict[str, object] = {"field": clip(field) or file, "value": clip(written)}
    if code == "missing_field" and field in (parent.keys or {}):
        code = "empty"
    elif code == "not_text" and isinstance(found, list):
        code = "list_not_text"
    elif code == "unknown_field":
        line, column = (parent.keys or {}).get(field, (line, column))
        nested = Left if model is PlaceList else Source
        known = nested.model_fields if len(path) > 1 else model.model_fields
        values |= {"near": nearest(field, known)}
    elif code == "not_a_choice":
        values |= {"choices": error["ctx"]["expected"].replace(" or ", ", ").replace("'", "")}
    return Problem(file, line, column, clip(where), code, values)
