"""One face, four channels: what people see is what `docs/channels.md` shows, and the same everywhere."""

import asyncio
import re
import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from faces import CONVERSATIONS, FACES, Turn, converse, document

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def held() -> dict[str, list[list[Turn]]]:
    return asyncio.run(converse())


@pytest.fixture(scope="module")
def writer() -> Iterator[ModuleType]:
    """The program that `make channels` runs."""
    spec = spec_from_file_location("docs_channels", DOCS / "channels.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(module)
    yield module
    sys.path[:] = before


def test_the_document_shows_what_people_see(held: dict[str, list[list[Turn]]], writer: ModuleType) -> None:
    page = (DOCS / "channels.md").read_text(encoding="utf-8")
    assert writer.renewed(page, document(held)) == page, "run `make channels`, and look at what changed"


def plain(message: str) -> str:
    """Return what a message says, without how it is laid out, what can be pressed or what can be typed."""
    words = [line for line in message.splitlines() if not re.match(r"\[ |\d\. |Gõ: |👤", line.strip())]
    return re.sub(r"[^\w#%/]+", " ", " ".join(words)).strip()


@pytest.mark.parametrize("at", range(len(CONVERSATIONS)), ids=[each.title for each in CONVERSATIONS])
def test_every_channel_says_the_same(held: dict[str, list[list[Turn]]], at: int) -> None:
    """Up to what is a choice here and a button there; a photo cannot be sent everywhere."""
    said = {
        name: [" ".join(map(plain, turn.said)) for turn in turns[at] if turn.said]
        for name, turns in held.items()
    }
    told = {name: turns for name, turns in said.items() if turns}
    assert len(told) >= 3
    [first, *others] = [[" ".join(turn.split()[:12]) for turn in turns] for turns in told.values()]
    assert all(other == first for other in others), told


def test_whatever_can_be_pressed_somewhere_can_be_reached_where_nothing_can(
    held: dict[str, list[list[Turn]]],
) -> None:
    for conversation, typed, pressed in zip(CONVERSATIONS, held["zalo"], held["telegram"], strict=True):
        assert len(typed) == len(pressed) == len(conversation.steps)
        for turn in typed:
            assert "Lựa chọn này không có" not in "".join(turn.said), (conversation.title, turn)


def test_no_message_is_longer_than_its_platform_takes(held: dict[str, list[list[Turn]]]) -> None:
    longest: dict[str, Any] = {"telegram": 4096, "zalo": 2000, "zalo_oa": 2000}
    for face in FACES:
        for message in (part for turns in held[face.name] for turn in turns for part in turn.said):
            text = "\n".join(line for line in message.splitlines() if not line.startswith("[ "))
            assert len(text) <= longest.get(face.name, len(text))
    assert max(len(turn.said) for turn in held["zalo"][6]) == 2, "the long answer takes two"
