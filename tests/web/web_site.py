"""What the tests of the web pages share: a site over a real database, a real process, and what they need."""

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import URLError
from uuid import uuid4

import httpx
import pytest
from forked import free_port

from bot.answering import Answering
from bot.domain import Candidate
from bot.live import Brain
from bot.matching import Match, Thresholds
from bot.normalise import Question
from bot.store import Database

BASE = Path(__file__).parent / "base"
SHIPPED = Path(__file__).parents[2] / "knowledge"
EXACT = "Mức hỗ trợ xây mới nhà ở cho hộ nghèo là bao nhiêu?"
BETWEEN = "mức hỗ trợ nhà ở cho hộ nghèo"
UNKNOWN = "lên sao hỏa bằng tàu gì"
SCRIPT = {
    EXACT: (Candidate("nha-o-xay-moi", 0.99),),
    BETWEEN: (Candidate("nha-o-xay-moi", 0.5), Candidate("nha-o-sua-chua", 0.4)),
}
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class ScriptedMatcher:
    """Knows two questions of the small base by heart: these tests are not about matching."""

    thresholds = Thresholds(answer=0.9, suggest=0.4, off_topic=0.9)
    clauses = None

    def knowing(self, _texts: object) -> "ScriptedMatcher":
        return self

    def match(self, text: str) -> Match:
        question = Question(text, text.lower(), text.lower(), ())
        return Match(question, SCRIPT.get(text, ()), None, 0.0)

    def understand(self, text: str) -> Question:
        return Question(text, text.lower(), text.lower(), ())

    def match_all(self, texts: Sequence[str]) -> list[Match]:
        return [self.match(text) for text in texts]


@dataclass
class FixedLive:
    """A brain that never changes, with problems to report."""

    current: Brain
    problems: tuple[Any, ...] = ()


@dataclass
class Site:
    """One bot with a page; `client` is a browser without JavaScript."""

    client: httpx.AsyncClient
    database: Database
    answering: Answering
    live: FixedLive
    url: str
    app: Any

    def browser(self) -> httpx.AsyncClient:
        """Return another browser, with a cookie jar of its own."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url=self.url)

    async def ask(self, text: str, **more: Any) -> httpx.Response:
        return await self.client.post("/ask", data={"text": text, "key": str(uuid4())}, **more)

    async def press(self, action: str, label: str = "Nút", **more: Any) -> httpx.Response:
        data = {"action": action, "label": label, "key": str(uuid4())}
        return await self.client.post("/press", data=data, **more)

    async def page(self) -> str:
        return (await self.client.get("/")).text

    async def answer_all(self) -> None:
        """Answer what waits; for a site whose lanes do not run."""
        while groups := await self.answering.claim():
            for rows in groups:
                await self.answering.work(rows)

    async def rows(self, table: str) -> int:
        async with self.database.reading() as connection:
            return int((await connection.exec_driver_sql(f"select count(*) from {table}")).scalar_one())


def now() -> datetime:
    return datetime.now(UTC)


def form_key(html: str) -> str:
    """Return the key of the question box."""
    box = html[html.index('id="ask"') :]
    return str(re.search(r'name="key" id="key-([0-9a-f-]{36})"', box)[1])  # type: ignore[index]


# --- a real process ----------------------------------------------------------------------------


def clean_environment() -> dict[str, str]:
    """Return this machine's environment without settings of ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith("HOIDAP_")}


def serve(knowledge: Path, directory: Path) -> Iterator[str]:
    """Run `hoidap serve` without any token until the test module is done with it."""
    port = free_port()
    environment = clean_environment() | {
        "HOIDAP_KNOWLEDGE": str(knowledge),
        "HOIDAP_VAR": str(directory / "var"),
        "HOIDAP_PORT": str(port),
        "HOIDAP_QUESTIONS_PER_MINUTE": "1000",
    }
    command = [str(Path(sys.executable).with_name("hoidap")), "serve"]
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=directory, env=environment, stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}/healthz", process, directory / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    pytest.fail(f"hoidap serve did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")
