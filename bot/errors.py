"""The errors that cross rooms.

HoidapError
├── ConfigError            settings are wrong: all of them are named at once
├── BadDatabaseUrl         no database can be meant by it
├── DatabaseRefused        the file or the server does not let us in
├── KnowledgeError         the base does not load: carries every problem found
├── Overtaken              a reviewer's act comes too late, or does not fit where the item stands
├── SheetError             a spreadsheet cannot be taken in: carries every problem found
├── WriteError             a file of the base is not written, and all is as it was
│   ├── Conflict           somebody else changed it meanwhile
│   ├── BadFileName        no file of the base may be called that
│   └── ByHandOnly         it is written in a way that only people can edit
├── NoRevision             git cannot show the base as it was
└── SendError              a channel could not deliver a part
    ├── RetryLater         try the same part again after some seconds
    │   ├── NeedsHelp      and until somebody acts, it will be refused again
    │   └── Moved          try it again at the chat's new address
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


class SheetError(HoidapError):
    """A spreadsheet cannot be taken in; `problems` holds `bot.kb.Problem`s whose lines are its rows."""

    def __init__(self, problems: Sequence[Any]) -> None:
        super().__init__(f"{len(problems)} problems in the sheet")
        self.problems = tuple(problems)


class WriteError(HoidapError):
    """A file of the knowledge base is not written; the base is as it was.

    Args:
        where: the file's relative name, or the entry's id.
    """

    def __init__(self, where: str) -> None:
        super().__init__(f"{type(self).__name__}: {where}")
        self.where = where


class Conflict(WriteError):
    """The file was changed meanwhile: read it again and edit the new text."""


class BadFileName(WriteError):
    """The name leads out of the base's directory, or to what is not read there."""


class ByHandOnly(WriteError):
    """The entry is written in a way (anchors, odd breaks) that a person has to edit."""


class NotProposed(HoidapError):
    """A change cannot go to a branch; nothing was made.

    Args:
        where: the file's relative name.
        code: "uncommitted" (the file has changes that nobody committed) or "git" (it refuses).
    """

    def __init__(self, where: str, code: str) -> None:
        super().__init__(f"{code}: {where}")
        self.where = where
        self.code = code


class NoRevision(HoidapError):
    """There is no such version of the base.

    Args:
        code: "no_git", "no_work_tree", "no_revision" or "no_base".
        revision: what was asked for.
    """

    def __init__(self, code: str, revision: str) -> None:
        super().__init__(f"{code}: {revision}")
        self.code = code
        self.revision = revision


class SendError(HoidapError):
    """A channel could not deliver a part; the message is safe to log (no token, no text)."""


class RetryLater(SendError):
    """The platform asks to wait, or is out of reach: try again after `seconds`."""

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(reason)
        self.seconds = seconds


class NeedsHelp(RetryLater):
    """The platform refuses us until somebody acts: a quota used up, a token refused.

    Args:
        reason: the platform's words, safe to log.
        seconds: until it is tried again all the same.
        trouble: what to tell admins; `trouble.<trouble>` is the sentence.
    """

    def __init__(self, reason: str, seconds: float, trouble: str) -> None:
        super().__init__(reason, seconds)
        self.trouble = trouble


class Moved(RetryLater):
    """The chat has another id from now on, and what we know of it belongs there."""

    def __init__(self, reason: str, to: str) -> None:
        super().__init__(reason, 0)
        self.to = to


class Unreachable(SendError):
    """The chat is gone, blocked the bot, or the platform refuses this message for good."""
