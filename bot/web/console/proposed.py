"""Wordings that officers' choices propose as variants: ticked by an expert, rehearsed, one commit."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from bot.curating import Curating
from bot.errors import ByHandOnly, HoidapError
from bot.kb import Entry, Knowledge
from bot.phrases import say
from bot.proposing import LOOKED_BACK, Proposal, proposals
from bot.store import Database
from bot.store import proposals as kept
from bot.web.console.frame import Frame
from bot.web.console.gate import Call
from bot.web.console.paging import page_of
from bot.web.console.writing import Outcome, refused

HERE = "/console/proposed"
PER_PAGE = 10  # entries
MOST_AT_ONCE = 40  # wordings of an entry; a form has at most `gate.MOST_FIELDS`
ID_DIGITS = 12


class ProposedPages:
    """The list of all that is proposed, and the page of one entry with what comes of accepting."""

    def __init__(self, frame: Frame, database: Database, curating: Curating) -> None:
        self._frame = frame
        self._database = database
        self._curating = curating
        self._saved: tuple[str, Knowledge] | None = None  # the base answering then, and the one saved over it

    async def show(self, call: Call) -> Response:
        """Show what is proposed, entry by entry."""
        found = list((await self._proposed()).items())
        page = page_of(found, call.request.query_params.get("page", ""), PER_PAGE)
        return self._frame.html(
            call,
            "proposed.html",
            knowledge=self._frame.knowledge,
            page=page,
            boxes={name: _boxes(own) for name, own in page.items},
            link=page.link(call.request),
            days=LOOKED_BACK.days,
            saved="saved" in call.request.query_params,
        )

    async def entry(self, call: Call) -> Response:
        """Show what is proposed for one entry, and what was dismissed."""
        return await self._page(call, self._entry(call), {}, Outcome())

    async def act(self, call: Call) -> Response:
        """Rehearse, save or dismiss the wordings that are ticked, or propose one again."""
        entry, step = self._entry(call), call.form.get("step", "")
        by, now = call.visit.reviewer.person, self._frame.clock()
        if step == "restore":
            async with self._database.writing() as connection:
                await kept.take_back(connection, entry.id, call.form.get("wording", ""), by, now)
            return RedirectResponse(f"{HERE}/{entry.id}", 303)
        boxes = _boxes((await self._proposed()).get(entry.id, ()))
        chosen = {name: one for name, one in boxes.items() if name in call.form}
        if not chosen:
            none = Outcome(say("console.proposed.none_chosen"))
            return await self._page(call, entry, {}, none, 400)
        wordings = [one.wording for one in chosen.values()]
        if step == "dismiss":
            async with self._database.writing() as connection:
                await kept.dismiss(connection, entry.id, wordings, by, now)
            return RedirectResponse(f"{HERE}/{entry.id}", 303)
        return await self._accept(call, entry, chosen, wordings)

    async def _accept(
        self, call: Call, entry: Entry, chosen: Mapping[str, Proposal], wordings: list[str]
    ) -> Response:
        """Save what was rehearsed; what was not yet, or has changed since, is rehearsed first."""
        curating, live = self._curating, self._frame.knowledge
        try:
            change = await asyncio.to_thread(curating.with_variants, live, entry, wordings)
        except (KeyError, ByHandOnly):
            return await self._page(call, entry, chosen, Outcome(say("console.write.by_hand")), 409)
        is_saved = call.form.get("step") == "save"
        if not is_saved or call.form.get("tried") != change.code:
            trouble = say("console.write.changed") if is_saved else ""
            rehearsal = await curating.rehearse(change, wordings, self._frame.today)
            outcome = Outcome(trouble, change, rehearsal)
            return await self._page(call, entry, chosen, outcome, 409 if is_saved else 200)
        subject = say("console.proposed.commit", count=len(wordings), entry=entry.id)
        try:
            saved = await asyncio.to_thread(curating.save, change, call.visit.reviewer.name, subject)
        except (HoidapError, OSError) as error:
            return await self._page(call, entry, chosen, Outcome(refused(error)), 409)
        self._saved = live.version, saved
        return RedirectResponse(f"{HERE}?saved", 303)

    async def _page(
        self, call: Call, entry: Entry, chosen: Mapping[str, Proposal], outcome: Outcome, status: int = 200
    ) -> Response:
        proposed = (await self._proposed()).get(entry.id, ())
        async with self._database.reading() as connection:
            dismissed = [one for one in await kept.dismissed(connection) if one.entry == entry.id]
        return self._frame.html(
            call,
            "proposed_entry.html",
            status,
            entry=entry,
            boxes=_boxes(proposed),
            chosen=chosen,
            outcome=outcome,
            dismissed=dismissed,
        )

    def _entry(self, call: Call) -> Entry:
        entry = self._frame.knowledge.entries.get(call.request.path_params["entry"])
        if entry is None:
            raise HTTPException(404)
        return entry

    async def _proposed(self) -> Mapping[str, Sequence[Proposal]]:
        live = self._frame.knowledge
        # A saved base answers some seconds later: what it has already is not proposed meanwhile.
        base = self._saved[1] if self._saved and self._saved[0] == live.version else live
        async with self._database.reading() as connection:
            choices = await kept.choices(connection, self._frame.clock() - LOOKED_BACK)
            dismissed = [(one.entry, one.wording) for one in await kept.dismissed(connection)]
        found = await asyncio.to_thread(proposals, choices, base, dismissed)
        return {name: own for name, own in found.items() if name in live.entries}


def _boxes(proposed: Sequence[Proposal]) -> dict[str, Proposal]:
    """Return the first proposals by the names of their boxes, which stay the same whatever comes or goes."""
    return {
        f"wording-{hashlib.sha256(one.wording.encode()).hexdigest()[:ID_DIGITS]}": one
        for one in proposed[:MOST_AT_ONCE]
    }
