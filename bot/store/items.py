"""The experts' queue: items, the questions in each, and what holds entries back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import Reason
from bot.items import OPEN_STATES, Asker, Draft, Item, ItemState, QueueFilter, QueueOrder, Wording
from bot.store.exchanges import load_candidates
from bot.store.tables import drafts, held, items, waiting
from bot.store.whose import Person, of_people

MOST_SEARCH: Final = 4000  # characters of an item's wordings that are searched
PERSON: Final[ColumnElement[str]] = waiting.c.channel + ":" + func.coalesce(waiting.c.asker, waiting.c.chat)


def _is(person: str) -> ColumnElement[bool]:
    return PERSON.is_not_distinct_from(person)


@dataclass(frozen=True, slots=True)
class Question:
    """A question that waits or did, as a row: whom to tell, and what it is compared by."""

    id: int
    number: int
    channel: str
    chat: str
    asker: str | None
    asked_at: datetime
    text: str
    folded: str
    reason: Reason
    shown: str | None
    province: str | None
    topic: str | None
    item: int | None


def _question(row: Row[Any]) -> Question:
    return Question(
        row.id, row.number, row.channel, row.chat, row.asker, row.asked_at, row.question,
        row.folded or row.question, Reason(row.reason), row.shown, row.province, row.topic, row.item,
    )  # fmt: skip


# --- into which item ------------------------------------------------------------------------------


async def ungrouped(connection: AsyncConnection, limit: int) -> tuple[Question, ...]:
    """Return the oldest questions that wait and are in no item yet."""
    query = (
        select(waiting)
        .where(waiting.c.item.is_(None), waiting.c.resolved_at.is_(None))
        .order_by(waiting.c.id)
        .limit(limit)
    )
    return tuple(map(_question, await connection.execute(query)))


async def readable(connection: AsyncConnection, after: int) -> tuple[tuple[int, str], ...]:
    """Return id and text of the grouped questions that wait, with ids greater than `after`, oldest first."""
    query = (
        select(waiting.c.id, func.coalesce(waiting.c.folded, waiting.c.question))
        .where(waiting.c.id > after, waiting.c.item.is_not(None), waiting.c.resolved_at.is_(None))
        .order_by(waiting.c.id)
    )
    return tuple((row[0], row[1]) for row in await connection.execute(query))


async def homes(connection: AsyncConnection, questions: Collection[int]) -> Mapping[int, int]:
    """Return the open item of each of these questions (rows) that still waits."""
    query = (
        select(waiting.c.id, waiting.c.item)
        .join(items, items.c.id == waiting.c.item)
        .where(waiting.c.id.in_(questions), waiting.c.resolved_at.is_(None))
        .where(items.c.state.in_(OPEN_STATES))
    )
    return {row.id: row.item for row in await connection.execute(query)}


async def make(connection: AsyncConnection, question: Question, province: str | None = None) -> int:
    """Make an item of one question and return the item's id."""
    values = {
        "number": question.number,
        "state": ItemState.NEW,
        "reason": question.reason,
        "question": question.text,
        "topic": question.topic,
        "asked": 1,
        "askers": 1,
        "first_at": question.asked_at,
        "last_at": question.asked_at,
        "search": question.folded[:MOST_SEARCH],
    }
    made = await connection.execute(insert(items).values(**values).returning(items.c.id))
    item = int(made.scalar_one())
    await _settle_in(connection, question, item, province)
    return item


async def join(
    connection: AsyncConnection, question: Question, item: int, province: str | None = None
) -> None:
    """Put one more question into an item."""
    person = f"{question.channel}:{question.asker or question.chat}"
    is_known = await connection.scalar(select(exists().where(waiting.c.item == item, _is(person))))
    await _settle_in(connection, question, item, province)
    c = items.c
    searched = c.search + " / " + question.folded[:MOST_SEARCH]
    room = and_(func.length(c.search) < MOST_SEARCH, ~c.search.contains(question.folded, autoescape=True))
    await connection.execute(
        update(items)
        .where(c.id == item)
        .values(
            asked=c.asked + 1,
            askers=c.askers + (0 if is_known else 1),
            last_at=case((c.last_at < question.asked_at, question.asked_at), else_=c.last_at),
            search=case((room, searched), else_=c.search),
            topic=func.coalesce(c.topic, question.topic),
        )
    )


