"""What experts and admins do with questions that wait: settle them, and tell those who asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.channels.base import Channel
from bot.domain import CODE_DIGITS, Block, Change, Exchange, Outcome, Reply, Snapshot, Style, Waiting
from bot.handlers import compose, state_after
from bot.handlers.command import shorten
from bot.handlers.context import vietnam_day
from bot.kb import Entry, Knowledge, Problem, describe
from bot.lanes import Wake
from bot.phrases import say
from bot.store import Connection, Database, chats, exchanges, inbox, outbox, waiting


class Reviewing:
    """Use cases of reviewers, without a terminal or a page in them."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        admins: frozenset[str],
        clock: Callable[[], datetime],
        replied: Wake,
    ) -> None:
        self._database = database
        self._channels = channels
        self._admins = admins
        self._clock = clock
        self._replied = replied

    async def base_is_broken(self, problems: Sequence[Problem]) -> None:
        """Tell every admin in chat that the base just saved does not load, and where to look."""
        text = say("base.broken", count=len(problems), first=describe(problems[0]))
        async with self._database.writing() as connection:
            for name, chat in (admin.split(":", 1) for admin in sorted(self._admins)):
                if channel := self._channels.get(name):
                    parts = channel.render(Reply((Block(Style.WARNING, text),)), {})
                    now = self._clock()
                    await outbox.put(connection, None, name, chat, parts, now, ready=channel.pushes)
        self._replied.set()

    async def resolve(
        self, number: int, by: str, knowledge: Knowledge, entry: str | None, note: str | None
    ) -> Waiting | None:
        """Settle a question with an entry, a note, or both, and send them to the asker where they asked.

        Returns:
            The item as it was, or None when no such question waits.
        """
        now = self._clock()
        async with self._database.reading() as connection:
            item = await waiting.get(connection, number)
            asked = await inbox.get(connection, number)
            exchange = await exchanges.get(connection, number)
            settled_by = knowledge.entries[entry] if entry else None
            digits = await _digits(connection, settled_by)
        if item is None or asked is None or exchange is None:
            return None
        outcome = _told(item, note, settled_by, knowledge, now, digits)
        channel = self._channels[item.channel]
        parts = channel.render(outcome.reply, asked.payload)
        async with self._database.writing() as connection:
            if not await waiting.resolve(connection, number, by, now, entry, note):
                return None
            await _keep(connection, exchange, outcome, now)
            # A question that is asked again after all may be settled again.
            label = f"{outbox.TOLD}{await outbox.count_for(connection, number)}."
            await outbox.put(
                connection, number, item.channel, item.chat, parts, now, label=label, ready=channel.pushes
            )
        self._replied.set()
        return item


async def _digits(connection: Connection, entry: Entry | None) -> int:
    return await exchanges.digits(connection, entry.id, entry.version) if entry else CODE_DIGITS


async def _keep(connection: Connection, exchange: Exchange, outcome: Outcome, now: datetime) -> None:
    """Keep what makes a card that was told as good as one that was asked for: judged, picked from, opened."""
    if outcome.change is None or outcome.shown is None:
        return  # words alone leave nothing to choose
    await exchanges.amend(connection, outcome.change)
    await exchanges.keep(connection, outcome.shown)
    talk = (exchange.channel, exchange.chat, exchange.asker)
    state = state_after(outcome, await chats.state(connection, *talk), now)
    await chats.remember(connection, *talk, state)


def _told(
    item: Waiting, note: str | None, entry: Entry | None, knowledge: Knowledge, now: datetime, digits: int
) -> Outcome:
    head = (
        Block(Style.TEXT, say("told.head", number=item.number)),
        Block(Style.QUOTE, shorten(item.question) or say("mine.wordless")),
        *([Block(Style.TEXT, note)] if note else []),
    )
    if entry is None:
        return Outcome(Reply(head))
    card = compose.card(entry, item.number, knowledge, vietnam_day(now), digits)
    return Outcome(
        replace(card, blocks=(*head, *card.blocks)),
        change=Change(item.number, entry=entry.id, version=entry.version),
        shown=Snapshot(entry.id, entry.version, entry.content, now),
        answered=item.number,
    )
