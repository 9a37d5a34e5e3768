"""Finds the entries that answer a question, and knows when it does not know."""

from bot.matching.artefact import build_or_load
from bot.matching.as_of import AsOf, as_of
from bot.matching.calibrate import Thresholds
from bot.matching.clauses import Clauses
from bot.matching.explanation import PARTS, Contender, Explanation
from bot.matching.matcher import Match, Matcher, build

__all__ = [
    "PARTS",
    "AsOf",
    "Clauses",
    "Contender",
    "Explanation",
    "Match",
    "Matcher",
    "Thresholds",
    "as_of",
    "build",
    "build_or_load",
]
