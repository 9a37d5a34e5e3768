"""A press: a suggestion picked or refused, an answer judged, an entry opened."""

from dataclasses import replace

from bot.domain import Block, Change, Exchange, Outcome, Reason, Reply, Style, Verdict
from bot.handlers import actions, compose
from bot.handlers.context import Context, Known
from bot.handlers.question import ask, waiting
from bot.handlers.requests import Ask, AskExpert, NoneOfThese, OpenEntry, OpenText, Pick, Rate, SayMore
from bot.kb import Entry
from bot.phrases import say


def _tell(key: str, **values: object) -> Reply:
    return Reply((Block(Style.TEXT, say(key, **values)),))


def stale() -> Outcome:
    """Say that a button belongs to something that is gone, or to somebody else."""
    return Outcome(_tell("press.stale"))


def pick(request: Pick, known: Known, context: Context) -> Outcome:
    """Show the suggestion that was picked."""
    exchange = known.exchange
    if exchange is None or request.index >= len(exchange.candidates):
        return stale()
    entry = context.knowledge.entries.get(exchange.candidates[request.index].entry)
    if entry is None:
        return Outcome(_tell("press.entry_gone"))
    card = compose.card(
        entry, exchange.id, context.knowledge, context.today, context.digits, day=exchange.day
    )
    return Outcome(
        card,
        change=Change(exchange.id, entry=entry.id, version=entry.version),
        shown=compose.snapshot(entry, context),
    )


def none_of_these(request: NoneOfThese, known: Known, context: Context) -> Outcome:
    """Record that none of the suggestions was meant."""
    if known.exchange is None:
        return stale()
    return _record(known.exchange, Reason.NONE_OF_THESE, context, "recorded.none_of_these")


def rate(request: Rate, known: Known, context: Context) -> Outcome:
    """Record a thumb; a thumb down goes to the experts with what was shown."""
    exchange = known.exchange
    if exchange is None or exchange.entry is None:
        return stale()
    if request.good:
        return Outcome(_tell("recorded.good"), change=Change(exchange.id, rating=1))
    outcome = _record(exchange, Reason.DISLIKED, context, "recorded.bad")
    return replace(outcome, change=Change(exchange.id, rating=-1))


def ask_expert(request: AskExpert, known: Known, context: Context) -> Outcome:
    """Send an exchange to the experts."""
    if known.exchange is None:
        return stale()
    return _record(known.exchange, Reason.EXPERT_WANTED, context, "recorded.expert")


def _record(exchange: Exchange, reason: Reason, context: Context, key: str) -> Outcome:
    return Outcome(_tell(key, number=exchange.id), waiting=waiting(exchange, reason, context.knowledge))


def say_more(request: SayMore, known: Known) -> Outcome:
    """Wait for what the asker adds to their question."""
    if known.exchange is None:
        return stale()
    return Outcome(
        _tell("asked_back.write", number=request.exchange), expects=actions.say_more(request.exchange)
    )


def open_entry(request: OpenEntry, context: Context) -> Outcome:
    """Show an entry opened from a menu or a related question; it is logged, so it can be judged too."""
    entry = context.knowledge.entries.get(request.entry)
    if entry is None:
        return Outcome(_tell("press.entry_gone"))
    exchange = _opened(entry, entry.version, context)
    return Outcome(
        compose.card(entry, exchange.id, context.knowledge, context.today, context.digits),
        exchange=exchange,
        shown=compose.snapshot(entry, context),
    )


def _opened(entry: Entry, version: str, context: Context) -> Exchange:
    return context.exchange(entry.question, Verdict.OPENED, entry=entry.id, version=version)


def open_text(request: OpenText, known: Known, context: Context) -> Outcome:
    """Show a text under its code exactly as it was shown before; of several, ask which was meant."""
    if len(known.texts) > 1:
        return Outcome(compose.which_text(known.texts))
    for shown in known.texts:
        exchange = _opened(compose.shown_entry(shown), shown.version, context)
        reply = compose.old_card(shown, exchange.id, replace(context, digits=len(request.version)))
        return Outcome(reply, exchange=exchange)
    entry = context.knowledge.entries.get(request.entry)
    if entry and entry.version.startswith(request.version):
        return open_entry(OpenEntry(entry.id), context)
    if entry is None and not request.certain:
        return ask(Ask(request.text), known, context)
    return Outcome(_tell("code.unknown"))
