"""One problem in a curator's words, and what those words need."""

from collections.abc import Iterable, Mapping

from rapidfuzz import fuzz, process

from bot.kb.schema import Problem
from bot.phrases import say

_CLIP = 60  # characters of a wrong value that are shown
_SIMILAR = 60  # of 100, from which a known name is worth suggesting for an unknown one


def describe(problem: Problem) -> str:
    """Return one line for a curator: place, entry, what was found, what to write instead."""
    where = f"[{problem.where}] " if problem.where else ""
    near = problem.values.get("near")
    hint = " " + say("problem_hint.near", near=near) if near else ""
    rest = " " + say("problem_hint.unread") if problem.values.get("unread") else ""
    found = say(f"problem.{problem.code}", **problem.values)
    return f"{problem.file}:{problem.line}:{problem.column}: {where}{found}{hint}{rest}"


def place_of(problem: Problem) -> tuple[str, int, int]:
    """Return what problems are told in the order of."""
    return problem.file, problem.line, problem.column


def clip(value: object) -> str:
    """Return a value short enough to be quoted inside a sentence."""
    text = " ".join(str(value).split())
    return text if len(text) <= _CLIP else text[:_CLIP] + "…"


def clipped(values: Mapping[str, object]) -> dict[str, object]:
    """Return values of a problem, each short enough to be quoted."""
    return {name: clip(value) for name, value in values.items()}


def nearest(value: str, known: Iterable[str]) -> str:
    """Return the known name that `value` was probably meant to be, "" when none is close."""
    found = process.extractOne(value, tuple(known), scorer=fuzz.ratio, score_cutoff=_SIMILAR)
    return found[0] if found else ""
