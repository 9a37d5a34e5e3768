"""An entry as people read it: the same card wherever it is opened."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from bot.domain import Block, Button, Reply, Snapshot, Style, digits_apart
from bot.handlers import actions
from bot.handlers.context import Context, vietnam_day
from bot.kb import Category, Entry, Knowledge, Source, Status
from bot.phrases import say
from bot.written import day

MOST_RELATED = 3
AUTHORITY = {
    Category.REGULATIONS: "authority.regulations",
    Category.INSPECTIONS: "authority.inspections",
    Category.PRACTICES: "authority.practices",
}


def card(
    entry: Entry,
    exchange: int,
    knowledge: Knowledge,
    today: date,
    digits: int,
    also: Sequence[str] = (),
) -> Reply:
    """Return an entry with its basis, its warnings, its code and what can be done next.

    Args:
        entry: what is shown.
        exchange: the number under which ratings and "ask an expert" are recorded.
        knowledge: the base that the entry is from.
        today: in Vietnam.
        digits: of the version, that the code shows.
        also: entries for what else was asked in the same message; they stand where related ones would.
    """
    blocks = _text(entry, knowledge, today)
    blocks.append(Block(Style.NOTE, code_line(entry.id, entry.version[:digits], today)))
    if also:
        choices = _openers(also, knowledge)
        blocks.append(Block(Style.TEXT, say("answer.also")))
    elif choices := related_buttons(entry, knowledge):
        blocks.append(Block(Style.TEXT, say("answer.related")))
    return Reply(tuple(blocks), choices=choices, buttons=(actions.judge(exchange),))


def _text(entry: Entry, knowledge: Knowledge, today: date) -> list[Block]:
    return [
        Block(Style.TITLE, entry.question),
        *warnings(entry, knowledge, today),
        Block(Style.ANSWER, entry.answer),
        *basis(entry, knowledge),
        *authority(entry.id, knowledge),
    ]


def code_line(entry: str, digits: str, on: date) -> str:
    """Return the line that a report quotes and that opens this text again."""
    return say("answer.code", entry=entry, version=digits, day=day(on))


def warnings(entry: Entry, knowledge: Knowledge, today: date) -> Iterator[Block]:
    """Yield what the reader must know before relying on the answer."""
    if entry.status is Status.DRAFT:
        yield Block(Style.WARNING, say("warning.draft"))
    if entry.valid_to and entry.valid_to < today:
        yield Block(Style.WARNING, _expired(entry, entry.valid_to, knowledge))
    elif entry.superseded_by and entry.valid_to is None:
        yield Block(
            Style.WARNING, say("warning.superseded", question=_question(knowledge, entry.superseded_by))
        )
    if entry.valid_from and entry.valid_from > today:
        yield Block(Style.WARNING, say("warning.not_yet", day=day(entry.valid_from)))
    for source in entry.sources:
        yield from _document_warnings(source.document, knowledge, today)


def _expired(entry: Entry, last: date, knowledge: Knowledge) -> str:
    if entry.superseded_by:
        question = _question(knowledge, entry.superseded_by)
        return say("warning.expired_replaced", day=day(last), question=question)
    return say("warning.expired", day=day(last))


def _question(knowledge: Knowledge, entry: str) -> str:
    return knowledge.entries[entry].question if entry in knowledge.entries else entry


def _document_warnings(number: str, knowledge: Knowledge, today: date) -> Iterator[Block]:
    ended = knowledge.ended(number)
    if not ended or ended >= today:
        return
    document = knowledge.documents[number]
    newer = ", ".join(knowledge.replaced_by(number))
    text = (
        say("warning.document_replaced", document=number, day=day(ended), newer=newer)
        if newer
        else say("warning.document_ended", document=number, day=day(ended))
    )
    yield Block(Style.WARNING, f"{text} {document.transitional}".strip())


def basis(entry: Entry, knowledge: Knowledge) -> Iterator[Block]:
    """Yield the legal basis, a line per source with its article and dates."""
    if entry.sources:
        lines = [source_line(source, knowledge) for source in entry.sources]
        yield Block(Style.SOURCE, "\n".join([say("answer.basis"), *lines]))


def source_line(source: Source, knowledge: Knowledge) -> str:
    """Return one source: article, document, issuer, and the dates that are known."""
    document = knowledge.documents.get(source.document)
    kind = f"{document.kind} " if document and document.kind else ""
    where = f"{source.at}, " if source.at else ""
    line = f"– {where}{kind}{source.document}"
    if not document:
        return line
    dates = [
        say("answer.issued", day=day(document.issued)) if document.issued else "",
        say("answer.effective", day=day(document.effective)) if document.effective else "",
        say("answer.ended", day=day(ended)) if (ended := knowledge.ended(source.document)) else "",
    ]
    known = ", ".join(part for part in dates if part)
    return f"{line} ({known})" if known else line


def authority(entry: str, knowledge: Knowledge) -> Iterator[Block]:
    """Yield what kind of authority an entry speaks with, where its folder says so."""
    if key := AUTHORITY.get(knowledge.category(entry)):
        yield Block(Style.NOTE, say(key))


def related_buttons(entry: Entry, knowledge: Knowledge) -> tuple[Button, ...]:
    """Return what to read next: what replaces this entry first, then what its author named."""
    names = [knowledge.successor(entry.id), *entry.see_also]
    known = dict.fromkeys(name for name in names if name and name in knowledge.entries and name != entry.id)
    return _openers(list(known)[:MOST_RELATED], knowledge)


def _openers(names: Iterable[str], knowledge: Knowledge) -> tuple[Button, ...]:
    return tuple(actions.open_entry(name, knowledge.entries[name].question) for name in names)


def snapshot(entry: Entry, context: Context) -> Snapshot:
    """Return the entry's text to be kept, so that its code opens it again after an edit."""
    return Snapshot(entry.id, entry.version, entry.content, context.now)


def shown_entry(shown: Snapshot) -> Entry:
    """Return the entry as it was shown."""
    return Entry.model_validate({"id": shown.entry, **json.loads(shown.content)})


def old_card(shown: Snapshot, exchange: int, context: Context) -> Reply:
    """Return a text exactly as it was shown, and say whether it is still the one in the base."""
    current = context.knowledge.entries.get(shown.entry)
    changed = current is None or current.version != shown.version
    blocks = (
        _then_and_now(shown, changed=changed),
        *_text(shown_entry(shown), context.knowledge, context.today),
        Block(Style.NOTE, code_line(shown.entry, shown.version[: context.digits], context.today)),
    )
    newest = (actions.open_entry(shown.entry, say("code.open_newest")),) if changed and current else ()
    return Reply(blocks, choices=newest, buttons=(actions.judge(exchange),))


def which_text(texts: Sequence[Snapshot]) -> Reply:
    """Return the codes that tell texts apart whose codes begin alike, each with its first day."""
    digits = digits_apart(text.version for text in texts)
    codes = [code_line(text.entry, text.version[:digits], vietnam_day(text.shown_at)) for text in texts]
    question = Block(Style.TEXT, say("code.which", count=len(texts)))
    return Reply((question, *(Block(Style.TEXT, code) for code in codes)))


def _then_and_now(shown: Snapshot, *, changed: bool) -> Block:
    if not changed:
        return Block(Style.NOTE, say("code.same"))
    return Block(Style.WARNING, say("code.changed", day=day(vietnam_day(shown.shown_at))))
