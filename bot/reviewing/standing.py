"""Where an item stands, and whether an act still fits there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from bot.domain import Reason
from bot.errors import Overtaken
from bot.items import BY_BOT, Act, ActKind, Item, ItemState
from bot.phrases import say
from bot.store import Connection, acts, items

_UNDONE_LATER: Final = frozenset({ActKind.UNDID, ActKind.REPLIED, ActKind.DRAFTED, ActKind.OPENED})


async def open_item(
    connection: Connection, number: int, reviewer: str, late: datetime, *, lock: bool = True
) -> Item:
    """Return the open item that a question is in.

    Args:
        connection: a writing transaction, where `lock` is set.
        number: of any question in it.
        reviewer: who wants to act on it.
        late: what another reviewer took before then (UTC) is free again.
        lock: keep everybody else off the item until the transaction ends.

    Raises:
        Overtaken: another reviewer works on it, or it is settled, or not there.
    """
    item = await items.of(connection, number, lock=lock)
    if item is None:
        raise Overtaken("no_item", number=number)
    if not item.is_open:
        raise Overtaken("settled", number=number, by=item.settled_by or BY_BOT)
    is_kept = item.taken_at is not None and item.taken_at >= late
    if item.state is ItemState.TAKEN and item.taken_by != reviewer and is_kept:
        raise Overtaken("taken", number=number, by=item.taken_by)
    return item


async def check_is_last(connection: Connection, act: Act) -> None:
    """Raise `Overtaken` where an act was taken back already, or something was done that stands on it."""
    history = await acts.of(connection, act.item)
    undone = {each.undoes for each in history}
    if act.id in undone:
        raise Overtaken("undone")
    later = [each for each in history if each.id > act.id and each.kind not in _UNDONE_LATER]
    if any(each.id not in undone for each in later):
        raise Overtaken("not_last")


def stood(item: Item) -> dict[str, Any]:
    """Return where an item stands, to put it back there."""
    return {
        "state": item.state.value,
        "reason": item.reason.value,
        "taken_by": item.taken_by,
        "taken_at": item.taken_at.isoformat() if item.taken_at else None,
    }


def as_it_stood(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that put an item back where `stood` saw it."""
    taken_at = datetime.fromisoformat(details["taken_at"]) if details["taken_at"] else None
    return {
        "state": ItemState(details["state"]),
        "reason": Reason(details["reason"]),
        "taken_by": details["taken_by"],
        "taken_at": taken_at,
    }


def conflict_text(error: Overtaken) -> str:
    """Return the sentence that says what stands in an act's way."""
    return say(f"conflict.{error.code}", **error.values)
