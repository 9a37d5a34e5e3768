"""Entries that experts have to look at again because a document that they rest on has changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.items import Rereading
from bot.store.tables import rereadings

Key = tuple[str, str, str]  # entry, document, cause


async def open_new(
    connection: AsyncConnection, wanted: Mapping[Key, str | None], by: str, now: datetime
) -> int:
    """Open those that never were; return how many that is. The caller sees to it that nobody else does.

    Args:
        connection: in `Database.grouping`.
        wanted: with the digest of each entry as it stands, None where only people may settle it.
        by: who opens them.
        now: UTC.
    """
    c = rereadings.c
    known = {tuple(row) for row in await connection.execute(select(c.entry, c.document, c.cause))}
    rows = [
        {
            "entry": entry,
            "document": document,
            "cause": cause,
            "digest": digest,
            "opened_at": now,
            "opened_by": by,
        }
        for (entry, document, cause), digest in wanted.items()
        if (entry, document, cause) not in known
    ]
    if rows:
        await connection.execute(insert(rereadings), rows)
    return len(rows)


async def waiting(connection: AsyncConnection, limit: int, offset: int = 0) -> tuple[Rereading, ...]:
    """Return those that wait, the oldest first."""
    query = (
        select(rereadings)
        .where(rereadings.c.settled_at.is_(None))
        .order_by(rereadings.c.id)
        .limit(limit)
        .offset(offset)
    )
    return tuple(map(_rereading, await connection.execute(query)))


async def count(connection: AsyncConnection) -> int:
    """Count those that wait."""
    query = select(func.count()).select_from(rereadings).where(rereadings.c.settled_at.is_(None))
    return await connection.scalar(query) or 0


async def digests(connection: AsyncConnection) -> dict[int, tuple[Key, str]]:
    """Return those that wait and that the bot may settle: by id what each is about, its entry's digest."""
    c = rereadings.c
    query = select(c.id, c.entry, c.document, c.cause, c.digest).where(
        c.settled_at.is_(None), c.digest.is_not(None)
    )
    return {
        row.id: ((row.entry, row.document, row.cause), row.digest) for row in await connection.execute(query)
    }


async def get(connection: AsyncConnection, number: int) -> Rereading | None:
    """Return one by its id."""
    row = (await connection.execute(select(rereadings).where(rereadings.c.id == number))).one_or_none()
    return _rereading(row) if row else None


async def settle(
    connection: AsyncConnection, number: int, by: str, note: str | None, now: datetime
) -> Rereading | None:
    """Settle one and return it; None where it does not wait."""
    done = await connection.execute(
        update(rereadings)
        .where(rereadings.c.id == number, rereadings.c.settled_at.is_(None))
        .values(settled_at=now, settled_by=by, note=note)
        .returning(rereadings)
    )
    row = done.one_or_none()
    return _rereading(row) if row else None


def _rereading(row: Row[Any]) -> Rereading:
    fields = dict(row._mapping)
    del fields["digest"]
    return Rereading(**fields)
