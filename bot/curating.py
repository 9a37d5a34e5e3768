"""What experts write into the base from the console: worked out, rehearsed beside the live base, then saved.

Saving puts a file in the place of another and makes a commit where git keeps the base. Where the team reviews
proposals it makes only the commit, on a branch of its own.

A rehearsal builds the base as it would be in a process of its own, as `bot.live` does, and asks both that
one and the base as it is their `tests`, and what officers really asked of late: nobody finds out afterwards
what a new phrasing took away from others.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import structlog

from bot.apart import apart
from bot.decide import decide
from bot.domain import VIETNAM, Recurring, Verdict, Wishes
from bot.errors import Conflict, NotProposed
from bot.kb import Category, Entry, Knowledge, Problem, Status, check, commits
from bot.kb.loader import REVIEWED, read
from bot.kb.spelling import FIELDS, Value
from bot.kb.writer import (
    alone,
    appended,
    changed,
    differ,
    digest,
    fields_of,
    new_file,
    put,
    read_text,
    sound,
    tidy,
    without,
)
from bot.live import Brain, build_brain
from bot.matching import as_of, build
from bot.normalise.days import asked_of
from bot.replaying import Replay, replay
from bot.store import Database, exchanges
from bot.trial import ask_tests

log = structlog.get_logger(__name__)

REPLAYED_FOR = timedelta(days=30)  # what was asked since then is asked again
MOST_REPLAYED = 500  # different questions, those asked most often: about a second of CPU


@dataclass(frozen=True, slots=True)
class Change:
    """A file of the base as it would be."""

    entry: str  # id of the entry that is new or changed
    file: str  # relative name
    text: str | None  # all of it; None where the file goes
    was: str | None  # digest of the text that it was made from; None for a file that was not there
    before: Mapping[str, Any] | None = None  # the entry's fields as they were; None for a new one

    @property
    def code(self) -> str:
        """What tells whether a change is the one that was rehearsed."""
        return f"{digest(self.text)}:{self.was or ''}"

    @property
    def reversal(self) -> dict[str, Any]:
        """What `Curating.taking_back` needs, as JSON."""
        after = fields_of(self.text or "", self.entry)
        undo = None if self.before is None else _other_fields(self.before, after)
        return {"file": self.file, "mark": _mark(after), "fields": undo}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that waits on a branch for the team to merge it."""

    branch: str
    commit: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A test that found its entry and would not any more."""

    question: str
    right: str  # title of the entry that it should find
    instead: str  # title of what would come first, "" for nothing


@dataclass(frozen=True, slots=True)
class Found:
    """What a wording would get."""

    question: str
    verdict: Verdict
    is_right: bool  # the entry comes first
    confidence: float  # of what comes first, 0..1


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would come of a change; `moved`, `found` and `replay` are empty where the base would not load."""

    loads: bool
    problems: tuple[Problem, ...]
    fields: tuple[str, ...]  # beside each problem: the field of the entry that it is about, or ""
    status: Status | None = None  # that the entry would have
    moved: tuple[Moved, ...] = ()
    found: tuple[Found, ...] = ()
    replay: Replay | None = None  # of what was really asked

    @property
    def replayed_days(self) -> int:
        """How far back `replay` goes."""
        return REPLAYED_FOR.days

    @property
    def most_replayed(self) -> int:
        """How many different questions `replay` asks at most."""
        return MOST_REPLAYED

    @property
    def owed(self) -> int:
        """How much the entry still owes `hoidap kb check`, besides what only the day makes of it."""
        return sum(not problem.is_warning for problem in self.problems)

    @property
    def may_be_saved(self) -> bool:
        """Whether the base would load, and nobody signs what still owes something."""
        return self.loads and not (self.status is Status.APPROVED and self.owed)


