"""How reviewers sign in: a link that is good once, then a cookie that changes while it is in use.

No secret is stored, only its SHA-256: whoever reads the database or its backup cannot sign in with it.

A cookie is replaced every `CHANGE_AFTER`. The one before goes on being good until the new one has come back,
and for `GRACE` after that, since requests overlap and answers get lost on the way. A cookie that is used when
its successor has long been in use was copied: then the session ends, for the thief and for the reviewer.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

import structlog

from bot.domain import Invitation, Reviewer
from bot.store import Database, reviewers
from bot.store.reviewers import Session

log = structlog.get_logger(__name__)

LINK_LASTS = timedelta(minutes=10)
CHANGE_AFTER = timedelta(minutes=15)  # that a cookie serves
GRACE = timedelta(minutes=1)  # for requests that were sent before the new cookie arrived
LONGEST_IDLE = timedelta(hours=12)
LONGEST_SESSION = timedelta(days=30)
NOTED_EVERY = timedelta(minutes=1)  # not every request writes
SECRET_BYTES = 32
OPERATOR = "console:"  # how a person begins whom no setting lists: who made the link holds the machine


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of somebody who is signed in; `cookie` is what the browser keeps from now on, if new."""

    reviewer: Reviewer
    form_secret: str
    session: Session
    cookie: str | None = None


class SignIn:
    """Use cases of signing in and out.

    Args:
        database: keeps links and sessions.
        listed: whom the settings let in, by person; who is no longer listed is out at once.
        address: of the site, to write links with.
        clock: UTC.
    """

    def __init__(
        self,
        database: Database,
        listed: Mapping[str, Reviewer],
        address: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._listed = listed
        self._address = address
        self._clock = clock

    def invitation(self, person: str) -> Invitation | None:
        """Return a new link for a person whom the settings list; whoever shows it also stores it."""
        reviewer = self._listed.get(person)
        return self._invitation(reviewer) if reviewer else None

    async def invite(self, reviewer: Reviewer) -> Invitation:
        """Make and store a link for anybody: the operator's way in."""
        invitation = self._invitation(reviewer)
        async with self._database.writing() as connection:
            await reviewers.invite(connection, invitation)
        return invitation

    def _invitation(self, reviewer: Reviewer) -> Invitation:
        secret, now = secrets.token_urlsafe(SECRET_BYTES), self._clock()
        url = f"{self._address}/console/enter/{secret}"
        return Invitation(url, _digest(secret), reviewer, now, now + LINK_LASTS)

    async def invited(self, secret: str) -> Reviewer | None:
        """Return whom a link would let in, without using it up: chat apps look at links, too."""
        async with self._database.reading() as connection:
            reviewer = await reviewers.invited(connection, _digest(secret), self._clock())
        return self._current(reviewer) if reviewer else None

    async def enter(self, secret: str) -> str | None:
        """Use a link up and return the cookie of a new session; None when it lets nobody in."""
        reviewer, now = await self.invited(secret), self._clock()
        if reviewer is None:
            return None
        cookie = secrets.token_urlsafe(SECRET_BYTES)
        async with self._database.writing() as connection:
            if not await reviewers.use(connection, _digest(secret), now):
                return None
            form_secret = secrets.token_hex(SECRET_BYTES)
            await reviewers.open_session(connection, reviewer, _digest(cookie), form_secret, now)
        log.info("reviewer.in", person=reviewer.person, role=reviewer.role.value)
        return cookie

    async def visit(self, cookie: str) -> Visit | None:
        """Return who comes with a cookie; None when it is good for nothing (any more)."""
        digest, now = _digest(cookie), self._clock()
        async with self._database.reading() as connection:
            session = await reviewers.session(connection, digest)
        if session is None or not _lasts(session, now):
            return None
        reviewer = self._current(session.reviewer)
        if reviewer is None:
            return None
        visit = Visit(reviewer, session.form_secret, session)
        match step(session, digest, now):
            case Step.NOTE:
                async with self._database.writing() as connection:
                    await reviewers.note(connection, session, now)
            case Step.CHANGE:
                return await self._changed(visit, digest)
            case Step.CLOSE:
                log.warning("reviewer.cookie_reused", person=reviewer.person)
                await self.leave(visit)
                return None
        return visit

    async def leave(self, visit: Visit) -> None:
        """End a session."""
        async with self._database.writing() as connection:
            await reviewers.close(connection, visit.session, self._clock())
        log.info("reviewer.out", person=visit.reviewer.person)

    async def _changed(self, visit: Visit, digest: str) -> Visit:
        cookie = secrets.token_urlsafe(SECRET_BYTES)
        async with self._database.writing() as connection:
            changed = await reviewers.change(
                connection, visit.session, digest, _digest(cookie), self._clock()
            )
        return Visit(visit.reviewer, visit.form_secret, visit.session, cookie) if changed else visit

    def name(self, person: str) -> str:
        """Return how colleagues call a reviewer; the person itself where the settings do not list them."""
        listed = self._listed.get(person)
        return listed.name if listed else person.removeprefix(OPERATOR)

    def _current(self, reviewer: Reviewer) -> Reviewer | None:
        """Return a reviewer as the settings have them now; None when they no longer do."""
        is_operators = reviewer.person.startswith(OPERATOR)
        return self._listed.get(reviewer.person, reviewer if is_operators else None)


class Step(Enum):
    """What a cookie that came in calls for."""

    NOTHING = auto()
    NOTE = auto()  # record that it is in use
    CHANGE = auto()  # give another one
    CLOSE = auto()  # it was copied


def step(session: Session, digest: str, now: datetime) -> Step:
    """Return what to do about a session when the cookie with this digest comes in at `now`."""
    if digest == session.digest:
        if now - session.changed_at >= CHANGE_AFTER:
            return Step.CHANGE
        fresh = session.confirmed_at and now - session.seen_at < NOTED_EVERY
        return Step.NOTHING if fresh else Step.NOTE
    if session.confirmed_at is None:  # the new one is on its way, or got lost
        return Step.CHANGE if now - session.changed_at > GRACE else Step.NOTHING
    return Step.NOTHING if now - session.confirmed_at <= GRACE else Step.CLOSE


def _lasts(session: Session, now: datetime) -> bool:
    return now - session.seen_at < LONGEST_IDLE and now - session.opened_at < LONGEST_SESSION


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
