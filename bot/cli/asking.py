"""Questions from the terminal: asked, matched, explained."""

import asyncio
import json
import secrets
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any

import typer

from bot.app import App, now, open_app
from bot.channels.base import Payload
from bot.channels.console import ConsoleChannel, show
from bot.channels.wire import load_reply
from bot.cli.terminal import KnowledgeDir, out, settings_for, user
from bot.config import Settings
from bot.domain import Envelope, Verdict
from bot.explaining import record, report
from bot.finding import find
from bot.handlers.requests import Rate, read_action
from bot.lanes import run_lane
from bot.live import Brain, build_brain
from bot.phrases import say
from bot.store import chats, outbox

LOOK_AGAIN = 0.02  # s between two looks for the reply to a message


def ask(
    question: Annotated[str | None, typer.Argument(help="Câu hỏi; bỏ trống để trò chuyện.")] = None,
    knowledge: KnowledgeDir = None,
) -> None:
    """Hỏi ngay trong cửa sổ lệnh; câu hỏi được ghi lại như ở mọi kênh khác.

    [dim]Một câu:[/dim]  hoidap ask "muc ho tro xay nha cho ho ngheo"
    [dim]Trò chuyện:[/dim]  hoidap ask   (gõ số để chọn, /help để xem hướng dẫn, Ctrl-D để thoát)
    """
    settings = settings_for(knowledge, log_level="WARNING")
    # Whoever holds the terminal holds the machine: a piped list of questions need not wait its turn.
    settings = settings.model_copy(update={"questions_per_minute": sys.maxsize})
    asyncio.run(_converse(settings, [question] if question is not None else _lines()))


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


async def _converse(settings: Settings, lines: Iterable[str]) -> None:
    async with open_app(settings, [ConsoleChannel()]) as bot:
        answering = bot.answering
        lane = run_lane("answer", bot.asked, answering.claim, answering.work, answering.failed)
        working = asyncio.create_task(lane)  # first on what an earlier conversation left behind
        try:
            await _show_told(bot)
            for line in lines:
                key = secrets.token_hex(16)
                number = await bot.intake.store(ConsoleChannel.name, _envelope(key), {"text": line})
                for part in await _said(bot, number):
                    show(out, part)
                    if not out.is_terminal and _can_be_judged(part):
                        out.print(say("cli.judge"))
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


async def _show_told(bot: App) -> None:
    """Print, once, what experts have said since to earlier questions."""
    async with bot.database.reading() as connection:
        told = await outbox.unseen(connection, ConsoleChannel.name, user(), outbox.TOLD)
    for part in told:
        show(out, part.payload)
        out.print()
        async with bot.database.writing() as connection:
            await outbox.seen(connection, part.id, now())


def _can_be_judged(part: Payload) -> bool:
    buttons = [button for row in load_reply(part).buttons for button in row]
    return any(isinstance(read_action(button.action), Rate) for button in buttons)


async def _said(bot: App, number: int | None) -> Sequence[Payload]:
    """Return the reply to a message once there is one."""
    while True:
        async with bot.database.reading() as connection:
            turns = await chats.transcript(connection, ConsoleChannel.name, user(), limit=1, number=number)
        if turns[0].parts:
            return turns[0].parts
        await asyncio.sleep(LOOK_AGAIN)


def _envelope(key: str) -> Envelope:
    return Envelope(key=key, chat=user(), asker=user())


def match(knowledge: KnowledgeDir = None) -> None:
    """Khớp câu hỏi với kho, không ghi gì: mỗi dòng vào một câu, mỗi dòng ra một JSON.

    [dim]Ví dụ:[/dim]  echo "tt55 con hieu luc khong" | hoidap match
    [dim]Kho khác:[/dim]  hoidap match --knowledge thu-muc < cau-hoi.txt
    """
    settings = settings_for(knowledge, log_level="WARNING")
    brain = build_brain(settings.knowledge, settings.wishes, settings.cache)
    for question in _piped():
        sys.stdout.write(json.dumps(_matched(brain, question), ensure_ascii=False) + "\n")
        sys.stdout.flush()


def _matched(brain: Brain, question: str) -> dict[str, Any]:
    started = time.perf_counter()
    found = find(question, brain.matcher)
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
    knowledge: KnowledgeDir = None,
) -> None:
    """Giải thích vì sao một câu được trả lời như vậy: hiểu thành gì, mục nào hơn mục nào, nhờ đâu.

    [dim]Ví dụ:[/dim]  hoidap explain "muc ho tro xay nha cho ho ngheo"
    [dim]Kho khác:[/dim]  hoidap explain "lãi suất vay" --knowledge thu-muc
    """
    settings = settings_for(knowledge, log_level="WARNING")
    brain = build_brain(settings.knowledge, settings.wishes, settings.cache)
    if as_json:
        sys.stdout.write(json.dumps(record(brain, question), ensure_ascii=False) + "\n")
    else:
        out.print(report(brain, question))
