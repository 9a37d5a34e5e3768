"""Delivering a part, and what each of Telegram's refusals means for it.

Error codes and `parameters`: https://core.telegram.org/bots/api#making-requests.
"""

import asyncio
import re
import warnings
from collections.abc import Awaitable, Callable, Mapping

import structlog
from telegram import error as errors
from telegram.error import BadRequest, ChatMigrated, RetryAfter, TelegramError

from bot.channels.base import Payload
from bot.channels.payloads import dig
from bot.channels.telegram.parse import number
from bot.channels.telegram.wire import UNSAID_WAIT, FloodWait
from bot.errors import Moved, RetryLater, SendError, Unreachable

log = structlog.get_logger(__name__)

NO_PREVIEW = {"is_disabled": True}
LONGEST_REASON = 300  # characters of Telegram's words that are kept

# Seconds to wait before the same part is tried again; None: this chat will not take it, ever.
FATES: Mapping[type[TelegramError], float | None] = {
    errors.Forbidden: None,  # blocked, kicked, deactivated
    errors.BadRequest: None,  # refused as it is, and as plain text too
    errors.RetryAfter: UNSAID_WAIT,
    errors.ChatMigrated: 0.0,  # at its new address
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

# Refusals of something that a message can go without.
SPARE = (
    ("thread not found", "message_thread_id"),  # the topic was deleted: the group's main one takes it
    ("topic_closed", "message_thread_id"),
    ("topic_deleted", "message_thread_id"),
    ("replied message not found", "reply_parameters"),
    ("message to be replied not found", "reply_parameters"),
)
LOOKS = ("text", "entities", "reply_markup")
WHERE = ("message_thread_id", "reply_parameters")
PLAIN = {"text", "reply_markup"}  # an answer without its looks is better than none
MOST_TRIES = 4  # without the topic, the message replied to, the looks

Call = Callable[[str, Mapping[str, object]], Awaitable[object]]

_CHAT = re.compile(r"-?[0-9]{1,20}")


def translate(error: TelegramError, token: str) -> SendError:
    """Return what an error means for the part, in words that are safe to log."""
    reason = f"{type(error).__name__}: {error.message}".replace(token, "[token]")[:LONGEST_REASON]
    if isinstance(error, ChatMigrated):
        return Moved(reason, str(error.new_chat_id))
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


class Turns:
    """Hands out turns so many a second, to all chats together."""

    def __init__(self, per_second: float) -> None:
        self._pause = 1 / per_second
        self._next = 0.0

    async def take(self) -> None:
        """Wait for the next turn."""
        now = asyncio.get_running_loop().time()
        turn = max(now, self._next)
        self._next = turn + self._pause
        if turn > now:
            await asyncio.sleep(turn - now)


class Sender:
    """Sends parts, at most `per_second`.

    Args:
        call: calls a method of the Bot API with values as JSON has them, and returns its result.
        per_second: messages to all chats together.
    """

    def __init__(self, call: Call, per_second: float) -> None:
        self._call = call
        self._turns = Turns(per_second)

    async def send(self, chat: str, part: Payload) -> str:
        """Send a part, edit or delete the message that it replaces, and return its message id.

        Raises:
            TelegramError: it could not be delivered, neither as it is nor as plain text.
            Unreachable: `chat` is no chat of Telegram's.
        """
        if not _CHAT.fullmatch(chat):
            raise Unreachable("not a chat of Telegram's")
        await self._turns.take()
        replaced = part.get("replaces")
        if isinstance(replaced, str) and replaced.isdigit():
            if "text" not in part:
                return await self._delete(int(chat), int(replaced))
            if await self._edit(int(chat), int(replaced), part):
                return replaced
        return await self._post(int(chat), part)

    async def _edit(self, chat: int, message: int, part: Payload) -> bool:
        """Write a message anew; False when Telegram does not let us, say because it is gone."""
        try:
            await self._call("editMessageText", {"chat_id": chat, "message_id": message, **_looks(part)})
        except BadRequest as error:
            if "not modified" in error.message.lower():
                return True
            log.info("telegram.not_edited", reason=error.message[:LONGEST_REASON])
            return False
        return True

    async def _delete(self, chat: int, message: int) -> str:
        try:
            await self._call("deleteMessage", {"chat_id": chat, "message_id": message})
        except BadRequest as error:  # it is gone already, or too old
            log.info("telegram.not_deleted", reason=error.message[:LONGEST_REASON])
        return ""

    async def _post(self, chat: int, part: Payload) -> str:
        reply = part.get("reply_parameters")
        if reply and reply.get("chat_id", chat) != chat:  # a group that moved: its numbers began anew
            part = _without(part, "reply_parameters", "message_thread_id")
        for _ in range(MOST_TRIES):
            try:
                where = {name: part[name] for name in WHERE if name in part}
                message = await self._call("sendMessage", {"chat_id": chat, **_looks(part), **where})
                return number(dig(message, "message_id"))
            except BadRequest as error:
                refused, less = error, _less(part, error.message.lower())
                if less == part:
                    raise
                log.warning("telegram.refused", reason=error.message[:LONGEST_REASON])
                part = less
        raise refused


def _less(part: Payload, reason: str) -> Payload:
    """Return what of a refused part may still be taken; all of it where nothing would help."""
    if any(words in reason for words in GONE):
        return part
    for words, name in SPARE:
        if words in reason and name in part:
            return _without(part, name)
    return {name: value for name, value in part.items() if name in PLAIN}


def _without(part: Payload, *names: str) -> Payload:
    return {name: value for name, value in part.items() if name not in names}


def _looks(part: Payload) -> dict[str, object]:
    return {**{name: part[name] for name in LOOKS if name in part}, "link_preview_options": NO_PREVIEW}
