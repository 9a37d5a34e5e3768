"""The commands that people can type: in the menus of chats, in /help, and nowhere else.

`handlers/requests.py` reads them. A new one is a row here and the phrase `command.<name>`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Who(StrEnum):
    """Whose menu shows a command."""

    ALL = "all"  # everybody's, in groups too
    ALONE = "alone"  # everybody's who is alone with the bot
    REVIEWERS = "reviewers"  # that of experts and admins


@dataclass(frozen=True, slots=True)
class Listed:
    """A command; `phrase` says what it is for, in a few words."""

    name: str
    who: Who

    @property
    def phrase(self) -> str:
        """The key of what it is for."""
        return f"command.{self.name}"


COMMANDS = (
    Listed("chuatraloi", Who.REVIEWERS),
    Listed("web", Who.REVIEWERS),
    Listed("chude", Who.ALL),
    Listed("cauhoi", Who.ALL),
    Listed("vanban", Who.ALL),
    Listed("ngay", Who.ALL),
    Listed("tinh", Who.ALONE),
    Listed("moi", Who.ALL),
    Listed("theodoi", Who.ALONE),
    Listed("chiase", Who.ALONE),
    Listed("tatbao", Who.ALONE),
    Listed("tat", Who.ALONE),
    Listed("help", Who.ALL),
    Listed("start", Who.ALONE),
)


def listed_for(*readers: Who) -> Iterator[Listed]:
    """Yield the commands of these menus, in the order that they are shown."""
    return (command for command in COMMANDS if command.who in readers)
