"""The web application: routes, and what surrounds every one of them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Route

from bot.channels.base import Channel, Hook
from bot.curating import Curating
from bot.gathering import Gathering
from bot.intake import Intake
from bot.reviewing import Reviewing
from bot.signing_in import SignIn
from bot.store import Database
from bot.web.assets import Assets
from bot.web.chat import Chat
from bot.web.console import console_routes
from bot.web.console.frame import Live
from bot.web.crossorigin import SameOriginPosts
from bot.web.documents import DocumentPages
from bot.web.headers import SafeHeaders
from bot.web.health import Health
from bot.web.hooks import hook_routes
from bot.web.news import WhatIsNew
from bot.web.pages import Pages
from bot.web.sessions import Sessions

WORTH_PACKING = 1000  # bytes


def create_app(
    intake: Intake,
    database: Database,
    live: Live,
    clock: Callable[[], datetime],
    *,
    secure_cookies: bool,
    sign_in: SignIn,
    directory: Path,
    reviewing: Reviewing,
    gathering: Gathering,
    curating: Curating,
    channels: Mapping[str, Channel],
    hooks: Sequence[Hook] = (),
    site: str,
) -> Starlette:
    """Return the web application.

    Args:
        intake: stores messages; answering them runs elsewhere and is seen in the database.
        database: where the transcript is read.
        live: the knowledge base, for the console and for /healthz.
        clock: UTC.
        secure_cookies: the page is served by HTTPS.
        sign_in: who may use the console.
        directory: of the base.
        reviewing: what experts do in the console.
        gathering: knows which questions may be the same.
        curating: writes into the base.
        channels: those that previews of an answer show.
        hooks: where platforms post what happened.
        site: where people open it, without a slash at the end.
    """
    assets = Assets()
    pages = Pages(assets, lambda: live.current.knowledge.documents)
    documents = DocumentPages(pages, live, clock)
    new = WhatIsNew(database, live, pages, clock, site)
    chat = Chat(intake, database, pages, Sessions(secure=secure_cookies), clock)
    return Starlette(
        routes=[
            Route("/", chat.home),
            Route("/ask", chat.ask, methods=["POST"]),
            Route("/press", chat.press, methods=["POST"]),
            Route("/turns/{number:int}", chat.turn),
            *hook_routes(hooks, intake),
            Route("/van-ban", documents.shelf),
            Route("/van-ban/{slug}", documents.show),
            Route("/moi", new.page),
            Route("/moi.xml", new.feed),
            Route("/healthz", Health(database, live).show),
            Route("/static/{digest}/{name}", assets.serve),
            *console_routes(
                sign_in,
                database,
                live,
                pages,
                clock,
                directory,
                reviewing,
                gathering,
                curating,
                channels,
                secure=secure_cookies,
            ),
        ],
        middleware=[
            Middleware(SafeHeaders),
            Middleware(SameOriginPosts, refused=lambda request: pages.trouble(request, 403)),
            # Safe beside secrets (BREACH): no foreign page can make us mix its words into a transcript.
            Middleware(GZipMiddleware, minimum_size=WORTH_PACKING),
        ],
        exception_handlers={HTTPException: pages.on_http_error, 500: pages.on_http_error},
    )
