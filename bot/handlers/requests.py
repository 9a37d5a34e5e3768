"""What a message asks for: untrusted text and actions are read here, once, into one of few requests."""

import re
from dataclasses import dataclass
from datetime import datetime

from bot.domain import EVERYTHING, ChatState, Message, Press, Text, Unreadable
from bot.handlers.memory import recall
from bot.normalise import fold


@dataclass(frozen=True, slots=True)
class Ask:
    """A question in the asker's words."""

    text: str


@dataclass(frozen=True, slots=True)
class Pick:
    """The `index`-th (from 0) candidate of an exchange was chosen."""

    exchange: int
    index: int


@dataclass(frozen=True, slots=True)
class NoneOfThese:
    """None of an exchange's suggestions was what the asker meant."""

    exchange: int


@dataclass(frozen=True, slots=True)
class Rate:
    """Thumbs up or down under an answer."""

    exchange: int
    good: bool


@dataclass(frozen=True, slots=True)
class AskExpert:
    """The asker wants an expert's word on an exchange."""

    exchange: int


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """An entry named by a button."""

    entry: str


@dataclass(frozen=True, slots=True)
class OpenText:
    """The text of an entry exactly as it was shown under a code.

    `certain` unless `text` may be a question that only looks like one: "TT-BTC 2023 quy định gì".
    """

    entry: str
    version: str  # its first digits
    text: str
    certain: bool


@dataclass(frozen=True, slots=True)
class Topics:
    """The list of topics, or a page (from 0) of one topic's questions."""

    topic: str | None = None
    page: int = 0


@dataclass(frozen=True, slots=True)
class Command:
    """A command without arguments: start, help, mine, queue, sign_in, or unknown."""

    name: str


@dataclass(frozen=True, slots=True)
class Queue:
    """A page (from 0) of what waits, for reviewers."""

    page: int = 0


@dataclass(frozen=True, slots=True)
class Review:
    """A reviewer's press on an item: `number` is that of a question in it, or of the act to undo."""

    what: str  # see `REVIEWS`
    number: int
    index: int | None = None
    mark: str = ""  # see `actions.mark`


@dataclass(frozen=True, slots=True)
class Say:
    """A text that goes with a question: a draft, a question back, a body's name, or more from the asker.

    `what` is one of `EXPECTED` where the bot asked for it; "" where the text may be a draft of a reviewer's
    or more of an asker's. `certain` unless the text may be a question of its own.
    """

    what: str
    number: int
    text: str
    certain: bool


@dataclass(frozen=True, slots=True)
class SayMore:
    """The asker wants to add something to a question that waits."""

    exchange: int


@dataclass(frozen=True, slots=True)
class SetProvince:
    """The person says where they work."""

    name: str


@dataclass(frozen=True, slots=True)
class SetQuiet:
    """The person wants no messages that answer nothing they just wrote, or wants them again."""

    quiet: bool


@dataclass(frozen=True, slots=True)
class News:
    """What is new: in a topic or since a day, where `text` says one."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Follow:
    """A topic to hear of, or no longer: by its id, or in the person's words."""

    topic: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ShareNames:
    """Whether the commune may be named in what an officer shares."""

    number: int
    may: bool


@dataclass(frozen=True, slots=True)
class Unusable:
    """A message that cannot be read: empty, or a sticker, photo, voice, file, other."""

    what: str


@dataclass(frozen=True, slots=True)
class StalePress:
    """A press, or a typed number or command, that speaks of nothing we know."""


Request = (
    Ask
    | Pick
    | NoneOfThese
    | Rate
    | AskExpert
    | OpenEntry
    | OpenText
    | Topics
    | Command
    | Queue
    | Review
    | Say
    | SayMore
    | SetProvince
    | SetQuiet
    | News
    | Follow
    | ShareNames
    | Unusable
    | StalePress
)

