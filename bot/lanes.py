"""Lanes: n workers that claim rows, work on them, and say what to do when the work fails.

Every long-running loop of the process runs here, so this is the one place that catches everything: a row
that fails is handed to its `failed`, the lane goes on, and stopping is a cancellation at a safe point.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import structlog

log = structlog.get_logger(__name__)

Row = TypeVar("Row")

IDLE = 1.0  # s between two looks at an empty queue that another process may have filled
PAUSE_AFTER_ERROR = 1.0  # s, doubled up to the next figure while the database itself fails
LONGEST_PAUSE = 30.0  # s
LONGEST_WORK = 60.0  # s; nobody else does anything while a lane waits for what never comes
LAST_WORK = 3.0  # s that a stopped lane gets to finish what it has in hand


class Wake:
    """Tells waiting lanes of this process that there is work, so that they need not look for it.

    It wakes one lane, and a lane that finds work wakes the next: one message is not looked for by all.
    """

    def __init__(self) -> None:
        self._work = asyncio.Event()

    def set(self) -> None:
        """Wake a lane that waits, or the next that would."""
        self._work.set()

    async def wait(self, seconds: float) -> None:
        """Return when woken, or after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while not self._work.is_set():  # another lane may have been quicker
                    await self._work.wait()
        except TimeoutError:
            return
        self._work.clear()


async def run_lane(
    name: str,
    wake: Wake,
    claim: Callable[[], Awaitable[Sequence[Sequence[Row]]]],
    work: Callable[[Sequence[Row]], Awaitable[None]],
    failed: Callable[[Row, Exception], Awaitable[None]],
) -> None:
    """Claim and work for ever; cancelled, it finishes what is in hand, or leaves it until its lease ends.

    Args:
        name: for the log.
        wake: set when there may be work.
        claim: returns rows in the groups that they are worked on in, none when there is nothing to do.
        work: does a group; raises when it could not, and then has done nothing of it.
        failed: records that a row could not be worked on. Where one of several spoils it for all, each is
            worked on alone first. Where even that fails, the row comes again when its lease ends.
    """
    pause = PAUSE_AFTER_ERROR
    while True:
        try:
            groups = await claim()
            if not groups:
                await wake.wait(IDLE)
                continue
            wake.set()
            for rows in groups:
                await _work(name, rows, work, failed)
            pause = PAUSE_AFTER_ERROR
        except Exception:
            log.exception("lane.failed", lane=name, pause=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


async def _work(
    name: str,
    rows: Sequence[Row],
    work: Callable[[Sequence[Row]], Awaitable[None]],
    failed: Callable[[Row, Exception], Awaitable[None]],
) -> None:
    ids = [getattr(row, "id", None) for row in rows]
    try:
        async with asyncio.timeout(LONGEST_WORK):
            await to_the_end(work(rows))
    except Exception as error:
        log.exception("work.failed", lane=name, rows=ids)
        if len(rows) > 1:
            for row in rows:
                await _work(name, [row], work, failed)
            return
        try:
            await failed(rows[0], error)
        except Exception:
            log.exception("failure.unrecorded", lane=name, rows=ids)


async def to_the_end(work: Awaitable[None], seconds: float = LAST_WORK) -> None:
    """Do what must not be cut off, from a platform's "ok" to our commit; cancelled, it gets `seconds`."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=seconds)
        task.cancel()
        [error] = await asyncio.gather(task, return_exceptions=True)
        if isinstance(error, Exception):  # nobody else would say so; the lease brings the row back
            log.error("work.failed", exc_info=error)
        raise


async def keep_running(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Run a task that should never end, again and again; its failure stops nothing else.

    This is how a channel whose platform is out of reach retries alone.
    """
    pause = PAUSE_AFTER_ERROR
    while True:
        started = asyncio.get_running_loop().time()
        try:
            await run()
            log.warning("task.ended", task=name)
        except Exception as error:
            log.warning("task.failed", task=name, error=repr(error), pause=pause)
        if asyncio.get_running_loop().time() - started > LONGEST_PAUSE:
            pause = PAUSE_AFTER_ERROR
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
