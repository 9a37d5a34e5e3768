"""From the inbox to the outbox: messages are claimed, understood, answered and committed together."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.channels.base import Channel, Payload, Typist
from bot.channels.wire import load_reply
from bot.desk import Desk
from bot.domain import (
    Back,
    Block,
    Event,
    Ignored,
    Left,
    Message,
    Moved,
    Outcome,
    Reason,
    Reply,
    Style,
    Text,
    Verdict,
    digits_of,
)
from bot.finding import readings
from bot.handlers import question, respond, state_after
from bot.handlers.question import MOST_CHARACTERS
from bot.handlers.requests import Ask, storable
from bot.lanes import Wake
from bot.live import Live
from bot.phrases import say
from bot.reviewing import Reviewing
from bot.store import (
    Connection,
    Database,
    chats,
    exchanges,
    inbox,
    news,
    outbox,
    reach,
    reviewers,
    tellings,
    waiting,
)
from bot.store.inbox import Received
from bot.store.outbox import Said
from bot.store.tellings import SECOND, Telling
from bot.talks import Rules, Talk, Talks

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 32  # messages of different chats that are answered together
MOST_ATTEMPTS = 5  # to answer one message
LAST_WORDS = MOST_ATTEMPTS + 1  # an apology that cannot be stored by this attempt is left out
RETRY = timedelta(seconds=2)  # after a failure, times the attempts so far
MINUTE = timedelta(minutes=1)
SLOW = 0.7  # s, after which an asker is shown that the reply is being written
SHOWN = 4.0  # s, after which that is shown anew
NOTICE = "late"  # label of the reply that says a chat's messages have to wait
NOTICE_AGAIN = timedelta(minutes=10)  # one notice for a burst, not one per message


@dataclass(frozen=True, slots=True)
class _TooSoon:
    """A message whose chat has had its share of this minute."""

    row: Received
    turn: datetime  # when it may be answered
    notice: Sequence[Payload]  # that says so, unless that was said a moment ago


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is written of a message that gets a reply."""

    talk: Talk
    outcome: Outcome
    parts: Sequence[Payload]
    late: Sequence[tuple[Telling, Sequence[Payload]]]  # what was kept for the chat


