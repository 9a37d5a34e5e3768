"""What must hold between the parts of a base, and what experts owe an entry before people rely on it.

`references` belongs to loading: a base that breaks it does not load. `check` is what `hoidap kb check` asks
for on top of that. Both read what is written rather than what is sound, so that one mistake hides no other.
"""

import string
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise, product
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token
from rapidfuzz import fuzz, process

from bot.kb.schema import (
    DOCUMENTS,
    GLOSSARY,
    OFF_TOPIC,
    SHARED,
    TOPICS,
    Entry,
    Knowledge,
    Node,
    Problem,
    Status,
    called,
    entry_nodes,
    has_words,
    items,
    text_at,
)
from bot.phrases import say

ANSWER_LIMIT = 3_500  # characters; Telegram takes 4,096 in one message, and the legal basis needs its share
MIN_VARIANTS = 3
_PARSED = 20_000  # characters of Markdown; what is longer is refused for its length, and parsing takes time
_CLIP = 60  # characters of a wrong value that are shown
_SIMILAR = 60  # of 100, from which a known name is worth suggesting for an unknown one
_MARKDOWN = MarkdownIt("commonmark")
_MARKDOWN.validateLink = lambda url: True  # type: ignore[method-assign]  # judged below
_PUNCTUATION = string.punctuation + "…"
_D_BAR = chr(0x111)  # the one Vietnamese letter that Unicode does not take apart


def describe(problem: Problem) -> str:
    """Return one line for a curator: place, entry, what was found, what to write instead."""
    where = f"[{problem.where}] " if problem.where else ""
    near = problem.values.get("near")
    hint = " " + say("problem_hint.near", near=near) if near else ""
    rest = " " + say("problem_hint.unread") if problem.values.get("unread") else ""
    found = say(f"problem.{problem.code}", **problem.values)
    return f"{problem.file}:{problem.line}:{problem.column}: {where}{found}{hint}{rest}"


def place_of(problem: Problem) -> tuple[str, int, int]:
    """Return what problems are told in the order of."""
    return problem.file, problem.line, problem.column


def clip(value: object) -> str:
    """Return a value short enough to be quoted inside a sentence."""
    text = " ".join(str(value).split())
    return text if len(text) <= _CLIP else text[:_CLIP] + "…"


def nearest(value: str, known: Iterable[str]) -> str:
    """Return the known name that `value` was probably meant to be, "" when none is close."""
    found = process.extractOne(value, tuple(known), scorer=fuzz.ratio, score_cutoff=_SIMILAR)
    return found[0] if found else ""


