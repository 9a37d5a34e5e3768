"""From an item into the base: its wordings as variants of an entry, or an entry of its own.

What is saved is what was rehearsed: a file that somebody changed meanwhile, or a form that was, is rehearsed
again before anything is written.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from bot.curating import Change, Curating, Rehearsal
from bot.domain import Reply
from bot.errors import ByHandOnly, Conflict, HoidapError, KnowledgeError, Overtaken
from bot.items import Whole
from bot.kb import Category, Entry, Knowledge, describe
from bot.kb.checks.rows import plain
from bot.kb.spelling import Value
from bot.phrases import say
from bot.reviewing import Reviewing
from bot.trying import card
from bot.web.console.forms import SOURCES, Form, distinct, first_form, previewed
from bot.web.console.frame import Frame
from bot.web.console.gate import Call
from bot.web.console.item import QUEUE, ItemPage
from bot.web.pages import is_htmx

MOST_WORDINGS = 40
Make = Callable[[Knowledge], Change]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step of a form came to: what stands in its way, and what the change would do."""

    trouble: str = ""
    change: Change | None = None
    rehearsal: Rehearsal | None = None

    def problems(self, field: str) -> list[str]:
        """Return what is wrong with a field, "" for what is wrong elsewhere, in a curator's words."""
        if self.rehearsal is None:
            return []
        both = zip(self.rehearsal.problems, self.rehearsal.fields, strict=True)
        return [describe(problem).partition(": ")[2] for problem, where in both if where == field]


Show = Callable[[Outcome, int], Response]


