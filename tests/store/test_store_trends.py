"""What the log says of days, entries and channels, the same on both databases."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update
from store_queues import NOON

from bot.domain import Candidate, Envelope, Exchange, Reason, Verdict, Waiting
from bot.items import ItemState
from bot.store import Database, exchanges, inbox, items, reach, recalls, trends, uses, waiting
from bot.store.recalls import Given
from bot.store.tables import waiting as table
from bot.store.trends import Asked, Missed, Span

DAY = timedelta(days=1)
ALL = Span(NOON - 100 * DAY, NOON + 100 * DAY)


class Log:
    """Questions put into the log one by one."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def asked(
        self, verdict: Verdict = Verdict.ANSWER, at: datetime = NOON, channel: str = "web", **more: Any
    ) -> int:
        async with self.database.writing() as connection:
            envelope = Envelope(uuid4().hex, "chat", "asker")
            [number] = await inbox.put(connection, at, (channel, envelope, {}))
            assert number
            fields: dict[str, Any] = {
                "asker": "a1",
                "raw": "?",
                "normalised": "?",
                "entry": None,
                "version": None,
                "group": None,
                "candidates": (),
                "elapsed_ms": 1.0,
                "base": "0",
                **more,
            }
            exchange = Exchange(
                id=number, channel=channel, chat="chat", asked_at=at, verdict=verdict, **fields
            )
            await exchanges.add(connection, exchange)
        return number

    async def waited(self, reason: Reason, at: datetime = NOON, settled: datetime | None = None) -> int:
        number = await self.asked(Verdict.UNANSWERED, at)
        async with self.database.writing() as connection:
            await waiting.add(connection, Waiting(number, "web", "chat", at, "?", reason))
            if settled:
                its = table.c.number == number
                await connection.execute(update(table).where(its).values(resolved_at=settled))
        return number

    async def missed(
        self,
        asker: str,
        *,
        text: str,
        at: datetime = NOON,
        reason: Reason = Reason.NO_MATCH,
        topic: str | None = None,
        province: str | None = None,
        into: int | None = None,
    ) -> int:
        """Put a question before the experts, in an item of its own or in one, and return the item's id."""
        number = await self.asked(Verdict.UNANSWERED, at, asker=asker, raw=text)
        waits = Waiting(number, "web", "chat", at, text, reason, asker=asker, folded=text, topic=topic)
        async with self.database.writing() as connection:
            await waiting.add(connection, waits)
            [question] = await items.ungrouped(connection, 1)
            if into is None:
                return await items.make(connection, question, province)
            await items.join(connection, question, into, province)
        return into

    async def change(self, item: int, **values: Any) -> None:
        async with self.database.writing() as connection:
            await items.change(connection, item, **values)

    async def lives(self, asker: str, province: str) -> None:
        async with self.database.writing() as connection:
            await reach.wishes(connection, "web", asker, province=province)

    async def read(self, function: Any, *arguments: Any) -> Any:
        async with self.database.reading() as connection:
            return await function(connection, *arguments)


@pytest.fixture
def log(database: Database) -> Log:
    return Log(database)


async def test_a_day_is_a_day_in_vietnam(log: Log) -> None:
    before = datetime.fromisoformat("2026-11-22T16:59:59+00:00")
    for moment in (before, before + timedelta(seconds=1)):
        await log.asked(at=moment)
    assert {(one.day, one.questions) for one in await log.read(trends.outcomes, ALL)} == {
        (date(2026, 11, 22), 1),
        (date(2026, 11, 23), 1),
    }


async def test_outcomes_are_counted_within_the_span_and_on_its_channel(log: Log) -> None:
    for verdict in (Verdict.ANSWER, Verdict.ANSWER, Verdict.SUGGEST, Verdict.UNANSWERED):
        await log.asked(verdict)
    await log.asked(at=NOON - DAY)
    await log.asked(at=NOON + DAY)
    await log.asked(channel="telegram")
    day = date(2026, 11, 23)
    web = {
        Asked(day, "web", None, Verdict.ANSWER, 2),
        Asked(day, "web", None, Verdict.SUGGEST, 1),
        Asked(day, "web", None, Verdict.UNANSWERED, 1),
    }
    assert set(await log.read(trends.outcomes, Span(NOON, NOON + DAY, "web"))) == web
    telegram = Asked(day, "telegram", None, Verdict.ANSWER, 1)
    assert set(await log.read(trends.outcomes, Span(NOON, NOON + DAY))) == web | {telegram}
    assert await log.read(trends.channels) == ("telegram", "web")


async def test_an_entry_that_was_only_opened_was_not_asked_for(log: Log) -> None:
    await log.asked(Verdict.OPENED, entry="a")
    assert await log.read(trends.outcomes, ALL) == ()
    assert await log.read(trends.by_entry, ALL) == ()
    assert await log.read(trends.log, ALL, 0, 10) == ()


