"""The pages of documents: one with its state, dates and chain, and all of them with a search."""

from collections.abc import Callable
from datetime import date, datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.documents import badge, by_slug, called, facts, is_confirmed, is_past, kin_text, slug, state_text
from bot.domain import VIETNAM
from bot.kb import Knowledge
from bot.kb.lineage import family, resting_on
from bot.kb.validity import document_state
from bot.normalise import fold
from bot.web.console.frame import Live
from bot.web.family import picture
from bot.web.pages import Pages

LONGEST_SEARCH = 200  # characters


class DocumentPages:
    """What is recorded of documents, for everybody.

    Args:
        pages: renders.
        live: the base that answers.
        clock: UTC.
    """

    def __init__(self, pages: Pages, live: Live, clock: Callable[[], datetime]) -> None:
        self._pages = pages
        self._live = live
        self._clock = clock

    async def shelf(self, request: Request) -> Response:
        """Show all documents, or those with every word that is looked for."""
        knowledge, on = self._live.current.knowledge, self._today()
        wanted = request.query_params.get("q", "")[:LONGEST_SEARCH].strip()
        return self._pages.html(
            "documents.html",
            wanted=wanted,
            rows=[
                (
                    called(knowledge, number),
                    slug(number),
                    knowledge.documents[number].title,
                    *_state(knowledge, number, on),
                )
                for number in find(knowledge, wanted)
            ],
        )

    async def show(self, request: Request) -> Response:
        """Show a document; 404 where the base records no such one."""
        knowledge, on = self._live.current.knowledge, self._today()
        number = by_slug(knowledge, request.path_params["slug"])
        if number is None:
            raise HTTPException(404)
        return self._pages.html(
            "document.html",
            name=called(knowledge, number),
            number=number,
            document=knowledge.documents[number],
            state=state_text(knowledge, number, on),
            is_past=is_past(document_state(knowledge, number, on)),
            is_confirmed=is_confirmed(knowledge, number),
            facts=list(facts(knowledge, number)),
            picture=picture(knowledge, number, on),
            kin=family(knowledge, number),
            kin_text=lambda one: kin_text(knowledge, one),
            entries=resting_on(knowledge, number),
        )

    def _today(self) -> date:
        return (self._clock() + VIETNAM).date()


def find(knowledge: Knowledge, wanted: str) -> list[str]:
    """Return the numbers of the documents that have every word in number, title, kind or issuer."""
    words = fold(wanted).split()
    return [
        number
        for number, document in knowledge.documents.items()
        if all(
            word in fold(f"{document.kind or ''} {number} {document.title} {document.issuer or ''}")
            for word in words
        )
    ]


def _state(knowledge: Knowledge, number: str, on: date) -> tuple[str, str]:
    return document_state(knowledge, number, on).value, badge(knowledge, number, on)