class Writing:
    """The two forms."""

    def __init__(self, frame: Frame, reviewing: Reviewing, curating: Curating, items: ItemPage) -> None:
        self._frame = frame
        self._reviewing = reviewing
        self._curating = curating
        self._items = items

    # --- variants ----------------------------------------------------------------------------------------

    async def variant(self, call: Call) -> Response:
        """Show which wordings an entry does not have yet."""
        whole, entry = await self._items.whole(call), self._entry(call)
        return self._variant_page(call, whole, entry, wordings_for(whole, entry), Outcome())

    async def add_variant(self, call: Call) -> Response:
        """Rehearse the chosen wordings, or save them and settle the item."""
        whole, entry = await self._items.whole(call), self._entry(call)
        chosen = [text for name, text in wordings_for(whole, entry).items() if name in call.form]
        if not chosen:
            none = Outcome(say("console.write.none_chosen"))
            return self._variant_page(call, whole, entry, {}, none, status=400)
        return await self._step(
            call,
            whole,
            lambda knowledge: self._curating.with_variants(knowledge, entry, chosen),
            chosen,
            lambda outcome, status: self._variant_page(
                call, whole, entry, dict.fromkeys(call.form, ""), outcome, status
            ),
        )

    def _variant_page(
        self,
        call: Call,
        whole: Whole,
        entry: Entry,
        chosen: Mapping[str, str],
        outcome: Outcome,
        status: int = 200,
    ) -> Response:
        brain = self._frame.live.current
        return self._frame.html(
            call,
            "variant.html",
            status,
            item=whole.item,
            entry=entry,
            shown=card(brain, entry, self._frame.clock()),
            wordings=wordings_for(whole, entry),
            chosen=chosen,
            is_open=whole.item.is_open,
            outcome=outcome,
        )

    def _entry(self, call: Call) -> Entry:
        entry = self._frame.knowledge.entries.get(call.request.path_params["entry"])
        if entry is None:
            raise HTTPException(404)
        return entry

    # --- a new entry ---------------------------------------------------------------------------------------

    async def entry(self, call: Call) -> Response:
        """Show the form, filled in with what was asked."""
        whole = await self._items.whole(call)
        return self._entry_page(call, whole, first_form(whole), Outcome())

    async def add_entry(self, call: Call) -> Response:
        """Show how an answer will look, rehearse the entry, or save it and settle the item."""
        whole, form = await self._items.whole(call), Form(call.form)
        reviewer, taken = call.visit.reviewer, tuple(self._frame.knowledge.origins)
        fields = form.fields(reviewer, self._frame.today, taken)
        if is_htmx(call.request):
            return self._frame.html(call, "preview.html", shown=self._preview(form, fields))
        if fields is None:
            owed = Outcome(say("console.write.owed"))
            return self._entry_page(call, whole, form, owed, 400)
        return await self._step(
            call,
            whole,
            lambda _: self._curating.with_entry(form.category, fields),
            [each.text for each in whole.wordings[:MOST_WORDINGS]],
            lambda outcome, status: self._entry_page(call, whole, form, outcome, status),
        )

    def _entry_page(
        self, call: Call, whole: Whole, form: Form, outcome: Outcome, status: int = 200
    ) -> Response:
        knowledge, reviewer = self._frame.knowledge, call.visit.reviewer
        fields = form.fields(reviewer, self._frame.today, tuple(knowledge.origins))
        return self._frame.html(
            call,
            "write.html",
            status,
            item=whole.item,
            knowledge=knowledge,
            categories=list(Category),
            form=form,
            rows=range(SOURCES),
            shown=self._preview(form, fields),
            is_open=whole.item.is_open,
            outcome=outcome,
        )

    def _preview(self, form: Form, fields: Mapping[str, Value] | None) -> Reply | None:
        """Return what askers would see, had the base the entry already; None while it is none."""
        entry, brain = previewed(fields), self._frame.live.current
        if entry is None:
            return None
        base = brain.knowledge
        with_it = replace(
            base,
            entries={**base.entries, entry.id: entry},
            categories={**base.categories, entry.id: form.category},
        )
        return card(replace(brain, knowledge=with_it), entry, self._frame.clock())

    # --- rehearse, then save -------------------------------------------------------------------------------

    async def _step(self, call: Call, whole: Whole, make: Make, wordings: list[str], page: Show) -> Response:
        try:
            change = await asyncio.to_thread(make, self._frame.knowledge)
        except (KeyError, ByHandOnly):
            return page(Outcome(say("console.write.by_hand")), 409)
        if call.form.get("step") != "save":
            return page(await self._rehearsed(change, wordings), 200)
        if call.form.get("tried") != change.code:
            outcome = await self._rehearsed(change, wordings, say("console.write.changed"))
            return page(outcome, 409)
        try:
            await self._save(call, whole, change)
        except Overtaken as error:
            fresh = await self._items.whole(call)
            return await self._items.page(call, fresh, self._items.trouble(call, error), status=409)
        except (HoidapError, OSError) as error:
            return page(Outcome(refused(error)), 409)
        return RedirectResponse(f"{QUEUE}/{whole.item.number}", 303)

    async def _rehearsed(self, change: Change, wordings: list[str], trouble: str = "") -> Outcome:
        rehearsal = await self._curating.rehearse(change, list(distinct(wordings)), self._frame.today)
        return Outcome(trouble, change, rehearsal)

    async def _save(self, call: Call, whole: Whole, change: Change) -> None:
        """Write the file, and tell everybody who asked.

        The item is taken first: nobody else may settle it meanwhile. Should the machine stop between the file
        and the database, the base has the entry and the item still waits for its reviewer.
        """
        number, by = whole.item.number, call.visit.reviewer.person
        if whole.item.taken_by != by:
            await self._reviewing.take(number, by)
        subject = say("console.write.commit", number=number, entry=change.entry)
        knowledge = await asyncio.to_thread(self._curating.save, change, call.visit.reviewer.name, subject)
        await self._reviewing.answer(number, by, change.entry, base=knowledge)


def wordings_for(whole: Whole, entry: Entry) -> dict[str, str]:
    """Return the wordings that an entry does not know yet, by the names of their boxes."""
    known = {plain(each) for each in (*entry.phrasings, *entry.tests)}
    texts = {plain(each.text): each for each in reversed(whole.wordings) if any(map(str.isalnum, each.text))}
    return {
        f"wording-{each.id}": " ".join(each.text.split())
        for key, each in list(reversed(texts.items()))[:MOST_WORDINGS]
        if key not in known
    }


def refused(error: Exception) -> str:
    """Return why a change was not saved, in an expert's words."""
    if isinstance(error, Conflict):
        return say("write.conflict", where=error.where)
    if isinstance(error, KnowledgeError):
        return say("console.write.broken", first=describe(error.problems[0]))
    return say("console.write.disk", why=str(error))
