"""Taking events that Zalo posts to us, signed with the account's key."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping

from bot.channels.base import Hook, Payload
from bot.channels.payloads import dig, ident
from bot.channels.zalo_oa.api import Keys
from bot.channels.zalo_oa.parse import concerns_us, identify

PATH = "/hook/zalo_oa"
SIGNATURE = "x-zevent-signature"
TIMESTAMP = "x-zevent-timestamp"


def hook_of(channel: str, keys: Keys) -> Hook:
    """Return the address that Zalo posts to."""

    def verify(headers: Mapping[str, str], raw: bytes) -> bool:
        claimed = headers.get(SIGNATURE, "").removeprefix("mac=").strip().lower().encode()
        # Sources differ on where the time is that was signed.
        return any(hmac.compare_digest(claimed, sign(keys, raw, at)) for at in _times(headers, raw))

    return Hook(PATH, channel, verify, unpack, identify)


def sign(keys: Keys, raw: bytes, at: str) -> bytes:
    """Return the signature of a post: SHA-256 over app id, raw body, time and the account's key, in hex."""
    signed = keys.app.encode() + raw + at.encode() + keys.oa_secret.encode()
    return hashlib.sha256(signed).hexdigest().encode()


def unpack(raw: bytes) -> Payload | None:
    """Read a post; None where it tells nothing that has to be kept.

    Raises:
        ValueError: it is no event.
    """
    event = json.loads(raw)
    if not isinstance(event, dict) or not isinstance(event.get("event_name"), str):
        raise ValueError("not an event")
    return event if concerns_us(event) else None


def _times(headers: Mapping[str, str], raw: bytes) -> Iterator[str]:
    if at := headers.get(TIMESTAMP):
        yield at
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return
    yield from filter(None, (ident(dig(body, name)) for name in ("timestamp", "timeStamp")))
