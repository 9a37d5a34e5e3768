"""Reading an event as it was stored; total on anything that Zalo, or whoever plays it, may send."""

import re
from collections.abc import Mapping

from bot.channels.base import Payload
from bot.channels.payloads import LONGEST_KEY, clean, dig, digest, ident
from bot.domain import Back, Envelope, Event, Ignored, Left, Message, Press, Text, Unreadable

# A pressed button comes back as a text of this form. Whoever types it presses the button, which they may.
PRESS = "#nut:"
_PRESS = re.compile(rf"{PRESS}([a-z0-9:-]{{1,64}})")

# What people send, and what to call it where it has no words with it.
SENT: Mapping[str, str | None] = {
    "user_send_text": None,
    "user_send_image": "photo",
    "user_send_link": "other",
    "user_send_sticker": "sticker",
    "user_send_gif": "video",
    "user_send_audio": "voice",
    "user_send_video": "video",
    "user_send_file": "file",
    "user_send_location": "location",
    "user_send_business_card": "contact",
}
COME_AND_GO: Mapping[str, Event] = {"follow": Back(), "unfollow": Left("unfollow")}


def concerns_us(event: Payload) -> bool:
    """Tell whether an event is to be kept: not so what the account itself has sent, or what was seen."""
    return event.get("event_name") in {*SENT, *COME_AND_GO}


def identify(event: Payload) -> Envelope:
    """Tell who sent what; never raises, and gives the same key to an event that comes again."""
    user = ident(dig(event, "sender", "id")) or ident(dig(event, "follower", "id"))
    number = ident(dig(event, "message", "msg_id"))
    name, at = ident(event.get("event_name")), ident(event.get("timestamp"))
    key = f"m{user}:{number}" if number else f"{name}:{user}:{at}"
    if not user or len(key) > LONGEST_KEY:
        key = f"x{digest(repr(event))}"
    return Envelope(key, user, user)


def parse(payload: Payload) -> Message | Event:
    """Read an event as a message to answer, or say why there is nothing to answer."""
    event = payload.get("event_name")
    if not isinstance(event, str) or not concerns_us(payload):
        return Ignored("not a message")
    if event in COME_AND_GO:
        return COME_AND_GO[event]
    text = dig(payload, "message", "text")
    if isinstance(text, str) and (text.strip() or SENT[event] is None):
        if press := _PRESS.fullmatch(text.strip()):
            return Press(press[1])
        return Text(clean(text), ident(dig(payload, "message", "quote_msg_id")) or None)
    return Unreadable(SENT[event] or "other")
