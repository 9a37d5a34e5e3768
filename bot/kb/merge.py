"""Takes a spreadsheet into the base: which files would say what, or everything that keeps it from that."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.errors import ByHandOnly, SheetError
from bot.kb.checks import references
from bot.kb.checks.rows import plain as folded
from bot.kb.loader import load, read_model
from bot.kb.problems import clip, nearest, place_of
from bot.kb.schema import DOCUMENTS, TOPICS, Category, Entry, Knowledge, Node, Problem, items, text_at
from bot.kb.sheet import CATEGORY, Sheet
from bot.kb.spelling import Value
from bot.kb.template import home, new_id
from bot.kb.writer import appended, changed, differ, digest, new_file, read_text
from bot.phrases import say


@dataclass(frozen=True, slots=True)
class Merge:
    """What a sheet makes of a base; nothing is written yet."""

    texts: Mapping[str, str]  # file -> all that it would hold; only files that change
    was: Mapping[str, str | None]  # the digest of what each holds now, for `writer.save`
    knowledge: Knowledge  # the base that it would be


@dataclass(slots=True)
class _Taking:
    """A sheet on its way into a base."""

    directory: Path
    base: Knowledge
    sheet: Sheet
    problems: list[Problem] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    was: dict[str, str | None] = field(default_factory=dict)

    def report(self, row: Node, field_name: str, code: str, **values: object) -> None:
        """Add a problem at the cell of a field."""
        line, column = (row.keys or {}).get(field_name, (row.line, row.column))
        self.problems.append(Problem(self.sheet.name, line, column, "", code, values))

    def text(self, file: str) -> str:
        """Return what a file says by now."""
        if file not in self.was:
            found = read_text(self.directory, file)
            self.was[file] = digest(found)
            self.texts[file] = new_file(file) if found is None else found
        return self.texts[file]


def merge(directory: Path, base: Knowledge, sheet: Sheet, new_ids: bool = False) -> Merge:
    """Return what the base would be with a sheet's rows in it; entries without a row stay as they are.

    A row with an entry's id says what those of its fields say for which the sheet has a column: an empty
    cell empties the field. A row without an id is a new entry.

    Args:
        directory: of the base.
        base: as loaded from there.
        sheet: to take in.
        new_ids: whether an id that the base does not have is a new entry too, not a mistake.

    Raises:
        SheetError: with every problem, at its row and column.
        KnowledgeError: the base would not load for another reason.
    """
    taking = _Taking(directory, base, sheet)
    rows = _identified(taking, new_ids)
    _judge(taking, rows)
    if taking.problems:
        raise SheetError(sorted(taking.problems, key=place_of))
    for entry_id, row in rows.items():
        _take(taking, entry_id, row)
    if taking.problems:
        raise SheetError(taking.problems)
    texts = {file: text for file, text in taking.texts.items() if digest(text) != taking.was[file]}
    return Merge(texts, {file: taking.was[file] for file in texts}, load(directory, texts))


def _identified(taking: _Taking, new_ids: bool) -> dict[str, Node]:
    """Return the rows by their entries' ids, made ones for new entries."""
    rows: dict[str, Node] = {}
    questions = {folded(text): one.id for one in taking.base.entries.values() for text in one.phrasings}
    for row in taking.sheet.rows:
        entry_id, known = text_at(row, "id"), taking.base.origins
        if entry_id in rows:
            taking.report(row, "id", "id_twice", value=clip(entry_id), first=rows[entry_id].line)
            continue
        if entry_id and entry_id not in known and not new_ids:
            near = nearest(entry_id, known)
            taking.report(row, "id", "unknown_id", value=clip(entry_id), near=near)
            continue
        if not entry_id:
            question = text_at(row, "question")
            if same := questions.get(folded(question)):
                taking.report(row, "question", "question_known", value=same)
            entry_id = new_id(question, {*known, *rows}) or f"hang-{row.line}"
        rows[entry_id] = row
    return rows


