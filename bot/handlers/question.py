"""A question: answered, suggested, sent to its own programme, or recorded for the experts."""

import time
from dataclasses import replace
from datetime import date

from bot.domain import (
    Block,
    Button,
    Candidate,
    Exchange,
    More,
    Outcome,
    Reason,
    Reply,
    Style,
    Verdict,
    Waiting,
)
from bot.finding import Before, Finding, find, question_in
from bot.handlers import actions, clause, compose, document, place
from bot.handlers.context import Context, Known
from bot.handlers.requests import Ask, LookUp, Say
from bot.kb import Entry, Knowledge, OffTopicGroup
from bot.kb.validity import span
from bot.matching import AsOf
from bot.normalise import fold
from bot.normalise.days import When, asked_of
from bot.phrases import say
from bot.written import grouped

MOST_CHARACTERS = 4000  # of a question; beyond it is a document, and the asker is told so
MOST_CHOICES = 4
MOST_HINTS = 3
NEAR_ENOUGH = 0.05  # confidence from which an entry's topic is taken for a question's
LONGEST_BEFORE = 500  # characters; a longer story says too much to be gone on from


def ask(request: Ask, known: Known, context: Context) -> Outcome:
    """Match a question and say what is known, or that it has been recorded."""
    if len(request.text) > MOST_CHARACTERS:
        return _of_document(request, known, context)
    started = time.perf_counter()
    before = _before(known.before, context.knowledge)
    when, found = _found(request, before, known.before, context)
    if request.day and when.is_all and before is None:
        return Outcome(Reply((Block(Style.TEXT, say("day.how")),)))
    elapsed_ms = (time.perf_counter() - started) * 1000 + context.matching_ms
    exchange = _exchange(request, context, found, when, elapsed_ms)
    if before and found.may_follow:
        exchange = replace(exchange, earlier=_so_far(before, known.before))
    if told := document.about(found, exchange, context, only_asked=known.asked_back is not None):
        return _with_unknown(told, context)
    if found.verdict is not Verdict.ANSWER and (told := place.about(exchange, context)):
        return told
    outcome = document.offer(_outcome(found, exchange, known, context), context)
    if not (before and found.is_together):
        return outcome
    understood = Block(Style.NOTE, say("follow_up.understood", earlier=before.text))
    return replace(outcome, reply=replace(outcome.reply, blocks=(understood, *outcome.reply.blocks)))


def look_up(request: LookUp, context: Context) -> Outcome:
    """Tell what is recorded of a document that is looked up."""
    found, when = find(request.text, context.matcher), asked_of(request.text, context.today)
    exchange = _exchange(Ask(request.text), context, found, when, 0.0)
    return _with_unknown(document.look_up(found, exchange, context), context)


def _with_unknown(told: Outcome, context: Context) -> Outcome:
    """Put a question about a document that the base does not record before the experts."""
    if told.exchange is None or told.exchange.verdict is not Verdict.UNANSWERED:
        return told
    return replace(told, waiting=waiting(told.exchange, Reason.NO_DOCUMENT, context.knowledge))


def _found(
    request: Ask, before: Before | None, asked_before: Exchange | None, context: Context
) -> tuple[When, Finding]:
    """Return the time that a message is about and what was found for it.

    "còn năm 2023 thì sao?" asks what was asked before of another day; a follow-up that names none stays with
    the day before it.
    """
    when = asked_of(request.text, request.day or context.today)
    if request.day and not when.is_named:
        when = when.on(request.day)
    if before and when.is_all:
        found = find(before.text, AsOf(context.matcher, context.knowledge, when))
        return when, replace(found, may_follow=True, is_together=True)
    found = find(request.text, AsOf(context.matcher, context.knowledge, when), before)
    if when.rest and found.verdict is not Verdict.ANSWER:
        found = _without_the_day(found, when, context)
    if found.is_together and asked_before and asked_before.day and not when.is_named:
        when = when.on(asked_before.day)
        found = find(request.text, AsOf(context.matcher, context.knowledge, when), before)
    return when, found


def _without_the_day(found: Finding, when: When, context: Context) -> Finding:
    """Return what a question gets without the words that name its day, where that is the same, and surer.

    Only an entry that records its days may be answered so: to all others the year may be what is asked for.
    """
    bare = find(when.rest, AsOf(context.matcher, context.knowledge, when))
    firsts = [one.entry for each in (found, bare) for one in each.match.candidates[:1]]
    if bare.verdict is not Verdict.ANSWER or len(set(firsts)) != 1 or len(firsts) < 2:
        return found
    holding = span(context.knowledge, context.knowledge.entries[firsts[0]])
    return bare if holding.first and holding.holds(when.day) else found


