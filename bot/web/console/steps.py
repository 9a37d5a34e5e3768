"""The steps that every form into the base goes through: typed, rehearsed, saved.

What is saved is what was rehearsed: a file that somebody changed meanwhile, or a form that was, is rehearsed
again before anything is written. A rehearsal that may be saved gives the form a ticket for just that change.
"""

import asyncio
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.responses import Response

from bot.channels.base import Channel
from bot.curating import Change, Curating, Proposal, Rehearsal
from bot.errors import ByHandOnly, Conflict, HoidapError, KnowledgeError, NotProposed, Overtaken
from bot.kb import Category, Knowledge, describe
from bot.kb.commits import PROPOSALS
from bot.kb.spelling import Value
from bot.phrases import say
from bot.trying import card
from bot.web.console.forms import distinct, previewed
from bot.web.console.frame import Frame
from bot.web.console.gate import Call
from bot.web.looks import Look, looks, titles

Make = Callable[[Knowledge], Change]
_BRANCH = re.compile(rf"{PROPOSALS}/[a-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step of a form came to: what stands in its way, and what the change would do."""

    trouble: str = ""
    rehearsal: Rehearsal | None = None
    ticket: str = ""  # to save with; "" where it may not be saved
    notes: tuple[str, ...] = ()  # more about the trouble

    def problems(self, field: str) -> list[str]:
        """Return what is wrong with a field, "" for what is wrong elsewhere, in a curator's words."""
        if self.rehearsal is None:
            return []
        both = zip(self.rehearsal.problems, self.rehearsal.fields, strict=True)
        return [describe(problem).partition(": ")[2] for problem, where in both if where == field]


Show = Callable[[Outcome, int], Response]
Save = Callable[[Change], Awaitable[Response]]


class Steps:
    """Rehearses and saves.

    Args:
        frame: of the pages.
        curating: writes into the base.
        channels: those that a preview shows.
    """

    def __init__(self, frame: Frame, curating: Curating, channels: Mapping[str, Channel]) -> None:
        self._frame = frame
        self._curating = curating
        self._channels = channels
        self.titles = titles(channels)  # of what `looks` shows

    async def take(self, call: Call, make: Make, wordings: Sequence[str], page: Show, save: Save) -> Response:
        """Do the step that a form asks for.

        Args:
            call: the form.
            make: works the change out on the base of now.
            wordings: that are tried on it.
            page: shows the form again.
            save: saves the change and answers.

        Raises:
            Overtaken: by `save`.
        """
        try:
            change = await asyncio.to_thread(make, self._frame.knowledge)
        except (KeyError, ByHandOnly):
            return page(Outcome(say("console.write.by_hand")), 409)
        if call.form.get("step") != "save":
            return page(await self._rehearsed(call, change, wordings), 200)
        if not hmac.compare_digest(call.form.get("tried", "").encode(), _ticket(call, change).encode()):
            outcome = await self._rehearsed(call, change, wordings)
            return page(replace(outcome, trouble=say("console.write.changed")), 409)
        try:
            return await save(change)
        except Overtaken:
            raise
        except (HoidapError, OSError) as error:
            return page(Outcome(refused(error)), 409)

    async def put(self, call: Call, change: Change, subject: str) -> Knowledge | Proposal:
        """Save a change and return the base that it makes, or the branch that it waits on.

        Args:
            call: of its author.
            change: that was rehearsed.
            subject: of the commit.

        Raises:
            HoidapError: it was refused.
            OSError: the disk refuses.
        """
        name = call.visit.reviewer.name
        if self._curating.proposes:
            now = self._frame.clock()
            return await asyncio.to_thread(self._curating.propose, change, name, subject, now)
        return await asyncio.to_thread(self._curating.save, change, name, subject)

    async def _rehearsed(self, call: Call, change: Change, wordings: Sequence[str]) -> Outcome:
        rehearsal = await self._curating.rehearse(change, list(distinct(wordings)), self._frame.today)
        return Outcome(rehearsal=rehearsal, ticket=_ticket(call, change) if rehearsal.may_be_saved else "")

    def looks(self, fields: Mapping[str, Value | None] | None, category: Category) -> tuple[Look, ...]:
        """Return how the entry that fields make will look in each channel; none while they make none."""
        entry, brain = previewed(fields), self._frame.live.current
        if entry is None:
            return ()
        base = brain.knowledge
        with_it = replace(
            base,
            entries={**base.entries, entry.id: entry},
            categories={**base.categories, entry.id: category},
        )
        shown = card(replace(brain, knowledge=with_it), entry, self._frame.clock())
        return looks(shown, self._channels)


def _ticket(call: Call, change: Change) -> str:
    """Return what only this session gets, for this change, when its rehearsal went well."""
    return hmac.new(bytes.fromhex(call.visit.form_secret), change.code.encode(), "sha256").hexdigest()


def branch_of(text: str) -> str:
    """Return the proposal's branch that an address names; "" where it names none."""
    return text if _BRANCH.fullmatch(text) else ""


def refused(error: Exception) -> str:
    """Return why nothing was saved."""
    match error:
        case Conflict():
            return say("write.conflict", where=error.where)
        case NotProposed():
            return say(f"console.propose.{error.code}", file=error.where)
        case KnowledgeError():
            return say("console.write.broken", first=describe(error.problems[0]))
    return say("console.write.disk", why=str(error))
