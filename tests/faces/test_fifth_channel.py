"""The how-to of `docs/channels.md`, followed: its module and a row, and the bot is on a fifth channel."""

import asyncio
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from faces import BASE

from bot import app, platforms
from bot.channels.base import Channel
from bot.config import Settings

HOW_TO = Path(__file__).parents[2] / "docs" / "channels.md"


@pytest.fixture
def letters(tmp_path: Path) -> Iterator[ModuleType]:
    """The module that the how-to shows, as it stands there."""
    [source] = re.findall(r"```python\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
    module = ModuleType("letters_channel")
    sys.modules[module.__name__] = module
    exec(compile(source, str(HOW_TO), "exec"), module.__dict__)
    yield module
    del sys.modules[module.__name__]


@pytest.fixture
def post_office(letters: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that the bot is connected to by one row."""
    office = tmp_path / "office"
    office.mkdir()
    row = platforms.Platform(lambda _settings: True, lambda _settings, _db: letters.LettersChannel(office))
    monkeypatch.setattr(platforms, "PLATFORMS", (*platforms.PLATFORMS, row))
    return office


async def answer_to(office: Path, text: str, so_far: int) -> str:
    """Send An's letter and return the next answer."""
    (office / "an.ask").write_text(text, encoding="utf-8")
    answers = office / "an.answers"
    async with asyncio.timeout(60):
        while True:
            found = answers.read_text(encoding="utf-8").split("\n---\n")[:-1] if answers.exists() else []
            if len(found) > so_far:
                return found[so_far]
            await asyncio.sleep(0.05)


async def test_a_module_and_a_row_are_a_channel(post_office: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = Settings(_env_file=None, knowledge=BASE, var=tmp_path / "var", port=port, telegram_token=None)
    serving = asyncio.create_task(app.serve(settings))
    try:
        menu = await answer_to(post_office, "hỗ trợ nhà ở cho hộ nghèo", 0)
        assert menu.splitlines()[-1] == "Gõ: 1-4 · 0"
        second = next(line[3:] for line in menu.splitlines() if line.startswith("2. "))
        card = await answer_to(post_office, "2", 1)
        assert card.startswith(second) and len(card) <= 500
        so_far = (post_office / "an.answers").read_text(encoding="utf-8").count("\n---\n")
        assert "Cảm ơn" in await answer_to(post_office, "đúng", so_far)
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


def test_it_keeps_to_what_a_channel_is(letters: Any, tmp_path: Path) -> None:
    channel: Channel = letters.LettersChannel(tmp_path)
    used = set(re.findall(r"^from (bot\.\S+)", HOW_TO.read_text(encoding="utf-8"), re.MULTILINE))
    assert used <= {"bot.channels.base", "bot.channels.plain", "bot.domain"}
    assert channel.can.longest == 500