def _of_document(request: Ask, known: Known, context: Context) -> Outcome:
    """Answer what a pasted document asks, or else hand it to the experts."""
    words = question_in(request.text)
    if 0 < len(words) <= MOST_CHARACTERS:
        outcome = ask(Ask(words), known, context)
        if outcome.exchange and outcome.exchange.verdict in (Verdict.ANSWER, Verdict.SUGGEST):
            read = Block(Style.NOTE, say("document.read", length=grouped(len(request.text)), question=words))
            return replace(outcome, reply=replace(outcome.reply, blocks=(read, *outcome.reply.blocks)))
    return _too_long(request, context)


def _before(exchange: Exchange | None, knowledge: Knowledge) -> Before | None:
    """Return what a question may go on from: the entry that was shown, or else the asker's own words."""
    if exchange is None:
        return None
    if shown := knowledge.entries.get(exchange.entry or ""):
        return Before(shown.question, shown.id)
    return Before(exchange.raw, None) if 0 < len(exchange.raw) <= LONGEST_BEFORE else None


def _so_far(before: Before, exchange: Exchange | None) -> str:
    """Return what experts have to read before a follow-up: in a row of them, all up to the last answer."""
    if before.entry or exchange is None or exchange.earlier is None:
        return before.text
    return f"{exchange.earlier} {before.text}"


def _outcome(found: Finding, exchange: Exchange, known: Known, context: Context) -> Outcome:
    match found.verdict:
        case Verdict.ANSWER:
            return _answer(exchange, found, context)
        case Verdict.SUGGEST:
            return _suggest(exchange, context)
        case Verdict.OFF_TOPIC:
            return _off_topic(exchange, context)
    return _unanswered(exchange, found, known, context)


def _exchange(request: Ask, context: Context, found: Finding, when: When, elapsed_ms: float) -> Exchange:
    match, verdict = found.match, found.verdict
    answered = context.knowledge.entries[match.candidates[0].entry] if verdict is Verdict.ANSWER else None
    return context.exchange(
        request.text,
        verdict,
        normalised=match.question.text,
        entry=answered.id if answered else None,
        version=answered.version if answered else None,
        group=match.group if verdict is Verdict.OFF_TOPIC else None,
        candidates=match.candidates[:MOST_CHOICES],
        elapsed_ms=elapsed_ms,
        day=when.day,
        province=place.province_of(request.text),
    )


def waiting(exchange: Exchange, reason: Reason, knowledge: Knowledge) -> Waiting:
    """Return the exchange as a question for the experts, with what was asked before and what was shown."""
    question, folded = exchange.raw, fold(exchange.normalised or exchange.raw)
    if exchange.earlier:
        question = say("follow_up.question", question=question, earlier=exchange.earlier)
        folded = f"{folded} {fold(exchange.earlier)}"
    return Waiting(
        number=exchange.id,
        channel=exchange.channel,
        chat=exchange.chat,
        asked_at=exchange.asked_at,
        question=question,
        reason=reason,
        shown=exchange.entry,
        candidates=exchange.candidates,
        asker=exchange.asker,
        folded=" ".join(folded.split()),
        base=exchange.base,
        topic=_topic(exchange, knowledge),
        province=exchange.province,
    )


def _topic(exchange: Exchange, knowledge: Knowledge) -> str | None:
    """Return the topic of what was shown, or else of what comes near enough."""
    near = [one.entry for one in exchange.candidates[:1] if one.confidence >= NEAR_ENOUGH]
    entries = (knowledge.entries.get(name) for name in [exchange.entry or "", *near])
    return next((entry.topic for entry in entries if entry and entry.topic), None)


def _answer(exchange: Exchange, found: Finding, context: Context) -> Outcome:
    entry = context.knowledge.entries[exchange.candidates[0].entry]
    outcome = Outcome(
        reply=compose.card(
            entry,
            exchange.id,
            context.knowledge,
            context.today,
            context.digits,
            also=found.also,
            day=exchange.day,
            instead_of=found.match.instead.get(entry.id),
        ),
        exchange=exchange,
        shown=compose.snapshot(entry, context),
    )
    if listed := place.beside(entry.id, exchange, context):
        outcome = replace(outcome, reply=replace(outcome.reply, blocks=(*listed, *outcome.reply.blocks)))
    if not _is_over(entry, context.knowledge, exchange.day or context.today):
        return outcome
    recorded = Block(Style.NOTE, say("expired.recorded", number=exchange.id))
    return replace(
        outcome,
        reply=replace(outcome.reply, blocks=(recorded, *outcome.reply.blocks)),
        waiting=waiting(exchange, Reason.EXPIRED, context.knowledge),
    )


