"""What a channel is: it reads its platform's payloads and writes its platform's messages, nothing else."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, runtime_checkable

from bot.domain import Envelope, Event, Message, Reply

Payload = Mapping[str, Any]
Store = Callable[[str, Envelope, Payload], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `most` messages in any `window` to one chat; `chats` is how the ids begin that it is for."""

    most: int
    window: timedelta
    chats: str = ""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a platform lets a bot do. A channel declares it once; rendering and the shell follow it.

    `longest` counts in the platform's own unit (UTF-16 units on Telegram, characters on Zalo).
    """

    pushes: bool  # False where the reader fetches what is in the outbox, so that nothing is sent
    buttons: bool  # False where choices and ratings are typed: `2`, `0`, `dung`
    formatting: bool  # bold, links, quotations; False where all is plain text
    edits: bool  # what was sent can be written anew in its place
    longest: int | None = None  # of one message; None has no limit
    free_for: timedelta | None = None  # after a chat's last message we may write to it; None is for ever
    paces: tuple[Pace, ...] = ()  # kept by the sender; what comes faster waits in the outbox


class Channel(Protocol):
    """One way in and out. `name` is at most 20 characters and never changes: rows carry it."""

    name: str
    can: Abilities

    def parse(self, payload: Payload) -> Message | Event:
        """Read a payload as it was stored; total on anything the platform (or an attacker) may send."""

    def render(self, reply: Reply, payload: Payload) -> Sequence[Payload]:
        """Turn a reply to `payload` into the parts to send, each within the platform's limits."""

    async def send(self, chat: str, part: Payload) -> str:
        """Send one part and return the platform's id of it.

        Where `can.edits`, a part with "replaces" takes the place of our message with that id; if it has
        nothing else, that message goes. What cannot be edited any more is sent anew.

        Raises:
            RetryLater: the platform is out of reach or asks to wait.
            Unreachable: this chat will not take it, ever.
        """


@runtime_checkable
class Typist(Protocol):
    """A channel whose platform can show that a reply is being written."""

    async def typing(self, chat: str, payload: Payload) -> None:
        """Show it for some seconds where `payload` came from; never raises, since nothing depends on it."""


def nothing(_payload: Payload) -> Payload:
    """Return the answer of a hook whose platform expects none."""
    return {}


@dataclass(frozen=True, slots=True)
class Hook:
    """Where a platform posts what happened: made by its channel, served by `bot.web.hooks`.

    Args:
        path: of the address that the platform is given, `/hook/<name>`.
        channel: whose rows these become.
        verify: tells from headers (names in lower case) and the raw body whether the platform sent it.
        unpack: reads the raw body into what is stored; None where it tells nothing to keep. Raises ValueError
            where it is none of the platform's, `RetryLater` where it cannot be read yet: it comes again.
        identify: who sent what where; the same key for what comes again.
        answer: the JSON body of the reply, given once the row is stored.
    """

    path: str
    channel: str
    verify: Callable[[Mapping[str, str], bytes], bool]
    unpack: Callable[[bytes], Payload | None]
    identify: Callable[[Payload], Envelope]
    answer: Callable[[Payload], Payload] = nothing


class Remote(Channel, Protocol):
    """A channel whose platform is elsewhere: what a server needs to keep it going."""

    async def start(self) -> None:
        """Open what it holds; the platform need not be there."""

    async def stop(self) -> None:
        """Close what it holds."""

    def hooks(self) -> Sequence[Hook]:
        """Return the addresses that the platform posts to; none where it is polled."""

    async def run(self, store: Store) -> None:
        """Poll for ever, or keep the platform posting to us; called again when it ends or fails.

        Args:
            store: makes a message a row, once per key; returns when it is committed.

        Raises:
            RetryLater: the platform is out of reach or refuses.
        """
