"""Frozen values that every room speaks. No I/O, no wording, no channel, no scores."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

EVERYTHING = "*"  # followed in place of single topics
CODE_DIGITS = 4  # of a text's version that people see, while they tell it from every other text
VIETNAM = timedelta(hours=7)  # no daylight saving since 1975; times are UTC, days are Vietnam's


def midnight(day: date) -> datetime:
    """Return when a day begins in Vietnam, in UTC."""
    return datetime.combine(day, time(), UTC) - VIETNAM


# --- what comes in -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sent what where, as far as it can be told without understanding it.

    `key` is unique for a message within its channel, so that a message delivered twice is stored once.
    `chat` is where the reply goes, `asker` the platform's id of the person (the same in a private chat).
    """

    key: str
    chat: str
    asker: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text that a person sent.

    `replies_to` is the platform's id of our message that it answers, if any. `changes` is the key of the
    message whose words these are now: it is answered anew in place of the old answer.
    """

    text: str
    replies_to: str | None = None
    changes: str | None = None


@dataclass(frozen=True, slots=True)
class Press:
    """A button pressed; `action` is untrusted until `handlers.understand` has read it."""

    action: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A message without text: `what` is a short English noun (sticker, photo, voice, file, other)."""

    what: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing to reply to (the bot was added to a group, say); the reason is kept with the row."""

    reason: str


@dataclass(frozen=True, slots=True)
class Left:
    """The chat takes no more messages: it blocked the bot, or threw it out."""

    reason: str


@dataclass(frozen=True, slots=True)
class Back:
    """The chat takes messages again."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The chat has another id from now on."""

    to: str


Message = Text | Press | Unreadable
Event = Ignored | Left | Back | Moved  # nothing to reply to, but perhaps something to note

# --- what goes out -----------------------------------------------------------------------------


class Style(StrEnum):
    """What a block of a reply is; each channel decides how that looks."""

    TEXT = "text"  # a plain sentence of the bot
    TITLE = "title"  # the matched question, a menu's heading
    ANSWER = "answer"  # an expert's words: Markdown
    WARNING = "warning"  # expired, replaced, not confirmed
    SOURCE = "source"  # the legal basis, one line per source
    NOTE = "note"  # small print: authority, code
    QUOTE = "quote"  # the asker's own words, or the law's: always plain text


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or more of a reply. `text` is plain, but Markdown where `style` is ANSWER."""

    style: Style
    text: str


@dataclass(frozen=True, slots=True)
class Button:
    """A choice: `label` is read by people, `action` (at most 64 bytes) comes back as a `Press`.

    Where nothing can be pressed it is typed: `word`, or what the label says.
    """

    label: str
    action: str
    word: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said in one turn: blocks from top to bottom, then choices, then rows of buttons.

    `choices` may also be picked by typing their number from 1; `none` ("none of these") by typing 0.
    """

    blocks: tuple[Block, ...]
    choices: tuple[Button, ...] = ()
    none: Button | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()


# --- who reviews ---------------------------------------------------------------------------------


class Role(StrEnum):
    """What somebody who signs in to the review console may do."""

    EXPERT = "expert"  # answer what waits, and look after the base
    ADMIN = "admin"  # that, and see the figures and take the log along


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody who may sign in: `person` is "telegram:123456789", or "console:Lan" by an operator's link."""

    person: str
    name: str  # as it stands under what they approve
    role: Role


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that signs a reviewer in, once; the store keeps a digest of its secret and never the link."""

    url: str
    digest: str
    reviewer: Reviewer
    made_at: datetime
    until: datetime


# --- what platforms give us ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tokens:
    """What lets us use a platform for a while: `access` for `seconds`, `refresh` once, for the next pair."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    seconds: int = 0


# --- what was found and decided ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that may answer; `confidence` is the probability in 0..1 that it does."""

    entry: str
    confidence: float


class Verdict(StrEnum):
    """What became of a question."""

    ANSWER = "answer"
    SUGGEST = "suggest"
    UNANSWERED = "unanswered"
    OFF_TOPIC = "off_topic"
    PLACE = "place"  # which lists a district or commune is in was told, and what it is called today
    DOCUMENT = "document"  # what is recorded of a document was told, or which one was meant was asked back
    OPENED = "opened"  # nothing was asked: an entry or a document was opened from a menu, a link or its code


