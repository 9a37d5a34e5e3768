"""Alembic's entry. `Database.upgrade` hands in a connection; the command line makes one from `-x url=…`."""

import asyncio
from typing import Literal

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from bot.store.engine import take_turn
from bot.store.tables import UtcTime, metadata


def run(connection: Connection) -> None:
    """Migrate on a connection whose transaction the caller commits."""
    context.configure(
        connection=connection, target_metadata=metadata, render_as_batch=True, render_item=_plain_time
    )
    with context.begin_transaction():
        context.run_migrations()


def _plain_time(kind: str, item: object, _context: object) -> str | Literal[False]:
    # A migration stays readable when the code it was made from has moved on.
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcTime) else False


async def run_from_command_line() -> None:
    """Migrate the database named by `alembic -x url=sqlite+aiosqlite:///file …`."""
    engine = create_async_engine(context.get_x_argument(as_dictionary=True)["url"])
    async with engine.begin() as connection:
        await connection.run_sync(take_turn)
        await connection.run_sync(run)
    await engine.dispose()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    asyncio.run(run_from_command_line())
