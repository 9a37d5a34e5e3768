"""What is looked up for every message is found by an index, however much has been said before."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from shell_bot import HEALTH, HELLO, HOUSE, LOAN, PUSHES, UNKNOWN, Bot, Platform
from sqlalchemy import event

from bot.channels.base import Pace
from bot.kb import Knowledge
from bot.store import Database

GROWING = "inbox|outbox|exchanges|waiting|items|chats|tellings|snapshots|lost|people"
# The index over what is undone is looked through, but for all that waits there is none.
LOOKS_THROUGH = re.compile(
    rf"SCAN ({GROWING})(_\d+)?\b(?!.*ix_\w+_undone)|SEARCH waiting USING INDEX ix_waiting_resolved_at"
)


@pytest.fixture
async def bot(sqlite: Any, knowledge: Knowledge) -> Bot:
    database = Database(sqlite())
    await database.upgrade()
    can = replace(PUSHES, edits=True, paces=(Pace(100, timedelta(seconds=1)),))
    return Bot(database, knowledge, platform=Platform(can=can))


async def test_no_statement_reads_a_whole_table(bot: Bot) -> None:
    engine = bot.database._engine.sync_engine
    asked: dict[str, Any] = {}

    @event.listens_for(engine, "before_cursor_execute")
    def keep(
        _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool
    ) -> None:
        asked.setdefault(statement, parameters[0] if many else parameters)

    await bot.gets({"text": HELLO}, key="m1")
    for chat in ("an", "bình", "chi"):
        for text in (LOAN, UNKNOWN, HELLO, HOUSE, HEALTH, "1"):
            await bot.hears(text, chat)
        await bot.is_pressed("u:1", chat)
    await bot.gets({"text": LOAN, "changes": "m1"}, key="e1")
    while await bot.answers() or await bot.sends():
        pass
    event.remove(engine, "before_cursor_execute", keep)
    plans = {}
    async with bot.database.reading() as connection:
        for statement, parameters in asked.items():
            if statement.split()[0] in ("SELECT", "UPDATE", "DELETE"):
                rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                plans[statement] = [row[3] for row in rows]
    await bot.database.close()
    assert len(plans) > 15
    scans = {
        statement: plan
        for statement, plan in plans.items()
        if any(LOOKS_THROUGH.match(step) for step in plan)
    }
    assert scans == {}
