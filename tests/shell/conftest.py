"""A small base of real files, and a bot around it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from shell_bot import Bot, write_base
from shell_process import Server

from bot.kb import Knowledge, load
from bot.store import Database


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the base; copy it before changing it."""
    return write_base(tmp_path_factory.mktemp("knowledge") / "base")


@pytest.fixture(scope="session")
def knowledge(base: Path) -> Knowledge:
    return load(base)


@pytest.fixture
def bot(database: Database, knowledge: Knowledge) -> Bot:
    return Bot(database, knowledge)


@pytest.fixture
def server(base: Path, tmp_path: Path) -> Iterator[Server]:
    """A bot in a process of its own, at home in the test's directory."""
    server = Server(tmp_path, base)
    server.start()
    yield server
    server.kill()
