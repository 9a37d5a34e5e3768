"""What a reviewer sees in chat: the queue, an item, what came of a press that the shell has acted on."""

from collections.abc import Iterator, Sequence

from bot.domain import Block, Button, Candidate, Outcome, Reply, Style
from bot.handlers import actions, compose
from bot.handlers.command import shorten
from bot.handlers.context import Context, Known, vietnam_day
from bot.handlers.question import ask
from bot.handlers.requests import Ask, Queue, Review, Say
from bot.items import NOT_OURS, Act, ActKind, Item, ItemState, Whole
from bot.phrases import say
from bot.written import day, share

PAGE = 8  # items of the queue shown at once: what fits a phone's screen
MOST_WORDINGS = 4
LABEL = 90  # characters of a question in a list


def queue(request: Queue, known: Known) -> Outcome:
    """Show a page of what waits: asked by most people first."""
    page = known.page
    if page is None or not page.total:
        return _tell("queue.none")
    choices = tuple(actions.walk_to(item.number, _row(item)) for item in page.items)
    more = []
    if page.page:
        more.append(actions.queue(say("topics.back"), page.page - 1))
    if page.has_more:
        more.append(actions.queue(say("topics.more"), page.page + 1))
    title = Block(Style.TITLE, say("queue.title", count=page.total))
    return Outcome(Reply((title,), choices=choices, buttons=((*more,),) if more else ()))


def _row(item: Item) -> str:
    return say(
        "queue.row",
        number=item.number,
        text=shorten(item.question, LABEL),
        askers=item.askers,
        reason=say(f"reason.{item.reason.value}"),
    )


def review(request: Review, known: Known, context: Context) -> Outcome:
    """Show what came of a reviewer's press."""
    if known.conflict:
        return _conflict(known)
    if request.what == "undo":
        return _done(known, context)
    if known.whole is None:
        return _tell("conflict.no_item", number=request.number)
    whole, item = known.whole, known.whole.item
    match request.what:
        case "consider":
            return _consider(request, whole, context)
        case "compose":
            return _expect(f"y:{item.number}", item, "review.write_answer")
        case "ask_back":
            return _expect(f"b:{item.number}", item, "review.write_question")
        case "send_away" if request.index is None:
            return _reasons(item)
        case "send_away" if request.index == len(NOT_OURS) - 1 and known.done is None:
            return _expect(actions.name_body(item.number), item, "review.write_body")
    return _done(known, context) if known.done else _item(whole, context)


def said(request: Say, known: Known, context: Context) -> Outcome:
    """Show what came of a text that a reviewer wrote to an item."""
    if known.conflict:
        return _conflict(known)
    if known.whole is None and not request.certain:
        return ask(Ask(request.text), known, context)
    if known.whole is None:
        return _tell("conflict.no_item", number=request.number)
    return _done(known, context)


def _conflict(known: Known) -> Outcome:
    block = Block(Style.WARNING, known.conflict or "")
    number = known.whole.item.number if known.whole else None
    return Outcome(Reply((block,), buttons=((actions.walk(number),),) if number is not None else ()))


def _done(known: Known, context: Context) -> Outcome:
    act, whole = known.done, known.whole
    if act is None or whole is None:
        return _tell("press.stale")
    if act.kind is ActKind.TOOK:
        return _item(whole, context)
    block = Block(
        Style.TEXT, say(f"did.{act.kind.value}", number=whole.item.number, askers=whole.item.askers)
    )
    return Outcome(Reply((block,), buttons=tuple(_after(act, whole.item))), about=_subject(whole.item))


def _after(act: Act, item: Item) -> Iterator[tuple[Button, ...]]:
    if act.kind is ActKind.DRAFTED and item.is_open:
        yield (actions.send_draft(item.number, item.askers),)
    if act.kind not in (ActKind.DRAFTED, ActKind.UNDID):
        yield (actions.undo(act.id),)
    yield (actions.walk(item.number), actions.next_item(item.number))


def _subject(item: Item) -> int | None:
    return item.number if item.is_open else None


# --- one item -----------------------------------------------------------------------------------------


def _item(whole: Whole, context: Context) -> Outcome:
    item = whole.item
    title = say("review.title", number=item.number, askers=item.askers, asked=item.asked)
    blocks = [Block(Style.TITLE, title), *_wordings(whole), *_facts(whole, context)]
    choices = tuple(_nearest(whole, context)) if item.is_open else ()
    if choices:
        blocks.append(Block(Style.TEXT, say("review.nearest")))
    if item.is_open:
        blocks.append(Block(Style.NOTE, say("review.how", number=item.number)))
    return Outcome(
        Reply(tuple(blocks), choices=choices, buttons=tuple(_buttons(item, context))), about=_subject(item)
    )


