"""The way in: a message becomes a row, and only then may the platform be told that we have it."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Final

from bot.channels.base import Payload
from bot.domain import Envelope
from bot.lanes import Wake
from bot.store import Connection, Database, Together, inbox
from bot.store.inbox import Arrived

CROWD: Final = 2  # messages that are being stored at once, from which on answering waits
PATIENCE: Final = 1.0  # s that it waits at most


class Intake:
    """Stores messages; handed to webhooks, pollers and pages, which know nothing else of the shell."""

    def __init__(self, database: Database, wake: Wake, clock: Callable[[], datetime]) -> None:
        self._together = Together(database, self._put)
        self._wake = wake
        self._clock = clock
        self._storing = 0
        self._is_calm = asyncio.Event()
        self._is_calm.set()

    async def store(self, channel: str, envelope: Envelope, payload: Payload) -> int:
        """Store a message once and return its number, the same one when it comes again."""
        with self._counted():
            number = await self._together.do((channel, envelope, payload))
        self._wake.set()
        return number

    async def _put(self, connection: Connection, arrived: Sequence[Arrived]) -> Sequence[int]:
        return await inbox.put(connection, self._clock(), *arrived)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._count(+1)
        try:
            yield
        finally:
            self._count(-1)

    def _count(self, more: int) -> None:
        self._storing += more
        if self._storing < CROWD:
            self._is_calm.set()
        else:
            self._is_calm.clear()

    async def calm(self) -> None:
        """Wait while messages crowd in, but not for long: a platform waits for us to have them, not to reply.

        Zalo posts again what was not taken within 2 s, and then stops posting.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._is_calm.wait()
