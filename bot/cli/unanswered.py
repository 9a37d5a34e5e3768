"""Questions that wait for an expert, from the terminal: listed, shown, settled, put together and apart."""

import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.table import Table
from rich.text import Text

from bot.cli.terminal import KnowledgeDir, err, out, printable, settings_for, user
from bot.config import Settings
from bot.domain import VIETNAM, Reason, midnight
from bot.items import NOT_OURS, OPEN_STATES, Act, Item, ItemState, QueueFilter, QueueOrder, Whole, Wording
from bot.kb import Knowledge, load
from bot.phrases import say

if TYPE_CHECKING:
    from bot.cli.desk import Desk
    from bot.store import Connection

Result = TypeVar("Result")
Number = Annotated[
    int, typer.Argument(help="Số của câu hỏi, ví dụ 128; số của câu nào trong nhóm cũng được.")
]
By = Annotated[str | None, typer.Option(help="Ai làm việc này; bỏ trống: người đang đăng nhập.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Ngày, giờ Việt Nam: 2026-11-23.")]
commands = typer.Typer(
    no_args_is_help=True, help="Câu đang chờ chuyên gia: xem, trả lời, hỏi lại, gộp, tách, hoàn tác."
)


class State(StrEnum):
    """Which items `list` shows."""

    OPEN = "open"
    NEW = "new"
    TAKEN = "taken"
    ASKING = "asking"
    ANSWERED = "answered"
    NOT_OURS = "not_ours"
    ALL = "all"


Away = StrEnum("Away", [(reason.name, reason.value) for reason in NOT_OURS])  # type: ignore[misc]


# --- reading ----------------------------------------------------------------------------------------


@commands.command("list")
def list_command(
    text: Annotated[str, typer.Argument(help="Chữ phải có trong câu hỏi, có dấu hay không dấu.")] = "",
    state: Annotated[State, typer.Option(help="Tình trạng; open là còn đang chờ.")] = State.OPEN,
    reason: Annotated[Reason | None, typer.Option(help="Vì sao chưa trả lời được.")] = None,
    topic: Annotated[str | None, typer.Option(help="Mã chủ đề.")] = None,
    province: Annotated[str | None, typer.Option(help="Tỉnh của người hỏi.")] = None,
    channel: Annotated[str | None, typer.Option(help="Kênh: telegram, web, console.")] = None,
    since: Day = None,
    until: Day = None,
    order: Annotated[
        QueueOrder, typer.Option(help="Xếp theo số người hỏi, tuổi, chủ đề.")
    ] = QueueOrder.ASKERS,
    as_json: Annotated[bool, typer.Option("--json", help="Mỗi dòng một JSON.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Nhiều nhất bao nhiêu câu.")] = 50,
) -> None:
    """Liệt kê câu đang chờ, mỗi nhóm câu giống nhau một dòng, nhiều người hỏi nhất trước.

    [dim]Tìm:[/dim]  hoidap unanswered list "vay von" --province "Sơn La"
    [dim]Cho máy đọc:[/dim]  hoidap unanswered list --json | jq .question
    """
    wanted = QueueFilter(
        states=_states(state), topic=topic, province=province, channel=channel, reason=reason,
        since=_utc(since), until=_utc(until), text=text, order=order,
    )  # fmt: skip

    async def read(desk: "Desk") -> list[tuple[Item, tuple[Wording, ...]]]:
        from bot.store import items

        found = (await desk.reviewing.queue(wanted, size=limit)).items
        async with desk.database.reading() as connection:
            wordings = await items.wordings_of(connection, [item.id for item in found])
        return [(item, wordings[item.id]) for item in found]

    from bot.handlers.command import shorten

    items = _work(read)
    if as_json:
        for item, wordings in items:
            _write({**_plain(item), **_asked(wordings)})
        return
    table = Table("#", "Người hỏi", "Gần nhất (giờ Việt Nam)", "Tình trạng", "Lý do", "Tỉnh", "Câu hỏi")
    for item, wordings in items:
        provinces = dict.fromkeys(one.province or say("review.no_province") for one in wordings)
        table.add_row(
            str(item.number),
            str(item.askers),
            f"{item.last_at + VIETNAM:%d/%m/%Y %H:%M}",
            say(f"item_state.{item.state.value}"),
            say(f"reason.{item.reason.value}"),
            ", ".join(provinces),
            Text(printable(shorten(item.question))),
        )
    out.print(table if items else say("queue.none"))


def _states(state: State) -> tuple[ItemState, ...]:
    match state:
        case State.OPEN:
            return OPEN_STATES
        case State.ALL:
            return tuple(one for one in ItemState if one is not ItemState.MERGED)
    return (ItemState(state.value),)


