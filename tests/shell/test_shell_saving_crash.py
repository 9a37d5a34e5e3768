"""kill -9 while an expert's answer is being saved: nobody is told twice, nobody is lost, git has it all.

The process is held where it is to die by what it works with itself: a filter of git between the file and the
commit, a lock on SQLite between the commit and the database.
"""

import asyncio
import re
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from html import unescape
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from shell_bot import UNKNOWN, write_base
from shell_process import Server

from bot.clock import now
from bot.domain import Reviewer, Role
from bot.signing_in import SignIn
from bot.store import Database

LAN = Reviewer("console:Nguyễn Lan", "Nguyễn Lan", Role.EXPERT)
ENTRY = "ghep-canh-buoi-the-nao"
FILE = f"reviewed/regulations/{ENTRY}.yaml"
FORM = {
    "category": "regulations",
    "topic": "doi-song",
    "question": "Ghép cành bưởi thế nào?",
    "answer": "Ghép mắt vào **tháng 8**.",
    "variants": UNKNOWN,
}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A base of its own, in git, whose files git takes in only while nobody holds it."""
    base = write_base(tmp_path / "knowledge")
    git(base, "init", "-q")
    git(base, "config", "filter.held.clean", f"while [ -e '{tmp_path / 'hold'}' ]; do sleep 0.02; done; cat")
    (base / ".gitattributes").write_text("reviewed/** filter=held\n")
    git(base, "add", ".")
    git(base, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "Kho")
    return base


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, trust_env=False, timeout=60) as client:
        yield client


def git(base: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", base, *arguments], check=True, capture_output=True, text=True).stdout


def link(server: Server, tmp_path: Path) -> str:
    async def make() -> str:
        database = Database(f"sqlite+aiosqlite:///{tmp_path / 'var' / 'hoidap.db'}")
        try:
            return (await SignIn(database, {}, server.url, now).invite(LAN)).url
        finally:
            await database.close()

    return asyncio.run(make())


def until(what: Callable[[], object], told: str = "") -> None:
    """Wait until something is so; `what` is called again and again."""
    for _ in range(1500):
        if what():
            return
        threading.Event().wait(0.02)
    raise AssertionError(told)


def field(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', html)
    assert found, html
    return unescape(found[1])


class Expert:
    """Nguyễn Lan at her browser."""

    def __init__(self, client: httpx.Client, link: str, number: int) -> None:
        self.client = client
        self.number = number
        client.post(link)

    def page(self, path: str = "") -> str:
        return self.client.get(f"/console/queue/{self.number}{path}").text

    def does(self, act: str, **form: str) -> str:
        token = field(self.page(), "token")
        done = self.client.post(f"/console/queue/{self.number}/{act}", data={"token": token, **form})
        return done.text

    def saves(self, tried: str) -> None:
        """Press the button, and lose the line."""
        with suppress(httpx.TransportError):
            self.does("write", step="save", tried=tried, **FORM)


@pytest.mark.parametrize("dies_before", ["the commit", "the database"])
def test_killed_between_the_file_and(
    server: Server, base: Path, client: httpx.Client, tmp_path: Path, dies_before: str
) -> None:
    for _ in range(2):
        httpx.post(f"{server.url}/ask", data={"text": UNKNOWN, "key": str(uuid4())}, trust_env=False)
    until(lambda: server.rows("SELECT 1 FROM items WHERE askers = 2"))
    expert = Expert(client, link(server, tmp_path), server.rows("SELECT number FROM items")[0][0])
    expert.does("take")
    tried = field(expert.does("write", step="try", **FORM), "tried")
    hold, pressed = tmp_path / "hold", threading.Thread(target=expert.saves, args=(tried,))
    with closing(sqlite3.connect(tmp_path / "var" / "hoidap.db", timeout=30, isolation_level=None)) as lock:
        if dies_before == "the commit":
            hold.touch()
        else:
            lock.execute("BEGIN IMMEDIATE")
        pressed.start()
        until((base / FILE).exists, server.log)
        if dies_before == "the database":
            until(lambda: ENTRY in git(base, "log", "-1", "--format=%s"))
        else:
            until((base / ".git" / "index.lock").exists)
        (base / FILE).with_name(f".hoidap-{ENTRY}.yaml.x7").write_text("- id: [")  # dying a moment earlier
        server.kill()
    pressed.join()
    hold.unlink(missing_ok=True)
    until(lambda: not (base / ".git" / "index.lock").exists())  # git outlives us, and is done
    assert server.rows("SELECT state, taken_by FROM items") == [("taken", LAN.person)]
    assert server.rows("SELECT count(*) FROM tellings") == [(0,)]

    server.start()
    assert [path.name for path in (base / FILE).parent.iterdir()] == [Path(FILE).name]
    assert git(base, "status", "--porcelain") == ""
    assert git(base, "show", "--name-only", "--format=%an", "HEAD").split("\n\n") == [LAN.name, f"{FILE}\n"]
    assert list((base / ".git" / "hoidap").iterdir()) == []
    assert f'name="entry" value="{ENTRY}"' in expert.page()  # the nearest one, for one press
    expert.does("answer", entry=ENTRY)
    expert.does("answer", entry=ENTRY)
    assert server.rows("SELECT state, entry FROM items") == [("answered", ENTRY)]
    until(lambda: server.rows("SELECT count(*) FROM tellings WHERE state = 'sent'") == [(2,)])
    told = server.rows("SELECT inbox_id FROM outbox WHERE part LIKE 'told%'")
    assert sorted(told) == [(number,) for (number,) in server.rows("SELECT id FROM exchanges ORDER BY id")]
