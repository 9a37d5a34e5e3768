"""An act taken back: its item stands again as it stood before."""

from bot.errors import Overtaken
from bot.items import Act, ActKind, Item, ItemState
from bot.reviewing.standing import as_it_stood
from bot.store import Connection, items


async def take_back(connection: Connection, act: Act, item: Item, base: str) -> None:
    """Put an item that the caller has locked back to where it stood before an act.

    Args:
        connection: a writing transaction.
        act: the last one that stands on the item.
        item: that it was done to.
        base: version of the base that answers now.

    Raises:
        Overtaken: the act cannot be taken back, or not any more.
    """
    details = act.details
    match act.kind:
        case ActKind.TOOK | ActKind.GAVE_BACK | ActKind.ASKED_BACK:
            await items.change(connection, item.id, **as_it_stood(details))
        case ActKind.ANSWERED | ActKind.SENT_AWAY:
            if not await items.reopen(connection, details["rows"]):
                raise Overtaken("waits_again", number=item.number)
            # The base of now answers it, perhaps: a person says that it should not.
            await items.tried(connection, [item.id], base)
            cleared = dict.fromkeys(("entry", "note", "settled_by", "settled_at"))
            await items.change(connection, item.id, **as_it_stood(details), **cleared)
        case ActKind.MERGED:
            await items.lock(connection, details["from"])
            await items.move(connection, details["rows"], details["from"])
            await items.change(connection, details["from"], into=None, **as_it_stood(details))
            await items.recount(connection, item.id)
            await items.recount(connection, details["from"])
        case ActKind.SPLIT:
            new = await items.lock(connection, details["into"])
            if new is None or new.state is not ItemState.NEW:
                raise Overtaken("not_last")
            rows = [each.id for each in await items.questions(connection, new.id)]
            await items.move(connection, rows, item.id)
            await items.change(connection, new.id, state=ItemState.MERGED, into=item.id)
            await items.recount(connection, item.id)
        case _:
            raise Overtaken("no_undo")