def _is_over(entry: Entry, knowledge: Knowledge, on: date) -> bool:
    """Tell whether an entry no longer holds on a day and nothing in the base says what holds instead."""
    last = span(knowledge, entry).last
    return last is not None and last < on and knowledge.successor(entry.id) is None


def more(request: Say, known: Known, context: Context) -> Outcome:
    """Keep what an asker adds to a question of theirs that waits; any other text is a question."""
    item = known.waiting.get(request.number)
    if item is None or item.resolved_at is not None:
        return ask(Ask(request.text), known, context)
    text = Block(Style.TEXT, say("asked_back.thanks", number=request.number))
    return Outcome(Reply((text,)), more=More(request.number, request.text))


def _suggest(exchange: Exchange, context: Context) -> Outcome:
    reply = Reply(
        (Block(Style.TEXT, say("suggest.which")),),
        choices=_choices(exchange.id, exchange.candidates, context),
        none=actions.none_of_these(exchange.id),
    )
    return Outcome(reply, exchange=exchange)


def _choices(number: int, candidates: tuple[Candidate, ...], context: Context) -> tuple[Button, ...]:
    entries = context.knowledge.entries
    return tuple(
        actions.pick(number, index, entries[candidate.entry].question)
        for index, candidate in enumerate(candidates)
    )


def _unanswered(exchange: Exchange, found: Finding, known: Known, context: Context) -> Outcome:
    if known.asked_back is not None:
        return _perhaps_more(exchange, known.asked_back)
    hints = _choices(exchange.id, exchange.candidates[:MOST_HINTS], context)
    blocks = [Block(Style.TEXT, say("unanswered.recorded", number=exchange.id))]
    near, openers = clause.perhaps(found.match.question, context)
    blocks += near
    if hints:
        blocks.append(Block(Style.TEXT, say("unanswered.nearest")))
    return Outcome(
        Reply(tuple(blocks), choices=(*hints, *openers)),
        exchange=exchange,
        waiting=waiting(exchange, Reason.NO_MATCH, context.knowledge),
    )


def _perhaps_more(exchange: Exchange, number: int) -> Outcome:
    """Take what has no answer for what an expert asked to hear; if it is a new question, a button says so."""
    text = Block(Style.TEXT, say("asked_back.perhaps", number=number))
    return Outcome(
        Reply((text,), buttons=((actions.ask_expert(exchange.id),),)),
        exchange=exchange,
        more=More(number, exchange.raw),
    )


def _off_topic(exchange: Exchange, context: Context) -> Outcome:
    group = next(group for group in context.knowledge.off_topic if group.group == exchange.group)
    reply = Block(Style.ANSWER, group.reply)
    if group.small_talk:
        return Outcome(Reply((reply,)), exchange=exchange)
    reason = _why_not_ours(group)
    recorded = Block(Style.NOTE, _recorded(reason, group, exchange.id))
    return Outcome(
        Reply((reply, recorded), buttons=((actions.ask_expert(exchange.id),),)),
        exchange=exchange,
        waiting=waiting(exchange, reason, context.knowledge),
    )


def _recorded(reason: Reason, group: OffTopicGroup, number: int) -> str:
    if reason is Reason.OTHER_BODY:
        return say("not_ours.other_body", number=number, body=group.body)
    key = "not_ours.household" if reason is Reason.HOUSEHOLD else "not_ours.off_topic"
    return say(key, number=number)


def _why_not_ours(group: OffTopicGroup) -> Reason:
    if group.household:
        return Reason.HOUSEHOLD
    return Reason.OTHER_BODY if group.body else Reason.OFF_TOPIC


def _too_long(request: Ask, context: Context) -> Outcome:
    exchange = context.exchange(request.text[:MOST_CHARACTERS], Verdict.UNANSWERED)
    text = say("too_long", length=grouped(len(request.text)), number=context.number)
    return Outcome(
        Reply((Block(Style.TEXT, text),)),
        exchange=exchange,
        waiting=waiting(exchange, Reason.TOO_LONG, context.knowledge),
    )
