"""Links that sign reviewers in, and the sessions that they open. Only digests of secrets are kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import Invitation, Reviewer, Role
from bot.store.tables import invitations, sessions


@dataclass(frozen=True, slots=True)
class Session:
    """A browser in which a reviewer is signed in."""

    id: int
    digest: str  # of the cookie that it was given last
    previous: str | None  # of the one before
    reviewer: Reviewer
    form_secret: str
    opened_at: datetime
    seen_at: datetime
    changed_at: datetime  # when the cookie was given
    confirmed_at: datetime | None  # when it first came back


async def invite(connection: AsyncConnection, invitation: Invitation) -> None:
    """Keep what lets a link in."""
    reviewer = invitation.reviewer
    await connection.execute(
        insert(invitations).values(
            digest=invitation.digest,
            person=reviewer.person,
            name=reviewer.name,
            role=reviewer.role,
            made_at=invitation.made_at,
            until=invitation.until,
        )
    )


async def invited(connection: AsyncConnection, digest: str, now: datetime) -> Reviewer | None:
    """Return whom a link lets in at `now`; nobody when it was used, is too old, or never was."""
    c = invitations.c
    query = select(invitations).where(c.digest == digest, c.used_at.is_(None), c.until > now)
    row = (await connection.execute(query)).one_or_none()
    return _reviewer(row) if row else None


async def use(connection: AsyncConnection, digest: str, now: datetime) -> bool:
    """Spend a link; False when somebody was quicker."""
    c = invitations.c
    spent = update(invitations).where(c.digest == digest, c.used_at.is_(None), c.until > now)
    return (await connection.execute(spent.values(used_at=now))).rowcount == 1


async def open_session(
    connection: AsyncConnection, reviewer: Reviewer, digest: str, form_secret: str, now: datetime
) -> None:
    """Begin a session under the digest of its first cookie."""
    await connection.execute(
        insert(sessions).values(
            digest=digest,
            person=reviewer.person,
            name=reviewer.name,
            role=reviewer.role,
            form_secret=form_secret,
            opened_at=now,
            seen_at=now,
            changed_at=now,
        )
    )


async def session(connection: AsyncConnection, digest: str) -> Session | None:
    """Return the open session whose cookie this is, or was before the last change."""
    c = sessions.c
    query = select(sessions).where(or_(c.digest == digest, c.previous == digest), c.closed_at.is_(None))
    row = (await connection.execute(query)).first()
    return _session(row) if row else None


async def note(connection: AsyncConnection, session: Session, now: datetime) -> None:
    """Record that a session is in use, and that its cookie has arrived."""
    confirmed = session.confirmed_at or now
    await connection.execute(
        update(sessions).where(sessions.c.id == session.id).values(seen_at=now, confirmed_at=confirmed)
    )


async def change(
    connection: AsyncConnection, session: Session, previous: str, digest: str, now: datetime
) -> bool:
    """Give a session another cookie in place of `previous`; False when another request just did."""
    c = sessions.c
    changed = await connection.execute(
        update(sessions)
        .where(c.id == session.id, c.digest == session.digest, c.closed_at.is_(None))
        .values(digest=digest, previous=previous, seen_at=now, changed_at=now, confirmed_at=None)
    )
    return changed.rowcount == 1


async def close(connection: AsyncConnection, session: Session, now: datetime) -> None:
    """End a session."""
    await connection.execute(update(sessions).where(sessions.c.id == session.id).values(closed_at=now))


def _session(row: Row[Any]) -> Session:
    return Session(
        id=row.id,
        digest=row.digest,
        previous=row.previous,
        reviewer=_reviewer(row),
        form_secret=row.form_secret,
        opened_at=row.opened_at,
        seen_at=row.seen_at,
        changed_at=row.changed_at,
        confirmed_at=row.confirmed_at,
    )


def _reviewer(row: Row[Any]) -> Reviewer:
    return Reviewer(row.person, row.name, Role(row.role))
