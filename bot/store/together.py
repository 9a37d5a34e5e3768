"""Writing what many tasks have at once in one transaction: a commit costs more than what is in it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.engine import Database

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_AT_ONCE = 100  # items in one transaction


@dataclass(slots=True)
class _Job(Generic[Item, Result]):
    """An item, and what came of it."""

    item: Item
    done: bool = False
    result: Result | None = None
    error: BaseException | None = None


class Together(Generic[Item, Result]):
    """Takes an item from each of many tasks, and writes all that wait whenever a transaction has ended.

    Args:
        database: where to.
        write: writes items and returns a result for each, in order. It may be done twice: where one of
            several fails, each is written alone.
    """

    def __init__(
        self,
        database: Database,
        write: Callable[[AsyncConnection, Sequence[Item]], Awaitable[Sequence[Result]]],
    ) -> None:
        self._database = database
        self._write = write
        self._jobs: list[_Job[Item, Result]] = []  # that wait for the next transaction
        self._turn = asyncio.Lock()

    async def do(self, item: Item) -> Result:
        """Return what came of an item, once it is committed."""
        job = _Job[Item, Result](item)
        self._jobs.append(job)
        async with self._turn:
            if not job.done:
                await self._do_jobs()
        if job.error:
            raise job.error
        return cast(Result, job.result)

    async def _do_jobs(self) -> None:
        jobs, self._jobs = self._jobs[:MOST_AT_ONCE], self._jobs[MOST_AT_ONCE:]
        try:
            [error] = await asyncio.gather(self._do(jobs), return_exceptions=True)
            if error:
                for job in jobs:
                    [job.error] = await asyncio.gather(self._do([job]), return_exceptions=True)
                    job.done = True
        finally:  # where this task is cancelled, others go on with what it leaves
            self._jobs = [*(job for job in jobs if not job.done), *self._jobs]

    async def _do(self, jobs: Sequence[_Job[Item, Result]]) -> None:
        async with self._database.writing() as connection:
            results = await self._write(connection, [job.item for job in jobs])
        for job, result in zip(jobs, results, strict=True):
            job.done, job.result = True, result
