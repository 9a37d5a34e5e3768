"""`hoidap kb proposed`: wordings that officers' choices propose as variants, to be read."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from bot.cli.terminal import KnowledgeDir, out, printable, settings_for
from bot.clock import now
from bot.config import Settings
from bot.kb import Knowledge, load
from bot.phrases import say
from bot.proposing import LOOKED_BACK, ProposedVariant, proposed_variants


def proposed_command(
    as_json: Annotated[bool, typer.Option("--json", help="Mỗi dòng một JSON.")] = False,
    knowledge: KnowledgeDir = None,
) -> None:
    """Xem những cách hỏi mà lựa chọn của cán bộ đề xuất cho từng mục; nhận hay bỏ qua ở trang duyệt.

    [dim]Ví dụ:[/dim]  hoidap kb proposed
    [dim]Cho máy đọc:[/dim]  hoidap kb proposed --json | jq .wording
    """
    settings = settings_for(knowledge, log_level="WARNING")
    base = load(settings.knowledge)
    found = asyncio.run(_read(settings, base))
    if as_json:
        for one in _all(found):
            sys.stdout.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")
        return
    if not found:
        out.print(say("proposed.none", days=LOOKED_BACK.days))
        return
    if out.is_terminal:
        out.print(_table(found))
    else:
        for one in _all(found):
            sys.stdout.write("\t".join((one.entry, printable(one.wording), *_figures(one))) + "\n")
    wordings = len(_all(found))
    out.print(say("proposed.total", wordings=wordings, entries=len(found)), highlight=False, soft_wrap=True)


async def _read(settings: Settings, base: Knowledge) -> Mapping[str, Sequence[ProposedVariant]]:
    from bot.store import Database, choices

    database = Database(settings.database)
    try:
        await database.upgrade()
        async with database.reading() as connection:
            chosen = await choices.since(connection, now() - LOOKED_BACK)
            dismissed = [(one.entry, one.wording) for one in await choices.dismissed(connection)]
    finally:
        await database.close()
    return proposed_variants(chosen, base, dismissed)


def _all(found: Mapping[str, Sequence[ProposedVariant]]) -> list[ProposedVariant]:
    return [one for own in found.values() for one in own]


def _table(found: Mapping[str, Sequence[ProposedVariant]]) -> Table:
    table = Table(*say("proposed.columns").split(" | "))
    for one in _all(found):
        table.add_row(one.entry, Text(printable(one.wording)), *_figures(one))
    return table


def _figures(one: ProposedVariant) -> tuple[str, ...]:
    return str(one.people), str(one.liked), str(one.others), f"{one.confidence:.0%}"
