"""What in the base needs an expert's care: what ends or rests on what ended, drafts, what is disliked."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from starlette.responses import RedirectResponse, Response

from bot.errors import Overtaken
from bot.kb import Entry, Knowledge, Status, describe
from bot.kb.commits import uncommitted
from bot.kb.lineage import ENDED
from bot.kb.stats import SOON, endings
from bot.reviewing import Reviewing, conflict_text
from bot.store import Database, uses
from bot.store.uses import Uses
from bot.web.console.frame import Frame
from bot.web.console.gate import Call

FEWEST_DISLIKES = 2  # one thumb down may be a slip
OFTEN = 1 / 3  # of all thumbs, from which an entry is often disliked
MOST = 50  # of a list
MOST_PROBLEMS = 20
BIGGEST = 2**53  # id that a database is asked for


@dataclass(frozen=True, slots=True)
class Disliked:
    """An entry that askers often found wrong."""

    entry: Entry
    uses: Uses


class CarePage:
    """The page that says where to look."""

    def __init__(self, frame: Frame, database: Database, reviewing: Reviewing, directory: Path) -> None:
        self._frame = frame
        self._database = database
        self._reviewing = reviewing
        self._directory = directory

    async def settle(self, call: Call) -> Response:
        """Settle an entry to look at again: right as it is, for the reason that was written."""
        number = call.request.path_params["number"]
        try:
            await self._reviewing.rereadings.settle(
                min(number, BIGGEST), call.visit.reviewer.person, call.form.get("note", "")
            )
        except Overtaken as error:
            return await self.show(call, conflict_text(error), 409)
        return RedirectResponse("/console/care#due", 303)

    async def show(self, call: Call, trouble: str = "", status: int = 200) -> Response:
        """Show what needs care, most urgent first, with what stands in the way of an act."""
        knowledge, today = self._frame.knowledge, self._frame.today
        async with self._database.reading() as connection:
            used = await uses.of_all(connection)
        due, due_count = await self._reviewing.rereadings.page(size=MOST)
        ending = endings(knowledge, today)
        return self._frame.html(
            call,
            "care.html",
            status,
            knowledge=knowledge,
            trouble=trouble,
            due=due,
            due_count=due_count,
            ended=ENDED,
            entries=[one for one in ending if one.document is None],
            documents=[one for one in ending if one.document is not None],
            drafts=drafts(knowledge),
            disliked=disliked(knowledge, used),
            never=never_asked(knowledge, used),
            uncommitted=await asyncio.to_thread(uncommitted, self._directory),
            problems=[describe(problem) for problem in self._frame.live.problems[:MOST_PROBLEMS]],
            most=MOST,
            days=SOON,
        )


def drafts(knowledge: Knowledge) -> tuple[Entry, ...]:
    """Return what no expert has confirmed, left alone longest first; what is replaced need not be."""
    found = (
        one for one in knowledge.entries.values() if one.status is Status.DRAFT and not one.superseded_by
    )
    return tuple(sorted(found, key=lambda one: (one.updated or date.min, one.id)))


def disliked(knowledge: Knowledge, used: Mapping[str, Uses]) -> tuple[Disliked, ...]:
    """Return the entries that are often disliked, those with most thumbs down first."""
    found = [
        Disliked(knowledge.entries[name], one)
        for name, one in used.items()
        if name in knowledge.entries
        and one.disliked >= FEWEST_DISLIKES
        and one.disliked >= OFTEN * (one.liked + one.disliked)
    ]
    return tuple(sorted(found, key=lambda one: (-one.uses.disliked, one.entry.id)))


def never_asked(knowledge: Knowledge, used: Mapping[str, Uses]) -> tuple[Entry, ...]:
    """Return the entries that have served no question yet; what is replaced need not."""
    return tuple(
        entry
        for entry in knowledge.entries.values()
        if not entry.superseded_by and used.get(entry.id, Uses()).asked == 0
    )
