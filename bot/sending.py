"""The way out: claimed parts are sent in order per chat, and what happened is recorded.

Delivery is at least once: when the process dies after the platform took a message and before that is
recorded, the part is sent again. No platform here offers a key that would let it tell.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from bot.channels.base import Channel
from bot.errors import RetryLater, Unreachable
from bot.logs import redact
from bot.store import Database, outbox, reach, tellings
from bot.store.outbox import Part

log = structlog.get_logger(__name__)

MOST_ATTEMPTS = 10  # of a part that fails for a reason nobody foresaw
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=5)
SEND_TIMEOUT = 20.0  # s, less than a lease: nobody else sends the part meanwhile


class Sending:
    """Takes parts from the outbox to their channels."""

    def __init__(
        self, database: Database, channels: Mapping[str, Channel], clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._channels = {name: channel for name, channel in channels.items() if channel.can.pushes}
        self._clock = clock

    async def claim(self) -> Part | None:
        """Claim the next part, or None when all is sent."""
        async with self._database.writing() as connection:
            return await outbox.claim(connection, self._channels, self._clock())

    async def work(self, part: Part) -> None:
        """Send a part and record how it went."""
        try:
            async with asyncio.timeout(SEND_TIMEOUT):
                platform_id = await self._channels[part.channel].send(part.chat, part.payload)
        except (RetryLater, TimeoutError) as error:
            await self._later(part, error, failed=False)
        except Unreachable as error:
            await self._bury(part, str(error), is_gone=True)
        else:
            async with self._database.writing() as connection:
                await outbox.sent(connection, part.id, self._clock(), platform_id)

    async def failed(self, part: Part, error: Exception) -> None:
        """Try again later, but not for ever: this is a fault of ours, and the log has it."""
        if part.attempts >= MOST_ATTEMPTS:
            await self._bury(part, repr(error))
        else:
            await self._later(part, error, failed=True)

    async def _later(self, part: Part, error: Exception, *, failed: bool) -> None:
        now = self._clock()
        asked = timedelta(seconds=error.seconds) if isinstance(error, RetryLater) else timedelta()
        # As long again as the part has waited already: 2, 4, 8, … s, with nothing to count.
        wait = max(asked, min(FIRST_WAIT + (now - part.created_at), LONGEST_WAIT))
        reason = redact(repr(error))
        log.info("part.later", part=part.id, channel=part.channel, wait=wait.total_seconds(), error=reason)
        async with self._database.writing() as connection:
            await outbox.later(connection, part.id, now + wait, reason, failed=failed)

    async def _bury(self, part: Part, reason: str, *, is_gone: bool = False) -> None:
        """Give a part up; what was told to a chat that is gone is kept until that chat writes again."""
        log.warning("part.dead", part=part.id, channel=part.channel, reason=redact(reason))
        now = self._clock()
        async with self._database.writing() as connection:
            await outbox.bury(connection, part.id, now, redact(reason))
            if is_gone:
                await reach.lost(connection, part.channel, part.chat, now, redact(reason))
                if part.answers is not None:
                    await tellings.keep_again(connection, part.answers, part.name)
