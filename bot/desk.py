"""A reviewer in chat: does what was pressed or written, and gathers what there is to show for it.

An act is a transaction of its own, before that of the message: a crash between the two repeats the message,
and an act that was done already is told as such.
"""

from dataclasses import replace

from bot.domain import Reason
from bot.errors import Overtaken
from bot.gathering import Gathering
from bot.handlers import Known, Request
from bot.handlers.requests import Queue, Reread, Review, Say
from bot.handlers.reread import PAGE as REREADINGS
from bot.handlers.review import PAGE, near
from bot.items import NOT_OURS, Act, QueueFilter, Whole
from bot.reviewing import Reviewing, conflict_text

MOST_WALKED = 200  # items of the queue that "next" goes through


class Desk:
    """Where reviewers who sit in a chat work.

    Args:
        reviewing: what can be done.
        gathering: has every question in an item before one is looked for.
    """

    def __init__(self, reviewing: Reviewing, gathering: Gathering) -> None:
        self._reviewing = reviewing
        self._gathering = gathering

    async def attend(self, request: Request, known: Known, me: str) -> Known:
        """Do what a reviewer asks for and return what is known afterwards; other requests change nothing."""
        if isinstance(request, Queue | Review | Say):
            await self._gathering.gather_all()
        match request:
            case Queue(page):
                _, due = await self._reviewing.rereadings.page(size=0)
                return replace(known, page=await self._reviewing.queue(QueueFilter(), page, PAGE), due=due)
            case Reread(what="list", number=page):
                found, due = await self._reviewing.rereadings.page(page, REREADINGS)
                return replace(known, rereadings=found, due=due)
            case Reread(number=number):
                return replace(known, rereading=await self._reviewing.rereadings.get(number))
            case Say(what="still_right"):
                return await self._still_right(request, known, me)
            case Review(what="undo", number=act):
                return await self._undo(known, act, me)
            case Review(what="next", number=number):
                return replace(known, whole=await self._next(number))
            case Review():
                return await self._press(request, known, me)
            case Say(what=what) if what != "more":
                return await self._say(request, known, me)
        return known

    async def _still_right(self, request: Say, known: Known, me: str) -> Known:
        try:
            return replace(
                known, rereading=await self._reviewing.rereadings.settle(request.number, me, request.text)
            )
        except Overtaken as error:
            return replace(known, conflict=conflict_text(error))

    async def _undo(self, known: Known, act: int, me: str) -> Known:
        try:
            undone = await self._reviewing.undo(act, me)
        except Overtaken as error:
            return replace(known, conflict=conflict_text(error))
        return replace(known, done=undone, whole=await self._reviewing.by_id(undone.item))

    async def _next(self, number: int) -> Whole | None:
        page = await self._reviewing.queue(QueueFilter(), 0, MOST_WALKED)
        numbers = [item.number for item in page.items]
        current = await self._reviewing.item(number)
        at = numbers.index(current.item.number) + 1 if current and current.item.number in numbers else 0
        return await self._reviewing.item(numbers[at % len(numbers)]) if numbers else None

    async def _press(self, request: Review, known: Known, me: str) -> Known:
        whole = await self._reviewing.item(request.number)
        if whole is None:
            return known
        try:
            done = await self._act(request, whole, me)
        except Overtaken as error:
            return replace(known, whole=whole, conflict=conflict_text(error))
        return replace(known, done=done, whole=await self._reviewing.item(request.number))

    async def _act(self, request: Review, whole: Whole, me: str) -> Act | None:
        number = request.number
        match request.what:
            case "take":
                return await self._reviewing.take(number, me)
            case "give_back":
                return await self._reviewing.give_back(number, me)
            case "answer":
                entry = near(request, whole.nearest)
                if entry is None:
                    raise Overtaken("other_entries", number=number)
                return await self._reviewing.answer(number, me, entry)
            case "send_draft":
                if not whole.drafts:
                    raise Overtaken("no_draft", number=number)
                return await self._reviewing.answer(number, me, note=whole.drafts[0].text)
            case "send_away" if request.index is not None and request.index < len(NOT_OURS) - 1:
                return await self._reviewing.not_ours(number, me, NOT_OURS[request.index])
        return None

    async def _say(self, request: Say, known: Known, me: str) -> Known:
        number, done = request.number, None
        whole = await self._reviewing.item(number)
        if whole is None:
            return known
        try:
            match request.what:
                case "ask_back":
                    done = await self._reviewing.ask_back(number, me, request.text)
                case "name_body":
                    done = await self._reviewing.not_ours(number, me, Reason.OTHER_BODY, request.text)
                case _:
                    done = await self._reviewing.draft(number, me, request.text)
        except Overtaken as error:
            return replace(known, whole=whole, conflict=conflict_text(error))
        return replace(known, done=done, whole=await self._reviewing.item(number))
