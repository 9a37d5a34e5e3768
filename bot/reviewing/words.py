"""What askers are told of their question: answered, somebody else's, asked back, withdrawn."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.channels.base import Channel
from bot.domain import Block, Button, Change, Outcome, Reason, Reply, Snapshot, Style
from bot.handlers import actions, compose
from bot.handlers.command import shorten
from bot.handlers.context import vietnam_day
from bot.handlers.requests import storable
from bot.kb import Entry, Knowledge
from bot.phrases import say
from bot.store import Connection
from bot.store.items import Question
from bot.telling import Person, Word, write

MOST_WORDS: Final = 2000  # characters of what an expert or an officer adds

Compose = Callable[[Question], Outcome]


async def written(
    connection: Connection,
    channels: Mapping[str, Channel],
    questions: Sequence[Question],
    compose_for: Compose,
    *,
    about: bool = False,
    once: bool = True,
) -> Sequence[Word]:
    """Return what each asker is told, rendered.

    Args:
        connection: to read with.
        channels: that can be written to.
        questions: of one item, oldest first.
        compose_for: returns what is said to one of them.
        about: a reply to it speaks of the question.
        once: in answer to the newest question of each asker, not to each question.
    """
    newest = {(each.channel, each.chat, each.asker): each for each in questions} if once else {}
    words = []
    for each in newest.values() or questions:
        person = Person(each.number, each.channel, each.chat, each.asker)
        subject = each.number if about else None
        word = await write(connection, channels, person, compose_for(each), subject)
        words += [word] if word else []
    return words


def kept(text: str | None) -> str | None:
    """Return an expert's or an officer's words as they are kept; None where there are none."""
    return storable(text)[:MOST_WORDS] if text else None


def answered(
    question: Question,
    key: str,
    note: str | None,
    entry: Entry | None,
    knowledge: Knowledge,
    now: datetime,
    digits: int,
) -> Outcome:
    """Return an answer to a question that waited: an expert's words, an entry, or both.

    Args:
        question: that is answered.
        key: of the phrase that says by whom, `told.head` or `told.by_base`.
        note: the expert's words.
        entry: that answers it.
        knowledge: the base that has the entry.
        now: UTC.
        digits: of a version that the entry's code shows.
    """
    head = (*_head(key, question), *([Block(Style.TEXT, note)] if note else []))
    if entry is None:
        return Outcome(Reply(head))
    card = compose.card(entry, question.number, knowledge, vietnam_day(now), digits)
    return Outcome(
        replace(card, blocks=(*head, *card.blocks)),
        change=Change(question.number, entry=entry.id, version=entry.version),
        shown=Snapshot(entry.id, entry.version, entry.content, now),
        answered=question.number,
    )


def sent_away(question: Question, reason: Reason, note: str | None) -> Outcome:
    """Return whose task a question is, as the reason has it; `note` is the body or more words."""
    return Outcome(Reply((*_head("told.head", question), *_whose(reason, note))))


def _whose(reason: Reason, note: str | None) -> Iterable[Block]:
    if reason is Reason.OTHER_BODY and note:
        yield Block(Style.TEXT, say("told.other_body_named", body=note))
        return
    yield Block(Style.TEXT, say(f"told.{reason.value}"))
    if note:
        yield Block(Style.TEXT, note)


def asked_back(question: Question, asked: str) -> Outcome:
    """Return what an expert needs to hear more of."""
    how = Block(Style.NOTE, say("asked_back.how", number=question.number))
    button = Button(say("button.say_more"), actions.say_more(question.number))
    blocks = (*_head("asked_back.head", question), Block(Style.TEXT, asked), how)
    return Outcome(Reply(blocks, buttons=((button,),)))


def withdrawn(question: Question) -> Outcome:
    """Return that what was told does not hold."""
    return Outcome(Reply(_head("told.withdrawn", question)))


def replied(number: int, text: str) -> Reply:
    """Return what whoever asked back is told: what an asker has added to a question."""
    head = Block(Style.TEXT, say("asked_back.replied", number=number))
    return Reply((head, Block(Style.QUOTE, shorten(text))), buttons=((actions.walk(number),),))


def _head(key: str, question: Question) -> tuple[Block, ...]:
    words = shorten(question.text) or say("mine.wordless")
    return Block(Style.TEXT, say(key, number=question.number)), Block(Style.QUOTE, words)
