"""A small base of real files, and a bot around it."""

from pathlib import Path

import pytest
from shell_bot import Bot, write_base

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
