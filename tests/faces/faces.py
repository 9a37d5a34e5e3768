"""The same ten conversations on every channel, as people see them there; `docs/channels.md` is made of them.

The shell is the real one, over a base and at an hour that stand still. Each conversation is a new chat.
"""

import asyncio
import html
import re
import tempfile
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

from rich.console import Console

from bot import app
from bot.channels.base import Abilities, Pace, Payload
from bot.channels.console import show
from bot.channels.wire import load_reply
from bot.channels.zalo_oa.render import pressable
from bot.config import Settings
from bot.domain import Envelope
from bot.lanes import run_lane
from bot.platforms import offline_channels
from bot.store import Database, chats
from bot.web.assets import Assets
from bot.web.pages import Pages
from bot.web.turns import TurnView

HERE = Path(__file__).parent
BASE = HERE / "base"
NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)  # 12:00 in Vietnam
WIDTH = 46  # characters of a column
UNWRAPPED = 4000  # of a terminal that wraps nothing: the document does


@dataclass(frozen=True)
class Step:
    """What a person does: writes `text`, chooses number `choice`, presses `button`, or sends a photo."""

    text: str = ""
    choice: int | None = None
    button: str = ""
    word: str = ""  # what is typed where there is no button
    photo: bool = False

    @property
    def typed(self) -> str:
        return self.text or self.word or str(self.choice)


@dataclass(frozen=True)
class Conversation:
    title: str
    steps: tuple[Step, ...]


GOOD, BAD = Step(button="Đúng", word="đúng"), Step(button="Chưa đúng", word="sai")
EXPERT = Step(button="Hỏi chuyên gia", word="chuyên gia")
HOUSE = Step("hỗ trợ nhà ở cho hộ nghèo")
CONVERSATIONS = (
    Conversation("Answered at once, and right", (Step("xay nha moi ho ngheo duoc bao nhieu"), GOOD)),
    Conversation("Suggested, picked, and wrong", (HOUSE, Step(choice=2), BAD)),
    Conversation("None of these", (HOUSE, Step(choice=0))),
    Conversation("Not in the base yet", (Step("kỹ thuật ghép cành bưởi da xanh"), Step("/cauhoi"))),
    Conversation("Another programme's", (Step("làm đường hoa nông thôn mới"), EXPERT)),
    Conversation("An entry that no longer holds", (Step("hộ nghèo được hỗ trợ tiền điện bao nhiêu"),)),
    Conversation("A long answer", (Step("Hồ sơ vay vốn của hộ nghèo gồm những gì?"),)),
    Conversation(
        "A question that goes on",
        (
            Step("Hộ nghèo được vay Ngân hàng Chính sách xã hội tối đa bao nhiêu?"),
            Step("còn hộ cận nghèo thì sao"),
        ),
    ),
    Conversation(
        "Browsing by topic",
        (Step("/chude"), Step(choice=3), Step(button="Tiếp", word="tiếp"), Step(choice=1)),
    ),
    Conversation("A photo", (Step(photo=True),)),
)


@dataclass(frozen=True)
class Turn:
    """What a person did, and what was said to it: each message as they see it."""

    did: str
    said: tuple[str, ...]


@dataclass(frozen=True)
class Face:
    """How a person acts on a channel and what they see of a message.

    `payload` returns None for what cannot be done there; `label` is None where nothing can be pressed.
    """

    name: str
    title: str
    payload: Callable[[Step, Sequence[Payload]], Payload | None]
    see: Callable[[Payload], str]
    presses: Callable[[Step, Sequence[Payload]], str | None] = lambda _step, _parts: None


# --- the terminal ------------------------------------------------------------------------------------


def _typed(step: Step, _parts: Sequence[Payload]) -> Payload | None:
    return None if step.photo else {"text": step.typed}


def _terminal(part: Payload) -> str:
    paper = StringIO()
    show(Console(file=paper, width=UNWRAPPED, emoji=False), part)
    return "\n".join(line.rstrip() for line in paper.getvalue().splitlines())


# --- the web page ------------------------------------------------------------------------------------


def _web_button(step: Step, parts: Sequence[Payload]) -> tuple[str, str] | None:
    if not parts:
        return None
    reply = load_reply(parts[-1])
    if step.choice is not None:
        button = reply.choices[step.choice - 1] if step.choice else reply.none
        return (button.label, button.action) if button else None
    pressed = [each for row in reply.buttons for each in row if step.button and step.button in each.label]
    return (pressed[0].label, pressed[0].action) if pressed else None


def _web(step: Step, parts: Sequence[Payload]) -> Payload | None:
    if found := _web_button(step, parts):
        return {"action": found[1], "label": found[0]}
    return _typed(step, parts)


