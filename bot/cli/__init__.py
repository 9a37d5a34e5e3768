"""The door to the command line: which commands there are. They read, call what does the work, and print."""

import sys

import typer

from bot.cli import asking, figures, kb, reviewers, running, unanswered
from bot.cli.terminal import complain
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
from bot.kb.sheet import describe_cell
from bot.logs import redact
from bot.phrases import say

__all__ = ["app", "main"]

NOT_WRITTEN = {
    BadFileName: "write.bad_name",
    Conflict: "write.conflict",
    ByHandOnly: "write.by_hand",
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
app.add_typer(unanswered.commands, name="unanswered")


def main() -> None:
    """Run the command line; what is wrong is said in one place, without a traceback."""
    try:
        app()
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
        complain(say("cli.system", where=error.filename or "", why=error.strerror or repr(error)))
        sys.exit(2)
    except KnowledgeError as error:
        complain(*map(describe, error.problems), say("cli.problems", count=len(error.problems)))
        sys.exit(1)
    except SheetError as error:
        complain(*map(describe_cell, error.problems), say("cli.problems", count=len(error.problems)))
        sys.exit(1)
    except WriteError as error:
        complain(say(NOT_WRITTEN[type(error)], where=error.where))
        sys.exit(1)
    except NoRevision as error:
        complain(say(f"revision.{error.code}", revision=error.revision))
        sys.exit(2)
