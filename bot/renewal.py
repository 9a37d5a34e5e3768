"""What follows when a base goes live: what waits and is answered now is closed, changed answers recalled."""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from rapidfuzz import fuzz

from bot.channels.base import Channel
from bot.domain import Block, Exchange, Outcome, Reason, Reply, Style, Verdict
from bot.finding import Before, find
from bot.handlers import actions
from bot.handlers.context import vietnam_day
from bot.items import ActKind
from bot.kb import Entry, Knowledge
from bot.lanes import Wake
from bot.live import Brain
from bot.matching import AsOf
from bot.normalise import fold
from bot.normalise.days import When, asked_of
from bot.phrases import say
from bot.reviewing import Reviewing
from bot.store import Connection, Database, acts, exchanges, items, recalls
from bot.store.items import Question
from bot.store.recalls import Given, Receiver
from bot.telling import Person, tell, write

AT_ONCE: Final = 20  # items that are tried between two looks at the clock
CALM: Final = timedelta(minutes=10)  # without another change, before anybody is told that answers changed
LOOK_AGAIN: Final = 5.0  # s between two looks for what to do
MOST_NAMED: Final = 5  # entries in one recall notice
SAME_WORDS: Final = 90  # of 100: from this likeness on an answer with the same figures only reads differently
WITHDRAWN: Final = "withdrawn"  # in place of the version of an entry that is gone
_REFUSED: Final = (Reason.DISLIKED, Reason.EXPERT_WANTED, Reason.EXPIRED)
_TELLING: Final = re.compile(r"\d+(?:[.,/]\d+)*|\b(?:khong|chua|cam|chi|phai|duoc)\b")  # in a folded text
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question that waits as it was asked, and the version of what its asker saw."""

    question: Question
    raw: str
    earlier: str | None
    version: str | None
    offered: frozenset[str]  # entries that the asker was offered and did not want
    when: When


class Renewal:
    """Tries what waits on each new base, and recalls answers that it changed.

    Args:
        database: where all is kept.
        channels: those that people can be told through.
        reviewing: closes items.
        brain: returns the base that answers now.
        clock: returns the time, UTC.
        replied: set when there may be something to send.
        recall_for: how long after an answer its change is still told; zero never.
    """

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        reviewing: Reviewing,
        brain: Callable[[], Brain],
        clock: Callable[[], datetime],
        replied: Wake,
        recall_for: timedelta,
    ) -> None:
        self._database = database
        self._channels = channels
        self._reviewing = reviewing
        self._brain = brain
        self._clock = clock
        self._replied = replied
        self._recall_for = recall_for
        self._seen = ""  # version of the base that is known to answer
        self._since = clock()  # when it was first seen
        self._recalled = ""  # the version whose changes were told

    async def watch(self) -> None:
        """Do what there is to do, for ever."""
        while True:
            if not await self.try_open():
                await self.recall_when_calm()
                await self._reviewing.give_back_late()
                await self._reviewing.rereadings.look()
                await asyncio.sleep(LOOK_AGAIN)

    # --- what waits ----------------------------------------------------------------------------------

    async def try_open(self) -> int:
        """Try some items that were not tried on this base yet; return how many that were.

        Those that it answers are closed, and their askers told.
        """
        brain = self._brain()
        base = brain.knowledge.version
        async with self._database.reading() as connection:
            waiting = await items.untried(connection, base, AT_ONCE)
            held = await items.held_entries(connection)
            asked = {item: await self._asked(connection, item) for item in waiting}
            proposed = {item: await _proposal(connection, item) for item in waiting}
        for item, questions in asked.items():
            if _is_merged(proposed[item], questions, brain.knowledge):
                await self._reviewing.close_by_entry(item, proposed[item]["entry"], as_proposed=True)
                continue
            entry = await asyncio.to_thread(_answer, questions, brain)
            if entry is not None and entry not in held:
                await self._reviewing.close_by_entry(item, entry)
        async with self._database.writing() as connection:
            await items.tried(connection, waiting, base)
        return len(waiting)

    async def _asked(self, connection: Connection, item: int) -> Sequence[_Asked]:
        found = []
        for question in await items.questions(connection, item, only_open=True):
            exchange = await exchanges.get(connection, question.number)
            if exchange is not None:
                refused = question.reason is Reason.NONE_OF_THESE
                offered = [one.entry for one in exchange.candidates] if refused else []
                found.append(
                    _Asked(
                        question,
                        exchange.raw,
                        exchange.earlier,
                        exchange.version,
                        frozenset(offered),
                        _when(exchange, self._clock()),
                    )
                )
        return found

    # --- what was given ------------------------------------------------------------------------------

    async def recall_when_calm(self) -> int:
        """Tell of changed answers once the base has not changed for a while; return how many people."""
        version = self._brain().knowledge.version
        if version != self._seen:
            self._seen, self._since = version, self._clock()
        if version == self._recalled or self._clock() - self._since < CALM:
            return 0
        told = await self.recall()
        self._recalled = version
        return told

    async def recall(self) -> int:
        """Tell everybody, once, whose answer of late has changed in substance or is gone."""
        knowledge = self._brain().knowledge
        if not self._recall_for:
            return 0
        since = self._clock() - self._recall_for
        async with self._database.reading() as connection:
            given = await recalls.given_since(connection, since)
            changed = [one for one in given if _is_changed(one, knowledge)]
            people = await _receivers(connection, changed, since, knowledge)
        for person, got in people.items():
            await self._tell(person, got, knowledge)
        if people:
            self._replied.set()
        return len(people)

    async def _tell(
        self, person: tuple[str, str, str], got: Sequence[Receiver], knowledge: Knowledge
    ) -> None:
        newest = max(got, key=lambda one: one.number)
        names = list(dict.fromkeys(one.entry for one in got))
        async with self._database.reading() as connection:
            old = {name: await _title(connection, name, got) for name in names}
            outcome = Outcome(_notice(names, old, knowledge))
            word = await write(connection, self._channels, Person(newest.number, *person), outcome)
        if word is None:
            return
        async with self._database.grouping() as connection:
            now, cause = self._clock(), f"recall {knowledge.version}"
            for name in names:
                numbers = [one.number for one in got if one.entry == name]
                await recalls.told(connection, numbers, _version(name, knowledge), now)
            await tell(connection, self._channels, [word], cause, now)


def _answer(questions: Sequence[_Asked], brain: Brain) -> str | None:
    """Return the one entry that answers some of an item's questions and that nobody of them has refused."""
    found = set()
    for asked in questions:
        before = Before(asked.earlier, None) if asked.earlier else None
        matcher = AsOf(brain.matcher, brain.knowledge, asked.when)
        finding = find(asked.raw, matcher, before) if asked.raw.strip() else None
        if finding and finding.verdict is Verdict.ANSWER and not finding.is_together:
            entry = brain.knowledge.entries[finding.match.candidates[0].entry]
            if _is_refused(asked, entry):
                return None
            found.add(entry.id)
    return found.pop() if len(found) == 1 else None


