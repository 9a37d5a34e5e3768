"""What `hoidap stats` tells: what was asked, what became of it, what waits and why."""

import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from rich.table import Table

from bot.cli.desk import open_desk
from bot.cli.terminal import out, settings_for
from bot.domain import VIETNAM, Verdict
from bot.explaining import percent
from bot.handlers.compose import day
from bot.items import QueueFilter
from bot.kb import Knowledge
from bot.phrases import say
from bot.store import counts

MOST = 10  # lines of a list


@dataclass(frozen=True, slots=True)
class Figures:
    """All that the command tells, of the days from `first` to `last`."""

    first: date
    last: date
    asked: counts.Asked
    waited: counts.Waited
    open_items: int


def tell(first: date, last: date, as_json: bool) -> None:
    """Print the figures of the days from `first` to `last`."""
    figures = asyncio.run(_read(first, last))
    if as_json:
        sys.stdout.write(json.dumps(_plain(figures), ensure_ascii=False) + "\n")
        return
    for line in _lines(figures):
        out.print(line, highlight=False, soft_wrap=True)
    out.print(_days(figures))
    out.print(_reasons(figures))


async def _read(first: date, last: date) -> Figures:
    begin, end = (_begin(one) for one in (first, last + timedelta(days=1)))
    async with open_desk(settings_for(log_level="WARNING"), Knowledge({})) as desk:
        page = await desk.reviewing.queue(QueueFilter(), size=1)
        async with desk.database.reading() as connection:
            return Figures(
                first,
                last,
                await counts.asked(connection, begin, end, MOST),
                await counts.waited(connection, begin, end, MOST),
                page.total,
            )


def _begin(one: date) -> datetime:
    return datetime(one.year, one.month, one.day, tzinfo=UTC) - VIETNAM


def _lines(figures: Figures) -> Iterator[str]:
    asked, waited = figures.asked, figures.waited
    shares = {
        verdict.value: percent(asked.verdicts.get(verdict, 0) / asked.total if asked.total else 0)
        for verdict in counts.ASKED
    }
    yield say("figures.asked", first=day(figures.first), last=day(figures.last), total=asked.total, **shares)
    yield say("figures.liked", liked=asked.liked, disliked=asked.disliked)
    hours = round(waited.to_answer.total_seconds() / 3600, 1) if waited.to_answer else None
    yield say("figures.waits", open=figures.open_items)
    if hours is not None:
        yield say("figures.to_answer", hours=hours)
    topics = ", ".join(f"{name or '?'} {count}" for name, count in waited.topics)
    if topics:
        yield say("figures.topics", topics=topics)
    provinces = ", ".join(f"{name or '?'} {count}" for name, count in waited.provinces)
    if provinces:
        yield say("figures.provinces", provinces=provinces)


def _days(figures: Figures) -> Table:
    table = Table("Ngày", "Câu hỏi", "Trả lời", "Gợi ý", "Chưa có", "Ngoài phạm vi", "Về văn bản")
    for one, verdicts in figures.asked.days.items():
        row = [verdicts.get(verdict, 0) for verdict in counts.ASKED]
        table.add_row(day(one), str(sum(row)), *(str(number or "") for number in row))
    return table


def _reasons(figures: Figures) -> Table:
    table = Table("Vì sao chờ chuyên gia", "Câu")
    for reason, count in sorted(figures.waited.reasons.items(), key=lambda pair: -pair[1]):
        table.add_row(say(f"reason.{reason.value}"), str(count))
    return table


def _plain(figures: Figures) -> dict[str, Any]:
    asked, waited = figures.asked, figures.waited
    return {
        "first": figures.first.isoformat(),
        "last": figures.last.isoformat(),
        "asked": asked.total,
        "verdicts": _counted(asked.verdicts),
        "channels": dict(asked.channels),
        "days": {one.isoformat(): _counted(verdicts) for one, verdicts in asked.days.items()},
        "liked": asked.liked,
        "disliked": asked.disliked,
        "entries": [list(pair) for pair in asked.entries],
        "waiting": figures.open_items,
        "reasons": {reason.value: count for reason, count in waited.reasons.items()},
        "states": {state.value: count for state, count in waited.states.items()},
        "topics": [list(pair) for pair in waited.topics],
        "provinces": [list(pair) for pair in waited.provinces],
        "hours_to_answer": waited.to_answer.total_seconds() / 3600 if waited.to_answer else None,
    }


def _counted(verdicts: Any) -> dict[str, int]:
    return {verdict.value: verdicts.get(verdict, 0) for verdict in Verdict if verdict in counts.ASKED}
