"""The experts' queue as values: items, who asked them in which words, and what was done with them.

An item is one question, however many people asked it in however many words. Its number is that of the first
of them; the number of any of them finds it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain import Candidate, Reason


class ItemState(StrEnum):
    """Where an item stands."""

    NEW = "new"  # nobody has looked at it
    TAKEN = "taken"  # an expert works on it; given back by itself after a time
    ASKING = "asking"  # the asker was asked to say more
    ANSWERED = "answered"  # by an entry, or in an expert's words
    NOT_OURS = "not_ours"  # somebody else's task; the askers were told whose
    MERGED = "merged"  # its questions are in another item now
    WITHDRAWN = "withdrawn"  # everybody who asked it asks something else instead


OPEN_STATES = (ItemState.NEW, ItemState.TAKEN, ItemState.ASKING)
NOT_OURS = (
    Reason.OFF_TOPIC,
    Reason.HOUSEHOLD,
    Reason.OTHER_BODY,
)  # reasons that an item may be sent away for


class ActKind(StrEnum):
    """What can happen to an item; each time is a row that stays."""

    OPENED = "opened"  # its first question came
    TOOK = "took"
    GAVE_BACK = "gave_back"
    ANSWERED = "answered"
    SENT_AWAY = "sent_away"
    ASKED_BACK = "asked_back"
    REPLIED = "replied"  # an asker said more
    MERGED = "merged"
    SPLIT = "split"
    DRAFTED = "drafted"  # an expert wrote an answer that is no entry yet
    PROPOSED = "proposed"  # an answer waits on a branch of git for the team to merge it
    TOOK_OUT = "took_out"  # what a withdrawn answer had put into the base was taken out of it
    UNDID = "undid"
    WITHDREW = "withdrew"  # an asker changed the words of their message: it is another question now


BY_ASKER = "asker"
BY_BOT = "bot"  # who did what nobody did: given back for its age, answered by an entry that went live


@dataclass(frozen=True, slots=True)
class Act:
    """Something that was done to an item; `details` hold what undoing it needs."""

    id: int
    item: int  # the item's own id
    kind: ActKind
    by: str
    at: datetime
    details: Mapping[str, Any] = field(default_factory=dict)
    undoes: int | None = None  # the act that this one took back


@dataclass(frozen=True, slots=True)
class Wording:
    """One time that it was asked; `id` is what `split` takes."""

    id: int
    number: int
    text: str
    asked_at: datetime
    channel: str
    province: str | None
    reason: Reason
    shown: str | None  # the entry that the asker saw
    candidates: tuple[Candidate, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Asker:
    """How many people asked it in a channel and a province."""

    channel: str
    province: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer that an expert wrote in chat: proposed, no entry of the base yet."""

    id: int
    item: int
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Item:
    """A question that waits for an expert, or did; `askers` counts people, `asked` messages."""

    id: int
    number: int
    state: ItemState
    reason: Reason
    question: str  # the first wording
    topic: str | None
    asked: int
    askers: int
    first_at: datetime
    last_at: datetime
    taken_by: str | None = None
    taken_at: datetime | None = None
    settled_by: str | None = None
    settled_at: datetime | None = None
    entry: str | None = None  # that answers it
    note: str | None = None  # the expert's words, or whose task it is
    into: int | None = None  # own id of the item that it was merged into
    branch: str | None = None  # of git, on which its answer is proposed

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an expert or for its askers."""
        return self.state in OPEN_STATES


@dataclass(frozen=True, slots=True)
class Whole:
    """An item with all that belongs to it, for one screen."""

    item: Item
    wordings: tuple[Wording, ...]
    askers: tuple[Asker, ...]
    nearest: tuple[Candidate, ...]  # the best of what was found for any wording
    documents: tuple[str, ...]  # numbers that the askers named, as they are written
    acts: tuple[Act, ...]
    drafts: tuple[Draft, ...]

    @property
    def left_in_base(self) -> Act | None:
        """The newest answer that was withdrawn, but had put something into the base that is still there."""
        undone = {act.undoes for act in self.acts}
        taken_out = {act.details["answer"] for act in self.acts if act.kind is ActKind.TOOK_OUT}
        left = (act for act in self.acts if act.id in undone - taken_out and act.details.get("saved"))
        return max(left, key=lambda act: act.id, default=None)


@dataclass(frozen=True, slots=True)
class Rereading:
    """An entry that an expert has to look at again, since a document that it rests on has changed.

    No officer asked for it, so it has no number of the queue. `cause` is the document that replaces the
    other one, or "ended".
    """

    id: int
    entry: str
    document: str
    cause: str
    opened_at: datetime
    opened_by: str
    settled_at: datetime | None = None
    settled_by: str | None = None
    note: str | None = None


class QueueOrder(StrEnum):
    """What comes first in the queue."""

    ASKERS = "askers"  # asked by most people, then the oldest
    AGE = "age"  # the oldest
    TOPIC = "topic"  # by topic, then by askers


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which items; what is None or empty asks for nothing."""

    states: tuple[ItemState, ...] = OPEN_STATES
    topic: str | None = None
    province: str | None = None
    channel: str | None = None
    reason: Reason | None = None
    since: datetime | None = None  # of the last time that it was asked
    until: datetime | None = None  # of the first
    text: str = ""  # every word, with or without diacritics
    order: QueueOrder = QueueOrder.ASKERS


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some items, and how many there are."""

    items: tuple[Item, ...]
    page: int  # from 0
    total: int
    has_more: bool
