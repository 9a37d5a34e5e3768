"""What is new in the base: noted when it goes live, told in the morning to those who follow its topics.

A change is told once, at the next morning's hour, however often the base changed meanwhile.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from bot.channels.base import Channel
from bot.domain import EVERYTHING, VIETNAM, NewsKind, Novelty, Outcome, midnight
from bot.handlers.news import listing, topics_of
from bot.kb import Document, Entry, Knowledge
from bot.lanes import Wake
from bot.phrases import say
from bot.store import Database, news
from bot.store.news import Edition, Follower
from bot.telling import Person, tell, write
from bot.written import day

LATEST: Final = timedelta(hours=10)  # after the hour; a bot that was down longer tells the next morning
LOOK_AGAIN: Final = 30.0  # s between two looks for a changed base, and for the hour
_SAID: Final = {"question", "answer", "sources", "valid_from", "valid_to", "superseded_by"}
_RECORDED: Final = {"title", "issued", "effective", "ended", "amends", "replaces"}


class News:
    """Notes what a base says anew, and tells followers.

    Args:
        database: where both are kept.
        channels: those that people can be told through.
        knowledge: returns the base that answers now.
        clock: returns the time, UTC.
        replied: set when there may be something to send.
        hour: of the day in Vietnam, 0..23, at which followers are told.
    """

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        knowledge: Callable[[], Knowledge],
        clock: Callable[[], datetime],
        replied: Wake,
        hour: int,
    ) -> None:
        self._database = database
        self._channels = channels
        self._knowledge = knowledge
        self._clock = clock
        self._replied = replied
        self._hour = timedelta(hours=hour)
        self._noted = ""  # version of the base

    async def watch(self) -> None:
        """Note and tell what there is, for ever."""
        while True:
            await self.note()
            await self.tell_if_due()
            await asyncio.sleep(LOOK_AGAIN)

    async def note(self) -> int:
        """Note what the base that answers now says anew; return how much that is."""
        knowledge = self._knowledge()
        if knowledge.version == self._noted:
            return 0
        found = await asyncio.to_thread(editions, knowledge)
        async with self._database.writing() as connection:
            count = await news.note(connection, found, self._clock())
        self._noted = knowledge.version
        return count

    async def tell_if_due(self) -> int:
        """Tell the followers of what became new up to this morning's hour; return how many were told."""
        now = self._clock()
        due = midnight((now + VIETNAM).date()) + self._hour
        if not due <= now <= due + LATEST:
            return 0
        async with self._database.reading() as connection:
            followers = await news.followers(connection, self._channels)
            waiting = [one for one in followers if min(one.topics.values()) < due]
            if not waiting:
                return 0
            found = await news.since(connection, min(min(one.topics.values()) for one in waiting))
        knowledge = self._knowledge()
        about = [(one, topics_of(one, knowledge) | {EVERYTHING}) for one in found if one.at <= due]
        told = [await self._tell(one, _theirs(one, about), due) for one in waiting]
        if any(told):
            self._replied.set()
        return sum(told)

    async def _tell(self, follower: Follower, theirs: list[Novelty], due: datetime) -> bool:
        if not theirs:
            async with self._database.writing() as connection:
                await news.told(connection, follower, due)
            return False
        head = say("news.digest", day=day((due + VIETNAM).date()))
        outcome = Outcome(listing(head, theirs, self._knowledge()))
        to = Person(follower.number, follower.channel, follower.chat, follower.asker)
        async with self._database.reading() as connection:
            word = await write(connection, self._channels, to, outcome)
        if word is None:
            return False
        async with self._database.writing() as connection:
            if not await news.told(connection, follower, due):
                return False  # another process was quicker
            await tell(connection, self._channels, [word], f"news {due:%Y-%m-%d}", self._clock())
        return True


def _theirs(follower: Follower, about: Iterable[tuple[Novelty, frozenset[str]]]) -> list[Novelty]:
    """Return what a follower does not know yet of the topics that they follow."""
    return [
        one
        for one, topics in about
        if any(told_at < one.at for topic, told_at in follower.topics.items() if topic in topics)
    ]


def editions(knowledge: Knowledge) -> list[Edition]:
    """Return every entry that is served and every document, each with the version of what it says."""
    served = [entry for entry in knowledge.entries.values() if entry.is_written]
    return [
        *((NewsKind.ENTRY, entry.id, _version(entry, _SAID)) for entry in served),
        *(
            (NewsKind.DOCUMENT, number, _version(row, _RECORDED))
            for number, row in knowledge.documents.items()
        ),
    ]


def _version(row: Entry | Document, fields: set[str]) -> str:
    said = json.dumps(row.model_dump(mode="json", include=fields), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()
