"""Tells an expert why a question gets what it gets, in words and a few small tables.

The tables hold log-odds as plain points, which need no statistics to be read: the more, the likelier.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot import written
from bot.decide import decide
from bot.domain import Verdict
from bot.live import Brain
from bot.matching import Contender, Explanation, Match, Thresholds
from bot.phrases import say

SMALL = 0.1  # points; parts that speak less than that either way are added up in one row
REASONS = 3  # parts that are told of a test that missed
BAR = 10  # characters, to each side
SHARES = 20  # characters, for 100 %
MOST_TIMES = 1000  # likelier; from there on it is "more than"


def percent(share: float) -> str:
    """Return a share (0..1) as people read it; a threshold above 1 is one that nothing reaches."""
    return written.share(share) if share <= 1 else say("explain.never")


def report(brain: Brain, question: str) -> RenderableType:
    """Return what there is to tell about a question, to be printed at 80 columns or more."""
    explanation = brain.matcher.explain(question, brain.knowledge)
    if not explanation.classes:
        return Text(say("explain.no_words"))
    match, thresholds = brain.matcher.match(question), brain.matcher.thresholds
    verdict = decide(match, thresholds)
    first, second = foremost(explanation, match, verdict)
    parts = [
        _understood(explanation),
        _heading(say(f"explain.verdict.{verdict.value}")),
        Text("\n".join(reasons(match, thresholds, verdict)) + "\n"),
        _shares(explanation, first, second),
        _titles(brain, [one for one in (first, second) if one]),
    ]
    if second:
        parts += [
            _heading(say("explain.why_first")),
            *_evidence(first, second, say("explain.first"), say("explain.second")),
        ]
    if verdict in (Verdict.SUGGEST, Verdict.UNANSWERED):
        parts += [
            _heading(say("explain.why_not")),
            *_evidence(explanation.none, first, say("explain.none"), say("explain.first")),
            Text(say("explain.none_column"), style="dim"),
        ]
    return Group(*parts, Text(f"\n{say('explain.reading')}", style="dim"))


def because(brain: Brain, question: str, right: str, won: str) -> str:
    """Return in a line what spoke most for what won over the entry that should have.

    Args:
        brain: that was asked.
        question: a test.
        right: id of the entry that it should find.
        won: id of the entry, or name of the group, that came first.
    """
    classes = brain.matcher.explain(question, brain.knowledge).classes
    winner = next((one for one in classes if one.name == won), None)
    loser = next((one for one in classes if one.name == right and not one.is_group), None)
    if winner is None or loser is None:
        return say("explain.because.not_considered")
    lead = [(part, points) for part, points in winner.lead(loser)[:REASONS] if points >= SMALL]
    if not lead:
        return say("explain.because.even", nearest=winner.nearest)
    parts = "; ".join(f"{say(f'explain.part.{part}')} {_points(points)}" for part, points in lead)
    return say("explain.because.parts", parts=parts, nearest=winner.nearest)


def record(brain: Brain, question: str) -> dict[str, Any]:
    """Return the same for programs; points are log-odds, and a class's add up to its score."""
    explanation = brain.matcher.explain(question, brain.knowledge)
    thresholds = brain.matcher.thresholds
    return {
        "question": question,
        "understood": explanation.question.text,
        "documents": dict(explanation.documents),
        "unknown": list(explanation.unknown),
        "outcome": decide(brain.matcher.match(question), thresholds).value,
        "thresholds": {
            "answer": thresholds.answer,
            "suggest": thresholds.suggest,
            "off_topic": thresholds.off_topic,
        },
        "none": {"probability": explanation.none.probability, "points": dict(explanation.none.worth)},
        "classes": [
            {
                "entry": None if one.is_group else one.name,
                "group": one.name if one.is_group else None,
                "probability": one.probability,
                "nearest": one.nearest,
                "features": dict(one.features),
                "points": dict(one.worth),
            }
            for one in explanation.classes
        ],
    }


def foremost(explanation: Explanation, match: Match, verdict: Verdict) -> tuple[Contender, Contender | None]:
    """Return what the verdict speaks of, a group only if it won, and the likeliest of all others."""
    off_topic = verdict is Verdict.OFF_TOPIC
    name = match.group if off_topic else match.candidates[0].entry
    first = next(one for one in explanation.classes if (one.is_group, one.name) == (off_topic, name))
    return first, next((one for one in explanation.classes if one is not first), None)


