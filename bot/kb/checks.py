"""What must hold between the parts of a base, and what experts owe an entry before people rely on it.

`references` belongs to loading: a base that breaks it does not load. `check` is what `hoidap kb check` asks
for on top of that.
"""

import string
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
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
    GlossaryRow,
    Knowledge,
    Problem,
    Status,
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
    found = say(f"problem.{problem.code}", **problem.values)
    return f"{problem.file}:{problem.line}:{problem.column}: {where}{found}{hint}"


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
    """Return names that lead nowhere, and raw HTML.

    A name is looked up among all that is written, sound or not, so that one mistake is told once; what an
    `unread` file may hold is given the benefit of the doubt.
    """
    topics, documents = _topics(knowledge), _numbers(knowledge)
    problems = list(_raw_html(knowledge))
    for entry in knowledge.entries.values():
        if topics is not None:
            problems += _unknown(knowledge, entry, "unknown_topic", topics, _topic_names(entry))
        if documents is not None:
            problems += _unknown(knowledge, entry, "unknown_document", documents, _document_names(entry))
        if set(unread) <= set(SHARED):
            problems += _unknown(knowledge, entry, "unknown_entry", knowledge.origins, _entry_names(entry))
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


def _at(
    knowledge: Knowledge, file: str, path: tuple[str | int, ...], where: str, code: str, **values: object
) -> Problem:
    place = knowledge.locate(file, *path)
    return Problem(place.file, place.line, place.column, clip(where), code, values)


def _at_entry(
    knowledge: Knowledge, entry: Entry, path: tuple[str | int, ...], code: str, **values: object
) -> Problem:
    place = knowledge.place(entry.id, *path)
    return Problem(place.file, place.line, place.column, entry.id, code, values)


_Named = Iterator[tuple[str, tuple[str | int, ...]]]  # a name, and the path to it inside the entry


def _topic_names(entry: Entry) -> _Named:
    if entry.topic:
        yield entry.topic, ("topic",)


def _document_names(entry: Entry) -> _Named:
    for index, source in enumerate(entry.sources):
        yield source.document, ("sources", index, "document")


def _entry_names(entry: Entry) -> _Named:
    if entry.superseded_by:
        yield entry.superseded_by, ("superseded_by",)
    for index, other in enumerate(entry.see_also):
        yield other, ("see_also", index)


def _unknown(
    knowledge: Knowledge, entry: Entry, code: str, known: Collection[str], names: _Named
) -> Iterator[Problem]:
    for name, path in names:
        if name not in known:
            values = {"value": clip(name), "near": nearest(name, known)}
            yield _at_entry(knowledge, entry, path, code, **values)


def _raw_html(knowledge: Knowledge) -> Iterator[Problem]:
    for spot in _markdown(knowledge):
        if "<" in spot.text:  # most need no parsing for this
            for token in _tokens(spot.text):
                if token.type in ("html_block", "html_inline"):
                    yield _at(
                        knowledge, spot.file, spot.path, spot.owner, "raw_html", value=clip(token.content)
                    )


def _markdown(knowledge: Knowledge) -> Iterator[_Spot]:
    """Yield all that people are shown as Markdown."""
    for entry in knowledge.entries.values():
        file, index = knowledge.origins.get(entry.id, ("", 0))
        yield _Spot(entry.answer, entry.id, file, (index, "answer"))
    for index, group in enumerate(knowledge.off_topic):
        yield _Spot(group.reply, group.group, OFF_TOPIC, (index, "reply"))


def _tokens(markdown: str) -> Iterator[Token]:
    for token in _MARKDOWN.parse(markdown[:_PARSED]):
        yield token
        yield from token.children or ()


# --- to be relied on ------------------------------------------------------------------------------


def check(knowledge: Knowledge, answer_limit: int = ANSWER_LIMIT) -> tuple[Problem, ...]:
    """Return what a loaded base still lacks, in the order of files and lines.

    `answer_limit` is the longest answer, in characters, that every channel can show.
    """
    problems = [*_phrasings(knowledge), *_answers(knowledge, answer_limit)]
    problems += [*_documents(knowledge), *_glossary(knowledge)]
    for entry in knowledge.entries.values():
        problems += _duties(knowledge, entry)
        problems += _signature(knowledge, entry)
        problems += _validity(knowledge, entry)
        problems += _own_words(knowledge, entry)
    return tuple(sorted(problems, key=lambda one: (one.file, one.line, one.column)))


def _duties(knowledge: Knowledge, entry: Entry) -> Iterator[Problem]:
    for field in ("topic", "sources", "updated", "status"):
        if not getattr(entry, field) or field not in entry.model_fields_set:
            yield _at_entry(knowledge, entry, (), "field_due", field=field)
    if len(entry.variants) < MIN_VARIANTS:
        count = len(entry.variants)
        yield _at_entry(knowledge, entry, ("variants",), "few_variants", count=count, least=MIN_VARIANTS)


