"""Asks the base its own `tests`: the questions that must find their entry and that matching never sees."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from bot import written
from bot.decide import decide
from bot.domain import Verdict
from bot.live import Brain
from bot.matching import Match, Thresholds

ALL = "Σ"
CURVE = tuple(percent / 100 for percent in range(95, 29, -5))  # confidences that the curve is drawn for
BINS = 10  # of equal width, for the calibration error


@dataclass(frozen=True, slots=True)
class Asked:
    """A test question and what came of it."""

    question: str
    topic: str
    right: str  # the entry that it must find
    match: Match
    verdict: Verdict

    @property
    def won(self) -> str:
        """The entry or group in first place."""
        if self.verdict is Verdict.OFF_TOPIC and self.match.group:
            return self.match.group
        return self.match.candidates[0].entry if self.match.candidates else "–"

    @property
    def rank(self) -> int | None:
        """The right entry's place (from 1), None beyond four."""
        ids = [candidate.entry for candidate in self.match.candidates]
        return ids.index(self.right) + 1 if self.right in ids else None

    @property
    def confidence(self) -> float:
        """The best entry's, 0..1."""
        return self.match.candidates[0].confidence if self.match.candidates else 0.0


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
        return written.share(count / self.asked if self.asked else None)


@dataclass(frozen=True, slots=True)
class Point:
    """What would come of the tests if answers needed this confidence (0..1): shares, 0..1."""

    confidence: float
    answered: float  # of the tests
    wrong: float  # of those answered
    is_present: bool  # whether it is the threshold that holds now


@dataclass(frozen=True, slots=True)
class Report:
    """A row per topic, the sum last; every question whose entry did not come first; the figures over all."""

    rows: tuple[Row, ...]
    misses: tuple[Asked, ...]
    curve: tuple[Point, ...]  # highest confidence first
    calibration_error: float  # 0..1


def ask_tests(brain: Brain, only: Collection[str] | None = None) -> Report:
    """Ask the `tests` questions of the base.

    Args:
        brain: to be asked.
        only: the ids of the entries whose tests are asked; None asks all.
    """
    thresholds = brain.matcher.thresholds
    entries = [entry for entry in brain.knowledge.entries.values() if only is None or entry.id in only]
    tests = [(test, entry) for entry in entries for test in entry.tests]
    matches = brain.matcher.match_all([test for test, _ in tests])
    results = [
        Asked(test, entry.topic or "", entry.id, match, decide(match, thresholds))
        for (test, entry), match in zip(tests, matches, strict=True)
    ]
    by_topic: dict[str, list[Asked]] = defaultdict(list)
    for asked in results:
        by_topic[asked.topic].append(asked)
    rows = [_row(topic, own) for topic, own in sorted(by_topic.items())]
    return Report(
        (*rows, _row(ALL, results)),
        tuple(asked for asked in results if asked.rank != 1),
        coverage(results, thresholds),
        calibration_error(results),
    )


def coverage(results: Sequence[Asked], thresholds: Thresholds) -> tuple[Point, ...]:
    """Return how many tests are answered, and how many of those wrongly, by the confidence that it takes.

    Args:
        results: of all tests.
        thresholds: that hold now; the one for answers gets a point of its own.
    """
    points = []
    for confidence in sorted({*CURVE, thresholds.answer}, reverse=True):
        then = replace(thresholds, answer=confidence)
        answered = [asked for asked in results if decide(asked.match, then) is Verdict.ANSWER]
        wrong = sum(asked.rank != 1 for asked in answered)
        points.append(
            Point(
                confidence,
                answered=len(answered) / max(len(results), 1),
                wrong=wrong / max(len(answered), 1),
                is_present=confidence == thresholds.answer,
            )
        )
    return tuple(points)


def calibration_error(results: Sequence[Asked]) -> float:
    """Return the expected calibration error, 0..1: how far confidence and truth lie apart on average.

    ECE = sum over the bins of n_b / n x | mean confidence in b - share in b whose best entry is right |. The
    best entry's confidence, 0..1, falls into one of `BINS` bins of equal width, which hold their lower end
    (the last one 1.0 too); n_b of the n tests are in bin b.
    """
    gaps = [0.0] * BINS
    for asked in results:
        gaps[min(int(asked.confidence * BINS), BINS - 1)] += asked.confidence - (asked.rank == 1)
    return sum(map(abs, gaps)) / max(len(results), 1)


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
