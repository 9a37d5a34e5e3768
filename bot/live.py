"""The base that answers right now: loaded and indexed beside the running one, then swapped in whole.

A broken base never replaces a good one; it is reported, and the last good one goes on serving.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from watchfiles import awatch

from bot.errors import KnowledgeError
from bot.kb import Knowledge, Problem, load
from bot.matching import Matcher, build, build_or_load

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Brain:
    """A knowledge base and the matcher built from it."""

    knowledge: Knowledge
    matcher: Matcher


class Live:
    """Holds the current brain; readers take `current` once and keep it for the time of a message.

    Args:
        directory: of the knowledge base.
        max_wrong_answers: share of wrong answers that is bearable; see `bot.matching.build`.
        on_broken: told of the problems when a changed base does not load.
        cache: where built matchers are kept for the next start; None keeps none.
    """

    def __init__(
        self,
        directory: Path,
        max_wrong_answers: float,
        on_broken: Callable[[Sequence[Problem]], Awaitable[None]],
        cache: Path | None = None,
    ) -> None:
        self._cache = cache
        self._directory = directory
        self._max_wrong_answers = max_wrong_answers
        self._on_broken = on_broken
        self._current: Brain | None = None
        self.problems: tuple[Problem, ...] = ()

    @property
    def current(self) -> Brain:
        """The brain that answers now."""
        if self._current is None:
            raise RuntimeError("no knowledge base is loaded; call `load` first")
        return self._current

    async def load(self) -> None:
        """Load the base and swap it in.

        Raises:
            KnowledgeError: it does not load; the current one stays.
        """
        brain = await asyncio.to_thread(build_brain, self._directory, self._max_wrong_answers, self._cache)
        self._current, self.problems = brain, ()
        log.info("base.live", version=brain.knowledge.version, entries=len(brain.knowledge.entries))

    async def watch(self) -> None:
        """Reload whenever a file of the base has changed; ends only when cancelled."""
        async for _changes in awatch(self._directory, debounce=300, step=100):
            try:
                await self.load()
            except KnowledgeError as error:
                log.error("base.broken", problems=len(error.problems))
                if error.problems != self.problems:
                    self.problems = error.problems
                    await self._on_broken(error.problems)


def build_brain(directory: Path, max_wrong_answers: float, cache: Path | None = None) -> Brain:
    """Load a base and build its matcher, or take it from `cache`: up to seconds of CPU.

    Raises:
        KnowledgeError: the base does not load.
    """
    knowledge = load(directory)
    if cache is None:
        return Brain(knowledge, build(knowledge, max_wrong_answers))
    return Brain(knowledge, build_or_load(knowledge, max_wrong_answers, cache))
