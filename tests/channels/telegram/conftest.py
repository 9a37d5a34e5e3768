"""The emulator, installed and started once, and emptied for every test."""

from collections.abc import Iterator

import pytest
from telegram_emulator import Emulator, install


@pytest.fixture(scope="session")
def _emulator() -> Iterator[Emulator]:
    install()
    emulator = Emulator()
    yield emulator
    emulator.close()


@pytest.fixture
def emulator(_emulator: Emulator) -> Emulator:
    _emulator.reset()
    return _emulator
