"""A bot of real parts for tests: a database, a small base, a clock to turn, a platform that is scripted."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml
from sqlalchemy import Table, select

from bot.answering import Answering
from bot.channels.base import Abilities, Channel, Payload
from bot.channels.wire import dump_reply, load_reply
from bot.desk import Desk
from bot.domain import (
    Back,
    Candidate,
    Envelope,
    Event,
    Ignored,
    Left,
    Message,
    Moved,
    Press,
    Reply,
    Style,
    Text,
    Unreadable,
)
from bot.errors import Overtaken, RetryLater
from bot.gathering import Gathering
from bot.intake import Intake
from bot.items import Act
from bot.kb import Knowledge
from bot.lanes import Wake
from bot.live import Brain
from bot.matching import Match, Thresholds
from bot.news import News
from bot.normalise import Normaliser, Question
from bot.notices import Notices
from bot.renewal import Renewal
from bot.reviewing import Reviewing
from bot.sending import Sending
from bot.store import Database, inbox, outbox, tables
from bot.store.inbox import Received
from bot.store.outbox import Said
from bot.talks import Rules

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

LOAN = "Hộ nghèo được vay Ngân hàng Chính sách tối đa bao nhiêu?"
HEALTH = "Người thuộc hộ nghèo có phải đóng tiền bảo hiểm y tế không?"
HOUSE = "hỗ trợ nhà ở cho hộ nghèo"  # two entries are as near
UNKNOWN = "kỹ thuật ghép cành bưởi da xanh tháng chạp"
HELLO = "xin chào"
COUNTRYSIDE = "xã đạt chuẩn nông thôn mới cần gì"


def _entry(name: str, question: str, answer: str, *variants: str, **more: object) -> dict[str, object]:
    return {
        "id": name,
        "topic": "doi-song",
        "question": question,
        "variants": [*variants],
        "answer": answer,
        **more,
    }


ENTRIES = [
    _entry(
        "vay-von",
        LOAN,
        "Tối đa **100 triệu đồng**.",
        "vay von ho ngheo duoc may trieu",
        see_also=["bao-hiem-y-te"],
    ),
    _entry("bao-hiem-y-te", HEALTH, "Ngân sách đóng.", "thẻ bảo hiểm y tế cho người nghèo"),
    _entry("nha-xay-moi", "Mức hỗ trợ xây mới nhà ở cho hộ nghèo?", "40 triệu đồng.", "xây nhà mới"),
    _entry("nha-sua-chua", "Mức hỗ trợ sửa chữa nhà ở cho hộ nghèo?", "20 triệu đồng.", "sửa nhà cũ"),
    _entry("tien-dien", "Hộ nghèo được hỗ trợ tiền điện bao nhiêu?", "30 kWh một tháng.", "trợ cấp điện"),
    _entry("hoc-phi", "Con hộ nghèo có được miễn học phí không?", "Được miễn.", "học phí con hộ nghèo"),
]
OFF_TOPIC = [
    {"group": "chao-hoi", "small_talk": True, "reply": "Chào anh/chị.", "examples": [HELLO, "chào bot"]},
    {"group": "nong-thon-moi", "reply": "Việc của chương trình khác.", "examples": [COUNTRYSIDE]},
]
TOPICS = [{"id": "doi-song", "title": "Đời sống"}]


def write_base(directory: Path) -> Path:
    """Write a knowledge base of six entries and return its directory."""
    (directory / "regulations").mkdir(parents=True)
    files = {"topics.yaml": TOPICS, "off_topic.yaml": OFF_TOPIC, "regulations/all.yaml": ENTRIES}
    for name, rows in files.items():
        text = yaml.safe_dump(rows, allow_unicode=True, sort_keys=False)
        (directory / name).write_text(text, encoding="utf-8")
    return directory


class Understanding:
    """A matcher that knows the base's own words and nothing else, so that no tuning moves these tests."""

    thresholds = Thresholds(answer=0.9, suggest=0.5, off_topic=0.9)
    clauses = None

    def knowing(self, _texts: object) -> "Understanding":
        return self

    def __init__(self, knowledge: Knowledge) -> None:
        self._normalise = Normaliser(knowledge.glossary, {})
        self._entries = {text: entry.id for entry in knowledge.entries.values() for text in entry.phrasings}
        self._groups = {text: group.group for group in knowledge.off_topic for text in group.examples}

    def match(self, text: str) -> Match:
        question = self._normalise(text)
        if text in self._entries:
            return Match(question, (Candidate(self._entries[text], 0.99),), None, 0.0)
        if text in self._groups:
            return Match(question, (), self._groups[text], 0.99)
        if text == HOUSE:
            near = (Candidate("nha-xay-moi", 0.5), Candidate("nha-sua-chua", 0.4))
            return Match(question, near, None, 0.0)
        return Match(question, (Candidate("hoc-phi", 0.1),), None, 0.0)

    def understand(self, text: str) -> Question:
        return self._normalise(text)

    def match_all(self, texts: Sequence[str]) -> list[Match]:
        return [self.match(text) for text in texts]


