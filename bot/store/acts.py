"""What reviewers did, and when: rows are added and never changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.items import Act, ActKind
from bot.store.tables import acts


async def record(
    connection: AsyncConnection,
    item: int,
    kind: ActKind,
    by: str,
    now: datetime,
    details: Mapping[str, Any],
    undoes: int | None = None,
) -> Act:
    """Record an act on an item, `undoes` being the act that it takes back."""
    values = {"item": item, "kind": kind, "by": by, "at": now, "details": dict(details), "undoes": undoes}
    made = await connection.execute(insert(acts).values(**values).returning(acts.c.id))
    return Act(int(made.scalar_one()), item, kind, by, now, details, undoes)


async def get(connection: AsyncConnection, act: int) -> Act | None:
    """Return an act by its id."""
    row = (await connection.execute(select(acts).where(acts.c.id == act))).one_or_none()
    return _act(row) if row else None


async def of(connection: AsyncConnection, item: int) -> tuple[Act, ...]:
    """Return what was done to an item (own id), oldest first."""
    query = select(acts).where(acts.c.item == item).order_by(acts.c.id)
    return tuple(map(_act, await connection.execute(query)))


def _act(row: Row[Any]) -> Act:
    return Act(row.id, row.item, ActKind(row.kind), row.by, row.at, row.details, row.undoes)