def _wordings(whole: Whole) -> Iterator[Block]:
    texts = list(dict.fromkeys(shorten(wording.text) for wording in whole.wordings))
    for text in texts[:MOST_WORDINGS]:
        yield Block(Style.QUOTE, text or say("mine.wordless"))
    if len(texts) > MOST_WORDINGS:
        yield Block(Style.NOTE, say("review.more_wordings", count=len(texts) - MOST_WORDINGS))


def _facts(whole: Whole, context: Context) -> Iterator[Block]:
    item = whole.item
    lines = [
        say(
            "review.asked",
            first=day(vietnam_day(item.first_at)),
            last=day(vietnam_day(item.last_at)),
            reason=say(f"reason.{item.reason.value}"),
        ),
        say("review.askers", askers=", ".join(_askers(whole))),
    ]
    if whole.documents:
        lines.append(say("review.documents", documents=", ".join(whole.documents)))
    lines.append(_state(item))
    yield Block(Style.NOTE, "\n".join(lines))
    for act in whole.acts:
        if act.kind is ActKind.REPLIED:
            yield Block(Style.QUOTE, say("review.replied", text=shorten(str(act.details.get("text", "")))))
    for draft in whole.drafts[:1]:
        yield Block(Style.QUOTE, say("review.draft", by=draft.by, text=shorten(draft.text)))


def _state(item: Item) -> str:
    match item.state:
        case ItemState.TAKEN:
            return say("state.taken", by=item.taken_by)
        case ItemState.ANSWERED:
            return say("state.answered", by=item.settled_by)
        case ItemState.NOT_OURS:
            return say("state.not_ours", by=item.settled_by)
    return say(f"state.{item.state.value}")


def _askers(whole: Whole) -> Iterator[str]:
    for asker in whole.askers:
        place = asker.province or say("review.no_province")
        yield say("review.asker", count=asker.count, channel=asker.channel, province=place)


def _nearest(whole: Whole, context: Context) -> Iterator[Button]:
    for index, candidate in enumerate(whole.nearest):
        if entry := context.knowledge.entries.get(candidate.entry):
            label = say("review.entry", question=entry.question, share=share(candidate.confidence))
            yield actions.consider(whole.item.number, index, entry.id, label)


def _buttons(item: Item, context: Context) -> Iterator[tuple[Button, ...]]:
    number = item.number
    if item.is_open:
        is_mine = item.state is ItemState.TAKEN and item.taken_by == context.me
        yield (actions.give_back(number) if is_mine else actions.take(number), actions.compose(number))
        yield (actions.ask_back(number), actions.send_away(number))
    yield (actions.next_item(number), actions.queue(say("review.list")))


def near(request: Review, nearest: Sequence[Candidate]) -> str | None:
    """Return the entry that a press means; None where the nearest entries are others now."""
    if request.index is None or request.index >= len(nearest):
        return None
    entry = nearest[request.index].entry
    return entry if actions.mark(entry) == request.mark else None


def _consider(request: Review, whole: Whole, context: Context) -> Outcome:
    entry = context.knowledge.entries.get(near(request, whole.nearest) or "")
    if entry is None or request.index is None:
        return _tell("press.entry_gone")
    item = whole.item
    card = compose.card(entry, item.number, context.knowledge, context.today, context.digits)
    send = actions.answer(item.number, request.index, entry.id, item.askers)
    head = Block(Style.TEXT, say("review.consider", number=item.number))
    return Outcome(Reply((head, *card.blocks), buttons=((send,), (actions.walk(item.number),))))


def _reasons(item: Item) -> Outcome:
    choices = tuple(
        actions.send_away_for(item.number, index, say(f"reason.{reason.value}"))
        for index, reason in enumerate(NOT_OURS)
    )
    title = Block(Style.TITLE, say("review.why_away", number=item.number))
    return Outcome(Reply((title,), choices=choices, buttons=((actions.walk(item.number),),)))


def _expect(action: str, item: Item, key: str) -> Outcome:
    block = Block(Style.TEXT, say(key, number=item.number))
    return Outcome(Reply((block,), buttons=((actions.walk(item.number),),)), expects=action)


def _tell(key: str, **values: object) -> Outcome:
    return Outcome(Reply((Block(Style.TEXT, say(key, **values)),)))
