"""What the database promises: durable, one writer at a time, times that are UTC."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import insert, make_url, select
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection
from store_queues import Queue

from bot.errors import DatabaseRefused
from bot.store import Database
from bot.store.engine import BUSY_TIMEOUT
from bot.store.tables import exchanges, snapshots

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FULL = 2


def snapshot(entry: str, at: datetime = NOON) -> dict[str, object]:
    return {"entry": entry, "version": "3fa2", "content": "{}", "shown_at": at}


async def add(database: Database, entry: str, at: datetime = NOON) -> None:
    async with database.writing() as connection:
        await connection.execute(insert(snapshots).values(snapshot(entry, at)))


async def count(connection: AsyncConnection) -> int:
    return len((await connection.execute(select(snapshots.c.entry))).all())


# --- SQLite ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("foreign_keys", 1),
        ("busy_timeout", BUSY_TIMEOUT),
        ("synchronous", FULL),
    ],
)
async def test_every_sqlite_connection_is_set_up(
    sqlite: Callable[[], str], pragma: str, value: object
) -> None:
    database = Database(sqlite())
    async with database.reading() as first, database.reading() as second, database.writing() as third:
        for connection in (first, second, third):
            assert (await connection.exec_driver_sql(f"PRAGMA {pragma}")).scalar_one() == value
    await database.close()


async def test_the_directory_of_the_file_is_made(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'var' / 'deep' / 'hoidap.db'}")
    await database.upgrade()
    assert (tmp_path / "var" / "deep" / "hoidap.db").exists()
    await database.close()


async def test_a_reader_of_sqlite_is_not_held_up_by_a_writer(sqlite: Callable[[], str]) -> None:
    database = Database(sqlite())
    await database.upgrade()
    async with database.writing() as writer:
        await writer.execute(insert(snapshots).values(snapshot("nha-o")))
        async with asyncio.timeout(2), database.reading() as reader:
            assert await count(reader) == 0
    await database.close()


async def test_a_second_process_waits_for_its_turn_to_write(sqlite: Callable[[], str]) -> None:
    url = sqlite()
    ours, theirs = Database(url), Database(url)  # no queue between them, as between two processes
    await ours.upgrade()
    async with ours.writing() as connection:
        waiting = asyncio.create_task(add(theirs, "vay-von"))
        await connection.execute(insert(snapshots).values(snapshot("nha-o")))
    await waiting
    async with ours.reading() as connection:
        assert await count(connection) == 2
    await ours.close()
    await theirs.close()


async def test_a_claim_cancelled_at_any_moment_gives_the_write_lock_back(sqlite: Callable[[], str]) -> None:
    database = Database(sqlite())
    await database.upgrade()
    queue = Queue(database, "inbox")
    for chat in range(40):
        await queue.put(f"chat-{chat}")
    kept = []  # as a log keeps the last traceback
    for moment in range(40):
        claim = asyncio.create_task(queue.claimed())
        await asyncio.sleep(moment * 0.0001)
        claim.cancel()
        kept += await asyncio.gather(claim, return_exceptions=True)
        async with asyncio.timeout(2), database.writing() as connection:
            await count(connection)
    assert any(isinstance(each, asyncio.CancelledError) for each in kept)
    await database.close()


async def test_waiting_for_a_new_file_to_become_wal_does_not_hold_up_the_event_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_seconds: float) -> None:
        raise AssertionError("the event loop would stand still")

    file = tmp_path / "hoidap.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # from now on SQLite says "locked" at once
        other.execute("CREATE TABLE theirs (id)")
        monkeypatch.setattr(time, "sleep", refuse)
        database = Database(f"sqlite+aiosqlite:///{file}")
        opening = asyncio.create_task(database.upgrade())
        await asyncio.sleep(0.2)
        assert not opening.done()
        other.execute("COMMIT")
        await opening
    await database.close()


# --- PostgreSQL --------------------------------------------------------------------------------


async def test_a_server_that_has_no_such_database_is_named_without_its_password(
    postgresql: Callable[[], str],
) -> None:
    url = make_url(postgresql()).set(database="khong-co", password="SECRET")
    database = Database(url.render_as_string(hide_password=False))
    with pytest.raises(DatabaseRefused, match='"khong-co" does not exist') as caught:
        await database.upgrade()
    assert "khong-co" in caught.value.where and "SECRET" not in caught.value.where
    await database.close()


# --- both --------------------------------------------------------------------------------------


async def test_what_fails_half_way_is_not_stored(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.writing() as connection:
            await connection.execute(insert(snapshots).values(snapshot("nha-o")))
            await connection.execute(insert(snapshots).values(snapshot("nha-o")))
    async with database.reading() as connection:
        assert await count(connection) == 0


async def test_a_cancelled_change_is_not_stored_and_blocks_nobody(database: Database) -> None:
    begun = asyncio.Event()

    async def change() -> None:
        async with database.writing() as connection:
            await connection.execute(insert(snapshots).values(snapshot("nha-o")))
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(change())
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(5):
        await add(database, "vay-von")
    async with database.reading() as connection:
        assert await count(connection) == 1


async def test_a_reader_sees_one_state_of_the_data(database: Database) -> None:
    await add(database, "nha-o")
    async with database.reading() as connection:
        assert await count(connection) == 1
        await add(database, "vay-von")
        assert await count(connection) == 1


async def test_foreign_keys_hold(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.writing() as connection:
            await connection.execute(
                insert(exchanges).values(
                    id=404, channel="web", chat="a", asker="x", asked_at=NOON, raw="", normalised="",
                    verdict="answer", candidates=[], elapsed_ms=0, base="v",
                )
            )  # fmt: skip


@pytest.mark.parametrize(
    "moment",
    [
        NOON,
        NOON + timedelta(microseconds=1),
        datetime(2026, 11, 23, 19, 0, tzinfo=timezone(timedelta(hours=7))),  # noon, as Vietnam writes it
    ],
)
async def test_a_time_comes_back_as_the_same_instant_in_utc(database: Database, moment: datetime) -> None:
    await add(database, "nha-o", moment)
    async with database.reading() as connection:
        read = (await connection.scalars(select(snapshots.c.shown_at))).one()
    assert read == moment
    assert read.utcoffset() == timedelta()


async def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="naive"):
        await add(database, "nha-o", datetime(2026, 11, 23, 12))


async def test_an_error_of_the_database_does_not_show_what_was_asked(database: Database) -> None:
    with pytest.raises(IntegrityError) as caught:
        async with database.writing() as connection:
            for _ in range(2):
                await connection.execute(insert(snapshots).values(snapshot("nha-o") | {"content": "SECRET"}))
    assert "SECRET" not in str(caught.value)
