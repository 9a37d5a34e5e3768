"""What became new in the base and when, who follows what, and what officers share of their own work."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, case, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import NewsKind, Novelty, Share
from bot.store.tables import editions, follows, shares

Edition = tuple[NewsKind, str, str]  # what, its key, and the version of what it says


@dataclass(frozen=True, slots=True)
class Follower:
    """Somebody who wants to hear of topics: where, and until when they know what is new in each."""

    number: int  # of the message in which they said so
    channel: str
    chat: str
    asker: str
    topics: Mapping[str, datetime]


# --- editions ---------------------------------------------------------------------------------------


async def note(connection: AsyncConnection, found: Collection[Edition], now: datetime) -> int:
    """Record what a base says that no base before it said; return how much that is.

    The first base of all is no news: it is what there was.
    """
    c = editions.c
    is_first = not await connection.scalar(select(exists().where(c.key != "")))
    known = set(await connection.execute(select(c.kind, c.key, c.version)))
    fresh = [each for each in found if tuple(each) not in known]
    rows = [
        {"kind": kind, "key": key, "version": version, "seen_at": None if is_first else now}
        for kind, key, version in fresh
    ]
    if rows:
        await connection.execute(insert(editions), rows)
    return 0 if is_first else len(rows)


async def since(connection: AsyncConnection, moment: datetime) -> tuple[Novelty, ...]:
    """Return what became new or changed after `moment` (UTC), the newest first, each once."""
    c = editions.c
    latest = func.max(c.seen_at)
    known = func.sum(case((or_(c.seen_at.is_(None), c.seen_at <= moment), 1), else_=0))
    query = (
        select(c.kind, c.key, latest.label("at"), known.label("known"))
        .group_by(c.kind, c.key)
        .having(latest > moment)
        .order_by(latest.desc(), c.kind, c.key)
    )
    rows = await connection.execute(query)
    return tuple(Novelty(NewsKind(row.kind), row.key, row.at, row.known == 0) for row in rows)


# --- who follows ------------------------------------------------------------------------------------


async def follow(
    connection: AsyncConnection,
    number: int,
    talk: tuple[str, str, str],
    topics: Collection[str],
    now: datetime,
) -> None:
    """Let a person (channel, chat, pseudonym) hear of these topics and no others; of none, of nothing."""
    c = follows.c
    own = (c.channel == talk[0], c.chat == talk[1], c.asker == talk[2])
    before = {row.topic: row for row in await connection.execute(select(follows).where(*own))}
    await connection.execute(delete(follows).where(*own, c.topic.not_in(topics)))
    fresh = [topic for topic in topics if topic not in before]
    who = dict(zip(("channel", "chat", "asker"), talk, strict=True))
    rows = [{**who, "topic": topic, "number": number, "told_at": now} for topic in sorted(fresh)]
    if rows:
        await connection.execute(insert(follows), rows)


async def followed(connection: AsyncConnection, channel: str, chat: str, asker: str) -> frozenset[str]:
    """Return the topics that a person follows in a chat."""
    c = follows.c
    query = select(c.topic).where(c.channel == channel, c.chat == chat, c.asker == asker)
    return frozenset((await connection.execute(query)).scalars())


async def followers(connection: AsyncConnection, channels: Collection[str]) -> tuple[Follower, ...]:
    """Return who follows something in these channels."""
    c = follows.c
    query = select(follows).where(c.channel.in_(channels)).order_by(c.channel, c.chat, c.asker, c.topic)
    rows = list(await connection.execute(query))
    return tuple(
        Follower(max(row.number for row in own), *talk, {row.topic: row.told_at for row in own})
        for talk, own in ((talk, list(own)) for talk, own in groupby(rows, key=_talk))
    )


async def told(connection: AsyncConnection, follower: Follower, now: datetime) -> bool:
    """Record that a follower knows all that is new up to now; False when another process just did."""
    c = follows.c
    own = (c.channel == follower.channel, c.chat == follower.chat, c.asker == follower.asker)
    until = max(follower.topics.values())
    done = await connection.execute(update(follows).where(*own, c.told_at <= until).values(told_at=now))
    return done.rowcount > 0


def _talk(row: Row[Any]) -> tuple[str, str, str]:
    return row.channel, row.chat, row.asker


# --- what officers share -----------------------------------------------------------------------------


async def share(connection: AsyncConnection, number: int, talk: tuple[str, str, str]) -> Share | None:
    """Return what a person has told so far under the number of the message that began it."""
    c = shares.c
    own = (c.number == number, c.channel == talk[0], c.chat == talk[1], c.asker == talk[2])
    row = (await connection.execute(select(shares).where(*own))).one_or_none()
    return Share(row.number, row.what, row.where, row.result, row.may_name) if row else None


async def keep_share(connection: AsyncConnection, told: Share, talk: tuple[str, str, str]) -> None:
    """Keep what a person has told so far."""
    values = {"what": told.what, "where": told.where, "result": told.result, "may_name": told.may_name}
    known = await connection.execute(update(shares).where(shares.c.number == told.number).values(**values))
    if known.rowcount == 0:
        who = dict(zip(("channel", "chat", "asker"), talk, strict=True))
        await connection.execute(insert(shares).values(number=told.number, **who, **values))
