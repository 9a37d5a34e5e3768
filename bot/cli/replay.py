"""`hoidap kb replay`: the questions really asked, put to the base as it was and as it would be."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.terminal import KnowledgeDir, Misused, complain, settings_for, today
from bot.config import Settings
from bot.errors import KnowledgeError
from bot.kb import describe
from bot.kb.revisions import branched_off, checked_out
from bot.phrases import say

if TYPE_CHECKING:
    from bot.live import Brain

SHORT = 10  # digits of a commit that people are shown
EARLIEST = date(2000, 1, 1)
_DAYS = re.compile(r"(\d{1,5})d")


def replay_command(
    base: Annotated[
        str | None,
        typer.Argument(metavar="[BASE]", help="Kho đã sửa: thư mục hoặc bản git; bỏ trống: kho hiện nay."),
    ] = None,
    before: Annotated[
        str | None,
        typer.Option(
            help="So với kho nào: thư mục hoặc bản git như HEAD~3. Bỏ trống: kho hiện nay khi có nêu BASE, "
            "không nêu thì bản đã lưu trong git, ở nhánh riêng là chỗ rẽ khỏi main."
        ),
    ] = None,
    since: Annotated[
        str, typer.Option(help="Câu hỏi từ bao giờ: số ngày như 30d, hoặc ngày như 2026-11-01.")
    ] = "30d",
    questions: Annotated[
        Path | None,
        typer.Option(
            help="Lấy câu hỏi từ tệp thay vì nhật ký: CSV tải ở trang Số liệu, hoặc mỗi dòng một câu."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Một JSON, cho chương trình khác đọc.")] = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Bản tóm tắt Markdown, để dán vào pull request.")
    ] = False,
    exit_code: Annotated[
        bool,
        typer.Option("--exit-code", help="Mã thoát 1 khi có câu mất câu trả lời hay đổi sang mục khác."),
    ] = False,
    knowledge: KnowledgeDir = None,
) -> None:
    """Hỏi lại những câu cán bộ đã hỏi thật: câu nào đổi câu trả lời, được thêm, mất đi; câu hỏi nhiều trước.

    Mã thoát: 0 khi làm xong, 2 khi không đọc được kho hay câu hỏi; thêm --exit-code thì 1 khi có câu xấu đi.

    [dim]Bản đang sửa so với bản đã lưu:[/dim]  hoidap kb replay --since 90d
    [dim]Một kho khác so với kho đang dùng:[/dim]  hoidap kb replay kho-moi
    [dim]Trong CI, không có nhật ký:[/dim]  hoidap kb replay --questions cau-hoi.csv --markdown --exit-code
    """
    if as_json and as_markdown:
        raise Misused(say("replay.one_form"))
    from bot.cli import replayed

    settings = settings_for(knowledge, log_level="WARNING")
    earliest = _day(since)
    asked = replayed.read_file(questions, earliest) if questions else replayed.read_log(settings, earliest)
    if not asked:
        complain(say("replay.no_questions", since=f"{earliest:%d/%m/%Y}"))
    old = before or (str(settings.knowledge) if base else branched_off(settings.knowledge))
    with _version(base or str(settings.knowledge), settings) as now, _version(old, settings) as was:
        found = replayed.ask(was, now, asked, today())
    names = _short(old), base or str(settings.knowledge)
    if as_json:
        replayed.write_json(found, names)
    elif as_markdown:
        replayed.write_markdown(found, names)
    else:
        replayed.show(found, names)
    if exit_code and replayed.is_worse(found):
        raise typer.Exit(1)


def _day(since: str) -> date:
    days = _DAYS.fullmatch(since)
    try:
        day = today() - timedelta(days=int(days[1])) if days else date.fromisoformat(since)
        return max(day, EARLIEST)
    except ValueError:
        raise Misused(say("replay.since", since=since)) from None


@contextmanager
def _version(name: str, settings: Settings) -> Iterator["Brain"]:
    """Yield the base in a directory, or as git has it; ends with 2 when it is broken."""
    from bot.live import build_brain

    found: AbstractContextManager[Path] = (
        nullcontext(Path(name)) if Path(name).is_dir() else checked_out(settings.knowledge, name)
    )
    with found as place:
        try:
            yield build_brain(place, settings.wishes, settings.cache)
        except KnowledgeError as error:
            complain(say("diff.broken", version=_short(name)), *map(describe, error.problems))
            raise typer.Exit(2) from None


def _short(name: str) -> str:
    return name[:SHORT] if re.fullmatch(r"[0-9a-f]{40}", name) else name
