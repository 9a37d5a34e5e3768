"""What the inbox and the outbox share: claiming the oldest open row of a chat, and finishing it.

A chat's rows are worked on one at a time and in order. A claim is a lease: when the process dies, the lease
runs out and the row is claimed again. One statement serves both databases; SQLAlchemy leaves `FOR UPDATE
SKIP LOCKED` out on SQLite, where the write lock already keeps others away.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Table, exists, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import OPEN, RowState
from bot.store.whose import Chat, in_chats

LEASE = timedelta(seconds=30)  # longer than any single piece of work may take


def is_undone(table: FromClause) -> ColumnElement[bool]:
    """Return the condition of the indexes over what is not done; written out, or they are not used."""
    return table.c.state != literal_column("'done'")


def is_open(table: FromClause) -> ColumnElement[bool]:
    """Return the condition of rows that are not settled; no list, which `executemany` does not take."""
    return or_(*(table.c.state == state for state in OPEN))


async def claim(
    connection: AsyncConnection,
    table: Table,
    channels: Collection[str],
    now: datetime,
    most: int,
) -> Sequence[Row[Any]]:
    """Claim the oldest rows that may be worked on now, oldest first, one of each chat.

    Args:
        connection: a writing transaction.
        table: `inbox` or `outbox`.
        channels: names of the channels that this process serves.
        now: UTC.
        most: how many.
    """
    other = table.alias()
    c = table.c
    same_chat = is_undone(other) & (other.c.channel == c.channel) & (other.c.chat == c.chat)
    # PostgreSQL hands numbers out before it commits them: a lower one may appear while a higher is in work.
    in_work = (other.c.state == RowState.WORKING) & (other.c.lease_until > now)
    due = (
        select(c.id)
        .where(
            is_undone(table),
            c.channel.concat("").in_(
                channels
            ),  # so that rows are found by age, not by channel and sorted then
            or_(c.state == RowState.NEW, (c.state == RowState.WORKING) & (c.lease_until <= now)),
            c.not_before <= now,
            ~exists().where(same_chat, other.c.state.in_(OPEN), other.c.id < c.id),
            ~exists().where(same_chat, in_work),
        )
        .order_by(c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    result = await connection.execute(
        update(table)
        .where(c.id.in_(due.scalar_subquery()))
        .values(state=RowState.WORKING, lease_until=now + LEASE, attempts=c.attempts + 1)
        .returning(*c)
    )
    return sorted(result, key=lambda row: int(row.id))


async def finished_since(
    connection: AsyncConnection,
    table: Table,
    chats: Collection[Chat],
    since: datetime,
    counts: ColumnElement[bool],
) -> Mapping[Chat, Sequence[datetime]]:
    """Return when the rows of some chats that count were finished since then, oldest first."""
    c = table.c
    query = (
        select(c.channel, c.chat, c.finished_at)
        .where(in_chats(table, chats), c.finished_at > since, counts)
        .order_by(c.finished_at)
    )
    times: dict[Chat, list[datetime]] = {chat: [] for chat in chats}
    for row in await connection.execute(query):
        times[row.channel, row.chat].append(row.finished_at)
    return times


async def finish(
    connection: AsyncConnection, table: Table, rows: Collection[int], now: datetime, **values: object
) -> frozenset[int]:
    """Mark rows as done, and return those that were not settled already."""
    return await _set(connection, table, rows, state=RowState.DONE, finished_at=now, **values)


async def later(
    connection: AsyncConnection, table: Table, row_id: int, not_before: datetime, note: str, *, failed: bool
) -> bool:
    """Give a row back, to be claimed again at `not_before`; later rows of its chat wait behind it.

    A claim that did not fail (it only came too early) does not count as an attempt. False when the row is
    settled already.
    """
    attempts = table.c.attempts if failed else table.c.attempts - 1
    given_back = await _set(
        connection,
        table,
        [row_id],
        state=RowState.NEW,
        lease_until=None,
        not_before=not_before,
        note=note,
        attempts=attempts,
    )
    return bool(given_back)


async def bury(connection: AsyncConnection, table: Table, row_id: int, now: datetime, note: str) -> bool:
    """Give a row up, saying why; False when it is settled already."""
    return bool(await _set(connection, table, [row_id], state=RowState.DEAD, finished_at=now, note=note))


async def _set(
    connection: AsyncConnection, table: Table, rows: Collection[int], **values: object
) -> frozenset[int]:
    """Change rows that are still open: who lost its lease and comes late must not open a settled one."""
    changed = update(table).where(table.c.id.in_(rows), is_open(table)).values(**values)
    return frozenset((await connection.scalars(changed.returning(table.c.id))).all())
