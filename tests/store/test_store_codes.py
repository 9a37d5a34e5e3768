"""A code opens exactly the text that it stood under, also when the codes of two texts begin alike."""

import hashlib
from datetime import datetime
from itertools import count

import pytest
from alembic import command
from sqlalchemy import insert, select
from store_queues import NOON, at
from test_store_migrations import alembic

from bot.domain import CODE_DIGITS, Snapshot, digits_apart, digits_of
from bot.store import Database, exchanges
from bot.store.tables import snapshots


def text(answer: str, shown_at: datetime = NOON) -> Snapshot:
    content = f'{{"answer": "{answer}"}}'
    return Snapshot("nha-o", hashlib.sha256(content.encode()).hexdigest(), content, shown_at)


FIRST = text("35 triệu")
ALIKE = next(
    one
    for number in count()
    if (one := text(f"{number} triệu", at(60))).version[:CODE_DIGITS] == FIRST.version[:CODE_DIGITS]
    and one.version != FIRST.version
)


@pytest.fixture
async def both(database: Database) -> Database:
    async with database.writing() as connection:
        for one in (FIRST, ALIKE, text("khác")):
            await exchanges.keep(connection, one)
    return database


async def test_of_two_texts_whose_codes_begin_alike_both_are_kept_and_neither_is_picked(
    both: Database,
) -> None:
    async with both.reading() as connection:
        assert await exchanges.shown(connection, "nha-o", FIRST.version[:CODE_DIGITS]) == (FIRST, ALIKE)


async def test_as_many_digits_as_tell_them_apart_open_each(both: Database) -> None:
    async with both.reading() as connection:
        for one in (FIRST, ALIKE):
            digits = digits_of(one.version, (await exchanges.versions(connection, ["nha-o"]))["nha-o"])
            assert digits > CODE_DIGITS
            assert await exchanges.shown(connection, "nha-o", one.version[:digits]) == (one,)


async def test_the_versions_of_entries_are_known_at_once(both: Database) -> None:
    async with both.reading() as connection:
        assert await exchanges.versions(connection, ["nha-o", "vay-von"]) == {
            "nha-o": {FIRST.version, ALIKE.version, text("khác").version},
            "vay-von": frozenset(),
        }


async def test_a_text_that_is_like_no_other_needs_no_more(both: Database) -> None:
    async with both.reading() as connection:
        kept = (await exchanges.versions(connection, ["nha-o"]))["nha-o"]
    assert digits_of(text("khác").version, kept) == digits_of(FIRST.version, ()) == CODE_DIGITS
    assert (
        digits_of(ALIKE.version, [FIRST.version])
        == digits_apart([FIRST.version, ALIKE.version])
        > CODE_DIGITS
    )


def test_digits_tell_versions_apart_and_are_never_fewer_than_people_know() -> None:
    assert digits_apart([]) == digits_apart(["ab"]) == CODE_DIGITS
    assert digits_apart(["abcd0", "abcd1"]) == 5
    assert digits_apart(["abcdef0", "abcd1", "abcdef1"]) == 7


async def test_a_code_from_before_versions_were_whole_opens_its_text(new_url) -> None:  # type: ignore[no-untyped-def]
    database = Database(new_url())
    await alembic(database, command.upgrade, "0001")
    old = {"entry": FIRST.entry, "version": FIRST.version[:4], "content": FIRST.content, "shown_at": NOON}
    async with database.writing() as connection:
        await connection.execute(insert(snapshots).values(old))
        await connection.execute(insert(snapshots).values(old | {"version": "not-ours"}))
    await database.upgrade()
    async with database.writing() as connection:
        await exchanges.keep(connection, FIRST)  # shown again today
    async with database.reading() as connection:
        assert await exchanges.shown(connection, "nha-o", FIRST.version[:4]) == (FIRST,)
        assert set(await connection.scalars(select(snapshots.c.version))) == {FIRST.version, "not-ours"}
    await database.close()
