"""Tokens that platforms give for a while: one row per channel, renewed by one replica at a time."""

from datetime import datetime

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import Tokens
from bot.store.tables import credentials


async def get(connection: AsyncConnection, channel: str) -> tuple[str, datetime] | None:
    """Return the access token and until when it holds; None where none was ever given."""
    query = select(credentials.c.access, credentials.c.until).where(credentials.c.channel == channel)
    row = (await connection.execute(query)).one_or_none()
    return (row.access, row.until) if row else None


async def claim(
    connection: AsyncConnection, channel: str, now: datetime, lease_until: datetime
) -> str | None:
    """Return the refresh token if it is time to use it; a lease keeps others from using it meanwhile."""
    c = credentials.c
    nobody = or_(c.renewing_until.is_(None), c.renewing_until <= now)
    claimed = await connection.execute(
        update(credentials)
        .where(c.channel == channel, c.renew_at <= now, nobody)
        .values(renewing_until=lease_until)
        .returning(c.refresh)
    )
    refresh: str | None = claimed.scalar_one_or_none()
    return refresh


async def put(
    connection: AsyncConnection, channel: str, tokens: Tokens, renew_at: datetime, until: datetime
) -> None:
    """Replace the tokens; whoever renewed them is done."""
    values = {"access": tokens.access, "refresh": tokens.refresh, "renew_at": renew_at, "until": until}
    await connection.execute(delete(credentials).where(credentials.c.channel == channel))
    await connection.execute(insert(credentials).values(channel=channel, renewing_until=None, **values))


async def doubt(connection: AsyncConnection, channel: str, access: str, now: datetime) -> None:
    """Have an access token renewed at once, unless it was meanwhile."""
    c = credentials.c
    its = (c.channel == channel, c.access == access, c.renew_at > now)
    await connection.execute(update(credentials).where(*its).values(renew_at=now))
