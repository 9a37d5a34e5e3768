"""The knowledge base from the terminal: checked, tried, its schema."""

import json
import sys

import typer
from rich.table import Table

from bot.cli import changes, drafting, sheets
from bot.cli.terminal import KnowledgeDir, err, out, settings_for
from bot.errors import KnowledgeError
from bot.explaining import percent
from bot.kb import inspect, json_schema
from bot.live import build_brain
from bot.phrases import say
from bot.trial import ask_tests

commands = typer.Typer(
    no_args_is_help=True, help="Kho tri thức: thêm, kiểm tra, thử, xuất lược đồ cho trình soạn thảo."
)
commands.command("new")(drafting.new_command)
commands.command("diff")(changes.diff_command)
commands.command("export")(sheets.export_command)
commands.command("import")(sheets.import_command)


@commands.command("check")
def check_command(knowledge: KnowledgeDir = None) -> None:
    """Kiểm tra kho: báo mọi lỗi một lần, kèm tệp, dòng và cách sửa; mã thoát 1 khi có lỗi.

    [dim]Ví dụ:[/dim]  hoidap kb check
    """
    base, problems = inspect(settings_for(knowledge, log_level="WARNING").knowledge)
    if problems:
        raise KnowledgeError(problems)
    out.print(say("cli.check_clean", entries=len(base.entries), documents=len(base.documents)))


@commands.command("test")
def test_command(knowledge: KnowledgeDir = None) -> None:
    """Hỏi thử mọi câu trong `tests`: câu nào không tìm ra mục của nó thì nêu mục nào đã thắng.

    [dim]Ví dụ:[/dim]  hoidap kb test
    """
    settings = settings_for(knowledge, log_level="WARNING")
    brain = build_brain(settings.knowledge, settings.wishes, settings.cache)
    results = ask_tests(brain)
    for miss in results.misses:
        out.print(
            say("cli.miss", question=miss.question, right=miss.right, won=miss.won, rank=miss.rank or ">4"),
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    table = Table("Chủ đề", "Câu", "Đúng nhất", "Trong 3", "Trả lời ngay", "Trả lời sai")
    for row in results.rows:
        table.add_row(
            row.topic, str(row.asked), row.share(row.first), row.share(row.third), row.share(row.answered),
            row.share(row.wrong),
        )  # fmt: skip
    out.print(table)
    if results.rows[-1].asked == 0:
        err.print(say("cli.no_tests"))
        raise typer.Exit(1)
    curve = Table(
        "Ngưỡng", "Được trả lời", "Sai trong số đó", "", title=say("cli.curve"), title_justify="left"
    )
    for point in results.curve:
        curve.add_row(
            percent(point.confidence), percent(point.answered),
            percent(point.wrong) if point.answered else "–", say("cli.present") if point.is_present else "",
        )  # fmt: skip
    out.print(curve)
    out.print(
        say("cli.calibration", error=percent(results.calibration_error)), highlight=False, soft_wrap=True
    )


@commands.command("schema")
def schema_command() -> None:
    """In lược đồ JSON cho trình soạn thảo (tệp `knowledge/schema.json`).

    [dim]Ví dụ:[/dim]  hoidap kb schema > knowledge/schema.json
    """
    sys.stdout.write(json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n")
