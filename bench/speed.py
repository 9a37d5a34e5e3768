"""How fast and how large the matcher is on a synthetic base of any size, beside RapidFuzz's WRatio."""

import asyncio
import logging
import resource
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from rapidfuzz import fuzz, process

from bench.apart import apart
from bench.figures import Figures
from bench.measures import Result, ask, shares, times
from bench.methods import OURS
from bench.scale import grow
from bot.domain import Wishes
from bot.kb import Knowledge, Problem, load
from bot.live import Live
from bot.matching import build_or_load

QUESTIONS = 1000  # to the matcher
WARM_UP = 20  # of them, asked before the clock counts
WRATIO_QUESTIONS = 20  # each is compared with every phrasing
_MEGABYTE = 2**20
NEW = "- id: moi\n  question: Câu hỏi mới thêm vào là gì?\n  answer: Chưa có.\n"  # makes another base of it


def speed(directory: Path, variants: int) -> Result:
    """Return the figures of a base of `variants` variants grown from the one in `directory`.

    Call it in a process of its own: memory is the whole process's. As in the bot, a base is built in another
    process (`build_s`, keeping the matcher on disk included) and taken from the disk in this one
    (`restart_s`); resident memory is that of this one after the questions. Questions a second are those of
    one `match_all`, milliseconds those of one `match` after another. WRatio is `process.extractOne` over the
    same phrasings in lower case, for some of the same questions. First places say little here: half the
    questions leave out the one thing that tells their entry from its like.
    """
    grown = grow(load(directory), variants, QUESTIONS + WARM_UP)
    with TemporaryDirectory(prefix="hoidap-bench-") as kept:
        figures: Figures = {"build_s": apart(_build, grown.knowledge, Path(kept))}
        started = time.perf_counter()
        matcher = build_or_load(grown.knowledge, Wishes(), Path(kept))
        figures["restart_s"] = time.perf_counter() - started
    label = f"{variants} variants"
    ask(lambda text: matcher.match(text).candidates, grown.questions[:WARM_UP], label)
    asked = ask(lambda text: matcher.match(text).candidates, grown.questions[WARM_UP:], label)
    figures |= shares(asked) | times(asked)
    figures["rss_mb"] = resident() / _MEGABYTE
    started = time.perf_counter()
    matcher.match_all([text for text, _ in grown.questions[WARM_UP:]])
    figures["per_second"] = QUESTIONS / (time.perf_counter() - started)
    phrasings = [text.lower() for entry in grown.knowledge.entries.values() for text in entry.phrasings]
    questions = [text.lower() for text, _ in grown.questions[:WRATIO_QUESTIONS]]
    figures["wratio_per_second"] = wratio_per_second(questions, phrasings)
    figures["times_wratio"] = figures["per_second"] / figures["wratio_per_second"]
    return Result(label, OURS, figures, ())


def _build(knowledge: Knowledge, kept: Path) -> float:
    started = time.perf_counter()
    build_or_load(knowledge, Wishes(), kept)
    return time.perf_counter() - started


def stall(directory: Path) -> Result:
    """Return how long a reload takes, and how long the event loop stood still at most meanwhile."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    return Result("reload", OURS, asyncio.run(_reload(directory)), ())


async def _reload(directory: Path) -> Figures:
    with TemporaryDirectory(prefix="hoidap-bench-") as scratch:
        base = Path(scratch) / "base"
        shutil.copytree(directory, base)
        live = Live(base, Wishes(), _nobody, Path(scratch) / "cache")
        await live.load()
        before, watching = live.current, asyncio.create_task(live.watch())
        await asyncio.sleep(2)  # until the first look is over
        folder = base / "practices" if (base / "practices").exists() else base
        (folder / "moi.yaml").write_text(NEW, encoding="utf-8")
        started = last = time.perf_counter()
        longest = 0.0
        while live.current is before:
            await asyncio.sleep(0.001)
            last, since = time.perf_counter(), last
            longest = max(longest, last - since)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        return {"reload_s": last - started, "stall_ms": longest * 1000}


async def _nobody(problems: Sequence[Problem]) -> None:
    raise RuntimeError(f"the base does not load: {problems}")


def wratio_per_second(questions: list[str], phrasings: list[str]) -> float:
    """Return how many questions a second `process.extractOne` with WRatio compares with all phrasings."""
    started = time.perf_counter()
    for question in questions:
        process.extractOne(question, phrasings, scorer=fuzz.WRatio)
    return len(questions) / (time.perf_counter() - started)


def resident() -> int:
    """Return the process's resident memory in bytes; the most it ever had where the system tells no more."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS: in bytes
