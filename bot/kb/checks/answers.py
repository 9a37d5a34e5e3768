"""Answers and replies that are too long to read, or that a chat app could not show as they are written."""

import re
from collections.abc import Iterator
from dataclasses import replace

from markdown_it.token import Token

from bot.kb.checks.rows import Spot, markdown, problem_at, tokens
from bot.kb.problems import clip
from bot.kb.schema import Knowledge, Problem

# Far below what any channel takes in one message: each channel's own limit is the channel's to know.
ANSWER_LIMIT = 900  # characters
MANY_STEPS = 3  # of a numbered list that make a procedure, which may be twice as long
_TABLE = re.compile(r"^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*$", re.MULTILINE)


def unshowable(knowledge: Knowledge, limit: int = ANSWER_LIMIT) -> Iterator[Problem]:
    """Yield answers of more than `limit` characters, links that are none, tables and images.

    Procedures may have twice as many. Tables and images are warnings: the web page may learn to show them.
    """
    for spot in markdown(knowledge):
        yield from _length(knowledge, spot, limit)
        for target in _targets(spot.text):
            if not target.lower().startswith(("https://", "http://")):
                yield problem_at(knowledge, spot, "bad_link", value=clip(target))
        if _TABLE.search(spot.text):
            yield replace(problem_at(knowledge, spot, "table"), is_warning=True)
        if any(token.type == "image" for token in _linked(spot.text)):
            yield replace(problem_at(knowledge, spot, "image"), is_warning=True)


def _length(knowledge: Knowledge, spot: Spot, limit: int) -> Iterator[Problem]:
    if (length := len(spot.text)) > limit:
        allowed = limit * 2 if _steps(spot.text) >= MANY_STEPS else limit
        if length > allowed:
            yield problem_at(knowledge, spot, "long_answer", length=length, limit=allowed)


def _steps(text: str) -> int:
    """Return how many items the numbered lists of a text have."""
    return sum(token.type == "list_item_open" and token.info.isdecimal() for token in tokens(text))


def _targets(text: str) -> Iterator[str]:
    """Yield where links and images lead to."""
    for token in _linked(text):
        if target := token.attrs.get("href") or token.attrs.get("src"):
            yield str(target)


def _linked(text: str) -> Iterator[Token]:
    return tokens(text) if "]" in text or "<" in text else iter(())
