"""A turn of the chat as the page shows it."""

from dataclasses import dataclass
from datetime import datetime

from bot.channels.base import Payload
from bot.channels.wire import load_reply
from bot.domain import VIETNAM, Reply
from bot.store.chats import Turn

MOST_SHOWN = 1000  # characters of one's own text; a pasted document would bury the answer


@dataclass(frozen=True, slots=True)
class TurnView:
    """What the templates are given of one turn."""

    number: int
    at: str  # 08:40, or 23/11 08:40 on another day
    asked: str
    left_out: int  # characters of the text that are not shown
    pressed: bool  # a button, not words of one's own
    anchor: str  # what names it on the page
    told: bool  # nothing was asked: an expert's answer to an earlier question
    replies: tuple[Reply, ...]
    pending: bool
    seen: int = 0  # replies that the page shows already


def view(turn: Turn, now: datetime, seen: int = 0) -> TurnView:
    """Return a turn for the templates.

    Args:
        turn: as stored.
        now: UTC.
        seen: how many of its replies are left out, since the page shows them already.
    """
    words, pressed = _asked(turn.payload)
    return TurnView(
        number=turn.number,
        at=_when(turn.at, now),
        asked=words[:MOST_SHOWN],
        left_out=max(0, len(words) - MOST_SHOWN),
        pressed=pressed,
        anchor=f"t{turn.number}" if turn.told is None else f"told{turn.told}",
        told=turn.told is not None,
        replies=tuple(load_reply(part) for part in turn.parts[seen:]),
        pending=not turn.answered,
        seen=len(turn.parts),
    )


def _asked(payload: Payload) -> tuple[str, bool]:
    label = payload.get("label")
    if isinstance(label, str) and label.strip():
        return label.strip(), True
    return str(payload.get("text", "")).strip(), False


def _when(at: datetime, now: datetime) -> str:
    there, today = at + VIETNAM, now + VIETNAM
    return there.strftime("%H:%M" if there.date() == today.date() else "%d/%m %H:%M")
