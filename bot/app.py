"""The composition root: builds every part from the settings, runs them, and stops them cleanly."""

import asyncio
import errno
import signal
import socket
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
import uvicorn

from bot.answering import Answering
from bot.channels.base import Channel, Hook, Remote
from bot.channels.web import WebChannel
from bot.clock import now
from bot.config import Settings
from bot.curating import Curating
from bot.desk import Desk
from bot.errors import ConfigError, NeedsHelp
from bot.gathering import Gathering
from bot.intake import Intake
from bot.kb.commits import is_in_git
from bot.lanes import Wake, keep_running, run_lane
from bot.live import Live
from bot.news import News
from bot.notices import Notices
from bot.phrases import say
from bot.places import gazetteer
from bot.platforms import offline_channels, remotes
from bot.renewal import Renewal
from bot.reviewing import Reviewing
from bot.sending import Sending
from bot.signing_in import SignIn
from bot.store import Database
from bot.store.inbox import Received
from bot.talks import Rules
from bot.web import create_app
from bot.weekly import Weekly

log = structlog.get_logger(__name__)

CALM_STOP = 10  # s that open requests get when the server stops


@dataclass(frozen=True, slots=True)
class App:
    """The parts of a running bot, wired."""

    settings: Settings
    database: Database
    live: Live
    intake: Intake
    answering: Answering
    sending: Sending
    notices: Notices
    reviewing: Reviewing
    sign_in: SignIn
    gathering: Gathering
    renewal: Renewal
    news: News
    weekly: Weekly
    asked: Wake  # there may be messages to answer
    replied: Wake  # there may be parts to send


@asynccontextmanager
async def open_app(settings: Settings, database: Database, channels: Sequence[Channel]) -> AsyncIterator[App]:
    """Build the parts, migrate the database and load the base.

    Args:
        settings: all of them.
        database: it is closed in the end.
        channels: those whose messages this process answers.

    Raises:
        KnowledgeError: the base does not load; a bot without one does not start.
    """
    asked, replied = Wake(), Wake()
    own = {channel.name: channel for channel in channels}
    notices = Notices(database, own, settings.admins, now, replied)
    gathering = Gathering(database)
    reviewing = Reviewing(
        database, own, notices, now, replied, lambda: live.current.knowledge, settings.taken_for
    )
    live = Live(settings.knowledge, settings.wishes, notices.base_is_broken, settings.cache)
    sign_in = SignIn(database, settings.reviewing, settings.address, now)
    reviewers = frozenset(settings.reviewing)  # experts work on the queue in chat, too
    rules = Rules(reviewers, settings.asker_key(), settings.questions_per_minute, sign_in.invitation)
    try:
        await database.upgrade()
        await asyncio.to_thread(gazetteer)  # or the first question would wait until it is read
        await live.load()
        yield App(
            settings=settings,
            database=database,
            live=live,
            intake=Intake(database, asked, now),
            answering=Answering(
                database, own, live, rules, now, replied, reviewing, Desk(reviewing, gathering)
            ),
            sending=Sending(database, own, now, notices),
            notices=notices,
            reviewing=reviewing,
            sign_in=sign_in,
            gathering=gathering,
            renewal=Renewal(
                database, own, reviewing, lambda: live.current, now, replied, settings.recall_for
            ),
            weekly=Weekly(
                database,
                notices,
                rules.pseudonym,
                lambda: live.current.knowledge,
                now,
                replied,
                settings.weekly_hour,
                settings.site.rstrip("/"),
            ),
            news=News(database, own, lambda: live.current.knowledge, now, replied, settings.news_hour),
            asked=asked,
            replied=replied,
        )
    finally:
        await database.close()


