"""The operator's way into the review console."""

import asyncio
import sys
from typing import Annotated

import typer

from bot.cli.terminal import complain, settings_for
from bot.clock import now
from bot.config import Settings
from bot.domain import VIETNAM, Invitation, Reviewer, Role
from bot.phrases import say

LONGEST_NAME = 80  # characters


def link_command(
    role: Annotated[
        Role, typer.Option(help="Vai trò: expert (chuyên gia) hay admin (quản trị).")
    ] = Role.EXPERT,
    name: Annotated[
        str | None, typer.Option(help="Họ tên người dùng liên kết, hiện khi ký duyệt; bỏ trống thì được hỏi.")
    ] = None,
) -> None:
    """In liên kết vào trang duyệt, dùng được một lần trong mười phút.

    Người có tên trong HOIDAP_REVIEWERS, HOIDAP_ADMINS chỉ cần nhắn /web cho bot.

    [dim]Chuyên gia:[/dim]  hoidap link --role expert --name "Nguyễn Thị Lan"
    [dim]Quản trị:[/dim]  hoidap link --role admin --name "Trần Văn Hải"
    """
    from bot.signing_in import OPERATOR

    settings = settings_for(log_level="WARNING")
    called = " ".join((name or _asked()).split())[:LONGEST_NAME]
    if not any(map(str.isalpha, called)):
        complain(say("cli.no_name"))
        raise typer.Exit(2)
    reviewer = Reviewer(f"{OPERATOR}{called}", called, role)
    invitation = asyncio.run(_invite(settings, reviewer))
    sys.stdout.write(f"{invitation.url}\n")
    complain(say("cli.link", name=reviewer.name, until=f"{invitation.until + VIETNAM:%H:%M}"))


def _asked() -> str:
    """Return the name that the operator types; "" where nobody sits at the terminal."""
    return str(typer.prompt(say("cli.ask_name"), err=True)) if sys.stdin.isatty() else ""


async def _invite(settings: Settings, reviewer: Reviewer) -> Invitation:
    from bot.signing_in import SignIn
    from bot.store import Database

    database = Database(settings.database)
    try:
        await database.upgrade()
        return await SignIn(database, settings.reviewing, settings.address, now).invite(reviewer)
    finally:
        await database.close()
