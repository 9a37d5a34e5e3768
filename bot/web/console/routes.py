"""Where each page of the console is."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.curating import Curating
from bot.domain import Role
from bot.gathering import Gathering
from bot.reviewing import Reviewing
from bot.signing_in import SignIn
from bot.store import Database
from bot.web.console.browsing import Browsing
from bot.web.console.care import CarePage
from bot.web.console.dashboard import Dashboard
from bot.web.console.door import Door
from bot.web.console.exports import Exports
from bot.web.console.frame import Frame, Live
from bot.web.console.gate import Gate
from bot.web.console.item import ItemPage
from bot.web.console.proposed import ProposedPages
from bot.web.console.queue import QueuePages
from bot.web.console.trial import TrialPage
from bot.web.console.writing import Writing
from bot.web.pages import Pages

HOME = "/console/queue"


def console_routes(
    sign_in: SignIn,
    database: Database,
    live: Live,
    pages: Pages,
    clock: Callable[[], datetime],
    directory: Path,
    reviewing: Reviewing,
    gathering: Gathering,
    curating: Curating,
    *,
    secure: bool,
) -> list[BaseRoute]:
    """Return the routes of the console.

    Args:
        sign_in: who may come in.
        database: what the pages tell of.
        live: the base that answers now.
        pages: renders.
        clock: UTC.
        directory: of the base.
        reviewing: the use cases of the queue.
        gathering: knows which questions may be the same.
        curating: writes into the base.
        secure: the site is served by HTTPS.
    """
    gate = Gate(sign_in, pages, secure=secure)
    frame = Frame(pages, live, clock, sign_in.name)
    door = Door(sign_in, pages, gate)
    browsing = Browsing(frame, database, directory)
    exports = Exports(frame, database)
    item = ItemPage(frame, reviewing, gathering)
    writing = Writing(frame, reviewing, curating, item)
    proposed = ProposedPages(frame, database, curating)
    admin, expert = Role.ADMIN, Role.EXPERT
    return [
        Route("/console", _home),
        Route("/console/sign-in", door.ask_for_link),
        Route("/console/enter/{secret}", door.show),
        Route("/console/enter/{secret}", door.enter, methods=["POST"]),
        Route("/console/leave", gate.open_to(expert, door.leave), methods=["POST"]),
        Route("/console/queue", gate.open_to(expert, QueuePages(frame, reviewing).show)),
        Route("/console/queue/{number:int}", gate.open_to(expert, item.show)),
        Route("/console/queue/{number:int}/write", gate.open_to(expert, writing.entry)),
        Route("/console/queue/{number:int}/write", gate.open_to(expert, writing.add_entry), methods=["POST"]),
        Route("/console/queue/{number:int}/variant/{entry}", gate.open_to(expert, writing.variant)),
        Route(
            "/console/queue/{number:int}/variant/{entry}",
            gate.open_to(expert, writing.add_variant),
            methods=["POST"],
        ),
        Route("/console/queue/{number:int}/{act}", gate.open_to(expert, item.act), methods=["POST"]),
        Route("/console/base", gate.open_to(expert, browsing.shelf)),
        Route("/console/base/{entry}", gate.open_to(expert, browsing.entry)),
        Route("/console/try", gate.open_to(expert, TrialPage(frame).show)),
        Route("/console/care", gate.open_to(expert, CarePage(frame, database).show)),
        Route("/console/proposed", gate.open_to(expert, proposed.show)),
        Route("/console/proposed/{entry}", gate.open_to(expert, proposed.entry)),
        Route("/console/proposed/{entry}", gate.open_to(expert, proposed.act), methods=["POST"]),
        Route("/console/figures", gate.open_to(admin, Dashboard(frame, database).show)),
        Route("/console/export/{name}", gate.open_to(admin, exports.send)),
    ]


async def _home(request: Request) -> Response:
    return RedirectResponse(HOME, 303)
