"""An entry of the base edited on a page: only the lines that change, and never over what another has written.

The form brings back what the file said when it was opened. What somebody has changed there meanwhile comes
into the form, what both have changed is named, and nothing is saved until the expert has seen it.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from bot.curating import Change, Curating, Proposal
from bot.errors import ByHandOnly
from bot.items import Whole
from bot.kb import Entry, Knowledge
from bot.phrases import say
from bot.web.console.forms import Form, merged
from bot.web.console.frame import Frame
from bot.web.console.gate import Call
from bot.web.console.item import QUEUE, ItemPage, number_of
from bot.web.console.steps import Outcome, Steps
from bot.web.console.writing import MOST_WORDINGS
from bot.web.pages import is_htmx

BASE = "/console/base"
Fields = Mapping[str, Any]


class Editing:
    """The form of an entry that is in the base already.

    Args:
        frame: of the pages.
        curating: writes into the base.
        items: finds the item that an expert came from.
        steps: rehearses and saves.
    """

    def __init__(self, frame: Frame, curating: Curating, items: ItemPage, steps: Steps) -> None:
        self._frame = frame
        self._curating = curating
        self._items = items
        self._steps = steps

    async def show(self, call: Call) -> Response:
        """Show the form with what the file says now."""
        entry = self._entry(call)
        whole = await self._whole(call.request.query_params.get("item", ""))
        written = await self._written(entry)
        if written is None:
            return self._by_hand(call, entry, whole)
        return self._page(call, entry, whole, written, Form.of(written), Outcome())

    async def save(self, call: Call) -> Response:
        """Show how the entry will look, rehearse it, or save it."""
        entry, typed = self._entry(call), Form.posted(call.form)
        whole = await self._whole(call.form.get("item", ""))
        written = await self._written(entry)
        if written is None:
            return self._by_hand(call, entry, whole)
        if is_htmx(call.request):
            return self._frame.html(call, "preview.html", looks=self._looks(call, entry, written, typed))
        opened, file = _opened(call.form.get("opened", "")), Form.of(written)
        if opened != file:
            form, both = merged(opened, typed, file)
            return self._page(call, entry, whole, written, form, _meanwhile(file, both), 409)
        if not typed.is_whole:
            return self._page(call, entry, whole, written, typed, Outcome(say("console.write.owed")), 400)
        fields = typed.changes(written, call.visit.reviewer, self._frame.today)
        if not fields:
            same = Outcome(say("console.edit.same"))
            return self._page(call, entry, whole, written, typed, same, 400)

        def make(knowledge: Knowledge) -> Change:
            return self._curating.with_fields(knowledge, entry.id, fields)

        def page(outcome: Outcome, status: int) -> Response:
            return self._page(call, entry, whole, written, typed, outcome, status)

        async def keep(change: Change) -> Response:
            return await self._keep(call, change, whole)

        wordings = [each.text for each in whole.wordings[:MOST_WORDINGS]] if whole else []
        return await self._steps.take(call, make, wordings, page, keep)

    async def _keep(self, call: Call, change: Change, whole: Whole | None) -> Response:
        made = await self._steps.put(call, change, say("console.edit.commit", entry=change.entry))
        if isinstance(made, Proposal):
            return RedirectResponse(f"{BASE}/{change.entry}?proposed={quote(made.branch)}", 303)
        back = f"{QUEUE}/{whole.item.number}" if whole else f"{BASE}/{change.entry}?saved=1"
        return RedirectResponse(back, 303)

    def _page(
        self,
        call: Call,
        entry: Entry,
        whole: Whole | None,
        written: Fields,
        form: Form,
        outcome: Outcome,
        status: int = 200,
    ) -> Response:
        knowledge = self._frame.knowledge
        return self._frame.html(
            call,
            "edit.html",
            status,
            entry=entry,
            item=whole.item if whole else None,
            knowledge=knowledge,
            category=knowledge.category(entry.id),
            written=written,
            file=knowledge.origins[entry.id][0],
            opened=json.dumps(dict(Form.of(written).values), ensure_ascii=False),
            form=form,
            looks=self._looks(call, entry, written, form),
            channels=self._steps.titles,
            proposes=self._curating.proposes,
            outcome=outcome,
        )

    def _by_hand(self, call: Call, entry: Entry, whole: Whole | None) -> Response:
        """Say that a person has to edit the file, and where."""
        file, _ = self._frame.knowledge.origins[entry.id]
        item = whole.item if whole else None
        return self._frame.html(call, "by_hand.html", 409, entry=entry, item=item, file=file)

    def _looks(self, call: Call, entry: Entry, written: Fields, form: Form) -> object:
        changes = form.changes(written, call.visit.reviewer, self._frame.today) if form.is_whole else None
        fields = {**written, **changes} if changes is not None else None
        return self._steps.looks(fields, self._frame.knowledge.category(entry.id))

    def _entry(self, call: Call) -> Entry:
        entry = self._frame.knowledge.entries.get(call.request.path_params["entry"])
        if entry is None:
            raise HTTPException(404)
        return entry

    async def _written(self, entry: Entry) -> Fields | None:
        """Return the entry as its file has it; None where only a person can edit it."""
        try:
            written = await asyncio.to_thread(self._curating.opened, self._frame.knowledge, entry.id)
        except (KeyError, ByHandOnly):
            return None
        return written if Form.fits(written) else None

    async def _whole(self, number: str) -> Whole | None:
        return await self._items.find(number_of(number)) if number else None


def _opened(text: str) -> Form:
    """Return the form that a page was opened with, as it brought it back; a browser may send anything."""
    try:
        values = json.loads(text)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        return Form({})
    return Form({str(name): str(value) for name, value in values.items()})


def _meanwhile(file: Form, both: tuple[str, ...]) -> Outcome:
    """Return what is told of a file that somebody changed since the form was opened."""
    notes = (
        say("console.edit.in_file", field=say(f"console.field.{_label(name)}"), text=file.get(name) or "–")
        for name in both
    )
    return Outcome(say("console.edit.meanwhile"), notes=tuple(notes))


def _label(name: str) -> str:
    head, _, row = name.rpartition("-")
    return head if row.isdecimal() else name
