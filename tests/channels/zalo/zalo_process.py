"""`hoidap serve` as a process of its own, connected to the emulator."""

import contextlib
import sqlite3
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import httpx
from forked import fork_serve, free_port
from zalo_emulator import APP, APP_SECRET, OA_SECRET, Zalo, wait_for

BASE = Path(__file__).parents[2] / "faces" / "base"
STARTED = 60.0  # s, on a busy machine


class Bot:
    """One bot with its directory; it may be started and killed many times.

    Args:
        home: its directory; database and log are here.
        zalo: its Zalo.
        settings: more of its settings, without the prefix.
    """

    def __init__(self, home: Path, zalo: Zalo, **settings: object) -> None:
        port = free_port()
        self._home, self._log, self._process = home, home / "hoidap.log", None
        self.url = f"http://127.0.0.1:{port}"
        own = {"VAR": home / "var", "KNOWLEDGE": BASE, "PORT": port, "SITE": self.url}
        own |= {"QUESTIONS_PER_MINUTE": 1000}
        self.settings = {f"HOIDAP_{name}": str(value) for name, value in {**own, **settings}.items()}
        self._process: ForkServerProcess | None

    def start(self) -> None:
        """Start it and wait until its pages answer."""
        self._process = fork_serve(self._home, self._log, self.settings)
        wait_for(self._answers, STARTED, lambda: self.log)

    def _answers(self) -> bool:
        assert self._process and self._process.is_alive(), self.log
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/healthz", trust_env=False).is_success
        return False

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process:
            self._process.kill()
            self._process.join()
            self._process = None

    def stop(self) -> None:
        """Ask it to stop, and wait."""
        assert self._process
        self._process.terminate()
        self._process.join(20)
        assert self._process.exitcode is not None, "it does not stop"
        self._process = None

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(self._home / "var" / "hoidap.db", timeout=10)) as connection:
            return connection.execute(query, values).fetchall()

    def change(self, statement: str, *values: object) -> None:
        with contextlib.closing(sqlite3.connect(self._home / "var" / "hoidap.db", timeout=10)) as connection:
            connection.execute(statement, values)
            connection.commit()

    def let_pass(self, seconds: int, *columns: str) -> None:
        """Let time pass for the rows without waiting for it: their times move back."""
        for table in ("inbox", "outbox"):
            for column in columns or ("lease_until", "not_before", "finished_at"):
                self.change(
                    f"UPDATE {table} SET {column} = strftime('%Y-%m-%d %H:%M:%f000', {column}, ?)"
                    f" WHERE {column} IS NOT NULL",
                    f"-{seconds} seconds",
                )

    def let_parts_age(self, seconds: int) -> None:
        """Let what is in the outbox have waited for so long already."""
        self.change(
            "UPDATE outbox SET created_at = strftime('%Y-%m-%d %H:%M:%f000', created_at, ?)",
            f"-{seconds} seconds",
        )


def bot_settings(zalo: Zalo, **more: object) -> dict[str, object]:
    return {"ZALO_TOKEN": zalo.token, "ZALO_URL": zalo.url, **more}


def account_settings(zalo: Zalo, **more: object) -> dict[str, object]:
    keys = {"ZALO_OA_APP": APP, "ZALO_OA_APP_SECRET": APP_SECRET, "ZALO_OA_SECRET": OA_SECRET}
    return {**keys, "ZALO_OA_URL": zalo.url, "ZALO_OA_LOGIN_URL": zalo.url, **more}
