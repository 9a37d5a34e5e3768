"""Answers that were given and have changed since: who got which text, and who was told of the change."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.exchanges import IS_REPLACED
from bot.store.tables import exchanges, recalls, snapshots, waiting


@dataclass(frozen=True, slots=True)
class Given:
    """A text that was given: an entry and a version of it, and how often since the time asked for."""

    entry: str
    version: str
    content: str


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody who got a text, in the exchange numbered `number`."""

    number: int
    channel: str
    chat: str
    asker: str
    entry: str


async def given_since(connection: AsyncConnection, since: datetime) -> tuple[Given, ...]:
    """Return the texts that were given in answer since then, each version once."""
    e, s = exchanges.c, snapshots.c
    query = (
        select(s.entry, s.version, s.content)
        .join(exchanges, (e.entry == s.entry) & (e.version == s.version))
        .where(e.asked_at >= since)
        .group_by(s.entry, s.version, s.content)
        .order_by(s.entry, s.version)
    )
    return tuple(Given(row.entry, row.version, row.content) for row in await connection.execute(query))


async def receivers(
    connection: AsyncConnection, given: Given, since: datetime, now_version: str
) -> tuple[Receiver, ...]:
    """Return who got a text since then and was not told yet that `now_version` holds instead.

    Who put the question before the experts again is left out: they will be told by them. So is who changed
    its words: the text stands in their chat no more.
    """
    e = exchanges.c
    told = exists().where(recalls.c.exchange == e.id, recalls.c.version == now_version)
    waits = exists().where(waiting.c.number == e.id, waiting.c.resolved_at.is_(None))
    query = (
        select(e.id, e.channel, e.chat, e.asker, e.entry)
        .where(e.entry == given.entry, e.version == given.version, e.asked_at >= since)
        .where(~told, ~waits, ~IS_REPLACED)
        .order_by(e.id)
    )
    return tuple(
        Receiver(row.id, row.channel, row.chat, row.asker, row.entry)
        for row in await connection.execute(query)
    )


async def told(connection: AsyncConnection, numbers: Collection[int], version: str, now: datetime) -> None:
    """Record that the askers of these exchanges were told that `version` holds now."""
    c = recalls.c
    known = await connection.scalars(select(c.exchange).where(c.exchange.in_(numbers), c.version == version))
    left = set(numbers) - set(known)
    rows = [{"exchange": number, "version": version, "at": now} for number in sorted(left)]
    if rows:
        await connection.execute(insert(recalls), rows)