class Reason(StrEnum):
    """Why a question waits for an expert."""

    NO_MATCH = "no_match"  # nothing near enough
    NO_DOCUMENT = "no_document"  # a document that the base does not record
    NONE_OF_THESE = "none_of_these"  # suggestions were shown, none was it
    DISLIKED = "disliked"  # answered, thumbs down
    EXPERT_WANTED = "expert_wanted"  # answered, but the asker wants an expert's word
    TOO_LONG = "too_long"  # a pasted document: nobody has read it yet
    OFF_TOPIC = "off_topic"  # another programme, a household's file: counted, not small talk
    FAILED = "failed"  # the bot itself could not read or answer it
    EXPIRED = "expired"  # answered, by an entry that no longer holds and that nothing replaces
    HOUSEHOLD = "household"  # only whoever has the household's file can answer
    OTHER_BODY = "other_body"  # another body's task
    SHARED = "shared"  # no question: an officer shares how their locality does it


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and what was said to it; `id` is the number that the asker may quote."""

    id: int
    channel: str
    chat: str
    asker: str  # pseudonym, never the platform's id
    asked_at: datetime
    raw: str
    normalised: str
    verdict: Verdict
    entry: str | None
    version: str | None  # of the entry's text that was shown
    group: str | None  # the off-topic group, if that replied
    candidates: tuple[Candidate, ...]
    elapsed_ms: float
    base: str  # version of the knowledge base
    rating: int | None = None  # +1, -1
    earlier: str | None = None  # what was asked just before, where this may be a follow-up to it
    day: date | None = None  # the day whose rules were asked for, where that is not the day of asking
    province: str | None = None  # that the question names, as it is called since 1/7/2025


@dataclass(frozen=True, slots=True)
class Recurring:
    """A question of the log, once for all who asked it in the same words."""

    text: str  # as it was asked last
    earlier: str | None = None  # see `Exchange.earlier`
    times: int = 1
    last_at: datetime | None = None  # UTC; None where it is not known


@dataclass(frozen=True, slots=True)
class Choice:
    """What an asker found, or did not find, by a wording that the bot did not answer."""

    wording: str
    asker: str  # pseudonym
    entry: str | None  # that was picked or opened; None where none of the suggestions was meant
    rating: int | None  # +1, -1, of that entry
    candidates: tuple[Candidate, ...]  # as they were then


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question that waits for an expert, or did: `resolved_at` says that it no longer does.

    One that is put before the experts again waits anew; what they said before is kept beside it.
    """

    number: int
    channel: str
    chat: str
    asked_at: datetime
    question: str
    reason: Reason
    shown: str | None = None  # entry id that the asker saw
    asker: str | None = None  # pseudonym; None where it was not kept
    folded: str | None = None  # understood and without diacritics: what is compared and searched
    base: str | None = None  # version of the knowledge base that it was tried on last
    topic: str | None = None  # of the entry that comes nearest
    province: str | None = None  # where its asker works, or else that it names
    candidates: tuple[Candidate, ...] = ()
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    entry: str | None = None  # the entry that settles it
    note: str | None = None  # the expert's words to the asker


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The text of an entry as it was once shown, so that its code opens exactly that text again."""

    entry: str
    version: str  # sha256 of the content, in hex digits; a code shows the first of them
    content: str  # JSON of the entry's fields
    shown_at: datetime


def digits_apart(versions: Iterable[str]) -> int:
    """Return how many first digits tell versions that differ apart: `CODE_DIGITS`, or more if need be."""
    different = set(versions)
    digits = CODE_DIGITS
    while len({version[:digits] for version in different}) < len(different):
        digits += 1
    return digits


def digits_of(version: str, others: Iterable[str]) -> int:
    """Return how many first digits of a version tell it from others; that others look alike is no matter."""
    return digits_apart([version, *(other for other in others if other.startswith(version[:CODE_DIGITS]))])


@dataclass(frozen=True, slots=True)
class ChatState:
    """What the bot remembers of a person in a chat between two messages, until the hour given."""

    choices: tuple[str, ...] = ()  # the actions that a typed 1, 2, … stands for
    none: str | None = None  # the action that a typed 0 stands for
    words: tuple[tuple[str, str], ...] = ()  # what may be typed for the other buttons, and their actions
    until: datetime | None = None  # after this, none of it counts
    expects: str | None = None  # the action that the next text completes


@dataclass(frozen=True, slots=True)
class Change:
    """What an asker's press adds to an exchange that is already in the log."""

    exchange: int
    rating: int | None = None  # +1, -1
    entry: str | None = None  # picked among the suggestions
    version: str | None = None  # of that entry's text


@dataclass(frozen=True, slots=True)
class More:
    """What an asker adds to a question of theirs that waits."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Wished:
    """What a person tells the bot of themselves; None leaves it as it was."""

    province: str | None = None
    quiet: bool | None = None  # no messages that answer nothing they just wrote


class NewsKind(StrEnum):
    """What is new or has changed in the base."""

    DOCUMENT = "document"
    ENTRY = "entry"


@dataclass(frozen=True, slots=True)
class Novelty:
    """An entry or a document that is new since some time, or says something else (`is_new` is False)."""

    kind: NewsKind
    key: str  # the entry's id, the document's number
    at: datetime  # when the base with it went live
    is_new: bool


@dataclass(frozen=True, slots=True)
class Share:
    """What an officer tells of how their locality does something; what is None has not been told yet."""

    number: int  # of the message that began it
    what: str | None = None
    where: str | None = None
    result: str | None = None
    may_name: bool | None = None  # the commune


@dataclass(frozen=True, slots=True)
class Follows:
    """Which topics a person wants to hear of from now on; none stops all."""

    topics: frozenset[str]  # `EVERYTHING` or ids of topics


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that follows from one message; the shell commits it in one transaction."""

    reply: Reply
    exchange: Exchange | None = None
    change: Change | None = None
    waiting: Waiting | None = None
    shown: Snapshot | None = None
    invitation: Invitation | None = None  # the link that the reply holds
    expects: str | None = None  # see `ChatState.expects`
    about: int | None = None  # the question that a reply to this speaks of
    more: More | None = None
    wished: Wished | None = None
    share: Share | None = None
    follows: Follows | None = None
    looked: bool = False  # at what is new


# --- how careful to be --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wishes:
    """What whoever runs the bot can bear; the thresholds follow from it."""

    max_wrong_answers: float = 0.02  # share of all questions that may be given a wrong answer, 0..1
    max_suggestions: float = 0.4  # share of the questions without an answer that may get suggestions, 0..1
