"""Notices to reviewers and admins in chat that nobody asked for: what broke, what an asker has added."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bot.channels.base import Channel
from bot.domain import Block, Reply, Style
from bot.kb import Problem, describe
from bot.lanes import Wake
from bot.phrases import say
from bot.store import Connection, Database, outbox
from bot.store.outbox import Said

log = structlog.get_logger(__name__)

DAY = timedelta(days=1)


class Notices:
    """Writes to reviewers whose names are chats that this process serves; the others look for themselves.

    Args:
        database: where the outbox is.
        channels: those that can be written to.
        admins: who is told of trouble, as `channel:chat`.
        clock: returns the time, UTC.
        replied: set when there is something to send.
    """

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        admins: Collection[str],
        clock: Callable[[], datetime],
        replied: Wake,
    ) -> None:
        self._database = database
        self._channels = channels
        self._clock = clock
        self._replied = replied
        self.admins = tuple(sorted(name for name in admins if self._reaches(name)))  # that can be told

    def _reaches(self, name: str) -> bool:
        channel, _, chat = name.partition(":")
        return bool(chat) and channel in self._channels

    async def base_is_broken(self, problems: Sequence[Problem]) -> None:
        """Tell every admin in chat that the base just saved does not load, and where to look."""
        text = say("base.broken", count=len(problems), first=describe(problems[0]))
        async with self._database.writing() as connection:
            for admin in self.admins:
                await self.put(connection, admin, Reply((Block(Style.WARNING, text),)))
        self._replied.set()

    async def trouble(self, channel: str, trouble: str) -> None:
        """Tell every admin, once a day while it lasts, that a platform refuses us until somebody acts.

        Args:
            channel: whose platform it is.
            trouble: `trouble.<trouble>` is what is said; at most 18 characters.
        """
        log.error("platform.needs_help", channel=channel, trouble=trouble)
        since, told = self._clock() - DAY, Reply((Block(Style.WARNING, say(f"trouble.{trouble}")),))
        async with self._database.writing() as connection:
            for admin in self.admins:
                name, _, chat = admin.partition(":")
                if not await outbox.said_since(connection, name, chat, trouble, since):
                    await self.put(connection, admin, told, label=trouble)
        self._replied.set()

    async def put(
        self, connection: Connection, name: str, reply: Reply, about: int | None = None, label: str = ""
    ) -> None:
        """Put a notice into the outbox; nothing happens where the name is no chat that we serve.

        Args:
            connection: the transaction of what it tells of; set `replied` when that has committed.
            name: of the reviewer, `channel:chat`.
            reply: what is told.
            about: the question that it speaks of.
            label: of its kind, by which it is found again.
        """
        if self._reaches(name):
            channel, _, chat = name.partition(":")
            to = self._channels[channel]
            parts, now = to.render(reply, {}), self._clock()
            ready = to.can.pushes
            await outbox.put(connection, now, Said(None, channel, chat, parts, label, ready, about))