@dataclass
class Held:
    """A brain that changes only when the test says so."""

    current: Any


def brain_of(knowledge: Knowledge) -> Brain:
    return Brain(knowledge, Understanding(knowledge))  # type: ignore[arg-type]


@dataclass
class Clock:
    """Stands still until it is turned."""

    time: datetime = NOON

    def __call__(self) -> datetime:
        return self.time

    def turn(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


EVENTS: dict[str, Event] = {"left": Left("blocked"), "back": Back(), "moved": Moved("new-home")}
PUSHES = Abilities(pushes=True, buttons=True, formatting=True, edits=False)


@dataclass
class Platform:
    """A channel that pushes. What sending does is scripted, part by part; with no script left it succeeds.

    Payloads are `{"text"}`, `{"press"}`, `{"what"}`, `{"event"}` or `{"ignored"}`.
    """

    name: str = "push"
    can: Abilities = PUSHES
    sent: list[tuple[str, Payload]] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)  # chats that were shown that a reply is being written
    script: list[Exception] = field(default_factory=list)
    refuses: Callable[[Reply], bool] = lambda _reply: False  # what it cannot render
    unstorable: bool = False  # renders what no database takes
    parts_per_reply: int = 1

    def parse(self, payload: Payload) -> Message | Event:
        match payload:
            case {"event": event}:
                return EVENTS[event]
            case {"text": str(text), "changes": str(key)}:
                return Text(text, changes=key)
            case {"text": str(text), "to": str(ours)}:
                return Text(text, ours)
            case {"text": str(text)}:
                return Text(text)
            case {"press": str(action)}:
                return Press(action)
            case {"what": str(what)}:
                return Unreadable(what)
        return Ignored(str(payload.get("ignored", "?")))

    def render(self, reply: Reply, payload: Payload) -> Sequence[Payload]:
        if self.refuses(reply):
            raise ValueError("cannot be rendered here")
        if self.unstorable:
            return [{"reply": object()}]
        return [{"reply": dump_reply(reply), "part": part} for part in range(self.parts_per_reply)]

    async def typing(self, chat: str, payload: Payload) -> None:
        self.typed.append(chat)

    async def send(self, chat: str, part: Payload) -> str:
        if self.script:
            raise self.script.pop(0)
        self.sent.append((chat, part))
        return f"sent-{len(self.sent)}"


def out_of_reach(seconds: float = 0) -> RetryLater:
    return RetryLater("out of reach", seconds)


def words(reply: Reply) -> str:
    """Return what a reply says, without its buttons."""
    return "\n".join(block.text for block in reply.blocks)


def has_title(reply: Reply) -> bool:
    """Tell an entry's card from a plain sentence."""
    return any(block.style is Style.TITLE for block in reply.blocks)


BOSS = Rules(frozenset({"push:boss"}), b"a key", 1000)


