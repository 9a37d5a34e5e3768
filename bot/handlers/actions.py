"""The actions behind buttons: short enough for every platform, and read back by `requests.read_action`."""

import hashlib

from bot.domain import EVERYTHING, Button
from bot.phrases import say


def pick(exchange: int, index: int, label: str) -> Button:
    """Choose the `index`-th (from 0) candidate of an exchange."""
    return Button(label, f"p:{exchange}:{index}")


def none_of_these(exchange: int) -> Button:
    """Say that no suggestion was meant."""
    return Button(say("button.none"), f"n:{exchange}")


def judge(exchange: int) -> tuple[Button, ...]:
    """Thumbs up, thumbs down, and a way to an expert: under every answer."""
    return (
        Button(say("button.good"), f"u:{exchange}"),
        Button(say("button.bad"), f"d:{exchange}"),
        ask_expert(exchange),
    )


def ask_expert(exchange: int) -> Button:
    """Send an exchange on to the experts."""
    return Button(say("button.expert"), f"x:{exchange}")


def open_entry(entry: str, label: str) -> Button:
    """Open an entry."""
    return Button(label, f"e:{entry}")


def say_more(number: int) -> str:
    """Add something to a question of one's own that waits; the next text is it."""
    return f"s:{number}"


def follow(topic: str, label: str) -> Button:
    """Hear of a topic, or no longer; "" shows what can be followed."""
    return Button(label, f"m:{'all' if topic == EVERYTHING else topic}" if topic else "m")


def share(number: int) -> str:
    """Go on with what an officer shares; the next text is the answer to what was asked."""
    return f"h:{number}"


def share_names(number: int) -> tuple[Button, ...]:
    """Say whether the commune may be named in what is shared."""
    return (
        Button(say("button.may_name"), f"h:{number}:1"),
        Button(say("button.may_not_name"), f"h:{number}:0"),
    )


# --- for reviewers --------------------------------------------------------------------------------


def queue(label: str, page: int = 0) -> Button:
    """Open a page (from 0) of what waits."""
    return Button(label, f"w:{page}")


def walk(number: int) -> Button:
    """Open the item that a question is in."""
    return Button(say("review.open"), f"v:{number}")


def walk_to(number: int, label: str) -> Button:
    """Open the item that a question is in, from a list."""
    return Button(label, f"v:{number}")


def next_item(number: int) -> Button:
    """Open the item that comes after this one in the queue."""
    return Button(say("review.next"), f"j:{number}")


def take(number: int) -> Button:
    """Take an item to work on."""
    return Button(say("review.take"), f"k:{number}")


def give_back(number: int) -> Button:
    """Leave an item to others."""
    return Button(say("review.give_back"), f"l:{number}")


def consider(number: int, index: int, entry: str, label: str) -> Button:
    """Look at the `index`-th (from 0) of an item's nearest entries before it answers the item."""
    return Button(label, f"a:{number}-{mark(entry)}:{index}")


def answer(number: int, index: int, entry: str, askers: int) -> Button:
    """Answer an item with the `index`-th of its nearest entries."""
    return Button(say("review.send_entry", count=askers), f"f:{number}-{mark(entry)}:{index}")


def mark(entry: str) -> str:
    """Return four digits that tell whether the nearest entries are still those that were shown."""
    return hashlib.sha256(entry.encode()).hexdigest()[:4]


def compose(number: int) -> Button:
    """Write an answer; the next text is it."""
    return Button(say("review.compose"), f"y:{number}")


def send_draft(number: int, askers: int) -> Button:
    """Send the newest draft of an item to its askers as it is."""
    return Button(say("review.send_draft", count=askers), f"g:{number}")


def ask_back(number: int) -> Button:
    """Ask the askers for more; the next text is the question."""
    return Button(say("review.ask_back"), f"b:{number}")


def send_away(number: int) -> Button:
    """Choose why an item is not ours."""
    return Button(say("review.send_away"), f"o:{number}")


def send_away_for(number: int, index: int, label: str) -> Button:
    """Send an item away for the `index`-th of `bot.items.NOT_OURS`."""
    return Button(label, f"o:{number}:{index}")


def name_body(number: int) -> str:
    """Send an item away to another body; the next text is its name."""
    return f"c:{number}"


def undo(act: int) -> Button:
    """Take an act back."""
    return Button(say("review.undo"), f"z:{act}")


# --- for all ----------------------------------------------------------------------------------------


def topics(label: str) -> Button:
    """Open the list of topics."""
    return Button(label, "t")


def topic(name: str, label: str, page: int = 0) -> Button:
    """Open a page (from 0) of a topic's questions."""
    return Button(label, f"t:{name}:{page}")