async def test_an_opened_entry_that_was_put_before_the_experts_was(log: Log) -> None:
    number = await log.asked(Verdict.OPENED, entry="a")
    async with log.database.writing() as connection:
        await waiting.add(connection, Waiting(number, "web", "chat", NOON, "?", Reason.DISLIKED))
    assert [one.id for one in await log.read(trends.log, ALL, 0, 10)] == [number]


async def test_ratings_reasons_and_waiting_times(log: Log) -> None:
    for rating in (1, 1, -1, None):
        await log.asked(entry="a", rating=rating)
    await log.waited(Reason.NO_MATCH, settled=NOON + timedelta(hours=3))
    await log.waited(Reason.NO_MATCH)
    await log.waited(Reason.DISLIKED, settled=NOON + timedelta(hours=1))
    day = date(2026, 11, 23)
    assert sorted(await log.read(trends.ratings, ALL)) == [(day, -1, 1), (day, 1, 2)]
    assert await log.read(trends.reasons, ALL) == ((Reason.NO_MATCH, 2), (Reason.DISLIKED, 1))
    assert sorted(await log.read(trends.times, ALL)) == [timedelta(hours=1), timedelta(hours=3)]


async def test_the_queue_is_read_by_item_in_pages(log: Log) -> None:
    first = await log.missed("a1", text="vay vốn", topic="vay-von")
    await log.missed("a2", text="vay von", into=first)
    second = await log.missed("a1", text="xoài", at=NOON + DAY)
    await log.missed("a1", text="bò", at=NOON + 200 * DAY)
    merged = await log.missed("a3", text="heo")
    await log.change(merged, state=ItemState.MERGED)
    found = await log.read(trends.queue, ALL, 0, 10)
    assert [(one.id, one.question) for one in found] == [(first, "vay vốn"), (second, "xoài")]
    assert [one.id for one in await log.read(trends.queue, ALL, first, 10)] == [second]
    assert [one.id for one in await log.read(trends.queue, ALL, 0, 1)] == [first]
    assert await log.read(trends.queue, Span(NOON, NOON + DAY, "telegram"), 0, 10) == ()
    wordings = await log.read(items.wordings_of, [first, second])
    assert [one.text for one in wordings[first]] == ["vay vốn", "vay von"]
    assert [one.text for one in wordings[second]] == ["xoài"]


async def test_open_items_by_how_many_people_asked_them_then(log: Log) -> None:
    often = await log.missed("a1", text="heo")
    for asker in ("a2", "a2", "a3"):
        await log.missed(asker, text="heo", into=often)
    once = await log.missed("a9", text="bò", at=NOON - 200 * DAY)  # new before then, asked again
    await log.missed("a1", text="bò", into=once)
    settled = await log.missed("a1", text="gà")
    await log.change(settled, state=ItemState.ANSWERED, settled_at=NOON + DAY)
    assert [(item.id, people) for item, people in await log.read(trends.groups, ALL, 10)] == [
        (often, 3),
        (once, 1),
    ]
    assert [item.id for item, _ in await log.read(trends.groups, ALL, 1)] == [often]
    assert await log.read(trends.states, ALL) == {ItemState.NEW: 1, ItemState.ANSWERED: 1}
    assert await log.read(trends.times_of_items, ALL) == (DAY,)


async def test_questions_by_province_and_of_people_who_never_said_theirs(log: Log) -> None:
    await log.lives("a1", "Lào Cai")
    for verdict in (Verdict.ANSWER, Verdict.ANSWER, Verdict.SUGGEST):
        await log.asked(verdict)
    await log.asked(asker="b2")
    await log.asked(asker="b2", province="Sơn La")  # that the question names
    await log.asked(Verdict.OFF_TOPIC, province="Sơn La")  # of somebody who works elsewhere
    await log.asked(asker="a1", channel="telegram")  # of another channel: another person
    day = date(2026, 11, 23)
    assert set(await log.read(trends.outcomes, ALL)) == {
        Asked(day, "web", "Lào Cai", Verdict.ANSWER, 2),
        Asked(day, "web", "Lào Cai", Verdict.SUGGEST, 1),
        Asked(day, "web", "Lào Cai", Verdict.OFF_TOPIC, 1),
        Asked(day, "web", "Sơn La", Verdict.ANSWER, 1),
        Asked(day, "web", None, Verdict.ANSWER, 1),
        Asked(day, "telegram", None, Verdict.ANSWER, 1),
    }


