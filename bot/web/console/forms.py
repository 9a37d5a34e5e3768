"""What an expert types for an entry, as fields of the base and back into the form."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError

from bot.domain import Reviewer
from bot.items import Whole
from bot.kb import Category, Entry, Status
from bot.kb.checks.rows import plain
from bot.kb.spelling import Value
from bot.kb.template import new_id

SOURCES = 4  # documents that the form has room for
MOST_LINES = 60  # of a list


@dataclass(frozen=True, slots=True)
class Form:
    """The fields as they are typed; a list has one item a line."""

    values: Mapping[str, str]

    def get(self, name: str) -> str:
        """Return what was typed, "" for nothing."""
        return self.values.get(name, "").strip()

    @property
    def category(self) -> Category:
        """The folder that it goes to."""
        chosen = self.get("category")
        return Category(chosen) if chosen in list(Category) else Category.REGULATIONS

    @property
    def sources(self) -> Sequence[tuple[str, str]]:
        """Documents and where in them, as many rows as the form has."""
        return [(self.get(f"document-{row}"), self.get(f"at-{row}")) for row in range(SOURCES)]

    def fields(self, reviewer: Reviewer, today: date, taken: Sequence[str]) -> dict[str, Value] | None:
        """Return the entry as it is written, signed; None while it has no question or no answer."""
        question = " ".join(self.get("question").split())
        name = new_id(question, taken)
        if not name or not any(map(str.isalnum, self.get("answer"))):
            return None
        day = today.isoformat()
        fields: dict[str, Value] = {
            "id": name,
            "topic": self.get("topic"),
            "question": question,
            "variants": [each for each in self._lines("variants") if plain(each) != plain(question)],
            "answer": "\n".join(line.rstrip() for line in self.get("answer").split("\n")),
            "sources": [{"document": number, "at": at} for number, at in self.sources if number],
            "valid_from": self.get("valid_from"),
            "valid_to": self.get("valid_to"),
            "status": Status.APPROVED.value,
            "approved_by": reviewer.name,
            "approved_on": day,
            "updated": day,
            "evidence": self.get("evidence"),
            "tests": self._lines("tests"),
        }
        return {key: value for key, value in fields.items() if value}

    def _lines(self, name: str) -> list[str]:
        lines = [" ".join(line.split()) for line in self.get(name).split("\n")]
        return list(distinct(line for line in lines if line))[:MOST_LINES]


def first_form(whole: Whole) -> Form:
    """Return the form as it opens: what was asked, and what an expert has already drafted in chat."""
    texts = list(distinct(" ".join(each.text.split()) for each in whole.wordings if each.text.strip()))
    return Form(
        {
            "question": texts[0] if texts else "",
            "variants": "\n".join(texts[1:]),
            "answer": whole.drafts[0].text if whole.drafts else "",
            "topic": whole.item.topic or "",
            **{f"document-{row}": number for row, number in enumerate(whole.documents[:SOURCES])},
        }
    )


def previewed(fields: Mapping[str, Value] | None) -> Entry | None:
    """Return the entry that fields make; None while they make none."""
    try:
        return Entry.model_validate(fields) if fields else None
    except ValidationError:
        return None


def distinct(texts: Iterator[str] | Sequence[str]) -> Iterator[str]:
    """Yield texts that a base would tell apart."""
    seen: set[str] = set()
    for text in texts:
        if plain(text) not in seen:
            seen.add(plain(text))
            yield text
