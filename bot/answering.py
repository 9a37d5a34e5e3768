"""From the inbox to the outbox: a message is claimed, understood, answered and committed at once."""

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.channels.base import Channel, Payload
from bot.channels.wire import load_reply
from bot.desk import Desk
from bot.domain import (
    Block,
    Ignored,
    Invitation,
    Message,
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
from bot.handlers.news import read_day
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

MOST_ATTEMPTS = 5  # to answer one message
LAST_WORDS = MOST_ATTEMPTS + 1  # an apology that cannot be stored by this attempt is left out
RETRY = timedelta(seconds=2)  # after a failure, times the attempts so far
MINUTE = timedelta(minutes=1)
LOOK_BACK = timedelta(days=30)  # for news, where nobody says since when
NOTICE = "late"  # label of the reply that says a chat's messages have to wait
NOTICE_AGAIN = timedelta(minutes=10)  # one notice for a burst, not one per message


@dataclass(frozen=True, slots=True)
class Rules:
    """What an operator may set about answering."""

    admins: frozenset[str]  # who works on the queue: "telegram:123456789"
    asker_key: bytes  # turns platform ids into pseudonyms
    questions_per_minute: int  # per chat; what comes faster waits its turn
    invite: Callable[[str], Invitation | None] = lambda _person: None  # a link, for whom it may be made


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

    async def claim(self) -> Received | None:
        """Claim the next message, or None when all are answered."""
        async with self._database.writing() as connection:
            return await inbox.claim(connection, self._channels, self._clock())

    async def work(self, row: Received) -> None:
        """Answer a message, or put it off where its chat has had its share of this minute."""
        if row.attempts > MOST_ATTEMPTS:  # whatever became of the others, they did not even fail
            await self._give_up(row, "never finished")
            return
        message = self._channels[row.channel].parse(row.payload)
        if isinstance(message, Ignored):
            async with self._database.writing() as connection:
                await inbox.finish(connection, row.id, self._clock(), message.reason)
        elif not await self._put_off(row):
            await self._answer(row, message)
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

    async def _put_off(self, row: Received) -> bool:
        now = self._clock()
        async with self._database.reading() as connection:
            recent = await inbox.finished_since(connection, row.channel, row.chat, now - MINUTE)
            if len(recent) < self._rules.questions_per_minute:
                return False
            noticed = await outbox.said_since(connection, row.channel, row.chat, NOTICE, now - NOTICE_AGAIN)
        notice = () if noticed else self._render(row, _plain("too_fast"))
        turn = recent[-self._rules.questions_per_minute] + MINUTE
        async with self._database.writing() as connection:
            await inbox.later(connection, row.id, turn, "too fast", failed=False)
            await self._put(connection, row, notice, now, label=NOTICE)
        return True

    async def _answer(self, row: Received, message: Message) -> None:
        async with self._database.reading() as connection:
            state = await chats.state(connection, row.channel, row.chat, self._pseudonym(row))
            request = understand(message, state, self._clock(), await self._subject(connection, row, message))
            known = await self._known(connection, request, row)
            kept = await tellings.kept(connection, row.channel, row.chat)
        context = self._context(row)
        if context.admin:
            known = await self._desk.attend(request, known, context.me)
        # Matching is a few milliseconds of pure CPU: beside the loop, not on it.
        outcome = await asyncio.to_thread(respond, request, known, context)
        if shown := outcome.shown:
            async with self._database.reading() as connection:
                digits = await exchanges.digits(connection, shown.entry, shown.version)
            if digits > context.digits:  # about once in 65,536 edits: two codes would be the same
                outcome = await asyncio.to_thread(respond, request, known, replace(context, digits=digits))
        late = [(each, self._render(row, load_reply(each.reply))) for each in kept]
        await self._commit(row, outcome, self._render(row, outcome.reply), late)

    async def _subject(self, connection: Connection, row: Received, message: Message) -> int | None:
        """Return the question that our message speaks of, where this one is a reply to it."""
        if not isinstance(message, Text) or message.replies_to is None:
            return None
        return await outbox.subject(connection, row.channel, row.chat, message.replies_to)

    def _context(self, row: Received) -> Context:
        brain = self._live.current
        name = f"{row.channel}:{row.asker}"
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

    def _pseudonym(self, row: Received) -> str:
        person = f"{row.channel}:{row.asker}".encode()
        return hmac.new(self._rules.asker_key, person, hashlib.sha256).hexdigest()[:16]

    async def _known(self, connection: Connection, request: Request, row: Received) -> Known:
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
                    before=await exchanges.latest(connection, *talk, since),
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
        since_day = read_day(text)
        since = midnight(since_day) if since_day else looked_at or self._clock() - LOOK_BACK
        return Known(news=await news.since(connection, since), news_since=since)

    async def _commit(
        self,
        row: Received,
        outcome: Outcome,
        parts: Sequence[Payload],
        late: Sequence[tuple[Telling, Sequence[Payload]]],
    ) -> None:
        now = self._clock()
        talk = (row.channel, row.chat, self._pseudonym(row))
        async with self._database.writing() as connection:
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
            before = await chats.state(connection, *talk)  # an expert may have told something meanwhile
            await chats.remember(connection, *talk, state_after(outcome, before, now))
            await self._heed(connection, row, outcome)
            await self._put(connection, row, parts, now, about=outcome.about)
            for telling, words in late:
                await self._say_late(connection, telling, words, now)
        if outcome.exchange:
            log.info("question.done", number=row.id, verdict=outcome.exchange.verdict.value)

    async def _heed(self, connection: Connection, row: Received, outcome: Outcome) -> None:
        """Keep what a person adds to a question or wishes; they can be written to, since they write."""
        await reach.back(connection, row.channel, row.chat)
        if more := outcome.more:
            await self._reviewing.say_more(connection, more.number, self._pseudonym(row), more.text)
        talk = (row.channel, row.chat, self._pseudonym(row))
        if outcome.looked:
            await reach.wishes(connection, row.channel, talk[2], looked_at=self._clock())
        if outcome.follows is not None:
            await news.follow(connection, row.id, talk, outcome.follows.topics, self._clock())
        if outcome.share is not None:
            await news.keep_share(connection, outcome.share, talk)
        if wished := outcome.wished:
            given = {"province": wished.province, "quiet": wished.quiet}
            values: dict[str, object] = {name: value for name, value in given.items() if value is not None}
            await reach.wishes(connection, row.channel, self._pseudonym(row), **values)

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
        """Render before the transaction that stores it: SQLite lets nobody else write meanwhile."""
        return self._channels[row.channel].render(reply, row.payload)

    async def _put(
        self,
        connection: Connection,
        row: Received,
        parts: Sequence[Payload],
        now: datetime,
        label: str = "",
        about: int | None = None,
    ) -> None:
        pushes = self._channels[row.channel].can.pushes
        await outbox.put(
            connection, row.id, row.channel, row.chat, parts, now, label=label, ready=pushes, about=about
        )


def _plain(key: str, **values: object) -> Reply:
    return Reply((Block(Style.TEXT, say(key, **values)),))
