"""Taking messages that Zalo posts to us; it shows a secret that we gave it."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.channels.base import Hook, Payload
from bot.channels.zalo.parse import identify, unwrap
from bot.errors import RetryLater

if TYPE_CHECKING:
    from bot.channels.zalo import ZaloChannel

PATH = "/hook/zalo"
HEADER = "x-bot-api-secret-token"
NOT_YET = 5.0  # s, until we know our name


def secret_of(token: str) -> str:
    """Return what Zalo shows with every post (8 to 256 characters): the same in every replica."""
    return hmac.new(token.encode(), b"hoidap zalo webhook", hashlib.sha256).hexdigest()


def hook_of(channel: "ZaloChannel", secret: str) -> Hook:
    """Return the address that Zalo posts to."""

    def verify(headers: Mapping[str, str], _raw: bytes) -> bool:
        return hmac.compare_digest(headers.get(HEADER, "").encode(), secret.encode())

    def unpack(raw: bytes) -> Payload:
        update = unwrap(json.loads(raw))
        if channel.me is None:
            raise RetryLater("Zalo has not said yet who this bot is", NOT_YET)
        return {**update, "bot": channel.me}

    return Hook(PATH, channel.name, verify, unpack, identify)
