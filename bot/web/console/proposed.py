"""Wordings that officers' choices propose as variants: ticked by an expert, rehearsed, one commit."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from bot.curating import Change, Curating
from bot.errors import ByHandOnly, HoidapError
from bot.kb import Entry, Knowledge
from bot.phrases import say
from bot.proposing import LOOKED_BACK, ProposedVariant, proposed_variants
from bot.store import Database, choices
from bot.store.choices import Dismissal
from bot.web.console.frame import Frame
from bot.web.console.gate import Call
from bot.web.console.paging import page_of
from bot.web.console.writing import Outcome, Show, refused

HERE = "/console/proposed"
PER_PAGE = 10  # entries
MOST_AT_ONCE = 40  # wordings of an entry; a form has at most `gate.MOST_FIELDS`
ID_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Offer:
    """What is proposed, by entry, and what somebody dismissed."""

    variants: Mapping[str, Sequence[ProposedVariant]]
    dismissed: Sequence[Dismissal]

    def boxes(self, entry: str) -> dict[str, ProposedVariant]:
        """Return an entry's first variants by the names of their boxes, which stay whatever comes or goes."""
        own = self.variants.get(entry, ())[:MOST_AT_ONCE]
        return {f"wording-{hashlib.sha256(one.wording.encode()).hexdigest()[:ID_DIGITS]}": one for one in own}


class ProposedPages:
    """The list of all that is proposed, and the page of one entry with what comes of accepting."""

    def __init__(self, frame: Frame, database: Database, curating: Curating) -> None:
        self._frame = frame
        self._database = database
        self._curating = curating
        self._saved: tuple[str, Knowledge] | None = None  # the base answering then, and the one saved over it

    async def show(self, call: Call) -> Response:
        """Show what is proposed, entry by entry."""
        offer, query = await self._offer(), call.request.query_params
        page = page_of(list(offer.variants), query.get("page", ""), PER_PAGE)
        return self._frame.html(
            call,
            "proposed.html",
            knowledge=self._frame.knowledge,
            page=page,
            boxes={name: offer.boxes(name) for name in page.items},
            link=page.link(call.request),
            days=LOOKED_BACK.days,
            saved="saved" in query,
        )

    async def entry(self, call: Call) -> Response:
        """Show what is proposed for one entry, and what was dismissed."""
        return self._page(call, self._entry(call), await self._offer(), Outcome())

    async def act(self, call: Call) -> Response:
        """Rehearse, save or dismiss the wordings that are ticked, or propose one again."""
        entry, offer, step = self._entry(call), await self._offer(), call.form.get("step", "")
        by, now = call.visit.reviewer.person, self._frame.clock()
        chosen = [one.wording for name, one in offer.boxes(entry.id).items() if name in call.form]
        if step == "restore":
            async with self._database.writing() as connection:
                await choices.take_back(connection, entry.id, call.form.get("wording", ""), by, now)
        elif not chosen:
            return self._page(call, entry, offer, Outcome(say("console.proposed.none_chosen")), 400)
        elif step == "dismiss":
            async with self._database.writing() as connection:
                await choices.dismiss(connection, entry.id, chosen, by, now)
        else:
            return await self._accept(
                call, entry, chosen, lambda outcome, status: self._page(call, entry, offer, outcome, status)
            )
        return RedirectResponse(f"{HERE}/{entry.id}", 303)

    async def _accept(self, call: Call, entry: Entry, chosen: Sequence[str], page: Show) -> Response:
        """Save what was rehearsed; what was not yet, or has changed since, is rehearsed first."""
        try:
            change = await asyncio.to_thread(
                self._curating.with_variants, self._frame.knowledge, entry, chosen
            )
        except (KeyError, ByHandOnly):
            return page(Outcome(say("console.write.by_hand")), 409)
        is_late = call.form.get("step") == "save" and call.form.get("tried") != change.code
        if is_late or call.form.get("step") != "save":
            rehearsal = await self._curating.rehearse(change, chosen, self._frame.today)
            trouble = say("console.write.changed") if is_late else ""
            return page(Outcome(trouble, change, rehearsal), 409 if is_late else 200)
        try:
            return await self._save(call, change, len(chosen))
        except (HoidapError, OSError) as error:
            return page(Outcome(refused(error)), 409)

    async def _save(self, call: Call, change: Change, count: int) -> Response:
        subject = say("console.proposed.commit", count=count, entry=change.entry)
        live = self._frame.knowledge.version
        saved = await asyncio.to_thread(self._curating.save, change, call.visit.reviewer.name, subject)
        self._saved = live, saved
        return RedirectResponse(f"{HERE}?saved", 303)

    def _page(self, call: Call, entry: Entry, offer: Offer, outcome: Outcome, status: int = 200) -> Response:
        return self._frame.html(
            call,
            "proposed_entry.html",
            status,
            entry=entry,
            boxes=offer.boxes(entry.id),
            chosen=call.form,
            outcome=outcome,
            dismissed=[one for one in offer.dismissed if one.entry == entry.id],
        )

    def _entry(self, call: Call) -> Entry:
        entry = self._frame.knowledge.entries.get(call.request.path_params["entry"])
        if entry is None:
            raise HTTPException(404)
        return entry

    async def _offer(self) -> Offer:
        live = self._frame.knowledge
        # A saved base answers some seconds later: what it has already is not proposed meanwhile.
        base = self._saved[1] if self._saved and self._saved[0] == live.version else live
        async with self._database.reading() as connection:
            chosen = await choices.since(connection, self._frame.clock() - LOOKED_BACK)
            dismissed = await choices.dismissed(connection)
        unwanted = [(one.entry, one.wording) for one in dismissed]
        found = await asyncio.to_thread(proposed_variants, chosen, base, unwanted)
        return Offer({name: own for name, own in found.items() if name in live.entries}, dismissed)
