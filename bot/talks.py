"""What messages ask for, and what the store knows of it: read for many messages at once."""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain import Invitation, Message, Text, midnight
from bot.handlers import FOLLOW_UP, Context, Known, Request, understand
from bot.handlers.command import MOST_MINE
from bot.handlers.context import vietnam_day
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
)
from bot.live import Live
from bot.normalise.days import day_of
from bot.store import Connection, chats, exchanges, inbox, items, news, outbox, reach, tellings, waiting
from bot.store.inbox import Received
from bot.store.tellings import Telling
from bot.store.whose import Person

LOOK_BACK = timedelta(days=30)  # for news, where nobody says since when


@dataclass(frozen=True, slots=True)
class Rules:
    """What an operator may set about answering."""

    admins: frozenset[str]  # who works on the queue: "telegram:123456789"
    asker_key: bytes  # turns platform ids into pseudonyms
    questions_per_minute: int  # per chat; what comes faster waits its turn
    invite: Callable[[str], Invitation | None] = lambda _person: None  # a link, for whom it may be made

    def name(self, row: Received) -> str:
        """Return who sent a message, as reviewers are named."""
        return f"{row.channel}:{row.asker}"

    def pseudonym(self, name: str) -> str:
        """Return what a person, named as reviewers are, is called in the log."""
        return hmac.new(self.asker_key, name.encode(), hashlib.sha256).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Talk:
    """A message and all that the store knows of what it speaks of."""

    row: Received
    request: Request
    known: Known
    context: Context
    kept: Sequence[Telling]  # to be said now, since they write
    changes: int | None  # the message whose words this one changes, in its newest version


class Talks:
    """Reads what is needed to answer messages; what questions need, in as few statements as one does.

    Args:
        live: the base that answers.
        rules: who is who.
        clock: UTC.
    """

    def __init__(self, live: Live, rules: Rules, clock: Callable[[], datetime]) -> None:
        self._live = live
        self._rules = rules
        self._clock = clock

    def context(self, row: Received) -> Context:
        """Return in what circumstances a message is answered now."""
        brain, name = self._live.current, self._rules.name(row)
        is_admin = name in self._rules.admins
        return Context(
            number=row.id,
            channel=row.channel,
            chat=row.chat,
            asker=self._rules.pseudonym(name),
            admin=is_admin,
            me=name if is_admin else "",
            now=self._clock(),
            knowledge=brain.knowledge,
            matcher=brain.matcher,
        )

    async def read(
        self, connection: Connection, messages: Sequence[tuple[Received, Message]]
    ) -> Sequence[Talk]:
        """Return the talk that each of some messages of different chats is part of; one base answers them."""
        contexts = [self.context(row) for row, _ in messages]
        states = await chats.states(connection, [context.person for context in contexts])
        kept = await tellings.kept(connection, [row.where for row, _ in messages])
        talks = []
        for (row, message), context in zip(messages, contexts, strict=True):
            subject = await _subject(connection, row, message)
            request = understand(message, states[context.person], context.now, subject)
            known = await self._known(connection, request, row, context.person)
            changes = await _changed(connection, row, message)
            talks.append(Talk(row, request, known, context, kept[row.where], changes))
        return await self._after_what_was_asked(connection, talks)

    async def _after_what_was_asked(self, connection: Connection, talks: Sequence[Talk]) -> Sequence[Talk]:
        """Return the talks with what those who ask have asked before, and what they are asked to add."""
        asking = {
            talk.context.person: talk.changes or talk.row.id
            for talk in talks
            if isinstance(talk.request, Ask)
        }
        if not asking:
            return talks
        before = await exchanges.latest(connection, asking, self._clock() - FOLLOW_UP)
        back = await items.asked_back(connection, asking)
        known = {each: Known(before=before.get(each), asked_back=back.get(each)) for each in asking}
        return [replace(talk, known=known.get(talk.context.person, talk.known)) for talk in talks]

    async def _known(self, connection: Connection, request: Request, row: Received, person: Person) -> Known:
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
            case News(text):
                return await self._news(connection, person, text)
            case Follow():
                return Known(followed=await news.followed(connection, *person))
            case ShareNames(number) | Say("share", number):
                return Known(share=await news.share(connection, number, person))
            case Say(number=number):
                own = await waiting.among(connection, (number,))
                return Known(
                    waiting={
                        at: one for at, one in own.items() if (one.channel, one.chat, one.asker) == person
                    }
                )
            case OpenText(entry, version):
                return Known(texts=await exchanges.shown(connection, entry, version))
            case Command("mine"):
                recent = await exchanges.recent(connection, *person, MOST_MINE)
                numbers = tuple(exchange.id for exchange in recent)
                return Known(recent=recent, waiting=await waiting.among(connection, numbers))
            case Command("sign_in"):
                invitation = self._rules.invite(self._rules.name(row))
                if row.chat != row.asker:
                    return Known(is_overheard=invitation is not None)
                return Known(invitation=invitation)
        return Known()

    async def _news(self, connection: Connection, person: Person, text: str) -> Known:
        channel, _, asker = person
        looked_at = (await reach.wish(connection, channel, asker)).looked_at
        since_day = day_of(text, vietnam_day(self._clock()))
        since = midnight(since_day) if since_day else looked_at or self._clock() - LOOK_BACK
        return Known(news=await news.since(connection, since), news_since=since)


async def _subject(connection: Connection, row: Received, message: Message) -> int | None:
    """Return the question that our message speaks of, where this one is a reply to it."""
    if not isinstance(message, Text) or message.replies_to is None:
        return None
    return await outbox.subject(connection, *row.where, message.replies_to)


async def _changed(connection: Connection, row: Received, message: Message) -> int | None:
    if not isinstance(message, Text) or message.changes is None:
        return None
    return await inbox.version_of(connection, row.channel, message.changes)
