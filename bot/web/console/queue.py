"""The queue of questions that wait for an expert: what there is, filtered, searched and in an order."""

from collections.abc import Mapping
from datetime import timedelta

from starlette.datastructures import QueryParams
from starlette.responses import Response

from bot.domain import Reason, midnight
from bot.items import OPEN_STATES, ItemState, QueueFilter, QueueOrder
from bot.kb import Knowledge
from bot.normalise.provinces import PROVINCES
from bot.phrases import say
from bot.reviewing import PAGE, Reviewing
from bot.web.console.frame import Frame
from bot.web.console.gate import Call
from bot.web.console.naming import state_name
from bot.web.console.paging import Page
from bot.web.console.spans import day_of
from bot.web.pages import is_htmx

LONGEST_SEARCH = 200  # characters
LAST_PAGE = 10_000  # beyond which nobody turns by hand
CHANNELS = ("telegram", "web", "console")
STATES: Mapping[str, tuple[ItemState, ...]] = {
    "": OPEN_STATES,
    **{state.value: (state,) for state in ItemState if state is not ItemState.MERGED},
    "all": tuple(state for state in ItemState if state is not ItemState.MERGED),
}


class QueuePages:
    """The list."""

    def __init__(self, frame: Frame, reviewing: Reviewing) -> None:
        self._frame = frame
        self._reviewing = reviewing

    async def show(self, call: Call) -> Response:
        """Show a page of the items that are asked for; only the list where htmx asks for it."""
        query, knowledge = call.request.query_params, self._frame.knowledge
        wanted = wanted_of(query, knowledge)
        found = await self._reviewing.queue(wanted, _page(query.get("page", "")))
        if not found.items and found.total:  # beyond the end
            found = await self._reviewing.queue(wanted, (found.total - 1) // PAGE)
        page = Page(found.items, found.page + 1, max(1, -(-found.total // PAGE)), found.total)
        return self._frame.html(
            call,
            "queue_list.html" if is_htmx(call.request) else "queue.html",
            knowledge=knowledge,
            query=query,
            wanted=wanted,
            page=page,
            link=page.link(call.request),
            provinces=list(PROVINCES),
            channels=CHANNELS,
            states=list(STATES),
            state_choice=_state_choice,
            reasons=list(Reason),
            orders=list(QueueOrder),
        )


def wanted_of(query: QueryParams, knowledge: Knowledge) -> QueueFilter:
    """Return the filter that an address asks for; what it cannot mean asks for nothing."""
    topic, province, channel = query.get("topic", ""), query.get("province", ""), query.get("channel", "")
    reason, order = query.get("reason", ""), query.get("order", "")
    since, until = day_of(query.get("since", "")), day_of(query.get("until", ""))
    return QueueFilter(
        states=STATES.get(query.get("state", ""), OPEN_STATES),
        topic=topic if topic in knowledge.topics else None,
        province=province if province in PROVINCES else None,
        channel=channel if channel in CHANNELS else None,
        reason=Reason(reason) if reason in list(Reason) else None,
        since=midnight(since) if since else None,
        until=midnight(until + timedelta(days=1)) if until else None,
        text=query.get("q", "")[:LONGEST_SEARCH].replace("\0", "").strip(),
        order=QueueOrder(order) if order in list(QueueOrder) else QueueOrder.ASKERS,
    )


def _state_choice(name: str) -> str:
    """Return how a choice of states is called."""
    if not name:
        return say("console.queue.open")
    return say("console.any") if name == "all" else state_name(ItemState(name))


def _page(wanted: str) -> int:
    number = int(wanted) - 1 if wanted.isdecimal() and wanted.isascii() and len(wanted) < 7 else 0
    return min(max(number, 0), LAST_PAGE)
