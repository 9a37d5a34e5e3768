"""Commands and menus: what can be asked, what I asked, what waits."""

from collections.abc import Iterator
from datetime import datetime

from bot.commands import Who, listed_for
from bot.domain import (
    VIETNAM,
    Block,
    Button,
    Exchange,
    Invitation,
    Outcome,
    Reply,
    Style,
    Verdict,
    Waiting,
    Wished,
)
from bot.handlers import actions
from bot.handlers.context import Context, Known, vietnam_day
from bot.handlers.requests import Command, SetProvince, SetQuiet, Topics, Unusable
from bot.normalise import province
from bot.phrases import say
from bot.written import day

PAGE = 8  # entries of a topic shown at once: what fits a phone's screen
MOST_MINE = 10
QUOTE = 160  # characters of a question in a list
MOST_NOTE = 300  # characters of an expert's words in a list


def command(request: Command, known: Known, context: Context) -> Outcome:
    """Reply to a command."""
    match request.name:
        case "mine":
            return Outcome(_mine(known, context))
        case "sign_in" if known.is_overheard:
            return Outcome(_plain(say("sign_in.in_private")))
        case "sign_in" if known.invitation:
            return _sign_in(known.invitation)
        case "day":
            return Outcome(_plain(say("day.how")))
        case "start":
            return Outcome(_with_topics(say("start.text", entries=len(context.knowledge.entries))))
    return Outcome(_with_topics(_help(context)))


def _help(context: Context) -> str:
    readers = tuple(Who) if context.admin else (Who.ALL, Who.ALONE)
    lines = (say("help.command", name=each.name, what=say(each.phrase)) for each in listed_for(*readers))
    return "\n".join([say("help.text"), "", *lines])


def _sign_in(invitation: Invitation) -> Outcome:
    until = invitation.until + VIETNAM
    text = say("sign_in.link", name=invitation.reviewer.name, url=invitation.url, until=f"{until:%H:%M}")
    return Outcome(_plain(text), invitation=invitation)


def _plain(text: str) -> Reply:
    return Reply((Block(Style.TEXT, text),))


def unusable(request: Unusable) -> Outcome:
    """Say what the bot can read."""
    key = "unusable.empty" if request.what == "empty" else "unusable.media"
    return Outcome(_plain(say(key)))


def topics(request: Topics, context: Context) -> Outcome:
    """Show the topics, or a page of one topic's questions."""
    if request.topic is not None and request.topic in context.knowledge.topics:
        return Outcome(_topic(request.topic, request.page, context))
    counts = {name: len(_entries(name, context)) for name in context.knowledge.topics}
    choices = tuple(
        actions.topic(name, say("topics.row", title=_title(name, context), count=count))
        for name, count in counts.items()
        if count
    )
    if not choices:
        return Outcome(Reply((Block(Style.TEXT, say("topics.none")),)))
    return Outcome(Reply((Block(Style.TITLE, say("topics.title")),), choices=choices))


def _topic(name: str, page: int, context: Context) -> Reply:
    entries = _entries(name, context)
    page = min(page, max(0, len(entries) - 1) // PAGE)  # a menu from before entries were removed
    shown = entries[page * PAGE : (page + 1) * PAGE]
    blocks = [Block(Style.TITLE, _title(name, context))]
    if not shown:
        blocks.append(Block(Style.TEXT, say("topics.empty")))
    more: list[Button] = []
    if page:
        more.append(actions.topic(name, say("topics.back"), page - 1))
    if len(entries) > (page + 1) * PAGE:
        more.append(actions.topic(name, say("topics.more"), page + 1))
    more.append(actions.topics(say("topics.all")))
    choices = tuple(actions.open_entry(entry, context.knowledge.entries[entry].question) for entry in shown)
    return Reply(tuple(blocks), choices=choices, buttons=(tuple(more),))


def _entries(topic: str, context: Context) -> list[str]:
    return [entry.id for entry in context.knowledge.entries.values() if entry.topic == topic]


def _title(name: str, context: Context) -> str:
    topic = context.knowledge.topics[name]
    if topic.project is None:
        return topic.title
    if topic.subproject is None:
        return say("topics.project", project=topic.project, title=topic.title)
    return say("topics.subproject", project=topic.project, subproject=topic.subproject, title=topic.title)


def _with_topics(text: str) -> Reply:
    return Reply((Block(Style.ANSWER, text),), buttons=((actions.topics(say("button.topics")),),))


def _mine(known: Known, context: Context) -> Reply:
    if not known.recent:
        return Reply((Block(Style.TEXT, say("mine.none")),))
    lines = [_my_line(exchange, known.waiting.get(exchange.id)) for exchange in known.recent]
    return Reply(
        (Block(Style.TITLE, say("mine.title")), *(Block(Style.QUOTE, line) for line in lines)),
        choices=tuple(_experts_answers(known, context)),
    )


def _my_line(exchange: Exchange, item: Waiting | None) -> str:
    number, text = exchange.id, shorten(exchange.raw) or say("mine.wordless")
    if item and item.resolved_at:
        settled = say("mine.resolved", number=number, text=text, day=_day(item.resolved_at))
        return f"{settled}: {shorten(item.note, MOST_NOTE)}" if item.note else settled
    if item:
        return say("mine.waiting", number=number, text=text)
    if exchange.entry:
        return say("mine.answered", number=number, text=text, entry=exchange.entry)
    if exchange.verdict is Verdict.SUGGEST:
        return say("mine.suggested", number=number, text=text)
    return say("mine.other", number=number, text=text)


def _experts_answers(known: Known, context: Context) -> Iterator[Button]:
    for exchange in known.recent:
        item = known.waiting.get(exchange.id)
        entry = context.knowledge.entries.get(item.entry) if item and item.entry else None
        if entry:
            label = say("mine.open", number=exchange.id, question=entry.question)
            yield actions.open_entry(entry.id, label)


def _day(moment: datetime) -> str:
    return day(vietnam_day(moment))


def set_province(request: SetProvince) -> Outcome:
    """Record where a person works, so that experts see what each province asks."""
    found = province(request.name)
    if found is None:
        name = shorten(request.name)
        text = say("province.unknown", name=name) if name else say("province.which")
        return Outcome(Reply((Block(Style.TEXT, text),)))
    set_now = Block(Style.TEXT, say("province.set", province=found))
    return Outcome(Reply((set_now,)), wished=Wished(province=found))


def set_quiet(request: SetQuiet) -> Outcome:
    """Record whether a person wants messages that answer nothing they just wrote."""
    text = say("quiet.set") if request.quiet else say("quiet.unset")
    return Outcome(Reply((Block(Style.TEXT, text),)), wished=Wished(quiet=request.quiet))


def shorten(text: str, most: int = QUOTE) -> str:
    """Return a text on one line, cut to `most` characters: what a list can show."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
