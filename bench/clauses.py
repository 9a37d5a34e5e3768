"""How well the law's clauses are found for a question without an answer, and how often that is said in vain.

python -m bench.clauses                     the shipped base
python -m bench.clauses path/to/knowledge   another one
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.box import MARKDOWN
from rich.table import Table

from bench import tables
from bench.bases import shipped
from bot.decide import decide
from bot.domain import Verdict, Wishes
from bot.kb import load
from bot.matching import build
from bot.matching.material import normaliser


def main(arguments: Sequence[str]) -> None:
    """Ask the base in `arguments`, or the shipped one, and print tables."""
    directory = Path(arguments[0] if arguments else "knowledge")
    knowledge = load(directory)
    matcher, normalise = build(knowledge, Wishes()), normaliser(knowledge)
    clauses = matcher.clauses
    if clauses is None:
        sys.exit("the base has no regulation's text")
    trial = clauses.trial
    found = Table("found for tests, without their entry", "questions", "first", "first three", box=MARKDOWN)
    for level, first, third in (
        ("a cited clause", trial.first, trial.third),
        ("a cited article", trial.first_article, trial.third_article),
    ):
        found.add_row(level, str(trial.asked), _share(first, trial.asked), _share(third, trial.asked))
    print(tables.markdown(f"{len(clauses.places)} clauses, in per cent", found))
    said = Table("asked", "questions", "without an answer", "shown clauses", "rightly", box=MARKDOWN)
    tests = sum(len(entry.tests) for entry in knowledge.entries.values())
    said.add_row("tests, without their entry", str(tests), str(tests), str(trial.shown), str(trial.right))
    for kind, texts in shipped(directory).strangers.items():
        open_ones = [
            one for one in matcher.match_all(texts) if decide(one, matcher.thresholds) is Verdict.UNANSWERED
        ]
        shown = sum(bool(clauses.near(one.question)) for one in open_ones)
        said.add_row(f"strangers, {kind}", str(len(texts)), str(len(open_ones)), str(shown), "")
    print(tables.markdown("shown under a question without an answer", said))
    questions = [normalise(test) for entry in knowledge.entries.values() for test in entry.tests]
    taken = []
    for question in questions:
        started = time.thread_time()
        clauses.near(question)
        taken.append(1000 * (time.thread_time() - started))
    half, most = np.percentile(taken, [50, 99])
    print(f"\na question: {half:.1f} ms, p99 {most:.1f} ms")


def _share(count: int, of: int) -> str:
    return f"{100 * count / max(of, 1):.1f}"


if __name__ == "__main__":
    main(sys.argv[1:])