def _page(part: Payload) -> str:
    turn = TurnView(1, "12:00", "", 0, False, "t1", False, (load_reply(part),), pending=False, seen=1)
    page = bytes(Pages(Assets(), tuple).html("said.html", turn=turn).body).decode()
    page = re.sub(
        r"<svg.*?</svg>|<span class=\"unseen\">.*?</span>|<p class=\"unseen\">.*?</p>", "", page, flags=re.S
    )
    page = re.sub(r"<button[^>]*>(.*?)</button>", lambda found: f"[ {_bare(found[1])} ]\n", page, flags=re.S)
    page = re.sub(r"</(p|h\d|li|div|blockquote|ul|ol)>|<br>|</span>\s*<span class=\"line\">", "\n", page)
    page = page.replace("<li>\n<p>", "• ").replace("<li>", "• ")
    lines = [" ".join(html.unescape(re.sub(r"<[^>]*>", "", line)).split()) for line in page.splitlines()]
    return "\n".join(line.replace("• [", "[") for line in lines if line not in ("", "•"))


def _bare(fragment: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", fragment).split())


# --- Telegram -----------------------------------------------------------------------------------------

AN = {"id": 7, "is_bot": False, "first_name": "An"}
CHAT = {"id": 7, "type": "private"}


def _pressed(
    step: Step, buttons: Sequence[Mapping[str, str]], label: str, action: Callable[[Mapping[str, str]], str]
) -> Mapping[str, str] | None:
    """Return the button that a step presses; `label` is the key of what stands on it."""
    if step.choice == 0:
        return next((each for each in buttons if action(each).startswith("n:")), None)
    start = f"{step.choice}. " if step.choice else None
    return next(
        (
            each
            for each in buttons
            if (start and each[label].startswith(start)) or (step.button and step.button in each[label])
        ),
        None,
    )


def _telegram_button(step: Step, parts: Sequence[Payload]) -> Mapping[str, str] | None:
    rows = parts[-1].get("reply_markup", {}).get("inline_keyboard", []) if parts else []
    buttons = [button for row in rows for button in row]
    return _pressed(step, buttons, "text", lambda button: button["callback_data"])


def _telegram(step: Step, parts: Sequence[Payload]) -> Payload | None:
    message: dict[str, Any] = {"message_id": 1, "from": AN, "chat": CHAT, "date": 1}
    if button := _telegram_button(step, parts):
        press = {"id": uuid4().hex, "from": AN, "message": message, "data": button["callback_data"]}
        return {"callback_query": press}
    return {"message": {**message, **({"photo": [{}]} if step.photo else {"text": step.typed})}}


def _telegram_sees(part: Payload) -> str:
    rows = part.get("reply_markup", {}).get("inline_keyboard", [])
    keyboard = "\n".join(" ".join(f"[ {button['text']} ]" for button in row) for row in rows)
    return "\n".join(filter(None, (part["text"], keyboard)))


# --- Zalo ---------------------------------------------------------------------------------------------


def _zalo(step: Step, _parts: Sequence[Payload]) -> Payload | None:
    sender = {"from": {"id": "an"}, "chat": {"id": "an", "chat_type": "PRIVATE"}}
    if step.photo:
        return {"event_name": "message.image.received", "message": sender}
    return {"event_name": "message.text.received", "message": {**sender, "text": step.typed}}


def _zalo_oa_button(step: Step, parts: Sequence[Payload]) -> Mapping[str, str] | None:
    buttons = parts[-1].get("buttons", []) if parts else []
    return _pressed(step, buttons, "title", lambda button: button["payload"].partition("#nut:")[2])


def _zalo_oa(step: Step, parts: Sequence[Payload]) -> Payload | None:
    if step.photo:
        return {"event_name": "user_send_image", "sender": {"id": "an"}, "message": {}}
    button = _zalo_oa_button(step, parts)
    text = button["payload"] if button else step.typed
    return {"event_name": "user_send_text", "sender": {"id": "an"}, "message": {"text": text}}


def _zalo_oa_sees(part: Payload) -> str:
    message = pressable(part)
    buttons = message.get("attachment", {}).get("payload", {}).get("buttons", [])
    return "\n".join([message["text"], *(f"[ {button['title']} ]" for button in buttons)])


def _text(part: Payload) -> str:
    return str(part["text"])


def _label(found: Any) -> str | None:
    return (
        None
        if found is None
        else found[0]
        if isinstance(found, tuple)
        else found.get("text", found.get("title"))
    )


FACES = (
    Face("console", "Terminal", _typed, _terminal),
    Face("web", "Web", _web, _page, lambda step, parts: _label(_web_button(step, parts))),
    Face(
        "telegram",
        "Telegram",
        _telegram,
        _telegram_sees,
        lambda step, parts: _label(_telegram_button(step, parts)),
    ),
    Face("zalo", "Zalo bot", _zalo, _text),
    Face(
        "zalo_oa",
        "Zalo OA",
        _zalo_oa,
        _zalo_oa_sees,
        lambda step, parts: _label(_zalo_oa_button(step, parts)),
    ),
)


# --- running them ---------------------------------------------------------------------------------------


class Clock:
    """Goes on by a minute whenever somebody has been answered, as people do."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time


async def converse(faces: Sequence[Face] = FACES) -> dict[str, list[list[Turn]]]:
    """Hold every conversation on every channel; return their turns by channel."""
    clock, real = Clock(), app.now
    app.now = clock  # type: ignore[attr-defined]
    try:
        with tempfile.TemporaryDirectory() as built:
            return {face.name: await _on(face, clock, built) for face in faces}
    finally:
        app.now = real  # type: ignore[attr-defined]


async def _on(face: Face, clock: Clock, built: str) -> list[list[Turn]]:
    clock.time = NOON
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "cache").symlink_to(built)  # a matcher takes seconds to build
        settings = Settings(_env_file=None, knowledge=BASE, var=Path(home), telegram_token=None)
        database = Database(settings.database)
        channel = offline_channels(settings, database)[face.name]
        async with app.open_app(settings, database, [channel]) as bot:
            answering = bot.answering
            lane = asyncio.create_task(
                run_lane("answer", bot.asked, answering.claim, answering.work, answering.failed)
            )
            try:
                return [
                    [turn async for turn in _turns(face, bot, f"chat-{at}", one.steps, clock)]
                    for at, one in enumerate(CONVERSATIONS)
                ]
            finally:
                lane.cancel()
                await asyncio.gather(lane, return_exceptions=True)


async def _turns(face: Face, bot: app.App, chat: str, steps: Sequence[Step], clock: Clock) -> Any:
    parts: Sequence[Payload] = ()
    for step in steps:
        payload, pressed = face.payload(step, parts), face.presses(step, parts)
        if payload is None:
            yield Turn("(a photo cannot be sent here)", ())
            continue
        number = await bot.intake.store(face.name, Envelope(uuid4().hex, chat, chat), payload)
        parts = await _said(bot, face.name, chat, number)
        did = f"[ {pressed} ]" if pressed else "(a photo)" if step.photo else step.typed
        yield Turn(did, tuple(face.see(part) for part in parts))
        clock.time += timedelta(minutes=1)


async def _said(bot: app.App, channel: str, chat: str, number: int) -> Sequence[Payload]:
    async with asyncio.timeout(60):
        while True:
            async with bot.database.reading() as connection:
                [turn] = await chats.transcript(connection, channel, chat, limit=1, number=number)
            if turn.answered:
                return turn.parts
            await asyncio.sleep(0.01)


# --- the document ---------------------------------------------------------------------------------------


def document(held: Mapping[str, list[list[Turn]]]) -> str:
    """Return the part of `docs/channels.md` that is made."""
    return "\n".join([_abilities(), *_side_by_side(held)])


def _abilities() -> str:
    settings = Settings(_env_file=None, telegram_token=None)
    channels = offline_channels(settings, Database("sqlite+aiosqlite:///:memory:"))
    names = [field.name for field in fields(Abilities)]
    rows = [
        f"| `{each.name}` | {' | '.join(_said_of(getattr(each.can, name)) for name in names)} |"
        for each in channels.values()
    ]
    head = [f"| channel | {' | '.join(f'`{name}`' for name in names)} |", "|---" * (len(names) + 1) + "|"]
    return "\n".join([*head, *rows, ""])


def _said_of(value: object) -> str:
    match value:
        case None | ():
            return "–"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case [Pace(), *_]:
            return ", ".join(
                f"{pace.most} in {pace.window.total_seconds():g} s{' to a group' if pace.chats else ''}"
                for pace in value
            )
        case timedelta():
            return f"{value / timedelta(hours=1):g} h"
        case tuple():
            return ", ".join(map(_said_of, value))
    return str(value)


def _side_by_side(held: Mapping[str, list[list[Turn]]]) -> Iterator[str]:
    titles = {face.name: face.title for face in FACES}
    for at, conversation in enumerate(CONVERSATIONS):
        yield f"### {at + 1}. {conversation.title}\n"
        yield "<table><tr>"
        yield "".join(f"<th>{titles[name]}</th>" for name in held)
        yield '</tr><tr valign="top">'
        yield from (f"<td><pre>\n{_cell(turns[at])}\n</pre></td>" for turns in held.values())
        yield "</tr></table>\n"


def _cell(turns: Sequence[Turn]) -> str:
    lines: list[str] = []
    for turn in turns:
        lines += ["👤 " + turn.did, *("\n🤖 " + _wrapped(message) for message in turn.said), ""]
    # An empty line would end the table for Markdown.
    return "\n".join(
        html.escape(line, quote=False) or "&#8203;" for line in "\n".join(lines).strip().split("\n")
    )


def _wrapped(message: str) -> str:
    lines = (
        textwrap.wrap(line, WIDTH, subsequent_indent="  ") or [""] for line in _short(message).split("\n")
    )
    return "\n".join(line.rstrip() for group in lines for line in group)


LONG, ENDS = 1500, 260  # characters: of a message beyond LONG only the ends are shown


def _short(message: str) -> str:
    message = message.strip()
    if len(message) <= LONG:
        return message
    begin, end = message[:ENDS].rsplit(" ", 1)[0], message[-ENDS:].split(" ", 1)[1]
    return f"{begin} […]\n\n({len(message) - len(begin) - len(end):,} characters more)\n\n[…] {end}"
