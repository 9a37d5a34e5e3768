"""Tries a question on the base without anybody having asked it: what an asker would get, and why.

What is shown is what would be said, by the same code; nothing is stored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.decide import decide
from bot.domain import CODE_DIGITS, Candidate, Reply, Verdict
from bot.explaining import SMALL, conclusion, foremost, measured, reasons, spelled
from bot.handlers import Context, Known, compose, respond
from bot.handlers.context import vietnam_day
from bot.handlers.requests import Ask
from bot.kb import Entry
from bot.live import Brain
from bot.matching import Contender, Explanation
from bot.phrases import say

NOBODY = 0  # the number of a question that nobody asked


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the 100 %: an entry or group, all others together, or none of them."""

    title: str
    entry: str | None
    share: float  # 0..1
    nearest: str = ""  # its phrasing nearest to the question


@dataclass(frozen=True, slots=True)
class Point:
    """What one piece of evidence speaks for the first against the second of a comparison."""

    name: str
    first: str  # as measured, "" where nothing is to be measured
    second: str
    points: float  # log-odds


@dataclass(frozen=True, slots=True)
class Comparison:
    """Why one is likelier than another."""

    title: str
    first: str
    second: str
    points: tuple[Point, ...]
    conclusion: str


@dataclass(frozen=True, slots=True)
class Why:
    """How a question was understood, who shares the 100 %, and what decided."""

    understood: str
    documents: tuple[str, ...]
    unknown: tuple[str, ...]
    reasons: tuple[str, ...]
    shares: tuple[Share, ...]
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a question gets. `reply` is what would be said; None where it goes to the experts."""

    verdict: Verdict
    reply: Reply | None
    near: tuple[tuple[Entry, float], ...]  # the nearest entries, with their probabilities
    why: Why | None  # None for a text without words


def attempt(brain: Brain, text: str, now: datetime) -> Trial:
    """Return what an asker would get for a text at `now` (UTC): some ten milliseconds of CPU."""
    context = Context(
        number=NOBODY,
        channel="web",
        chat="",
        asker="",
        admin=False,
        now=now,
        knowledge=brain.knowledge,
        matcher=brain.matcher,
    )
    outcome = respond(Ask(text), Known(), context)
    verdict = outcome.exchange.verdict if outcome.exchange else Verdict.UNANSWERED
    candidates = outcome.exchange.candidates if outcome.exchange else ()
    entries = brain.knowledge.entries
    return Trial(
        verdict=verdict,
        reply=None if verdict is Verdict.UNANSWERED else outcome.reply,
        near=tuple((entries[one.entry], one.confidence) for one in candidates if one.entry in entries),
        why=_why(brain, text),
    )


def card(brain: Brain, entry: Entry, now: datetime) -> Reply:
    """Return an entry as askers are shown it at `now` (UTC)."""
    return compose.card(entry, NOBODY, brain.knowledge, vietnam_day(now), CODE_DIGITS)


def nearest(brain: Brain, text: str) -> tuple[Candidate, ...]:
    """Return the entries that come nearest to a text now, most probable first."""
    entries = brain.knowledge.entries
    return tuple(one for one in brain.matcher.match(text).candidates if one.entry in entries)


def _why(brain: Brain, text: str) -> Why | None:
    explanation = brain.matcher.explain(text, brain.knowledge)
    if not explanation.classes:
        return None
    match, thresholds = brain.matcher.match(text), brain.matcher.thresholds
    verdict = decide(match, thresholds)
    first, second = foremost(explanation, match, verdict)
    numbers = {token: number or spelled(token) for token, number in explanation.documents.items()}
    return Why(
        understood=" ".join(numbers.get(word, word) for word in explanation.question.text.split()),
        documents=tuple(
            number if explanation.documents[token] else say("explain.no_document", number=number)
            for token, number in numbers.items()
        ),
        unknown=explanation.unknown,
        reasons=tuple(reasons(match, thresholds, verdict)),
        shares=tuple(_shares(brain, explanation, first, second)),
        comparisons=tuple(_comparisons(explanation, first, second, verdict)),
    )


def _shares(
    brain: Brain, explanation: Explanation, first: Contender, second: Contender | None
) -> Iterator[Share]:
    shown = [one for one in (first, second) if one]
    for one in shown:
        entry = None if one.is_group else one.name
        title = (
            say("explain.group", name=one.name)
            if one.is_group
            else brain.knowledge.entries[one.name].question
        )
        yield Share(title, entry, one.probability, one.nearest)
    rest = sum(one.probability for one in explanation.classes) - sum(one.probability for one in shown)
    yield Share(say("explain.others"), None, max(rest, 0.0))
    yield Share(say("explain.none"), None, explanation.none.probability)


def _comparisons(
    explanation: Explanation, first: Contender, second: Contender | None, verdict: Verdict
) -> Iterator[Comparison]:
    if second:
        names = (say("explain.first"), say("explain.second"))
        yield _comparison(say("explain.why_first"), first, second, *names)
    if verdict in (Verdict.SUGGEST, Verdict.UNANSWERED):
        names = (say("explain.none"), say("explain.first"))
        yield _comparison(say("explain.why_not"), explanation.none, first, *names)


def _comparison(title: str, one: Contender, other: Contender, name: str, other_name: str) -> Comparison:
    parts = one.lead(other)
    told = tuple(
        Point(say(f"explain.part.{part}"), measured(one, part), measured(other, part), points)
        for part, points in parts
        if abs(points) >= SMALL
    )
    total = sum(points for _, points in parts)
    return Comparison(title, name, other_name, told, conclusion(total, name, other_name))
