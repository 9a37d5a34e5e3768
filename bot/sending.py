"""The way out: claimed parts are sent in order per chat, and what happened is recorded.

Delivery is at least once: when the process dies after the platform took a message and before that is
recorded, the part is sent again. No platform here offers a key that would let it tell.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.channels.base import Channel, Pace, Payload
from bot.errors import Moved, NeedsHelp, RetryLater, Unreachable
from bot.logs import redact
from bot.notices import Notices
from bot.store import Connection, Database, Together, outbox, reach, tellings
from bot.store.outbox import Part

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 16  # parts to different chats that are sent together
MOST_ATTEMPTS = 10  # of a part that fails for a reason nobody foresaw
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=5)
LONGEST_WINDOW = timedelta(minutes=1)  # of any pace
PASSING = timedelta(minutes=10)  # what a platform refuses for longer, it does not refuse for haste
NOTHING = timedelta()
SEND_TIMEOUT = 20.0  # s, less than a lease: nobody else sends the part meanwhile


@dataclass(frozen=True, slots=True)
class _Sent:
    """A part that arrived, and the platform's id of it."""

    part: int
    platform_id: str


Ending = _Sent | Callable[[Connection], Awaitable[None]]  # what is written of a part, with that of others


class Sending:
    """Takes parts from the outbox to their channels."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        clock: Callable[[], datetime],
        notices: Notices,
    ) -> None:
        self._notices = notices
        self._database = database
        self._recording = Together(database, self._record)
        self._channels = {name: channel for name, channel in channels.items() if channel.can.pushes}
        self._clock = clock

    async def claim(self) -> Sequence[Sequence[Part]]:
        """Claim the next parts, one of each chat, as a group to be sent at once; none when all is sent."""
        async with self._database.writing() as connection:
            parts = await outbox.claim(connection, self._channels, self._clock(), MOST_AT_ONCE)
        return [parts] if parts else []

    async def work(self, parts: Sequence[Part]) -> None:
        """Send parts and record how it went; one whose chat has had enough for now is put off."""
        due = await self._due(parts)
        # What is sent and cannot be recorded comes again when its lease ends; nothing better can be done.
        for outcome in await asyncio.gather(*(self._work(*each) for each in due), return_exceptions=True):
            if isinstance(outcome, Exception):
                log.error("part.unrecorded", exc_info=outcome)

    async def failed(self, part: Part, error: Exception) -> None:
        """Try again later, but not for ever: this is a fault of ours, and the log has it."""
        await self._recording.do(self._failed(part, error))

    async def _work(self, part: Part, payload: Payload | timedelta) -> None:
        [end] = await asyncio.gather(self._send(part, payload), return_exceptions=True)
        if isinstance(end, Exception):
            log.error("part.failed", part=part.id, exc_info=end)
            end = self._failed(part, end)
        if not isinstance(end, BaseException):
            # At once, whatever becomes of the others: until it is recorded, a crash would send it again.
            await self._recording.do(end)

    async def _send(self, part: Part, payload: Payload | timedelta) -> Ending:
        if isinstance(payload, timedelta):
            return partial(self._later, part, payload, "too fast for the platform")
        if not payload:  # what it was to remove was never sent
            return _Sent(part.id, "")
        try:
            async with asyncio.timeout(SEND_TIMEOUT):
                platform_id = await self._channels[part.channel].send(part.chat, payload)
        except Moved as error:
            return partial(self._move, part, error)
        except (RetryLater, TimeoutError) as error:
            if isinstance(error, NeedsHelp) and self._clock() - part.created_at > PASSING:
                await self._notices.trouble(part.channel, error.trouble)
            return self._again(part, error)
        except Unreachable as error:
            return partial(self._bury, part, str(error), is_gone=True)
        return _Sent(part.id, platform_id)

    async def _due(self, parts: Sequence[Part]) -> Sequence[tuple[Part, Payload | timedelta]]:
        """Return with each part what to send now, or how long to wait."""
        now = self._clock()
        async with self._database.reading() as connection:
            paced = {(part.channel, part.chat) for part in parts if self._paces(part)}
            recent = await outbox.sent_since(connection, paced, now - LONGEST_WINDOW) if paced else {}
            replaced = {
                part.id: await outbox.platform_id(connection, part.edits) for part in parts if part.edits
            }
        due: list[tuple[Part, Payload | timedelta]] = []
        for part in parts:
            waits = [_wait(pace, recent[part.channel, part.chat], now) for pace in self._paces(part)]
            if (wait := max(waits, default=NOTHING)) > NOTHING:
                due.append((part, wait))
            elif old := replaced.get(part.id):
                due.append((part, {**part.payload, "replaces": old}))
            else:
                due.append((part, part.payload))
        return due

    def _paces(self, part: Part) -> Sequence[Pace]:
        return [pace for pace in self._channels[part.channel].can.paces if part.chat.startswith(pace.chats)]

    def _failed(self, part: Part, error: Exception) -> Ending:
        if part.attempts >= MOST_ATTEMPTS:
            return partial(self._bury, part, repr(error))
        return self._again(part, error, failed=True)

    def _again(self, part: Part, error: Exception, *, failed: bool = False) -> Ending:
        """Return what puts a part off: as long again as it has waited already, 2, 4, 8, … s."""
        asked = timedelta(seconds=error.seconds) if isinstance(error, RetryLater) else NOTHING
        waited = self._clock() - part.created_at
        wait = max(asked, min(FIRST_WAIT + waited, LONGEST_WAIT))
        reason = redact(repr(error))
        log.info("part.later", part=part.id, channel=part.channel, wait=wait.total_seconds(), error=reason)
        return partial(self._later, part, wait, reason, failed=failed)

    async def _record(self, connection: Connection, ends: Sequence[Ending]) -> Sequence[None]:
        sent = {end.part: end.platform_id for end in ends if isinstance(end, _Sent)}
        await outbox.sent(connection, self._clock(), sent)
        for end in ends:
            if not isinstance(end, _Sent):
                await end(connection)
        return [None] * len(ends)

    async def _later(
        self, part: Part, wait: timedelta, why: str, connection: Connection, *, failed: bool = False
    ) -> None:
        await outbox.later(connection, part.id, self._clock() + wait, why, failed=failed)

    async def _move(self, part: Part, error: Moved, connection: Connection) -> None:
        """Send this and all else to the chat's new address."""
        log.info("chat.moved", channel=part.channel)
        await outbox.later(connection, part.id, self._clock(), "moved", failed=False)
        await reach.move(connection, part.channel, part.chat, error.to)

    async def _bury(self, part: Part, reason: str, connection: Connection, *, is_gone: bool = False) -> None:
        """Give a part up; what was told to a chat that is gone is kept until that chat writes again."""
        log.warning("part.dead", part=part.id, channel=part.channel, reason=redact(reason))
        now = self._clock()
        await outbox.bury(connection, part.id, now, redact(reason))
        if is_gone:
            await reach.lost(connection, part.channel, part.chat, now, redact(reason))
            if part.answers is not None:
                await tellings.keep_again(connection, part.answers, part.name)


def _wait(pace: Pace, sent: Sequence[datetime], now: datetime) -> timedelta:
    """Return how long a chat must wait until one more message keeps the pace."""
    recent = [moment for moment in sent if moment > now - pace.window]
    return recent[-pace.most] + pace.window - now if len(recent) >= pace.most else NOTHING
