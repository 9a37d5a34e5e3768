"""The log of questions, the texts as they were shown, the state of chats, and what waits for experts."""

import asyncio
from dataclasses import replace
from datetime import date

import pytest
from store_queues import NOON, Queue, at

from bot.domain import Candidate, Change, ChatState, Exchange, Reason, Snapshot, Verdict, Waiting
from bot.store import Connection, Database, chats, exchanges, items, outbox, waiting
from bot.store.outbox import Said

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


async def test_the_day_that_it_was_asked_of_is_kept_with_it(database: Database, number: int) -> None:
    asked = exchange(number, day=date(2023, 9, 1))
    async with database.writing() as connection:
        await exchanges.add(connection, asked)
    async with database.reading() as connection:
        assert await exchanges.get(connection, number) == asked


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
        recent = await exchanges.recent(connection, "web", "a", "p", 2)
    assert [each.id for each in recent] == [mine[2], mine[1]]


async def test_browsing_does_not_push_a_persons_questions_out(database: Database) -> None:
    queue = Queue(database, "inbox")
    asked, disliked, *opened = [await queue.put("a") for _ in range(6)]
    async with database.writing() as connection:
        await exchanges.add(connection, exchange(asked))
        for each in (disliked, *opened):
            await exchanges.add(connection, exchange(each, verdict=Verdict.OPENED))
        await waiting.add(connection, item(disliked))
    async with database.reading() as connection:
        recent = await exchanges.recent(connection, "web", "a", "p", 2)
    assert [each.id for each in recent] == [disliked, asked]


async def test_what_a_person_asked_elsewhere_is_not_read_out_in_a_group(database: Database) -> None:
    number = await Queue(database, "inbox").put("a")
    async with database.writing() as connection:
        await exchanges.add(connection, exchange(number))
    async with database.reading() as connection:
        assert await exchanges.recent(connection, "web", "group", "p", 2) == ()


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


async def test_of_a_person_in_a_chat_the_latest_state_is_remembered(database: Database) -> None:
    first = ChatState(("p:1:0", "p:1:1"), "n:1", (), at(60))
    latest = ChatState((), None, (("sai", "d:7"),), at(120))
    async with database.writing() as connection:
        await chats.remember(connection, {("web", "a", "p"): first})
        await chats.remember(
            connection, {("web", "b", "p"): first, ("web", "a", "q"): first, ("web", "a", "p"): latest}
        )
    expected = {
        ("web", "a", "p"): latest,
        ("web", "a", "q"): first,
        ("web", "b", "p"): first,
        ("telegram", "a", "p"): ChatState(),
    }
    async with database.reading() as connection:
        assert await chats.states(connection, expected) == expected
        assert await chats.states(connection, []) == {}


async def test_a_state_may_be_replaced_by_two_at_once(database: Database) -> None:
    other = Database(database.url.render_as_string(False))
    async with database.writing() as connection:
        await chats.remember(connection, {("web", "a", "p"): ChatState()})

    async def remember(through: Database, expects: str) -> None:
        async with through.writing() as connection:
            await chats.remember(connection, {("web", "a", "p"): ChatState(expects=expects)})
            await asyncio.sleep(0.05)  # the rest of its transaction

    await asyncio.gather(remember(database, "s:1"), remember(other, "s:2"))
    async with database.reading() as connection:
        [state] = (await chats.states(connection, [("web", "a", "p")])).values()
        assert state.expects in ("s:1", "s:2")
    await other.close()


# --- the transcript ------------------------------------------------------------------------------


async def tell(database: Database, number: int, words: str, second: float, label: str = "") -> None:
    async with database.writing() as connection:
        said = Said(number, "web", "a", [{"say": words}], label=label, ready=False)
        await outbox.put(connection, at(second), said)


