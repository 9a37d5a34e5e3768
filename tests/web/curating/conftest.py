"""A console over a base of its own that may be written to."""

import shutil
from pathlib import Path

import pytest
from web_console import Console, OneBrain
from web_site import BASE

from bot.live import Brain
from bot.store import Database


@pytest.fixture
def url(_migrated_sqlite: Path, tmp_path: Path) -> str:
    """The pages say the same on both databases, and a rehearsal takes seconds: one will do.

    What the databases have to do with it, `test_shell_renewal.py` tries on both.
    """
    return f"sqlite+aiosqlite:///{shutil.copy(_migrated_sqlite, tmp_path / 'hoidap.db')}"


@pytest.fixture
def console(database: Database, learned: Brain, tmp_path: Path) -> Console:
    shutil.copytree(BASE, tmp_path / "base")
    return Console(database, OneBrain(learned), directory=tmp_path / "base")
