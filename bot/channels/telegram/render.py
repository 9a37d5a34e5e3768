"""Turning a reply into Telegram messages: text with entities, and an inline keyboard under the last one.

There is no `parse_mode` anywhere: what looks like markup in a plain block stays the characters that it is.
Offsets and lengths count UTF-16 units (https://core.telegram.org/bots/api#messageentity).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from telegramify_markdown import MessageEntity, RenderConfig, convert, utf16_len

from bot.channels.base import Payload
from bot.channels.payloads import clean
from bot.channels.plain import end_of_piece
from bot.channels.telegram.parse import asking, is_group
from bot.domain import Block, Button, Reply, Style

MOST_UNITS = 4096  # of a message's text, after parsing (https://core.telegram.org/bots/api#sendmessage)
MOST_ENTITIES = 100  # of a message; the platform drops the rest
MOST_BYTES = 64  # of callback_data (https://core.telegram.org/bots/api#inlinekeyboardbutton)
LABEL = 60  # characters of a button that a phone shows; the platform sets no limit

LOOKS: Mapping[Style, str] = {
    Style.TITLE: "bold",
    Style.WARNING: "blockquote",
    Style.NOTE: "italic",
    Style.QUOTE: "blockquote",
}

# `<` and `$` are characters here, not HTML and formulas (the converter drops one and sets the other as code),
# so they pass the converter in disguise; both disguises are one unit long, so that offsets hold.
_HIDE = {"<": "\ue000", "$": "\ue001"}
_SHOW = str.maketrans({disguise: char for char, disguise in _HIDE.items()})
_HIDDEN = re.compile(r"<(?!https?://|mailto:)|\$")
_LINK = re.compile(r"https?://\S+")


def _config() -> RenderConfig:
    config = RenderConfig.isolated()
    symbols = config.markdown_symbol
    symbols.heading_level_1 = symbols.heading_level_2 = symbols.heading_level_3 = symbols.heading_level_4 = ""
    symbols.unordered_list_item = "•"
    return config


CONFIG = _config()


@dataclass(frozen=True, slots=True)
class Rich:
    """A text and the entities over it, in UTF-16 units."""

    text: str
    entities: tuple[MessageEntity, ...] = ()

    def cut(self, start: int, end: int) -> "Rich":
        """Return the characters from `start` to `end` with what is left of each entity."""
        first, last = utf16_len(self.text[:start]), utf16_len(self.text[:end])
        kept = []
        for entity in self.entities:
            begin, stop = max(entity.offset, first), min(entity.offset + entity.length, last)
            if begin < stop:
                kept.append(entity.copy_with(offset=begin - first, length=stop - begin))
        return Rich(self.text[start:end], tuple(kept))

    def strip(self) -> "Rich":
        """Drop the white space around it: the platform would, and move the entities as it likes."""
        return self.cut(len(self.text) - len(self.text.lstrip()), len(self.text.rstrip()))


def render(reply: Reply, payload: Payload) -> list[dict[str, Any]]:
    """Return the messages that make up the reply, in order, as JSON values for `sendMessage`.

    Raises:
        ValueError: a button's action or label is something that the platform refuses.
    """
    keyboard = _keyboard(reply)
    pieces = [_block(block) for block in reply.blocks]
    if _too_long_for_buttons(reply):
        pieces.append(Rich("\n".join(_numbered(reply))))
    parts = [_part(piece) for piece in split(_join(pieces))]
    if keyboard and not parts:
        parts = [{"text": "…"}]
    if keyboard:
        parts[-1]["reply_markup"] = {"inline_keyboard": keyboard}
    return _placed(parts, payload)


def split(rich: Rich, limit: int = MOST_UNITS) -> Iterator[Rich]:
    """Yield pieces within the limit, cut at the end of a paragraph, else of a line, else of a word."""
    rich = rich.strip()
    while utf16_len(rich.text) > limit:
        end = end_of_piece(rich.text, limit)
        yield rich.cut(0, end).strip()
        rich = rich.cut(end, len(rich.text)).strip()
    if rich.text:
        yield rich


def _block(block: Block) -> Rich:
    text = clean(block.text)
    if block.style is Style.ANSWER:
        return _markdown(text)
    text = text.strip()
    look = LOOKS.get(block.style)
    return Rich(text, (MessageEntity(look, 0, utf16_len(text)),) if look and text else ())


def _markdown(text: str) -> Rich:
    hidden = _HIDDEN.sub(lambda found: _HIDE[found[0]], text)
    shown, entities = convert(hidden, latex_escape=False, config=CONFIG)
    return Rich(shown.translate(_SHOW), tuple(filter(None, map(_safe, entities)))).strip()


def _safe(entity: MessageEntity) -> MessageEntity | None:
    """Return the entity unless it leads somewhere else than to a web page."""
    if entity.type == "custom_emoji" or entity.url is None:
        return entity if entity.type not in ("custom_emoji", "text_link") else None
    url = entity.url.translate(_SHOW)
    return entity.copy_with(url=url) if _LINK.fullmatch(url) else None


def _join(pieces: Sequence[Rich]) -> Rich:
    text, entities = "", []
    for piece in pieces:
        if not piece.text:
            continue
        text += "\n\n" if text else ""
        offset = utf16_len(text)
        entities += [entity.copy_with(offset=entity.offset + offset) for entity in piece.entities]
        text += piece.text
    return Rich(text, tuple(entities))


def _part(rich: Rich) -> dict[str, Any]:
    part: dict[str, Any] = {"text": rich.text}
    if rich.entities:
        part["entities"] = [entity.to_dict() for entity in rich.entities[:MOST_ENTITIES]]
    return part


def placed(part: dict[str, Any], payload: Payload) -> dict[str, Any]:
    """Return a part in the topic that `payload` came from."""
    message = asking(payload)
    thread = message.get("message_thread_id")
    # Outside of topics this number only tells a thread of replies, and sending to it is refused.
    is_topic = message.get("is_topic_message") is True and isinstance(thread, int)
    return {**part, "message_thread_id": thread} if is_topic else part


def _placed(parts: list[dict[str, Any]], payload: Payload) -> list[dict[str, Any]]:
    """Keep to the topic, and in a group reply to the message that asked, if it still exists."""
    message = asking(payload)
    message_id = message.get("message_id")
    parts = [placed(part, payload) for part in parts]
    if parts and is_group(message) and isinstance(message_id, int):
        parts[0]["reply_parameters"] = {
            "message_id": message_id,
            "chat_id": message["chat"]["id"],  # where that number means this message
            "allow_sending_without_reply": True,
        }
    return parts


def _keyboard(reply: Reply) -> list[list[dict[str, str]]]:
    rows = [[_button(choice, f"{at}. {choice.label}")] for at, choice in enumerate(reply.choices, 1)]
    if reply.none:
        rows.append([_button(reply.none, reply.none.label)])
    return rows + [[_button(button, button.label) for button in row] for row in reply.buttons if row]


def _button(button: Button, label: str) -> dict[str, str]:
    size = len(button.action.encode("utf-8"))
    if not 1 <= size <= MOST_BYTES:
        raise ValueError(f"a button's action has 1 to {MOST_BYTES} bytes, not {size}: {button.action!r}")
    text = shorten(clean(label))
    if not text:
        raise ValueError(f"the button {button.action!r} has no label")
    return {"text": text, "callback_data": button.action}


def shorten(label: str) -> str:
    """Return a label of at most `LABEL` characters, cut after a word where that loses little."""
    label = " ".join(label.split())
    if len(label) <= LABEL:
        return label
    head = label[: LABEL - 1]
    space = head.rfind(" ")
    return (head[:space] if space > LABEL // 2 else head).rstrip(" ,.;:") + "…"


def _numbered(reply: Reply) -> list[str]:
    return [f"{at}. {clean(choice.label)}" for at, choice in enumerate(reply.choices, 1)]


def _too_long_for_buttons(reply: Reply) -> bool:
    return any(len(line) > LABEL for line in _numbered(reply))
