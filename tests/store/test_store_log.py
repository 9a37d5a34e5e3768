"""The log of questions, the texts as they were shown, the state of chats, and what waits for experts."""

import asyncio
from dataclasses import replace

import pytest
from store_queues import NOON, Queue, at

from bot.domain import Candidate, Change, ChatState, Exchange, Reason, Snapshot, Verdict, Waiting
from bot.store import Database, chats, exchanges, waiting

TEXT = "Mức hỗ trợ nhà ở 😀 cho hộ nghèo?"
CANDIDATES = (Candidate("nha-o", 0.987654), Candidate("vay-von", 0.01))


@pytest.fixture
async def number(database: Database) -> int:
    return await Queue(database, "inbox").put("a")


def exchange(number: int, **changed: object) -> Exchange:
    plain = Exchange(
        id=number, channel="web", chat="a", asker="p", asked_at=NOON, raw=TEXT, normalised="muc ho tro",
        verdict=Verdict.ANSWER, entry="nha-o", version="3fa2c0", group=None, candidates=CANDIDATES,
        elapsed_ms=1.5, base="v1",
    )  # fmt: skip
    return replace(plain, **changed)


def item(number: int, **changed: object) -> Waiting:
    plain = Waiting(number, "web", "a", NOON, TEXT, Reason.DISLIKED, shown="nha-o", candidates=CANDIDATES)
    return replace(plain, **changed)


def shown(version: str, second: float = 0) -> Snapshot:
    return Snapshot("nha-o", version, f'{{"answer": "{version}"}}', at(second))


# --- the log -----------------------------------------------------------------------------------


async def test_a_question_is_logged_as_it_was(database: Database, number: int) -> None:
    async with database.writing() as connection:
        await exchanges.add(connection, exchange(number))
    async with database.reading() as connection:
        assert await exchanges.get(connection, number) == exchange(number)
        assert await exchanges.get(connection, number + 1) is None


async def test_a_question_is_logged_once(database: Database, number: int) -> None:
    async with database.writing() as connection:
        await exchanges.add(connection, exchange(number))
    with pytest.raises(Exception, match=r"UNIQUE|pk_exchanges"):
        async with database.writing() as connection:
            await exchanges.add(connection, exchange(number))


async def test_a_press_amends_what_it_speaks_of_and_nothing_else(database: Database, number: int) -> None:
    async with database.writing() as connection:
        await exchanges.add(connection, exchange(number))
        await exchanges.amend(connection, Change(number, rating=-1))
        await exchanges.amend(connection, Change(number, entry="vay-von", version="77aa"))
    async with database.reading() as connection:
        amended = await exchanges.get(connection, number)
    assert amended == exchange(number, rating=-1, entry="vay-von", version="77aa")


async def test_a_person_finds_their_own_questions_newest_first(database: Database) -> None:
    queue = Queue(database, "inbox")
    mine = [await queue.put("a") for _ in range(3)]
    others = await queue.put("b")
    async with database.writing() as connection:
        for each in mine:
            await exchanges.add(connection, exchange(each))
        await exchanges.add(connection, exchange(others, asker="q"))
    async with database.reading() as connection:
        recent = await exchanges.recent(connection, "web", "p", 2)
    assert [each.id for each in recent] == [mine[2], mine[1]]


# --- texts as they were shown --------------------------------------------------------------------


async def test_a_text_is_found_by_the_first_digits_of_its_version(database: Database) -> None:
    async with database.writing() as connection:
        for version, second in (("3fa2c0", 0), ("77aa00", 5)):
            await exchanges.keep(connection, shown(version, second))
    async with database.reading() as connection:
        assert await exchanges.shown(connection, "nha-o", "3fa2") == (shown("3fa2c0"),)
        assert await exchanges.shown(connection, "nha-o", "77aa00") == (shown("77aa00", 5),)
        assert await exchanges.shown(connection, "nha-o", "%") == ()
        assert await exchanges.shown(connection, "vay-von", "3fa2") == ()


