"""What a changed base does to the questions really asked: which change answer, gain one or lose one."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from bot.domain import Recurring, Verdict
from bot.finding import Before, Finding, find_all
from bot.kb import Knowledge
from bot.kb.diff import Kind, compare
from bot.live import Brain
from bot.matching import AsOf
from bot.normalise.days import When, asked_of

AT_ONCE = 200  # questions that are matched together


class Turn(StrEnum):
    """What becomes of a question; the worst first."""

    LOST = "lost"  # it was answered and no longer is
    CHANGED = "changed"  # another entry answers it
    GAINED = "gained"  # it is answered now
    OTHERWISE = "otherwise"  # suggested, off topic or unanswered in another way than before


@dataclass(frozen=True, slots=True)
class Got:
    """What a question gets of a base."""

    verdict: Verdict
    name: str  # of the entry that comes first, or of the group that replies; "" for nothing
    title: str


@dataclass(frozen=True, slots=True)
class Turned:
    """A question that gets something else."""

    question: Recurring
    was: Got
    now: Got

    @property
    def turn(self) -> Turn:
        """What becomes of it."""
        answered = self.was.verdict is Verdict.ANSWER, self.now.verdict is Verdict.ANSWER
        return {(True, False): Turn.LOST, (True, True): Turn.CHANGED, (False, True): Turn.GAINED}.get(
            answered, Turn.OTHERWISE
        )


@dataclass(frozen=True, slots=True)
class Rewritten:
    """An entry that goes on answering the same questions, with another text."""

    name: str
    title: str
    times: int  # that those questions were asked


@dataclass(frozen=True, slots=True)
class Replay:
    """What becomes of all questions: those that turn, in the order in which they were given."""

    questions: int  # different ones
    times: int  # that they were asked
    turned: tuple[Turned, ...] = ()
    rewritten: tuple[Rewritten, ...] = ()  # most often asked first

    @property
    def counts(self) -> Mapping[Turn, int]:
        """How many questions take each turn."""
        found = Counter(one.turn for one in self.turned)
        return {turn: found[turn] for turn in Turn}


def replay(
    before: Brain,
    after: Brain,
    asked: Sequence[Recurring],
    today: date,
    done: Callable[[int], None] = lambda _: None,
) -> Replay:
    """Ask two bases the same questions: about a millisecond of CPU each.

    An entry that was only given another id is the same one. A question that names a day is asked of that day.

    Args:
        before: the base as it was.
        after: the base as it would be.
        asked: the questions, each with what was asked before it, where it goes on from that.
        today: in Vietnam; what is asked of no other day is asked of this one.
        done: told of how many questions more are done, now and then.
    """
    renamed = {
        one.was: one.name
        for one in compare(before.knowledge, after.knowledge)
        if one.kind is Kind.RENAMED and not one.file
    }
    titles = {entry.question: name for name, entry in before.knowledge.entries.items()}
    turned: list[Turned] = []
    rewritten: dict[str, int] = defaultdict(int)
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        messages = [(one.text, _before(one, titles)) for one in some]
        times = [replace(asked_of(one.text, today), rest="") for one in some]
        both = (_gets(brain, messages, times) for brain in (before, after))
        for question, was, now in zip(some, *both, strict=True):
            if not _is_same(was, now, renamed):
                turned.append(Turned(question, was, now))
            elif was.verdict is Verdict.ANSWER and _is_rewritten(before, was, after, now):
                rewritten[now.name] += question.times
        done(len(some))
    return Replay(
        len(asked),
        sum(one.times for one in asked),
        tuple(turned),
        tuple(
            Rewritten(name, after.knowledge.entries[name].question, times)
            for name, times in sorted(rewritten.items(), key=lambda pair: (-pair[1], pair[0]))
        ),
    )


def _before(question: Recurring, titles: Mapping[str, str]) -> Before | None:
    """Return what a question goes on from: an entry that was shown, by its title, or words."""
    return Before(question.earlier, titles.get(question.earlier)) if question.earlier else None


def _gets(brain: Brain, messages: Sequence[tuple[str, Before | None]], times: Sequence[When]) -> list[Got]:
    """Return what each message gets of a base; those that are about the same time are matched together."""
    alike: dict[When, list[int]] = defaultdict(list)
    for at, when in enumerate(times):
        alike[when].append(at)
    gets: dict[int, Got] = {}
    for when, places in alike.items():
        found = find_all([messages[at] for at in places], AsOf(brain.matcher, brain.knowledge, when))
        gets |= {at: _got(one, brain.knowledge) for at, one in zip(places, found, strict=True)}
    return [gets[at] for at in range(len(messages))]


def _got(found: Finding, knowledge: Knowledge) -> Got:
    if found.verdict is Verdict.OFF_TOPIC:
        return Got(found.verdict, found.match.group or "", found.match.group or "")
    if found.verdict is Verdict.UNANSWERED or not found.match.candidates:
        return Got(found.verdict, "", "")
    entry = knowledge.entries[found.match.candidates[0].entry]
    return Got(found.verdict, entry.id, entry.question)


def _is_same(was: Got, now: Got, renamed: Mapping[str, str]) -> bool:
    """Tell whether nobody would see a difference; which suggestion comes first is none."""
    if was.verdict is not now.verdict:
        return False
    return was.verdict is Verdict.SUGGEST or renamed.get(was.name, was.name) == now.name


def _is_rewritten(before: Brain, was: Got, after: Brain, now: Got) -> bool:
    return before.knowledge.entries[was.name].version != after.knowledge.entries[now.name].version
