"""What officers chose where the bot did not answer, and which variants made of it experts do not want."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import Choice, Reason, Verdict
from bot.store.exchanges import load_candidates
from bot.store.tables import dismissals, exchanges, waiting

BELOW = (Verdict.SUGGEST, Verdict.UNANSWERED)
MOST = 10_000  # choices that are read, the newest: half a second of CPU
SOON = timedelta(minutes=10)  # between a question and the entry that was opened for it


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A wording that somebody does not want for an entry."""

    entry: str
    wording: str
    by: str
    at: datetime


async def since(connection: AsyncConnection, moment: datetime) -> tuple[Choice, ...]:
    """Return what became of questions since a moment (UTC) that the bot did not answer, oldest first.

    An entry that was opened soon after and found right counts as chosen. A question that goes on from an
    earlier one is left out, and so is one of which nobody said what was meant.
    """
    asked, opened = exchanges.alias("asked"), exchanges.alias("opened")
    refused = exists().where(waiting.c.number == asked.c.id, waiting.c.reason == Reason.NONE_OF_THESE)
    below = (
        asked.c.asked_at >= moment,
        asked.c.verdict.in_(BELOW),
        asked.c.earlier.is_(None),
        asked.c.normalised != "",
    )
    picked = (
        select(asked)
        .where(*below, asked.c.entry.is_not(None) | refused)
        .order_by(asked.c.id.desc())
        .limit(MOST)
    )
    last = exchanges.alias("last")
    just_before = (
        select(func.max(last.c.id))
        .where(
            last.c.channel == opened.c.channel,
            last.c.chat == opened.c.chat,
            last.c.asker == opened.c.asker,
            last.c.id < opened.c.id,
        )
        .correlate(opened)
        .scalar_subquery()
    )
    found = (
        select(asked, opened.c.entry.label("found"), opened.c.asked_at.label("opened_at"))
        .select_from(opened)
        .join(asked, asked.c.id == just_before)
        .where(*below, asked.c.entry.is_(None), opened.c.verdict == Verdict.OPENED, opened.c.rating == 1)
        .order_by(asked.c.id.desc())
        .limit(MOST)
    )
    rows = [(row.id, _choice(row, row.entry, row.rating)) for row in await connection.execute(picked)]
    for row in await connection.execute(found):
        if row.opened_at - row.asked_at <= SOON:
            rows.append((row.id, _choice(row, row.found, 1)))
    return tuple(choice for _, choice in sorted(rows, key=lambda pair: pair[0]))


def _choice(row: Row[Any], entry: str | None, rating: int | None) -> Choice:
    return Choice(row.raw, row.asker, entry, rating, load_candidates(row.candidates))


async def dismiss(
    connection: AsyncConnection, entry: str, wordings: list[str], by: str, now: datetime
) -> None:
    """Record that somebody does not want wordings for an entry."""
    rows = [{"entry": entry, "wording": each, "by": by, "at": now} for each in wordings]
    await connection.execute(insert(dismissals), rows)


async def take_back(connection: AsyncConnection, entry: str, wording: str, by: str, now: datetime) -> None:
    """Record that a wording may be proposed for an entry again."""
    c = dismissals.c
    query = update(dismissals).where(c.entry == entry, c.wording == wording, c.undone_at.is_(None))
    await connection.execute(query.values(undone_by=by, undone_at=now))


async def dismissed(connection: AsyncConnection) -> tuple[Dismissal, ...]:
    """Return what is dismissed, the newest first."""
    c = dismissals.c
    query = select(c.entry, c.wording, c.by, c.at).where(c.undone_at.is_(None)).order_by(c.id.desc())
    return tuple(Dismissal(*row) for row in await connection.execute(query))
