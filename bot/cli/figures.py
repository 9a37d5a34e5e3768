"""`hoidap stats`: the days that figures are wanted of."""

from datetime import datetime, timedelta
from typing import Annotated

import typer

from bot.cli.terminal import today

DAYS = 30  # without other dates
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Ngày, giờ Việt Nam: 2026-11-23.")]


def stats_command(
    since: Day = None,
    until: Day = None,
    as_json: Annotated[bool, typer.Option("--json", help="Một JSON, cho chương trình khác đọc.")] = False,
) -> None:
    """Số liệu: câu hỏi theo ngày và kết quả, mức hài lòng, câu đang chờ, theo tỉnh, mỗi tỉnh đang vướng gì.

    [dim]30 ngày qua:[/dim]  hoidap stats
    [dim]Một tháng:[/dim]  hoidap stats --since 2026-11-01 --until 2026-11-30 --json
    """
    last = until.date() if until else today()
    first = since.date() if since else last - timedelta(days=DAYS - 1)
    from bot.cli.counting import tell

    tell(first, last, as_json)
