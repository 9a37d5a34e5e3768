"""`hoidap serve` forked from a process that has imported everything: a test can afford many starts."""

import multiprocessing
import os
import socket
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path

_FORKS = multiprocessing.get_context("forkserver")


def fork_serve(home: Path, log: Path, settings: Mapping[str, str]) -> ForkServerProcess:
    """Start a bot in its directory; it ends with the tests at the latest.

    Args:
        home: where it runs.
        log: takes what it writes.
        settings: the variables `HOIDAP_…`, all that it gets.
    """
    _FORKS.set_forkserver_preload(["bot.cli", "bot.app"])
    process = _FORKS.Process(target=_serve, args=(str(home), str(log), dict(settings)), daemon=True)
    process.start()
    return process


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _serve(home: str, log: str, settings: Mapping[str, str]) -> None:
    os.chdir(home)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (1, 2):
        os.dup2(written, stream)
    for name in [name for name in os.environ if name.startswith("HOIDAP_")]:
        del os.environ[name]
    os.environ.update(settings)
    sys.argv = ["hoidap", "serve"]
    from bot.cli import main

    main()
