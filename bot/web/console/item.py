"""One item of the queue on one screen: who asked it in which words, what is near, and what to do about it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from bot.domain import Candidate, Reason, Reply
from bot.errors import Overtaken
from bot.gathering import Gathering
from bot.items import NOT_OURS, Act, ActKind, Item, QueueFilter, Whole
from bot.kb import Entry
from bot.kb.search import Search, Wanted
from bot.reviewing import MOST_NEAREST, Reviewing, conflict_text
from bot.trying import card, nearest
from bot.web.console.frame import Frame
from bot.web.console.gate import Call
from bot.web.pages import is_htmx

QUEUE = "/console/queue"
MOST_WORDINGS = 40  # that can be told apart on a screen; a form has at most `gate.MOST_FIELDS`
MOST_FOUND = 8  # entries of a search
LONGEST_SEARCH = 200  # characters
BIGGEST = 2**53  # number of a question that a database is asked for
CANNOT_UNDO = (ActKind.UNDID, ActKind.REPLIED, ActKind.DRAFTED, ActKind.OPENED, ActKind.TOOK_OUT)

Do = Callable[[int, str, Mapping[str, str]], Awaitable[Act]]


@dataclass(frozen=True, slots=True)
class Near:
    """An entry that might answer, as askers would be shown it."""

    entry: Entry
    confidence: float | None  # 0..1; None for one that was searched for
    shown: Reply


@dataclass(frozen=True, slots=True)
class Deed:
    """A line of the item's history."""

    act: Act
    by: str
    is_undone: bool


