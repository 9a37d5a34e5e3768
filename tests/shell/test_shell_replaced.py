"""One run: a document is replaced, and all who have to do with it hear of it in their own way."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from shell_bot import Bot, brain_of, words
from starlette.requests import Request

from bot.channels.wire import load_reply
from bot.kb import load
from bot.store import tables
from bot.web.assets import Assets
from bot.web.news import WhatIsNew
from bot.web.pages import Pages

OLD, NEW = "46/2022/TT-BTC", "55/2023/TT-BTC"
BEFORE = datetime(2026, 12, 1, 3, tzinfo=UTC)  # 10:00 in Vietnam
MORNING = datetime(2026, 12, 2, 1, 30, tzinfo=UTC)
QUESTION = "Mức chi tập huấn là bao nhiêu?"
FILES: dict[str, Any] = {
    "topics.yaml": [{"id": "chi", "title": "Mức chi"}],
    "documents.yaml": {OLD: {"title": "Quản lý kinh phí", "kind": "Thông tư", "effective": "2022-09-20"}},
    "a.yaml": [
        {
            "id": "muc-chi",
            "topic": "chi",
            "question": QUESTION,
            "answer": "Theo thực tế.",
            "sources": [{"document": OLD}],
        }
    ],
}


@pytest.fixture
def publish(bot: Bot, tmp_path: Path) -> Callable[[dict[str, Any]], None]:
    directory = tmp_path / "published"
    directory.mkdir()

    def change(files: dict[str, Any]) -> None:
        for name, content in files.items():
            (directory / name).write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False))
        bot.live.current = brain_of(load(directory))

    return change


async def test_a_replaced_document_reaches_experts_askers_followers_and_readers(
    bot: Bot, publish: Callable[[dict[str, Any]], None]
) -> None:
    bot.clock.time = BEFORE
    publish(FILES)
    await bot.news.note()
    assert "hết hiệu lực" not in words(await bot.asks(QUESTION))
    await bot.asks("/theodoi mức chi", "binh")

    newer = {"title": "Quản lý kinh phí", "kind": "Thông tư", "effective": "2026-12-01", "replaces": [OLD]}
    bot.clock.turn(60)
    publish({**FILES, "documents.yaml": {**FILES["documents.yaml"], NEW: newer}})
    await bot.renewal.try_open()
    await bot.reviewing.rereadings.look()
    assert await bot.news.note() == 1

    # Experts: the entry waits to be read again.
    waiting, _ = await bot.reviewing.rereadings.page()
    assert [(one.entry, one.document, one.cause) for one in waiting] == [("muc-chi", OLD, NEW)]
    # Officers who ask are warned, with the day and the successor.
    card = words(await bot.asks(QUESTION))
    assert f"{OLD} đã hết hiệu lực sau ngày 30/11/2026" in card
    assert f"văn bản thay thế: {NEW}" in card
    # Followers get one digest, in the morning.
    bot.clock.time = MORNING
    assert await bot.news.tell_if_due() == 1
    rows = [
        row for row in await bot.rows(tables.outbox) if row.chat == "binh" and row.part.startswith("told")
    ]
    [digest] = [load_reply(row.payload["reply"]) for row in rows]
    assert f"Thông tư {NEW}: Quản lý kinh phí" in words(digest)
    assert f"thay {OLD}" in words(digest)
    # And readers of the feed an entry.
    site = WhatIsNew(
        bot.database, bot.live, Pages(Assets(), lambda: [OLD, NEW]), bot.clock, "https://bot.example"
    )
    feed = await site.feed(Request({"type": "http"}))
    root = ElementTree.fromstring(bytes(feed.body))
    [title] = root.iterfind("{*}entry/{*}title")
    assert title.text == f"Mới: Thông tư {NEW}: Quản lý kinh phí"
