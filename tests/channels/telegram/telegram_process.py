"""The bot as a process of its own: started, looked into through its database, and killed."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import httpx
import pytest
from forked import fork_serve, free_port
from telegram_emulator import TOKEN, Emulator, wait_for

ADMIN = 900  # the Telegram id of the one admin
STARTED = 90.0  # s, on a busy machine


class Bot:
    """One bot with its directory; it may be started and killed many times.

    Args:
        home: its directory; database and log are here.
        knowledge: the base.
        emulator: its Telegram.
        settings: more of its settings, without the prefix.
    """

    def __init__(self, home: Path, knowledge: Path, emulator: Emulator, **settings: object) -> None:
        self._home = home
        self._emulator = emulator
        self.log = home / "hoidap.log"
        self.port = free_port()
        own = {
            "VAR": home / "var",
            "KNOWLEDGE": knowledge,
            "PORT": self.port,
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_URL": emulator.url,
            "SITE": f"http://127.0.0.1:{self.port}",
            **settings,
        }
        self._settings = {f"HOIDAP_{name}": str(value) for name, value in own.items()}
        self._pid = 0
        self._process: subprocess.Popen[bytes] | None = None  # when it was spawned
        self._forked: ForkServerProcess | None = None

    def spawn(self) -> None:
        """Start it as anybody would, and go on."""
        command = [str(Path(sys.executable).with_name("hoidap")), "serve"]
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self._home, env=kept | self._settings, stdout=log, stderr=log
            )
        self._pid = self._process.pid

    def fork(self) -> None:
        """Start it quickly, and wait until it takes updates."""
        self._forked = fork_serve(self._home, self.log, self._settings)
        self._pid = self._forked.pid or 0
        self.wait()

    def wait(self) -> None:
        """Wait until it takes updates."""
        wait_for(self._listens, STARTED, lambda: f"a poll; its log ends:\n{self.log_text()[-3000:]}")

    def _listens(self) -> bool:
        if not self.alive():
            pytest.fail(f"the bot ended; its log ends:\n{self.log_text()[-3000:]}")
        state = self._emulator.state()
        return bool(state["polling"] or (state["webhook"] and self.healthy()))

    def alive(self) -> bool:
        try:
            state = Path(f"/proc/{self._pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):  # gone before, or while the file was open
            return False
        return state != "Z"

    def kill(self) -> None:
        """Kill it as the power going off would: it cannot do a thing about it."""
        os.kill(self._pid, signal.SIGKILL)
        wait_for(lambda: not self.alive(), 10, lambda: "the end of the bot")
        if self._process:
            self._process.wait()
        if self._forked:
            self._forked.join()
            self._forked.close()

    def stop(self) -> int:
        """Ask it to stop and return its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(20)

    def healthy(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self.port}/healthz", trust_env=False).status_code == 200
        return False

    def log_text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    # --- its database ------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._home / "var" / "hoidap.db", timeout=10)
        connection.row_factory = sqlite3.Row
        try:
            with connection:
                yield connection
        finally:
            connection.close()

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """Return what a query finds; nothing while there are no tables yet."""
        if not (self._home / "var" / "hoidap.db").exists():
            return []
        with self._database() as connection:
            try:
                return [dict(row) for row in connection.execute(query, values)]
            except sqlite3.OperationalError as error:
                if "no such table" in str(error):
                    return []
                raise

    def let_pass(
        self, seconds: int, chat: int | None = None, tables: Sequence[str] = ("inbox", "outbox")
    ) -> None:
        """Let time pass for the rows (of a chat) without waiting for it: all their times move back."""
        shift = f"-{seconds} seconds"
        with self._database() as connection:
            for table in tables:
                for column in ("lease_until", "not_before", "finished_at"):
                    connection.execute(
                        f"UPDATE {table} SET {column} = strftime('%Y-%m-%d %H:%M:%f000', {column}, ?)"
                        f" WHERE {column} IS NOT NULL AND (? IS NULL OR chat = ?)",
                        (shift, chat, str(chat)),
                    )


def pause(seconds: float) -> None:
    """Wait for a moment that no condition tells."""
    time.sleep(seconds)
