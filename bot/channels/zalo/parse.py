"""Reading a message as it was stored; total on anything that Zalo, or whoever plays it, may send.

`payload["bot"]` is ours: the names that the bot went by when the message came.
"""

import re
from collections.abc import Mapping
from typing import Any

from bot.channels.base import Payload
from bot.channels.payloads import LONGEST_KEY, clean, dig, digest, ident
from bot.domain import Envelope, Event, Ignored, Message, Text, Unreadable

# What is not text, and what to call it. Zalo also sends "unsupported" in place of what children write.
EVENTS: Mapping[str, str] = {
    "message.image.received": "photo",
    "message.sticker.received": "sticker",
    "message.voice.received": "voice",
    "message.document.received": "file",
    "message.unsupported.received": "other",
}


def unwrap(posted: object) -> Mapping[str, Any]:
    """Return the update of a post: it comes as it is, or as the `result` of an envelope.

    Raises:
        ValueError: it is neither.
    """
    inner = dig(posted, "result")
    update = inner if isinstance(inner, dict) else posted
    if not isinstance(update, dict) or not isinstance(update.get("event_name"), str):
        raise ValueError("not an update")
    return update


def identify(update: Payload) -> Envelope:
    """Tell who sent what where; never raises, and gives the same key to a message that comes again."""
    chat = ident(dig(update, "message", "chat", "id"))
    asker = ident(dig(update, "message", "from", "id"))
    number = ident(dig(update, "message", "message_id"))
    key = f"m{chat}:{number}"
    if not number or len(key) > LONGEST_KEY:
        key = f"x{digest(repr(update))}"
    return Envelope(key, chat or asker, asker or chat)


def parse(payload: Payload) -> Message | Event:
    """Read an update as a message to answer, or say why there is nothing to answer."""
    message = dig(payload, "message")
    if not isinstance(message, Mapping):
        return Ignored("not a message")
    if dig(message, "from", "is_bot") is True:
        return Ignored("from a bot")
    text = next((message[n] for n in ("text", "caption") if isinstance(message.get(n), str)), None)
    if text is not None:
        return Text(_without_mention(clean(text), dig(payload, "bot")))
    event = payload.get("event_name")
    what = EVENTS.get(event) if isinstance(event, str) else None
    return Unreadable(what) if what else Ignored("unknown event")


def _without_mention(text: str, bot: object) -> str:
    """Return the words without the bot's name, by which it is called in a group."""
    names = [name for field in ("display_name", "account_name") if isinstance(name := dig(bot, field), str)]
    for name in filter(None, names):
        text, mentions = re.subn(rf"(?<!\w)@{re.escape(name)}(?!\w)[\s,:;]*", "", text, flags=re.IGNORECASE)
        if mentions:
            return text.strip()
    return text