def fold(text: str) -> str:
    """Return a phrasing without case, diacritics and doubled spaces, to tell whether two are the same."""
    letters = unicodedata.normalize("NFD", text.casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(bare.replace(_D_BAR, "d").split())


# --- to load --------------------------------------------------------------------------------------


def references(knowledge: Knowledge, unread: Collection[str] = ()) -> list[Problem]:
    """Return names that lead nowhere, and raw HTML, in all that is written, sound or not.

    What an `unread` file may hold is given the benefit of the doubt, so that one mistake is told once.
    """
    topics, documents = _topics(knowledge), _numbers(knowledge)
    entries = knowledge.origins if set(unread) <= set(SHARED) else None
    problems = list(_raw_html(knowledge))
    for row in _entries(knowledge):
        problems += _unknown(knowledge, "unknown_topic", topics, row.texts("topic"))
        problems += _unknown(knowledge, "unknown_document", documents, row.cited())
        others = (*row.texts("superseded_by"), *row.texts("see_also"))
        problems += _unknown(knowledge, "unknown_entry", entries, others)
    return problems


def _topics(knowledge: Knowledge) -> Collection[str] | None:
    """Return the ids in topics.yaml; None when there is no such file, or none that can be trusted."""
    root = knowledge.roots.get(TOPICS)
    sound = root and (root.value is None or isinstance(root.value, list))
    return {text_at(node, "id") for node in items(root)} if sound else None


def _numbers(knowledge: Knowledge) -> Collection[str] | None:
    """Return the keys of documents.yaml, in the same way."""
    root = knowledge.roots.get(DOCUMENTS)
    sound = root and (root.value is None or isinstance(root.value, dict))
    return (root.keys or {}) if root and sound else None


class _Spot(NamedTuple):
    """A text, whose it is, and where it is written."""

    text: str
    owner: str
    file: str
    path: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """An entry, or a row of a shared file, as it is written: sound or not, so one mistake hides no other."""

    file: str
    index: int
    node: Node

    def texts(self, name: str) -> Iterator[_Spot]:
        """Yield the text of a field, or those of the list in it."""
        field = self.field(name)
        for path, node in ((), field), *(((number,), one) for number, one in enumerate(items(field))):
            if node and isinstance(node.value, str) and (text := node.value.strip()):
                yield _Spot(text, called(self.node), self.file, (self.index, name, *path))

    def cited(self) -> Iterator[_Spot]:
        """Yield the numbers of the documents among an entry's sources."""
        for number, source in enumerate(items(self.field("sources"))):
            if text := text_at(source, "document"):
                path = (self.index, "sources", number, "document")
                yield _Spot(text, called(self.node), self.file, path)

    def field(self, name: str) -> Node | None:
        """Return what was written after a field's name."""
        return self.node.value.get(name) if isinstance(self.node.value, dict) else None

    def lacks(self, name: str) -> bool:
        """Tell whether nothing at all was written there; what is wrong was told in reading."""
        field = self.field(name)
        return field is None or field.value is None or field.value == []

    def at(self, *path: str) -> _Spot:
        """Return where a field stands, or the row itself."""
        return _Spot("", called(self.node), self.file, (self.index, *path))


def _entries(knowledge: Knowledge) -> Iterator[_Row]:
    yield from (_Row(*found) for found in entry_nodes(knowledge.roots) if isinstance(found[2].value, dict))


def _shared(knowledge: Knowledge, file: str) -> Iterator[_Row]:
    for index, node in enumerate(items(knowledge.roots.get(file))):
        yield _Row(file, index, node)


def _at(knowledge: Knowledge, spot: _Spot, code: str, **values: object) -> Problem:
    place = knowledge.locate(spot.file, *spot.path)
    return Problem(place.file, place.line, place.column, clip(spot.owner), code, values)


def _unknown(
    knowledge: Knowledge, code: str, known: Collection[str] | None, names: Iterable[_Spot]
) -> Iterator[Problem]:
    """Yield the names that are not `known`; none, when nobody can tell."""
    for spot in names if known is not None else ():
        if known is not None and spot.text not in known:
            yield _at(knowledge, spot, code, value=clip(spot.text), near=nearest(spot.text, known))


def _raw_html(knowledge: Knowledge) -> Iterator[Problem]:
    for spot in _markdown(knowledge):
        if "<" in spot.text:  # most need no parsing for this
            for token in _tokens(spot.text):
                if token.type in ("html_block", "html_inline"):
                    yield _at(knowledge, spot, "raw_html", value=clip(token.content))


def _markdown(knowledge: Knowledge) -> Iterator[_Spot]:
    """Yield all that people are shown as Markdown."""
    for row in _entries(knowledge):
        yield from row.texts("answer")
    for row in _shared(knowledge, OFF_TOPIC):
        yield from row.texts("reply")


def _tokens(markdown: str) -> Iterator[Token]:
    for token in _MARKDOWN.parse(markdown[:_PARSED]):
        yield token
        yield from token.children or ()


# --- to be relied on ------------------------------------------------------------------------------


def check(knowledge: Knowledge, answer_limit: int = ANSWER_LIMIT) -> tuple[Problem, ...]:
    """Return what a base still lacks, in the order of files and lines; it may be one that did not load.

    `answer_limit` is the longest answer, in characters, that every channel can show.
    """
    problems = [*_phrasings(knowledge), *_answers(knowledge, answer_limit)]
    problems += [*_documents(knowledge), *_glossary(knowledge)]
    for row in _entries(knowledge):
        problems += _duties(knowledge, row)
        problems += _signature(knowledge, row)
        problems += _own_words(knowledge, row)
    for entry in knowledge.entries.values():
        problems += _validity(knowledge, entry)
    return tuple(sorted(problems, key=place_of))


def _duties(knowledge: Knowledge, row: _Row) -> Iterator[Problem]:
    for field in ("topic", "sources", "updated", "status"):
        if row.lacks(field):
            yield _at(knowledge, row.at(), "field_due", field=field)
    for spot in row.texts("answer"):
        if not has_words(spot.text):
            yield _at(knowledge, spot, "unwritten", value=clip(spot.text))
    variants = row.field("variants")
    count = len(items(variants))
    if count < MIN_VARIANTS and (count or row.lacks("variants")):
        yield _at(knowledge, row.at("variants"), "few_variants", count=count, least=MIN_VARIANTS)


def _signature(knowledge: Knowledge, row: _Row) -> Iterator[Problem]:
    if text_at(row.node, "status") == Status.APPROVED:
        for field in ("approved_by", "approved_on"):
            if row.lacks(field):
                yield _at(knowledge, row.at("status"), "unsigned", field=field)


def _validity(knowledge: Knowledge, entry: Entry) -> Iterator[Problem]:
    file, index = knowledge.origins[entry.id]
    days = (("valid_from", entry.valid_from), ("valid_to", entry.valid_to))
    for field, earlier in _disorder(days):
        spot = _Spot("", entry.id, file, (index, field))
        yield _at(knowledge, spot, "dates_disordered", field=field, earlier=earlier)
    spot = _Spot("", entry.id, file, (index, "superseded_by"))
    if entry.superseded_by == entry.id:
        yield _at(knowledge, spot, "superseded_by_itself")
    elif _returns(knowledge, entry):
        yield _at(knowledge, spot, "superseded_in_circle", value=entry.superseded_by)


def _disorder(days: tuple[tuple[str, date | None], ...]) -> Iterator[tuple[str, str]]:
    """Yield the names of two dates that stand next to each other in the wrong order."""
    known = [(name, day) for name, day in days if day]
    for (earlier, first), (later, second) in pairwise(known):
        if first > second:
            yield later, earlier


def _returns(knowledge: Knowledge, entry: Entry) -> bool:
    """Tell whether following `superseded_by` from an entry comes back to it."""
    seen: set[str] = set()
    following = entry.superseded_by
    while following and following in knowledge.entries and following not in seen:
        if following == entry.id:
            return True
        seen.add(following)
        following = knowledge.entries[following].superseded_by
    return False


def _answers(knowledge: Knowledge, limit: int) -> Iterator[Problem]:
    for spot in _markdown(knowledge):
        if (length := len(spot.text)) > limit:
            yield _at(knowledge, spot, "long_answer", length=length, limit=limit)
        for target in _targets(spot.text):
            if not target.lower().startswith(("https://", "http://")):
                yield _at(knowledge, spot, "bad_link", value=clip(target))


def _targets(markdown: str) -> Iterator[str]:
    """Yield where links and images lead to."""
    for token in _tokens(markdown) if "]" in markdown or "<" in markdown else ():
        if target := token.attrs.get("href") or token.attrs.get("src"):
            yield str(target)


def _own_words(knowledge: Knowledge, row: _Row) -> Iterator[Problem]:
    """Yield tests that are no test, and near misses that the entry itself claims."""
    claimed = {fold(spot.text) for spot in (*row.texts("question"), *row.texts("variants"))}
    for field, code in (("tests", "test_is_phrasing"), ("not_this", "claimed_and_denied")):
        for spot in row.texts(field):
            if fold(spot.text) in claimed:
                yield _at(knowledge, spot, code, value=clip(spot.text))


def _phrasings(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield phrasings that stand twice: a question can lead to one entry or one off-topic group alone."""
    seen: dict[str, _Spot] = {}
    for claim in _claims(knowledge):
        first = seen.setdefault(fold(claim.text), claim)
        if first is not claim:
            code = "phrasing_twice" if first.owner == claim.owner else "phrasing_shared"
            place = knowledge.locate(first.file, *first.path)
            values = {
                "other": clip(first.owner),
                "first": f"{place.file}:{place.line}",
                "value": clip(claim.text),
            }
            yield _at(knowledge, claim, code, **values)


def _claims(knowledge: Knowledge) -> Iterator[_Spot]:
    for row in _entries(knowledge):
        here = (row.file, row.index)
        if knowledge.origins.get(text_at(row.node, "id"), here) == here:  # else a copy that kept its id
            yield from (*row.texts("question"), *row.texts("variants"))
    for row in _shared(knowledge, OFF_TOPIC):
        yield from row.texts("examples")


def _documents(knowledge: Knowledge) -> Iterator[Problem]:
    known = _numbers(knowledge) or ()
    for number, document in knowledge.documents.items():
        for field, others in (("amends", document.amends), ("replaces", document.replaces)):
            for index, other in enumerate(others):
                spot = _Spot(other, number, DOCUMENTS, (number, field, index))
                if other == number:
                    yield _at(knowledge, spot, "changes_itself", field=field)
                elif other not in known:
                    values = {"value": clip(other), "near": nearest(other, known)}
                    yield _at(knowledge, spot, "unknown_document", **values)
        days = (("issued", document.issued), ("effective", document.effective), ("ended", document.ended))
        for later, earlier in _disorder(days):
            spot = _Spot("", number, DOCUMENTS, (number, later))
            yield _at(knowledge, spot, "dates_disordered", field=later, earlier=earlier)


def _glossary(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield rows that stand twice or are never reached, and rows that another row would expand again.

    The last kind would make a text change each time it is normalised.
    """
    rows = [row for row in _shared(knowledge, GLOSSARY) if text_at(row.node, "short")]
    seen: dict[tuple[str, frozenset[str]], _Row] = {}
    for row in rows:
        short = fold(text_at(row.node, "short"))
        near = frozenset(fold(spot.text) for spot in row.texts("near"))
        same, default = seen.setdefault((short, near), row), seen.get((short, frozenset()), row)
        if same is not row or default is not row:
            code = "glossary_twice" if same is not row else "glossary_unreached"
            first = min(same, default, key=lambda one: one.index)
            line = knowledge.locate(GLOSSARY, first.index, "short").line
            yield _at(knowledge, row.at("short"), code, first=line)
    pairs = [(text_at(row.node, "short"), text_at(row.node, "full")) for row in rows]
    shorts = {fold(short): (short, full) for short, full in pairs if fold(full) != fold(short)}
    for row in rows:
        for spot in row.texts("full"):
            for short, full in _shorts_within(spot.text, shorts):
                if fold(short) != fold(spot.owner):  # its own, which the normaliser knows to leave alone
                    values = {"value": clip(spot.text), "short": short, "full": clip(full)}
                    yield _at(knowledge, spot, "glossary_circle", **values)


def _shorts_within(full: str, shorts: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield what is short for what else and stands as whole words in `full`, folded as it is matched."""
    words = [word.strip(_PUNCTUATION) for word in fold(full).split()]
    longest = max((short.count(" ") + 1 for short in shorts), default=0)
    for start, size in product(range(len(words)), range(1, longest + 1)):
        if start + size <= len(words) and (found := shorts.get(" ".join(words[start : start + size]))):
            yield found