async def test_what_each_province_misses_by_topic(log: Log) -> None:
    await log.lives("a1", "Lào Cai")
    await log.lives("a2", "Lào Cai")
    house = await log.missed("a1", text="nhà", topic="nha-o")
    await log.missed("a1", text="nha", into=house)  # its item has the topic
    await log.missed("a2", text="vốn", topic="vay-von")
    await log.missed("b1", text="nhà nào", topic="nha-o")
    moved = await log.missed("a1", text="lợn", province="Sơn La")  # where they worked when they asked
    await log.missed("a1", text="trăng", reason=Reason.OFF_TOPIC)
    await log.missed("a1", text="dài", reason=Reason.TOO_LONG)
    sent_away = await log.missed("a1", text="sao hỏa")
    await log.change(sent_away, state=ItemState.NOT_OURS, reason=Reason.OFF_TOPIC)
    assert set(await log.read(trends.misses, ALL)) == {
        Missed("Lào Cai", "nha-o", 2, 1),
        Missed("Lào Cai", "vay-von", 1, 1),
        Missed(None, "nha-o", 1, 1),
        Missed("Sơn La", None, 1, 1),
    }
    assert set(await log.read(trends.missing, ALL)) == {
        Missed("Lào Cai", None, 3, 2),
        Missed(None, None, 1, 1),
        Missed("Sơn La", None, 1, 1),
    }
    assert moved


async def test_the_log_is_read_in_pages(log: Log) -> None:
    numbers = [await log.asked() for _ in range(5)]
    first = await log.read(trends.log, ALL, 0, 3)
    assert [one.id for one in first] == numbers[:3]
    assert [one.id for one in await log.read(trends.log, ALL, numbers[2], 3)] == numbers[3:]


async def test_the_uses_of_an_entry(log: Log) -> None:
    await log.asked(entry="a", rating=1)
    await log.asked(entry="a", rating=-1, asker="b2", channel="telegram", at=NOON + DAY)
    await log.asked(Verdict.SUGGEST, entry="a")  # picked
    await log.asked(Verdict.OPENED, entry="a")
    await log.asked(Verdict.SUGGEST)
    await log.asked(entry="b")
    found = await log.read(uses.of_all)
    assert set(found) == {"a", "b"}
    a = found["a"]
    assert (a.answered, a.picked, a.opened, a.liked, a.disliked, a.askers) == (2, 1, 1, 1, 1, 2)
    assert a.asked == 3
    assert a.last == NOON + DAY
    assert await log.read(uses.of_some, ["a", "c"]) == {"a": a}
    channels = await log.read(uses.of_one, "a")
    assert {name: one.asked for name, one in channels.items()} == {"telegram": 1, "web": 2}
    assert [one.asked_at for one in await log.read(uses.questions, "a", 2)] == [NOON, NOON + DAY]


async def test_what_became_of_the_questions_that_an_entry_was_nearest_to(log: Log) -> None:
    near = (Candidate("a", 0.5), Candidate("b", 0.4))
    for verdict in (Verdict.ANSWER, Verdict.SUGGEST, Verdict.SUGGEST):
        await log.asked(verdict, candidates=near)
    await log.asked(candidates=near[::-1])
    await log.asked(candidates=near, at=NOON - 2 * DAY)
    await log.asked()
    assert await log.read(uses.nearest, "a", NOON - DAY) == {Verdict.ANSWER: 1, Verdict.SUGGEST: 2}


async def test_a_question_whose_words_were_changed_counts_as_it_was_asked_last(log: Log) -> None:
    fields = {"entry": "a", "version": "3fa2", "rating": -1, "candidates": (Candidate("a", 0.9),)}
    old = await log.asked(Verdict.ANSWER, **fields)
    receivers = (recalls.receivers, Given("a", "3fa2", ""), NOON - DAY, "77aa")
    assert len(await log.read(*receivers)) == 1
    assert await log.read(uses.nearest, "a", NOON - DAY) == {Verdict.ANSWER: 1}
    await log.waited(Reason.NO_MATCH)
    withdrawn = await log.waited(Reason.NO_MATCH)
    new = await log.asked(Verdict.ANSWER, entry="b")
    async with log.database.writing() as connection:
        await inbox.replace(connection, old, new)
        await inbox.replace(connection, withdrawn, new)
        await waiting.withdraw(connection, withdrawn, NOON)
    assert sum(one.questions for one in await log.read(trends.outcomes, ALL)) == 2
    assert await log.read(trends.by_entry, ALL) == (("b", 1),)
    assert await log.read(trends.ratings, ALL) == ()
    assert await log.read(trends.reasons, ALL) == ((Reason.NO_MATCH, 1),)
    assert await log.read(trends.times, ALL) == ()
    assert set(await log.read(uses.of_all)) == {"b"}
    assert await log.read(uses.questions, "a", 5) == ()
    assert await log.read(uses.nearest, "a", NOON - DAY) == {}
    assert await log.read(*receivers) == ()
