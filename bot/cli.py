"""The command line: reads the settings, calls what does the work, prints. No logic of its own."""

import asyncio
import getpass
import json
import secrets
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.app import App, now, offline_channels, open_app, serve
from bot.channels.base import Payload
from bot.channels.console import ConsoleChannel, show
from bot.channels.wire import load_reply
from bot.config import Settings, read_settings, settings_table
from bot.domain import VIETNAM, Envelope, Verdict, Waiting
from bot.errors import BadDatabaseUrl, ConfigError, DatabaseRefused, KnowledgeError, Overtaken
from bot.explaining import percent, record, report
from bot.finding import find
from bot.gathering import Gathering
from bot.handlers.command import shorten
from bot.handlers.requests import Rate, read_action
from bot.kb import describe, inspect, json_schema, load
from bot.lanes import Wake, run_lane
from bot.live import Brain, build_brain
from bot.logs import redact, set_up
from bot.phrases import say
from bot.reviewing import Reviewing, conflict_text
from bot.store import Connection, Database, chats, outbox, waiting
from bot.trial import ask_tests

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich", pretty_exceptions_enable=False)
kb = typer.Typer(no_args_is_help=True, help="Kho tri thức: kiểm tra, thử, xuất lược đồ cho trình soạn thảo.")
unanswered = typer.Typer(no_args_is_help=True, help="Câu đang chờ chuyên gia: xem, giải quyết.")
app.add_typer(kb, name="kb")
app.add_typer(unanswered, name="unanswered")

LOOK_AGAIN = 0.02  # s between two looks for the reply to a message

out = Console()
err = Console(stderr=True)
Result = TypeVar("Result")
KnowledgeDir = Annotated[
    Path | None, typer.Option("--knowledge", "-k", help="Thư mục tri thức; mặc định theo cấu hình.")
]


def main() -> None:
    """Run the command line; what is wrong is said in one place, without a traceback."""
    try:
        app()
    except ConfigError as error:
        # A token may have been put where another value belongs.
        _complain(say("cli.config_wrong"), redact(str(error)))
        sys.exit(2)
    except BadDatabaseUrl:
        _complain(say("cli.database_url"))
        sys.exit(2)
    except DatabaseRefused as error:
        _complain(say(f"cli.database_refused.{error.backend}", where=error.where, why=error))
        sys.exit(2)
    except OSError as error:
        _complain(say("cli.system", where=error.filename or "", why=error.strerror or repr(error)))
        sys.exit(2)
    except KnowledgeError as error:
        _complain(*map(describe, error.problems), say("cli.problems", count=len(error.problems)))
        sys.exit(1)


def _complain(*lines: str) -> None:
    err.print(*lines, sep="\n", markup=False, highlight=False, soft_wrap=True)


def _settings(knowledge: Path | None = None, log_level: str | None = None) -> Settings:
    settings = read_settings()
    set_up(settings.log_format, log_level or settings.log_level)
    return settings.model_copy(update={"knowledge": knowledge}) if knowledge else settings


# --- running --------------------------------------------------------------------------------------


@app.command("serve")
def serve_command() -> None:
    """Chạy bot: trang web và mọi kênh đã cấu hình.

    [dim]Ví dụ:[/dim]  hoidap serve
    [dim]Có Telegram:[/dim]  HOIDAP_TELEGRAM_TOKEN=… hoidap serve
    """
    asyncio.run(serve(_settings()))


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="Câu hỏi; bỏ trống để trò chuyện.")] = None,
    knowledge: KnowledgeDir = None,
) -> None:
    """Hỏi ngay trong cửa sổ lệnh; câu hỏi được ghi lại như ở mọi kênh khác.

    [dim]Một câu:[/dim]  hoidap ask "muc ho tro xay nha cho ho ngheo"
    [dim]Trò chuyện:[/dim]  hoidap ask   (gõ số để chọn, /help để xem hướng dẫn, Ctrl-D để thoát)
    """
    settings = _settings(knowledge, log_level="WARNING")
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
        told = await outbox.unseen(connection, ConsoleChannel.name, _user(), outbox.TOLD)
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
            turns = await chats.transcript(connection, ConsoleChannel.name, _user(), limit=1, number=number)
        if turns[0].parts:
            return turns[0].parts
        await asyncio.sleep(LOOK_AGAIN)


def _envelope(key: str) -> Envelope:
    return Envelope(key=key, chat=_user(), asker=_user())


