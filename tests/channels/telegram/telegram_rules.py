"""Telegram's rules for an outgoing message, as strict as the documentation: the emulators check few of them.

https://core.telegram.org/bots/api#sendmessage, #messageentity, #inlinekeyboardbutton, #replyparameters
"""

import json
from collections.abc import Mapping
from typing import Any

KINDS = {
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "blockquote",
    "expandable_blockquote",
    "code",
    "pre",
    "text_link",
}
FIELDS = {"text", "entities", "reply_markup", "reply_parameters", "message_thread_id"}


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def check_part(part: Mapping[str, Any]) -> None:
    """Raise AssertionError where Telegram would refuse the part, or show something else."""
    assert json.loads(json.dumps(part)) == part, "not plain JSON"
    assert set(part) <= FIELDS
    text = part["text"]
    assert 1 <= units(text) <= 4096 and text == text.strip() and "\x00" not in text
    assert len(part.get("entities", [])) <= 100
    for entity in part.get("entities", []):
        check_entity(entity, text)
    if "reply_markup" in part:
        check_keyboard(part["reply_markup"])
    if "reply_parameters" in part:
        assert part["reply_parameters"]["allow_sending_without_reply"] is True


def check_entity(entity: Mapping[str, Any], text: str) -> None:
    assert entity["type"] in KINDS
    assert entity["offset"] >= 0 and entity["length"] > 0
    covered(entity, text)
    assert set(entity) <= {"type", "offset", "length", "url", "language"}
    assert ("url" in entity) == (entity["type"] == "text_link")
    assert entity.get("url", "https://").startswith(("https://", "http://"))


def covered(entity: Mapping[str, Any], text: str) -> str:
    """Return what an entity covers; fails when it reaches out of the text or cuts a character in two."""
    data = text.encode("utf-16-le")
    start, end = entity["offset"] * 2, (entity["offset"] + entity["length"]) * 2
    assert end <= len(data), f"{entity} reaches out of {len(data) // 2} units"
    return data[start:end].decode("utf-16-le")  # strict: half a surrogate pair is an error


def check_keyboard(markup: Mapping[str, Any]) -> None:
    assert set(markup) == {"inline_keyboard"}
    rows = markup["inline_keyboard"]
    assert rows and all(rows) and sum(len(row) for row in rows) <= 100
    for row in rows:
        assert len(row) <= 8
        for button in row:
            assert set(button) == {"text", "callback_data"}
            assert 1 <= len(button["text"]) <= 60 and button["text"].strip() == button["text"]
            assert 1 <= len(button["callback_data"].encode()) <= 64


def buttons(part: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return a part's buttons from top to bottom."""
    rows = part.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]
