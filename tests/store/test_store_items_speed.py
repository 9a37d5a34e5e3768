"""Ten thousand questions wait: a page of the queue, and one more question, take no time to speak of."""

import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import insert, text
from store_queues import NOON, at

from bot.domain import Candidate, Reason, Waiting
from bot.gathering import Gathering
from bot.grouping import read
from bot.items import QueueFilter, QueueOrder
from bot.lanes import Wake
from bot.notices import Notices
from bot.reviewing import Reviewing
from bot.store import Database, waiting
from bot.store.tables import inbox, items
from bot.store.tables import waiting as rows

MANY = 10_000
PEOPLE = 4_000
PAGE = 0.2  # s of CPU: a busy machine is no fault
ONE_MORE = 0.02  # s of CPU
WORDS = """
    hộ nghèo cận hỗ trợ xây nhà sửa vốn vay tín dụng sinh kế mô hình chăn nuôi trồng trọt dê bò lợn
    gà ong mật keo quế hồi sa nhân thảo quả chè cà phê tiêu điều học phí y tế bảo hiểm thẻ thôn bản
    xã huyện tỉnh rà soát phiếu điểm chuẩn thu nhập việc làm đào tạo nghề xuất khẩu lao động giải
    ngân quyết toán kho bạc kiểm toán giám sát báo cáo kế hoạch dự án tiểu thông tư nghị định quyết
    định công văn mức chi định mức tập huấn
"""


def _questions() -> list[str]:
    dice, words = random.Random(7), WORDS.split()
    return [" ".join(dice.choices(words, k=dice.randint(5, 14))) for _ in range(MANY)]


@dataclass
class Full:
    """A database in which ten thousand questions wait, each in an item."""

    database: Database
    reviewing: Reviewing
    gathering: Gathering
    texts: list[str]


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return _questions()


@pytest.fixture
async def full(database: Database, texts: list[str]) -> AsyncIterator[Full]:
    folded = [" ".join(read(each).words) for each in texts]
    async with database.writing() as connection:
        await connection.execute(insert(inbox), [_message(at_) for at_ in range(MANY)])
        await connection.execute(
            insert(items), [_item(at_, *pair) for at_, pair in enumerate(zip(texts, folded, strict=True))]
        )
        await connection.execute(
            insert(rows), [_row(at_, *pair) for at_, pair in enumerate(zip(texts, folded, strict=True))]
        )
        if connection.dialect.name == "postgresql":
            await connection.execute(text("SELECT setval('waiting_id_seq', 20000)"))
            await connection.execute(text("SELECT setval('items_id_seq', 20000)"))
            await connection.execute(text("SELECT setval('inbox_id_seq', 20000)"))
    notices = Notices(database, {}, (), lambda: NOON, Wake())
    reviewing = Reviewing(database, {}, notices, lambda: NOON, Wake(), lambda: None)  # type: ignore[arg-type, return-value]
    yield Full(database, reviewing, Gathering(database), texts)


def _message(number: int) -> dict[str, object]:
    return {
        "id": number + 1, "channel": "web", "key": str(number), "chat": f"c{number % PEOPLE}", "asker": "a",
        "payload": {}, "received_at": at(number), "state": "done", "attempts": 1, "not_before": NOON,
    }  # fmt: skip


def _item(number: int, question: str, folded: str) -> dict[str, object]:
    return {
        "id": number + 1, "number": number + 1, "state": "new", "reason": "no_match", "question": question,
        "topic": f"t{number % 20}", "asked": 1 + number % 7, "askers": 1 + number % 7, "first_at": at(number),
        "last_at": at(number), "search": folded,
    }  # fmt: skip


def _row(number: int, question: str, folded: str) -> dict[str, object]:
    return {
        "id": number + 1, "number": number + 1, "channel": "web", "chat": f"c{number % PEOPLE}",
        "asked_at": at(number), "question": question, "reason": "no_match", "candidates": [["nha-o", 0.1]],
        "item": number + 1, "asker": f"p{number % PEOPLE}", "folded": folded,
        "province": "Sơn La" if number % 9 == 0 else None,
    }  # fmt: skip


async def took(run: Callable[[], Awaitable[object]], times: int = 5) -> float:
    """Return how long it takes in the middle of some tries, s."""
    found = []
    for _ in range(times):
        started = time.process_time()
        await run()
        found.append(time.process_time() - started)
    return sorted(found)[times // 2]


async def test_ten_thousand_wait(full: Full) -> None:
    for wanted in (
        QueueFilter(),
        QueueFilter(order=QueueOrder.TOPIC),
        QueueFilter(topic="t3", reason=Reason.NO_MATCH, since=NOON),
        QueueFilter(province="Sơn La", channel="web"),
        QueueFilter(text="hộ nghèo vay"),
        QueueFilter(text="không có chữ nào như thế"),
        QueueFilter(text="#77"),
    ):
        assert await took(lambda wanted=wanted: full.reviewing.queue(wanted)) < PAGE, wanted
        assert await took(lambda wanted=wanted: full.reviewing.queue(wanted, 3)) < PAGE, wanted
    assert (await full.reviewing.queue(QueueFilter())).total == MANY
    assert await took(lambda: full.reviewing.item(77)) < PAGE
    await full.gathering.gather()  # the first one reads all that waits
    one_more = [await _one_more(full, number, question) for number, question in enumerate(full.texts[:40])]
    assert sorted(one_more)[20] < ONE_MORE
    page = await full.reviewing.queue(QueueFilter())
    assert page.total == MANY, "each was asked before"


async def _one_more(full: Full, number: int, question: str) -> float:
    async with full.database.writing() as connection:
        row = {**_message(MANY + number), "key": f"again {number}"}
        await connection.execute(insert(inbox), [row])
        item = Waiting(
            MANY + number + 1, "web", f"c{number}", NOON, question, Reason.NO_MATCH,
            candidates=(Candidate("nha-o", 0.1),), asker=f"new {number}", folded=question,
        )  # fmt: skip
        await waiting.add(connection, item)
    started = time.process_time()
    assert await full.gathering.gather()
    return time.process_time() - started
