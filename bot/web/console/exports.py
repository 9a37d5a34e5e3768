"""The log and the queue to take along, for a spreadsheet."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import structlog
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from bot.domain import VIETNAM, Candidate, Exchange, Waiting
from bot.phrases import say
from bot.sheets import Cell, Rows, csv_pieces, xlsx_pieces
from bot.store import Connection, Database, trends
from bot.store.trends import Span
from bot.web.console.frame import Frame
from bot.web.console.gate import Call
from bot.web.console.spans import read_range

log = structlog.get_logger(__name__)

ROWS_AT_ONCE = 2000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds."""

    headings: tuple[str, ...]
    rows: Callable[[Database, Span], Rows]


class Exports:
    """The files to take along."""

    def __init__(self, frame: Frame, database: Database) -> None:
        self._frame = frame
        self._database = database
        self._tables = {"log": Table(_log_headings(), _log), "queue": Table(_queue_headings(), _queue)}

    async def send(self, call: Call) -> Response:
        """Send `log` or `queue` as `.csv` or `.xlsx`, for the range that the dashboard shows."""
        name, _, kind = call.request.path_params["name"].partition(".")
        if name not in self._tables or kind not in ("csv", "xlsx"):
            raise HTTPException(404)
        async with self._database.reading() as connection:
            channels = await trends.channels(connection)
        chosen = read_range(call.request.query_params, self._frame.today, channels)
        log.info("export.taken", person=call.visit.reviewer.person, table=name, kind=kind)
        table = self._tables[name]
        rows = table.rows(self._database, chosen.span)
        file = f"hoidap-{name}-{chosen.first}-{chosen.last}.{kind}"
        headers = {"Content-Disposition": f'attachment; filename="{file}"'}
        if kind == "csv":
            pieces = csv_pieces(table.headings, rows)
            return StreamingResponse(pieces, media_type="text/csv", headers=headers)
        return StreamingResponse(xlsx_pieces(table.headings, rows), media_type=XLSX, headers=headers)


# --- the two tables -------------------------------------------------------------------------------


def _log_headings() -> tuple[str, ...]:
    return tuple(say("console.export.log").split(" | "))


async def _log(database: Database, span: Span) -> Rows:
    def read(connection: Connection, after: int) -> Awaitable[Sequence[Exchange]]:
        return trends.log(connection, span, after, ROWS_AT_ONCE)

    async for some in _paged(database, read, lambda one: one.id):
        yield [_log_row(one) for one in some]


def _log_row(one: Exchange) -> Sequence[Cell]:
    return (
        one.id,
        _local(one.asked_at),
        one.channel,
        one.asker,
        one.raw,
        one.earlier,
        say(f"console.verdict.{one.verdict.value}"),
        one.entry,
        one.group,
        *_nearest(one.candidates),
        one.rating,
        round(one.elapsed_ms, 1),
    )


def _queue_headings() -> tuple[str, ...]:
    return tuple(say("console.export.queue").split(" | "))


async def _queue(database: Database, span: Span) -> Rows:
    def read(connection: Connection, after: int) -> Awaitable[Sequence[Waiting]]:
        return trends.queue(connection, span, after, ROWS_AT_ONCE)

    async for some in _paged(database, read, lambda one: one.number):
        yield [_queue_row(one) for one in some]


def _queue_row(one: Waiting) -> Sequence[Cell]:
    return (
        one.number,
        _local(one.asked_at),
        one.channel,
        one.question,
        say(f"reason.{one.reason.value}"),
        one.shown,
        *_nearest(one.candidates),
        _local(one.resolved_at) if one.resolved_at else None,
        one.resolved_by,
        one.entry,
        one.note,
    )


async def _paged(
    database: Database,
    read: Callable[[Connection, int], Awaitable[Sequence[Item]]],
    number: Callable[[Item], int],
) -> AsyncIterator[Sequence[Item]]:
    """Yield what there is to read, some at a time: nobody who loads slowly keeps a transaction open."""
    after = 0
    while True:
        async with database.reading() as connection:
            some = await read(connection, after)
        if not some:
            return
        yield some
        after = number(some[-1])


def _local(moment: datetime) -> datetime:
    return (moment + VIETNAM).replace(tzinfo=None, microsecond=0)


def _nearest(candidates: Sequence[Candidate]) -> tuple[Cell, Cell]:
    return (candidates[0].entry, round(candidates[0].confidence, 3)) if candidates else (None, None)