async def serve(settings: Settings) -> None:
    """Run everything that is configured until the process is told to stop (SIGINT, SIGTERM).

    Raises:
        ConfigError: the port cannot be had, or git does not keep the base that proposals are for.
        KnowledgeError: the base does not load.
    """
    if settings.proposes and not await asyncio.to_thread(is_in_git, settings.knowledge):
        raise ConfigError(say("cli.no_proposals", directory=settings.knowledge))
    async with AsyncExitStack() as stack:
        port = stack.enter_context(await asyncio.to_thread(_take_port, settings.host, settings.port))
        database = Database(settings.database)
        elsewhere = remotes(settings, database)
        app = await stack.enter_async_context(open_app(settings, database, [WebChannel(), *elsewhere]))
        curating = await asyncio.to_thread(_curating, settings, database)
        for channel in elsewhere:
            await channel.start()
            stack.push_async_callback(channel.stop)
        hooks = [hook for channel in elsewhere for hook in channel.hooks()]
        tasks = [*_lanes(app), *_watchers(app), *(_received(app, channel) for channel in elsewhere)]
        log.info("channels.on", channels=[channel.name for channel in elsewhere])
        await _run_beside(_web_server(app, curating, hooks), port, tasks)


def _curating(settings: Settings, database: Database) -> Curating:
    """Return what writes into the base, with what it left half-done when the machine stopped done."""
    where = (settings.knowledge, settings.wishes, settings.cache)
    curating = Curating(*where, database, proposes=settings.proposes)
    curating.catch_up()
    return curating


def _take_port(host: str, port: int) -> socket.socket:
    """Take the port without listening yet: who calls too early is refused, and need not wait."""
    taken = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of the last run may linger
    try:
        taken.bind((host, port))
    except (OSError, UnicodeError) as error:  # the latter: a host that no name can be
        taken.close()
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise ConfigError(say("cli.port_taken", host=host, port=port)) from error
        raise ConfigError(say("cli.no_port", host=host, port=port, why=error)) from error
    return taken


def _watchers(app: App) -> list[Coroutine[Any, Any, None]]:
    return [
        keep_running("watch", app.live.watch),
        keep_running("gather", app.gathering.watch),
        keep_running("renew", app.renewal.watch),
        keep_running("news", app.news.watch),
        *([keep_running("weekly", app.weekly.watch)] if app.settings.weekly_hour else []),
    ]


def _received(app: App, channel: Remote) -> Coroutine[Any, Any, None]:
    async def run() -> None:
        try:
            await channel.run(app.intake.store)
        except NeedsHelp as error:
            await app.notices.trouble(channel.name, error.trouble)
            raise

    return keep_running(channel.name, run)


def _lanes(app: App) -> list[Coroutine[Any, Any, None]]:
    async def claim() -> Sequence[Sequence[Received]]:
        await app.intake.calm()
        return await app.answering.claim()

    answering = partial(run_lane, "answer", app.asked, claim, app.answering.work)
    sending = partial(run_lane, "send", app.replied, app.sending.claim, app.sending.work)
    # Answering is our own CPU: a second lane would only take turns with the first, and with those who store.
    # Sending waits for platforms: a slow one holds up a lane.
    return [
        answering(app.answering.failed),
        *(sending(app.sending.failed) for _ in range(app.settings.workers)),
    ]


class _Server(uvicorn.Server):
    """A server that leaves the signals to us: uvicorn's way ends the process before anything is closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let SIGINT and SIGTERM ask for a calm stop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        log.info("web.open", url=f"http://{self.config.host}:{self.config.port}")


def _web_server(app: App, curating: Curating, hooks: Sequence[Hook]) -> _Server:
    page = create_app(
        app.intake,
        app.database,
        app.live,
        now,
        secure_cookies=app.settings.secure_cookies,
        sign_in=app.sign_in,
        directory=app.settings.knowledge,
        reviewing=app.reviewing,
        gathering=app.gathering,
        curating=curating,
        channels=offline_channels(app.settings, app.database),
        hooks=hooks,
        site=app.settings.address,
    )
    return _Server(
        uvicorn.Config(
            page,
            host=app.settings.host,
            port=app.settings.port,
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=CALM_STOP,
        )
    )


async def _run_beside(
    server: uvicorn.Server, port: socket.socket, tasks: list[Coroutine[Any, Any, None]]
) -> None:
    """Run the web server with the other tasks; when it is told to stop, they are cancelled."""
    running = [asyncio.create_task(task) for task in tasks]
    try:
        await server.serve([port])
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
