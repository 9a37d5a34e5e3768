"""What is new, for everybody: a page, and the same as an Atom feed (RFC 4287)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response

from bot.domain import VIETNAM, NewsKind, Novelty
from bot.kb import Document, Entry, Knowledge
from bot.store import Database, news
from bot.web.console.frame import Live
from bot.web.pages import Pages

SHOWN = timedelta(days=180)
MOST = 200  # on the page, and in the feed


@dataclass(frozen=True, slots=True)
class New:
    """Something new or changed, with what there is to read of it; one of the two is set."""

    novelty: Novelty
    entry: Entry | None
    document: Document | None

    @property
    def title(self) -> str:
        """The question, or the document's number and title."""
        if self.entry:
            return self.entry.question
        kind = f"{self.document.kind} " if self.document and self.document.kind else ""
        return f"{kind}{self.novelty.key}: {self.document.title if self.document else ''}"


class WhatIsNew:
    """The public pages of what is new.

    Args:
        database: where it is noted.
        live: the base that answers now.
        pages: renders.
        clock: UTC.
        site: its address, without a slash at the end.
    """

    def __init__(
        self, database: Database, live: Live, pages: Pages, clock: Callable[[], datetime], site: str
    ) -> None:
        self._database = database
        self._live = live
        self._pages = pages
        self._clock = clock
        self._site = site

    async def page(self, request: Request) -> Response:
        """Show what is new, day by day."""
        days = [(each, list(found)) for each, found in groupby(await self._found(), key=_day)]
        return self._pages.html("news.html", days=days, months=SHOWN.days // 30)

    async def feed(self, request: Request) -> Response:
        """Return the feed; it changes when something new is noted and never otherwise."""
        found = await self._found()
        updated = max((one.novelty.at for one in found), default=datetime(2026, 1, 1, tzinfo=UTC))
        response = self._pages.html("news.xml", found=found, updated=updated, site=self._site)
        response.headers["content-type"] = "application/atom+xml; charset=utf-8"
        return response

    async def _found(self) -> list[New]:
        knowledge = self._live.current.knowledge
        async with self._database.reading() as connection:
            novelties = await news.since(connection, self._clock() - SHOWN)
        found = (_read(one, knowledge) for one in novelties)
        return [one for one in found if one.entry or one.document][:MOST]


def _read(one: Novelty, knowledge: Knowledge) -> New:
    if one.kind is NewsKind.ENTRY:
        return New(one, knowledge.entries.get(one.key), None)
    return New(one, None, knowledge.documents.get(one.key))


def _day(one: New) -> date:
    return (one.novelty.at + VIETNAM).date()
