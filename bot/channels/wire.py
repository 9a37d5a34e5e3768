"""Replies as JSON and back, for the channels that keep them whole until somebody reads them."""

from dataclasses import asdict
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from bot.channels.base import Payload
from bot.domain import Reply


@cache
def _adapter() -> TypeAdapter[Reply]:
    return TypeAdapter(Reply)


def dump_reply(reply: Reply) -> dict[str, Any]:
    """Return a reply as JSON values."""
    return asdict(reply)


def load_reply(part: Payload) -> Reply:
    """Undo `dump_reply`."""
    return _adapter().validate_python(part)
