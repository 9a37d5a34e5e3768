"""The questions that wait for an expert, fetched and settled for a command that ends then."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from bot.app import offline_channels
from bot.cli.terminal import Misused
from bot.clock import now
from bot.config import Settings
from bot.domain import Waiting
from bot.kb import load
from bot.lanes import Wake
from bot.phrases import say
from bot.reviewing import Reviewing
from bot.store import Connection, Database, waiting

Result = TypeVar("Result")


def open_items(settings: Settings, limit: int) -> Sequence[Waiting]:
    """Return what waits, oldest first."""
    return _read(settings, lambda connection: waiting.open_items(connection, limit))


def get(settings: Settings, number: int) -> Waiting | None:
    """Return a question that waits, or waited; None when it never did."""
    return _read(settings, lambda connection: waiting.get(connection, number))


def settled(settings: Settings, number: int) -> Sequence[Waiting]:
    """Return every time that a question was settled."""
    return _read(settings, lambda connection: waiting.settled(connection, number))


def resolve(settings: Settings, number: int, by: str, entry: str | None, note: str | None) -> bool:
    """Settle a question and have its asker told; False when it does not wait.

    Raises:
        Misused: the base has no such entry.
    """
    return asyncio.run(_resolve(settings, number, by, entry, note))


async def _resolve(settings: Settings, number: int, by: str, entry: str | None, note: str | None) -> bool:
    knowledge = load(settings.knowledge)
    if entry and entry not in knowledge.entries:
        raise Misused(say("cli.no_entry", entry=entry))
    async with _database(settings) as database:
        reviewing = Reviewing(database, offline_channels(settings), frozenset(), now, Wake())
        return await reviewing.resolve(number, by, knowledge, entry, note) is not None


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database)
    try:
        await database.upgrade()
        yield database
    finally:
        await database.close()


def _read(settings: Settings, read: Callable[[Connection], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        async with _database(settings) as database, database.reading() as connection:
            return await read(connection)

    return asyncio.run(run())