async def test_the_first_time_that_a_text_was_shown_counts(database: Database) -> None:
    async with database.writing() as connection:
        await exchanges.keep(connection, shown("3fa2", 0))
        await exchanges.keep(connection, shown("3fa2", 60))
    async with database.reading() as connection:
        assert await exchanges.shown(connection, "nha-o", "3fa2") == (shown("3fa2", 0),)


async def test_two_lanes_may_show_the_same_text_for_the_first_time(database: Database) -> None:
    other = Database(database.url.render_as_string(False))

    async def show(through: Database) -> None:
        async with through.writing() as connection:
            await exchanges.keep(connection, shown("3fa2"))
            await asyncio.sleep(0.05)  # the rest of its transaction

    await asyncio.gather(show(database), show(other), show(database))
    async with database.reading() as connection:
        assert await exchanges.shown(connection, "nha-o", "3fa2") == (shown("3fa2"),)
    await other.close()


# --- chats -------------------------------------------------------------------------------------


async def test_of_a_chat_the_latest_state_is_remembered(database: Database) -> None:
    first = ChatState(("p:1:0", "p:1:1"), "n:1", None, at(60))
    latest = ChatState((), None, 7, at(120))
    async with database.writing() as connection:
        await chats.remember(connection, "web", "a", first)
        await chats.remember(connection, "web", "a", latest)
        await chats.remember(connection, "web", "b", first)
    async with database.reading() as connection:
        assert await chats.state(connection, "web", "a") == latest
        assert await chats.state(connection, "web", "b") == first
        assert await chats.state(connection, "telegram", "a") == ChatState()


# --- what waits --------------------------------------------------------------------------------


async def test_what_waits_is_kept_with_what_the_asker_saw(database: Database, number: int) -> None:
    async with database.writing() as connection:
        await waiting.add(connection, item(number))
    async with database.reading() as connection:
        assert await waiting.get(connection, number) == item(number)
        assert await waiting.open_items(connection, 10) == (item(number),)
        assert await waiting.open_items(connection, 10, after=number) == ()
        assert await waiting.open_count(connection) == 1
        assert await waiting.among(connection, (number, 99)) == {number: item(number)}


async def test_asking_for_an_expert_again_does_not_queue_twice(database: Database, number: int) -> None:
    async with database.writing() as connection:
        await waiting.add(connection, item(number))
        await waiting.add(connection, item(number, reason=Reason.EXPERT_WANTED))
    async with database.reading() as connection:
        assert await waiting.open_items(connection, 10) == (item(number, reason=Reason.EXPERT_WANTED),)


async def test_a_question_is_settled_once(database: Database, number: int) -> None:
    async with database.writing() as connection:
        await waiting.add(connection, item(number))
    other = Database(database.url.render_as_string(False))

    async def settle(through: Database, by: str) -> bool:
        async with through.writing() as connection:
            return await waiting.resolve(connection, number, by, at(9), "vay-von", None)

    settled = await asyncio.gather(settle(database, "an"), settle(other, "binh"))
    assert sorted(settled) == [False, True]
    async with database.reading() as connection:
        assert await waiting.open_count(connection) == 0
        done = await waiting.get(connection, number)
    assert done is not None and (done.resolved_at, done.entry) == (at(9), "vay-von")
    await other.close()


async def test_a_settled_question_that_is_opened_again_waits_as_if_new(
    database: Database, number: int
) -> None:
    async with database.writing() as connection:
        await waiting.add(connection, item(number))
        await waiting.resolve(connection, number, "an", at(9), "vay-von", "Xem mục này.")
        await waiting.add(connection, item(number))
    async with database.reading() as connection:
        assert await waiting.get(connection, number) == item(number)


async def test_nothing_that_does_not_wait_is_settled(database: Database) -> None:
    async with database.writing() as connection:
        assert await waiting.resolve(connection, 404, "an", at(9), None, "?") is False