class Answering:
    """Takes messages from the inbox and leaves replies in the outbox."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        live: Live,
        rules: Rules,
        clock: Callable[[], datetime],
        replied: Wake,
        reviewing: Reviewing,
        desk: Desk,
    ) -> None:
        self._reviewing = reviewing
        self._desk = desk
        self._database = database
        self._channels = channels
        self._rules = rules
        self._clock = clock
        self._replied = replied
        self._talks = Talks(live, rules, clock)

    async def claim(self) -> Sequence[Sequence[Received]]:
        """Claim the next messages, one of each chat, in the groups that they are worked on in.

        They share transactions, which cost more than what is done in them. What a reviewer presses is an act
        of its own, and may take longer than an answer: each of their messages comes alone, after the others.
        So does one that was claimed before and not finished: it may have ended the process, and not alone.
        """
        async with self._database.writing() as connection:
            rows = await inbox.claim(connection, self._channels, self._clock(), MOST_AT_ONCE)
        batch: list[Received] = []
        alone: list[Received] = []
        for row in rows:
            is_first = row.attempts == 1 and self._rules.name(row) not in self._rules.admins
            (batch if is_first else alone).append(row)
        # The other way round each time, so that what ends the process is not before the same ones again.
        alone.sort(key=lambda row: row.id if row.attempts % 2 else -row.id)
        return [*([batch] if batch else []), *([row] for row in alone)]

    async def work(self, rows: Sequence[Received]) -> None:
        """Answer a group of messages, or put one off where its chat has had its share of this minute."""
        if rows[0].attempts > MOST_ATTEMPTS:  # it did not even fail, time and again
            await self._give_up(rows[0], "never finished")
        else:
            await self._work(rows)
        self._replied.set()

    async def failed(self, row: Received, error: Exception) -> None:
        """Try again soon; after the last attempt apologise and hand the message to a person."""
        why = type(error).__name__
        if row.attempts >= MOST_ATTEMPTS:
            await self._give_up(row, why)
            return
        again = self._clock() + RETRY * row.attempts
        async with self._database.writing() as connection:
            await inbox.later(connection, row.id, again, why, failed=True)

    async def _give_up(self, row: Received, why: str) -> None:
        now = self._clock()
        message = self._channels[row.channel].parse(row.payload)
        text = storable(message.text)[:MOST_CHARACTERS] if isinstance(message, Text) else ""
        context = replace(self._talks.context(row), now=row.received_at)
        exchange = context.exchange(text, Verdict.UNANSWERED)
        apology = self._render(row, _plain("failed", number=row.id)) if row.attempts <= LAST_WORDS else ()
        async with self._database.writing() as connection:
            if not await inbox.bury(connection, row.id, now, why):
                return
            await exchanges.add(connection, exchange)
            await waiting.add(connection, question.waiting(exchange, Reason.FAILED, context.knowledge))
            await outbox.put(connection, now, self._said(row, apology))
        self._replied.set()

    async def _work(self, rows: Sequence[Received]) -> None:
        events: list[tuple[Received, Event]] = []
        messages: list[tuple[Received, Message]] = []
        for row in rows:
            came = self._channels[row.channel].parse(row.payload)
            if isinstance(came, Event):
                events.append((row, came))
            else:
                messages.append((row, came))
        async with self._database.reading() as connection:
            too_soon = await self._too_soon(connection, [row for row, _ in messages])
            due = [(row, message) for row, message in messages if row.id not in too_soon]
            talks = await self._talks.read(connection, due) if due else ()
        answers = await self._answers(talks) if talks else ()
        async with self._database.writing() as connection:
            for row, event in events:
                await self._note(connection, row, event)
            for each in too_soon.values():
                await self._put_off(connection, each)
            if answers:
                await self._store(connection, answers)

    async def _note(self, connection: Connection, row: Received, event: Event) -> None:
        now = self._clock()
        match event:
            case Left(reason):
                await reach.lost(connection, *row.where, now, reason)
            case Back():
                await reach.back(connection, row.where)
            case Moved(to):
                await reach.move(connection, *row.where, to)
        note = event.reason if isinstance(event, Ignored) else type(event).__name__.lower()
        await inbox.finish(connection, [row.id], now, note)

    # --- too fast --------------------------------------------------------------------------------------

    async def _too_soon(self, connection: Connection, rows: Sequence[Received]) -> Mapping[int, _TooSoon]:
        """Return, by their numbers, the messages whose chats have had their share of this minute."""
        now, most = self._clock(), self._rules.questions_per_minute
        answered = await inbox.finished_since(connection, [row.where for row in rows], now - MINUTE)
        found = {}
        for row in rows:
            recent = answered[row.where]
            if len(recent) >= most:
                said = await outbox.said_since(connection, *row.where, NOTICE, now - NOTICE_AGAIN)
                notice = () if said else self._render(row, _plain("too_fast"))
                found[row.id] = _TooSoon(row, recent[-most] + MINUTE, notice)
        return found

    async def _put_off(self, connection: Connection, each: _TooSoon) -> None:
        if await inbox.later(connection, each.row.id, each.turn, "too fast", failed=False):
            await outbox.put(connection, self._clock(), self._said(each.row, each.notice, label=NOTICE))

    # --- answering -------------------------------------------------------------------------------------

    async def _answers(self, talks: Sequence[Talk]) -> Sequence[_Answer]:
        talks = [await self._attended(talk) for talk in talks]
        # Matching is milliseconds of pure CPU: beside the loop, not on it.
        async with self._typing(talks):
            outcomes = await asyncio.to_thread(_respond_to, talks)
        outcomes = await self._told_apart(talks, outcomes)
        # Rendered before the transaction that stores it: SQLite lets nobody else write meanwhile.
        return [
            _Answer(talk, outcome, self._render(talk.row, outcome.reply), self._late(talk))
            for talk, outcome in zip(talks, outcomes, strict=True)
        ]

    @asynccontextmanager
    async def _typing(self, talks: Sequence[Talk]) -> AsyncIterator[None]:
        """Show in their chats that replies are being written, where it takes long."""
        typing = asyncio.create_task(self._show_typing(talks))
        try:
            yield
        finally:
            typing.cancel()
            await asyncio.wait({typing})

    async def _show_typing(self, talks: Sequence[Talk]) -> None:
        await asyncio.sleep(SLOW)
        while True:
            rows = [talk.row for talk in talks]
            typists = [(row, self._channels[row.channel]) for row in rows]
            await asyncio.gather(
                *(each.typing(row.chat, row.payload) for row, each in typists if isinstance(each, Typist))
            )
            await asyncio.sleep(SHOWN)

    async def _attended(self, talk: Talk) -> Talk:
        if not talk.context.admin:
            return talk
        known = await self._desk.attend(talk.request, talk.known, talk.context.me)
        return replace(talk, known=known)

    async def _told_apart(self, talks: Sequence[Talk], outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
        """Return the outcomes, each with a code under its answer that is no other text's."""
        shown = {outcome.shown.entry for outcome in outcomes if outcome.shown}
        if not shown:
            return outcomes
        async with self._database.reading() as connection:
            kept = await exchanges.versions(connection, shown)
        told = list(outcomes)
        for at, (talk, outcome) in enumerate(zip(talks, outcomes, strict=True)):
            if outcome.shown is None:
                continue
            digits = digits_of(outcome.shown.version, kept[outcome.shown.entry])
            if digits > talk.context.digits:  # about once in 65,536 edits
                longer = replace(talk, context=replace(talk.context, digits=digits))
                [told[at]] = await asyncio.to_thread(_respond_to, [longer])
        return told

    def _late(self, talk: Talk) -> Sequence[tuple[Telling, Sequence[Payload]]]:
        return [(each, self._render(talk.row, load_reply(each.reply))) for each in talk.kept]

    # --- storing ---------------------------------------------------------------------------------------

    async def _store(self, connection: Connection, answers: Sequence[_Answer]) -> None:
        """Write down what was answered; whose lease we lost was answered by whoever was quicker."""
        now = self._clock()
        ours = await inbox.finish(connection, [each.talk.row.id for each in answers], now)
        answers = [each for each in answers if each.talk.row.id in ours]
        outcomes = [each.outcome for each in answers]
        # Items, questions, texts, chats: in the order in which experts' acts change them (`bot.telling`), or
        # one would wait for the other.
        edits = [await self._replace(connection, each.talk, now) for each in answers]
        for each in answers:
            await self._before_experts(connection, each.talk, each.outcome)
        await exchanges.add(connection, *filter(None, (outcome.exchange for outcome in outcomes)))
        changes = filter(None, (outcome.change for outcome in outcomes))
        for change in sorted(changes, key=lambda change: change.exchange):
            await exchanges.amend(connection, change)
        await exchanges.keep(connection, *filter(None, (outcome.shown for outcome in outcomes)))
        await self._remember(connection, answers, now)
        # They can be written to, since they write.
        await reach.back(connection, *(each.talk.row.where for each in answers))
        for each in answers:
            await self._heed(connection, each.talk, each.outcome)
        said = [
            self._said(each.talk.row, each.parts, about=each.outcome.about, edits=own)
            for each, own in zip(answers, edits, strict=True)
        ]
        await outbox.put(connection, now, *said)
        for each in answers:
            for telling, words in each.late:
                await self._say_late(connection, telling, words, now)
            if asked := each.outcome.exchange:
                log.info("question.done", number=asked.id, verdict=asked.verdict.value)

    async def _remember(self, connection: Connection, answers: Sequence[_Answer], now: datetime) -> None:
        outcomes = {each.talk.context.person: each.outcome for each in answers}
        before = await chats.states(connection, outcomes)  # an expert may have told something meanwhile
        await chats.remember(
            connection,
            {person: state_after(outcome, before[person], now) for person, outcome in outcomes.items()},
        )

    async def _replace(self, connection: Connection, talk: Talk, now: datetime) -> Sequence[int]:
        """Let this message stand for the one that it changes; return the parts that its reply takes over."""
        if talk.changes is None:
            return ()
        await inbox.replace(connection, talk.changes, talk.row.id)
        await self._reviewing.withdraw(connection, talk.changes)
        return await outbox.take_over(connection, talk.changes, now)

    async def _before_experts(self, connection: Connection, talk: Talk, outcome: Outcome) -> None:
        """Put a question before the experts, or what a person adds to one."""
        if more := outcome.more:
            await self._reviewing.say_more(connection, more.number, talk.context.person[2], more.text)
        if outcome.waiting:
            await waiting.add(connection, outcome.waiting)

    async def _heed(self, connection: Connection, talk: Talk, outcome: Outcome) -> None:
        """Keep what a person wishes."""
        person = channel, _, asker = talk.context.person
        if outcome.invitation:
            await reviewers.invite(connection, outcome.invitation)
        if outcome.looked:
            await reach.wishes(connection, channel, asker, looked_at=self._clock())
        if outcome.follows is not None:
            await news.follow(connection, talk.row.id, person, outcome.follows.topics, self._clock())
        if outcome.share is not None:
            await news.keep_share(connection, outcome.share, person)
        if wished := outcome.wished:
            given = {"province": wished.province, "quiet": wished.quiet}
            values: dict[str, object] = {name: value for name, value in given.items() if value is not None}
            await reach.wishes(connection, channel, asker, **values)

    async def _say_late(
        self, connection: Connection, telling: Telling, parts: Sequence[Payload], now: datetime
    ) -> None:
        """Say what could not be said before, under the reply to what the chat has just written."""
        label = (await outbox.next_label(connection, telling.number)).rstrip(".") + SECOND
        if await tellings.release(connection, telling.id, label):
            ready = self._channels[telling.channel].can.pushes
            told = Said(telling.number, telling.channel, telling.chat, parts, label=label, ready=ready)
            await outbox.put(connection, now, told)

    def _render(self, row: Received, reply: Reply) -> Sequence[Payload]:
        return self._channels[row.channel].render(reply, row.payload)

    def _said(
        self,
        row: Received,
        parts: Sequence[Payload],
        label: str = "",
        about: int | None = None,
        edits: Sequence[int] = (),
    ) -> Said:
        ready = self._channels[row.channel].can.pushes
        return Said(row.id, row.channel, row.chat, parts, label, ready, about, edits)


def _respond_to(talks: Sequence[Talk]) -> Sequence[Outcome]:
    """Return what is replied; all that is asked is matched at once, which takes a fourth of the time.

    The talks, at least one, are answered by one base.
    """
    began = time.perf_counter()
    asked = [talk.request.text for talk in talks if isinstance(talk.request, Ask)]
    texts = [reading for text in asked if len(text) <= MOST_CHARACTERS for reading in readings(text)]
    matcher = talks[0].context.matcher.knowing(texts)
    share = (time.perf_counter() - began) * 1000 / max(len(asked), 1)
    return [
        respond(talk.request, talk.known, replace(talk.context, matcher=matcher, matching_ms=share))
        for talk in talks
    ]


def _plain(key: str, **values: object) -> Reply:
    return Reply((Block(Style.TEXT, say(key, **values)),))