def _understood(explanation: Explanation) -> Table:
    numbers = {token: number or spelled(token) for token, number in explanation.documents.items()}
    words = explanation.question.text.split()
    rows = {say("explain.understood"): " ".join(numbers.get(word, word) for word in words)}
    if numbers:
        rows[say("explain.documents")] = ", ".join(
            number if explanation.documents[token] else say("explain.no_document", number=number)
            for token, number in numbers.items()
        )
    if explanation.unknown:
        rows[say("explain.unknown")] = ", ".join(explanation.unknown)
    table = Table.grid(padding=(0, 2))
    for label, value in rows.items():
        table.add_row(label, Text(value))
    return table


def spelled(token: str) -> str:
    """Return the token of a document that the base does not have as people would write it."""
    return " ".join(token.split("_")[1:]).upper()


def _heading(text: str) -> RenderableType:
    return Text(f"\n{text}", style="bold")


def reasons(match: Match, thresholds: Thresholds, verdict: Verdict) -> Iterator[str]:
    """Yield what was compared with which threshold."""
    if verdict is Verdict.OFF_TOPIC:
        share, threshold = percent(match.group_confidence), percent(thresholds.off_topic)
        yield say("explain.in_group", share=share, threshold=threshold)
        return
    best = match.candidates[0].confidence
    yield say("explain.best", share=percent(best), threshold=percent(thresholds.answer))
    if verdict is not Verdict.ANSWER:
        yield say("explain.together", share=percent(match.helpful), threshold=percent(thresholds.suggest))


def _shares(explanation: Explanation, first: Contender, second: Contender | None) -> Table:
    """Return who shares the 100 %."""
    rows = [(one.name, one.probability) for one in (first, second) if one]
    others = sum(one.probability for one in explanation.classes) - sum(share for _, share in rows)
    rows.append((say("explain.others"), max(others, 0.0)))
    rows.append((say("explain.none"), explanation.none.probability))
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True, width=SHARES)
    table.add_column()
    for name, share in rows:
        table.add_row(percent(share), "█" * round(SHARES * share), Text(name))
    return table


def _titles(brain: Brain, ones: Sequence[Contender]) -> Table:
    table = Table.grid(padding=(0, 1))
    for number, one in enumerate(ones, 1):
        table.add_row()
        table.add_row(f"{number}.", Text(_title(brain, one)))
        table.add_row("", Text(say("explain.nearest", text=one.nearest)))
    return table


def _title(brain: Brain, one: Contender) -> str:
    if one.is_group:
        return say("explain.group", name=one.name)
    return say("explain.entry", question=brain.knowledge.entries[one.name].question, name=one.name)


def _evidence(one: Contender, other: Contender, name: str, other_name: str) -> Iterator[RenderableType]:
    """Yield what speaks for one contender against another, part by part, and what it adds up to."""
    parts = one.lead(other)
    told = [(part, points) for part, points in parts if abs(points) >= SMALL]
    longest = max((abs(points) for _, points in told), default=SMALL)
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    for _ in range(3):
        table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_row("", name, other_name, say("explain.points"), f"{other_name:>{BAR}}│{name}", style="dim")
    for part, points in told:
        table.add_row(
            say(f"explain.part.{part}"),
            measured(one, part),
            measured(other, part),
            _points(points),
            _bar(points / longest),
        )
    total = sum(points for _, points in parts)
    small = total - sum(points for _, points in told)
    table.add_row(say("explain.small", count=len(parts) - len(told)), "", "", _points(small), "")
    yield table
    yield Text(conclusion(total, name, other_name))


def measured(one: Contender, part: str) -> str:
    """Return a part as it was measured, "" where nothing is to be measured."""
    return written.decimal(one.features[part], 2) if part in one.features else ""


def _points(points: float) -> str:
    return written.decimal(points, signed=True)


def _bar(share: float) -> str:
    """Return a bar to the right for what speaks for the one (share > 0), to the left for the other."""
    blocks = "█" * max(round(BAR * abs(share)), 1)
    return f"{'':>{BAR}}│{blocks}" if share > 0 else f"{blocks:>{BAR}}│"


def conclusion(total: float, name: str, other_name: str) -> str:
    """Return what the points between two contenders add up to."""
    points = _points(total)
    if abs(total) < SMALL:
        return say("explain.even", points=points)
    times = math.exp(min(abs(total), math.log(MOST_TIMES)))
    often = written.decimal(times, 1 if times < 10 else 0)
    if times >= MOST_TIMES:
        often = say("explain.more_than", times=MOST_TIMES)
    likelier, less = (name, other_name) if total > 0 else (other_name, name)
    return say("explain.sum", points=points, likelier=likelier, times=often, other=less)
