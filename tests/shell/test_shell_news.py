"""What is new: noted when it goes live, shown on request, told to followers once, in the morning."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from shell_bot import Bot, brain_of, words

from bot.channels.wire import load_reply
from bot.domain import Reply
from bot.errors import Unreachable
from bot.items import QueueFilter
from bot.kb import load
from bot.store import tables

Change = Callable[[list[dict[str, object]], dict[str, object]], None]
Publish = Callable[[Change], None]
EVENING = datetime(2026, 12, 1, 12, tzinfo=UTC)  # 19:00 in Vietnam
MORNING = datetime(2026, 12, 2, 1, 30, tzinfo=UTC)  # 8:30


@pytest.fixture
def publish(base: Path, tmp_path: Path, bot: Bot) -> Publish:
    """Change entries and documents of the base and let it go live."""
    copy = tmp_path / "edited"
    shutil.copytree(base, copy)

    def change(how: Change) -> None:
        entries, documents = copy / "regulations" / "all.yaml", copy / "documents.yaml"
        rows = yaml.safe_load(entries.read_text(encoding="utf-8"))
        known = yaml.safe_load(documents.read_text(encoding="utf-8")) if documents.exists() else {}
        how(rows, known)
        entries.write_text(yaml.safe_dump(rows, allow_unicode=True, sort_keys=False), encoding="utf-8")
        documents.write_text(yaml.safe_dump(known, allow_unicode=True, default_flow_style=False))
        bot.live.current = brain_of(load(copy))
        bot.clock.turn(60)

    return change


@pytest.fixture
async def noted(bot: Bot) -> Bot:
    """A bot whose first base has been noted; it is evening."""
    bot.clock.time = EVENING
    assert await bot.news.note() == 0  # what always was there is no news
    return bot


def graft(rows: list[dict[str, object]], documents: dict[str, object]) -> None:
    topic = next(row["topic"] for row in rows if row["id"] == "vay-von")
    rows.append({"id": "ghep", "topic": topic, "question": "Ghép cành bưởi thế nào?", "answer": "Ghép mắt."})


def stray(rows: list[dict[str, object]], documents: dict[str, object]) -> None:
    rows.append({"id": "ghep", "question": "Ghép cành bưởi thế nào?", "answer": "Ghép mắt."})


def amend(rows: list[dict[str, object]], documents: dict[str, object]) -> None:
    next(row for row in rows if row["id"] == "vay-von")["answer"] = "Tối đa **200 triệu đồng**."


def issue(rows: list[dict[str, object]], documents: dict[str, object]) -> None:
    documents["99/2026/NĐ-CP"] = {"title": "Tín dụng mới", "kind": "Nghị định", "effective": "2027-01-01"}
    next(row for row in rows if row["id"] == "vay-von")["sources"] = [{"document": "99/2026/NĐ-CP"}]


def dot(rows: list[dict[str, object]], documents: dict[str, object]) -> None:
    next(row for row in rows if row["id"] == "vay-von")["variants"] = ["mượn tiền ở đâu"]


async def digests(bot: Bot, chat: str = "an") -> list[Reply]:
    rows = [row for row in await bot.rows(tables.outbox) if row.chat == chat and row.part.startswith("told")]
    return [load_reply(row.payload["reply"]) for row in rows]


async def follow(bot: Bot, chat: str = "an", text: str = "/theodoi tất cả") -> Reply:
    return await bot.asks(text, chat)


class TestNew:
    async def test_is_what_a_base_says_that_none_before_it_said(self, noted: Bot, publish: Publish):
        publish(graft)
        assert await noted.news.note() == 1
        assert await noted.news.note() == 0
        reply = await noted.asks("/moi")
        assert [choice.label for choice in reply.choices] == ["🆕 Ghép cành bưởi thế nào?"]

    async def test_is_also_what_says_something_else_now(self, noted: Bot, publish: Publish):
        publish(amend)
        await noted.news.note()
        [label] = [choice.label for choice in (await noted.asks("/moi")).choices]
        assert label.startswith("✏️ ")
        assert label.endswith(" (có sửa)")

    async def test_is_no_variant_that_only_helps_matching(self, noted: Bot, publish: Publish):
        publish(dot)
        assert await noted.news.note() == 0

    async def test_documents_are_told_with_their_dates(self, noted: Bot, publish: Publish):
        publish(issue)
        await noted.news.note()
        text = words(await noted.asks("/moi"))
        assert "🆕 Nghị định 99/2026/NĐ-CP: Tín dụng mới, hiệu lực từ 01/01/2027" in text

    async def test_is_shown_since_this_person_looked(self, noted: Bot, publish: Publish):
        publish(graft)
        await noted.news.note()
        assert (await noted.asks("/moi")).choices
        noted.clock.turn(60)
        assert "chưa có văn bản hay câu trả lời nào mới" in words(await noted.asks("/moi"))
        assert (await noted.asks("/moi", "binh")).choices  # who has not looked
        assert (await noted.asks("/moi 1/11/2026")).choices  # since a day

    async def test_opens_by_its_number(self, noted: Bot, publish: Publish):
        publish(graft)
        await noted.news.note()
        await noted.asks("/moi")
        assert "Ghép mắt." in words(await noted.asks("1"))


class TestFollowing:
    async def test_is_off_until_somebody_wishes_it(self, noted: Bot, publish: Publish):
        await noted.asks("/moi")
        publish(graft)
        await noted.news.note()
        noted.clock.time = MORNING
        assert await noted.news.tell_if_due() == 0

    async def test_tells_once_in_the_morning(self, noted: Bot, publish: Publish):
        assert "Đã theo dõi" in words(await follow(noted))
        publish(graft)
        await noted.news.note()
        assert await noted.news.tell_if_due() == 0  # in the evening
        noted.clock.time = MORNING
        assert await noted.news.tell_if_due() == 1
        assert await noted.news.tell_if_due() == 0
        [digest] = await digests(noted)
        assert "02/12/2026" in words(digest)
        assert [choice.label for choice in digest.choices] == ["🆕 Ghép cành bưởi thế nào?"]
        noted.clock.time = MORNING + timedelta(days=1)
        assert await noted.news.tell_if_due() == 0

    async def test_tells_a_change_of_the_day_the_next_morning(self, noted: Bot, publish: Publish):
        await follow(noted)
        noted.clock.time = MORNING + timedelta(hours=1)
        publish(graft)
        await noted.news.note()
        assert await noted.news.tell_if_due() == 0
        noted.clock.time = MORNING + timedelta(days=1)
        assert await noted.news.tell_if_due() == 1

    async def test_tells_nobody_at_night_after_a_long_stop(self, noted: Bot, publish: Publish):
        await follow(noted)
        publish(graft)
        await noted.news.note()
        noted.clock.time = MORNING + timedelta(hours=12)
        assert await noted.news.tell_if_due() == 0

    async def test_of_one_topic_tells_no_other(self, noted: Bot, publish: Publish):
        menu = await noted.asks("/theodoi")
        assert menu.choices[0].action == "m:all"
        assert "Đã theo dõi" in words(await noted.asks("2"))
        publish(stray)
        await noted.news.note()
        noted.clock.time = MORNING
        assert await noted.news.tell_if_due() == 0

    async def test_a_document_concerns_the_topics_that_rest_on_it(self, noted: Bot, publish: Publish):
        loans = noted.knowledge.topics[str(noted.knowledge.entries["vay-von"].topic)].title
        await follow(noted, text=f"/theodoi {loans}")
        publish(issue)
        await noted.news.note()
        noted.clock.time = MORNING
        assert await noted.news.tell_if_due() == 1
        assert "99/2026/NĐ-CP" in words((await digests(noted))[0])

    async def test_stops_at_the_second_press_and_at_tat(self, noted: Bot, publish: Publish):
        await follow(noted)
        assert "Đã thôi theo dõi" in words(await follow(noted))
        await follow(noted)
        await noted.asks("/tat")
        publish(graft)
        await noted.news.note()
        noted.clock.time = MORNING
        assert await noted.news.tell_if_due() == 0
        assert await noted.rows(tables.follows) == []

    async def test_by_several_processes_tells_once(self, noted: Bot, publish: Publish):
        await follow(noted)
        publish(graft)
        await noted.news.note()
        other = Bot(noted.database, noted.knowledge, noted.clock)
        other.live.current = noted.live.current
        noted.clock.time = MORNING
        assert await noted.news.tell_if_due() + await other.news.tell_if_due() == 1

    async def test_keeps_for_who_cannot_be_reached(self, noted: Bot, publish: Publish):
        await follow(noted)
        noted.platform.script = [Unreachable("blocked")]
        await noted.sends()
        publish(graft)
        await noted.news.note()
        noted.clock.time = MORNING
        await noted.news.tell_if_due()
        assert await digests(noted) == []
        await noted.asks("xin chào")
        assert len(await digests(noted)) == 1


class TestSharing:
    async def shares(self, bot: Bot, *answers: str) -> Reply:
        reply = await bot.asks("/chiase")
        for answer in answers:
            reply = await bot.asks(answer)
        return reply

    async def test_reaches_the_experts_as_one_item(self, noted: Bot):
        thanks = await self.shares(
            noted, "Nuôi dê nhốt chuồng theo tổ 5 hộ", "xã Lý Bôn, Cao Bằng, 2024", "3 hộ thoát nghèo", "có"
        )
        assert "Đã ghi nhận chia sẻ #" in words(thanks)
        await noted.gathering.gather_all()
        [item] = (await noted.reviewing.queue(QueueFilter())).items
        assert "Nuôi dê nhốt chuồng" in item.question
        assert "Tên xã: được nêu tên" in item.question
        assert item.reason.value == "shared"

    async def test_asks_one_thing_after_another(self, noted: Bot):
        assert "đã làm gì" in words(await noted.asks("/chiase"))
        assert "Làm ở đâu" in words(await noted.asks("Nuôi dê"))
        assert "Kết quả" in words(await noted.asks("Lý Bôn"))
        last = await noted.asks("tốt")
        assert [button.label for button in last.buttons[0]] == ["Được nêu tên xã", "Không nêu tên xã"]
        await noted.presses(last.buttons[0][1].action)
        [share] = await noted.rows(tables.shares)
        assert (share.what, share.where, share.result, share.may_name) == ("Nuôi dê", "Lý Bôn", "tốt", False)

    async def test_is_never_closed_by_an_entry_that_sounds_alike(self, noted: Bot):
        await self.shares(noted, "Hộ nghèo vay vốn tối đa bao nhiêu?", "a", "b", "không")
        await noted.gathering.gather_all()
        await noted.renewal.try_open()
        assert (await noted.reviewing.queue(QueueFilter())).total == 1

    async def test_may_be_left_for_a_question(self, noted: Bot):
        await noted.asks("/chiase")
        assert "Đã theo dõi" in words(await follow(noted))
        [share] = await noted.rows(tables.shares)
        assert share.what is None
