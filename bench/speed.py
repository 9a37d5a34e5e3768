"""How fast and how large the matcher is on a synthetic base of any size, beside RapidFuzz's WRatio."""

import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from rapidfuzz import fuzz, process

from bench.figures import Figures
from bench.measures import Result, ask, shares, times
from bench.methods import OURS
from bench.scale import grow
from bot.domain import Wishes
from bot.kb import load
from bot.matching import build_or_load

QUESTIONS = 1000  # to the matcher
WARM_UP = 20  # of them, asked before the clock counts
WRATIO_QUESTIONS = 20  # each is compared with every phrasing
_MEGABYTE = 2**20


def speed(directory: Path, variants: int) -> Result:
    """Return the figures of a base of `variants` variants grown from the one in `directory`.

    Call it in a process of its own: memory is the whole process's. `build_s` is what a first start waits
    for, keeping the matcher on disk included; `restart_s` what the next one waits for. Resident memory and
    its peak are read after the questions, before anything of WRatio's is in memory. WRatio is
    `process.extractOne` over the same phrasings in lower case, for some of the same questions. First places
    say little here: half the questions leave out the one thing that tells their entry from its like.
    """
    grown = grow(load(directory), variants, QUESTIONS + WARM_UP)
    with TemporaryDirectory(prefix="hoidap-bench-") as kept:
        started = time.perf_counter()
        matcher = build_or_load(grown.knowledge, Wishes(), Path(kept))
        figures: Figures = {"build_s": time.perf_counter() - started}
        label = f"{variants} variants"
        ask(lambda text: matcher.match(text).candidates, grown.questions[:WARM_UP], label)
        asked = ask(lambda text: matcher.match(text).candidates, grown.questions[WARM_UP:], label)
        figures |= shares(asked) | times(asked)
        figures |= {"rss_mb": resident() / _MEGABYTE, "peak_mb": peak() / _MEGABYTE}
        started = time.perf_counter()
        build_or_load(grown.knowledge, Wishes(), Path(kept))
        figures["restart_s"] = time.perf_counter() - started
    phrasings = [text.lower() for entry in grown.knowledge.entries.values() for text in entry.phrasings]
    questions = [text.lower() for text, _ in grown.questions[:WRATIO_QUESTIONS]]
    figures["per_second"] = float(1 / asked.seconds.mean())
    figures["wratio_per_second"] = wratio_per_second(questions, phrasings)
    figures["times_wratio"] = figures["per_second"] / figures["wratio_per_second"]
    return Result(label, OURS, figures, ())


def wratio_per_second(questions: list[str], phrasings: list[str]) -> float:
    """Return how many questions a second `process.extractOne` with WRatio compares with all phrasings."""
    started = time.perf_counter()
    for question in questions:
        process.extractOne(question, phrasings, scorer=fuzz.WRatio)
    return len(questions) / (time.perf_counter() - started)


def resident() -> int:
    """Return the process's resident memory in bytes; its peak where the system does not say."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return peak()
    return int(statm.read_text().split()[1]) * resource.getpagesize()


def peak() -> int:
    """Return the most resident memory that the process ever had, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux kilobytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
