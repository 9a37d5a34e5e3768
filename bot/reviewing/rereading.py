"""Entries that experts have to look at again, since a document that they rest on has ended or is replaced."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Final

from bot.domain import Block, Reply, Style
from bot.errors import Overtaken
from bot.handlers import actions
from bot.handlers.context import vietnam_day
from bot.handlers.requests import storable
from bot.items import BY_BOT, Rereading
from bot.kb import Knowledge
from bot.kb.lineage import due
from bot.lanes import Wake
from bot.notices import Notices
from bot.phrases import say
from bot.reviewing.words import MOST_WORDS
from bot.store import Connection, Database, rereadings
from bot.store.rereadings import Key

PAGE: Final = 25  # of them on a page


class Rereadings:
    """Opens them when a base goes live and every day, and settles them.

    Args:
        database: where they are kept.
        notices: tells experts that there are new ones.
        clock: returns the time, UTC.
        replied: set when there may be something to send.
        knowledge: returns the base that answers now.
    """

    def __init__(
        self,
        database: Database,
        notices: Notices,
        clock: Callable[[], datetime],
        replied: Wake,
        knowledge: Callable[[], Knowledge],
    ) -> None:
        self._database = database
        self._notices = notices
        self._clock = clock
        self._replied = replied
        self._knowledge = knowledge
        self._looked: tuple[str, date] | None = None  # base and day whose documents were looked at

    async def look(self) -> int:
        """Open one for every entry whose document has ended or is replaced; return how many are new.

        Works out something only once a day and for each base; of several processes one opens each. Those
        whose entry was edited since, and is no longer due, are settled.
        """
        knowledge, today = self._knowledge(), vietnam_day(self._clock())
        if self._looked == (knowledge.version, today):
            return 0
        wanted = await asyncio.to_thread(_wanted, knowledge, today)
        async with self._database.grouping() as connection:
            opened = await rereadings.open_new(connection, wanted, BY_BOT, self._clock())
            await self._close_edited(connection, knowledge, wanted.keys())
            if opened:
                await self._tell(connection, opened)
        self._looked = (knowledge.version, today)
        self._replied.set()
        return opened

    async def _close_edited(
        self, connection: Connection, knowledge: Knowledge, wanted: Iterable[Key]
    ) -> None:
        still = set(wanted)
        for number, (key, digest) in (await rereadings.digests(connection)).items():
            if key not in still and key[0] in knowledge.entries and _digest(knowledge, key[0]) != digest:
                await rereadings.settle(connection, number, BY_BOT, None, self._clock())

    async def _tell(self, connection: Connection, count: int) -> None:
        block = Block(Style.WARNING, say("rereading.opened", count=count))
        reply = Reply((block,), buttons=((actions.rereadings(0, say("rereading.list")),),))
        for admin in self._notices.admins:
            await self._notices.put(connection, admin, reply)

    async def open(self, keys: Iterable[Key], reviewer: str) -> int:
        """Open those that a person wants, each an entry, a document and a cause; return how many are new."""
        async with self._database.grouping() as connection:
            return await rereadings.open_new(connection, dict.fromkeys(keys), reviewer, self._clock())

    async def page(self, page: int = 0, size: int = PAGE) -> tuple[tuple[Rereading, ...], int]:
        """Return a page (from 0) of those that wait, the oldest first, and how many wait."""
        async with self._database.reading() as connection:
            found = await rereadings.waiting(connection, size, page * size)
            return found, await rereadings.count(connection)

    async def get(self, number: int) -> Rereading | None:
        """Return one by its id."""
        async with self._database.reading() as connection:
            return await rereadings.get(connection, number)

    async def settle(self, number: int, reviewer: str, note: str) -> Rereading:
        """Settle one: the entry is right, for the reason that the note gives.

        Raises:
            Overtaken: it is settled, or not there, or nothing is noted.
        """
        words = storable(note).strip()[:MOST_WORDS]
        if not words:
            raise Overtaken("no_reason")
        async with self._database.writing() as connection:
            if done := await rereadings.settle(connection, number, reviewer, words, self._clock()):
                return done
            known = await rereadings.get(connection, number)
        raise Overtaken("reread", by=known.settled_by) if known else Overtaken("no_rereading")


def _wanted(knowledge: Knowledge, today: date) -> dict[Key, str | None]:
    """Return what is due, with the digest of each entry."""
    return {
        (one.entry, one.document, one.cause): _digest(knowledge, one.entry) for one in due(knowledge, today)
    }


def _digest(knowledge: Knowledge, entry: str) -> str:
    """Return what tells whether anything in an entry was edited."""
    return hashlib.sha256(knowledge.entries[entry].model_dump_json().encode()).hexdigest()
