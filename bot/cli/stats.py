"""`hoidap kb stats`: what the base holds, for people and for programs."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

import typer
from rich.table import Column, Table

from bot.cli.terminal import KnowledgeDir, out, settings_for, today
from bot.kb import Category, load
from bot.kb.stats import SOON, Stats, Tally, count
from bot.phrases import say

FEW = 3  # entries that are named of those that cite a document
NARROW = 5  # characters of a column of counts: the titles get the rest
SUM = "Σ"


def stats_command(
    as_json: Annotated[bool, typer.Option("--json", help="Một JSON, cho chương trình khác đọc.")] = False,
    knowledge: KnowledgeDir = None,
) -> None:
    """Đếm kho: mục, cách hỏi, câu thử theo chủ đề và loại; tình trạng; mục, văn bản sắp hết hiệu lực.

    [dim]Ví dụ:[/dim]  hoidap kb stats
    [dim]Cho máy đọc:[/dim]  hoidap kb stats --json | jq .total
    """
    base = load(settings_for(knowledge, log_level="WARNING").knowledge)
    stats = count(base, today())
    if as_json:
        sys.stdout.write(json.dumps(_plain(stats), ensure_ascii=False) + "\n")
        return
    out.print(_topics((*stats.topics, stats.total)))
    for line in _counts(stats):
        out.print(line, highlight=False, soft_wrap=True)
    if stats.endings:
        out.print(_endings(stats, today()))


def _plain(stats: Stats) -> dict[str, Any]:
    plain = asdict(stats)
    for ending in plain["endings"]:
        ending["day"] = ending["day"].isoformat()
    return plain


def _topics(tallies: Iterable[Tally]) -> Table:
    kinds = [say(f"stats.kind.{category.value}") for category in Category]
    names = ("Mục", *kinds, "Cách hỏi", "Câu thử")
    counts = (Column(name, justify="right", max_width=NARROW) for name in names)
    table = Table("DA", "Chủ đề", *counts)
    for one in tallies:
        project = "" if one.project is None else str(one.project)
        table.add_row(
            f"{project}.{one.subproject}" if one.subproject else project,
            one.title or one.name or SUM,
            str(one.entries),
            *(str(number or "") for number in one.by_category.values()),
            str(one.variants),
            str(one.tests),
        )
    return table


def _counts(stats: Stats) -> Iterable[str]:
    yield say("stats.statuses", **stats.statuses, unwritten=stats.unwritten)
    yield say(
        "stats.shared",
        documents=stats.documents,
        glossary=stats.glossary_rows,
        groups=stats.off_topic_groups,
        examples=stats.off_topic_examples,
    )


def _endings(stats: Stats, on: date) -> Table:
    table = Table(
        "Ngày cuối", "", "Văn bản", "Mục", title=say("stats.endings", days=SOON), title_justify="left"
    )
    for one in stats.endings:
        named = ", ".join(one.entries[:FEW])
        rest = len(one.entries) - FEW
        state = say("stats.over") if one.day < on else say("stats.left", days=(one.day - on).days)
        mentioned = say("stats.and_more", entries=named, count=rest) if rest > 0 else named
        table.add_row(f"{one.day:%d/%m/%Y}", state, one.document or "", mentioned)
    return table
