"""A new entry for an expert to fill in: what has to be written where, said in the file itself."""

import re
import textwrap
from collections.abc import Collection, Iterator
from datetime import date

from bot.kb.schema import MAX_ID, Category, Status
from bot.kb.spelling import FIELDS, field_lines
from bot.normalise import fold
from bot.phrases import say

UNWRITTEN = "…"  # an answer without a letter or digit is none: such an entry is not used yet
WITHOUT_TOPIC = "chua-co-chu-de"  # what the file of entries without one is called
_WIDTH = 100  # characters of a comment's line
_LATER = (
    "approved_by",
    "approved_on",
    "superseded_by",
    "transitional",
    "differs_from",
)  # when the entry stands
_EXAMPLES = frozenset(FIELDS) - {"id", "topic", "question", "answer", "status", "updated", *_LATER}


def new_id(question: str, taken: Collection[str]) -> str:
    """Return an id made of a question's words that no entry has; "" when it has no words.

    Args:
        question: in any spelling.
        taken: the ids that there are.
    """
    name = _cut("-".join(re.findall("[a-z0-9]+", fold(question))), MAX_ID)
    if name not in taken:
        return name
    number = 2
    while (numbered := f"{_cut(name, MAX_ID - 1 - len(str(number)))}-{number}") in taken:
        number += 1
    return numbered


def _cut(name: str, longest: int) -> str:
    """Return as many whole words of an id as there is room for."""
    if len(name) <= longest:
        return name
    return name[: longest + 1].rpartition("-")[0] or name[:longest]


def home(category: Category, topic: str | None) -> str:
    """Return the file that new entries on a topic go to."""
    file = f"{topic or WITHOUT_TOPIC}.yaml"
    return file if category is Category.GENERAL else f"{category.value}/{file}"


def template(entry_id: str, topic: str, question: str, answer: str, today: date) -> list[str]:
    """Return the lines of a draft that loads, and between them what each field is for, with examples.

    Args:
        entry_id: a new one.
        topic: its id.
        question: the title.
        answer: "" leaves the entry unused until somebody has written one.
        today: the day of the last change.
    """
    given = {
        "id": entry_id,
        "topic": topic,
        "question": question,
        "answer": answer or UNWRITTEN,
        "status": Status.DRAFT.value,
        "updated": today.isoformat(),
    }
    first, *rest = field_lines("id", entry_id)
    lines = [*_comment(say("template.head", day=f"{today:%d/%m/%Y}")), f"- {first}"]
    for name in FIELDS[1:]:
        if name in given:
            rest += [*_comment(say(f"schema.Entry.{name}")), *field_lines(name, given[name])]
        elif name in _EXAMPLES:
            rest += [*_comment(say(f"schema.Entry.{name}")), *_comment(say(f"template.example.{name}"))]
    return lines + [f"  {line}" if line else "" for line in rest]


def _comment(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        indent = line[: len(line) - len(line.lstrip())]
        for piece in textwrap.wrap(line, _WIDTH, subsequent_indent=indent):
            yield f"# {piece}"