class Curating:
    """Writes into the base.

    Args:
        directory: of the base.
        wishes: what the thresholds have to keep.
        cache: where built matchers are kept; None keeps none.
        database: whose questions are asked again.
        proposes: changes go to branches, and the files stay as they are.
    """

    def __init__(
        self,
        directory: Path,
        wishes: Wishes,
        cache: Path | None,
        database: Database,
        *,
        proposes: bool = False,
    ) -> None:
        self.proposes = proposes
        self._directory = directory
        self._wishes = wishes
        self._cache = cache
        self._database = database
        self._alone = asyncio.Lock()  # one rehearsal takes a whole processor

    def with_variants(self, knowledge: Knowledge, entry: Entry, phrasings: Sequence[str]) -> Change:
        """Return the change that adds phrasings to an entry, in the lines of its variants alone.

        They are added to those that stand in the file: the base that answers is some seconds behind it.

        Raises:
            KeyError: the entry is no longer where it was.
            ByHandOnly: a person has to write it.
        """
        written = read(self._directory)[0].entries[entry.id]
        variants = tuple(dict.fromkeys([*written.variants, *phrasings]))
        return self.with_fields(knowledge, entry.id, {"variants": variants})

    def with_fields(self, knowledge: Knowledge, entry: str, fields: Mapping[str, Value | None]) -> Change:
        """Return the change that gives an entry other fields; what is not named stays as it is written.

        Raises:
            KeyError: the entry is no longer where it was.
            ByHandOnly: a person has to write it.
        """
        file, text = self._file_of(knowledge, entry)
        return Change(entry, file, changed(text, entry, fields), digest(text), fields_of(text, entry))

    def opened(self, knowledge: Knowledge, entry: str) -> dict[str, Any]:
        """Return an entry's fields as its file has them now, which may be newer than the base that answers.

        Raises:
            KeyError: the entry is no longer where it was.
            ByHandOnly: the file cannot be read.
        """
        return fields_of(self._file_of(knowledge, entry)[1], entry)

    def _file_of(self, knowledge: Knowledge, entry: str) -> tuple[str, str]:
        file = knowledge.origins[entry][0]
        text = read_text(self._directory, file)
        if text is None:
            raise KeyError(entry)
        return file, text

    def taking_back(self, entry: str, reversal: Mapping[str, Any]) -> Change:
        """Return the change that takes a saved one back.

        Args:
            entry: its id.
            reversal: `Change.reversal` of the saved one.

        Raises:
            KeyError: the entry is no longer where it was.
            Conflict: somebody has changed the entry since.
            ByHandOnly: a person has to write it.
        """
        file = str(reversal["file"])
        text = read_text(self._directory, file)
        if text is None:
            raise KeyError(entry)
        now = fields_of(text, entry)
        if _mark(now) != reversal["mark"]:
            raise Conflict(file)
        fields = reversal["fields"]
        rest = without(text, entry) if fields is None else changed(text, entry, fields)
        return Change(entry, file, rest, digest(text), now)

    def with_entry(self, category: Category, fields: Mapping[str, Value]) -> Change:
        """Return the change that adds an entry, in a file of its own beside those that people write.

        Raises:
            ByHandOnly: a file of that name is written in a way that nothing can be added to.
        """
        file = f"{REVIEWED}/{category.value}/{fields['id']}.yaml"
        text = read_text(self._directory, file)
        return Change(
            str(fields["id"]), file, appended(new_file(file) if text is None else text, fields), digest(text)
        )

    def save(self, change: Change, reviewer: str, subject: str) -> Knowledge:
        """Write a change and return the base that it makes; where git keeps the base, it is a commit.

        A file with changes that nobody has committed yet is left for them to commit.

        Args:
            change: that was rehearsed.
            reviewer: name of its author.
            subject: of the commit.

        Raises:
            Conflict: the file was changed meanwhile.
            KnowledgeError: the base would not load.
            OSError: the disk refuses.
        """
        directory, act = self._directory, commits.Act(change.file, reviewer, subject)
        with alone(directory):
            self._catch_up()
            knowledge = sound(directory, {change.file: change.text}, {change.file: change.was})
            is_in_git = commits.is_in_git(directory)
            is_clean = is_in_git and not commits.uncommitted(directory, change.file)
            if is_clean:
                commits.intend(directory, act, digest(change.text))
            put(directory, {change.file: change.text})
            if is_clean and commits.keep(directory, act):
                commits.forget(directory, change.file)
            elif is_in_git:
                log.warning("base.not_committed", file=change.file)
        log.info("base.saved", entry=change.entry, file=change.file, by=reviewer)
        return knowledge

    def propose(self, change: Change, reviewer: str, subject: str, now: datetime) -> Proposal:
        """Put a change on a branch of its own; the files of the base, and what answers, stay as they are.

        Args:
            change: that was rehearsed.
            reviewer: name of its author.
            subject: of the commit.
            now: UTC.

        Raises:
            Conflict: the file was changed meanwhile.
            KnowledgeError: the base would not load.
            NotProposed: the file has changes that nobody committed, or git refuses.
        """
        directory, file = self._directory, change.file
        with alone(directory):
            sound(directory, {file: change.text}, {file: change.was})
            if commits.uncommitted(directory, file):
                raise NotProposed(file, "uncommitted")
            branch = self._new_branch(change.entry, now)
            commit = commits.propose(directory, commits.Act(file, reviewer, subject), change.text, branch)
        if commit is None:
            raise NotProposed(file, "git")
        log.info("base.proposed", entry=change.entry, branch=branch, by=reviewer)
        return Proposal(branch, commit)

    def _new_branch(self, entry: str, now: datetime) -> str:
        name = f"{commits.PROPOSALS}/{entry}-{now + VIETNAM:%Y%m%d-%H%M}"
        names = (name if number == 1 else f"{name}-{number}" for number in count(1))
        return next(each for each in names if not commits.tip(self._directory, each))

    def withdraw(self, proposal: Proposal) -> None:
        """Delete a proposal's branch, unless somebody has added to it."""
        commits.withdraw(self._directory, proposal.branch, proposal.commit)

    def catch_up(self) -> None:
        """Finish what a machine that stopped left half-done: stray drafts of files, a commit not made."""
        with alone(self._directory):
            self._catch_up()

    def _catch_up(self) -> None:
        directory = self._directory
        tidy(directory)
        if not commits.is_in_git(directory):
            return
        for act, written in tuple(commits.intended(directory)):
            if commits.uncommitted(directory, act.file):
                if digest(read_text(directory, act.file)) != written:
                    log.warning("base.not_committed", file=act.file)  # somebody went on from there
                elif commits.keep(directory, act):
                    log.info("base.committed_late", file=act.file)
                else:
                    continue  # git refuses: next time
            commits.forget(directory, act.file)

    async def rehearse(self, change: Change, wordings: Sequence[str], today: date) -> Rehearsal:
        """Return what would come of a change, for all tests, for some wordings, for what was asked.

        Raises:
            RuntimeError: the process that does it ended without a word.
            TimeoutError: it took longer than `bot.apart.LONGEST`.
        """
        since = datetime(today.year, today.month, today.day, tzinfo=UTC) - VIETNAM - REPLAYED_FOR
        async with self._database.reading() as connection:
            asked = await exchanges.recurring(connection, since, MOST_REPLAYED)
        async with self._alone:
            order = (self._directory, self._wishes, self._cache, change, tuple(wordings), asked, today)
            return await apart(rehearsed, *order)


