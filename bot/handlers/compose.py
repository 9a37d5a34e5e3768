"""An entry as people read it: the same card wherever it is opened."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from bot.domain import Block, Button, Reply, Snapshot, Style, digits_apart
from bot.handlers import actions
from bot.handlers.context import Context, vietnam_day
from bot.kb import Category, Entry, Knowledge, Source, Status
from bot.kb.validity import DocumentState, Turn, document_state, earlier, goes_on, later, span
from bot.phrases import say
from bot.written import day

MOST_RELATED = 3
NOT_LONG_AGO = timedelta(days=92)  # a change since then is still on people's minds
NOT_YET = (DocumentState.UNISSUED, DocumentState.PENDING)
A_YEAR = timedelta(days=366)  # what a question of another day may span
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
    day: date | None = None,
    instead_of: str | None = None,
) -> Reply:
    """Return an entry with its basis, its warnings, its code and what can be done next.

    Args:
        entry: what is shown.
        exchange: the number under which ratings and "ask an expert" are recorded.
        knowledge: the base that the entry is from.
        today: in Vietnam.
        digits: of the version, that the code shows.
        also: entries for what else was asked in the same message; they stand where related ones would.
        day: whose rules were asked for; None means today.
        instead_of: what the asker's words spoke of, where another entry holds on that day.
    """
    turns = list(_turns(entry, knowledge, today, day or today, instead_of))
    blocks = [
        *([] if day else _replaced(entry, knowledge, instead_of)),
        *_text(entry, knowledge, today, day or today, turns),
    ]
    blocks.append(Block(Style.NOTE, code_line(entry.id, entry.version[:digits], today)))
    if also:
        choices = _openers(also, knowledge)
        blocks.append(Block(Style.TEXT, say("answer.also")))
    elif choices := related_buttons(entry, turns, knowledge):
        blocks.append(Block(Style.TEXT, say("answer.related")))
    if knowledge.clauses(entry.sources):
        choices = (*choices, actions.open_basis(entry.id))
    return Reply(tuple(blocks), choices=choices, buttons=(actions.judge(exchange),))


def _text(entry: Entry, knowledge: Knowledge, today: date, on: date, turns: Sequence[Turn]) -> list[Block]:
    return [
        *_as_of(entry, knowledge, today, on),
        Block(Style.TITLE, entry.question),
        *warnings(entry, knowledge, today, on),
        Block(Style.ANSWER, entry.answer),
        *_told(turns, on),
        *basis(entry, knowledge),
        *authority(entry.id, knowledge),
    ]


def code_line(entry: str, digits: str, on: date) -> str:
    """Return the line that a report quotes and that opens this text again."""
    return say("answer.code", entry=entry, version=digits, day=day(on))


def _as_of(entry: Entry, knowledge: Knowledge, today: date, on: date) -> Iterator[Block]:
    """Yield of which day the answer is, where that is not today and it holds then."""
    holding = span(knowledge, entry)
    if on == today or not holding.holds(on):
        return
    if on > today:
        yield Block(Style.TEXT, say("as_of.ahead", day=day(on)))
    elif holding.first:
        yield Block(Style.TEXT, say("as_of.then", day=day(on)))
    elif str(on.year) not in f"{entry.question} {entry.answer}":
        yield Block(Style.TEXT, say("as_of.undated", day=day(on)))


def _replaced(entry: Entry, knowledge: Knowledge, instead_of: str | None) -> Iterator[Block]:
    """Yield that what the asker's words spoke of has ended, and from when this holds in its place."""
    if older := knowledge.entries.get(instead_of or ""):
        last, first = span(knowledge, older).last, span(knowledge, entry).first
        if last and first and last < first:
            text = say("as_of.replaced", question=older.question, last=day(last), since=day(first))
            yield Block(Style.TEXT, text)


def warnings(entry: Entry, knowledge: Knowledge, today: date, on: date) -> Iterator[Block]:
    """Yield what the reader must know before relying on the answer on a day."""
    if entry.status is Status.DRAFT:
        yield Block(Style.WARNING, say("warning.draft"))
    holding = span(knowledge, entry)
    if holding.last and holding.last < on:
        yield Block(Style.WARNING, _expired(entry, holding.last, knowledge, on))
    elif holding.last is None and (newer := knowledge.entries.get(entry.superseded_by or "")):
        yield Block(Style.WARNING, say("warning.superseded", question=newer.question))
    if holding.first and holding.first > on:
        text = say("warning.not_yet", day=day(holding.first))
        if on != today:
            text = say("warning.not_then", day=day(holding.first), asked=day(on))
        yield Block(Style.WARNING, text)
    cited = [source.document for source in entry.sources if source.document in knowledge.documents]
    if cited and on < today and all(document_state(knowledge, one, on) in NOT_YET for one in cited):
        yield Block(Style.WARNING, say("warning.documents_later", day=day(on)))
    for source in entry.sources:
        yield from _document_warnings(source.document, knowledge, on)


