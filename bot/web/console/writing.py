"""From an item into the base: its wordings as variants of an entry, or an entry of its own."""

import asyncio
from collections.abc import Mapping, Sequence

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from bot.curating import Change, Curating, Proposal
from bot.errors import ByHandOnly, Conflict, HoidapError, Overtaken
from bot.items import Act, ActKind, Whole
from bot.kb import Category, Entry
from bot.kb.checks.rows import plain
from bot.phrases import say
from bot.reviewing import Reviewing
from bot.trying import card
from bot.web.console.forms import Form, first_form
from bot.web.console.frame import Frame
from bot.web.console.gate import Call
from bot.web.console.item import QUEUE, ItemPage
from bot.web.console.steps import Make, Outcome, Show, Steps, refused
from bot.web.pages import is_htmx

MOST_WORDINGS = 40


class Writing:
    """The two forms, and the way back."""

    def __init__(
        self, frame: Frame, reviewing: Reviewing, curating: Curating, items: ItemPage, steps: Steps
    ) -> None:
        self._frame = frame
        self._steps = steps
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
            proposes=self._curating.proposes,
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
        taken = tuple(self._frame.knowledge.origins)
        fields = form.new_entry(call.visit.reviewer, self._frame.today, taken)
        if is_htmx(call.request):
            return self._frame.html(call, "preview.html", looks=self._steps.looks(fields, form.category))
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
        knowledge = self._frame.knowledge
        fields = form.new_entry(call.visit.reviewer, self._frame.today, tuple(knowledge.origins))
        return self._frame.html(
            call,
            "write.html",
            status,
            item=whole.item,
            knowledge=knowledge,
            categories=list(Category),
            form=form,
            looks=self._steps.looks(fields, form.category),
            is_open=whole.item.is_open,
            channels=self._steps.titles,
            proposes=self._curating.proposes,
            outcome=outcome,
        )

    # --- saved, and the item settled -----------------------------------------------------------------------

    async def _step(
        self, call: Call, whole: Whole, make: Make, wordings: Sequence[str], page: Show
    ) -> Response:
        async def save(change: Change) -> Response:
            await self._save(call, whole, change)
            return RedirectResponse(f"{QUEUE}/{whole.item.number}", 303)

        try:
            return await self._steps.take(call, make, wordings, page, save)
        except Overtaken as error:
            return await self._overtaken(call, error)

    async def _overtaken(self, call: Call, error: Overtaken) -> Response:
        fresh = await self._items.whole(call)
        return await self._items.page(call, fresh, self._items.trouble(call, error), status=409)

    async def _save(self, call: Call, whole: Whole, change: Change) -> None:
        """Write the file and tell everybody who asked, or leave the item with its proposal's branch.

        The item is taken first: nobody else may settle it meanwhile. Should the machine stop between the file
        and the database, the base has the entry and the item still waits for its reviewer.
        """
        number, by = await self._taken(call, whole), call.visit.reviewer.person
        made = await self._steps.put(
            call, change, say("console.write.commit", number=number, entry=change.entry)
        )
        if isinstance(made, Proposal):
            details = {"entry": change.entry, "is_new": change.before is None, "commit": made.commit}
            await self._reviewing.proposed(number, by, made.branch, details)
        else:
            await self._reviewing.answer(number, by, change.entry, base=made, saved=change.reversal)

    async def _taken(self, call: Call, whole: Whole) -> int:
        number, by = whole.item.number, call.visit.reviewer.person
        if whole.item.taken_by != by:
            await self._reviewing.take(number, by)
        return number

    # --- and out of it again -------------------------------------------------------------------------------

    async def take_out(self, call: Call) -> Response:
        """Take out of the base what an answer, withdrawn since, had put into it."""
        whole = await self._items.whole(call)
        try:
            if whole.left_in_base is None:
                raise Overtaken("nothing_left", number=whole.item.number)
            await self._take_out(call, await self._taken(call, whole), whole.left_in_base)
        except Overtaken as error:
            return await self._overtaken(call, error)
        except (KeyError, HoidapError, OSError) as error:
            has_changed = isinstance(error, KeyError | Conflict | ByHandOnly)
            trouble = say("console.take_out.changed") if has_changed else refused(error)
            return await self._items.page(call, await self._items.whole(call), trouble, status=409)
        return RedirectResponse(f"{QUEUE}/{whole.item.number}", 303)

    async def undo(self, call: Call) -> Response:
        """Take an act back as any other; a proposal's branch goes with it."""
        whole = await self._items.whole(call)
        response = await self._items.do(call, "undo")
        undone = next((act for act in whole.acts if str(act.id) == call.form.get("act")), None)
        if response.status_code == 303 and undone and undone.kind is ActKind.PROPOSED:
            proposal = Proposal(undone.details["proposal"], undone.details["commit"])
            await asyncio.to_thread(self._curating.withdraw, proposal)
        return response

    async def _take_out(self, call: Call, number: int, act: Act) -> None:
        entry, reviewer = str(act.details["entry"]), call.visit.reviewer
        subject = say("console.take_out.commit", number=number, entry=entry)
        change = await asyncio.to_thread(self._curating.taking_back, entry, act.details["saved"])
        await self._steps.put(call, change, subject)
        await self._reviewing.took_out(number, reviewer.person, {"answer": act.id, "entry": entry})


def wordings_for(whole: Whole, entry: Entry) -> dict[str, str]:
    """Return the wordings that an entry does not know yet, by the names of their boxes."""
    known = {plain(each) for each in (*entry.phrasings, *(test.ask for test in entry.tests))}
    texts = {plain(each.text): each for each in reversed(whole.wordings) if any(map(str.isalnum, each.text))}
    return {
        f"wording-{each.id}": " ".join(each.text.split())
        for key, each in list(reversed(texts.items()))[:MOST_WORDINGS]
        if key not in known
    }
