"""What every page of the console stands on: the base that answers, the clock, the frame around it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Protocol

from starlette.responses import Response

from bot.domain import VIETNAM, Role
from bot.kb import Knowledge, Problem
from bot.live import Brain
from bot.web.console.gate import Call, masked
from bot.web.console.naming import act_name, order_name, reason_name, state_name
from bot.web.pages import Pages


class Live(Protocol):
    """The running bot's knowledge; `bot.live.Live` is one."""

    @property
    def current(self) -> Brain:
        """What answers now."""

    @property
    def problems(self) -> Sequence[Problem]:
        """Why a newer base was not taken; none when it was."""


class Frame:
    """Renders pages for somebody who is signed in."""

    def __init__(
        self, pages: Pages, live: Live, clock: Callable[[], datetime], name_of: Callable[[str], str]
    ) -> None:
        self._pages = pages
        self._name_of = name_of
        self.live = live
        self.clock = clock

    @property
    def knowledge(self) -> Knowledge:
        """The base that answers now."""
        return self.live.current.knowledge

    @property
    def today(self) -> date:
        """The day in Vietnam."""
        return (self.clock() + VIETNAM).date()

    def name(self, call: Call, person: str) -> str:
        """Return how a reviewer is called; whoever came by an operator's link has the name that it gave."""
        own = call.visit.reviewer
        return own.name if person == own.person else self._name_of(person)

    def html(self, call: Call, template: str, status: int = 200, **values: object) -> Response:
        """Return a page, or a part of one.

        Args:
            call: whose page it is.
            template: below `templates/console`.
            status: of the response.
            values: what the template is given besides what every page of the console has.
        """
        frame: Mapping[str, object] = {
            "reviewer": call.visit.reviewer,
            "is_admin": call.visit.reviewer.role is Role.ADMIN,
            "token": masked(call.visit.form_secret),
            "here": call.request.url.path,
            "today": self.today,
            "broken": len(self.live.problems),
            "name_of": partial(self.name, call),
            "act_name": act_name,
            "order_name": order_name,
            "reason_name": reason_name,
            "state_name": state_name,
        }
        return self._pages.html(f"console/{template}", status, **frame, **values)
