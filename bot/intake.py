"""The way in: a message becomes a row, and only then may the platform be told that we have it."""

from collections.abc import Callable
from datetime import datetime

from bot.channels.base import Payload
from bot.domain import Envelope
from bot.lanes import Wake
from bot.store import Database, inbox


class Intake:
    """Stores messages; handed to webhooks, pollers and pages, which know nothing else of the shell."""

    def __init__(self, database: Database, wake: Wake, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._wake = wake
        self._clock = clock

    async def store(self, channel: str, envelope: Envelope, payload: Payload) -> int:
        """Store a message once and return its number, the same one when it comes again."""
        number = await self._database.together(
            lambda connection: inbox.put(connection, channel, envelope, payload, self._clock())
        )
        self._wake.set()
        return number
