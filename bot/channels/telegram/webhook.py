"""Taking updates from Telegram by webhook: https://core.telegram.org/bots/api#setwebhook.

Telegram posts an update again until it hears 2xx, so an update is stored before it is answered.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.channels.base import Hook, Payload
from bot.channels.payloads import dig
from bot.channels.telegram.parse import number
from bot.channels.telegram.receive import identify
from bot.errors import RetryLater

if TYPE_CHECKING:
    from bot.channels.telegram import TelegramChannel

PATH = "/hook/telegram"
HEADER = "x-telegram-bot-api-secret-token"
CHECK = 600.0  # s between two looks at how Telegram fares with us
NOT_YET = 5.0  # s, until we know who we are


def secret_of(token: str) -> str:
    """Return what Telegram shows with every update: the same in every replica."""
    return hmac.new(token.encode(), b"hoidap telegram webhook", hashlib.sha256).hexdigest()


async def listen(channel: "TelegramChannel", site: str) -> None:
    """Have updates sent to us, and keep it so; for ever, or until the platform refuses.

    Args:
        channel: the way to the platform.
        site: where the world reaches our pages.

    Raises:
        RetryLater: the platform is out of reach or refuses; call again later.
    """
    await channel.introduce()
    while True:
        await channel.set_webhook(f"{site}{PATH}")
        await asyncio.sleep(CHECK)
        await channel.report_trouble()


def hook_of(channel: "TelegramChannel", secret: str) -> Hook:
    """Return the address that `listen` has updates sent to."""

    def verify(headers: Mapping[str, str], _raw: bytes) -> bool:
        return hmac.compare_digest(headers.get(HEADER, "").encode(), secret.encode())

    def unpack(raw: bytes) -> Payload:
        update = json.loads(raw)
        if not isinstance(update, dict) or not number(update.get("update_id")):
            raise ValueError("not an update")
        if channel.me is None:
            raise RetryLater("Telegram has not said yet who this bot is", NOT_YET)
        return {**update, "bot": channel.me}

    return Hook(PATH, channel.name, verify, unpack, identify, _acknowledge)


def _acknowledge(update: Payload) -> Payload:
    """Stop the clock on a pressed button, in the answer itself.

    https://core.telegram.org/bots/api#making-requests-when-getting-updates
    """
    press = dig(update, "callback_query", "id")
    return {"method": "answerCallbackQuery", "callback_query_id": press} if isinstance(press, str) else {}
