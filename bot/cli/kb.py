"""The knowledge base from the terminal: checked, tried, its schema."""

import json
import sys

import typer

from bot.cli import changes, drafting, proposed, replay, sheets, stats, trial
from bot.cli.terminal import KnowledgeDir, complain, out, settings_for, today
from bot.errors import KnowledgeError
from bot.kb import describe, inspect, json_schema
from bot.phrases import say

commands = typer.Typer(
    no_args_is_help=True,
    help="Kho tri thức: thêm, kiểm tra, thử, đếm, so hai bản, hỏi lại câu đã hỏi, ra bảng tính và vào lại.",
)
commands.command("test")(trial.test_command)
commands.command("new")(drafting.new_command)
commands.command("stats")(stats.stats_command)
commands.command("diff")(changes.diff_command)
commands.command("replay")(replay.replay_command)
commands.command("proposed")(proposed.proposed_command)
commands.command("export")(sheets.export_command)
commands.command("import")(sheets.import_command)


@commands.command("check")
def check_command(knowledge: KnowledgeDir = None) -> None:
    """Kiểm tra kho: báo mọi lỗi một lần, kèm tệp, dòng và cách sửa; mã thoát 1 khi có lỗi.

    Điều chỉ nên xem lại (mục vừa hết hạn, bảng, ảnh) nêu riêng ở đầu, không đổi mã thoát.

    [dim]Ví dụ:[/dim]  hoidap kb check
    """
    base, problems = inspect(settings_for(knowledge, log_level="WARNING").knowledge, today())
    if warnings := [problem for problem in problems if problem.is_warning]:
        complain(*map(describe, warnings), say("cli.warnings", count=len(warnings)))
    if errors := [problem for problem in problems if not problem.is_warning]:
        raise KnowledgeError(errors)
    out.print(say("cli.check_clean", entries=len(base.entries), documents=len(base.documents)))


@commands.command("schema")
def schema_command() -> None:
    """In lược đồ JSON cho trình soạn thảo (tệp `knowledge/schema.json`).

    [dim]Ví dụ:[/dim]  hoidap kb schema > knowledge/schema.json
    """
    sys.stdout.write(json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n")
