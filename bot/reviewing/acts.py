"""All that a reviewer may do with an item: take it, settle it, ask back, sort it, take an act back."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.channels.base import Channel
from bot.domain import CODE_DIGITS, Outcome, Reason, digits_of
from bot.errors import Overtaken
from bot.items import BY_ASKER, BY_BOT, NOT_OURS, Act, ActKind, Item, ItemState, QueueFilter, QueuePage, Whole
from bot.kb import Entry, Knowledge
from bot.lanes import Wake
from bot.notices import Notices
from bot.reviewing import reading
from bot.reviewing.reading import PAGE
from bot.reviewing.rereading import Rereadings
from bot.reviewing.standing import check_is_last, open_item, stood
from bot.reviewing.undoing import take_back
from bot.reviewing.words import (
    MOST_WORDS,
    Compose,
    answered,
    asked_back,
    kept,
    replied,
    sent_away,
    withdrawn,
    written,
)
from bot.store import Connection, Database, acts, exchanges, items, tellings, waiting
from bot.store.items import Question
from bot.telling import Word, tell

MOST_TRIES: Final = 3  # to settle an item that others go on asking meanwhile
TAKEN_FOR: Final = timedelta(hours=8)  # unless the settings say otherwise


@dataclass(frozen=True, slots=True)
class _Settled:
    """How an item is closed: its new state, by what, and what its askers are told."""

    state: ItemState
    kind: ActKind
    entry: str | None
    note: str | None
    reason: Reason | None
    compose: Compose
    saved: Mapping[str, Any] | None = None


class Reviewing:
    """Use cases of reviewers, without a terminal, a page or a chat in them.

    `rereadings` are what is done with entries that nobody asked about.

    A reviewer is a name: `telegram:123456789`, or whoever sits at the terminal. An act that does not fit
    where the item stands now raises `Overtaken` and changes nothing.

    Args:
        database: where all is kept.
        channels: those that askers can be told through.
        notices: tells reviewers in chat.
        clock: returns the time, UTC.
        replied: set when there may be something to send.
        knowledge: returns the base that answers now.
        taken_for: how long an item stays with whoever took it.
    """

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        notices: Notices,
        clock: Callable[[], datetime],
        replied: Wake,
        knowledge: Callable[[], Knowledge],
        taken_for: timedelta = TAKEN_FOR,
    ) -> None:
        self._database = database
        self._channels = channels
        self._notices = notices
        self._clock = clock
        self._replied = replied
        self._knowledge = knowledge
        self._taken_for = taken_for
        self.rereadings = Rereadings(database, notices, clock, replied, knowledge)

    # --- reading -------------------------------------------------------------------------------------

    async def queue(self, wanted: QueueFilter, page: int = 0, size: int = PAGE) -> QueuePage:
        """Return a page (from 0) of the items that a filter asks for."""
        async with self._database.reading() as connection:
            return await reading.page_of(connection, wanted, page, size)

    async def item(self, number: int) -> Whole | None:
        """Return the item that a question is in, with all that belongs to it; None when it never waited."""
        async with self._database.reading() as connection:
            item = await items.of(connection, number)
            return await reading.whole(connection, item) if item else None

    async def by_id(self, item: int) -> Whole | None:
        """Return an item by its own id, with all that belongs to it."""
        async with self._database.reading() as connection:
            found = await items.get(connection, item)
            return await reading.whole(connection, found) if found else None

    # --- who works on it -----------------------------------------------------------------------------

    async def take(self, number: int, reviewer: str) -> Act:
        """Take an item to work on; one's own again for a longer time.

        Raises:
            Overtaken: it is somebody else's, settled, or not there.
        """
        async with self._database.writing() as connection:
            item = await self._open(connection, number, reviewer)
            now = self._clock()
            await items.change(connection, item.id, state=ItemState.TAKEN, taken_by=reviewer, taken_at=now)
            return await acts.record(connection, item.id, ActKind.TOOK, reviewer, now, stood(item))

    async def give_back(self, number: int, reviewer: str) -> Act:
        """Leave an item that one has taken to others.

        Raises:
            Overtaken: it is not one's own.
        """
        async with self._database.writing() as connection:
            item = await self._open(connection, number, reviewer)
            if item.state is not ItemState.TAKEN:
                raise Overtaken("not_taken", number=number)
            return await self._free(connection, item, reviewer)

    async def give_back_late(self) -> int:
        """Give back what was taken too long ago; return how many items that were."""
        before = self._clock() - self._taken_for
        async with self._database.writing() as connection:
            late = await items.late(connection, before, 100)
            for item in late:
                await self._free(connection, item, BY_BOT)
        return len(late)

    async def _free(self, connection: Connection, item: Item, by: str) -> Act:
        await items.change(connection, item.id, state=ItemState.NEW, taken_by=None, taken_at=None)
        return await acts.record(connection, item.id, ActKind.GAVE_BACK, by, self._clock(), stood(item))

    # --- closing it ----------------------------------------------------------------------------------

    async def answer(
        self,
        number: int,
        reviewer: str,
        entry: str | None = None,
        note: str | None = None,
        base: Knowledge | None = None,
        saved: Mapping[str, Any] | None = None,
    ) -> Act:
        """Settle an item with an entry, an expert's words, or both; each asker is told once.

        Args:
            number: of any question in it.
            reviewer: who answers.
            entry: id of the entry.
            note: the expert's own words.
            base: that has the entry, where it was just written; None for the one that answers now.
            saved: what it takes to take the entry, or what is new in it, out of the base again.

        Raises:
            Overtaken: the entry is not in the base, or the item is somebody else's, settled, or not there.
        """
        knowledge = base or self._knowledge()
        found = knowledge.entries.get(entry) if entry else None
        if entry and found is None:
            raise Overtaken("no_entry", entry=entry)
        digits = await self._digits(found)
        words = kept(note)

        def compose_for(question: Question) -> Outcome:
            key = "told.by_base" if reviewer == BY_BOT else "told.head"
            return answered(question, key, words, found, knowledge, self._clock(), digits)

        how = _Settled(ItemState.ANSWERED, ActKind.ANSWERED, entry, words, None, compose_for, saved)
        return await self._close(number, reviewer, how)

    async def not_ours(self, number: int, reviewer: str, reason: Reason, note: str | None = None) -> Act:
        """Settle an item as somebody else's task; its askers are told whose, as the reason has it.

        Args:
            number: of any question in it.
            reviewer: who says so.
            reason: one of `bot.items.NOT_OURS`.
            note: the body whose task it is, or more words to the askers.

        Raises:
            Overtaken: the item is somebody else's, settled, or not there.
        """
        if reason not in NOT_OURS:
            raise ValueError(f"{reason!r} does not send an item away")
        words = kept(note)

        def compose_for(question: Question) -> Outcome:
            return sent_away(question, reason, words)

        how = _Settled(ItemState.NOT_OURS, ActKind.SENT_AWAY, None, words, reason, compose_for)
        return await self._close(number, reviewer, how)

    async def close_by_entry(self, item: int, entry: str, *, as_proposed: bool = False) -> Act | None:
        """Settle an item (own id) with an entry that went live; None where an expert works on it.

        Args:
            item: its own id.
            entry: id of the entry.
            as_proposed: the entry is what the item's expert has proposed, and so is the answer theirs.
        """
        async with self._database.reading() as connection:
            found = await items.get(connection, item)
        if found is None or not found.is_open:
            return None
        by = BY_BOT
        if found.state is ItemState.TAKEN and found.taken_by:
            if not found.branch:
                return None
            if as_proposed:
                by = found.taken_by
            else:
                async with self._database.writing() as connection:
                    await self._free(connection, found, BY_BOT)
        try:
            return await self.answer(found.number, by, entry)
        except Overtaken:
            return None

    async def _close(self, number: int, reviewer: str, how: _Settled) -> Act:
        for _ in range(MOST_TRIES):
            async with self._database.reading() as connection:
                item = await self._open(connection, number, reviewer, lock=False)
                questions = await items.questions(connection, item.id, only_open=True)
                words = await written(connection, self._channels, questions, how.compose)
            async with self._database.writing() as connection:
                item = await self._open(connection, number, reviewer)
                still = await items.questions(connection, item.id, only_open=True)
                if [each.id for each in still] == [each.id for each in questions]:
                    act = await self._settle(connection, item, questions, words, reviewer, how)
                    self._replied.set()
                    return act
        raise Overtaken("busy", number=number)

    async def _settle(
        self,
        connection: Connection,
        item: Item,
        questions: Sequence[Question],
        words: Sequence[Word],
        reviewer: str,
        how: _Settled,
    ) -> Act:
        now, rows = self._clock(), [each.id for each in questions]
        details = {**stood(item), "rows": rows, "entry": how.entry, "note": how.note, "saved": how.saved}
        act = await acts.record(connection, item.id, how.kind, reviewer, now, details)
        await items.settle(connection, rows, reviewer, now, how.entry, how.note)
        closed: dict[str, Any] = {
            "state": how.state, "entry": how.entry, "note": how.note, "settled_by": reviewer,
            "settled_at": now, "taken_by": None, "taken_at": None, "branch": None,
        }  # fmt: skip
        if how.reason:
            closed["reason"] = how.reason
        await items.change(connection, item.id, **closed)
        await tell(connection, self._channels, words, _cause(act.id), now)
        return act

    # --- asking the askers ---------------------------------------------------------------------------

    async def ask_back(self, number: int, reviewer: str, text: str) -> Act:
        """Ask the askers of an item for more; what they reply is kept with it.

        Raises:
            Overtaken: the item is somebody else's, settled, or not there.
        """
        asked = (kept(text) or "").strip()

        def compose_for(question: Question) -> Outcome:
            return asked_back(question, asked)

        async with self._database.reading() as connection:
            item = await self._open(connection, number, reviewer, lock=False)
            questions = await items.questions(connection, item.id, only_open=True)
            words = await written(connection, self._channels, questions, compose_for, about=True)
        async with self._database.writing() as connection:
            item = await self._open(connection, number, reviewer)
            now, details = self._clock(), {**stood(item), "text": asked}
            act = await acts.record(connection, item.id, ActKind.ASKED_BACK, reviewer, now, details)
            await items.change(connection, item.id, state=ItemState.ASKING)
            await tell(connection, self._channels, words, _cause(act.id), now)
        self._replied.set()
        return act

    async def say_more(self, connection: Connection, number: int, who: str, text: str) -> bool:
        """Keep what an asker adds to their question, and tell whoever asked for it; False where none waits.

        Args:
            connection: the transaction that also finishes the asker's message.
            number: of the question.
            who: the asker's pseudonym.
            text: what they add.
        """
        item = await items.of(connection, number, lock=True)
        if item is None or not item.is_open:
            return False
        now = self._clock()
        details = {"number": number, "text": text[:MOST_WORDS]}
        await acts.record(connection, item.id, ActKind.REPLIED, who, now, details)
        if item.state is ItemState.ASKING:
            back = ItemState.TAKEN if item.taken_by else ItemState.NEW
            await items.change(connection, item.id, state=back)
        asked = [act for act in await acts.of(connection, item.id) if act.kind is ActKind.ASKED_BACK]
        if asked:
            await self._notices.put(connection, asked[-1].by, replied(number, text), about=number)
        return True

    # --- which questions are one -----------------------------------------------------------------------

    async def merge(self, number: int, into: int, reviewer: str) -> Act:
        """Put the questions of one open item into another one; the act is the latter's.

        Raises:
            Overtaken: one of them is somebody else's, settled, or not there; or both are the same.
        """
        async with self._database.writing() as connection:
            first, second = sorted((number, into))  # always locked in one order
            locked = {each: await self._open(connection, each, reviewer) for each in (first, second)}
            item, target = locked[number], locked[into]
            if item.id == target.id:
                raise Overtaken("same", number=number)
            rows = [each.id for each in await items.questions(connection, item.id)]
            details = {**stood(item), "from": item.id, "rows": rows}
            await items.move(connection, rows, target.id)
            freed = {"taken_by": None, "taken_at": None}
            await items.change(connection, item.id, state=ItemState.MERGED, into=target.id, **freed)
            await items.recount(connection, target.id)
            return await acts.record(connection, target.id, ActKind.MERGED, reviewer, self._clock(), details)

    async def split(self, number: int, wordings: Collection[int], reviewer: str) -> Act:
        """Make an item of its own of some wordings (their ids) of an open item; the act is the old one's.

        Raises:
            Overtaken: nothing would be left or moved, or the item is somebody else's, settled, or not there.
        """
        async with self._database.writing() as connection:
            item = await self._open(connection, number, reviewer)
            questions = await items.questions(connection, item.id)
            moved = [each for each in questions if each.id in wordings]
            if not moved or len(moved) == len(questions):
                raise Overtaken("split_all", number=item.number)
            new = await items.make(connection, moved[0], moved[0].province)
            rows = [each.id for each in moved]
            await items.move(connection, rows, new)
            await items.recount(connection, new)
            await items.recount(connection, item.id)
            details = {**stood(item), "into": new, "rows": rows}
            return await acts.record(connection, item.id, ActKind.SPLIT, reviewer, self._clock(), details)

    # --- what goes into the base -----------------------------------------------------------------------

    async def draft(self, number: int, reviewer: str, text: str) -> Act:
        """Keep an answer that an expert wrote: proposed for an entry, told to nobody yet.

        Raises:
            Overtaken: there is no such item.
        """
        async with self._database.writing() as connection:
            item = await items.of(connection, number, lock=True)
            if item is None:
                raise Overtaken("no_item", number=number)
            now, words = self._clock(), (kept(text) or "").strip()
            made = await items.draft(connection, item.id, words, reviewer, now)
            details = {"draft": made, "text": words}
            return await acts.record(connection, item.id, ActKind.DRAFTED, reviewer, now, details)

    async def proposed(self, number: int, reviewer: str, branch: str, details: Mapping[str, Any]) -> Act:
        """Record that an answer waits on a branch: the item stays the reviewer's until that is merged.

        Args:
            number: of any question in it.
            reviewer: who proposes it.
            branch: of git.
            details: the `entry` that it is or changes, whether it `is_new`, and the `commit`.

        Raises:
            Overtaken: the item is somebody else's, settled, or not there.
        """
        async with self._database.writing() as connection:
            item, now = await self._open(connection, number, reviewer), self._clock()
            taken = {"state": ItemState.TAKEN, "taken_by": reviewer, "taken_at": now}
            await items.change(connection, item.id, branch=branch, **taken)
            whole = {**stood(item), **details, "proposal": branch}
            return await acts.record(connection, item.id, ActKind.PROPOSED, reviewer, now, whole)

    async def took_out(self, number: int, reviewer: str, details: Mapping[str, Any]) -> Act:
        """Record that what a withdrawn answer had put into the base was taken out again.

        Args:
            number: of any question in it.
            reviewer: who did.
            details: the id of the `answer`, an act, and the `entry`.
        """
        async with self._database.writing() as connection:
            item = await self._open(connection, number, reviewer)
            return await acts.record(connection, item.id, ActKind.TOOK_OUT, reviewer, self._clock(), details)

    async def hold(self, entry: str, reviewer: str, *, held: bool) -> None:
        """Let an entry close no open items by itself when it goes live, or let it again."""
        async with self._database.writing() as connection:
            if held:
                await items.hold(connection, entry, reviewer, self._clock())
            else:
                await items.let_go(connection, entry)

    async def withdraw(self, connection: Connection, number: int) -> None:
        """Let a question wait no more whose asker has changed its words; the new ones are another question.

        Args:
            connection: the transaction that also answers the new words.
            number: of the question as it was.
        """
        now = self._clock()
        item = await items.of(connection, number, lock=True)
        if not await waiting.withdraw(connection, number, now) or item is None or not item.is_open:
            return
        await acts.record(connection, item.id, ActKind.WITHDREW, BY_ASKER, now, {"number": number})
        if not await items.questions(connection, item.id, only_open=True):
            freed = {"taken_by": None, "taken_at": None, "settled_by": BY_ASKER}
            await items.change(connection, item.id, state=ItemState.WITHDRAWN, **freed)

    # --- taking it back ----------------------------------------------------------------------------------

    async def undo(self, act_id: int, reviewer: str) -> Act:
        """Take an act back: what was not sent yet is not sent, and who was told wrongly is told so.

        Raises:
            Overtaken: something was done since that stands on it, or it was taken back already.
        """
        async with self._database.reading() as connection:
            words = await self._regrets(connection, await acts.get(connection, act_id))
        async with self._database.writing() as connection:
            act = await acts.get(connection, act_id)
            item = await items.lock(connection, act.item) if act else None
            if act is None or item is None:
                raise Overtaken("no_act")
            await check_is_last(connection, act)
            undone = await acts.record(
                connection, item.id, ActKind.UNDID, reviewer, self._clock(), stood(item), undoes=act.id
            )
            await take_back(connection, act, item, self._knowledge().version)
            await self._regret(connection, act, undone, words)
        self._replied.set()
        return undone

    async def _regrets(self, connection: Connection, act: Act | None) -> Mapping[int, Word]:
        """Return, by question, what is said to those who were told what an act had settled."""
        if act is None or act.kind not in (ActKind.ANSWERED, ActKind.SENT_AWAY):
            return {}
        questions = await items.questions(connection, act.item)

        words = await written(connection, self._channels, questions, withdrawn, once=False)
        return {word.to.number: word for word in words}

    async def _regret(self, connection: Connection, act: Act, undone: Act, words: Mapping[int, Word]) -> None:
        now = self._clock()
        taken_back = await tellings.withdraw(connection, _cause(act.id), now)
        told = [words[telling.number] for telling in taken_back if telling.number in words]
        await tell(connection, self._channels, told, _cause(undone.id), now)

    # --- shared ----------------------------------------------------------------------------------------

    async def _open(self, connection: Connection, number: int, reviewer: str, *, lock: bool = True) -> Item:
        late = self._clock() - self._taken_for
        return await open_item(connection, number, reviewer, late, lock=lock)

    async def _digits(self, entry: Entry | None) -> int:
        if entry is None:
            return CODE_DIGITS
        async with self._database.reading() as connection:
            kept = await exchanges.versions(connection, [entry.id])
        return digits_of(entry.version, kept[entry.id])


def _cause(act: int) -> str:
    return f"act {act}"
