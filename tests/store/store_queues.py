"""The inbox and the outbox as one kind of thing: a queue that rows are put in and claimed from."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import Envelope
from bot.store import Database, inbox, outbox
from bot.store.inbox import Received
from bot.store.outbox import Part, Said
from bot.store.queue import LEASE
from bot.store.tables import inbox as inbox_table
from bot.store.tables import outbox as outbox_table

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CHANNELS = ("web", "telegram")
PAST_LEASE = LEASE.total_seconds() + 1


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@dataclass
class Queue:
    """One of the two, each call a transaction of its own; times are seconds after noon."""

    database: Database
    name: str

    async def put(self, chat: str, channel: str = "web", connection: AsyncConnection | None = None) -> int:
        """Add a row and return its number; in the caller's transaction if one is given."""
        if connection is None:
            async with self.database.writing() as own:
                return await self.put(chat, channel, own)
        if self.name == "inbox":
            [number] = await inbox.put(connection, NOON, (channel, Envelope(uuid4().hex, chat, chat), {}))
        else:
            await outbox.put(connection, NOON, Said(None, channel, chat, [{}]))
            number = await connection.scalar(select(func.max(outbox_table.c.id)))
        assert number is not None
        return number

    async def claim(
        self, at_second: float = 0, channels: Collection[str] = CHANNELS
    ) -> Received | Part | None:
        room = inbox if self.name == "inbox" else outbox
        async with self.database.writing() as connection:
            return next(iter(await room.claim(connection, channels, at(at_second), 1)), None)

    async def claimed(self, at_second: float = 0) -> int | None:
        """Claim a row and return its number."""
        row = await self.claim(at_second)
        return row.id if row else None

    async def finish(self, number: int, at_second: float = 0) -> None:
        async with self.database.writing() as connection:
            if self.name == "inbox":
                await inbox.finish(connection, [number], at(at_second))
            else:
                await outbox.sent(connection, at(at_second), {number: "platform-1"})

    async def later(self, number: int, at_second: float) -> None:
        async with self.database.writing() as connection:
            if self.name == "inbox":
                await inbox.later(connection, number, at(at_second), "not yet", failed=True)
            else:
                await outbox.later(connection, number, at(at_second), "not yet", failed=True)

    async def bury(self, number: int, at_second: float = 0) -> None:
        room = inbox if self.name == "inbox" else outbox
        async with self.database.writing() as connection:
            await room.bury(connection, number, at(at_second), "hopeless")

    async def row(self, number: int) -> Any:
        table = inbox_table if self.name == "inbox" else outbox_table
        async with self.database.reading() as connection:
            return (await connection.execute(select(table).where(table.c.id == number))).one()

    async def states(self) -> list[str]:
        table = inbox_table if self.name == "inbox" else outbox_table
        async with self.database.reading() as connection:
            return list((await connection.scalars(select(table.c.state).order_by(table.c.id))).all())
