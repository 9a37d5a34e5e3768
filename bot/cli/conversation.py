"""A conversation in the terminal: the whole bot, with one chat."""

import asyncio
import secrets
from collections.abc import Iterable, Sequence

from bot.app import App, open_app
from bot.channels.base import Payload
from bot.channels.console import ConsoleChannel, show
from bot.cli.terminal import out, user
from bot.clock import now
from bot.config import Settings
from bot.domain import Envelope
from bot.lanes import run_lane
from bot.store import Database, chats, outbox

LOOK_AGAIN = 0.02  # s between two looks for the reply to a message


async def converse(settings: Settings, lines: Iterable[str]) -> None:
    """Take each line for a message and print what the bot replies."""
    async with open_app(settings, Database(settings.database), [ConsoleChannel()]) as bot:
        answering = bot.answering
        lane = run_lane("answer", bot.asked, answering.claim, answering.work, answering.failed)
        working = asyncio.create_task(lane)  # first on what an earlier conversation left behind
        try:
            await _show_told(bot)
            for line in lines:
                key = secrets.token_hex(16)
                number = await bot.intake.store(ConsoleChannel.name, _envelope(key), {"text": line})
                for part in await _said(bot, number):
                    show(out, part)
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


async def _show_told(bot: App) -> None:
    """Print, once, what experts have said since to earlier questions."""
    async with bot.database.reading() as connection:
        told = await outbox.unseen(connection, ConsoleChannel.name, user(), outbox.TOLD)
    for part in told:
        show(out, part.payload)
        out.print()
        async with bot.database.writing() as connection:
            await outbox.seen(connection, part.id, now())


async def _said(bot: App, number: int | None) -> Sequence[Payload]:
    """Return the reply to a message once there is one."""
    while True:
        async with bot.database.reading() as connection:
            turns = await chats.transcript(connection, ConsoleChannel.name, user(), limit=1, number=number)
        if turns[0].parts:
            return turns[0].parts
        await asyncio.sleep(LOOK_AGAIN)


def _envelope(key: str) -> Envelope:
    return Envelope(key=key, chat=user(), asker=user())