@dataclass
class Bot:
    """The shell around one database."""

    database: Database
    knowledge: Knowledge
    clock: Clock = field(default_factory=Clock)
    platform: Platform = field(default_factory=Platform)
    rules: Rules = BOSS

    def __post_init__(self) -> None:
        self.channels: dict[str, Channel] = {self.platform.name: self.platform}
        self.live = Held(brain_of(self.knowledge))
        self.asked, self.replied = Wake(), Wake()
        self.intake = Intake(self.database, self.asked, self.clock)
        self.gathering = Gathering(self.database)
        self.notices = Notices(self.database, self.channels, self.rules.admins, self.clock, self.replied)
        self.sending = Sending(self.database, self.channels, self.clock, self.notices)
        self.reviewing = Reviewing(
            self.database,
            self.channels,
            self.notices,
            self.clock,
            self.replied,
            lambda: self.live.current.knowledge,
        )
        self.answering = Answering(
            self.database,
            self.channels,
            self.live,  # type: ignore[arg-type]
            self.rules,
            self.clock,
            self.replied,
            self.reviewing,
            Desk(self.reviewing, self.gathering),
        )
        self.renewal = Renewal(
            self.database,
            self.channels,
            self.reviewing,
            lambda: self.live.current,
            self.clock,
            self.replied,
            timedelta(days=30),
        )
        self.news = News(
            self.database, self.channels, lambda: self.live.current.knowledge, self.clock, self.replied, 8
        )

    async def hears(self, text: str, chat: str = "an", asker: str | None = None) -> int:
        """Take a text and return its number."""
        return await self.gets({"text": text}, chat, asker)

    async def is_pressed(self, action: str, chat: str = "an") -> int:
        return await self.gets({"press": action}, chat)

    async def gets(
        self, payload: Payload, chat: str = "an", asker: str | None = None, key: str | None = None
    ) -> int:
        envelope = Envelope(key or uuid4().hex, chat, asker or chat)
        return await self.intake.store(self.platform.name, envelope, payload)

    async def answer(
        self, number: int, by: str = "chuyên gia", entry: str | None = None, note: str | None = None
    ) -> Act | None:
        """Settle the item that a question is in; None where it is not to be settled."""
        await self.gathering.gather_all()
        try:
            return await self.reviewing.answer(number, by, entry, note)
        except Overtaken:
            return None

    async def answers(self) -> int:
        """Answer what may be answered now, as a lane does; return how many were claimed."""
        return await _drain(self.answering.claim, self.answering.work, self.answering.failed)

    async def sends(self) -> int:
        """Send what may be sent now, as a lane does."""
        return await _drain(self.sending.claim, self.sending.work, self.sending.failed)

    async def asks(self, text: str, chat: str = "an", asker: str | None = None) -> Reply:
        """Ask and return the reply."""
        return await self.reply_to(await self.hears(text, chat, asker))

    async def presses(self, action: str, chat: str = "an") -> Reply:
        return await self.reply_to(await self.is_pressed(action, chat))

    async def reply_to(self, number: int) -> Reply:
        await self.answers()
        [reply] = await self.replies(number)
        return reply

    async def replies(self, number: int) -> list[Reply]:
        """Return all that was said to a message."""
        return [
            load_reply(row.payload["reply"])
            for row in await self.rows(tables.outbox)
            if row.inbox_id == number
        ]

    async def rows(self, table: Table) -> Sequence[Any]:
        async with self.database.reading() as connection:
            return (await connection.execute(select(table).order_by(*table.primary_key))).all()

    async def row(self, number: int) -> Any:
        """Return a message's row."""
        return next(row for row in await self.rows(tables.inbox) if row.id == number)

    async def part(self, text: str = "?", chat: str = "an") -> int:
        """Put a part straight into the outbox and return its number."""
        async with self.database.writing() as connection:
            said = Said(None, self.platform.name, chat, [{"text": text}])
            await outbox.put(connection, self.clock(), said)
        return max(row.id for row in await self.rows(tables.outbox))

    async def claims(self) -> Received | None:
        async with self.database.writing() as connection:
            return next(iter(await inbox.claim(connection, self.channels, self.clock(), 1)), None)


async def _drain(
    claim: Callable[[], Awaitable[Sequence[Any]]],
    work: Callable[[Sequence[Any]], Awaitable[None]],
    failed: Callable[[Any, Exception], Awaitable[None]],
) -> int:
    claimed = 0
    while groups := await claim():
        for rows in groups:
            claimed += len(rows)
            await _work(rows, work, failed)
    return claimed


async def _work(
    rows: Sequence[Any],
    work: Callable[[Sequence[Any]], Awaitable[None]],
    failed: Callable[[Any, Exception], Awaitable[None]],
) -> None:
    try:
        await work(rows)
    except Exception as error:
        if len(rows) == 1:
            await failed(rows[0], error)
            return
        for row in rows:
            await _work([row], work, failed)


async def until(holds: Callable[[], Any], seconds: float = 10) -> None:
    """Look until it holds."""
    async with asyncio.timeout(seconds):
        while True:
            found = holds()
            if await found if isinstance(found, Awaitable) else found:
                return
            await asyncio.sleep(0.02)
