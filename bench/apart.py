"""Work in a process of its own on one core, so that times and memory are of nothing else."""

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")


def on_one_core() -> None:
    """Keep this process's children, and this process where the system can, on one core."""
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def apart(work: Callable[_P, _R], *arguments: _P.args, **options: _P.kwargs) -> _R:
    """Return what `work` returns, called in a fresh process.

    Raises:
        BrokenProcessPool: the process died, most likely for want of memory.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments, **options).result()
