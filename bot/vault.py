"""Tokens that run out, kept for all replicas and renewed by one of them, in good time.

A refresh token can be used once. Whoever renews holds a lease on the row, not a lock: SQLite has one writer,
and every question would wait for as long as the platform thinks. What the platform answers is committed
before anything else is done with it, even when the process is told to stop meanwhile. If it dies between the
platform's answer and that commit (milliseconds), the pair is lost: the access token goes on for what is left
of its life, admins are told that it cannot be renewed, and a person gives a new one (`hoidap zalo token`).
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot.domain import Tokens
from bot.errors import NeedsHelp, RetryLater
from bot.lanes import to_the_end
from bot.store import Database, credentials

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)  # longer than a platform may take to answer
EARLY = 4  # renewed when a quarter of its life is left: hours, to find out what is wrong
SOON = 5.0  # s until a token is looked for again
LAST_WORK = 9.5  # s that a renewal gets when the process stops: what a container is given, less a little

Renew = Callable[[str], Awaitable[Tokens]]


class Vault:
    """The tokens of one channel."""

    def __init__(self, database: Database, channel: str, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._channel = channel
        self._clock = clock

    async def access(self) -> str:
        """Return the access token.

        Raises:
            NeedsHelp: none was ever given.
            RetryLater: it has run out.
        """
        async with self._database.reading() as connection:
            kept = await credentials.get(connection, self._channel)
        if kept is None:
            raise NeedsHelp("no token was given", SOON, f"{self._channel}_token")
        access, until = kept
        if until <= self._clock():
            raise RetryLater("the token has run out", SOON)
        return access

    async def doubt(self, access: str) -> None:
        """Have an access token renewed soon that the platform refuses, unless it was meanwhile."""
        async with self._database.writing() as connection:
            await credentials.doubt(connection, self._channel, access, self._clock())

    async def renew(self, ask: Renew) -> None:
        """Have the tokens renewed if it is time and nobody else does it.

        Raises:
            RetryLater: the platform is out of reach.
            NeedsHelp: it refuses the refresh token.
        """
        now = self._clock()
        async with self._database.writing() as connection:
            refresh = await credentials.claim(connection, self._channel, now, now + LEASE)
        if refresh is not None:
            await to_the_end(self.adopt(refresh, ask), LAST_WORK)

    async def adopt(self, refresh: str, ask: Renew) -> None:
        """Use a refresh token up and keep what it gives.

        Raises:
            RetryLater: the platform is out of reach, or refuses it.
        """
        tokens = await ask(refresh)
        until = self._clock() + timedelta(seconds=tokens.seconds)
        renew_at = until - timedelta(seconds=tokens.seconds) / EARLY
        async with self._database.writing() as connection:
            await credentials.put(connection, self._channel, tokens, renew_at, until)
        log.info("tokens.renewed", channel=self._channel, until=until.isoformat())
