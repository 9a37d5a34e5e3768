"""Alembic's entry. `Database.upgrade` hands in a connection; the command line makes one from `-x url=…`."""

import asyncio
from typing import Literal

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.store.tables import UtcTime, metadata

ADVISORY_LOCK = 0x686F6964  # "hoid": replicas that start together migrate one after the other


def run(connection: Connection) -> None:
    """Migrate on a connection whose transaction the caller commits."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
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
        await connection.run_sync(run)
    await engine.dispose()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    asyncio.run(run_from_command_line())
