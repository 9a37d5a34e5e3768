"""Replies to questions about documents themselves: whether one holds, what changed it, who issued it when.

What the base records is told, and what it does not record is said to be unknown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from bot.documents import by_slug, called, facts, is_confirmed, is_past, meant, slug, state_text, tree
from bot.domain import Block, Button, Exchange, Outcome, Reply, Style, Verdict
from bot.finding import Finding
from bot.handlers import actions
from bot.handlers.asked import Asked, Named, asked, named, title_words
from bot.handlers.command import shorten
from bot.handlers.context import Context
from bot.handlers.requests import OpenDocument
from bot.kb import Entry, Knowledge
from bot.kb.lineage import resting_on
from bot.kb.validity import document_state
from bot.normalise import Question, fitting, written
from bot.phrases import say

PAGE = 8  # entries shown at once: what fits a phone's screen
MOST_MEANT = 8  # documents that are asked back
MOST_TOLD = 3  # documents of one question
MOST_CHOICES = 5
MOST_ENTRIES = 3
TITLE = 80  # characters of a document's title on a button
NOTHING: Final = Asked((), frozenset())
VB: Final = "vb_"  # what the token of a document begins with


def about(
    found: Finding, exchange: Exchange, context: Context, *, only_asked: bool = False
) -> Outcome | None:
    """Return the reply to a question about documents; None where the question is no such one.

    An entry that answers it and asks the same of a document goes first: its words are an expert's.

    Args:
        found: what the base has for it.
        exchange: of the question, as the log would have it without this.
        context: the base, and the day that is asked about.
        only_asked: a bare number is no question now.
    """
    what = _asked(exchange, context)
    if what is None or (only_asked and not what.kinds) or _is_answered(what, found, context):
        return None
    return _told(what, found, exchange, context)


def _asked(exchange: Exchange, context: Context) -> Asked | None:
    """Return what was asked of documents, in the asker's own words and not together with what was before."""
    return asked(context.matcher.understand(exchange.raw), context.knowledge)


def offer(outcome: Outcome, context: Context) -> Outcome:
    """Return an answer with ways to the documents that the question asks about, where it asks about any."""
    told = outcome.exchange
    what = _asked(told, context) if told and told.verdict is Verdict.ANSWER else None
    if what is None:
        return outcome
    openers = (_opener(number, context.knowledge) for number in _certain(what)[:MOST_TOLD])
    return replace(outcome, reply=replace(outcome.reply, choices=(*outcome.reply.choices, *openers)))


def look_up(found: Finding, exchange: Exchange, context: Context) -> Outcome:
    """Return what `/vanban` tells of the documents that it names; how it is used where it names none."""
    question = context.matcher.understand(exchange.raw)
    asked_for = named(question, context.knowledge)
    if not asked_for:
        numbers = meant(context.knowledge, exchange.raw)
        if numbers is None:
            numbers = _by_words(question, context.knowledge) or None
        asked_for = () if numbers is None else (Named(exchange.raw, numbers),)
    if not asked_for:
        return Outcome(Reply((Block(Style.TEXT, say("document.how")),)))
    return _told(Asked(asked_for, frozenset()), found, exchange, context)


def open_document(request: OpenDocument, context: Context) -> Outcome:
    """Show a document opened by a button, or a page (from 1) of the entries that rest on it."""
    number = by_slug(context.knowledge, request.slug)
    if number is None:
        return Outcome(Reply((Block(Style.TEXT, say("press.entry_gone")),)))
    if request.page:
        return Outcome(_entries(number, request.page, context))
    exchange = context.exchange(called(context.knowledge, number), Verdict.OPENED)
    reply = _card((number,), NOTHING, exchange, (), context)
    return Outcome(reply, exchange=exchange)


def _by_words(question: Question, knowledge: Knowledge) -> tuple[str, ...]:
    """Return the documents whose title has all the words."""
    words = set(question.folded.split())
    return tuple(n for n in knowledge.documents if words and words <= title_words(n, knowledge))


def _is_answered(what: Asked, found: Finding, context: Context) -> bool:
    """Tell whether an entry that asks the same of one of the documents answers in an expert's words."""
    if found.verdict is not Verdict.ANSWER or found.is_together:
        return False
    entry = context.knowledge.entries[found.match.candidates[0].entry]
    phrasings = (asked(context.matcher.understand(text), context.knowledge) for text in entry.phrasings)
    return any(own and own.asks_like(what) for own in phrasings)


# --- what is told -----------------------------------------------------------------------------------


def _told(what: Asked, found: Finding, exchange: Exchange, context: Context) -> Outcome:
    offered = found.match.candidates if found.verdict in (Verdict.ANSWER, Verdict.SUGGEST) else ()
    exchange = replace(exchange, verdict=Verdict.DOCUMENT, entry=None, version=None, group=None)
    picks = _picks(exchange, context.knowledge) if offered else ()
    unclear = next((one for one in what.named if len(one.numbers) > 1), None)
    if certain := _certain(what):
        reply = _card(certain[:MOST_TOLD], what, exchange, picks, context)
    elif unclear:
        reply = _which(unclear, exchange, context.knowledge)
    else:
        exchange = replace(exchange, verdict=Verdict.UNANSWERED)
        reply = _unknown(what, exchange, picks, context)
    return Outcome(reply, exchange=exchange)


def _certain(what: Asked) -> tuple[str, ...]:
    """Return the documents that are surely meant."""
    return tuple(dict.fromkeys(one.numbers[0] for one in what.named if len(one.numbers) == 1))


