"""Reading an update as it was stored; total on anything that Telegram, or whoever plays it, may send.

Field names: https://core.telegram.org/bots/api#message. `payload["bot"]` is ours: `receive` notes there who
the bot was (id, username) when the update came, so that reading it again later gives the same result.
"""

import re
from collections.abc import Mapping
from typing import Any

from bot.channels.base import Payload
from bot.channels.payloads import clean, dig
from bot.domain import Back, Event, Ignored, Left, Message, Moved, Press, Text, Unreadable

# Content without words, and what to call it. A message with neither is a service message.
CONTENT: Mapping[str, str] = {
    "sticker": "sticker",
    "animation": "video",
    "photo": "photo",
    "live_photo": "photo",
    "voice": "voice",
    "audio": "audio",
    "video": "video",
    "video_note": "video",
    "document": "file",
    "venue": "location",
    "location": "location",
    "contact": "contact",
    "poll": "poll",
    "checklist": "other",
    "dice": "other",
    "game": "other",
    "giveaway": "other",
    "invoice": "other",
    "paid_media": "other",
    "story": "other",
}
_COMMAND = re.compile(r"/(\w+)@(\w+)")


def number(value: object) -> str:
    """Return an id as text, or an empty text when it is none."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def asking(payload: Payload) -> Mapping[str, Any]:
    """Return the message that a reply belongs under: the one sent, edited, or carrying the pressed button."""
    for path in (("message",), ("edited_message",), ("callback_query", "message")):
        message = dig(payload, *path)
        if isinstance(message, Mapping):
            return message
    return {}


def key_of(chat: str, message: Mapping[str, Any]) -> str:
    """Return what a message is known by; the wordless pictures of one album share it."""
    if message.get("media_group_id") and not message.get("caption"):
        return f"g{chat}:{message['media_group_id']}"
    return f"m{chat}:{number(message.get('message_id'))}"


def is_group(message: object) -> bool:
    """Tell whether several people read this chat; groups have negative ids."""
    kind, chat = dig(message, "chat", "type"), dig(message, "chat", "id")
    return kind in ("group", "supergroup", "channel") or (isinstance(chat, int) and chat < 0)


def parse(payload: Payload) -> Message | Event:
    """Read an update as a message to answer, or say why there is nothing to answer."""
    press = dig(payload, "callback_query")
    if isinstance(press, Mapping):
        data = press.get("data")
        return Press(clean(data)) if isinstance(data, str) else Ignored("press without data")
    for name in ("message", "edited_message"):
        message = dig(payload, name)
        if isinstance(message, Mapping):
            return _read(message, dig(payload, "bot"), edited=name == "edited_message")
    return _membership(dig(payload, "my_chat_member", "new_chat_member", "status"))


def _membership(status: object) -> Event:
    """Read what became of us in a chat: https://core.telegram.org/bots/api#chatmember."""
    if status in ("kicked", "left"):
        return Left(f"the bot's status is {status!r} there")
    return Ignored("not a message") if status is None else Back()


def _read(message: Mapping[str, Any], bot: object, *, edited: bool) -> Message | Event:
    if moved := number(message.get("migrate_to_chat_id")):
        return Moved(moved)
    # An anonymous administrator writes through a bot of Telegram's, on behalf of the chat.
    if dig(message, "from", "is_bot") is True and "sender_chat" not in message:
        return Ignored("from a bot")
    text = next((message[n] for n in ("text", "caption") if isinstance(message.get(n), str)), None)
    if text is None:
        return _wordless(message, bot, edited=edited)
    words = _addressed(clean(text), message, bot)
    if words is None:
        return Ignored("not addressed to the bot")
    # Telegram also reports changes that people do not see; only real edits carry a date.
    if edited and not message.get("edit_date"):
        return Ignored("edit without a date")
    answered = number(dig(message, "reply_to_message", "message_id")) if _replies_to(bot, message) else ""
    changes = key_of(number(dig(message, "chat", "id")), message) if edited else None
    return Text(words, answered or None, changes)


def _wordless(message: Mapping[str, Any], bot: object, *, edited: bool) -> Message | Ignored:
    what = next((noun for name, noun in CONTENT.items() if name in message), None)
    if what is None:
        return Ignored("service message")
    if edited:  # a live location is edited every few seconds
        return Ignored("edit without words")
    if is_group(message) and not _replies_to(bot, message):
        return Ignored("not addressed to the bot")
    return Unreadable(what)


def _addressed(text: str, message: Mapping[str, Any], bot: object) -> str | None:
    """Return the words without the bot's name, or None when they are meant for others."""
    name = dig(bot, "username")
    name = name if isinstance(name, str) else ""
    command = _COMMAND.match(text)
    if command:
        ours = not is_group(message) or command[2].lower() == name.lower()
        return f"/{command[1]}{text[command.end() :]}" if ours else None
    if not is_group(message):
        return text
    words, mentions = (
        re.subn(rf"(?<!\w)@{re.escape(name)}\b", "", text, flags=re.IGNORECASE) if name else (text, 0)
    )
    if mentions or text.startswith("/") or _replies_to(bot, message):
        return words.strip().lstrip(",:;").lstrip() if mentions else words
    return None


def _replies_to(bot: object, message: Mapping[str, Any]) -> bool:
    sender = number(dig(message, "reply_to_message", "from", "id"))
    return bool(sender) and sender == number(dig(bot, "id"))
