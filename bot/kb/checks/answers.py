"""Answers and replies that no channel could show as they are written."""

from collections.abc import Iterator

from bot.kb.checks.rows import markdown, problem_at, tokens
from bot.kb.problems import clip
from bot.kb.schema import Knowledge, Problem

ANSWER_LIMIT = 3_500  # characters; Telegram takes 4,096 in one message, and the legal basis needs its share


def unshowable(knowledge: Knowledge, limit: int) -> Iterator[Problem]:
    """Yield answers of more than `limit` characters and links that are none."""
    for spot in markdown(knowledge):
        if (length := len(spot.text)) > limit:
            yield problem_at(knowledge, spot, "long_answer", length=length, limit=limit)
        for target in _targets(spot.text):
            if not target.lower().startswith(("https://", "http://")):
                yield problem_at(knowledge, spot, "bad_link", value=clip(target))


def _targets(markdown: str) -> Iterator[str]:
    """Yield where links and images lead to."""
    for token in tokens(markdown) if "]" in markdown or "<" in markdown else ():
        if target := token.attrs.get("href") or token.attrs.get("src"):
            yield str(target)
