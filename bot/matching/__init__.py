"""Finds the entries that answer a question, and knows when it does not know."""

from bot.matching.artefact import build_or_load
from bot.matching.calibrate import Thresholds
from bot.matching.clauses import Clauses
from bot.matching.explanation import PARTS, Contender, Explanation
from bot.matching.matcher import Match, Matcher, build

__all__ = [
    "PARTS",
    "Clauses",
    "Contender",
    "Explanation",
    "Match",
    "Matcher",
    "Thresholds",
    "build",
    "build_or_load",
]
