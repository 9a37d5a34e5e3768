"""The emulator of Zalo, new for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from zalo_emulator import Zalo
from zalo_process import BASE

from bot.config import Settings
from bot.live import build_brain


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The matcher of the base, built once: every bot that starts finds it in its cache."""
    cache = tmp_path_factory.mktemp("built")
    build_brain(BASE, Settings(_env_file=None).wishes, cache)
    return cache


@pytest.fixture
def zalo() -> Iterator[Zalo]:
    with Zalo() as zalo:
        yield zalo
