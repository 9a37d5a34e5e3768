"""Rows of glossary.yaml that stand twice, are never reached, or expand each other."""

import string
from collections.abc import Iterator, Mapping
from itertools import product

from bot.kb.checks.rows import Row, plain, problem_at, shared
from bot.kb.problems import clip
from bot.kb.schema import GLOSSARY, Knowledge, Problem, text_at

_PUNCTUATION = string.punctuation + "…"


def unsettled(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield rows that stand twice or are never reached, and rows that another row would expand again.

    The last kind would make a text change each time it is normalised.
    """
    rows = [row for row in shared(knowledge, GLOSSARY) if text_at(row.node, "short")]
    seen: dict[tuple[str, frozenset[str]], Row] = {}
    for row in rows:
        short = plain(text_at(row.node, "short"))
        near = frozenset(plain(spot.text) for spot in row.texts("near"))
        same, default = seen.setdefault((short, near), row), seen.get((short, frozenset()), row)
        if same is not row or default is not row:
            code = "glossary_twice" if same is not row else "glossary_unreached"
            first = min(same, default, key=lambda one: one.index)
            line = knowledge.locate(GLOSSARY, first.index, "short").line
            yield problem_at(knowledge, row.at("short"), code, first=line)
    pairs = [(text_at(row.node, "short"), text_at(row.node, "full")) for row in rows]
    shorts = {plain(short): (short, full) for short, full in pairs if plain(full) != plain(short)}
    for row in rows:
        for spot in row.texts("full"):
            for short, full in _shorts_within(spot.text, shorts):
                if plain(short) != plain(spot.owner):  # its own, which the normaliser knows to leave alone
                    values = {"value": clip(spot.text), "short": short, "full": clip(full)}
                    yield problem_at(knowledge, spot, "glossary_circle", **values)


def _shorts_within(full: str, shorts: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield what is short for what else and stands as whole words in `full`, folded as it is matched."""
    words = [word.strip(_PUNCTUATION) for word in plain(full).split()]
    longest = max((short.count(" ") + 1 for short in shorts), default=0)
    for start, size in product(range(len(words)), range(1, longest + 1)):
        if start + size <= len(words) and (found := shorts.get(" ".join(words[start : start + size]))):
            yield found
