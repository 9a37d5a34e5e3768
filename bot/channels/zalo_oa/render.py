"""Turning a reply into messages of an Official Account: plain text, and buttons under the last one.

The shape of buttons differs between sources, so a part also says what may be typed in their place: one whose
buttons the platform refuses is sent without them.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.channels.base import Payload
from bot.channels.plain import hint, numbered, split, units, write
from bot.channels.zalo_oa.parse import PRESS
from bot.domain import Button, Reply

LONGEST = 2000  # characters of a message
MOST_BUTTONS = 5
LONGEST_TITLE = 100  # characters of a button
PARAGRAPH = "\n\n"


def render(reply: Reply) -> list[dict[str, Any]]:
    """Return the messages that make up the reply, in order, as `pressable` and `typable` read them."""
    menu = [(f"{at}. {choice.label}", choice) for at, choice in enumerate(reply.choices, 1)]
    menu += [(reply.none.label, reply.none)] if reply.none else []
    rows = [(button.label, button) for row in reply.buttons for button in row]
    if _fit(menu + rows):  # all can be pressed
        shown, said, typed = (
            menu + rows,
            replace(reply, choices=(), none=None),
            [*numbered(reply), hint(reply)],
        )
    elif _fit(rows):  # choices by number, the rest can be pressed
        shown, said, typed = rows, reply, [hint(reply)]
    else:
        shown, said, typed = [], reply, [hint(reply)]
    instead = "\n".join(filter(None, typed))
    parts: list[dict[str, Any]] = [
        {"text": piece} for piece in split(write(said), LONGEST - units(PARAGRAPH + instead))
    ] or [{"text": "…"}]
    if instead:
        parts[-1] |= {"buttons": [_button(*each) for each in shown], "typed": instead}
    return parts


def pressable(part: Payload) -> Mapping[str, Any]:
    """Return a part as the API takes it, with its buttons."""
    if not part.get("buttons"):
        return typable(part)
    attachment = {"type": "template", "payload": {"buttons": part["buttons"]}}
    return {"text": part["text"], "attachment": attachment}


def typable(part: Payload) -> Mapping[str, Any]:
    """Return a part as the API takes it, with what may be typed instead of pressed."""
    return {"text": PARAGRAPH.join(filter(None, (part["text"], part.get("typed"))))}


def _fit(shown: list[tuple[str, Button]]) -> bool:
    return len(shown) <= MOST_BUTTONS and all(units(label) <= LONGEST_TITLE for label, _ in shown)


def _button(label: str, button: Button) -> dict[str, str]:
    return {"title": label, "type": "oa.query.hide", "payload": f"{PRESS}{button.action}"}
