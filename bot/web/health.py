"""Whether the bot is well: for a supervisor that restarts it and for the person who is called at night."""

import asyncio
from collections.abc import Mapping, Sequence, Sized
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.kb import Problem, describe
from bot.store import Database, inbox, outbox, waiting

MOST_PROBLEMS = 5  # of a broken base that are written out
PATIENCE = 3.0  # s for the database to answer


class Base(Protocol):
    """What is told of a knowledge base."""

    @property
    def version(self) -> str:
        """Of the whole base."""

    @property
    def entries(self) -> Sized:
        """All of them."""


class Brain(Protocol):
    """What answers now."""

    @property
    def knowledge(self) -> Base:
        """The base it was built from."""


class Live(Protocol):
    """What is told of the running bot's knowledge; `bot.live.Live` is one."""

    @property
    def current(self) -> Brain:
        """What answers now."""

    @property
    def problems(self) -> Sequence[Problem]:
        """Why a newer base was not taken; none when it was."""


class Health:
    """The route for supervisors."""

    def __init__(self, database: Database, live: Live) -> None:
        self._database = database
        self._live = live

    async def show(self, request: Request) -> Response:
        """Return the state as JSON: 503 when the database is out of reach, else 200, even if degraded."""
        counted = asyncio.wait_for(self._counts(), PATIENCE)
        # Any failure means the same here, and which kinds there are is the store's business.
        [counts] = await asyncio.gather(counted, return_exceptions=True)
        reachable = isinstance(counts, Mapping)
        well = reachable and not self._live.problems
        state = {
            "status": "ok" if well else "degraded",
            "database": "ok" if reachable else "unreachable",
            "base": self._base(),
            **(counts if isinstance(counts, Mapping) else {}),
        }
        return JSONResponse(state, 200 if reachable else 503)

    def _base(self) -> Mapping[str, Any]:
        base, problems = self._live.current.knowledge, self._live.problems
        return {
            "version": base.version,
            "entries": len(base.entries),
            "problems": len(problems),
            "first_problems": [describe(problem) for problem in problems[:MOST_PROBLEMS]],
        }

    async def _counts(self) -> Mapping[str, int]:
        async with self._database.reading() as connection:
            return {
                "inbox_open": await inbox.open_count(connection),
                "inbox_dead": await inbox.dead_count(connection),
                "outbox_open": await outbox.open_count(connection),
                "waiting": await waiting.open_count(connection),
            }
