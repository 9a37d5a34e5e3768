"""The actions behind buttons: short enough for every platform, and read back by `requests.read_action`."""

from bot.domain import Button
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


def topics(label: str) -> Button:
    """Open the list of topics."""
    return Button(label, "t")


def topic(name: str, label: str, page: int = 0) -> Button:
    """Open a page (from 0) of a topic's questions."""
    return Button(label, f"t:{name}:{page}")