def _expired(entry: Entry, last: date, knowledge: Knowledge, on: date) -> str:
    text = say("warning.expired", day=day(last))
    if turn := later(knowledge, entry):
        since, question = day(turn.on), turn.entry.question
        text = say("warning.expired_replaced", day=day(last), since=since, question=question)
    return f"{text} {entry.transitional}" if goes_on(entry.transitional, on) else text


def _turns(
    entry: Entry, knowledge: Knowledge, today: date, on: date, instead_of: str | None
) -> Iterator[Turn]:
    """Yield what holds after an entry, and what held before it where that is on people's minds.

    It is where the change was not long ago, within the year or so that was asked about, where the old rules
    go on for some, or where the asker spoke of them.
    """
    if (newer := later(knowledge, entry)) and newer.on > on:
        yield newer
    first = span(knowledge, entry).first
    known = NOT_LONG_AGO if on == today else A_YEAR
    for older in earlier(knowledge, entry):
        is_near = older.on >= on - known or (first is not None and first > on)
        if is_near or older.entry.id == instead_of or goes_on(older.entry.transitional, on):
            yield older


def _told(turns: Sequence[Turn], on: date) -> Iterator[Block]:
    if turns:
        yield Block(Style.TEXT, "\n".join(_turn(turn, on) for turn in turns))


def _turn(turn: Turn, on: date) -> str:
    if turn.is_later:
        return say("turn.later", day=day(turn.on), question=turn.entry.question)
    line = say("turn.earlier", day=day(turn.on), question=turn.entry.question)
    return f"{line} {turn.entry.transitional}" if goes_on(turn.entry.transitional, on) else line


def _document_warnings(number: str, knowledge: Knowledge, on: date) -> Iterator[Block]:
    ended = knowledge.ended(number)
    if not ended or ended >= on:
        return
    document = knowledge.documents[number]
    newer = ", ".join(knowledge.replaced_by(number))
    text = (
        say("warning.document_replaced", document=number, day=day(ended), newer=newer)
        if newer
        else say("warning.document_ended", document=number, day=day(ended))
    )
    goes = goes_on(document.transitional, on)
    yield Block(Style.WARNING, f"{text} {document.transitional}" if goes else text)


def basis(entry: Entry, knowledge: Knowledge) -> Iterator[Block]:
    """Yield the legal basis, a line per source with its article and dates."""
    if entry.sources:
        lines = [source_line(source, knowledge) for source in entry.sources]
        yield Block(Style.SOURCE, "\n".join([say("answer.basis"), *lines]))


def source_line(source: Source, knowledge: Knowledge) -> str:
    """Return one source: article, document, issuer, and the dates that are known."""
    document = knowledge.documents.get(source.document)
    where = f"{source.at}, " if source.at else ""
    line = f"– {where}{document_title(source.document, knowledge)}"
    if not document:
        return line
    dates = [
        say("answer.issued", day=day(document.issued)) if document.issued else "",
        say("answer.effective", day=day(document.effective)) if document.effective else "",
        say("answer.ended", day=day(ended)) if (ended := knowledge.ended(source.document)) else "",
    ]
    known = ", ".join(part for part in dates if part)
    return f"{line} ({known})" if known else line


def document_title(number: str, knowledge: Knowledge) -> str:
    """Return a document as people name it: Thông tư 55/2023/TT-BTC."""
    document = knowledge.documents.get(number)
    return f"{document.kind} {number}" if document and document.kind else number


def authority(entry: str, knowledge: Knowledge) -> Iterator[Block]:
    """Yield what kind of authority an entry speaks with, where its folder says so."""
    if key := AUTHORITY.get(knowledge.category(entry)):
        yield Block(Style.NOTE, say(key))


def related_buttons(entry: Entry, turns: Sequence[Turn], knowledge: Knowledge) -> tuple[Button, ...]:
    """Return what to read next: what replaces this entry first, what it replaced, what its author named."""
    names = [entry.superseded_by, *(turn.entry.id for turn in turns), *entry.see_also]
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
        *_text(shown_entry(shown), context.knowledge, context.today, context.today, turns=()),
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
