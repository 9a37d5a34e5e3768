"""Questions that wait for an expert."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import Reason, Waiting
from bot.items import BY_ASKER
from bot.store.exchanges import dump_candidates, load_candidates
from bot.store.tables import waiting


async def add(connection: AsyncConnection, item: Waiting) -> None:
    """Put a question before the experts; one that waits already gets the newer reason.

    One that was settled waits anew, in a row of its own: what was said to the asker stays.
    """
    values = {"reason": item.reason, "shown": item.shown, "candidates": dump_candidates(item.candidates)}
    known = await connection.execute(update(waiting).where(*_waits(item.number)).values(**values))
    if known.rowcount == 0:
        await connection.execute(
            insert(waiting).values(
                number=item.number,
                channel=item.channel,
                chat=item.chat,
                asked_at=item.asked_at,
                question=item.question,
                asker=item.asker,
                folded=item.folded,
                base=item.base,
                topic=item.topic,
                province=item.province,
                **values,
            )
        )


async def withdraw(connection: AsyncConnection, number: int, now: datetime) -> bool:
    """Let a question wait no more, as its asker wishes; False when it did not wait."""
    settled = {"resolved_at": now, "resolved_by": BY_ASKER}
    done = await connection.execute(update(waiting).where(*_waits(number)).values(**settled))
    return done.rowcount > 0


async def open_count(connection: AsyncConnection) -> int:
    """Count the questions that still wait."""
    query = select(func.count()).select_from(waiting).where(waiting.c.resolved_at.is_(None))
    return await connection.scalar(query) or 0


async def get(connection: AsyncConnection, number: int) -> Waiting | None:
    """Return one by its number as it stands now, resolved or not."""
    return (await among(connection, (number,))).get(number)


async def among(connection: AsyncConnection, numbers: tuple[int, ...]) -> dict[int, Waiting]:
    """Return those of the given numbers that wait or waited, as they stand now."""
    query = select(waiting).where(waiting.c.number.in_(numbers)).order_by(waiting.c.id)
    return {row.number: waiting_of(row) for row in await connection.execute(query)}  # the latest is left


async def settled(connection: AsyncConnection, number: int) -> tuple[Waiting, ...]:
    """Return every time that a question was settled, oldest first."""
    query = (
        select(waiting)
        .where(waiting.c.number == number, waiting.c.resolved_at.is_not(None))
        .order_by(waiting.c.id)
    )
    return tuple(waiting_of(row) for row in await connection.execute(query))


def _waits(number: int) -> tuple[ColumnElement[bool], ...]:
    return waiting.c.number == number, waiting.c.resolved_at.is_(None)


def waiting_of(row: Row[Any]) -> Waiting:
    """Return a row of the queue as a value."""
    fields = {name: value for name, value in row._mapping.items() if name not in ("id", "item")}
    fields["reason"] = Reason(fields["reason"])
    fields["candidates"] = load_candidates(fields["candidates"])
    return Waiting(**fields)