async def _settle_in(
    connection: AsyncConnection, question: Question, item: int, province: str | None
) -> None:
    await connection.execute(
        update(waiting).where(waiting.c.id == question.id).values(item=item, province=province)
    )


async def move(connection: AsyncConnection, questions: Collection[int], item: int) -> None:
    """Put questions (rows) into another item; `recount` both afterwards."""
    await connection.execute(update(waiting).where(waiting.c.id.in_(questions)).values(item=item))


async def recount(connection: AsyncConnection, item: int) -> None:
    """Work out anew what an item says of its questions; one that has none is left as it is."""
    query = select(waiting).where(waiting.c.item == item).order_by(waiting.c.asked_at, waiting.c.id)
    questions = [_question(row) for row in await connection.execute(query)]
    if not questions:
        return
    first = questions[0]
    people = {(each.channel, each.asker or each.chat) for each in questions}
    wordings = dict.fromkeys(each.folded for each in questions)
    values = {
        "number": first.number,
        "reason": first.reason,
        "question": first.text,
        "topic": next((each.topic for each in questions if each.topic), None),
        "asked": len(questions),
        "askers": len(people),
        "first_at": first.asked_at,
        "last_at": questions[-1].asked_at,
        "search": " / ".join(wordings)[:MOST_SEARCH],
    }
    await connection.execute(update(items).where(items.c.id == item).values(**values))


# --- reading ----------------------------------------------------------------------------------------


async def queue(
    connection: AsyncConnection, wanted: QueueFilter, offset: int, limit: int
) -> tuple[Item, ...]:
    """Return a stretch of the items that a filter asks for, in its order."""
    c = items.c
    orders: Mapping[QueueOrder, Sequence[Any]] = {
        QueueOrder.ASKERS: (c.askers.desc(), c.first_at, c.topic, c.id),
        QueueOrder.AGE: (c.first_at, c.id),
        QueueOrder.TOPIC: (func.coalesce(c.topic, "~"), c.askers.desc(), c.first_at, c.id),
    }
    query = _wanted(select(items), wanted).order_by(*orders[wanted.order]).offset(offset).limit(limit)
    return tuple(map(item_of, await connection.execute(query)))


async def count(connection: AsyncConnection, wanted: QueueFilter) -> int:
    """Count the items that a filter asks for."""
    return await connection.scalar(_wanted(select(func.count()).select_from(items), wanted)) or 0


def _wanted(query: Select[Any], wanted: QueueFilter) -> Select[Any]:
    c = items.c
    conditions: list[ColumnElement[bool]] = [c.state.in_(wanted.states)] if wanted.states else []
    if wanted.topic:
        conditions.append(c.topic == wanted.topic)
    if wanted.reason:
        conditions.append(c.reason == wanted.reason)
    if wanted.since:
        conditions.append(c.last_at >= wanted.since)
    if wanted.until:
        conditions.append(c.first_at <= wanted.until)
    for column, value in ((waiting.c.channel, wanted.channel), (waiting.c.province, wanted.province)):
        if value:
            conditions.append(exists().where(waiting.c.item == c.id, column == value))
    conditions += [_says(word) for word in wanted.text.split()]
    return query.where(*conditions)


def _says(word: str) -> ColumnElement[bool]:
    """Return whether an item has a word (folded), or is of the question with this number."""
    found = items.c.search.contains(word, autoescape=True)
    number = word.removeprefix("#")
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        return found
    is_its = exists().where(waiting.c.item == items.c.id, waiting.c.number == int(number))
    return is_its if word.startswith("#") else or_(found, is_its)


async def get(connection: AsyncConnection, item: int) -> Item | None:
    """Return an item by its own id."""
    row = (await connection.execute(select(items).where(items.c.id == item))).one_or_none()
    return item_of(row) if row else None


