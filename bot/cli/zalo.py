"""What an operator does for Zalo."""

import asyncio
import getpass
import sys

import typer

from bot.cli.terminal import Misused, complain, out, settings_for
from bot.config import Settings
from bot.errors import RetryLater
from bot.phrases import say

commands = typer.Typer(no_args_is_help=True, help="Zalo Official Account.")


@commands.callback()
def zalo() -> None:
    """Zalo Official Account."""


@commands.command("token")
def token_command() -> None:
    """Đưa refresh token của OA cho bot: dùng được một lần, sau đó bot tự đổi token mới trước khi hết hạn.

    Lấy ở trang Zalo for Developers (công cụ API Explorer, chọn Official Account), dán vào khi được hỏi.

    [dim]Từ tệp:[/dim]  hoidap zalo token < refresh-token.txt
    """
    settings = settings_for(log_level="WARNING")
    if not settings.zalo_oa_app:
        raise Misused(say("cli.zalo.no_account"))
    # Never an argument: those stand in the shell's history and in the list of processes.
    refresh = (
        getpass.getpass(f"{say('cli.zalo.ask')}: ") if sys.stdin.isatty() else sys.stdin.read()
    ).strip()
    if not refresh:
        raise Misused(say("cli.zalo.empty"))
    try:
        asyncio.run(_adopt(settings, refresh))
    except RetryLater as error:
        complain(say("cli.zalo.refused", why=error))
        raise typer.Exit(1) from None
    out.print(say("cli.zalo.adopted"))


async def _adopt(settings: Settings, refresh: str) -> None:
    from bot.platforms import zalo_oa
    from bot.store import Database

    database = Database(settings.database)
    channel = zalo_oa(settings, database)
    try:
        await database.upgrade()
        await channel.adopt(refresh)
    finally:
        await channel.stop()
        await database.close()