def _utc(day: datetime | None) -> datetime | None:
    """Return the moment that a day of Vietnam begins."""
    return midnight(day.date()) if day else None


@commands.command("show")
def show_command(number: Number) -> None:
    """Xem một câu: mọi cách hỏi, người hỏi, vì sao chưa trả lời được, mục gần nhất, đã làm gì.

    [dim]Ví dụ:[/dim]  hoidap unanswered show 128
    """

    async def read(desk: "Desk") -> tuple[Whole, tuple[Item, ...], list[dict[str, Any]]] | None:
        whole = await desk.reviewing.item(number)
        if whole is None:
            return None
        async with desk.database.reading() as connection:
            earlier = await _earlier(connection, number, whole.item)
        return whole, await desk.gathering.alike(whole.item), earlier

    found = _work(read)
    if found is None:
        err.print(say("conflict.no_item", number=number))
        raise typer.Exit(1)
    whole, alike, earlier = found
    shown = {**_detailed(whole), "alike": [_plain(item) for item in alike], "earlier": earlier}
    out.print_json(json.dumps(shown, ensure_ascii=False))


# --- acts ---------------------------------------------------------------------------------------------


@commands.command("resolve")
def resolve_command(
    number: Number,
    entry: Annotated[str | None, typer.Option(help="Mã mục trả lời câu này.")] = None,
    note: Annotated[str | None, typer.Option(help="Lời của chuyên gia gửi người hỏi.")] = None,
    by: By = None,
    knowledge: KnowledgeDir = None,
) -> None:
    """Trả lời một câu bằng một mục, một lời nhắn, hoặc cả hai; mọi người đã hỏi nhận được ở nơi đã hỏi.

    [dim]Bằng mục:[/dim]  hoidap unanswered resolve 128 --entry nha-o-muc-ho-tro-xay-moi
    [dim]Bằng lời:[/dim]  hoidap unanswered resolve 128 --note "Việc này thuộc Sở Xây dựng."
    """
    if not (entry or note):
        raise typer.BadParameter(say("cli.entry_or_note"))
    settings = settings_for(knowledge, log_level="WARNING")
    base = load(settings.knowledge)
    if entry and entry not in base.entries:
        raise typer.BadParameter(say("cli.no_entry", entry=entry))
    act = _act(lambda desk: desk.reviewing.answer(number, by or user(), entry, note), settings, base)
    out.print(say("cli.resolved", number=number, act=act.id), soft_wrap=True)


@commands.command("not-ours")
def not_ours_command(
    number: Number,
    reason: Annotated[Away, typer.Option(help="Vì sao không thuộc mình.")],
    note: Annotated[str | None, typer.Option(help="Tên cơ quan có trách nhiệm, hoặc lời nhắn thêm.")] = None,
    by: By = None,
) -> None:
    """Báo một câu không thuộc mình; người hỏi được trả lời theo lý do.

    [dim]Ví dụ:[/dim]  hoidap unanswered not-ours 128 --reason other_body --note "Sở Xây dựng"
    """
    why = Reason(reason.value)
    act = _act(lambda desk: desk.reviewing.not_ours(number, by or user(), why, note))
    out.print(say("cli.sent_away", number=number, act=act.id), soft_wrap=True)


@commands.command("ask")
def ask_command(
    number: Number,
    text: Annotated[str, typer.Argument(help="Điều cần hỏi lại.")],
    by: By = None,
) -> None:
    """Hỏi lại những người đã hỏi; lời họ đáp được lưu kèm câu hỏi.

    [dim]Ví dụ:[/dim]  hoidap unanswered ask 128 "Hộ này ở xã nào, thuộc huyện nghèo không ạ?"
    """
    act = _act(lambda desk: desk.reviewing.ask_back(number, by or user(), text))
    out.print(say("cli.asked_back", number=number, act=act.id), soft_wrap=True)


@commands.command("merge")
def merge_command(
    number: Number,
    into: Annotated[int, typer.Argument(help="Số của câu nhận vào.")],
    by: By = None,
) -> None:
    """Gộp một câu vào câu khác, khi hai câu là một.

    [dim]Ví dụ:[/dim]  hoidap unanswered merge 131 128
    """
    act = _act(lambda desk: desk.reviewing.merge(number, into, by or user()))
    out.print(say("cli.merged", number=number, into=into, act=act.id), soft_wrap=True)


