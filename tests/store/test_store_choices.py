"""What was asked, once for each wording; what officers chose; what experts do not want proposed."""

from datetime import timedelta

import pytest
from store_queues import NOON, Queue
from test_store_log import exchange

from bot.domain import Candidate, Change, Choice, Reason, Verdict, Waiting
from bot.store import Database, choices, exchanges, waiting

NEAR = (Candidate("nha-o", 0.4),)


async def put(database: Database, **fields: object) -> int:
    number = await Queue(database, "inbox").put("a")
    fields = {"verdict": Verdict.SUGGEST, "entry": None, "version": None, "candidates": NEAR, **fields}
    async with database.writing() as connection:
        await exchanges.add(connection, exchange(number, **fields))
    return number


async def chosen(database: Database) -> tuple[Choice, ...]:
    async with database.reading() as connection:
        return await choices.since(connection, NOON - timedelta(days=1))


async def test_questions_come_once_for_all_who_asked_most_often_asked_first(database: Database) -> None:
    for raw, normalised, more in (
        ("Vay vốn?", "vay vốn", {}),
        ("Xây nhà?", "xây nhà", {}),
        ("xay nha", "xây nhà", {"asked_at": NOON + timedelta(hours=1)}),
        ("xây nhà", "xây nhà", {"earlier": "Vay vốn?"}),
        ("xây nhà", "xây nhà", {"asked_at": NOON - timedelta(days=2)}),
        ("Nhà ở?", "nhà ở", {"verdict": Verdict.OPENED}),
        ("một truyện dài", "", {"verdict": Verdict.UNANSWERED}),
    ):
        await put(database, raw=raw, normalised=normalised, **more)
    async with database.reading() as connection:
        found = await exchanges.recurring(connection, NOON)
        first = await exchanges.recurring(connection, NOON, limit=1)
    assert [(one.text, one.earlier, one.times) for one in found] == [
        ("xay nha", None, 2), ("xây nhà", "Vay vốn?", 1), ("Vay vốn?", None, 1),
    ]  # fmt: skip
    assert found[0].last_at == NOON + timedelta(hours=1)
    assert first == found[:1]


async def test_what_was_picked_and_what_was_refused_are_choices(database: Database) -> None:
    picked = await put(database, raw="làm nhà")
    async with database.writing() as connection:
        await exchanges.amend(connection, Change(picked, entry="nha-o", version="1"))
        await exchanges.amend(connection, Change(picked, rating=1))
    refused = await put(database, raw="làm chuồng")
    async with database.writing() as connection:
        item = Waiting(refused, "web", "a", NOON, "làm chuồng", Reason.NONE_OF_THESE)
        await waiting.add(connection, item)
    await put(database, raw="không ai chọn gì")
    await put(database, raw="đã trả lời", verdict=Verdict.ANSWER, entry="nha-o")
    await put(database, raw="còn sửa thì sao", entry="nha-o", earlier="làm nhà")
    await put(database, raw="cũ", entry="nha-o", asked_at=NOON - timedelta(days=9))
    assert await chosen(database) == (
        Choice("làm nhà", "p", "nha-o", 1, NEAR),
        Choice("làm chuồng", "p", None, None, NEAR),
    )


@pytest.mark.parametrize(
    ("opened", "is_chosen"),
    [
        ({}, True),
        ({"rating": None}, False),
        ({"rating": -1}, False),
        ({"asker": "q"}, False),
        ({"asked_at": NOON + timedelta(hours=1)}, False),
    ],
)
async def test_an_entry_opened_soon_after_and_found_right_was_chosen(
    database: Database, opened: dict[str, object], is_chosen: bool
) -> None:
    await put(database, raw="làm nhà", verdict=Verdict.UNANSWERED)
    fields = {"verdict": Verdict.OPENED, "entry": "nha-o", "rating": 1, **opened}
    await put(database, raw="Nhà ở?", **fields)
    assert await chosen(database) == ((Choice("làm nhà", "p", "nha-o", 1, NEAR),) if is_chosen else ())


async def test_another_question_in_between_takes_the_opened_entry_for_itself(database: Database) -> None:
    await put(database, raw="làm nhà", verdict=Verdict.UNANSWERED)
    await put(database, raw="vay vốn", verdict=Verdict.ANSWER, entry="vay-von")
    await put(database, raw="Nhà ở?", verdict=Verdict.OPENED, entry="nha-o", rating=1)
    assert await chosen(database) == ()


async def test_what_is_dismissed_stays_so_until_it_is_taken_back_and_nothing_is_deleted(
    database: Database,
) -> None:
    async with database.writing() as connection:
        await choices.dismiss(connection, "nha-o", ["làm nhà", "dựng nhà"], "lan", NOON)
        await choices.take_back(connection, "nha-o", "làm nhà", "hai", NOON)
        await choices.take_back(connection, "vay-von", "dựng nhà", "hai", NOON)
    async with database.reading() as connection:
        [left] = await choices.dismissed(connection)
        rows = await connection.exec_driver_sql("select undone_by from dismissals order by id")
        assert rows.scalars().all() == ["hai", None]
    assert (left.entry, left.wording, left.by, left.at) == ("nha-o", "dựng nhà", "lan", NOON)
