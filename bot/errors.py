"""The errors that cross rooms.

HoidapError
├── ConfigError            settings are wrong: all of them are named at once
├── BadDatabaseUrl         no database can be meant by it
├── DatabaseRefused        the file or the server does not let us in
├── KnowledgeError         the base does not load: carries every problem found
├── Overtaken              a reviewer's act comes too late, or does not fit where the item stands
└── SendError              a channel could not deliver a part
    ├── RetryLater         try the same part again after some seconds
    └── Unreachable        this chat will not take messages any more
"""

from collections.abc import Sequence
from typing import Any


class HoidapError(Exception):
    """Root of everything that this package raises on purpose."""


class ConfigError(HoidapError):
    """Settings are missing or wrong; the message names each one and what to write."""


class BadDatabaseUrl(HoidapError):
    """The URL is malformed, or of a kind of database that we have no driver for; it is not shown."""


class DatabaseRefused(HoidapError):
    """The database does not open; the message is the driver's.

    Args:
        backend: "sqlite" or "postgresql".
        where: the file, or the URL without its password.
        why: in the driver's words.
    """

    def __init__(self, backend: str, where: str, why: str) -> None:
        super().__init__(why)
        self.backend = backend
        self.where = where


class KnowledgeError(HoidapError):
    """The knowledge base does not load; `problems` holds every `bot.kb.Problem` found."""

    def __init__(self, problems: Sequence[Any]) -> None:
        super().__init__(f"{len(problems)} problems in the knowledge base; run `hoidap kb check`")
        self.problems = tuple(problems)


class Overtaken(HoidapError):
    """An act on an item of the queue does not fit where the item stands now; nothing was changed.

    Args:
        code: what stands in the way; `conflict.<code>` is the sentence that says so.
        values: what that sentence names.
    """

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


class SendError(HoidapError):
    """A channel could not deliver a part; the message is safe to log (no token, no text)."""


class RetryLater(SendError):
    """The platform asks to wait, or is out of reach: try again after `seconds`."""

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Unreachable(SendError):
    """The chat is gone, blocked the bot, or the platform refuses this message for good."""
