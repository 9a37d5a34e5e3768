"""`hoidap serve` as a process of its own: started, asked over HTTP, killed, its database looked into."""

import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from forked import fork_serve, free_port

from bot.store.queue import LEASE

STARTS_WITHIN = 60  # s, on a busy machine


class Server:
    """One bot with its directory; it may be started and killed many times."""

    def __init__(self, home: Path, knowledge: Path) -> None:
        self._home = home
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._settings = {
            "HOIDAP_KNOWLEDGE": str(knowledge),
            "HOIDAP_VAR": str(home / "var"),
            "HOIDAP_PORT": str(port),
            "HOIDAP_QUESTIONS_PER_MINUTE": "1000",
        }

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = fork_serve(self._home, self._home / "log", self._settings)
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