async def of(connection: AsyncConnection, number: int, *, lock: bool = False) -> Item | None:
    """Return the item that a question is in, the latest if it waited several times.

    Args:
        connection: a writing transaction, where `lock` is set.
        number: of any question in it.
        lock: keep every other reviewer off the item until the transaction ends.
    """
    newest = select(func.max(waiting.c.id)).where(waiting.c.number == number, waiting.c.item.is_not(None))
    home = select(waiting.c.item).where(waiting.c.id == newest.scalar_subquery())
    query = select(items).where(items.c.id == home.scalar_subquery())
    row = (await connection.execute(query.with_for_update() if lock else query)).one_or_none()
    return item_of(row) if row else None


async def lock(connection: AsyncConnection, item: int) -> Item | None:
    """Return an item by its own id and keep every other reviewer off it until the transaction ends."""
    row = (await connection.execute(select(items).where(items.c.id == item).with_for_update())).one_or_none()
    return item_of(row) if row else None


async def questions(
    connection: AsyncConnection, item: int, *, only_open: bool = False
) -> tuple[Question, ...]:
    """Return the questions in an item, oldest first."""
    query = select(waiting).where(waiting.c.item == item).order_by(waiting.c.asked_at, waiting.c.id)
    if only_open:
        query = query.where(waiting.c.resolved_at.is_(None))
    return tuple(map(_question, await connection.execute(query)))


async def wordings(connection: AsyncConnection, item: int) -> tuple[Wording, ...]:
    """Return every time that an item was asked, oldest first."""
    return (await wordings_of(connection, (item,)))[item]


async def wordings_of(
    connection: AsyncConnection, chosen: Collection[int]
) -> Mapping[int, tuple[Wording, ...]]:
    """Return every time that each of these items (own ids) was asked, oldest first."""
    query = select(waiting).where(waiting.c.item.in_(chosen)).order_by(waiting.c.asked_at, waiting.c.id)
    found: dict[int, list[Wording]] = {item: [] for item in chosen}
    for row in await connection.execute(query):
        wording = Wording(
            row.id, row.number, row.question, row.asked_at, row.channel, row.province, Reason(row.reason),
            row.shown, load_candidates(row.candidates), row.resolved_at is None,
        )  # fmt: skip
        found[row.item].append(wording)
    return {item: tuple(asked) for item, asked in found.items()}


async def askers(connection: AsyncConnection, item: int) -> tuple[Asker, ...]:
    """Return how many people asked, by channel and province, most first."""
    people = func.count(PERSON.distinct())
    query = (
        select(waiting.c.channel, waiting.c.province, people.label("people"))
        .where(waiting.c.item == item)
        .group_by(waiting.c.channel, waiting.c.province)
        .order_by(people.desc(), waiting.c.channel, waiting.c.province)
    )
    return tuple(Asker(row.channel, row.province, row.people) for row in await connection.execute(query))


async def asked_back(connection: AsyncConnection, people: Collection[Person]) -> Mapping[Person, int]:
    """Return the newest question of each person, in a chat, that an expert wants to hear more of."""
    c = waiting.c
    asking = select(items.c.id).where(items.c.state == ItemState.ASKING)  # of all that waits, a few
    query = (
        select(c.channel, c.chat, c.asker, c.number, c.resolved_at)
        .where(of_people(waiting, people), c.item.in_(asking))
        .order_by(c.id)
    )
    return {
        (row.channel, row.chat, row.asker): row.number
        for row in await connection.execute(query)
        if row.resolved_at is None  # asked for in the statement, SQLite would look through all that waits
    }


async def late(connection: AsyncConnection, taken_before: datetime, limit: int) -> tuple[Item, ...]:
    """Return items that were taken before a time and still are, but for those whose answer is proposed."""
    query = (
        select(items)
        .where(items.c.state == ItemState.TAKEN, items.c.taken_at < taken_before, items.c.branch.is_(None))
        .order_by(items.c.id)
        .limit(limit)
    )
    return tuple(map(item_of, await connection.execute(query)))


