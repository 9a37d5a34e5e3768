"""What every command shares: where it prints, its settings, who is at the terminal."""

import getpass
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.clock import now
from bot.config import Settings, read_settings
from bot.domain import VIETNAM
from bot.logs import set_up
from bot.phrases import say

STOPPED = 130  # what a command ends with that Ctrl-C stopped
out = Console(emoji=False)  # `file.yaml:100:3` is a place, not a picture
err = Console(stderr=True, emoji=False)
KnowledgeDir = Annotated[
    Path | None, typer.Option("--knowledge", "-k", help="Thư mục tri thức; mặc định theo cấu hình.")
]


class Misused(Exception):
    """A command was called in a way that it cannot follow; the message says how to call it."""


def complain(*lines: str) -> None:
    """Say what is wrong, where errors go; it may quote what strangers wrote."""
    told = (printable(line) for text in lines for line in text.split("\n"))
    err.print(*told, sep="\n", markup=False, highlight=False, soft_wrap=True)


def ask(label: str) -> str:
    """Return what is typed at the terminal; ends the command when nobody will type any more."""
    try:
        return input(f"{label}: ").strip()
    except (EOFError, KeyboardInterrupt):
        complain("", say("cli.stopped"))
        raise typer.Exit(STOPPED) from None


def settings_for(knowledge: Path | None = None, log_level: str | None = None) -> Settings:
    """Read the settings and set the log up; `knowledge` and `log_level` are what the command was given.

    Raises:
        ConfigError: settings are wrong.
    """
    settings = read_settings()
    set_up(settings.log_format, log_level or settings.log_level)
    return settings.model_copy(update={"knowledge": knowledge}) if knowledge else settings


def user() -> str:
    """Return who is at the terminal; a container may run as a number that nobody has named."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "console"


def today() -> date:
    """Return what day it is in Vietnam."""
    return (now() + VIETNAM).date()


def printable(text: str) -> str:
    """Return what strangers wrote without what a terminal would obey."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
