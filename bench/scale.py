"""A base of any size that reads like the shipped one: its phrasings taken apart and put together anew.

An entry of the synthetic base is about two shipped entries and a particular of its own, who and where. Each
of its texts is the head of a phrasing of the first, the tail of one of the second, and, half the time, the
particular. So entries share words as a grown base's do: with those made of the same two, nearly all of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import Final

import yaml

from bench.noise import bare
from bot.kb import Entry, Knowledge

VARIANTS: Final = 10  # of an entry, beside its question
HEAD: Final = (0.3, 0.6)  # share of the first phrasing's words that stay
TAIL: Final = 0.3  # the same of the second's
PARTICULAR: Final = 0.5  # share of the texts that say it
PARTICULARS: Final = Path(__file__).parent / "data" / "particulars.yaml"


@dataclass(frozen=True, slots=True)
class Grown:
    """A synthetic base, and questions with their entry that are none of its texts."""

    knowledge: Knowledge
    questions: Sequence[tuple[str, str]]


def grow(shipped: Knowledge, variants: int, questions: int, seed: int = 0) -> Grown:
    """Return a base of `variants` variants, ten and a question to an entry.

    Args:
        shipped: whose phrasings, answers, groups and glossary it is made of; its `tests` make the questions.
        variants: how many; a tenth of them are entries.
        questions: how many to ask, of any entries.
        seed: the same one makes the same base.

    Raises:
        ValueError: `shipped` has no two entries with `tests`.
    """
    originals = [entry for entry in shipped.entries.values() if entry.tests]
    if len(originals) < 2:
        raise ValueError(f"a base grows from two entries with tests or more, not from {len(originals)}")
    particulars = yaml.safe_load(PARTICULARS.read_text(encoding="utf-8"))
    dice = Random(seed)
    entries: dict[str, Entry] = {}
    askers: list[tuple[str, Iterator[str]]] = []  # an entry, and questions to it without end
    for number in range(variants // VARIANTS):
        first = originals[number % len(originals)]
        second = dice.choice([entry for entry in originals if entry is not first])
        particular = f"{dice.choice(particulars['who'])} {dice.choice(particulars['where'])}"
        question, *others = islice(_texts(first.phrasings, second.phrasings, particular, dice), VARIANTS + 1)
        entry = first.model_copy(
            update={
                "id": f"tong-hop-{number}",
                "question": question,
                "variants": tuple(others),
                "answer": f"{_half(first.answer)} {_half(second.answer)} ({particular})",
                "tests": (),
                "see_also": (),
                "superseded_by": None,
            }
        )
        entries[entry.id] = entry
        askers.append((entry.id, _texts(_asked(first), _asked(second), particular, dice)))
    knowledge = Knowledge(
        entries=entries,
        documents=shipped.documents,
        glossary=shipped.glossary,
        off_topic=shipped.off_topic,
        version=f"{shipped.version} grown to {variants}, {seed}",
    )
    chosen = dice.choices(askers, k=questions)
    return Grown(knowledge, [(next(texts), entry) for entry, texts in chosen])


def _texts(heads: Sequence[str], tails: Sequence[str], particular: str, dice: Random) -> Iterator[str]:
    """Yield texts without end; a head without diacritics makes the whole text so."""
    while True:
        head, tail = dice.choice(heads), dice.choice(tails)
        first, last = head.split(), tail.split()
        start = first[: max(1, round(len(first) * dice.uniform(*HEAD)))]
        text = " ".join([*start, *last[-max(1, round(len(last) * TAIL)) :]])
        if dice.random() < PARTICULAR:
            text = f"{text} {particular}"
        yield bare(text) if bare(head) == head else text


def _asked(entry: Entry) -> list[str]:
    return [test.ask for test in entry.tests]


def _half(text: str) -> str:
    words = text.split()
    return " ".join(words[: (len(words) + 1) // 2])
