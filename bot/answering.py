"""From the inbox to the outbox: a message is claimed, understood, answered and committed at once."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.channels.base import Channel, Payload, Typist
from bot.channels.wire import load_reply
from bot.desk import Desk
from bot.domain import (
    Back,
    Block,
    Event,
    Ignored,
    Invitation,
    Left,
    Message,
    Moved,
    Outcome,
    Reason,
    Reply,
    Style,
    Text,
    Verdict,
    midnight,
)
from bot.handlers import FOLLOW_UP, Context, Known, Request, question, respond, state_after, understand
from bot.handlers.command import MOST_MINE
from bot.handlers.context import vietnam_day
from bot.handlers.question import MOST_CHARACTERS
from bot.handlers.requests import (
    Ask,
    AskExpert,
    Command,
    Follow,
    News,
    NoneOfThese,
    OpenText,
    Pick,
    Rate,
    Say,
    SayMore,
    ShareNames,
    storable,
)
from bot.lanes import Wake
from bot.live import Live
from bot.normalise.days import day_of
from bot.phrases import say
from bot.reviewing import Reviewing
from bot.store import (
    Connection,
    Database,
    chats,
    exchanges,
    inbox,
    items,
    news,
    outbox,
    reach,
    reviewers,
    tellings,
    waiting,
)
from bot.store.inbox import Received
from bot.store.tellings import SECOND, Telling

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 16  # messages of different chats that are answered together
MOST_ATTEMPTS = 5  # to answer one message
LAST_WORDS = MOST_ATTEMPTS + 1  # an apology that cannot be stored by this attempt is left out
RETRY = timedelta(seconds=2)  # after a failure, times the attempts so far
MINUTE = timedelta(minutes=1)
LOOK_BACK = timedelta(days=30)  # for news, where nobody says since when
SLOW = 0.7  # s, after which an asker is shown that the reply is being written
SHOWN = 4.0  # s, after which that is shown anew
NOTICE = "late"  # label of the reply that says a chat's messages have to wait
NOTICE_AGAIN = timedelta(minutes=10)  # one notice for a burst, not one per message


Ending = Callable[[Connection], Awaitable[object]]  # what is written of a message, in a transaction of many


@dataclass(frozen=True, slots=True)
class Rules:
    """What an operator may set about answering."""

    admins: frozenset[str]  # who works on the queue: "telegram:123456789"
    asker_key: bytes  # turns platform ids into pseudonyms
    questions_per_minute: int  # per chat; what comes faster waits its turn
    invite: Callable[[str], Invitation | None] = lambda _person: None  # a link, for whom it may be made


@dataclass(frozen=True, slots=True)
class _Talk:
    """A message and all that the store knows of what it speaks of."""

    row: Received
    request: Request
    known: Known
    context: Context
    kept: Sequence[Telling]  # to be said now, since they write
    changes: int | None  # the message whose words this one changes, in its newest version


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
        self._live = live
        self._rules = rules
        self._clock = clock
        self._replied = replied

    async def claim(self) -> Sequence[Received]:
        """Claim the next messages, one of each chat; none when all are answered."""
        async with self._database.writing() as connection:
            return await inbox.claim(connection, self._channels, self._clock(), MOST_AT_ONCE)

    async def work(self, rows: Sequence[Received]) -> None:
        """Answer messages, or put one off where its chat has had its share of this minute.

        They share transactions, which cost more than what is done in them. What a reviewer presses is an act
        of its own: each of their messages is worked on alone.
        """
        together = []
        for row in rows:
            if row.attempts > MOST_ATTEMPTS:  # whatever became of the others, they did not even fail
                await self._give_up(row, "never finished")
            elif self._name(row) in self._rules.admins:
                await self._work([row])
            else:
                together.append(row)
        if together:
            await self._work(together)
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
        context = replace(self._context(row), now=row.received_at)
        exchange = context.exchange(text, Verdict.UNANSWERED)
        apology = self._render(row, _plain("failed", number=row.id)) if row.attempts <= LAST_WORDS else ()
        async with self._database.writing() as connection:
            if not await inbox.bury(connection, row.id, now, why):
                return
            await exchanges.add(connection, exchange)
            await waiting.add(connection, question.waiting(exchange, Reason.FAILED, context.knowledge))
            await self._put(connection, row, apology, now)
        self._replied.set()

    async def _work(self, rows: Sequence[Received]) -> None:
        talks: list[_Talk] = []
        ends: list[Ending] = []
        async with self._database.reading() as connection:
            for row in rows:
                message = self._channels[row.channel].parse(row.payload)
                if isinstance(message, Event):
                    ends.append(partial(self._note, row, message))
                elif put_off := await self._put_off(connection, row):
                    ends.append(put_off)
                else:
                    talks.append(await self._talk(connection, row, message))
        ends += await self._answers(talks)
        async with self._database.writing() as connection:
            for end in ends:
                await end(connection)

    async def _note(self, row: Received, event: Event, connection: Connection) -> None:
        now = self._clock()
        match event:
            case Left(reason):
                await reach.lost(connection, row.channel, row.chat, now, reason)
            case Back():
                await reach.back(connection, row.channel, row.chat)
            case Moved(to):
                await reach.move(connection, row.channel, row.chat, to)
        note = event.reason if isinstance(event, Ignored) else type(event).__name__.lower()
        await inbox.finish(connection, row.id, now, note)

    async def _put_off(self, connection: Connection, row: Received) -> Ending | None:
        """Return what puts a message off whose chat has had its share of this minute."""
        now = self._clock()
        recent = await inbox.finished_since(connection, row.channel, row.chat, now - MINUTE)
        if len(recent) < self._rules.questions_per_minute:
            return None
        noticed = await outbox.said_since(connection, row.channel, row.chat, NOTICE, now - NOTICE_AGAIN)
        notice = () if noticed else self._render(row, _plain("too_fast"))
        turn = recent[-self._rules.questions_per_minute] + MINUTE

        async def end(connection: Connection) -> None:
            await inbox.later(connection, row.id, turn, "too fast", failed=False)
            await self._put(connection, row, notice, now, label=NOTICE)

        return end

    async def _talk(self, connection: Connection, row: Received, message: Message) -> _Talk:
        state = await chats.state(connection, row.channel, row.chat, self._pseudonym(row))
        request = understand(message, state, self._clock(), await self._subject(connection, row, message))
        changes = None
        if isinstance(message, Text) and message.changes is not None:
            changes = await inbox.version_of(connection, row.channel, message.changes)
        known = await self._known(connection, request, row, changes or row.id)
        kept = await tellings.kept(connection, row.channel, row.chat)
        return _Talk(row, request, known, self._context(row), kept, changes)

    async def _answers(self, talks: Sequence[_Talk]) -> Sequence[Ending]:
        """Return what is written of each message that gets a reply."""
        talks = [await self._attended(talk) for talk in talks]
        # Matching is a few milliseconds of pure CPU: beside the loop, not on it.
        async with self._typing(talks):
            outcomes = await asyncio.to_thread(_respond_to, talks)
        async with self._database.reading() as connection:
            outcomes = [
                await self._told_apart(connection, talk, outcome)
                for talk, outcome in zip(talks, outcomes, strict=True)
            ]
        # Rendered before the transaction that stores it: SQLite lets nobody else write meanwhile.
        return [
            partial(self._commit, talk, outcome, self._render(talk.row, outcome.reply), self._late(talk))
            for talk, outcome in zip(talks, outcomes, strict=True)
        ]

    @asynccontextmanager
    async def _typing(self, talks: Sequence[_Talk]) -> AsyncIterator[None]:
        """Show in their chats that replies are being written, where it takes long."""
        typing = asyncio.create_task(self._show_typing(talks))
        try:
            yield
        finally:
            typing.cancel()
            await asyncio.wait({typing})

    async def _show_typing(self, talks: Sequence[_Talk]) -> None:
        await asyncio.sleep(SLOW)
        while True:
            rows = [talk.row for talk in talks]
            typists = [(row, self._channels[row.channel]) for row in rows]
            await asyncio.gather(
                *(each.typing(row.chat, row.payload) for row, each in typists if isinstance(each, Typist))
            )
            await asyncio.sleep(SHOWN)

    async def _attended(self, talk: _Talk) -> _Talk:
        if not talk.context.admin:
            return talk
        known = await self._desk.attend(talk.request, talk.known, talk.context.me)
        return replace(talk, known=known)

    async def _told_apart(self, connection: Connection, talk: _Talk, outcome: Outcome) -> Outcome:
        """Return the outcome with a code under its answer that is no other text's."""
        if outcome.shown is None:
            return outcome
        digits = await exchanges.digits(connection, outcome.shown.entry, outcome.shown.version)
        if digits <= talk.context.digits:
            return outcome
        longer = replace(talk, context=replace(talk.context, digits=digits))  # about once in 65,536 edits
        return (await asyncio.to_thread(_respond_to, [longer]))[0]

    def _late(self, talk: _Talk) -> Sequence[tuple[Telling, Sequence[Payload]]]:
        return [(each, self._render(talk.row, load_reply(each.reply))) for each in talk.kept]

    async def _subject(self, connection: Connection, row: Received, message: Message) -> int | None:
        """Return the question that our message speaks of, where this one is a reply to it."""
        if not isinstance(message, Text) or message.replies_to is None:
            return None
        return await outbox.subject(connection, row.channel, row.chat, message.replies_to)

    def _context(self, row: Received) -> Context:
        brain = self._live.current
        name = self._name(row)
        return Context(
            number=row.id,
            channel=row.channel,
            chat=row.chat,
            asker=self._pseudonym(row),
            admin=name in self._rules.admins,
            me=name if name in self._rules.admins else "",
            now=self._clock(),
            knowledge=brain.knowledge,
            matcher=brain.matcher,
        )

    def _name(self, row: Received) -> str:
        return f"{row.channel}:{row.asker}"

    def _pseudonym(self, row: Received) -> str:
        person = self._name(row).encode()
        return hmac.new(self._rules.asker_key, person, hashlib.sha256).hexdigest()[:16]

    async def _known(self, connection: Connection, request: Request, row: Received, turn: int) -> Known:
        match request:
            case (
                Pick(exchange=number)
                | NoneOfThese(number)
                | Rate(exchange=number)
                | AskExpert(number)
                | SayMore(number)
            ):
                exchange = await exchanges.get(connection, number)
                # Numbers are guessable: another chat's exchange is as good as none.
                ours = exchange and (exchange.channel, exchange.chat) == (row.channel, row.chat)
                return Known(exchange=exchange if ours else None)
            case Ask():
                since = self._clock() - FOLLOW_UP
                talk = (row.channel, row.chat, self._pseudonym(row))
                return Known(
                    before=await exchanges.latest(connection, *talk, since, turn),
                    asked_back=await items.asked_back(connection, *talk),
                )
            case News(text):
                return await self._news(connection, row, text)
            case Follow():
                talk = (row.channel, row.chat, self._pseudonym(row))
                return Known(followed=await news.followed(connection, *talk))
            case ShareNames(number) | Say("share", number):
                talk = (row.channel, row.chat, self._pseudonym(row))
                return Known(share=await news.share(connection, number, talk))
            case Say(number=number):
                own = await waiting.among(connection, (number,))
                talk = (row.channel, row.chat, self._pseudonym(row))
                return Known(
                    waiting={at: one for at, one in own.items() if (one.channel, one.chat, one.asker) == talk}
                )
            case OpenText(entry, version):
                return Known(texts=await exchanges.shown(connection, entry, version))
            case Command("mine"):
                asker = self._pseudonym(row)
                recent = await exchanges.recent(connection, row.channel, row.chat, asker, MOST_MINE)
                numbers = tuple(exchange.id for exchange in recent)
                return Known(recent=recent, waiting=await waiting.among(connection, numbers))
            case Command("sign_in"):
                invitation = self._rules.invite(f"{row.channel}:{row.asker}")
                if row.chat != row.asker:
                    return Known(is_overheard=invitation is not None)
                return Known(invitation=invitation)
        return Known()

    async def _news(self, connection: Connection, row: Received, text: str) -> Known:
        looked_at = (await reach.wish(connection, row.channel, self._pseudonym(row))).looked_at
        since_day = day_of(text, vietnam_day(self._clock()))
        since = midnight(since_day) if since_day else looked_at or self._clock() - LOOK_BACK
        return Known(news=await news.since(connection, since), news_since=since)

    async def _commit(
        self,
        talk: _Talk,
        outcome: Outcome,
        parts: Sequence[Payload],
        late: Sequence[tuple[Telling, Sequence[Payload]]],
        connection: Connection,
    ) -> None:
        now, row = self._clock(), talk.row
        where = (row.channel, row.chat, talk.context.asker)
        if not await inbox.finish(connection, row.id, now):
            return  # we lost the lease, and whoever took it was quicker
        if outcome.exchange:
            await exchanges.add(connection, outcome.exchange)
        if outcome.change:
            await exchanges.amend(connection, outcome.change)
        if outcome.waiting:
            await waiting.add(connection, outcome.waiting)
        if outcome.shown:
            await exchanges.keep(connection, outcome.shown)
        if outcome.invitation:
            await reviewers.invite(connection, outcome.invitation)
        before = await chats.state(connection, *where)  # an expert may have told something meanwhile
        await chats.remember(connection, *where, state_after(outcome, before, now))
        await self._heed(connection, row, outcome)
        edits = await self._replace(connection, talk, now)
        await self._put(connection, row, parts, now, about=outcome.about, edits=edits)
        for telling, words in late:
            await self._say_late(connection, telling, words, now)
        if outcome.exchange:
            log.info("question.done", number=row.id, verdict=outcome.exchange.verdict.value)

    async def _replace(self, connection: Connection, talk: _Talk, now: datetime) -> Sequence[int]:
        """Let this message stand for the one that it changes; return the parts that its reply takes over."""
        if talk.changes is None:
            return ()
        await inbox.replace(connection, talk.changes, talk.row.id)
        await self._reviewing.withdraw(connection, talk.changes)
        return await outbox.take_over(connection, talk.changes, now)

    async def _heed(self, connection: Connection, row: Received, outcome: Outcome) -> None:
        """Keep what a person adds to a question or wishes; they can be written to, since they write."""
        await reach.back(connection, row.channel, row.chat)
        asker = self._pseudonym(row)
        talk = (row.channel, row.chat, asker)
        if more := outcome.more:
            await self._reviewing.say_more(connection, more.number, asker, more.text)
        if outcome.looked:
            await reach.wishes(connection, row.channel, asker, looked_at=self._clock())
        if outcome.follows is not None:
            await news.follow(connection, row.id, talk, outcome.follows.topics, self._clock())
        if outcome.share is not None:
            await news.keep_share(connection, outcome.share, talk)
        if wished := outcome.wished:
            given = {"province": wished.province, "quiet": wished.quiet}
            values: dict[str, object] = {name: value for name, value in given.items() if value is not None}
            await reach.wishes(connection, row.channel, asker, **values)

    async def _say_late(
        self, connection: Connection, telling: Telling, parts: Sequence[Payload], now: datetime
    ) -> None:
        """Say what could not be said before, under the reply to what the chat has just written."""
        label = (await outbox.next_label(connection, telling.number)).rstrip(".") + SECOND
        if await tellings.release(connection, telling.id, label):
            pushes = self._channels[telling.channel].can.pushes
            await outbox.put(
                connection,
                telling.number,
                telling.channel,
                telling.chat,
                parts,
                now,
                label=label,
                ready=pushes,
            )

    def _render(self, row: Received, reply: Reply) -> Sequence[Payload]:
        return self._channels[row.channel].render(reply, row.payload)

    async def _put(
        self,
        connection: Connection,
        row: Received,
        parts: Sequence[Payload],
        now: datetime,
        label: str = "",
        about: int | None = None,
        edits: Sequence[int] = (),
    ) -> None:
        pushes = self._channels[row.channel].can.pushes
        await outbox.put(
            connection, row.id, row.channel, row.chat, parts, now,
            label=label, ready=pushes, about=about, edits=edits,
        )  # fmt: skip


def _respond_to(talks: Sequence[_Talk]) -> Sequence[Outcome]:
    return [respond(talk.request, talk.known, talk.context) for talk in talks]


def _plain(key: str, **values: object) -> Reply:
    return Reply((Block(Style.TEXT, say(key, **values)),))