class ItemPage:
    """The screen and its acts. What does not fit where the item stands is told, and nothing is changed."""

    def __init__(self, frame: Frame, reviewing: Reviewing, gathering: Gathering) -> None:
        self._frame = frame
        self._reviewing = reviewing
        self._gathering = gathering
        self._acts: Mapping[str, Do] = {
            "take": lambda number, by, form: reviewing.take(number, by),
            "give-back": lambda number, by, form: reviewing.give_back(number, by),
            "answer": lambda number, by, form: reviewing.answer(number, by, form.get("entry") or "?"),
            "send-away": self._send_away,
            "ask-back": self._ask_back,
            "merge": lambda number, by, form: reviewing.merge(number, number_of(form.get("into", "")), by),
            "split": self._split,
            "undo": lambda number, by, form: reviewing.undo(number_of(form.get("act", "")), by),
        }

    async def show(self, call: Call) -> Response:
        """Show an item; only the entries found where htmx searches."""
        whole = await self.whole(call)
        if is_htmx(call.request):
            found = list(self._found(call))
            looked_for = call.request.query_params.get("q", "")
            return self._frame.html(
                call,
                "item_found.html",
                found=found,
                looked_for=looked_for,
                whole=whole,
                is_open=whole.item.is_open,
            )
        return await self.page(call, whole)

    async def act(self, call: Call) -> Response:
        """Do what a form asks for, then show where the item stands."""
        return await self.do(call, call.request.path_params["act"])

    async def do(self, call: Call, name: str) -> Response:
        """Do an act by its name, then show where the item stands."""
        do = self._acts.get(name)
        if do is None:
            raise HTTPException(404)
        whole = await self.whole(call)
        try:
            await do(whole.item.number, call.visit.reviewer.person, call.form)
        except Overtaken as error:
            return await self.page(call, await self.whole(call), self.trouble(call, error), status=409)
        return RedirectResponse(f"{QUEUE}/{whole.item.number}", 303)

    async def whole(self, call: Call) -> Whole:
        """Return the item that an address names.

        Raises:
            HTTPException: there is none (404).
        """
        whole = await self.find(call.request.path_params["number"])
        if whole is None:
            raise HTTPException(404)
        return whole

    async def find(self, number: int) -> Whole | None:
        """Return the item that a question is in; None for a number that no waiting question has."""
        return await self._reviewing.item(number) if number < BIGGEST else None

    async def page(self, call: Call, whole: Whole, trouble: str = "", status: int = 200) -> Response:
        """Return the screen, with what stands in the way of an act."""
        item, brain = whole.item, self._frame.live.current
        deeds = tuple(self._deeds(call, whole))
        last = next((one.act for one in reversed(deeds) if _is_undoable(one)), None)
        next_one = await self._next(item)
        return self._frame.html(
            call,
            "item.html",
            status,
            knowledge=brain.knowledge,
            whole=whole,
            item=item,
            trouble=trouble,
            is_open=whole.item.is_open,
            left=whole.left_in_base,
            is_mine=item.taken_by == call.visit.reviewer.person,
            holder=self._frame.name(call, item.taken_by or item.settled_by or ""),
            wordings=whole.wordings[:MOST_WORDINGS],
            near=[self._near(each) for each in await asyncio.to_thread(self._nearest, whole)],
            found=list(self._found(call)),
            looked_for=call.request.query_params.get("q", "")[:LONGEST_SEARCH],
            reasons=NOT_OURS,
            deeds=deeds,
            undoable=last,
            next_one=next_one,
            answered_by=brain.knowledge.entries.get(item.entry or ""),
            similar=await self._gathering.alike(item) if whole.item.is_open else (),
        )

    def trouble(self, call: Call, error: Overtaken) -> str:
        """Return what stands in an act's way, with people called by their names."""
        by = error.values.get("by")
        named = {"by": self._frame.name(call, by)} if isinstance(by, str) else {}
        return conflict_text(Overtaken(error.code, **{**error.values, **named}))

    def _nearest(self, whole: Whole) -> list[Candidate]:
        """Return what comes nearest in the base of now, then what did when it was asked."""
        brain = self._frame.live.current
        found = {each.entry: each for each in whole.nearest if each.entry in brain.knowledge.entries}
        found |= {each.entry: each for each in nearest(brain, whole.item.question)}
        return sorted(found.values(), key=lambda one: -one.confidence)[:MOST_NEAREST]

    def _near(self, candidate: Candidate) -> Near:
        brain = self._frame.live.current
        entry = brain.knowledge.entries[candidate.entry]
        return Near(entry, candidate.confidence, card(brain, entry, self._frame.clock()))

    def _found(self, call: Call) -> Iterator[Near]:
        text = call.request.query_params.get("q", "")[:LONGEST_SEARCH].strip()
        brain, now = self._frame.live.current, self._frame.clock()
        found = Search(brain.knowledge).find(Wanted(text=text)) if text else ()
        for entry in found[:MOST_FOUND]:
            yield Near(entry, None, card(brain, entry, now))

    def _deeds(self, call: Call, whole: Whole) -> Iterator[Deed]:
        undone = {act.undoes for act in whole.acts}
        for act in whole.acts:
            yield Deed(
                act, "" if act.kind is ActKind.REPLIED else self._frame.name(call, act.by), act.id in undone
            )

    async def _next(self, item: Item) -> Item | None:
        """Return the open item to go on with, in the queue's order."""
        page = await self._reviewing.queue(QueueFilter(), size=2)
        return next((each for each in page.items if each.id != item.id), None)

    async def _send_away(self, number: int, by: str, form: Mapping[str, str]) -> Act:
        reason = form.get("reason", "")
        if reason not in NOT_OURS:
            raise HTTPException(400)
        return await self._reviewing.not_ours(
            number, by, Reason(reason), form.get("note", "").strip() or None
        )

    async def _ask_back(self, number: int, by: str, form: Mapping[str, str]) -> Act:
        if not (text := form.get("text", "").strip()):
            raise Overtaken("wordless", number=number)
        return await self._reviewing.ask_back(number, by, text)

    async def _split(self, number: int, by: str, form: Mapping[str, str]) -> Act:
        chosen = {number_of(name.removeprefix("wording-")) for name in form if name.startswith("wording-")}
        return await self._reviewing.split(number, chosen, by)


def _is_undoable(deed: Deed) -> bool:
    return not deed.is_undone and deed.act.kind not in CANNOT_UNDO


def number_of(text: str) -> int:
    """Return a number that a form brought; 0, which nothing has, for what is none."""
    digits = text.strip().removeprefix("#")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 16 else 0
