"""What each of Telegram's refusals means for a part."""

import inspect
from typing import Any

import pytest
import telegram.error
from telegram.error import ChatMigrated, NetworkError, PassportDecryptionError, RetryAfter, TelegramError
from telegram_emulator import BOT, TOKEN, Emulator

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.send import FATES, translate
from bot.channels.telegram.wire import FloodWait
from bot.errors import Moved, RetryLater, Unreachable

PART = {"text": "Xin chào 😀", "entities": [{"type": "bold", "offset": 0, "length": 8}]}
KINDS = [
    kind for _, kind in inspect.getmembers(telegram.error, inspect.isclass) if issubclass(kind, TelegramError)
]


@pytest.fixture
async def channel(emulator: Emulator) -> Any:
    channel = TelegramChannel(TOKEN, f"{emulator.url}/")
    await channel.start()
    yield channel
    await channel.stop()


def made(kind: type[TelegramError], monkeypatch: pytest.MonkeyPatch) -> TelegramError:
    if kind is RetryAfter:
        monkeypatch.setenv("PTB_TIMEDELTA", "1")  # the one class that cannot be made without a warning
        return RetryAfter(7)
    return ChatMigrated(-5) if kind is ChatMigrated else kind(f"at https://x/bot{TOKEN}/sendMessage")


def test_every_error_of_the_library_has_its_fate() -> None:
    assert len(KINDS) >= 11
    assert set(KINDS) == set(FATES), "a class of telegram.error is new or gone"


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_is_translated_without_the_token(
    kind: type[TelegramError], monkeypatch: pytest.MonkeyPatch
) -> None:
    error = translate(made(kind, monkeypatch), TOKEN)
    assert isinstance(error, RetryLater | Unreachable)
    assert isinstance(error, Unreachable) == (FATES[kind] is None)
    assert isinstance(error, Moved) == (kind is ChatMigrated)
    assert TOKEN not in repr(error) and kind.__name__ in str(error)
    if isinstance(error, RetryLater) and not isinstance(error, Moved):
        assert error.seconds > 0


def test_a_wait_is_as_long_as_telegram_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    for error in (made(RetryAfter, monkeypatch), FloodWait(7)):
        monkeypatch.delenv("PTB_TIMEDELTA", raising=False)
        later = translate(error, TOKEN)
        assert isinstance(later, RetryLater) and later.seconds == 7


def test_an_error_of_tomorrow_is_treated_as_its_parent() -> None:
    class Tomorrow(NetworkError):
        pass

    assert isinstance(translate(Tomorrow("?"), TOKEN), RetryLater)
    assert isinstance(translate(PassportDecryptionError("?"), TOKEN), Unreachable)


# --- over HTTP ------------------------------------------------------------------------------------


async def test_a_part_arrives_as_it_was_rendered(channel: TelegramChannel, emulator: Emulator) -> None:
    keyboard = {"inline_keyboard": [[{"text": "👍", "callback_data": "u:1"}]]}
    reply = {"message_id": 3, "allow_sending_without_reply": True}
    extra = {"reply_markup": keyboard, "reply_parameters": reply, "message_thread_id": 12}
    message_id = await channel.send("-100", {**PART, **extra})
    (sent,) = emulator.sent(-100)
    assert message_id == str(sent["message_id"])
    assert {name: sent[name] for name in (*PART, *extra)} == {**PART, **extra}
    assert "parse_mode" not in sent and sent["link_preview_options"] == {"is_disabled": True}


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        ({"kind": "429", "retry_after": 17}, 17),
        ({"kind": "429"}, 5),
        ({"kind": "error", "status": 500, "description": "Internal Server Error"}, 2),
        ({"kind": "error", "status": 502, "description": "Bad Gateway"}, 2),
        ({"kind": "error", "status": 401, "description": "Unauthorized"}, 300),
        ({"kind": "error", "status": 404, "description": "Not Found"}, 300),
        ({"kind": "garbage"}, 30),
        ({"kind": "reset"}, 2),
        ({"kind": "reset_after"}, 2),
    ],
)
async def test_what_may_pass_is_tried_again_later(
    channel: TelegramChannel, emulator: Emulator, fault: dict[str, Any], seconds: float
) -> None:
    emulator.fault("sendMessage", **fault)
    with pytest.raises(RetryLater) as error:
        await channel.send("7", PART)
    assert error.value.seconds == seconds
    assert TOKEN not in repr(error.value)
    assert len(emulator.sent()) == (fault["kind"] == "reset_after")
    await channel.send("7", PART)


@pytest.mark.parametrize(
    ("status", "description"),
    [
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: bot was kicked from the supergroup chat"),
        (400, "Bad Request: chat not found"),
        (400, "Bad Request: not enough rights to send text messages to the chat"),
    ],
)
async def test_a_chat_that_is_gone_is_given_up(
    channel: TelegramChannel, emulator: Emulator, status: int, description: str
) -> None:
    emulator.fault("sendMessage", "error", status=status, description=description)
    with pytest.raises(Unreachable, match=f"(?i){description.split(': ')[1]}"):
        await channel.send("7", PART)
    assert len(emulator.calls("sendMessage")) == 1


