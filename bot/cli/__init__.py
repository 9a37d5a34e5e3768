"""The door to the command line: which commands there are. They read, call what does the work, and print.

What is slow to import (databases, channels, matching, spreadsheets: seconds of CPU together) is imported in
the commands that work with it, so that help and all others begin at once.
"""

import sys
from collections.abc import Mapping

import typer

from bot.cli import asking, figures, kb, law, reviewers, running, unanswered, zalo
from bot.cli.terminal import Misused, complain
from bot.errors import (
    BadDatabaseUrl,
    BadFileName,
    ByHandOnly,
    ConfigError,
    Conflict,
    DatabaseRefused,
    KnowledgeError,
    NoRevision,
    SheetError,
    WriteError,
)
from bot.kb import describe
from bot.logs import redact
from bot.phrases import say

__all__ = ["app", "main"]

NOT_WRITTEN = {
    BadFileName: "write.bad_name",
    Conflict: "write.conflict",
    ByHandOnly: "write.by_hand",
}

FILE_ERRORS: Mapping[type[OSError], str] = {
    FileNotFoundError: "cli.no_file",
    PermissionError: "cli.not_allowed",
    IsADirectoryError: "cli.is_directory",
}

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich", pretty_exceptions_enable=False)
app.command("serve")(running.serve_command)
app.command("ask")(asking.ask)
app.command("match")(asking.match)
app.command("explain")(asking.explain_command)
app.command("stats")(figures.stats_command)
app.command("settings")(running.settings_command)
app.command("link")(reviewers.link_command)
app.add_typer(kb.commands, name="kb")
app.add_typer(law.commands, name="law")
app.add_typer(unanswered.commands, name="unanswered")
app.add_typer(zalo.commands, name="zalo")


def main() -> None:
    """Run the command line; what is wrong is said in one place, without a traceback."""
    try:
        app()
    except Misused as error:
        complain(str(error))
        sys.exit(2)
    except ConfigError as error:
        # A token may have been put where another value belongs.
        complain(say("cli.config_wrong"), redact(str(error)))
        sys.exit(2)
    except BadDatabaseUrl:
        complain(say("cli.database_url"))
        sys.exit(2)
    except DatabaseRefused as error:
        complain(say(f"cli.database_refused.{error.backend}", where=error.where, why=error))
        sys.exit(2)
    except OSError as error:
        complain(_refused(error))
        sys.exit(2)
    except KnowledgeError as error:
        complain(*map(describe, error.problems), say("cli.problems", count=len(error.problems)))
        sys.exit(1)
    except SheetError as error:
        from bot.kb.sheet import describe_cell

        complain(*map(describe_cell, error.problems), say("cli.problems", count=len(error.problems)))
        sys.exit(1)
    except WriteError as error:
        complain(say(NOT_WRITTEN[type(error)], where=error.where))
        sys.exit(1)
    except NoRevision as error:
        complain(say(f"revision.{error.code}", revision=error.revision))
        sys.exit(2)


def _refused(error: OSError) -> str:
    """Return what the system said, in words where it is about a file."""
    for kind, key in FILE_ERRORS.items():
        if isinstance(error, kind) and error.filename:
            return say(key, where=error.filename)
    return say("cli.system", where=error.filename or "", why=error.strerror or repr(error))
