"""What a channel is: it reads its platform's payloads and writes its platform's messages, nothing else."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

from bot.domain import Ignored, Message, Reply

Payload = Mapping[str, Any]


class Channel(Protocol):
    """One way in and out. `name` is at most 20 characters and never changes: rows carry it.

    `pushes` is False where the reader fetches what is in the outbox (web, console), so nothing is sent.
    `free_for` is how long after a chat's last message the platform lets us write to it; None is for ever.
    """

    name: str
    pushes: bool
    free_for: timedelta | None

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
