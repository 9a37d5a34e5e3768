"""Asks the base its own `tests`: the questions that must find their entry and that matching never sees."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from bot.decide import decide
from bot.domain import Verdict
from bot.live import Brain

ALL = "Σ"


@dataclass(frozen=True, slots=True)
class Asked:
    """A test question and what came of it; `rank` is the right entry's place (from 1), None beyond four."""

    question: str
    topic: str
    right: str
    won: str  # entry or group in first place
    rank: int | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Row:
    """Counts for one topic, or for all of them."""

    topic: str
    asked: int
    first: int  # the right entry came first
    third: int  # it was among the first three
    answered: int  # it was answered, rightly
    wrong: int  # another entry was given as the answer

    def share(self, count: int) -> str:
        """Return a count as a percentage of the questions asked."""
        return f"{100 * count / self.asked:.1f} %" if self.asked else "–"


@dataclass(frozen=True, slots=True)
class Report:
    """A row per topic, the sum last, and every question whose entry did not come first."""

    rows: tuple[Row, ...]
    misses: tuple[Asked, ...]


def ask_tests(brain: Brain) -> Report:
    """Ask every `tests` question of the base."""
    results = [
        _ask(brain, test, entry.topic or "", entry.id)
        for entry in brain.knowledge.entries.values()
        for test in entry.tests
    ]
    by_topic: dict[str, list[Asked]] = defaultdict(list)
    for asked in results:
        by_topic[asked.topic].append(asked)
    rows = [_row(topic, own) for topic, own in sorted(by_topic.items())]
    return Report((*rows, _row(ALL, results)), tuple(asked for asked in results if asked.rank != 1))


def _ask(brain: Brain, question: str, topic: str, right: str) -> Asked:
    match = brain.matcher.match(question)
    verdict = decide(match, brain.matcher.thresholds)
    ids = [candidate.entry for candidate in match.candidates]
    won = match.group if verdict is Verdict.OFF_TOPIC and match.group else (ids[0] if ids else "–")
    return Asked(question, topic, right, won, ids.index(right) + 1 if right in ids else None, verdict)


def _row(topic: str, results: Iterable[Asked]) -> Row:
    own = list(results)
    answered = [asked for asked in own if asked.verdict is Verdict.ANSWER]
    return Row(
        topic,
        asked=len(own),
        first=sum(asked.rank == 1 for asked in own),
        third=sum(asked.rank is not None and asked.rank <= 3 for asked in own),
        answered=sum(asked.rank == 1 for asked in answered),
        wrong=sum(asked.rank != 1 for asked in answered),
    )
