"""Work that would hold up the loop, done in a process of its own; in a thread it would still stop others."""

import asyncio
import os
import pickle
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

LONGEST = 600.0  # s

Result = TypeVar("Result")


async def apart(work: Callable[..., Result], *arguments: Any) -> Result:
    """Return what a function returns that another process calls.

    Args:
        work: a function of a module, whose result can be pickled; what it raises is lost.
        arguments: handed over pickled.

    Raises:
        RuntimeError: the process ended without a word.
        TimeoutError: it took longer than `LONGEST`.
    """
    with tempfile.TemporaryDirectory() as handed:
        order, made = Path(handed) / "order", Path(handed) / "made"
        order.write_bytes(pickle.dumps((work, arguments)))
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", __name__, str(order), str(made))
        try:
            async with asyncio.timeout(LONGEST):
                if await process.wait():
                    raise RuntimeError(f"{work.__qualname__} apart ended with {process.returncode}")
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        result: Result = await asyncio.to_thread(_read, made)
    return result


def _read(path: Path) -> Any:
    with path.open("rb") as file:
        return pickle.load(file)  # noqa: S301  only we may open its directory


def _be_the_process(order: Path, made: Path) -> None:
    os.nice(10)  # answers come first
    work, arguments = _read(order)
    made.write_bytes(pickle.dumps(work(*arguments), protocol=pickle.HIGHEST_PROTOCOL))


if __name__ == "__main__":
    _be_the_process(*map(Path, sys.argv[1:]))
