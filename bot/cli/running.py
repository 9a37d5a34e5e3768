"""What runs the bot, and what it runs with."""

import sys

import uvloop

from bot.cli.terminal import settings_for
from bot.config import settings_table


def serve_command() -> None:
    """Chạy bot: trang web và mọi kênh đã cấu hình.

    [dim]Ví dụ:[/dim]  hoidap serve
    [dim]Có Telegram:[/dim]  HOIDAP_TELEGRAM_TOKEN=… hoidap serve
    """
    from bot.app import serve

    uvloop.run(serve(settings_for()))


def settings_command() -> None:
    """In bảng mọi biến cấu hình (Markdown): tên, mặc định, ý nghĩa.

    [dim]Ví dụ:[/dim]  hoidap settings
    """
    sys.stdout.write(settings_table())
