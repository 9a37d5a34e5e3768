"""The database: one engine, two kinds of transaction, and the schema brought up to date at start."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, make_url, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.errors import BadDatabaseUrl, DatabaseRefused
from bot.store.driver import connect

BUSY_TIMEOUT = 10_000  # ms that SQLite waits for another process to finish writing
# ms that PostgreSQL waits for what another one holds, and that one who is cut off in mid-transaction holds it
BOUNDS = {"lock_timeout": "10000", "idle_in_transaction_session_timeout": "20000"}
WAL_ATTEMPTS = 200
WAL_PAUSE = 0.01  # s
MIGRATIONS = Path(__file__).parent / "migrations"
MOST_PORTS = 65535
ADVISORY_LOCK = 0x686F6964  # "hoid": replicas that start together migrate one after the other
GROUPING_LOCK = 0x686F6967  # "hoig": of two replicas that get the same question at once, one makes the item


class Database:
    """SQLite or PostgreSQL behind SQLAlchemy Core.

    Args:
        url: `sqlite+aiosqlite:///file` or `postgresql+asyncpg://…`.

    Raises:
        BadDatabaseUrl: it is neither.
    """

    def __init__(self, url: str) -> None:
        try:
            self.url = make_url(url)
            if self.url.port is not None and self.url.port > MOST_PORTS:
                raise ValueError("no such port")  # uvloop would take it for another one
            # Errors are logged, and their parameters would be what people asked.
            self._engine = create_async_engine(
                self.url,
                pool_pre_ping=not self._is_sqlite,
                hide_parameters=True,
                connect_args={"async_creator_fn": connect}
                if self._is_sqlite
                else {"server_settings": BOUNDS},
            )
        except (SQLAlchemyError, ImportError, ValueError):
            raise BadDatabaseUrl from None  # a piece of a password may be in their words
        # SQLite has one writer: a queue in this process is fair, its busy handler is not.
        self._writer = asyncio.Lock() if self._is_sqlite else None
        if self._is_sqlite:
            event.listen(self._engine.sync_engine, "connect", _open_sqlite)
            event.listen(self._engine.sync_engine, "begin", _begin_sqlite)
            event.listen(self._engine.sync_engine, "invalidate", _free_sqlite)

    @property
    def _is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection in a transaction that sees one state of the data."""
        async with self._engine.connect() as connection:
            if not self._is_sqlite:
                await connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection whose changes are committed together, or not at all on an error."""
        async with AsyncExitStack() as stack:
            if self._writer:
                await stack.enter_async_context(self._writer)
            connection = await stack.enter_async_context(self._engine.connect())
            await connection.execution_options(hoidap_writes=True)
            await stack.enter_async_context(connection.begin())
            yield connection

    @asynccontextmanager
    async def grouping(self) -> AsyncIterator[AsyncConnection]:
        """Do what `writing` does, one process after the other, and see what the one before has stored."""
        async with self.writing() as connection:
            if not self._is_sqlite:
                await connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": GROUPING_LOCK})
            yield connection

    async def upgrade(self) -> None:
        """Bring the schema to the newest version; safe when several replicas start at once.

        Raises:
            BadDatabaseUrl: the driver does not take an option of the URL.
            DatabaseRefused: the database does not open.
            OSError: the directory of SQLite's file cannot be made.
        """
        if self._is_sqlite and self.url.database:
            await asyncio.to_thread(Path(self.url.database).parent.mkdir, parents=True, exist_ok=True)
        await self._knock()
        async with self.writing() as connection:
            await connection.run_sync(_upgrade)

    async def _knock(self) -> None:
        try:
            async with self._engine.connect():
                return
        except (TypeError, OverflowError):
            raise BadDatabaseUrl from None
        except (DBAPIError, OSError) as error:
            where = self.url.database if self._is_sqlite else self.url.render_as_string(hide_password=True)
            why = str(error.orig if isinstance(error, DBAPIError) else error)
            raise DatabaseRefused(self.url.get_backend_name(), where or "", why) from error

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def take_turn(connection: Connection) -> None:
    """Wait until no other replica migrates; on SQLite the write lock has seen to it."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("set local lock_timeout = 0"))  # a migration takes as long as it takes
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})


def _upgrade(connection: Connection) -> None:
    take_turn(connection)  # before Alembic is called: it keeps the migration in hand in globals
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _open_sqlite(connection: Any, _record: Any) -> None:
    # The driver would begin transactions by itself, and always deferred ones.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")
    _turn_wal_on(connection, cursor)
    cursor.execute("PRAGMA synchronous = FULL")  # a stored question outlives a power cut too
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _free_sqlite(connection: Any, _record: Any, _error: BaseException | None) -> None:
    # A cancelled task's connection is closed in mid-transaction, and SQLite would keep the write lock for as
    # long as anything (a traceback, say) holds a cursor of it.
    with contextlib.suppress(ValueError, sqlite3.Error):  # it is closed already, or never began
        connection.rollback()


def _turn_wal_on(connection: Any, cursor: Any) -> None:
    # Of two processes that make a new file WAL at once, SQLite tells one "locked" without waiting at all.
    for _ in range(WAL_ATTEMPTS - 1):
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            connection.run_async(lambda _driver: asyncio.sleep(WAL_PAUSE))  # we are on the event loop
    cursor.execute("PRAGMA journal_mode = WAL")


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns writer half-way fails at once with "database is locked"; so say it up front.
    writes = connection.get_execution_options().get("hoidap_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
