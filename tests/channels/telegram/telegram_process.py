"""The bot as a process of its own: started, looked into through its database, and killed.

`Launcher` forks bots from one process that has imported everything (imports are most of a start), so that a
test can afford many kills. What runs is `bot.cli.main` with `serve`, a process like any other.
"""

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from telegram_emulator import TOKEN, Emulator, wait_for

ADMIN = 900  # the Telegram id of the one admin
STARTED = 40.0  # s, on a busy machine
FORK = """
import json, os, signal, sys
from bot.cli import main
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
children = []
print("ready", flush=True)
for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if not child:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.chdir(order["home"])
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for target, source in ((0, os.open(os.devnull, os.O_RDONLY)), (1, log), (2, log)):
            os.dup2(source, target)
        os.environ.clear()
        os.environ.update(order["env"])
        sys.argv = ["hoidap", "serve"]
        main()
        os._exit(0)
    children.append(child)
    print(child, flush=True)
for child in children:
    try:
        os.kill(child, signal.SIGKILL)
    except ProcessLookupError:
        pass
os._exit(0)
"""


class Launcher:
    """Forks bots; they die with it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", FORK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._ready = False

    def launch(self, home: Path, log: Path, env: Mapping[str, str]) -> int:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._ready = self._ready or self._process.stdout.readline() == "ready\n"
        assert self._ready
        order = {"home": str(home), "log": str(log), "env": dict(env)}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


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
        self.port = _free_port()
        own = {
            "VAR": home / "var",
            "KNOWLEDGE": knowledge,
            "PORT": self.port,
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_URL": emulator.url,
            **settings,
        }
        self._env = {f"HOIDAP_{name}": str(value) for name, value in own.items()}
        self._env |= {
            name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ
        }
        self._pid = 0
        self._process: subprocess.Popen[bytes] | None = None  # not when it was forked

    def spawn(self) -> None:
        """Start it as anybody would, and go on."""
        command = [str(Path(sys.executable).with_name("hoidap")), "serve"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=self._home, env=self._env, stdout=log, stderr=log)
        self._pid = self._process.pid

    def fork(self, launcher: Launcher) -> None:
        """Start it quickly, and wait until it polls."""
        self._pid = launcher.launch(self._home, self.log, self._env)
        self.wait()

    def wait(self) -> None:
        """Wait until it polls."""
        wait_for(self._polls, STARTED, lambda: f"a poll; its log ends:\n{self.log_text()[-3000:]}")

    def _polls(self) -> bool:
        if not self.alive():
            pytest.fail(f"the bot ended; its log ends:\n{self.log_text()[-3000:]}")
        return bool(self._emulator.state()["polling"])

    def alive(self) -> bool:
        try:
            state = Path(f"/proc/{self._pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return False
        return state != "Z"

    def kill(self) -> None:
        """Kill it as the power going off would: it cannot do a thing about it."""
        os.kill(self._pid, signal.SIGKILL)
        wait_for(lambda: not self.alive(), 10, lambda: "the end of the bot")
        if self._process:
            self._process.wait()

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

    def let_pass(self, seconds: int, chat: int | None = None) -> None:
        """Let time pass for the rows (of a chat) without waiting for it: all their times move back."""
        shift = f"-{seconds} seconds"
        with self._database() as connection:
            for table in ("inbox", "outbox"):
                for column in ("lease_until", "not_before", "finished_at"):
                    connection.execute(
                        f"UPDATE {table} SET {column} = strftime('%Y-%m-%d %H:%M:%f000', {column}, ?)"
                        f" WHERE {column} IS NOT NULL AND (? IS NULL OR chat = ?)",
                        (shift, chat, str(chat)),
                    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pause(seconds: float) -> None:
    """Wait for a moment that no condition tells."""
    time.sleep(seconds)
