"""The queue as reviewers read it: pages of items, and one item with all that belongs to it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.domain import Candidate
from bot.items import Item, QueueFilter, QueuePage, Whole, Wording
from bot.normalise import fold, written
from bot.store import Connection, acts, items
from bot.store.items import Question

PAGE: Final = 25  # items of the queue on a page
MOST_NEAREST: Final = 4


async def page_of(connection: Connection, wanted: QueueFilter, page: int, size: int) -> QueuePage:
    """Return a page (from 0) of the items that a filter asks for."""
    folded = replace(wanted, text=fold(wanted.text))
    found = await items.queue(connection, folded, page * size, size)
    total = await items.count(connection, folded)
    return QueuePage(found, page, total, has_more=(page + 1) * size < total)


async def whole(connection: Connection, item: Item) -> Whole:
    """Return an item with all that belongs to it."""
    wordings = await items.wordings(connection, item.id)
    questions = await items.questions(connection, item.id)
    return Whole(
        item=item,
        wordings=wordings,
        askers=await items.askers(connection, item.id),
        nearest=_nearest(wordings),
        documents=_documents(questions),
        acts=await acts.of(connection, item.id),
        drafts=await items.drafts_of(connection, item.id),
    )


def _nearest(wordings: Sequence[Wording]) -> tuple[Candidate, ...]:
    """Return the best candidates of all wordings, each entry once, most probable first."""
    ranked = sorted(
        (candidate for wording in wordings for candidate in wording.candidates),
        key=lambda one: (-one.confidence, one.entry),
    )
    best = {one.entry: one for one in reversed(ranked)}
    return tuple(sorted(best.values(), key=lambda one: (-one.confidence, one.entry))[:MOST_NEAREST])


def _documents(questions: Sequence[Question]) -> tuple[str, ...]:
    tokens = (word for each in questions for word in each.folded.split() if word.startswith("vb_"))
    return tuple(map(written, dict.fromkeys(tokens)))