async def test_refused_looks_are_dropped_once(channel: TelegramChannel, emulator: Emulator) -> None:
    broken = {**PART, "entities": [{"type": "bold", "offset": 0, "length": 99}], "message_thread_id": 12}
    await channel.send("7", broken)
    (sent,) = emulator.sent(7)
    assert sent["text"] == PART["text"] and "entities" not in sent
    assert "message_thread_id" not in sent


async def test_what_is_refused_as_plain_text_too_is_given_up(
    channel: TelegramChannel, emulator: Emulator
) -> None:
    with pytest.raises(Unreachable, match="too long"):
        await channel.send("7", {**PART, "text": "a" * 4097})
    assert len(emulator.calls("sendMessage")) == 2


@pytest.mark.parametrize(
    ("description", "name"),
    [
        ("Bad Request: message thread not found", "message_thread_id"),
        ("Bad Request: TOPIC_CLOSED", "message_thread_id"),
        ("Bad Request: message to be replied not found", "reply_parameters"),
    ],
)
async def test_what_a_message_can_go_without_is_left_out(
    channel: TelegramChannel, emulator: Emulator, description: str, name: str
) -> None:
    emulator.fault("sendMessage", "error", status=400, description=description)
    extra = {"message_thread_id": 12, "reply_parameters": {"message_id": 3, "chat_id": -100}}
    await channel.send("-100", {**PART, **extra})
    (sent,) = emulator.sent(-100)
    assert sent["entities"] == PART["entities"], "its looks are not what was refused"
    assert [each for each in extra if each in sent] == [each for each in extra if each != name]


async def test_a_group_that_moved_is_told_with_its_new_address(
    channel: TelegramChannel, emulator: Emulator
) -> None:
    moved = {"status": 400, "description": "Bad Request: group chat was upgraded", "parameters": {}}
    moved["parameters"] = {"migrate_to_chat_id": -1007}
    emulator.fault("sendMessage", "error", chat=-7, **moved)
    quoting = {**PART, "reply_parameters": {"message_id": 3, "chat_id": -7}}
    with pytest.raises(Moved) as error:
        await channel.send("-7", quoting)
    assert error.value.to == "-1007"
    await channel.send(error.value.to, quoting)
    (sent,) = emulator.sent(-1007)
    assert sent["entities"] == PART["entities"]
    assert "reply_parameters" not in sent, "message 3 is another one there"


async def test_a_part_takes_the_place_of_an_older_one(channel: TelegramChannel, emulator: Emulator) -> None:
    first = await channel.send("7", PART)
    assert await channel.send("7", {"text": "Chào lại", "replaces": first}) == first
    assert [part["text"] for part in emulator.sent(7)] == ["Chào lại"]
    assert await channel.send("7", {"text": "Chào lại", "replaces": first}) == first, "not modified"
    await channel.send("7", {"replaces": first})
    assert emulator.sent(7) == []
    await channel.send("7", {"replaces": first})  # it is gone already


@pytest.mark.parametrize("reason", ["message can't be edited", "message to edit not found"])
async def test_what_cannot_be_edited_is_sent_anew(
    channel: TelegramChannel, emulator: Emulator, reason: str
) -> None:
    first = await channel.send("7", PART)
    emulator.fault("editMessageText", "error", status=400, description=f"Bad Request: {reason}")
    second = await channel.send("7", {**PART, "replaces": first})
    assert second != first and len(emulator.sent(7)) == 2


async def test_an_edit_waits_as_a_message_does(channel: TelegramChannel, emulator: Emulator) -> None:
    first = await channel.send("7", PART)
    emulator.fault("editMessageText", "429", retry_after=9)
    with pytest.raises(RetryLater) as error:
        await channel.send("7", {"text": "Chào lại", "replaces": first})
    assert error.value.seconds == 9 and len(emulator.sent(7)) == 1


@pytest.mark.parametrize("chat", ["", "lan", "٣", "--5", "5-5"])
async def test_what_is_no_chat_is_given_up(channel: TelegramChannel, emulator: Emulator, chat: str) -> None:
    with pytest.raises(Unreachable):
        await channel.send(chat, PART)
    assert emulator.calls("sendMessage") == []


async def test_a_platform_out_of_reach_stops_nothing_at_the_start() -> None:
    channel = TelegramChannel(TOKEN, "http://127.0.0.1:9")
    await channel.start()
    with pytest.raises(RetryLater):
        await channel.send("7", PART)
    await channel.stop()
    await channel.start()  # may be opened again
    await channel.stop()


def test_the_emulator_speaks_of_the_bot_that_the_tests_name(emulator: Emulator) -> None:
    assert TOKEN.startswith(f"{BOT['id']}:")
