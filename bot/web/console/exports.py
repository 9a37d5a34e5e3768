"""The log and the queue to take along, for a spreadsheet."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from bot.domain import VIETNAM, Exchange
from bot.items import Item, Wording
from bot.phrases import say
from bot.sheets import Cell, Rows, csv_pieces, xlsx_pieces
from bot.store import Connection, Database, items, trends
from bot.store.trends import Span
from bot.web.console.frame import Frame
from bot.web.console.gate import Call
from bot.web.console.naming import reason_name, state_name
from bot.web.console.spans import read_range

log = structlog.get_logger(__name__)

ROWS_AT_ONCE = 2000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Numbered = Sequence[tuple[int, Sequence[Cell]]]  # rows, each with what those after it are greater than


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds: its headings, and how some rows are read that come after a number."""

    headings: Sequence[str]
    read: Callable[[Connection, Span, int], Awaitable[Numbered]]


class Exports:
    """The files to take along."""

    def __init__(self, frame: Frame, database: Database) -> None:
        self._frame = frame
        self._database = database
        self._tables = {
            "log": Table(say("console.export.log").split(" | "), _log),
            "queue": Table(say("console.export.queue").split(" | "), _queue),
        }

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
        rows = self._rows(table, chosen.span)
        file = f"hoidap-{name}-{chosen.first}-{chosen.last}.{kind}"
        headers = {"Content-Disposition": f'attachment; filename="{file}"'}
        if kind == "csv":
            pieces = csv_pieces(table.headings, rows)
            return StreamingResponse(pieces, media_type="text/csv", headers=headers)
        return StreamingResponse(xlsx_pieces(table.headings, rows), media_type=XLSX, headers=headers)

    async def _rows(self, table: Table, span: Span) -> Rows:
        """Yield what there is to read, some at a time: nobody who loads slowly keeps a transaction open."""
        after = 0
        while True:
            async with self._database.reading() as connection:
                some = await table.read(connection, span, after)
            if not some:
                return
            yield [row for _, row in some]
            after = some[-1][0]


async def _log(connection: Connection, span: Span, after: int) -> Numbered:
    return [(one.id, _asked(one)) for one in await trends.log(connection, span, after, ROWS_AT_ONCE)]


def _asked(one: Exchange) -> Sequence[Cell]:
    nearest = one.candidates[0] if one.candidates else None
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
        nearest.entry if nearest else None,
        round(nearest.confidence, 3) if nearest else None,
        one.rating,
        round(one.elapsed_ms, 1),
    )


async def _queue(connection: Connection, span: Span, after: int) -> Numbered:
    found = await trends.queue(connection, span, after, ROWS_AT_ONCE)
    wordings = await items.wordings_of(connection, [item.id for item in found])
    return [(item.id, _waited(item, wordings[item.id])) for item in found]


def _waited(item: Item, wordings: Sequence[Wording]) -> Sequence[Cell]:
    return (
        item.number,
        state_name(item.state),
        reason_name(item.reason),
        item.topic,
        item.question,
        "\n".join(dict.fromkeys(one.text for one in wordings)),
        item.asked,
        item.askers,
        _often(one.province or say("review.no_province") for one in wordings),
        _often(one.channel for one in wordings),
        _local(item.first_at),
        _local(item.last_at),
        _local(item.settled_at),
        item.settled_by,
        item.entry,
        item.note,
    )


def _often(names: Iterable[str]) -> str:
    return ", ".join(f"{name} ({times})" for name, times in Counter(names).most_common())


def _local(moment: datetime | None) -> datetime | None:
    return (moment + VIETNAM).replace(tzinfo=None, microsecond=0) if moment else None
