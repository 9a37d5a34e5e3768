"""`hoidap serve` as a process of its own: started, asked over HTTP, looked into through its database, killed.

Starts are forked from a process that has imported everything, so that a test can afford many of them.
"""

import multiprocessing
import os
import socket
import sqlite3
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from bot.store.queue import LEASE

STARTS_WITHIN = 60  # s, on a busy machine


def _serve(home: str, settings: Mapping[str, str]) -> None:
    """Be `hoidap serve`; runs in the child."""
    os.chdir(home)
    log = os.open("log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(log, stream)
    for name in [name for name in os.environ if name.startswith("HOIDAP_")]:
        del os.environ[name]
    os.environ.update({f"HOIDAP_{name}": value for name, value in settings.items()})
    sys.argv = ["hoidap", "serve"]
    from bot.cli import main

    main()


class Server:
    """One bot with its directory; it may be started and killed many times."""

    def __init__(self, home: Path, knowledge: Path) -> None:
        self._home = home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._settings = {
            "KNOWLEDGE": str(knowledge),
            "VAR": str(home / "var"),
            "PORT": str(port),
            "QUESTIONS_PER_MINUTE": "1000",
        }
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["bot.cli"])

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = self._processes.Process(target=_serve, args=(str(self._home), self._settings))
        self._process.start()
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._answers():
            assert self._process.is_alive() and time.monotonic() < deadline, self.log
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", trust_env=False).is_success
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.join()
        self._process.close()

    @property
    def log(self) -> str:
        return (self._home / "log").read_text(encoding="utf-8")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._home / "var" / "hoidap.db", timeout=10)) as connection:
            return connection.execute(query).fetchall()

    def let_leases_end(self) -> None:
        """Move the leases of the dead back in time, rather than wait."""
        shift = f"-{LEASE / timedelta(seconds=1) + 1} seconds"
        with closing(sqlite3.connect(self._home / "var" / "hoidap.db", timeout=10)) as connection:
            for table in ("inbox", "outbox"):
                connection.execute(
                    f"UPDATE {table} SET lease_until = strftime('%Y-%m-%d %H:%M:%f000', lease_until, ?)"
                    " WHERE lease_until IS NOT NULL",
                    (shift,),
                )
            connection.commit()
