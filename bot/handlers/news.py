"""What is new in the base, who wants to hear of it, and what officers share of their own work."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final

from bot.documents import called, slug
from bot.domain import (
    EVERYTHING,
    Block,
    Button,
    Follows,
    NewsKind,
    Novelty,
    Outcome,
    Reason,
    Reply,
    Share,
    Style,
    Waiting,
    Wished,
)
from bot.handlers import actions
from bot.handlers.context import Context, Known, vietnam_day
from bot.handlers.requests import Follow, News, Say, ShareNames
from bot.kb import Knowledge
from bot.normalise import fold
from bot.phrases import say
from bot.written import day

MOST_DOCUMENTS: Final = 6
MOST_ENTRIES: Final = 8
MOST_SHARED: Final = 3000  # characters of one answer that are kept
_YES: Final = re.compile(r"(?:co|duoc|dong y|vang|u|ok)\b")  # in a folded text


# --- what is new ----------------------------------------------------------------------------------


def news(request: News, known: Known, context: Context) -> Outcome:
    """Tell what is new since the day asked for, or since this person looked last."""
    topic = _topic(request.text, context.knowledge) if request.text else None
    found = of_topics(known.news, {topic}, context.knowledge) if topic else known.news
    since = day(vietnam_day(known.news_since)) if known.news_since else ""
    if not found:
        text = say("news.none", since=since)
        return Outcome(Reply((Block(Style.TEXT, text),), buttons=(_follow_button(),)), looked=True)
    head = say("news.head", since=since)
    return Outcome(replace(listing(head, found, context.knowledge), buttons=(_follow_button(),)), looked=True)


def of_topics(
    novelties: Sequence[Novelty], topics: Collection[str], knowledge: Knowledge
) -> tuple[Novelty, ...]:
    """Return what concerns some topics: their entries, and the documents that those rest on, old or new."""
    return tuple(one for one in novelties if EVERYTHING in topics or topics_of(one, knowledge) & set(topics))


def topics_of(one: Novelty, knowledge: Knowledge) -> frozenset[str]:
    """Return the topics of an entry, or of the entries that rest on a document or on what it changes."""
    if one.kind is NewsKind.ENTRY:
        entry = knowledge.entries.get(one.key)
        return frozenset([entry.topic] if entry and entry.topic else [])
    document = knowledge.documents.get(one.key)
    numbers = {one.key, *document.replaces, *document.amends} if document else set()
    resting = (
        entry.topic
        for entry in knowledge.entries.values()
        if any(source.document in numbers for source in entry.sources)
    )
    return frozenset(filter(None, resting))


def listing(head: str, novelties: Sequence[Novelty], knowledge: Knowledge) -> Reply:
    """Return what is new as a list: what is recorded of documents in lines, all of it to be opened."""
    documents = [one for one in novelties if one.kind is NewsKind.DOCUMENT and one.key in knowledge.documents]
    entries = [one for one in novelties if one.kind is NewsKind.ENTRY and one.key in knowledge.entries]
    blocks = [Block(Style.TITLE, head)]
    if documents:
        lines = [_document(one, knowledge) for one in documents[:MOST_DOCUMENTS]]
        blocks.append(Block(Style.TEXT, "\n".join([say("news.documents"), *lines])))
    if entries:
        blocks.append(Block(Style.TEXT, say("news.entries")))
    more = max(0, len(documents) - MOST_DOCUMENTS) + max(0, len(entries) - MOST_ENTRIES)
    if more:
        blocks.append(Block(Style.NOTE, say("news.more", count=more)))
    openers = [actions.document(slug(one.key), called(knowledge, one.key)) for one in documents]
    choices = (*openers[:MOST_DOCUMENTS], *(_entry(one, knowledge) for one in entries[:MOST_ENTRIES]))
    return Reply(tuple(blocks), choices=choices)


def _document(one: Novelty, knowledge: Knowledge) -> str:
    document = knowledge.documents[one.key]
    line = _mark(one, f"{called(knowledge, one.key)}: {document.title}")
    if document.effective:
        line += say("news.effective", day=day(document.effective))
    return line + "".join(say("news.replaces", document=number) for number in document.replaces)


def _entry(one: Novelty, knowledge: Knowledge) -> Button:
    return actions.open_entry(one.key, _mark(one, knowledge.entries[one.key].question))


def _mark(one: Novelty, what: str) -> str:
    return say("news.new", what=what) if one.is_new else say("news.changed", what=what)


# --- following ------------------------------------------------------------------------------------


def follow(request: Follow, known: Known, context: Context) -> Outcome:
    """Let a person hear of a topic, or no longer; without a topic that we know, show what can be followed."""
    topics = context.knowledge.topics
    name = request.topic or (_topic(request.text, context.knowledge) if request.text else None)
    if name is None or (name != EVERYTHING and name not in topics):
        which = say("follow.unknown", name=request.text) if request.text else say("follow.which")
        return Outcome(Reply((Block(Style.TEXT, which),), choices=tuple(_choices(known.followed, context))))
    followed = known.followed ^ {name}
    title = say("follow.everything") if name == EVERYTHING else topics[name].title
    text = say("follow.begun", title=title) if name in followed else say("follow.ended", title=title)
    reply = Reply((Block(Style.TEXT, text),), choices=tuple(_choices(followed, context)))
    return Outcome(reply, follows=Follows(followed), wished=Wished(quiet=False))


def stop() -> Outcome:
    """Stop everything that this person did not just ask for."""
    reply = Reply((Block(Style.TEXT, say("follow.stopped")),))
    return Outcome(reply, follows=Follows(frozenset()), wished=Wished(quiet=True))


def _choices(followed: Collection[str], context: Context) -> Iterator[Button]:
    used = {entry.topic for entry in context.knowledge.entries.values()}
    names = [EVERYTHING, *(name for name in context.knowledge.topics if name in used)]
    for name in names:
        title = say("follow.everything") if name == EVERYTHING else context.knowledge.topics[name].title
        yield actions.follow(name, say("follow.followed", title=title) if name in followed else title)


def _follow_button() -> tuple[Button, ...]:
    return (actions.follow("", say("follow.button")),)


def _topic(text: str, knowledge: Knowledge) -> str | None:
    """Return the one topic whose title holds a text; None where none or several do."""
    words = fold(text).strip()
    if words in ("tat ca", "het"):
        return EVERYTHING
    found = [name for name, topic in knowledge.topics.items() if words in fold(topic.title)]
    return found[0] if len(found) == 1 else None


# --- sharing --------------------------------------------------------------------------------------


def begin_share(context: Context) -> Outcome:
    """Ask an officer how their locality does it, one question after another."""
    return _asking(Share(context.number), say("share.what"))


def go_on(request: Say, known: Known, context: Context) -> Outcome | None:
    """Take an answer about what is shared and ask the next question; None where nothing is being shared."""
    told = known.share
    if told is None or told.may_name is not None:
        return None
    text = request.text[:MOST_SHARED].strip()
    if told.what is None:
        return _asking(replace(told, what=text), say("share.where"))
    if told.where is None:
        return _asking(replace(told, where=text), say("share.result"))
    if told.result is None:
        return _asking(replace(told, result=text), say("share.may_name"), actions.share_names(told.number))
    return _finished(replace(told, may_name=bool(_YES.match(fold(text)))), context)


def share_names(request: ShareNames, known: Known, context: Context) -> Outcome | None:
    """Take whether the commune may be named; None where that was not the question."""
    told = known.share
    if told is None or told.result is None or told.may_name is not None:
        return None
    return _finished(replace(told, may_name=request.may), context)


def _asking(told: Share, question: str, buttons: tuple[Button, ...] = ()) -> Outcome:
    reply = Reply((Block(Style.TEXT, question),), buttons=(buttons,) if buttons else ())
    return Outcome(reply, share=told, expects=actions.share(told.number))


def _finished(told: Share, context: Context) -> Outcome:
    text = say(
        "share.text",
        what=told.what,
        where=told.where,
        result=told.result,
        naming=say("share.named") if told.may_name else say("share.unnamed"),
    )
    waiting = Waiting(
        number=told.number,
        channel=context.channel,
        chat=context.chat,
        asked_at=context.now,
        question=text,
        reason=Reason.SHARED,
        asker=context.asker,
        folded=" ".join(fold(text).split()),
        base=context.knowledge.version,
    )
    return Outcome(
        Reply((Block(Style.TEXT, say("share.thanks", number=told.number)),)), share=told, waiting=waiting
    )