def _which(one: Named, exchange: Exchange, knowledge: Knowledge) -> Reply:
    """Ask which of several documents is meant."""
    shown = one.numbers[:MOST_MEANT]
    key = "document.which" if len(one.numbers) <= MOST_MEANT else "document.which_of_many"
    block = Block(Style.TEXT, say(key, count=len(one.numbers)))
    choices = tuple(_opener(number, knowledge) for number in shown)
    return Reply((block,), choices=choices, buttons=((actions.ask_expert(exchange.id),),))


def _unknown(what: Asked, exchange: Exchange, picks: tuple[Button, ...], context: Context) -> Reply:
    """Say that the base records no such document, that the experts were told, and what is near."""
    knowledge, years = context.knowledge, context.knowledge.issue_years()
    alike = ("_".join(one.token.split("_")[:3]) for one in what.named if one.token.startswith(VB))
    near = dict.fromkeys(number for token in alike for number in fitting(token, years))
    choices = (*(_opener(number, knowledge) for number in near), *picks)[:MOST_CHOICES]
    blocks = list(_not_recorded(what, exchange))
    if choices:
        blocks.append(Block(Style.TEXT, say("document.near")))
    return Reply(tuple(blocks), choices=choices)


def _not_recorded(what: Asked, exchange: Exchange) -> Iterator[Block]:
    tokens = [one.token for one in what.named if not one.numbers]
    if tokens:
        names = ", ".join(written(token) if token.startswith(VB) else token for token in tokens)
        yield Block(Style.TEXT, say("document.unknown", documents=names, number=exchange.id))


def _card(
    numbers: Sequence[str], what: Asked, exchange: Exchange, picks: tuple[Button, ...], context: Context
) -> Reply:
    """Return what is recorded of the first document, and where the others stand."""
    knowledge, first, on = context.knowledge, numbers[0], exchange.day or context.today
    blocks = list(_blocks(first, what, on, knowledge))
    for number in numbers[1:]:
        blocks += [Block(Style.TITLE, called(knowledge, number)), _state(number, on, knowledge)]
    blocks += _not_recorded(what, exchange)
    unclear = [number for one in what.named for number in one.numbers if len(one.numbers) > 1]
    others = dict.fromkeys((*numbers[1:], *unclear, *knowledge.replaced_by(first)))
    resting = _best(resting_on(knowledge, first))
    entries = picks or tuple(actions.open_entry(one.id, one.question) for one in resting[:MOST_ENTRIES])
    choices = (*(_opener(number, knowledge) for number in others), *entries)[:MOST_CHOICES]
    if choices:
        blocks.append(Block(Style.TEXT, say("document.more")))
    rows = [(actions.ask_expert(exchange.id),)]
    if len(resting) > MOST_ENTRIES:
        rows.insert(0, (actions.document(slug(first), say("document.entries", count=len(resting)), 1),))
    return Reply(tuple(blocks), choices=choices, buttons=tuple(rows))


def _blocks(number: str, what: Asked, on: date, knowledge: Knowledge) -> Iterator[Block]:
    document, chain = knowledge.documents[number], tree(knowledge, number)
    yield Block(Style.TITLE, called(knowledge, number))
    yield Block(Style.TEXT, document.title)
    yield _state(number, on, knowledge)
    if not is_confirmed(knowledge, number):
        yield Block(Style.WARNING, say("document.draft"))
    about_it = say("document.facts", document=number)
    yield Block(Style.SOURCE, "\n".join([about_it, *facts(knowledge, number)]))
    if chain:
        yield Block(Style.SOURCE, "\n".join([say("document.chain"), *chain]))
    else:
        yield Block(Style.NOTE, say("document.no_chain"))
    if chain and "change" in what.kinds:
        yield Block(Style.NOTE, say("document.no_articles"))
    if document.note and not (document.transitional and is_past(document_state(knowledge, number, on))):
        yield Block(Style.NOTE, say("document.note", note=document.note))


def _state(number: str, on: date, knowledge: Knowledge) -> Block:
    style = Style.WARNING if is_past(document_state(knowledge, number, on)) else Style.TEXT
    return Block(style, state_text(knowledge, number, on))


def _entries(number: str, page: int, context: Context) -> Reply:
    """Return a page (from 1) of the entries that rest on a document."""
    entries = _best(resting_on(context.knowledge, number))
    page = min(page, max(1, -(-len(entries) // PAGE)))  # a menu from before entries were removed
    shown = entries[(page - 1) * PAGE : page * PAGE]
    name = slug(number)
    more = [actions.document(name, say("topics.back"), page - 1)]
    if len(entries) > page * PAGE:
        more.append(actions.document(name, say("topics.more"), page + 1))
    title = Block(
        Style.TITLE, say("document.resting", document=called(context.knowledge, number), count=len(entries))
    )
    choices = tuple(actions.open_entry(one.id, one.question) for one in shown)
    return Reply((title,), choices=choices, buttons=(tuple(more),))


def _best(entries: Sequence[Entry]) -> list[Entry]:
    """Return entries with those first that rest on few documents: what they say is of this one."""
    return sorted(entries, key=lambda one: (one.superseded_by is not None, len(one.sources)))


def _picks(exchange: Exchange, knowledge: Knowledge) -> tuple[Button, ...]:
    return tuple(
        actions.pick(exchange.id, index, knowledge.entries[candidate.entry].question)
        for index, candidate in enumerate(exchange.candidates)
    )


def _opener(number: str, knowledge: Knowledge) -> Button:
    title = shorten(knowledge.documents[number].title, TITLE)
    label = say("document.choice", document=called(knowledge, number), title=title)
    return actions.document(slug(number), label)
