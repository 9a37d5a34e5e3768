"""The schema: reached from nothing, the one that the code declares, and safe to bring up to date at once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, inspect

from bot.store import Database
from bot.store.engine import MIGRATIONS
from bot.store.tables import metadata

TABLES = {
    "acts", "chats", "dismissals", "drafts", "editions", "exchanges", "follows", "held", "inbox",
    "invitations", "items", "lost", "outbox", "people", "recalls", "reports", "shares",
    "sessions", "snapshots", "tellings", "waiting",
}  # fmt: skip


@pytest.fixture
async def empty(new_url: Callable[[], str]) -> AsyncIterator[Database]:
    database = Database(new_url())
    yield database
    await database.close()


async def alembic(database: Database, run: Callable[..., Any], *arguments: str) -> None:
    def synchronous(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        run(config, *arguments)

    async with database.writing() as connection:
        await connection.run_sync(synchronous)


async def tables(database: Database) -> set[str]:
    async with database.reading() as connection:
        return set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))


async def test_an_empty_database_gets_every_table(empty: Database) -> None:
    await empty.upgrade()
    assert set(metadata.tables) == TABLES
    assert await tables(empty) == TABLES | {"alembic_version"}


async def test_upgrading_again_changes_nothing(empty: Database) -> None:
    await empty.upgrade()
    await empty.upgrade()
    assert await tables(empty) >= TABLES


async def test_the_migrations_reach_what_the_code_declares(empty: Database) -> None:
    await empty.upgrade()
    await alembic(empty, command.check)


async def test_a_missing_migration_is_noticed(empty: Database) -> None:
    await empty.upgrade()
    async with empty.writing() as connection:
        await connection.exec_driver_sql("ALTER TABLE waiting DROP COLUMN note")
    with pytest.raises(CommandError, match="note"):
        await alembic(empty, command.check)


async def test_down_to_nothing_and_up_again(empty: Database) -> None:
    await empty.upgrade()
    await alembic(empty, command.downgrade, "base")
    assert await tables(empty) == {"alembic_version"}
    await empty.upgrade()
    await alembic(empty, command.check)


WAITS = "(number, channel, chat, asked_at, question, reason, candidates, note)"


async def test_what_waits_outlives_the_way_to_keep_it_again_and_again(empty: Database) -> None:
    async def notes() -> list[str]:
        async with empty.reading() as connection:
            rows = await connection.exec_driver_sql("SELECT note FROM waiting ORDER BY note")
            return list(rows.scalars())

    day = "'2026-11-23 12:00:00+00:00'"
    await alembic(empty, command.upgrade, "0002")
    async with empty.writing() as connection:
        for number in (1, 2):
            await connection.exec_driver_sql(
                "INSERT INTO inbox"
                " (channel, key, chat, asker, payload, received_at, state, attempts, not_before)"
                f" VALUES ('web', '{number}', 'a', 'a', '{{}}', {day}, 'done', 1, {day})"
            )
            row = f"({number}, 'web', 'a', {day}, 'Câu hỏi?', 'no_match', '[]', 'note {number}')"
            await connection.exec_driver_sql(f"INSERT INTO waiting {WAITS} VALUES {row}")
        await connection.exec_driver_sql(f"UPDATE waiting SET resolved_at = {day}")
    await empty.upgrade()
    async with empty.writing() as connection:
        again = f"(2, 'web', 'a', {day}, 'Câu hỏi?', 'no_match', '[]', 'note 3')"
        await connection.exec_driver_sql(f"INSERT INTO waiting {WAITS} VALUES {again}")
    assert await notes() == ["note 1", "note 2", "note 3"]
    await alembic(empty, command.downgrade, "0002")
    assert await notes() == ["note 1", "note 3"], "the latest of each"


async def test_replicas_that_start_at_once_migrate_one_after_the_other(new_url: Callable[[], str]) -> None:
    for _ in range(3):
        url = new_url()
        replicas = [Database(url) for _ in range(4)]
        await asyncio.gather(*(replica.upgrade() for replica in replicas))
        await alembic(replicas[0], command.check)
        await asyncio.gather(*(replica.close() for replica in replicas))


async def test_a_failed_migration_leaves_nothing_behind(empty: Database) -> None:
    async with empty.writing() as connection:
        await connection.exec_driver_sql("CREATE TABLE waiting (number integer)")  # in the last one's way
    with pytest.raises(Exception, match="waiting"):
        await empty.upgrade()
    assert await tables(empty) == {"waiting"}