@commands.command("split")
def split_command(
    number: Number,
    wordings: Annotated[list[int], typer.Argument(help="Số của các câu cần tách ra (xem lệnh show).")],
    by: By = None,
) -> None:
    """Tách vài câu khỏi nhóm, khi chúng là câu khác.

    [dim]Ví dụ:[/dim]  hoidap unanswered split 128 130 131
    """

    async def split(desk: "Desk") -> Act:
        whole = await desk.reviewing.item(number)
        chosen = [one.id for one in whole.wordings if one.number in wordings] if whole else []
        return await desk.reviewing.split(number, chosen, by or user())

    act = _act(split)
    out.print(say("cli.split", number=number, act=act.id), soft_wrap=True)


@commands.command("undo")
def undo_command(
    act: Annotated[int, typer.Argument(help="Số của việc cần hoàn tác (xem lệnh show).")], by: By = None
) -> None:
    """Hoàn tác một việc: tin chưa gửi thì không gửi nữa, ai đã nhận thì được báo là rút lại.

    [dim]Ví dụ:[/dim]  hoidap unanswered undo 17
    """
    _act(lambda desk: desk.reviewing.undo(act, by or user()))
    out.print(say("cli.undone", act=act), soft_wrap=True)


@commands.command("hold")
def hold_command(
    entry: Annotated[str, typer.Argument(help="Mã mục.")],
    off: Annotated[bool, typer.Option("--off", help="Thôi giữ.")] = False,
    by: By = None,
) -> None:
    """Giữ một mục: khi mục lên kho, không tự đóng câu đang chờ và báo người hỏi.

    [dim]Ví dụ:[/dim]  hoidap unanswered hold nha-o-muc-ho-tro-xay-moi
    """
    _work(lambda desk: desk.reviewing.hold(entry, by or user(), held=not off))
    out.print(say("cli.let_go", entry=entry) if off else say("cli.held", entry=entry), soft_wrap=True)


# --- the queue, opened -------------------------------------------------------------------------------
# Databases and channels take seconds to import: only what opens the queue waits for them.


def _work(
    what: Callable[["Desk"], Awaitable[Result]],
    settings: Settings | None = None,
    base: Knowledge | None = None,
) -> Result:
    from bot.cli import desk

    return desk.work(what, settings, base)


def _act(
    what: Callable[["Desk"], Awaitable[Act]], settings: Settings | None = None, base: Knowledge | None = None
) -> Act:
    from bot.cli import desk

    return desk.act(what, settings, base)


async def _earlier(connection: "Connection", number: int, item: Item) -> list[dict[str, Any]]:
    """Return how a question was settled, each time that it was before it waited again."""
    from bot.store import waiting

    return [
        {
            "resolved_at": _time(one.resolved_at),
            "resolved_by": one.resolved_by,
            "entry": one.entry,
            "note": one.note,
        }
        for one in await waiting.settled(connection, number)
        if one.resolved_at != item.settled_at
    ]


# --- as JSON --------------------------------------------------------------------------------------------


def _write(plain: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(plain, ensure_ascii=False) + "\n")


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _plain(item: Item) -> dict[str, Any]:
    return {
        "number": item.number,
        "question": item.question,
        "state": item.state.value,
        "reason": item.reason.value,
        "topic": item.topic,
        "askers": item.askers,
        "asked": item.asked,
        "first_at": _time(item.first_at),
        "last_at": _time(item.last_at),
        "taken_by": item.taken_by,
        "resolved_by": item.settled_by,
        "resolved_at": _time(item.settled_at),
        "entry": item.entry,
        "note": item.note,
    }


def _asked(wordings: Iterable[Wording]) -> dict[str, Any]:
    """Return in which words an item was asked, and how often from each province and channel."""
    return {
        "wordings": list(dict.fromkeys(one.text for one in wordings)),
        "provinces": Counter(one.province for one in wordings).most_common(),
        "channels": Counter(one.channel for one in wordings).most_common(),
    }


def _detailed(whole: Whole) -> dict[str, Any]:
    return {
        **_plain(whole.item),
        "askers_by": [[one.channel, one.province, one.count] for one in whole.askers],
        "nearest": [[one.entry, one.confidence] for one in whole.nearest],
        "documents": list(whole.documents),
        "wordings": [
            {
                "number": one.number,
                "text": one.text,
                "asked_at": _time(one.asked_at),
                "channel": one.channel,
                "reason": one.reason.value,
                "shown": one.shown,
            }
            for one in whole.wordings
        ],
        "drafts": [{"by": one.by, "at": _time(one.at), "text": one.text} for one in whole.drafts],
        "acts": [
            {
                "act": one.id,
                "kind": one.kind.value,
                "by": one.by,
                "at": _time(one.at),
                "undoes": one.undoes,
                "details": dict(one.details),
            }
            for one in whole.acts
        ],
    }
