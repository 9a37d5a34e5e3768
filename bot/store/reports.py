"""Which admin was told of which week: a row is written before the report is, in the same transaction."""

import contextlib
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import reports


async def told(connection: AsyncConnection, week: date) -> frozenset[str]:
    """Return who was told in the week that begins on this Monday."""
    query = select(reports.c.person).where(reports.c.week == week.isoformat())
    return frozenset((await connection.scalars(query)).all())


async def claim(connection: AsyncConnection, week: date, person: str, now: datetime) -> bool:
    """Record that somebody is told now; False where another process has done so."""
    with contextlib.suppress(IntegrityError):
        async with connection.begin_nested():
            await connection.execute(insert(reports).values(week=week.isoformat(), person=person, at=now))
            return True
    return False
