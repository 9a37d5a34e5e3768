"""What `hoidap stats` tells: what was asked, what became of it, what waits and why, who misses what."""

import asyncio
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from rich.table import Column, Table
from rich.text import Text

from bot import overview
from bot.cli.desk import open_desk
from bot.cli.terminal import out, printable, settings_for
from bot.domain import Verdict
from bot.kb import Knowledge
from bot.overview import ENDS, MOST, Ends, Overview
from bot.phrases import say
from bot.store.trends import Span
from bot.written import day, duration, share, shorten

_ENDS = ("Câu hỏi", "Trả lời", "Địa bàn", "Gợi ý", "Chưa có", "Ngoài phạm vi")
WIDEST = 5  # topics side by side in the table of provinces: what fits a terminal


def tell(first: date, last: date, as_json: bool) -> None:
    """Print the figures of the days from `first` to `last`."""
    found = asyncio.run(_read(first, last))
    if as_json:
        sys.stdout.write(json.dumps(_plain(first, last, found), ensure_ascii=False) + "\n")
        return
    for line in _lines(first, last, found):
        out.print(line, highlight=False, soft_wrap=True)
    out.print(_days(found))
    out.print(_reasons(found))
    if found.groups:
        out.print(_groups(found))
    if found.provinces:
        out.print(_provinces(found))
    if found.missing:
        out.print(_misses(found))


async def _read(first: date, last: date) -> Overview:
    async with (
        open_desk(settings_for(log_level="WARNING"), Knowledge({})) as desk,
        desk.database.reading() as connection,
    ):
        return await overview.read(connection, Span.of_days(first, last))


def _lines(first: date, last: date, found: Overview) -> Iterator[str]:
    shares = {
        "answer": share(found.share(Verdict.ANSWER, Verdict.PLACE)),
        "suggest": share(found.share(Verdict.SUGGEST)),
        "unanswered": share(found.share(Verdict.UNANSWERED)),
        "off_topic": share(found.share(Verdict.OFF_TOPIC)),
    }
    yield say("figures.asked", first=day(first), last=day(last), total=found.total, **shares)
    yield say("figures.liked", liked=found.liked, disliked=found.disliked)
    yield say("figures.waits", open=found.open_items)
    if found.item_waits:
        yield say(
            "figures.to_answer",
            items=duration(overview.typical(found.item_waits)),
            questions=duration(overview.typical(found.question_waits)),
        )
    topics = ", ".join(f"{name or '?'} {count}" for name, count in found.missed_topics[:MOST])
    if topics:
        yield say("figures.topics", topics=topics)


def _days(found: Overview) -> Table:
    table = Table("Ngày", *_ENDS)
    for one, ends in found.days.items():
        table.add_row(day(one), *_counted(ends))
    return table


def _counted(ends: Ends) -> Iterator[str]:
    yield str(sum(ends.values()))
    yield from (str(ends.get(end, "")) for end in ENDS)


def _reasons(found: Overview) -> Table:
    table = Table("Vì sao chờ chuyên gia", "Câu")
    for reason, count in found.reasons:
        table.add_row(say(f"reason.{reason.value}"), str(count))
    return table


def _groups(found: Overview) -> Table:
    table = Table("#", "Người hỏi", "Câu chưa trả lời nhiều người hỏi nhất")
    for item, people in found.groups:
        table.add_row(str(item.number), str(people), Text(printable(shorten(item.question))))
    return table


def _provinces(found: Overview) -> Table:
    table = Table("Tỉnh", *_ENDS)
    for name, ends in found.provinces.items():
        table.add_row(name or say("review.no_province"), *_counted(ends))
    return table


def _misses(found: Overview) -> Table:
    topics = [name for name, _ in found.missed_topics[:WIDEST]]
    counts = {(miss.province, miss.topic): miss.questions for miss in found.misses}
    heads = (Column(name or "?", overflow="fold") for name in topics)
    table = Table("Tỉnh đang vướng gì", *heads, "Câu", "Người hỏi")
    for row in found.missing:
        cells = (str(counts.get((row.province, name), "")) for name in topics)
        table.add_row(row.province or say("review.no_province"), *cells, str(row.questions), str(row.people))
    return table


def _plain(first: date, last: date, found: Overview) -> dict[str, Any]:
    typical = overview.typical(found.item_waits)
    return {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "asked": found.total,
        "verdicts": _by_name(found.ends),
        "channels": _totals(found.channels),
        "days": {one.isoformat(): _by_name(ends) for one, ends in found.days.items()},
        "liked": found.liked,
        "disliked": found.disliked,
        "entries": [list(pair) for pair in found.entries[:MOST]],
        "waiting": found.open_items,
        "reasons": {reason.value: count for reason, count in found.reasons},
        "states": {state.value: count for state, count in found.states.items()},
        "groups": [
            {"number": item.number, "question": item.question, "askers": people, "topic": item.topic}
            for item, people in found.groups
        ],
        "topics": [list(pair) for pair in found.missed_topics],
        "provinces": [[name, _by_name(ends)] for name, ends in found.provinces.items()],
        "misses": [[one.province, one.topic, one.questions, one.people] for one in found.misses],
        "missing": [[one.province, one.questions, one.people] for one in found.missing],
        "hours_to_answer": typical / timedelta(hours=1) if typical is not None else None,
    }


def _totals(found: Mapping[str, Ends]) -> dict[str, int]:
    return {name: sum(ends.values()) for name, ends in found.items()}


def _by_name(ends: Ends) -> dict[str, int]:
    return {verdict.value: ends.get(verdict, 0) for verdict in ENDS}
