"""Telling people what they did not just ask for: where they asked, once, if they wish it and can be reached.

What cannot be said now (they blocked the bot, left, or the platform's time for free replies has passed) is
kept and said under the reply to their next message.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.channels.base import Channel, Payload
from bot.channels.wire import dump_reply
from bot.domain import Outcome
from bot.handlers import state_after
from bot.store import Connection, chats, exchanges, inbox, outbox, reach, tellings
from bot.store.outbox import Said
from bot.store.tellings import TellingState


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who asked: where, under which number, and who (a pseudonym; None where it was not kept)."""

    number: int
    channel: str
    chat: str
    asker: str | None


@dataclass(frozen=True, slots=True)
class Word:
    """What one person is told, rendered; `about` is the question that an answer to it would speak of."""

    to: Person
    outcome: Outcome
    parts: Sequence[Payload]
    about: int | None = None


async def write(
    connection: Connection,
    channels: Mapping[str, Channel],
    to: Person,
    outcome: Outcome,
    about: int | None = None,
) -> Word | None:
    """Render what a person is told; None where this process cannot write to their channel.

    Done before the transaction that stores it: SQLite lets nobody else write meanwhile.
    """
    asked = await inbox.get(connection, to.number)
    channel = channels.get(to.channel)
    if asked is None or channel is None:
        return None
    return Word(to, outcome, channel.render(outcome.reply, asked.payload), about)


async def tell(
    connection: Connection, channels: Mapping[str, Channel], words: Sequence[Word], cause: str, now: datetime
) -> None:
    """Put what was written into the outbox, or record why not; who was told for that cause is not told again.

    Rows are changed in the order in which `bot.answering` changes them, or two would wait for each other.
    """
    told = []
    for word in sorted(words, key=lambda word: word.to.number):
        to, channel = word.to, channels[word.to.channel]
        if await tellings.is_told(connection, to.number, cause):
            continue
        state = await _may(connection, channel, to, now)
        label = await outbox.next_label(connection, to.number) if state is TellingState.SENT else None
        person = (to.channel, to.chat, to.asker)
        reply = dump_reply(word.outcome.reply)
        await tellings.add(connection, to.number, cause, person, state, now, label, reply)
        if label:
            ready = channel.can.pushes
            await outbox.put(
                connection, now, Said(to.number, to.channel, to.chat, word.parts, label, ready, word.about)
            )
        told.append(word)
    await _keep(connection, told, now)


async def _may(connection: Connection, channel: Channel, to: Person, now: datetime) -> TellingState:
    """Return whether a person may be written to now."""
    if (await reach.wish(connection, to.channel, to.asker)).quiet:
        return TellingState.UNWANTED
    if await reach.is_gone(connection, to.channel, to.chat):
        return TellingState.KEPT
    if channel.can.free_for is not None:
        heard = await reach.last_heard(connection, to.channel, to.chat)
        if heard is None or now - heard > channel.can.free_for:
            return TellingState.KEPT
    return TellingState.SENT


async def _keep(connection: Connection, words: Sequence[Word], now: datetime) -> None:
    """Keep what makes a card that was told as good as one that was asked for: judged, picked from, opened."""
    cards = []
    for word in words:
        outcome = word.outcome
        if outcome.change is None or outcome.shown is None:
            continue  # words alone leave nothing to choose
        if exchange := await exchanges.get(connection, word.to.number):
            await exchanges.amend(connection, outcome.change)
            cards.append(((exchange.channel, exchange.chat, exchange.asker), outcome))
    await exchanges.keep(connection, *filter(None, (outcome.shown for _, outcome in cards)))
    states = dict(await chats.states(connection, [person for person, _ in cards]))
    for person, outcome in cards:
        before = states[person]
        states[person] = replace(state_after(outcome, before, now), expects=before.expects)
    await chats.remember(connection, {person: states[person] for person, _ in cards})