def _signature(knowledge: Knowledge, entry: Entry) -> Iterator[Problem]:
    if entry.status is Status.APPROVED:
        for field in ("approved_by", "approved_on"):
            if not getattr(entry, field):
                yield _at_entry(knowledge, entry, ("status",), "unsigned", field=field)


def _validity(knowledge: Knowledge, entry: Entry) -> Iterator[Problem]:
    days = (("valid_from", entry.valid_from), ("valid_to", entry.valid_to))
    for field, earlier in _disorder(days):
        yield _at_entry(knowledge, entry, (field,), "dates_disordered", field=field, earlier=earlier)
    if entry.superseded_by == entry.id:
        yield _at_entry(knowledge, entry, ("superseded_by",), "superseded_by_itself")
    elif _returns(knowledge, entry):
        path = ("superseded_by",)
        yield _at_entry(knowledge, entry, path, "superseded_in_circle", value=entry.superseded_by)


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
        at = (knowledge, spot.file, spot.path, spot.owner)
        if (length := len(spot.text)) > limit:
            yield _at(*at, "long_answer", length=length, limit=limit)
        for target in _targets(spot.text):
            if not target.lower().startswith(("https://", "http://")):
                yield _at(*at, "bad_link", value=clip(target))


def _targets(markdown: str) -> Iterator[str]:
    """Yield where links and images lead to."""
    for token in _tokens(markdown) if "]" in markdown or "<" in markdown else ():
        if target := token.attrs.get("href") or token.attrs.get("src"):
            yield str(target)


def _own_words(knowledge: Knowledge, entry: Entry) -> Iterator[Problem]:
    """Yield tests that are no test, and near misses that the entry itself claims."""
    claimed = {fold(text) for text in entry.phrasings}
    for field, code in (("tests", "test_is_phrasing"), ("not_this", "claimed_and_denied")):
        for index, text in enumerate(getattr(entry, field)):
            if fold(text) in claimed:
                yield _at_entry(knowledge, entry, (field, index), code, value=clip(text))


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
            yield _at(knowledge, claim.file, claim.path, claim.owner, code, **values)


def _claims(knowledge: Knowledge) -> Iterator[_Spot]:
    for entry in knowledge.entries.values():
        file, index = knowledge.origins.get(entry.id, ("", 0))
        yield _Spot(entry.question, entry.id, file, (index, "question"))
        for number, text in enumerate(entry.variants):
            yield _Spot(text, entry.id, file, (index, "variants", number))
    for index, group in enumerate(knowledge.off_topic):
        for number, text in enumerate(group.examples):
            yield _Spot(text, group.group, OFF_TOPIC, (index, "examples", number))


def _documents(knowledge: Knowledge) -> Iterator[Problem]:
    for number, document in knowledge.documents.items():
        for field, others in (("amends", document.amends), ("replaces", document.replaces)):
            for index, other in enumerate(others):
                path = (number, field, index)
                if other == number:
                    yield _at(knowledge, DOCUMENTS, path, number, "changes_itself", field=field)
                elif other not in knowledge.documents:
                    values = {"value": clip(other), "near": nearest(other, knowledge.documents)}
                    yield _at(knowledge, DOCUMENTS, path, number, "unknown_document", **values)
        days = (("issued", document.issued), ("effective", document.effective), ("ended", document.ended))
        for later, earlier in _disorder(days):
            values = {"field": later, "earlier": earlier}
            yield _at(knowledge, DOCUMENTS, (number, later), number, "dates_disordered", **values)


def _glossary(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield rows that stand twice or are never reached, and rows that another row would expand again.

    The last kind would make a text change each time it is normalised.
    """
    seen: dict[tuple[str, frozenset[str]], int] = {}
    for index, row in enumerate(knowledge.glossary):
        short, near = fold(row.short), frozenset(map(fold, row.near))
        first = seen.setdefault((short, near), index)
        default = seen.get((short, frozenset()), index)
        if first != index or default != index:
            code = "glossary_twice" if first != index else "glossary_unreached"
            line = knowledge.locate(GLOSSARY, min(first, default), "short").line
            yield _at(knowledge, GLOSSARY, (index, "short"), row.short, code, first=line)
    shorts = {fold(row.short): row for row in knowledge.glossary if fold(row.full) != fold(row.short)}
    for index, row in enumerate(knowledge.glossary):
        for other in _shorts_within(row.full, shorts):
            if fold(other.short) == fold(row.short):  # its own, which the normaliser knows to leave alone
                continue
            values = {"value": clip(row.full), "short": other.short, "full": clip(other.full)}
            yield _at(knowledge, GLOSSARY, (index, "full"), row.short, "glossary_circle", **values)


def _shorts_within(full: str, shorts: Mapping[str, GlossaryRow]) -> Iterator[GlossaryRow]:
    """Yield the rows whose `short` stands as whole words in `full`, folded as they are matched."""
    words = [word.strip(_PUNCTUATION) for word in fold(full).split()]
    longest = max((short.count(" ") + 1 for short in shorts), default=0)
    for start, size in product(range(len(words)), range(1, longest + 1)):
        if start + size <= len(words) and (row := shorts.get(" ".join(words[start : start + size]))):
            yield row
