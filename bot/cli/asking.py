"""Questions from the terminal: asked, matched, explained."""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.terminal import KnowledgeDir, Misused, out, settings_for
from bot.clock import now
from bot.domain import Verdict
from bot.phrases import say

if TYPE_CHECKING:
    from bot.live import Brain

AskedOn = Annotated[
    str | None,
    typer.Option("--on", metavar="NGÀY", help="Hỏi theo ngày này, ví dụ 2023-09-01 hoặc 1/9/2023."),
]


def ask(
    question: Annotated[str | None, typer.Argument(help="Câu hỏi; bỏ trống để trò chuyện.")] = None,
    on: AskedOn = None,
    knowledge: KnowledgeDir = None,
) -> None:
    """Hỏi ngay trong cửa sổ lệnh; câu hỏi được ghi lại như ở mọi kênh khác.

    [dim]Một câu:[/dim]  hoidap ask "muc ho tro xay nha cho ho ngheo"
    [dim]Theo ngày:[/dim]  hoidap ask "chuan ngheo nong thon" --on 2021-06-01
    [dim]Trò chuyện:[/dim]  hoidap ask   (gõ số để chọn, /help để xem hướng dẫn, Ctrl-D để thoát)
    """
    from bot.cli.conversation import converse

    if on:
        question = f"/ngay {_day(on).isoformat()} {question or ''}".strip()
    settings = settings_for(knowledge, log_level="WARNING")
    # Whoever holds the terminal holds the machine: a piped list of questions need not wait its turn.
    settings = settings.model_copy(update={"questions_per_minute": sys.maxsize})
    asyncio.run(converse(settings, [question] if question is not None else _lines()))


def _lines() -> Iterator[str]:
    if not sys.stdin.isatty():
        yield from _piped()
        return
    while True:
        try:
            yield input("> ")
        except EOFError:
            return


def _piped() -> Iterator[str]:
    """Yield the lines of standard input; bytes that are no UTF-8 become U+FFFD."""
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace").rstrip("\r\n")


def match(knowledge: KnowledgeDir = None) -> None:
    """Khớp câu hỏi với kho, không ghi gì: mỗi dòng vào một câu, mỗi dòng ra một JSON.

    [dim]Ví dụ:[/dim]  echo "tt55 con hieu luc khong" | hoidap match
    [dim]Kho khác:[/dim]  hoidap match --knowledge thu-muc < cau-hoi.txt
    """
    brain = _brain(knowledge)
    for question in _piped():
        sys.stdout.write(json.dumps(_matched(brain, question), ensure_ascii=False) + "\n")
        sys.stdout.flush()


def _matched(brain: "Brain", question: str) -> dict[str, Any]:
    from bot.finding import find
    from bot.matching import AsOf
    from bot.normalise.days import asked_of

    started = time.perf_counter()
    when = asked_of(question, _today())
    found = find(question, AsOf(brain.matcher, brain.knowledge, when))
    elapsed = (time.perf_counter() - started) * 1000
    candidates, verdict = found.match.candidates, found.verdict
    best = candidates[0] if candidates else None
    return {
        "question": question,
        "outcome": verdict.value,
        "entry": best.entry if best and verdict is Verdict.ANSWER else None,
        "confidence": round(best.confidence, 6) if best else 0.0,
        "candidates": [
            {"entry": candidate.entry, "confidence": round(candidate.confidence, 6)}
            for candidate in candidates
        ],
        "elapsed_ms": round(elapsed, 3),
    }


def explain_command(
    question: Annotated[str, typer.Argument(help="Câu hỏi, trong dấu nháy.")],
    as_json: Annotated[bool, typer.Option("--json", help="Một JSON, cho chương trình khác đọc.")] = False,
    on: AskedOn = None,
    knowledge: KnowledgeDir = None,
) -> None:
    """Giải thích vì sao một câu được trả lời như vậy: hiểu thành gì, mục nào hơn mục nào, nhờ đâu.

    [dim]Ví dụ:[/dim]  hoidap explain "muc ho tro xay nha cho ho ngheo"
    [dim]Kho khác:[/dim]  hoidap explain "lãi suất vay" --knowledge thu-muc
    """
    from bot.explaining import record, report

    today = _day(on) if on else _today()
    brain = _brain(knowledge)
    if as_json:
        sys.stdout.write(json.dumps(record(brain, question, today), ensure_ascii=False) + "\n")
    else:
        out.print(report(brain, question, today))


def _today() -> date:
    from bot.handlers.context import vietnam_day

    return vietnam_day(now())


def _day(text: str) -> date:
    from bot.normalise.days import day_of

    if day := day_of(text, _today()):
        return day
    raise Misused(say("cli.no_day", value=text))


def _brain(knowledge: Path | None) -> "Brain":
    from bot.live import build_brain

    settings = settings_for(knowledge, log_level="WARNING")
    return build_brain(settings.knowledge, settings.wishes, settings.cache)