COMMANDS = {
    "start": "start",
    "batdau": "start",
    "help": "help",
    "trogiup": "help",
    "cauhoi": "mine",
    "web": "sign_in",
    "chiase": "share",
    "tat": "stop",
}
REVIEWS = {
    "v": "open",
    "j": "next",
    "k": "take",
    "l": "give_back",
    "a": "consider",
    "f": "answer",
    "y": "compose",
    "g": "send_draft",
    "b": "ask_back",
    "o": "send_away",
    "z": "undo",
}
EXPECTED = {
    "y": "draft",
    "s": "more",
    "b": "ask_back",
    "c": "name_body",
    "h": "share",
}  # what a text is that an action waits for
_NUMBER = re.compile(r"[0-9]{1,2}")
_COMMAND = re.compile(r"/([a-z_]+)(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
_ABOUT = re.compile(r"#([0-9]{1,18})[\s:.,–-]+(.*\w.*)", re.DOTALL)
_MARKED = re.compile(r"([0-9]{1,18})(?:-([0-9a-f]{4}))?")
# The line under an answer, pasted whole or in part: "Mã nha-o-muc-ho-tro · bản 3fa2 · 23/11/2026".
_CODE = re.compile(
    r"(ma\s+)?([a-z0-9]+(?:-[a-z0-9]+)*)[\s·,.:;-]+(ban\s+)?([0-9a-f]{4,64})(?:\b.*)?", re.DOTALL
)
_ACTION = re.compile(r"([a-z])(?::([a-z0-9-]{1,60}))?(?::([0-9]{1,3}))?")


def understand(message: Message, state: ChatState, now: datetime, about: int | None = None) -> Request:
    """Read a message as one request; never raises, whatever was sent.

    Args:
        message: what the channel parsed.
        state: what is remembered of the talk, so that a typed `2` is a choice.
        now: UTC.
        about: the question that our message speaks of, where this is a reply to it.
    """
    match message:
        case Unreadable(what):
            return Unusable(what)
        case Press(action):
            return read_action(action)
        case Text(text):
            return _read_text(storable(text).strip(), recall(state, now), about)


def storable(text: str) -> str:
    """Return the text without what no database takes: halves of surrogate pairs, and NUL."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def _read_text(text: str, state: ChatState, about: int | None) -> Request:
    if not any(character.isalnum() for character in text):
        return Unusable("empty")
    if text.startswith("/") and (command := _COMMAND.fullmatch(fold(text))):
        return _read_command(command[1], command[2] or "", state)
    if words := _read_about(text, state, about):
        return words
    if _NUMBER.fullmatch(text):  # no question is that short, whatever is open
        return _read_number(int(text), state)
    return _read_code(text) or Ask(text)


def _read_about(text: str, state: ChatState, about: int | None) -> Say | None:
    """Read a text that goes with a question: asked for, in reply to us, or beginning with its number."""
    if about is not None:
        return Say("", about, text, certain=True)
    kind, _, number = (state.expects or "").partition(":")
    if kind in EXPECTED and number.isdigit():
        return Say(EXPECTED[kind], int(number), text, certain=True)
    if numbered := _ABOUT.fullmatch(text):
        return Say("", int(numbered[1]), numbered[2].strip(), certain=False)
    return None


def _read_code(text: str) -> OpenText | None:
    code = _CODE.fullmatch(fold(text))
    if not code or not ("-" in code[2] or (code[1] and code[3])):  # "hn 2025" is no code
        return None
    return OpenText(code[2], code[4], text, certain=bool(code[1] or code[3]))


def _read_number(number: int, state: ChatState) -> Request:
    if number == 0:
        return read_action(state.none) if state.none else StalePress()
    return read_action(state.choices[number - 1]) if number <= len(state.choices) else StalePress()


def _read_command(name: str, rest: str, state: ChatState) -> Request:
    if name == "chude":
        return Topics()
    if name == "chuatraloi":
        return Queue()
    if name == "tinh":
        return SetProvince(rest.strip())
    if name == "moi":
        return News(rest.strip())
    if name == "theodoi":
        return Follow(text=rest.strip())
    if name in ("tatbao", "batbao"):
        return SetQuiet(name == "tatbao")
    if name in ("dung", "sai", "chuyengia"):
        if state.answered is None:
            return StalePress()
        return AskExpert(state.answered) if name == "chuyengia" else Rate(state.answered, name == "dung")
    return Command(COMMANDS.get(name, "unknown"))


def read_action(action: str) -> Request:
    """Read a button's action; see `bot.handlers.actions` for who writes them."""
    parts = _ACTION.fullmatch(action)
    if not parts:
        return StalePress()
    kind, name, index = parts[1], parts[2] or "", parts[3]
    if kind == "t":
        return Topics(name or None, int(index or 0))
    if kind == "e" and name:
        return OpenEntry(name)
    if kind == "m":
        return Follow(EVERYTHING if name == "all" else name)
    if kind in REVIEWS and (marked := _MARKED.fullmatch(name)):
        at = int(index) if index else None
        return Review(REVIEWS[kind], int(marked[1]), at, marked[2] or "")
    if not name.isdigit() or len(name) > 18:
        return StalePress()
    return _about_exchange(kind, int(name), index)


def _about_exchange(kind: str, exchange: int, index: str | None) -> Request:
    match kind:
        case "p" if index:
            return Pick(exchange, int(index))
        case "n":
            return NoneOfThese(exchange)
        case "u" | "d":
            return Rate(exchange, good=kind == "u")
        case "x":
            return AskExpert(exchange)
        case "s":
            return SayMore(exchange)
        case "h" if index:
            return ShareNames(exchange, index == "1")
        case "w":
            return Queue(exchange)
    return StalePress()
