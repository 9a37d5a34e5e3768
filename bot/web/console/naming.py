"""How the console calls what an item can be and what can happen to it."""

from bot.domain import Reason
from bot.items import ActKind, ItemState, QueueOrder
from bot.phrases import say


def reason_name(reason: Reason) -> str:
    """Return why an item was missed, for a list."""
    return say(f"reason.{reason.value}")


def state_name(state: ItemState) -> str:
    """Return where an item stands."""
    return say(f"item_state.{state.value}")


def act_name(kind: ActKind) -> str:
    """Return what was done to an item."""
    return say(f"console.act.{kind.value}")


def order_name(order: QueueOrder) -> str:
    """Return what comes first in the queue."""
    return say(f"console.order.{order.value}")
