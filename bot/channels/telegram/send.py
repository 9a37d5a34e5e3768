"""Delivering a part, and what each of Telegram's refusals means for it.

Error codes and `parameters`: https://core.telegram.org/bots/api#making-requests.
"""

import json
import re
import warnings
from collections.abc import Mapping
from typing import Any

import structlog
from telegram import InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity, ReplyParameters
from telegram import error as errors
from telegram.error import BadRequest, ChatMigrated, RetryAfter, TelegramError
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.channels.base import Payload
from bot.channels.payloads import dig
from bot.errors import RetryLater, SendError, Unreachable

log = structlog.get_logger(__name__)

UNSAID_WAIT = 5.0  # s, when Telegram asks to wait but not how long
LONGEST_REASON = 300  # characters of Telegram's words that are kept

# Seconds to wait before the same part is tried again; None: this chat will not take it, ever.
FATES: Mapping[type[TelegramError], float | None] = {
    errors.Forbidden: None,  # blocked, kicked, deactivated
    errors.BadRequest: None,  # refused as it is, and as plain text too
    errors.RetryAfter: UNSAID_WAIT,
    errors.ChatMigrated: 1.0,  # moved twice while we sent: the new address is noted
    errors.TimedOut: 2.0,
    errors.NetworkError: 2.0,  # also every 5xx
    errors.Conflict: 30.0,  # concerns polling only
    errors.InvalidToken: 300.0,  # 401 and 404: until an operator gives a good token
    errors.EndPointNotFound: 300.0,  # a 404 again
    errors.PassportDecryptionError: None,  # a feature that this bot has not
    errors.TelegramError: 30.0,  # an answer that is not Telegram's, say a proxy's page
}

# Refusals of the chat, not of the text: sending it as plain text would be refused as well.
GONE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "chat_write_forbidden",
    "not enough rights",
    "have no rights",
)

_CHAT = re.compile(r"-?[0-9]{1,20}")


class FloodWait(TelegramError):
    """429: wait `seconds`. The library's own `RetryAfter` cannot be made without a deprecation warning."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"flood control: wait {seconds:g} s")
        self.seconds = seconds


class Wire(HTTPXRequest):
    """The library's HTTP client, with 429 read here."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Do a request; see `telegram.request.BaseRequest.do_request`.

        Raises:
            FloodWait: Telegram asks to wait.
        """
        status, body = await super().do_request(*args, **kwargs)
        if status == 429:
            raise FloodWait(_asked_wait(body))
        return status, body


def _asked_wait(body: bytes) -> float:
    try:
        seconds = dig(json.loads(body), "parameters", "retry_after")
    except ValueError:
        seconds = None
    return float(seconds) if isinstance(seconds, int | float) and seconds > 0 else UNSAID_WAIT


def translate(error: TelegramError, token: str) -> SendError:
    """Return what an error means for the part, in words that are safe to log."""
    reason = f"{type(error).__name__}: {error.message}".replace(token, "[token]")[:LONGEST_REASON]
    wait = next(FATES[kind] for kind in type(error).__mro__ if kind in FATES)
    if isinstance(error, FloodWait):
        wait = error.seconds
    elif isinstance(error, RetryAfter):
        wait = _seconds(error)
    return Unreachable(reason) if wait is None else RetryLater(reason, wait)


def _seconds(error: RetryAfter) -> float:
    with warnings.catch_warnings():  # int or timedelta, as an environment variable of the library's says
        warnings.simplefilter("ignore")
        value = error.retry_after
    return float(value) if isinstance(value, int | float) else value.total_seconds()


class Sender:
    """Sends parts; remembers which groups have become supergroups under another id."""

    def __init__(self, bot: ExtBot[Any]) -> None:
        self._bot = bot
        self._moved: dict[str, str] = {}

    async def send(self, chat: str, part: Payload) -> str:
        """Send a part and return its message id.

        Raises:
            TelegramError: it could not be delivered, neither as it is nor as plain text.
            Unreachable: `chat` is no chat of Telegram's.
        """
        target = self._moved.get(chat, chat)
        try:
            return await self._post(target, part)
        except ChatMigrated as error:
            self._moved[chat] = target = str(error.new_chat_id)
            kept = {"text", "entities", "reply_markup"}  # message and topic numbers are the old group's
        except BadRequest as error:
            if any(words in error.message.lower() for words in GONE):
                raise
            log.warning("telegram.refused", reason=error.message[:LONGEST_REASON])
            kept = {"text", "reply_markup"}  # an answer without its looks is better than none
        return await self._post(target, {name: part[name] for name in part if name in kept})

    async def _post(self, chat: str, part: Payload) -> str:
        if not _CHAT.fullmatch(chat):
            raise Unreachable("not a chat of Telegram's")
        message = await self._bot.send_message(
            chat_id=int(chat),
            text=part["text"],
            entities=MessageEntity.de_list(part.get("entities", []), None),
            reply_markup=_read(InlineKeyboardMarkup, part.get("reply_markup")),
            reply_parameters=_read(ReplyParameters, part.get("reply_parameters")),
            message_thread_id=part.get("message_thread_id"),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
        return str(message.message_id)


def _read(kind: Any, value: object) -> Any:
    return kind.de_json(value, None) if value else None