def item_of(row: Row[Any]) -> Item:
    """Return a row of the items as a value; what comes beside its columns is left out."""
    named = row._mapping
    fields = {column.name: named[column.name] for column in items.c if column.name != "search"}
    return Item(**fields | {"state": ItemState(row.state), "reason": Reason(row.reason)})


# --- changing ---------------------------------------------------------------------------------------


async def change(connection: AsyncConnection, item: int, **values: Any) -> None:
    """Change an item that the caller has locked."""
    await connection.execute(update(items).where(items.c.id == item).values(**values))


async def settle(
    connection: AsyncConnection,
    questions: Collection[int],
    by: str,
    now: datetime,
    entry: str | None,
    note: str | None,
) -> None:
    """Settle questions (rows) that wait."""
    values = {"resolved_at": now, "resolved_by": by, "entry": entry, "note": note}
    still = waiting.c.resolved_at.is_(None)
    await connection.execute(update(waiting).where(waiting.c.id.in_(questions), still).values(**values))


async def reopen(connection: AsyncConnection, questions: Collection[int]) -> bool:
    """Let settled questions (rows) wait again; False when one of them waits in another row already."""
    again = waiting.alias()
    clash = (
        select(waiting.c.id)
        .join(again, and_(again.c.number == waiting.c.number, again.c.resolved_at.is_(None)))
        .where(waiting.c.id.in_(questions), again.c.id != waiting.c.id)
    )
    if await connection.scalar(clash.limit(1)) is not None:
        return False
    cleared: dict[str, object] = dict.fromkeys(("resolved_at", "resolved_by", "entry", "note"))
    await connection.execute(update(waiting).where(waiting.c.id.in_(questions)).values(**cleared))
    return True


# --- drafts and what is held --------------------------------------------------------------------------


async def draft(connection: AsyncConnection, item: int, text: str, by: str, now: datetime) -> int:
    """Keep an answer that an expert wrote in chat and return its id."""
    values = {"item": item, "text": text, "by": by, "at": now}
    made = await connection.execute(insert(drafts).values(**values).returning(drafts.c.id))
    return int(made.scalar_one())


async def drafts_of(connection: AsyncConnection, item: int) -> tuple[Draft, ...]:
    """Return the answers that experts wrote to an item, newest first."""
    query = select(drafts).where(drafts.c.item == item).order_by(drafts.c.id.desc())
    return tuple(Draft(row.id, row.item, row.text, row.by, row.at) for row in await connection.execute(query))


async def hold(connection: AsyncConnection, entry: str, by: str, now: datetime) -> None:
    """Let an entry close no open items by itself."""
    if entry not in await held_entries(connection):
        await connection.execute(insert(held).values(entry=entry, by=by, at=now))


async def let_go(connection: AsyncConnection, entry: str) -> None:
    """Let an entry close open items again."""
    await connection.execute(held.delete().where(held.c.entry == entry))


async def held_entries(connection: AsyncConnection) -> frozenset[str]:
    """Return the entries that are held."""
    return frozenset((await connection.scalars(select(held.c.entry))).all())


# --- trying what waits on a new base -------------------------------------------------------------------


async def untried(connection: AsyncConnection, base: str, limit: int) -> tuple[int, ...]:
    """Return open items with a question that was not tried on this version of the base yet."""
    query = (
        select(items.c.id)
        .join(waiting, waiting.c.item == items.c.id)
        .where(waiting.c.resolved_at.is_(None), items.c.state.in_(OPEN_STATES))
        .where(or_(waiting.c.base.is_(None), waiting.c.base != base))
        .group_by(items.c.id)
        .order_by(items.c.id)
        .limit(limit)
    )
    return tuple((await connection.scalars(query)).all())


async def tried(connection: AsyncConnection, tried_items: Collection[int], base: str) -> None:
    """Record that all questions of these items were tried on a version of the base."""
    its = (waiting.c.item.in_(tried_items), waiting.c.resolved_at.is_(None))
    await connection.execute(update(waiting).where(*its).values(base=base))
