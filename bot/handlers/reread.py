"""What a reviewer sees in chat of entries to look at again, since a document under them has changed."""

from bot.domain import Block, Outcome, Reply, Style
from bot.handlers import actions, compose
from bot.handlers.choice import stale
from bot.handlers.command import shorten
from bot.handlers.context import Context, Known
from bot.handlers.requests import Reread
from bot.items import Rereading
from bot.kb import Knowledge
from bot.kb.lineage import ENDED
from bot.phrases import say

PAGE = 8  # entries shown at once: what fits a phone's screen
LABEL = 90  # characters of a question in a list


def reread(request: Reread, known: Known, context: Context) -> Outcome:
    """Show a page of the entries, one of them, or that its note is waited for."""
    if request.what == "list":
        return _list(request.number, known, context.knowledge)
    one = known.rereading
    if one is None or one.settled_at is not None:
        return stale()
    if request.what == "settle":
        block = Block(Style.TEXT, say("rereading.write"))
        return Outcome(Reply((block,)), expects=actions.right_because(one.id))
    return _one(one, context)


def said(known: Known) -> Outcome:
    """Show what came of the note that settles one."""
    text = Block(Style.TEXT, known.conflict or say("rereading.done"))
    return Outcome(Reply((text,), buttons=((actions.rereadings(0, say("rereading.list")),),)))


def why(one: Rereading) -> str:
    """Return why an entry has to be looked at again."""
    if one.cause == ENDED:
        return say("rereading.ended", document=one.document)
    if one.cause == one.document:
        return say("rereading.asked", document=one.document, by=one.opened_by)
    return say("rereading.replaced", document=one.document, newer=one.cause)


def _list(page: int, known: Known, knowledge: Knowledge) -> Outcome:
    if not known.due:
        return Outcome(Reply((Block(Style.TEXT, say("rereading.none")),)))
    choices = tuple(
        actions.rereading(one.id, shorten(_question(one, knowledge), LABEL)) for one in known.rereadings
    )
    more = []
    if page:
        more.append(actions.rereadings(page - 1, say("topics.back")))
    if known.due > (page + 1) * PAGE:
        more.append(actions.rereadings(page + 1, say("topics.more")))
    title = Block(Style.TITLE, say("rereading.title", count=known.due))
    return Outcome(Reply((title,), choices=choices, buttons=((*more,),) if more else ()))


def _one(one: Rereading, context: Context) -> Outcome:
    reason = Block(Style.WARNING, why(one))
    buttons = ((actions.still_right(one.id),), (actions.rereadings(0, say("rereading.list")),))
    entry = context.knowledge.entries.get(one.entry)
    if entry is None:
        return Outcome(Reply((reason, Block(Style.TEXT, say("press.entry_gone"))), buttons=buttons))
    card = compose.card(entry, 0, context.knowledge, context.today, context.digits)
    return Outcome(Reply((reason, *card.blocks, Block(Style.NOTE, say("rereading.how"))), buttons=buttons))


def _question(one: Rereading, knowledge: Knowledge) -> str:
    entry = knowledge.entries.get(one.entry)
    return entry.question if entry else one.entry
