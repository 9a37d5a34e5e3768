"""What the tests of the review console share: people who are signed in, and a log to look at."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from test_web_injection import read
from web_site import BASE

from bot.channels.base import Channel
from bot.channels.telegram import TelegramChannel
from bot.channels.web import WebChannel
from bot.curating import Curating
from bot.domain import (
    Candidate,
    Envelope,
    Exchange,
    Reason,
    Reviewer,
    Role,
    Snapshot,
    Verdict,
    Waiting,
    Wishes,
)
from bot.gathering import Gathering
from bot.intake import Intake
from bot.items import ItemState
from bot.lanes import Wake
from bot.live import Brain
from bot.normalise import fold
from bot.notices import Notices
from bot.reviewing import Reviewing
from bot.signing_in import SignIn
from bot.store import Database, exchanges, inbox, items, reach, waiting
from bot.web import create_app

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LAN = Reviewer("telegram:1", "Nguyễn Thị Lan", Role.EXPERT)
HAI = Reviewer("telegram:2", "Trần Văn Hải", Role.ADMIN)
COOKIE = "hoidap-console"


@dataclass
class Clock:
    """Stands still until it is turned."""

    time: datetime = NOON

    def __call__(self) -> datetime:
        return self.time

    def turn(self, **more: float) -> None:
        self.time += timedelta(**more)


@dataclass
class OneBrain:
    """A base that changes only when the test says so."""

    current: Brain
    problems: tuple[Any, ...] = ()


@dataclass
class Console:
    """A console over a real database. `listed` is what the settings say, and may be changed."""

    database: Database
    live: OneBrain
    secure: bool = False
    directory: Path = BASE
    proposes: bool = False
    clock: Clock = field(default_factory=Clock)
    listed: dict[str, Reviewer] = field(default_factory=lambda: {one.person: one for one in (LAN, HAI)})

    def __post_init__(self) -> None:
        self.url = "https://bot.example" if self.secure else "http://bot.example"
        self.sign_in = SignIn(self.database, self.listed, self.url, self.clock)
        intake = Intake(self.database, Wake(), self.clock)
        channels: dict[str, Channel] = {"web": WebChannel(), "telegram": WebChannel()}
        notices = Notices(self.database, channels, (), self.clock, Wake())
        self.reviewing = Reviewing(
            self.database, channels, notices, self.clock, Wake(), lambda: self.live.current.knowledge
        )
        self.gathering = Gathering(self.database)
        self.app = create_app(
            intake,
            self.database,
            self.live,
            self.clock,
            secure_cookies=self.secure,
            sign_in=self.sign_in,
            directory=self.directory,
            reviewing=self.reviewing,
            gathering=self.gathering,
            curating=Curating(self.directory, Wishes(), None, self.database, proposes=self.proposes),
            channels={"web": WebChannel(), "telegram": TelegramChannel("0:none", "https://example.org")},
            site=self.url,
        )

    @asynccontextmanager
    async def browser(self, reviewer: Reviewer | None = None) -> AsyncIterator[httpx.AsyncClient]:
        """Yield a browser without JavaScript, in which somebody is signed in if named."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=self.url) as client:
            if reviewer:
                response = await client.post(await self.link(reviewer))
                assert response.status_code == 303
            yield client

    async def link(self, reviewer: Reviewer) -> str:
        return (await self.sign_in.invite(reviewer)).url

    async def asked(self, text: str, verdict: Verdict = Verdict.ANSWER, **more: Any) -> int:
        """Put a question into the log and return its number; `more` are fields of `Exchange`."""
        at = more.pop("asked_at", self.clock())
        channel = more.pop("channel", "web")
        async with self.database.writing() as connection:
            envelope = Envelope(uuid4().hex, "chat", "asker")
            [number] = await inbox.put(connection, at, (channel, envelope, {"text": text}))
            assert number
            exchange = Exchange(
                id=number,
                channel=channel,
                chat="chat",
                asker=more.pop("asker", "a1b2"),
                asked_at=at,
                raw=text,
                normalised=text,
                verdict=verdict,
                entry=more.pop("entry", None),
                version=more.pop("version", None),
                group=more.pop("group", None),
                candidates=more.pop("candidates", (Candidate("nha-o-xay-moi", 0.5),)),
                elapsed_ms=3.0,
                base="0",
                **more,
            )
            await exchanges.add(connection, exchange)
        return number

    async def waits(self, text: str, reason: Reason = Reason.NO_MATCH, **more: Any) -> int:
        """Put a question before the experts; `hours` is how long it took them, if they have settled it."""
        hours, topic = more.pop("hours", None), more.pop("topic", None)
        number = await self.asked(text, Verdict.UNANSWERED, **more)
        at = more.get("asked_at", self.clock())
        channel = more.get("channel", "web")
        async with self.database.writing() as connection:
            waits = Waiting(
                number, channel, "chat", at, text, reason, asker=more.get("asker", "a1b2"),
                folded=fold(text), candidates=more.get("candidates", ()), topic=topic,
            )  # fmt: skip
            await waiting.add(connection, waits)
        await self.gathering.gather_all()
        if hours is not None:
            then = at + timedelta(hours=hours)
            async with self.database.writing() as connection:
                item = await items.of(connection, number)
                assert item
                questions = [one.id for one in await items.questions(connection, item.id)]
                await items.settle(connection, questions, "lan", then, None, "Đã xem.")
                closed = {"state": ItemState.ANSWERED, "settled_at": then, "settled_by": "lan"}
                await items.change(connection, item.id, note="Đã xem.", **closed)
        return number

    async def lives(self, asker: str, province: str) -> None:
        """Let somebody say which province they work in."""
        async with self.database.writing() as connection:
            for channel in ("web", "telegram"):
                await reach.wishes(connection, channel, asker, province=province)

    async def showed(self, snapshot: Snapshot) -> None:
        async with self.database.writing() as connection:
            await exchanges.keep(connection, snapshot)


def token_of(html: str) -> str:
    """Return the token that a page's forms bring along."""
    found = re.search(r'name="token" value="([^"]+)"', html)
    assert found
    return found[1]


def words(html: str) -> str:
    """Return what a page says, without markup, on one line."""
    text = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(text).split())


def assert_ours(html: str) -> None:
    """Find nothing on a page that somebody else could have brought in to run or to fetch."""
    found = read(html)
    assert len(found.tags) > 20
    assert [name for name, _ in found.attributes if name.startswith(("on", "hx-on", "style"))] == []
    assert {"iframe", "style", "object", "embed"} & set(found.tags) == set()
    for name, value in found.attributes:
        if name in ("href", "src", "action", "hx-get", "hx-post"):
            assert (value or "").startswith(("/", "#", "https://example.gov.vn/")), (name, value)
