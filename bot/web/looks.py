"""How a reply will look in each channel, rendered by the channels themselves."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup, escape

from bot.channels.base import Channel, Payload
from bot.domain import Reply

WHOLE: Final = "web"  # the channel that the page itself draws
TAGS: Final = {
    "bold": "strong",
    "italic": "em",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
}  # kinds of entities (https://core.telegram.org/bots/api#messageentity); others only show their text


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message, and what the buttons below it say."""

    text: Markup
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """A reply in one channel: whole where the page draws it, else the messages that it becomes."""

    title: str  # what the channel is called
    reply: Reply | None = None
    messages: tuple[Bubble, ...] = ()


def looks(reply: Reply, channels: Mapping[str, Channel]) -> tuple[Look, ...]:
    """Return how a reply will look on the page and in every channel that messages are sent to."""
    rendered = {name: channels[name].render(reply, {}) for name in _sent_to(channels)}
    sent = (Look(_title(name), messages=tuple(map(_bubble, parts))) for name, parts in rendered.items())
    return (Look(_title(WHOLE), reply), *sent)


def titles(channels: Mapping[str, Channel]) -> tuple[str, ...]:
    """Return what the channels of `looks` are called, in its order."""
    return tuple(map(_title, (WHOLE, *_sent_to(channels))))


def _sent_to(channels: Mapping[str, Channel]) -> Iterator[str]:
    return (name for name, channel in channels.items() if channel.can.pushes)


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _bubble(part: Payload) -> Bubble:
    """Return a part as a channel sends it: a `text`, and perhaps `entities` and buttons."""
    keyboard = part.get("reply_markup", {}).get("inline_keyboard", ())
    buttons = [button["text"] for row in keyboard for button in row]
    buttons += [button["title"] for button in part.get("buttons", ())]
    return Bubble(rich(str(part.get("text", "")), part.get("entities", ())), tuple(map(str, buttons)))


def rich(text: str, entities: Sequence[Mapping[str, Any]]) -> Markup:
    """Return a text with entities as HTML.

    Args:
        text: plain.
        entities: offsets and lengths count UTF-16 units; what overlaps without lying inside is cut.
    """
    units = text.encode("utf-16-le")
    ordered = sorted(entities, key=lambda one: (one["offset"], -one["length"]))
    return Markup("").join(_pieces(units, 0, len(units) // 2, ordered))


def _pieces(units: bytes, start: int, end: int, entities: Sequence[Mapping[str, Any]]) -> Iterator[Markup]:
    """Yield what stands from one unit to another, with the entities that begin there, outermost first."""
    at = start
    for number, entity in enumerate(entities):
        first, last = entity["offset"], min(entity["offset"] + entity["length"], end)
        if not at <= first < last:
            continue  # inside the one before, or nothing of it is left
        yield _plain(units, at, first)
        inside = Markup("").join(_pieces(units, first, last, entities[number + 1 :]))
        yield _tagged(entity, inside)
        at = last
    yield _plain(units, at, end)


def _plain(units: bytes, start: int, end: int) -> Markup:
    return escape(units[2 * start : 2 * end].decode("utf-16-le", "replace"))


def _tagged(entity: Mapping[str, Any], inside: Markup) -> Markup:
    if entity["type"] == "text_link" and str(entity["url"]).startswith(("https://", "http://")):
        return Markup('<a href="{}" rel="noopener noreferrer nofollow">{}</a>').format(entity["url"], inside)
    tag = TAGS.get(entity["type"])
    return Markup("<{0}>{1}</{0}>").format(Markup(tag), inside) if tag else inside  # noqa: S704  one of `TAGS`
