"""What it costs that officers say where they work: the base's own tests with a place put in.

python -m bench.placed                     the shipped base
python -m bench.placed path/to/knowledge   another one

Each question is asked as it is, with a place, and with a place to a bot that takes names for words.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from rich.box import MARKDOWN
from rich.table import Table

from bench import tables
from bench.noise import bare
from bot.decide import decide
from bot.domain import Verdict, Wishes
from bot.finding import find_all
from bot.kb import load
from bot.matching import Match, build
from bot.places import gazetteer

SEED = 2026
WAYS = ("{question} ở {place}", "{question}, {place}", "{place} hỏi: {question}", "tại {place} {question}")


def placed(question: str, dice: Random) -> str:
    """Return a question with a district or commune in it, without diacritics if it has none itself."""
    unit = dice.choice(_UNITS)
    place = unit.full if dice.random() < 0.5 else f"{unit.kind} {unit.name}"
    text = dice.choice(WAYS).format(question=question.rstrip("?. "), place=place)
    return bare(text) if question.isascii() else text


_UNITS = [unit for unit in gazetteer().units() if unit.within and not unit.name.isdigit()]


def main(arguments: Sequence[str]) -> None:
    """Ask the base in `arguments`, or the shipped one, and print a table."""
    knowledge = load(Path(arguments[0] if arguments else "knowledge"))
    matcher = build(knowledge, Wishes())
    asked = [
        (entry.id, test.ask)
        for entry in knowledge.entries.values()
        for test in entry.tests
        if test.on is None
    ]
    dice = Random(SEED)
    noisy = [placed(text, dice) for _, text in asked]
    rights = [entry for entry, _ in asked]

    def found(texts: Sequence[str]) -> Iterator[tuple[Match, Verdict]]:
        yield from ((one.match, one.verdict) for one in find_all([(text, None) for text in texts], matcher))

    words = [(match, decide(match, matcher.thresholds)) for match in matcher.match_all(noisy)]
    rows = [
        _row("as it is", rights, list(found([text for _, text in asked]))),
        _row("with a place", rights, list(found(noisy))),
        _row("with a place, its name taken for words", rights, words),
    ]
    table = Table(*("asked", "questions", "first", "answered rightly", "wrongly", "no answer"), box=MARKDOWN)
    for row in rows:
        table.add_row(*row)
    print(tables.markdown("places, in per cent", table))


def _row(name: str, rights: Sequence[str], ends: Sequence[tuple[Match, Verdict]]) -> tuple[str, ...]:
    firsts = [match.candidates[0].entry if match.candidates else "" for match, _ in ends]
    good = [first == right for first, right in zip(firsts, rights, strict=True)]
    answered = [verdict is Verdict.ANSWER for _, verdict in ends]
    shares = (
        sum(good),
        sum(is_right and is_answered for is_right, is_answered in zip(good, answered, strict=True)),
        sum(is_answered and not is_right for is_right, is_answered in zip(good, answered, strict=True)),
        sum(verdict is Verdict.UNANSWERED for _, verdict in ends),
    )
    return (name, str(len(ends)), *(f"{100 * share / len(ends):.1f}" for share in shares))


if __name__ == "__main__":
    main(sys.argv[1:])
