"""The emulator, started once, and emptied for every test."""

from collections.abc import Iterator

import pytest
from telegram_base import write_base
from telegram_emulator import Emulator
from telegram_process import ADMIN, Bot


@pytest.fixture(scope="session")
def _emulator() -> Iterator[Emulator]:
    emulator = Emulator()
    yield emulator
    emulator.close()


@pytest.fixture
def emulator(_emulator: Emulator) -> Emulator:
    _emulator.reset()
    return _emulator


@pytest.fixture(scope="session")
def spawned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bot, Emulator]]:
    """A bot that is starting as anybody would start it, and its Telegram."""
    home = tmp_path_factory.mktemp("town")
    emulator = Emulator()
    bot = Bot(home, write_base(home / "base"), emulator, ADMINS=f"telegram:{ADMIN}")
    bot.spawn()
    yield bot, emulator
    if bot.alive():
        bot.kill()
    emulator.close()
