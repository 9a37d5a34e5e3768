"""Fixtures: a site over a real database and real answering, a real `hoidap serve`, a real browser."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from installed import needs
from web_console import Console, OneBrain
from web_site import BASE, CHROMIUM_FLAGS, SHIPPED, FixedLive, ScriptedMatcher, Site, now, serve

from bot.answering import Answering
from bot.channels.base import Channel
from bot.channels.web import WebChannel
from bot.curating import Curating
from bot.desk import Desk
from bot.domain import Wishes
from bot.gathering import Gathering
from bot.intake import Intake
from bot.kb import load
from bot.lanes import Wake, run_lane
from bot.live import Brain, build_brain
from bot.notices import Notices
from bot.reviewing import Reviewing
from bot.signing_in import SignIn
from bot.store import Database
from bot.store.inbox import Received
from bot.talks import Rules
from bot.web import create_app


@pytest.fixture(scope="session")
def brain() -> Brain:
    return Brain(load(BASE), ScriptedMatcher())


@pytest.fixture(scope="session")
def learned() -> Brain:
    """The small base with a real matcher."""
    return build_brain(BASE, Wishes())


@pytest.fixture
def open_site(tmp_path: Path, brain: Brain) -> Callable[..., Any]:
    @asynccontextmanager
    async def build(*, answers: bool = True, secure: bool = False) -> AsyncIterator[Site]:
        database = Database(f"sqlite+aiosqlite:///{tmp_path / 'site.db'}")
        await database.upgrade()
        asked, replied, live = Wake(), Wake(), FixedLive(brain)
        rules = Rules(frozenset(), b"key", 1000)
        channels: dict[str, Channel] = {"web": WebChannel()}
        notices = Notices(database, channels, (), now, replied)
        reviewing = Reviewing(database, channels, notices, now, replied, lambda: brain.knowledge)
        desk = Desk(reviewing, Gathering(database))
        answering = Answering(database, channels, live, rules, now, replied, reviewing, desk)
        at_work = asyncio.Lock()

        async def claim() -> Sequence[Sequence[Received]]:
            async with at_work:
                return await answering.claim()

        async def work(rows: Sequence[Received]) -> None:
            async with at_work:
                await answering.work(rows)

        lane = run_lane("answer", asked, claim, work, answering.failed)
        task = asyncio.create_task(lane) if answers else lane.close()
        url = "https://bot.example" if secure else "http://bot.example"
        sign_in = SignIn(database, {}, url, now)
        page = create_app(
            Intake(database, asked, now),
            database,
            live,
            now,
            secure_cookies=secure,
            sign_in=sign_in,
            directory=BASE,
            reviewing=reviewing,
            gathering=Gathering(database),
            curating=Curating(BASE, Wishes(), None, database),
            channels=channels,
            site=url,
        )
        transport = httpx.ASGITransport(app=page, raise_app_exceptions=False)
        try:
            async with httpx.AsyncClient(transport=transport, base_url=url) as client:
                yield Site(client, database, answering, live, url, page)
        finally:
            if task:
                async with at_work:  # a statement that is cancelled would leave its connection open
                    task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            await database.close()

    return build


@pytest.fixture
async def site(open_site: Callable[..., Any]) -> AsyncIterator[Site]:
    async with open_site() as opened:
        yield opened


@pytest.fixture
async def slow_site(open_site: Callable[..., Any]) -> AsyncIterator[Site]:
    """A site whose bot does not answer until `answer_all`."""
    async with open_site(answers=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a bot on the small base."""
    yield from serve(BASE, tmp_path_factory.mktemp("server"))


@pytest.fixture(scope="module")
def shipped_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a bot on the base that is shipped."""
    yield from serve(SHIPPED, tmp_path_factory.mktemp("shipped"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Debian's browser; closed with the module, since Playwright keeps the thread's event loop busy."""
    executable = needs("chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def console(database: Database, brain: Brain) -> Console:
    """A review console on the one database, then on the other."""
    return Console(database, OneBrain(brain))
