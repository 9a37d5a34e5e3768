"""The queue opened for one command: its database, what may be done there, and what stands in the way."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import typer

from bot.app import offline_channels
from bot.cli.terminal import err, settings_for
from bot.clock import now
from bot.config import Settings
from bot.errors import Overtaken
from bot.gathering import Gathering
from bot.items import Act
from bot.kb import Knowledge
from bot.lanes import Wake
from bot.notices import Notices
from bot.reviewing import Reviewing, conflict_text
from bot.store import Database

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command works with, open for as long as it runs."""

    database: Database
    reviewing: Reviewing
    gathering: Gathering


def act(
    what: Callable[[Desk], Awaitable[Act]], settings: Settings | None = None, base: Knowledge | None = None
) -> Act:
    """Do it, or say what stands in the way and end with 1."""
    try:
        return work(what, settings, base)
    except Overtaken as error:
        err.print(conflict_text(error), markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None


def work(
    what: Callable[[Desk], Awaitable[Result]],
    settings: Settings | None = None,
    base: Knowledge | None = None,
) -> Result:
    """Return what comes of some work on the queue.

    Args:
        what: done while the queue is open.
        settings: of the bot whose queue it is; read where none are given.
        base: that answers are taken from; empty where none are given.
    """

    async def run() -> Result:
        async with open_desk(settings or settings_for(log_level="WARNING"), base or Knowledge({})) as desk:
            return await what(desk)

    return asyncio.run(run())


@asynccontextmanager
async def open_desk(settings: Settings, base: Knowledge) -> AsyncIterator[Desk]:
    """Open the database, with every question that waits in its item."""
    database = Database(settings.database)
    try:
        await database.upgrade()
        gathering = Gathering(database)
        await gathering.gather_all()
        channels, replied = offline_channels(settings), Wake()
        notices = Notices(database, channels, settings.admins, now, replied)
        reviewing = Reviewing(database, channels, notices, now, replied, lambda: base, settings.taken_for)
        yield Desk(database, reviewing, gathering)
    finally:
        await database.close()
