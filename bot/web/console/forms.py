"""What an expert types for an entry, as fields of the base and back into the form."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError

from bot.domain import Reason, Reviewer
from bot.items import Whole
from bot.kb import Category, Entry, Status
from bot.kb.checks.rows import plain
from bot.kb.spelling import Value
from bot.kb.template import new_id

SOURCES = 4  # rows for documents that a form has at least
LINKS = 2  # rows for other entries that it has at least
MOST_ROWS = 30
MOST_LINES = 200  # of a list
_DATED = re.compile(r"(.*\S)\s*\|\s*(\d{4}-\d{2}-\d{2})")  # a test and the day on which it is asked
SIGN = "sign"  # the box by which an expert vouches for the whole entry
TEXTS = ("topic", "question", "answer", "valid_from", "valid_to", "transitional", "superseded_by", "evidence")
LISTS = ("variants", "tests", "not_this")  # one item a line
LINKED = ("see_also", "differs_from")  # ids, one in a row
READ = (
    "question",
    "answer",
    "sources",
    "valid_from",
    "valid_to",
    "transitional",
    "superseded_by",
)  # what a signature is for


@dataclass(frozen=True, slots=True)
class Form:
    """The fields as they are typed."""

    values: Mapping[str, str]

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> "Form":
        """Return the form of an entry whose fields a file has."""
        texts = {name: str(fields.get(name, "")).strip() for name in TEXTS}
        lists = {name: "\n".join(map(_line, fields.get(name, ()))) for name in LISTS}
        rows = {f"{name}-{row}": one for name in LINKED for row, one in enumerate(fields.get(name, ()))}
        for row, source in enumerate(fields.get("sources", ())):
            rows |= {f"document-{row}": source["document"], f"at-{row}": source.get("at", "")}
        return cls({**texts, **lists, **rows})

    @classmethod
    def fits(cls, fields: Mapping[str, Any]) -> bool:
        """Tell whether a form has room for all that a file says of an entry, in a shape that it can show."""
        lines = [line for name in LISTS for line in fields.get(name, ())]
        rows = [fields.get(name, ()) for name in (*LINKED, "sources")]
        longest = max(len(fields.get(name, ())) for name in LISTS)
        return (
            all(isinstance(line, str) or set(line) <= {"ask", "on"} for line in lines)
            and longest <= MOST_LINES
            and all(len(row) <= MOST_ROWS for row in rows)
        )

    @classmethod
    def posted(cls, values: Mapping[str, str]) -> "Form":
        """Return what a browser sent, without what is no field."""
        return cls({name: value for name, value in values.items() if _is_field(name)})

    def get(self, name: str) -> str:
        """Return what was typed, "" for nothing."""
        return self.values.get(name, "").strip()

    @property
    def category(self) -> Category:
        """The folder that it goes to."""
        chosen = self.get("category")
        return Category(chosen) if chosen in list(Category) else Category.REGULATIONS

    @property
    def is_signed(self) -> bool:
        """Whether the expert vouches for it."""
        return bool(self.get(SIGN))

    @property
    def has_more(self) -> bool:
        """Whether there is anything in the fields that few entries need."""
        return any(
            self.get(name) for name in ("not_this", "superseded_by", *(f"{name}-0" for name in LINKED))
        )

    @property
    def is_whole(self) -> bool:
        """Whether there is a question and an answer."""
        return all(any(map(str.isalnum, self.get(name))) for name in ("question", "answer"))

    @property
    def sources(self) -> Sequence[tuple[str, str]]:
        """Documents and where in them, as many rows as the form has."""
        return [
            (self.get(f"document-{row}"), self.get(f"at-{row}")) for row in self.rows("document", SOURCES)
        ]

    def rows(self, name: str, least: int = LINKS) -> range:
        """Return the numbers of the rows for a field: those that are used and an empty one, or `least`."""
        used = [row for row in range(MOST_ROWS) if self.get(f"{name}-{row}")]
        return range(min(MOST_ROWS, max(least, *(row + 2 for row in used)) if used else least))

    def fields(self) -> dict[str, Value]:
        """Return what was typed as fields of an entry; those that say nothing are left out."""
        question = " ".join(self.get("question").split())
        fields: dict[str, Value] = {
            **{name: self.get(name) for name in TEXTS},
            **{name: self._lines(name) for name in LISTS},
            **{
                name: [each for row in range(MOST_ROWS) if (each := self.get(f"{name}-{row}"))]
                for name in LINKED
            },
            "question": question,
            "variants": [each for each in self._lines("variants") if plain(each) != plain(question)],
            "tests": list(map(_test, self._lines("tests"))),
            "answer": "\n".join(line.rstrip() for line in self.get("answer").split("\n")),
            "sources": [
                {"document": number, "at": at} if at else {"document": number}
                for number, at in self.sources
                if number
            ],
        }
        return {name: value for name, value in fields.items() if value}

    def new_entry(self, reviewer: Reviewer, today: date, taken: Sequence[str]) -> dict[str, Value] | None:
        """Return the entry that a file is to have, signed or a draft; None while it is not whole.

        Args:
            reviewer: who writes it.
            today: the day in Vietnam.
            taken: the ids that there are.
        """
        name = new_id(self.get("question"), taken)
        if not name or not self.is_whole:
            return None
        signature = _signature(reviewer, today) if self.is_signed else {"status": Status.DRAFT.value}
        return {"id": name, **self.fields(), **signature, "updated": today.isoformat()}

    def changes(self, written: Mapping[str, Any], reviewer: Reviewer, today: date) -> dict[str, Value | None]:
        """Return the fields that a file's entry gets; empty where the form says nothing else than the file.

        Other words for what a signature stands under take it away, unless the expert signs anew.
        """
        before, after = Form.of(written).fields(), self.fields()
        changed = {
            name: after.get(name)
            for name in {**before, **after}
            if before.get(name) != after.get(name)
        }  # fmt: skip
        status = written.get("status", Status.DRAFT)
        signature: Mapping[str, Value | None] = {}
        if self.is_signed and (
            changed or (status, written.get("approved_by")) != (Status.APPROVED, reviewer.name)
        ):
            signature = _signature(reviewer, today)
        elif not self.is_signed and status != Status.DRAFT and changed.keys() & set(READ):
            signature = {"status": Status.DRAFT.value, "approved_by": None, "approved_on": None}
        both = {**changed, **signature}
        return {**both, "updated": today.isoformat()} if both else {}

    def _lines(self, name: str) -> list[str]:
        lines = [" ".join(line.split()) for line in self.get(name).split("\n")]
        return list(distinct(line for line in lines if line))[:MOST_LINES]


def _line(item: str | Mapping[str, str]) -> str:
    """Return an item of a list as a line; a test that is asked on a day, with that day behind it."""
    return item if isinstance(item, str) else " | ".join(filter(None, (item["ask"], item.get("on"))))


def _test(line: str) -> str | dict[str, str]:
    dated = _DATED.fullmatch(line)
    return {"ask": dated[1], "on": dated[2]} if dated else line


def _is_field(name: str) -> bool:
    return name in (*TEXTS, *LISTS, "category", SIGN) or name.rpartition("-")[0] in (
        "document",
        "at",
        *LINKED,
    )


def _signature(reviewer: Reviewer, today: date) -> dict[str, Value]:
    return {
        "status": Status.APPROVED.value,
        "approved_by": reviewer.name,
        "approved_on": today.isoformat(),
    }


def first_form(whole: Whole) -> Form:
    """Return the form as it opens: what was asked, and what an expert has already drafted in chat."""
    texts = list(distinct(" ".join(each.text.split()) for each in whole.wordings if each.text.strip()))
    if whole.item.reason is Reason.SHARED:
        return Form({"category": Category.PRACTICES, "answer": "\n\n".join(texts), SIGN: "1"})
    return Form(
        {
            "question": texts[0] if texts else "",
            "variants": "\n".join(texts[1:]),
            "answer": whole.drafts[0].text if whole.drafts else "",
            "topic": whole.item.topic or "",
            SIGN: "1",
            **{f"document-{row}": number for row, number in enumerate(whole.documents[:SOURCES])},
        }
    )


def merged(opened: Form, typed: Form, file: Form) -> tuple[Form, tuple[str, ...]]:
    """Return a form that has both what somebody changed in the file and what was typed meanwhile.

    Args:
        opened: the form as the expert got it.
        typed: as it came back.
        file: as it would open now.

    Returns:
        The form, and the names of the inputs that both have changed; there it has what was typed.
    """
    values, both = dict(typed.values), []
    for name in {**opened.values, **file.values}:
        if typed.get(name) == opened.get(name):
            values[name] = file.get(name)
        elif file.get(name) not in (opened.get(name), typed.get(name)):
            both.append(name)
    return Form(values), tuple(both)


def previewed(fields: Mapping[str, Value | None] | None) -> Entry | None:
    """Return the entry that fields make; None while they make none."""
    try:
        return Entry.model_validate({name: value for name, value in (fields or {}).items() if value})
    except ValidationError:
        return None


def distinct(texts: Iterator[str] | Sequence[str]) -> Iterator[str]:
    """Yield texts that a base would tell apart."""
    seen: set[str] = set()
    for text in texts:
        if plain(text) not in seen:
            seen.add(plain(text))
            yield text
