"""`hoidap kb test`: the base is asked its own tests, all of them or those of what was changed."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from bot.cli.terminal import KnowledgeDir, complain, out, settings_for
from bot.explaining import because, percent
from bot.kb import Knowledge, inspect
from bot.kb.diff import touched
from bot.kb.revisions import branched_off, checked_out
from bot.live import Brain, build_brain
from bot.phrases import say
from bot.trial import Asked, Report, ask_tests

SHORT = 10  # digits of a commit that people are shown


def test_command(
    revision: Annotated[
        str | None, typer.Argument(metavar="[BẢN]", help="Bản git để so, đi cùng --changed.")
    ] = None,
    changed: Annotated[
        bool,
        typer.Option("--changed", help="Chỉ hỏi câu thử của các mục đã đổi; không nêu bản: so với main."),
    ] = False,
    least: Annotated[
        float | None, typer.Option(min=0, max=1, help="Mã thoát 1 khi tỷ lệ “Đúng nhất” dưới mức này.")
    ] = None,
    knowledge: KnowledgeDir = None,
) -> None:
    """Hỏi thử mọi câu trong `tests`: câu nào không tìm ra mục của nó thì nêu mục nào đã thắng, nhờ đâu.

    [dim]Cả kho:[/dim]  hoidap kb test --least 0.95
    [dim]Chỉ mục đã đổi:[/dim]  hoidap kb test --changed   hoặc   hoidap kb test --changed HEAD~3
    """
    if revision and not changed:
        raise typer.BadParameter(say("cli.revision_alone", revision=revision))
    settings = settings_for(knowledge, log_level="WARNING")
    brain = build_brain(settings.knowledge, settings.wishes, settings.cache)
    only = _touched(brain.knowledge, settings.knowledge, revision) if changed else None
    results = ask_tests(brain, only)
    _print_misses(brain, results)
    if results.rows[-1].asked == 0:
        _end_without_tests(only)
    out.print(_topics(results))
    if only is None:
        out.print(_curve(results))
        error = percent(results.calibration_error)
        out.print(say("cli.calibration", error=error), highlight=False, soft_wrap=True)
    _demand(results, least)


def _touched(present: Knowledge, directory: Path, revision: str | None) -> frozenset[str]:
    """Return the ids of the entries that are not what they were; what was unreadable then is touched now."""
    commit = revision or branched_off(directory)
    with checked_out(directory, commit) as place:
        found = touched(inspect(place)[0], present)
    revision = revision or commit[:SHORT]
    told = say("cli.touched", count=len(found), revision=revision)
    out.print(
        told if found else say("cli.untouched", revision=revision),
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    return found


def _end_without_tests(only: frozenset[str] | None) -> None:
    """End the command: a base without tests is a failure, a change without them is only told."""
    if only is None:
        complain(say("cli.no_tests"))
    elif only:
        complain(say("cli.untested"))
    raise typer.Exit(1 if only is None else 0)


def _print_misses(brain: Brain, results: Report) -> None:
    for miss in results.misses:
        out.print(_missed(brain, miss), highlight=False, markup=False, soft_wrap=True)


def _missed(brain: Brain, miss: Asked) -> str:
    why = because(brain, miss.question, miss.right, miss.won)
    rank = miss.rank or ">4"
    return say("cli.miss", question=miss.question, right=miss.right, won=miss.won, rank=rank, why=why)


def _topics(results: Report) -> Table:
    table = Table("Chủ đề", "Câu", "Đúng nhất", "Trong 3", "Trả lời ngay", "Trả lời sai")
    for row in results.rows:
        table.add_row(
            row.topic, str(row.asked), row.share(row.first), row.share(row.third), row.share(row.answered),
            row.share(row.wrong),
        )  # fmt: skip
    return table


def _curve(results: Report) -> Table:
    table = Table(
        "Ngưỡng", "Được trả lời", "Sai trong số đó", "", title=say("cli.curve"), title_justify="left"
    )
    for point in results.curve:
        table.add_row(
            percent(point.confidence), percent(point.answered),
            percent(point.wrong) if point.answered else "–", say("cli.present") if point.is_present else "",
        )  # fmt: skip
    return table


def _demand(results: Report, least: float | None) -> None:
    """End with 1 when fewer tests than wished find their entry first."""
    total = results.rows[-1]
    if least is not None and total.first < least * total.asked:
        complain(say("cli.below", share=total.share(total.first), least=percent(least)))
        raise typer.Exit(1)