async def test_what_is_told_later_is_a_turn_of_its_own_at_its_time(database: Database) -> None:
    queue = Queue(database, "inbox")
    first, second = [await queue.put("a") for _ in range(2)]
    await tell(database, first, "recorded", 1)
    await tell(database, second, "answer", 2)
    await tell(database, first, "expert", 60, f"{outbox.TOLD}1.")
    await tell(database, first, "expert again", 70, f"{outbox.TOLD}2.")
    async with database.reading() as connection:
        whole = await chats.transcript(connection, "web", "a", limit=10)
        newest = await chats.transcript(connection, "web", "a", limit=2)
        [one] = await chats.transcript(connection, "web", "a", limit=1, number=first)
        assert await chats.transcript(connection, "web", "b", limit=10) == ()
    assert [(turn.number, turn.told is not None, turn.parts[0]["say"]) for turn in whole] == [
        (first, False, "recorded"),
        (second, False, "answer"),
        (first, True, "expert"),
        (first, True, "expert again"),
    ]
    assert [turn.at for turn in whole[2:]] == [at(60), at(70)]
    assert newest == whole[2:]
    assert one == whole[0]


async def test_what_is_told_is_shown_once_to_a_reader_who_fetches(database: Database, number: int) -> None:
    await tell(database, number, "recorded", 1)
    await tell(database, number, "expert", 60, f"{outbox.TOLD}1.")
    async with database.writing() as connection:
        assert await outbox.unseen(connection, "web", "b", outbox.TOLD) == ()
        [part] = await outbox.unseen(connection, "web", "a", outbox.TOLD)
        assert part.payload == {"say": "expert"}
        await outbox.seen(connection, part.id, at(70))
        assert await outbox.unseen(connection, "web", "a", outbox.TOLD) == ()


# --- what waits --------------------------------------------------------------------------------


async def test_what_waits_is_kept_with_what_the_asker_saw(database: Database, number: int) -> None:
    async with database.writing() as connection:
        await waiting.add(connection, item(number))
    async with database.reading() as connection:
        assert await waiting.get(connection, number) == item(number)
        assert await waiting.open_count(connection) == 1
        assert await waiting.open_count(connection) == 1
        assert await waiting.among(connection, (number, 99)) == {number: item(number)}


async def test_asking_for_an_expert_again_does_not_queue_twice(database: Database, number: int) -> None:
    async with database.writing() as connection:
        await waiting.add(connection, item(number))
        await waiting.add(connection, item(number, reason=Reason.EXPERT_WANTED))
    async with database.reading() as connection:
        assert await waiting.open_count(connection) == 1
        assert await waiting.get(connection, number) == item(number, reason=Reason.EXPERT_WANTED)


async def settle(connection: Connection, number: int, by: str, note: str | None) -> None:
    rows = [row.id for row in await items.ungrouped(connection, 10) if row.number == number]
    await items.settle(connection, rows, by, at(9), "vay-von", note)


async def test_a_settled_question_that_is_opened_again_waits_as_if_new(
    database: Database, number: int
) -> None:
    async with database.writing() as connection:
        await waiting.add(connection, item(number))
        await settle(connection, number, "an", "Xem mục này.")
        await waiting.add(connection, item(number))
    async with database.reading() as connection:
        assert await waiting.get(connection, number) == item(number)
        assert await waiting.among(connection, (number,)) == {number: item(number)}
        assert await waiting.open_count(connection) == 1
        assert await waiting.open_count(connection) == 1


async def test_what_an_expert_said_outlives_that_the_question_is_opened_again(
    database: Database, number: int
) -> None:
    async with database.writing() as connection:
        for by, note in (("an", "Xem mục này."), ("binh", "Đã sửa mục.")):
            await waiting.add(connection, item(number))
            await settle(connection, number, by, note)
    async with database.reading() as connection:
        settled = await waiting.settled(connection, number)
        newest = await waiting.get(connection, number)
    assert [(each.resolved_by, each.note) for each in settled] == [
        ("an", "Xem mục này."),
        ("binh", "Đã sửa mục."),
    ]
    assert newest == settled[-1]
