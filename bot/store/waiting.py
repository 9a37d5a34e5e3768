"""Questions that wait for an expert."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import Reason, Waiting
from bot.store.exchanges import dump_candidates, load_candidates
from bot.store.tables import waiting


async def add(connection: AsyncConnection, item: Waiting) -> None:
    """Put a question before the experts; one that waits already gets the newer reason and is opened again."""
    values = {
        "reason": item.reason,
        "shown": item.shown,
        "candidates": dump_candidates(item.candidates),
        "resolved_at": None,
        "resolved_by": None,
        "entry": None,
        "note": None,
    }
    known = await connection.execute(update(waiting).where(waiting.c.number == item.number).values(**values))
    if known.rowcount == 0:
        await connection.execute(
            insert(waiting).values(
                number=item.number,
                channel=item.channel,
                chat=item.chat,
                asked_at=item.asked_at,
                question=item.question,
                **values,
            )
        )


async def open_items(connection: AsyncConnection, limit: int, after: int = 0) -> tuple[Waiting, ...]:
    """Return the questions that still wait, oldest first, with numbers greater than `after`."""
    query = (
        select(waiting)
        .where(waiting.c.resolved_at.is_(None), waiting.c.number > after)
        .order_by(waiting.c.number)
        .limit(limit)
    )
    return tuple(_item(row) for row in await connection.execute(query))


async def open_count(connection: AsyncConnection) -> int:
    """Count the questions that still wait."""
    query = select(func.count()).select_from(waiting).where(waiting.c.resolved_at.is_(None))
    return await connection.scalar(query) or 0


async def get(connection: AsyncConnection, number: int) -> Waiting | None:
    """Return one by its number, resolved or not."""
    row = (await connection.execute(select(waiting).where(waiting.c.number == number))).one_or_none()
    return _item(row) if row else None


async def among(connection: AsyncConnection, numbers: tuple[int, ...]) -> dict[int, Waiting]:
    """Return those of the given numbers that wait or waited."""
    rows = await connection.execute(select(waiting).where(waiting.c.number.in_(numbers)))
    return {row.number: _item(row) for row in rows}


async def resolve(
    connection: AsyncConnection, number: int, by: str, now: datetime, entry: str | None, note: str | None
) -> bool:
    """Settle a question; False when it did not wait (any more)."""
    result = await connection.execute(
        update(waiting)
        .where(waiting.c.number == number, waiting.c.resolved_at.is_(None))
        .values(resolved_at=now, resolved_by=by, entry=entry, note=note)
    )
    return result.rowcount == 1


def _item(row: Row[Any]) -> Waiting:
    fields = dict(row._mapping)
    fields["reason"] = Reason(fields["reason"])
    fields["candidates"] = load_candidates(fields["candidates"])
    return Waiting(**fields)
