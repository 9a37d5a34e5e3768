"""Questions that wait for an expert, from the terminal: listed, shown, settled."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypeVar

import typer
from rich.table import Table
from rich.text import Text

from bot.app import now, offline_channels
from bot.cli.terminal import KnowledgeDir, err, out, printable, settings_for, user
from bot.config import Settings
from bot.domain import VIETNAM, Waiting
from bot.handlers.command import shorten
from bot.kb import load
from bot.lanes import Wake
from bot.phrases import say
from bot.reviewing import Reviewing
from bot.store import Connection, Database, waiting

Result = TypeVar("Result")
commands = typer.Typer(no_args_is_help=True, help="Câu đang chờ chuyên gia: xem, giải quyết.")


@commands.command("list")
def list_command(
    as_json: Annotated[bool, typer.Option("--json", help="Mỗi dòng một JSON.")] = False,
    limit: Annotated[int, typer.Option(help="Nhiều nhất bao nhiêu câu.")] = 50,
) -> None:
    """Liệt kê câu đang chờ, cũ nhất trước.

    [dim]Ví dụ:[/dim]  hoidap unanswered list --json | jq .question
    """
    items = _read(lambda connection: waiting.open_items(connection, limit))
    if as_json:
        for item in items:
            sys.stdout.write(json.dumps(_plain(item), ensure_ascii=False) + "\n")
        return
    table = Table("#", "Hỏi lúc (giờ Việt Nam)", "Kênh", "Lý do", "Câu hỏi")
    for item in items:
        asked = f"{item.asked_at + VIETNAM:%d/%m/%Y %H:%M}"
        table.add_row(
            str(item.number),
            asked,
            item.channel,
            say(f"reason.{item.reason.value}"),
            Text(printable(shorten(item.question))),
        )
    out.print(table if items else say("queue.none"))


@commands.command("show")
def show_command(number: Annotated[int, typer.Argument(help="Số của câu hỏi, ví dụ 128.")]) -> None:
    """Xem một câu: nguyên văn, vì sao chưa trả lời được, các mục gần nhất.

    [dim]Ví dụ:[/dim]  hoidap unanswered show 128
    """
    item = _read(lambda connection: waiting.get(connection, number))
    if item is None:
        err.print(say("cli.no_item", number=number))
        raise typer.Exit(1)
    settled = _read(lambda connection: waiting.settled(connection, number))
    earlier = [_plain(each) for each in settled if each != item]
    out.print_json(json.dumps({**_plain(item), "earlier": earlier}, ensure_ascii=False))


@commands.command("resolve")
def resolve_command(
    number: Annotated[int, typer.Argument(help="Số của câu hỏi.")],
    entry: Annotated[str | None, typer.Option(help="Mã mục trả lời câu này.")] = None,
    note: Annotated[str | None, typer.Option(help="Lời của chuyên gia gửi người hỏi.")] = None,
    by: Annotated[str | None, typer.Option(help="Ai giải quyết; bỏ trống: người đang đăng nhập.")] = None,
    knowledge: KnowledgeDir = None,
) -> None:
    """Giải quyết một câu bằng một mục, một lời nhắn, hoặc cả hai; người hỏi nhận được ở nơi đã hỏi.

    [dim]Bằng mục:[/dim]  hoidap unanswered resolve 128 --entry nha-o-muc-ho-tro-xay-moi
    [dim]Bằng lời:[/dim]  hoidap unanswered resolve 128 --note "Việc này thuộc Sở Xây dựng."
    """
    if not (entry or note):
        raise typer.BadParameter(say("cli.entry_or_note"))
    settings = settings_for(knowledge, log_level="WARNING")
    if not asyncio.run(_resolve(settings, number, by or user(), entry, note)):
        err.print(say("cli.no_item", number=number))
        raise typer.Exit(1)
    out.print(say("cli.resolved", number=number))


async def _resolve(settings: Settings, number: int, by: str, entry: str | None, note: str | None) -> bool:
    knowledge = load(settings.knowledge)
    if entry and entry not in knowledge.entries:
        raise typer.BadParameter(say("cli.no_entry", entry=entry))
    async with _database(settings) as database:
        reviewing = Reviewing(database, offline_channels(settings), frozenset(), now, Wake())
        return await reviewing.resolve(number, by, knowledge, entry, note) is not None


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database)
    try:
        await database.upgrade()
        yield database
    finally:
        await database.close()


def _read(read: Callable[[Connection], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        async with _database(settings_for(log_level="WARNING")) as database, database.reading() as connection:
            return await read(connection)

    return asyncio.run(run())


def _plain(item: Waiting) -> dict[str, Any]:
    return {
        "number": item.number,
        "question": item.question,
        "reason": item.reason.value,
        "channel": item.channel,
        "asked_at": item.asked_at.isoformat(),
        "shown": item.shown,
        "nearest": [[candidate.entry, candidate.confidence] for candidate in item.candidates],
        "resolved_at": item.resolved_at.isoformat() if item.resolved_at else None,
        "resolved_by": item.resolved_by,
        "entry": item.entry,
        "note": item.note,
    }
