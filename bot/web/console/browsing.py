"""The base itself: browse, search, and one entry with all that is known of it."""

import asyncio
import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.domain import CODE_DIGITS, Verdict
from bot.kb import Category, Entry, Knowledge, Probe, Status
from bot.kb.revisions import revisions_of
from bot.kb.search import Search, Wanted
from bot.phrases import say
from bot.store import Database, uses
from bot.store.uses import Shown, Uses
from bot.trying import card
from bot.web.console.frame import Frame
from bot.web.console.gate import Call
from bot.web.console.paging import page_of
from bot.web.console.steps import branch_of
from bot.web.pages import is_htmx
from bot.written import day

PER_PAGE = 25
MOST_ASKED = 20  # questions that an entry served, on its page
LOOKED_BACK = timedelta(days=90)
LONGEST_SEARCH = 200  # characters
Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a text that were kept, put in (+) or taken out (-) since the version before."""

    kind: str  # "", "+", "-"
    words: str


@dataclass(frozen=True, slots=True)
class Version:
    """A text that people were shown."""

    code: str  # the first digits of its version
    first_shown: datetime
    times: int
    is_current: bool
    status: str
    pieces: tuple[Piece, ...]


class Browsing:
    """The pages of the base."""

    def __init__(self, frame: Frame, database: Database, directory: Path) -> None:
        self._frame = frame
        self._database = database
        self._directory = directory
        self._search: tuple[str, Search] | None = None

    async def shelf(self, call: Call) -> Response:
        """Show entries that fit what is looked for; only the list where htmx asks for it."""
        knowledge, query = self._frame.knowledge, call.request.query_params
        wanted = _wanted(query, knowledge)
        found = self._searching(knowledge).find(wanted)
        page = page_of(found, query.get("page", ""), PER_PAGE)
        async with self._database.reading() as connection:
            used = await uses.of_some(connection, [entry.id for entry in page.items])
        return self._frame.html(
            call,
            "shelf_list.html" if is_htmx(call.request) else "shelf.html",
            knowledge=knowledge,
            wanted=wanted,
            page=page,
            link=page.link(call.request),
            used={entry.id: used.get(entry.id, Uses()) for entry in page.items},
            categories=list(Category),
            statuses=list(Status),
        )

    async def entry(self, call: Call) -> Response:
        """Show one entry."""
        brain, now = self._frame.live.current, self._frame.clock()
        entry = brain.knowledge.entries.get(call.request.path_params["entry"])
        if entry is None:
            raise HTTPException(404)
        file = brain.knowledge.origins.get(entry.id, ("", 0))[0]
        revisions = await asyncio.to_thread(revisions_of, self._directory, file, entry.id)
        async with self._database.reading() as connection:
            by_channel = await uses.of_one(connection, entry.id)
            asked = await uses.questions(connection, entry.id, MOST_ASKED)
            nearest = await uses.nearest(connection, entry.id, now - LOOKED_BACK)
            texts = await uses.texts(connection, entry.id)
        return self._frame.html(
            call,
            "entry.html",
            knowledge=brain.knowledge,
            entry=entry,
            tests=[_test(each) for each in entry.tests],
            category=brain.knowledge.category(entry.id),
            file=file,
            revisions=revisions,
            shown=card(brain, entry, now),
            by_channel=by_channel,
            asked=asked,
            nearest=nearest,
            nearest_total=sum(nearest.values()),
            verdicts=[verdict for verdict in Verdict if verdict is not Verdict.OPENED],
            versions=versions(texts, entry),
            days=LOOKED_BACK.days,
            is_saved="saved" in call.request.query_params,
            proposed=branch_of(call.request.query_params.get("proposed", "")),
        )

    def _searching(self, knowledge: Knowledge) -> Search:
        """Return what looks through the base, made once for each version of it."""
        if self._search is None or self._search[0] != knowledge.version:
            self._search = (knowledge.version, Search(knowledge))
        return self._search[1]


def _test(test: Probe) -> str:
    return say("console.entry.asked_on", question=test.ask, day=day(test.on)) if test.on else test.ask


def _wanted(query: QueryParams, knowledge: Knowledge) -> Wanted:
    topic = query.get("topic", "")
    return Wanted(
        text=query.get("q", "")[:LONGEST_SEARCH].strip(),
        topic=topic if topic in knowledge.topics else None,
        category=_choice(Category, query.get("category", "")),
        status=_choice(Status, query.get("status", "")),
    )


def _choice(kind: type[Choice], value: str) -> Choice | None:
    return kind(value) if value in list(kind) else None


def versions(texts: Sequence[Shown], entry: Entry) -> tuple[Version, ...]:
    """Return every text of an entry that people were shown, newest first, with what each changed."""
    befores: list[Shown | None] = [*texts[1:], None]
    return tuple(
        Version(
            code=one.snapshot.version[:CODE_DIGITS],
            first_shown=one.snapshot.shown_at,
            times=one.times,
            is_current=one.snapshot.version == entry.version,
            status=_field(one, "status"),
            pieces=tuple(_changes(_words(before), _words(one))) if before else (),
        )
        for one, before in zip(texts, befores, strict=False)
    )


def _content(shown: Shown) -> Mapping[str, object]:
    content = json.loads(shown.snapshot.content)
    return content if isinstance(content, dict) else {}


def _field(shown: Shown, name: str) -> str:
    return str(_content(shown).get(name, ""))


def _words(shown: Shown) -> list[str]:
    """Return what people read of a text, word by word, line breaks too."""
    return f"{_field(shown, 'question')}\n{_field(shown, 'answer')}".replace("\n", " \n ").split(" ")


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    """Yield the new words with what was taken out and put in marked."""
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for kind, first, last, first_new, last_new in matcher.get_opcodes():
        if kind == "equal":
            yield Piece("", " ".join(new[first_new:last_new]))
            continue
        if first < last:
            yield Piece("-", " ".join(old[first:last]))
        if first_new < last_new:
            yield Piece("+", " ".join(new[first_new:last_new]))
