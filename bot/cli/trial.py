"""`hoidap kb test`: the base is asked its own tests, all of them or those of what was changed."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.terminal import KnowledgeDir, Misused, complain, out, settings_for
from bot.clock import now
from bot.kb import Knowledge
from bot.kb.diff import touched
from bot.kb.loader import read
from bot.kb.revisions import branched_off, checked_out
from bot.phrases import say

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
    from bot.cli.results import shortfall, show_clauses, show_misses, show_thresholds, show_topics
    from bot.handlers.context import vietnam_day
    from bot.live import build_brain
    from bot.trial import ask_tests

    if revision and not changed:
        raise Misused(say("cli.revision_alone", revision=revision))
    settings = settings_for(knowledge, log_level="WARNING")
    brain = build_brain(settings.knowledge, settings.wishes, settings.cache)
    only = _touched(brain.knowledge, settings.knowledge, revision) if changed else None
    results = ask_tests(brain, vietnam_day(now()), only)
    show_misses(brain, results)
    if results.rows[-1].asked == 0:
        _end_without_tests(only)
    show_topics(results)
    if only is None:
        show_thresholds(results)
        show_clauses(brain)
    if least is not None and (below := shortfall(results, least)):
        complain(below)
        raise typer.Exit(1)


def _touched(present: Knowledge, directory: Path, revision: str | None) -> frozenset[str]:
    """Return the ids of the entries that are not what they were; what was unreadable then is touched now."""
    commit = revision or branched_off(directory)
    with checked_out(directory, commit) as place:
        found = touched(read(place)[0], present)
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
