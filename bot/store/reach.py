"""Who may be written to: people's wishes, and chats that refuse us until they write again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import chats, exchanges, follows, inbox, outbox, people, shares, tellings, waiting
from bot.store.tables import lost as lost_chats
from bot.store.whose import Chat, in_chats


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person said of themselves; a `quiet` one gets no message that they did not just ask for."""

    province: str | None = None
    quiet: bool = False
    looked_at: datetime | None = None  # at what is new


async def wish(connection: AsyncConnection, channel: str, asker: str | None) -> Wish:
    """Return what a person (a pseudonym) wishes."""
    query = select(people).where(people.c.channel == channel, people.c.asker == (asker or ""))
    row = (await connection.execute(query)).one_or_none()
    return Wish(row.province, row.quiet, row.looked_at) if row else Wish()


async def wishes(connection: AsyncConnection, channel: str, asker: str, **values: Any) -> None:
    """Change what a person wishes: `province`, `quiet`, `looked_at`."""
    of_them = (people.c.channel == channel, people.c.asker == asker)
    known = await connection.execute(update(people).where(*of_them).values(**values))
    if known.rowcount == 0:
        row = {"province": None, "quiet": False, **values}
        await connection.execute(insert(people).values(channel=channel, asker=asker, **row))


async def lost(connection: AsyncConnection, channel: str, chat: str, now: datetime, why: str) -> None:
    """Record that a chat refuses us: blocked, left, gone."""
    if not await is_gone(connection, channel, chat):
        await connection.execute(insert(lost_chats).values(channel=channel, chat=chat, since=now, why=why))


async def is_gone(connection: AsyncConnection, channel: str, chat: str) -> bool:
    """Tell whether a chat refused us and has not written since."""
    query = select(lost_chats.c.since).where(lost_chats.c.channel == channel, lost_chats.c.chat == chat)
    return await connection.scalar(query) is not None


async def back(connection: AsyncConnection, *chats: Chat) -> None:
    """Record that chats have written: they may be written to again."""
    await connection.execute(delete(lost_chats).where(in_chats(lost_chats, chats)))


async def last_heard(connection: AsyncConnection, channel: str, chat: str) -> datetime | None:
    """Return when a chat's newest message came."""
    query = select(func.max(inbox.c.received_at)).where(inbox.c.channel == channel, inbox.c.chat == chat)
    heard: datetime | None = await connection.scalar(query)
    return heard


async def move(connection: AsyncConnection, channel: str, old: str, new: str) -> None:
    """Let all that is known of a chat be known of the id that it has from now on."""
    # Messages are numbered anew there: the old numbers would mean others.
    await connection.execute(update(outbox).where(*_of(outbox, channel, old)).values(platform_id=None))
    for table in (chats, lost_chats, follows):  # what was learnt there already counts
        await connection.execute(delete(table).where(*_of(table, channel, new)))
    for table in (inbox, outbox, chats, exchanges, waiting, tellings, lost_chats, follows, shares):
        await connection.execute(update(table).where(*_of(table, channel, old)).values(chat=new))


def _of(table: Table, channel: str, chat: str) -> tuple[ColumnElement[bool], ...]:
    return table.c.channel == channel, table.c.chat == chat
