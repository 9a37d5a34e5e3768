"""The base that answers right now: loaded and indexed beside the running one, then swapped in whole.

A broken base never replaces a good one; it is reported, and the last good one goes on serving.
"""

import asyncio
import gc
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import structlog
from watchfiles import awatch

from bot.apart import apart
from bot.domain import Wishes
from bot.errors import KnowledgeError
from bot.kb import Knowledge, Problem, load
from bot.matching import Matcher, build, build_or_load

log = structlog.get_logger(__name__)

FIRST_LOOK = 1000  # ms after watching began, for what was changed before
LOOK_AGAIN = 1.0  # s between two looks for a directory that is missing


@dataclass(frozen=True, slots=True)
class Brain:
    """A knowledge base and the matcher built from it."""

    knowledge: Knowledge
    matcher: Matcher


class Live:
    """Holds the current brain; readers take `current` once and keep it for the time of a message.

    Args:
        directory: of the knowledge base.
        wishes: what the thresholds have to keep; see `bot.matching.build`.
        on_broken: told of the problems when a changed base does not load.
        cache: where built matchers are kept for the next start; None keeps none.
    """

    def __init__(
        self,
        directory: Path,
        wishes: Wishes,
        on_broken: Callable[[Sequence[Problem]], Awaitable[None]],
        cache: Path | None = None,
    ) -> None:
        self._cache = cache
        self._directory = directory
        self._wishes = wishes
        self._on_broken = on_broken
        self._current: Brain | None = None
        self.problems: tuple[Problem, ...] = ()
        self._told: tuple[Problem, ...] = ()

    @property
    def current(self) -> Brain:
        """The brain that answers now."""
        if self._current is None:
            raise RuntimeError("no knowledge base is loaded; call `load` first")
        return self._current

    async def load(self) -> None:
        """Load the base for the first time.

        Raises:
            KnowledgeError: it does not load.
        """
        self._swap(await asyncio.to_thread(build_brain, self._directory, self._wishes, self._cache))

    def _swap(self, brain: Brain) -> None:
        if self._current is None or self._current.knowledge.version != brain.knowledge.version:
            log.info("base.live", version=brain.knowledge.version, entries=len(brain.knowledge.entries))
            self._current = brain
            # A base stays as it is, and no cycle is in it: looking through it, time and again, would stop all
            # for 0.1 s. What else is alive now is left alone too, and lost should it become a cycle: little.
            gc.collect(1)
            gc.freeze()
        self.problems, self._told = (), ()

    async def watch(self) -> None:
        """Reload whenever a file of the base changes or its directory is replaced; ends only when cancelled.

        A directory that is missing is reported like a broken base, and looked for until it is back.
        """
        while True:
            try:
                with _held(self._directory) as is_replaced:
                    await self._watch_until(is_replaced)
            except FileNotFoundError:
                await self._reload()
                await asyncio.sleep(LOOK_AGAIN)

    async def _watch_until(self, is_replaced: Callable[[], bool]) -> None:
        missed = True  # perhaps, before watching began
        watching = awatch(
            self._directory, debounce=300, step=100, rust_timeout=FIRST_LOOK, yield_on_timeout=True
        )
        async for changes in watching:
            if changes or missed:
                missed = False
                await self._reload()
            if is_replaced():
                return

    async def _reload(self) -> None:
        outcome = await apart(_built, self._directory, self._wishes, self._cache)
        if isinstance(outcome, Brain):
            self._swap(outcome)
            return
        log.error("base.broken", problems=len(outcome))
        self.problems = outcome
        if outcome != self._told:
            await self._on_broken(outcome)
            self._told = outcome


@contextmanager
def _held(directory: Path) -> Iterator[Callable[[], bool]]:
    """Yield what tells whether another directory, or none, now stands at this path.

    Raises:
        FileNotFoundError: there is none to begin with.
    """
    held = os.open(directory, os.O_RDONLY)  # kept open: a deleted directory's inode number is given out anew

    def is_replaced() -> bool:
        return not (directory.exists() and os.path.samestat(os.fstat(held), directory.stat()))

    try:
        yield is_replaced
    finally:
        os.close(held)


def build_brain(directory: Path, wishes: Wishes, cache: Path | None = None) -> Brain:
    """Load a base and build its matcher, or take it from `cache`: up to seconds of CPU.

    Raises:
        KnowledgeError: the base does not load.
    """
    knowledge = load(directory)
    if cache is None:
        return Brain(knowledge, build(knowledge, wishes))
    return Brain(knowledge, build_or_load(knowledge, wishes, cache))


def _built(directory: Path, wishes: Wishes, cache: Path | None) -> Brain | tuple[Problem, ...]:
    """Return the brain of a base, or the base's problems: half a second and more of CPU."""
    try:
        brain = build_brain(directory, wishes, cache)
    except KnowledgeError as error:
        return error.problems
    # Where each row stands in its file is for `kb check`, and slow to hand over.
    return replace(brain, knowledge=replace(brain.knowledge, roots={}))