def _user() -> str:
    """Return who is at the terminal; a container may run as a number that nobody has named."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "console"


@app.command()
def match(knowledge: KnowledgeDir = None) -> None:
    """Khớp câu hỏi với kho, không ghi gì: mỗi dòng vào một câu, mỗi dòng ra một JSON.

    [dim]Ví dụ:[/dim]  echo "tt55 con hieu luc khong" | hoidap match
    [dim]Kho khác:[/dim]  hoidap match --knowledge thu-muc < cau-hoi.txt
    """
    settings = _settings(knowledge, log_level="WARNING")
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


@app.command("explain")
def explain_command(
    question: Annotated[str, typer.Argument(help="Câu hỏi, trong dấu nháy.")],
    as_json: Annotated[bool, typer.Option("--json", help="Một JSON, cho chương trình khác đọc.")] = False,
    knowledge: KnowledgeDir = None,
) -> None:
    """Giải thích vì sao một câu được trả lời như vậy: hiểu thành gì, mục nào hơn mục nào, nhờ đâu.

    [dim]Ví dụ:[/dim]  hoidap explain "muc ho tro xay nha cho ho ngheo"
    [dim]Kho khác:[/dim]  hoidap explain "lãi suất vay" --knowledge thu-muc
    """
    settings = _settings(knowledge, log_level="WARNING")
    brain = build_brain(settings.knowledge, settings.wishes, settings.cache)
    if as_json:
        sys.stdout.write(json.dumps(record(brain, question), ensure_ascii=False) + "\n")
    else:
        out.print(report(brain, question))


@app.command("settings")
def settings_command() -> None:
    """In bảng mọi biến cấu hình (Markdown): tên, mặc định, ý nghĩa.

    [dim]Ví dụ:[/dim]  hoidap settings
    """
    sys.stdout.write(settings_table())


# --- the knowledge base -----------------------------------------------------------------------------


@kb.command("check")
def check_command(knowledge: KnowledgeDir = None) -> None:
    """Kiểm tra kho: báo mọi lỗi một lần, kèm tệp, dòng và cách sửa; mã thoát 1 khi có lỗi.

    Điều chỉ nên xem lại (mục vừa hết hạn, bảng, ảnh) nêu riêng ở đầu, không đổi mã thoát.

    [dim]Ví dụ:[/dim]  hoidap kb check
    """
    today = (now() + VIETNAM).date()
    base, problems = inspect(_settings(knowledge, log_level="WARNING").knowledge, today)
    if warnings := [problem for problem in problems if problem.is_warning]:
        _complain(*map(describe, warnings), say("cli.warnings", count=len(warnings)))
    if errors := [problem for problem in problems if not problem.is_warning]:
        raise KnowledgeError(errors)
    out.print(say("cli.check_clean", entries=len(base.entries), documents=len(base.documents)))


@kb.command("test")
def test_command(knowledge: KnowledgeDir = None) -> None:
    """Hỏi thử mọi câu trong `tests`: câu nào không tìm ra mục của nó thì nêu mục nào đã thắng.

    [dim]Ví dụ:[/dim]  hoidap kb test
    """
    settings = _settings(knowledge, log_level="WARNING")
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


@kb.command("schema")
def schema_command() -> None:
    """In lược đồ JSON cho trình soạn thảo (tệp `knowledge/schema.json`).

    [dim]Ví dụ:[/dim]  hoidap kb schema > knowledge/schema.json
    """
    sys.stdout.write(json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n")


# --- questions that wait ------------------------------------------------------------------------------


@unanswered.command("list")
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
            Text(_printable(shorten(item.question))),
        )
    out.print(table if items else say("queue.none"))


@unanswered.command("show")
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


@unanswered.command("resolve")
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
    settings = _settings(knowledge, log_level="WARNING")
    if not asyncio.run(_resolve(settings, number, by or _user(), entry, note)):
        err.print(say("cli.no_item", number=number))
        raise typer.Exit(1)
    out.print(say("cli.resolved", number=number))


async def _resolve(settings: Settings, number: int, by: str, entry: str | None, note: str | None) -> bool:
    knowledge = load(settings.knowledge)
    if entry and entry not in knowledge.entries:
        raise typer.BadParameter(say("cli.no_entry", entry=entry))
    async with _database(settings) as database:
        await Gathering(database).gather_all()
        channels = offline_channels(settings)
        reviewing = Reviewing(database, channels, frozenset(), now, Wake(), lambda: knowledge)
        try:
            await reviewing.answer(number, by, entry, note)
        except Overtaken as error:
            err.print(conflict_text(error))
            return False
        return True


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
        async with _database(_settings(log_level="WARNING")) as database, database.reading() as connection:
            return await read(connection)

    return asyncio.run(run())


def _printable(text: str) -> str:
    """Return what strangers wrote without what a terminal would obey."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


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