def rehearsed(
    directory: Path,
    wishes: Wishes,
    cache: Path | None,
    change: Change,
    wordings: Sequence[str],
    asked: Sequence[Recurring],
    today: date,
) -> Rehearsal:
    """Return what would come of a change: some seconds of CPU; the arguments are those of `Curating`."""
    knowledge, broken = read(directory, {change.file: change.text})
    owed = [] if broken else [each for each in check(knowledge, today=today) if _is_about(each, change)]
    problems = tuple(broken or owed)
    fields = tuple(_field(knowledge, each, change) for each in problems)
    if broken:
        return Rehearsal(False, problems, fields)
    status = knowledge.entries[change.entry].status
    after = Brain(knowledge, build(knowledge, wishes))
    before = build_brain(directory, wishes, cache)
    moved = tuple(_moved(before, after, today))
    found = tuple(_found(after, wording, change.entry, today) for wording in wordings)
    return Rehearsal(True, problems, fields, status, moved, found, replay(before, after, asked, today))


def _mark(fields: Mapping[str, Any]) -> str:
    """Return what tells whether an entry still says the same."""
    return str(digest(json.dumps(fields, ensure_ascii=False, sort_keys=True)))


def _other_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {name: before.get(name) for name in FIELDS if differ(before.get(name), after.get(name))}


def _is_about(problem: Problem, change: Change) -> bool:
    return change.entry in (problem.where, problem.values.get("other"))


def _field(knowledge: Knowledge, problem: Problem, change: Change) -> str:
    """Return the field of the changed entry in whose lines a problem stands; "" for another place."""
    file, index = knowledge.origins.get(change.entry, ("", 0))
    if problem.file != file or file not in knowledge.roots:
        return ""
    if problem.code in ("few_variants", "few_tests"):
        return problem.code.removeprefix("few_")
    if problem.code in ("field_due", "missing_field", "empty"):
        return str(problem.values.get("field", ""))
    keys = knowledge.roots[file].find(index).keys or {}
    above = [(line, name) for name, (line, _) in keys.items() if line <= problem.line]
    return max(above)[1] if above else ""


def _moved(before: Brain, after: Brain, today: date) -> list[Moved]:
    """Return the tests that find their entry before, or are new, and do not after."""
    missed = {(each.right, each.question) for each in ask_tests(before, today).misses}
    return [
        Moved(each.question, _title(after, each.right), _title(after, each.won))
        for each in ask_tests(after, today).misses
        if (each.right, each.question) not in missed
    ]


def _title(brain: Brain, name: str) -> str:
    entry = brain.knowledge.entries.get(name)
    return entry.question if entry else name


def _found(brain: Brain, wording: str, entry: str, today: date) -> Found:
    match = as_of(brain.matcher.match(wording), brain.knowledge, asked_of(wording, today))
    first = match.candidates[0] if match.candidates else None
    verdict = decide(match, brain.matcher.thresholds)
    return Found(wording, verdict, bool(first and first.entry == entry), first.confidence if first else 0.0)