def _judge(taking: _Taking, rows: Mapping[str, Node]) -> None:
    """Report what no entry of the base may be, and names that lead nowhere."""
    whole = {entry_id: _completed(taking.base, entry_id, row) for entry_id, row in rows.items()}
    for entry_id, node in whole.items():
        read_model(Entry, taking.sheet.name, node, entry_id, taking.problems)
        _judge_category(taking, entry_id, rows[entry_id])
    as_file = Node(list(whole.values()), 1, 1)
    shared = {file: root for file, root in taking.base.roots.items() if file in (TOPICS, DOCUMENTS)}
    origins = {**dict.fromkeys(whole, (taking.sheet.name, 0)), **taking.base.origins}
    beside = replace(taking.base, roots={**shared, taking.sheet.name: as_file}, origins=origins)
    taking.problems += references(beside)


def _completed(base: Knowledge, entry_id: str, row: Node) -> Node:
    """Return a row with the fields that the sheet has no column for, as the base has them."""
    cells = row.value if isinstance(row.value, dict) else {}
    fields = {name: node for name, node in cells.items() if name != CATEGORY}
    fields["id"] = Node(entry_id, row.line, row.column)
    if entry_id in base.origins:
        file, index = base.origins[entry_id]
        written = items(base.roots[file])[index].value
        fields = {**{name: _at(node, row) for name, node in _fields(written)}, **fields}
    return Node(fields, row.line, row.column, keys=row.keys)


def _fields(written: Any) -> Iterator[tuple[str, Node]]:
    yield from written.items() if isinstance(written, dict) else ()


def _at(node: Node, row: Node) -> Node:
    """Return what the base has as if it stood in the row."""
    if isinstance(node.value, dict):
        return replace(
            node, value={name: _at(one, row) for name, one in node.value.items()}, line=row.line, column=1
        )
    if isinstance(node.value, list):
        return replace(node, value=[_at(one, row) for one in node.value], line=row.line, column=1)
    return replace(node, line=row.line, column=1)


def _judge_category(taking: _Taking, entry_id: str, row: Node) -> None:
    """Report a category that is none, is missing of a new entry, or is not that of the entry's folder."""
    written = text_at(row, CATEGORY)
    category, choices = _category(row), ", ".join(Category)
    if written and category is None:
        taking.report(row, CATEGORY, "not_a_choice", field=CATEGORY, value=clip(written), choices=choices)
    elif entry_id not in taking.base.origins:
        if category is None:
            taking.report(row, CATEGORY, "category_due", choices=choices)
    elif category and category is not taking.base.categories[entry_id]:
        taking.report(row, CATEGORY, "moved", value=taking.base.categories[entry_id].value)


def _category(row: Node) -> Category | None:
    """Return the category that a row names, by the folder's name or in Vietnamese."""
    names = {folded(say(f"category.{one.value}")): one for one in Category} | {
        one.value: one for one in Category
    }
    return names.get(folded(text_at(row, CATEGORY)))


def _take(taking: _Taking, entry_id: str, row: Node) -> None:
    """Put a row into the text of its file."""
    fields = {name: _plain(node) for name, node in _fields(row.value) if name not in ("id", CATEGORY)}
    try:
        if entry_id in taking.base.origins:
            _edit(taking, entry_id, fields)
        else:
            file = home(_category(row) or Category.GENERAL, text_at(row, "topic"))
            filled: dict[str, Value] = {name: value for name, value in fields.items() if value}
            taking.texts[file] = appended(taking.text(file), {"id": entry_id, **filled})
    except ByHandOnly:
        taking.report(row, "id", "by_hand", value=entry_id)


def _edit(taking: _Taking, entry_id: str, fields: Mapping[str, Any]) -> None:
    """Put what differs into the text of the entry's file; most rows of a sheet differ in nothing."""
    file, index = taking.base.origins[entry_id]
    written = dict(_fields(items(taking.base.roots[file])[index].value))
    old = {name: _plain(written[name]) if name in written else None for name in fields}
    wanted = {name: value for name, value in fields.items() if differ(old[name], value)}
    if wanted:
        taking.texts[file] = changed(taking.text(file), entry_id, wanted)


def _plain(node: Node) -> Any:
    """Return a cell's value as the writer takes it."""
    if isinstance(node.value, list):
        return [_plain(item) for item in node.value]
    if isinstance(node.value, dict):
        return {name: _plain(one) for name, one in node.value.items()}
    return node.value
