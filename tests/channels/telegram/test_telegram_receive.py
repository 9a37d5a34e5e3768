"""Updates become rows before they are confirmed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog
from telegram_emulator import BOT, TOKEN, Emulator, wait_for

from bot.channels.base import Payload
from bot.channels.telegram import TelegramChannel, receive
from bot.commands import COMMANDS
from bot.domain import ChatState, Envelope, Text
from bot.errors import RetryLater
from bot.handlers import understand
from bot.handlers.requests import Command


class Rows:
    """A store that can fail; the same key is one row."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[Envelope, Payload]] = {}
        self.calls = 0
        self.failing = 0

    async def store(self, channel: str, envelope: Envelope, payload: Payload) -> int:
        self.calls += 1
        if self.failing:
            self.failing -= 1
            raise OSError("disk full")
        assert channel == "telegram"
        self.rows.setdefault(envelope.key, (envelope, payload))
        return len(self.rows)


@pytest.fixture
async def channel(emulator: Emulator) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(TOKEN, emulator.url, reviewers=["5"])
    await channel.start()
    yield channel
    await channel.stop()


@contextlib.asynccontextmanager
async def receiving(channel: TelegramChannel, rows: Rows) -> AsyncIterator["asyncio.Task[None]"]:
    task = asyncio.create_task(receive(channel, rows.store))
    yield task
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, OSError, RetryLater):
        await task


async def until(holds: Any, wanted: str) -> None:
    await asyncio.to_thread(wait_for, holds, 5, lambda: wanted)


def confirmed(emulator: Emulator) -> list[bool]:
    return [user["confirmed"] for user in emulator.state()["users"]]


async def test_a_message_is_stored_as_it_came(channel: TelegramChannel, emulator: Emulator) -> None:
    rows = Rows()
    async with receiving(channel, rows):
        await until(lambda: emulator.state()["polling"], "a poll")
        emulator.say(7, "mức hỗ trợ?", new_field_of_tomorrow={"a": 1})
        await until(lambda: confirmed(emulator) == [True], "confirmed")
    ((envelope, payload),) = rows.rows.values()
    assert (envelope.chat, envelope.asker) == ("7", "7")
    assert payload["message"]["text"] == "mức hỗ trợ?"
    assert payload["message"]["new_field_of_tomorrow"] == {"a": 1}
    assert payload["bot"] == BOT


async def test_what_was_not_stored_comes_again(channel: TelegramChannel, emulator: Emulator) -> None:
    rows = Rows()
    for number in range(3):
        emulator.say(7, f"câu {number}")
    rows.failing = 1
    async with receiving(channel, rows) as task:
        await asyncio.wait([task], timeout=5)
        assert isinstance(task.exception(), OSError)
    assert not any(confirmed(emulator))
    async with receiving(channel, rows):
        await until(lambda: all(confirmed(emulator)), "confirmed")
    assert [payload["message"]["text"] for _, payload in rows.rows.values()] == ["câu 0", "câu 1", "câu 2"]


async def test_one_update_that_makes_no_sense_stops_no_other(
    channel: TelegramChannel, emulator: Emulator
) -> None:
    rows = Rows()
    emulator.update({"message": {"message_id": "x", "chat": None, "date": "never"}})
    emulator.update({"poll_of_tomorrow": [1]})
    emulator.say(7, "còn tôi?")
    async with receiving(channel, rows):
        await until(lambda: len(rows.rows) == 3, "three rows")
        await until(lambda: all(confirmed(emulator)), "confirmed")


async def test_a_press_is_acknowledged_once_it_is_stored(
    channel: TelegramChannel, emulator: Emulator
) -> None:
    rows = Rows()
    emulator.press(7, {"message_id": 1}, "u:1")
    async with receiving(channel, rows):
        await until(lambda: emulator.calls("answerCallbackQuery"), "an acknowledgement")
    assert [envelope.key for envelope, _ in rows.rows.values()] == ["c1"]
    assert emulator.calls("answerCallbackQuery") == [{"callback_query_id": "1"}]


async def test_a_press_too_old_to_acknowledge_is_stored_all_the_same(
    channel: TelegramChannel, emulator: Emulator
) -> None:
    rows = Rows()
    emulator.fault("answerCallbackQuery", "error", status=400, description="Bad Request: query is too old")
    emulator.press(7, {"message_id": 1}, "u:1")
    async with receiving(channel, rows):
        await until(lambda: confirmed(emulator) == [True], "confirmed")


async def test_the_menu_is_shown_and_may_fail(channel: TelegramChannel, emulator: Emulator) -> None:
    emulator.fault("setMyCommands", "error", status=400, description="Bad Request: chat not found")
    async with receiving(channel, Rows()):
        await until(lambda: emulator.state()["polling"], "a poll")
    alone, in_groups, reviewer = emulator.calls("setMyCommands")
    assert [menu["scope"]["type"] for menu in (alone, in_groups)] == ["all_private_chats", "all_group_chats"]
    assert str(reviewer["scope"]["chat_id"]) == "5"
    names = [[command["command"] for command in menu["commands"]] for menu in (alone, in_groups, reviewer)]
    assert set(names[1]) < set(names[0]) < set(names[2])
    assert names[2][0] == "chuatraloi" and "tatbao" not in names[1]
    for command in reviewer["commands"]:
        assert 1 <= len(command["description"]) <= 256


def test_every_command_of_a_menu_is_understood() -> None:
    for command in COMMANDS:
        request = understand(Text(f"/{command.name}"), ChatState(), datetime.now(UTC))
        assert request != Command("unknown"), command


async def test_a_second_poller_is_named_in_the_log(channel: TelegramChannel, emulator: Emulator) -> None:
    with structlog.testing.capture_logs() as logs:
        async with receiving(channel, Rows()) as task:
            await until(lambda: emulator.state()["polling"], "a poll")
            other = asyncio.create_task(channel_poll(emulator))
            await asyncio.wait([task], timeout=5)
            assert isinstance(task.exception(), RetryLater)
            other.cancel()
    assert "telegram.conflict" in [line["event"] for line in logs]


async def channel_poll(emulator: Emulator) -> None:
    other = TelegramChannel(TOKEN, emulator.url)
    await other.start()
    try:
        await other.updates(0)
    finally:
        await other.stop()


@pytest.mark.parametrize(
    ("method", "fault"),
    [
        ("getMe", {"kind": "error", "status": 401, "description": "Unauthorized"}),
        ("getMe", {"kind": "reset"}),
        ("getUpdates", {"kind": "error", "status": 502, "description": "Bad Gateway"}),
        ("getUpdates", {"kind": "429", "retry_after": 3}),
        ("getUpdates", {"kind": "garbage"}),
        ("getUpdates", {"kind": "reset"}),
    ],
)
async def test_a_platform_in_trouble_is_told_without_the_token(
    channel: TelegramChannel, emulator: Emulator, method: str, fault: dict[str, Any]
) -> None:
    emulator.fault(method, **fault)
    with structlog.testing.capture_logs() as logs, pytest.raises(RetryLater) as error:
        await asyncio.wait_for(receive(channel, Rows().store), 5)
    assert TOKEN not in repr(error.value) and TOKEN not in repr(logs)
