"""The same bot in the Telegram that the authors of tg-auto-test had in mind: a conversation, over HTTP."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from forked import fork_serve, free_port
from installed import python_with
from telegram_base import ANSWERED, UNCLEAR, UNKNOWN, write_base
from telegram_emulator import TOKEN

from bot.commands import Who, listed_for

HOME = Path(__file__).parents[2] / "emulators" / "tg_auto_test"


class Person:
    """Somebody who types in a chat with the bot; see `tests/emulators/tg_auto_test/person.py`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [python_with(HOME), HOME / "person.py"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.url = self._read()["url"]

    def does(self, act: str, *words: str) -> Any:
        """Say, press or show something, and return the bot's next message."""
        assert self._process.stdin is not None
        print(json.dumps([act, *words]), file=self._process.stdin, flush=True)
        return self._read()

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the emulator ended"
        return json.loads(line)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    home = tmp_path_factory.mktemp("chat")
    person = Person()
    settings = {
        "VAR": home / "var",
        "KNOWLEDGE": write_base(home / "base"),
        "PORT": free_port(),
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_URL": person.url,
    }
    bot = fork_serve(home, home / "log", {f"HOIDAP_{name}": str(value) for name, value in settings.items()})
    yield person
    bot.kill()
    bot.join()
    person.close()
    assert "Traceback" not in (home / "log").read_text(encoding="utf-8")


def test_a_conversation(person: Person) -> None:
    answer = person.does("say", ANSWERED)
    assert "tối đa 100 triệu đồng" in answer["text"] and "MessageEntityBold" in answer["entities"]
    assert "Cảm ơn" in person.does("press", "👍")["text"]

    choices = person.does("say", UNCLEAR)
    assert len(choices["buttons"]) >= 3
    assert "40 triệu" in person.does("press", "xây mới")["text"]
    assert "20 triệu" in person.does("say", "hỗ trợ sửa nhà ở cho hộ nghèo")["text"]

    assert "đã chuyển chuyên gia" in person.does("say", UNKNOWN)["text"]
    assert UNKNOWN in person.does("say", "/cauhoi")["text"]
    assert "chữ" in person.does("photo", "")["text"]
    assert "100 triệu" in person.does("photo", ANSWERED)["text"], "a caption is read"


def test_the_menu_is_the_one_of_private_chats(person: Person) -> None:
    assert person.does("menu") == [command.name for command in listed_for(Who.ALL, Who.ALONE)]
