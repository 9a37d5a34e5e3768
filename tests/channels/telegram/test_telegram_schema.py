"""Every kind of request that the bot makes is one that aiogram's models take."""

from collections.abc import AsyncIterator

import pytest
from telegram_emulator import TOKEN, Emulator
from telegram_schema import faults

from bot.channels.telegram import TelegramChannel
from bot.domain import Block, Button, Reply, Style

REPLY = Reply(
    (
        Block(Style.TITLE, "Mức vay"),
        Block(Style.ANSWER, "Tối đa **100 triệu**, xem [cổng](https://vbpl.vn)."),
        Block(Style.NOTE, "Mã vay-von"),
    ),
    choices=(Button("Một", "p:1:0"), Button("Hai", "p:1:1")),
    none=Button("Không phải", "n:1"),
    buttons=((Button("👍", "u:1"), Button("👎", "d:1")),),
)
ASKED = {
    "message": {
        "message_id": 3,
        "message_thread_id": 12,
        "is_topic_message": True,
        "chat": {"id": -100, "type": "supergroup"},
    }
}


@pytest.fixture
async def channel(emulator: Emulator) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(TOKEN, emulator.url, ["5"])
    await channel.start()
    yield channel
    await channel.stop()


async def test_what_is_sent_is_what_the_bot_api_takes(channel: TelegramChannel, emulator: Emulator) -> None:
    await channel.introduce()
    await channel.set_webhook("https://hoidap.vn/hook/telegram")
    await channel.report_trouble()
    await channel.delete_webhook()
    await channel.typing("-100", ASKED)
    await channel.acknowledge("7")
    [part] = channel.render(REPLY, ASKED)
    sent = await channel.send("-100", part)
    await channel.send("-100", {**part, "text": f"{part['text']} ", "replaces": sent})
    await channel.send("-100", {"replaces": sent})
    calls = emulator.state()["calls"]
    assert {call["method"] for call in calls} == {
        "getMe", "setMyCommands", "setWebhook", "getWebhookInfo", "deleteWebhook", "sendChatAction",
        "answerCallbackQuery", "sendMessage", "editMessageText", "deleteMessage",
    }  # fmt: skip
    assert faults(calls) == []


def test_the_models_see_what_is_wrong() -> None:
    wrong = [
        {"method": "sendMessage", "body": {"chat_id": 1, "text": "a", "parse": "x"}},
        {"method": "sendMessage", "body": {"chat_id": 1}},
        {
            "method": "editMessageText",
            "body": {"text": "a", "reply_markup": {"inline_keyboard": [[{"data": 1}]]}},
        },
    ]
    assert len(faults(wrong)) == 3