async def _proposal(connection: Connection, item: int) -> Mapping[str, Any]:
    """Return what an expert has proposed for an item; nothing where no proposal waits."""
    found = await items.get(connection, item)
    if found is None or found.branch is None:
        return {}
    made = [act.details for act in await acts.of(connection, item) if act.kind is ActKind.PROPOSED]
    return next(details for details in reversed(made) if details["proposal"] == found.branch)


def _is_merged(proposal: Mapping[str, Any], questions: Sequence[_Asked], knowledge: Knowledge) -> bool:
    """Tell whether the base has what was proposed: the new entry, or a wording that an entry did not have."""
    entry = knowledge.entries.get(proposal.get("entry", ""))
    if entry is None:
        return False
    known = set(map(fold, entry.phrasings))
    return bool(proposal["is_new"]) or any(fold(asked.raw) in known for asked in questions)


def _when(exchange: Exchange, now: datetime) -> When:
    """Return the time that a question is about: the day that was answered for, or what it means by now."""
    when = asked_of(exchange.raw, vietnam_day(now))
    return when.on(exchange.day) if exchange.day else when


def _is_refused(asked: _Asked, entry: Entry) -> bool:
    """Tell whether an asker saw this very answer, or was offered it, and wants another one."""
    if asked.question.reason in _REFUSED and asked.question.shown == entry.id:
        return asked.version == entry.version
    is_added_since = fold(asked.raw) in map(fold, entry.phrasings)
    return entry.id in asked.offered and not is_added_since


def _is_changed(given: Given, knowledge: Knowledge) -> bool:
    """Tell whether what was given is gone from the base, or says something else there."""
    entry = knowledge.entries.get(given.entry)
    old = json.loads(given.content)
    if entry is None:
        renamed = (one.answer == old["answer"] for one in knowledge.entries.values())
        return not any(renamed)
    return entry.version != given.version and differs(old, entry)


def differs(old: Mapping[str, Any], entry: Entry) -> bool:
    """Tell whether an answer has changed in substance: figures, what is allowed, until when, most words."""
    new = json.loads(entry.content)
    if any(old.get(name) != new.get(name) for name in ("valid_from", "valid_to", "superseded_by")):
        return True
    was, now = fold(old["answer"]), fold(entry.answer)
    if sorted(_TELLING.findall(was)) != sorted(_TELLING.findall(now)):
        return True
    return fuzz.ratio(" ".join(_WORD.findall(was)), " ".join(_WORD.findall(now))) < SAME_WORDS


async def _receivers(
    connection: Connection, changed: Sequence[Given], since: datetime, knowledge: Knowledge
) -> Mapping[tuple[str, str, str], list[Receiver]]:
    people: dict[tuple[str, str, str], list[Receiver]] = defaultdict(list)
    for given in changed:
        version = _version(given.entry, knowledge)
        for one in await recalls.receivers(connection, given, since, version):
            people[one.channel, one.chat, one.asker].append(one)
    return people


def _version(entry: str, knowledge: Knowledge) -> str:
    return knowledge.entries[entry].version if entry in knowledge.entries else WITHDRAWN


async def _title(connection: Connection, entry: str, got: Sequence[Receiver]) -> str:
    """Return what an entry was called when it was given."""
    number = next(one.number for one in got if one.entry == entry)
    exchange = await exchanges.get(connection, number)
    texts = await exchanges.shown(connection, entry, exchange.version or "") if exchange else ()
    return str(json.loads(texts[0].content)["question"]) if texts else entry


def _notice(names: Sequence[str], old: Mapping[str, str], knowledge: Knowledge) -> Reply:
    lines, choices = [], []
    for name in names[:MOST_NAMED]:
        entry = knowledge.entries.get(name)
        key = "recall.changed" if entry else "recall.gone"
        lines.append(say(key, question=entry.question if entry else old[name]))
        if entry:
            choices.append(actions.open_entry(name, entry.question))
    if len(names) > MOST_NAMED:
        lines.append(say("recall.more", count=len(names) - MOST_NAMED))
    blocks = (
        Block(Style.WARNING, say("recall.head")),
        Block(Style.TEXT, "\n".join(lines)),
        Block(Style.NOTE, say("recall.how")),
    )
    return Reply(blocks, choices=tuple(choices))
