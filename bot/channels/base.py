"""What a channel is: it reads its platform's payloads and writes its platform's messages, nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from bot.domain import Ignored, Message, Reply

Payload = Mapping[str, Any]


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


class Channel(Protocol):
    """One way in and out. `name` is at most 20 characters and never changes: rows carry it."""

    name: str
    can: Abilities

    def parse(self, payload: Payload) -> Message | Ignored:
        """Read a payload as it was stored; total on anything the platform (or an attacker) may send."""

    def render(self, reply: Reply, payload: Payload) -> Sequence[Payload]:
        """Turn a reply to `payload` into the parts to send, each within the platform's limits."""

    async def send(self, chat: str, part: Payload) -> str:
        """Send one part and return the platform's id of it.

        Raises:
            RetryLater: the platform is out of reach or asks to wait.
            Unreachable: this chat will not take it, ever.
        """
