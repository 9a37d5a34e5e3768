"""The chat page: what was said, a box to ask in, and buttons to press.

A message is committed before it is answered, so what follows may fail without losing it: the answer is
waited for a moment, and where it takes longer, the page asks again.
"""

import asyncio
import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.channels.base import Payload
from bot.channels.web import WebChannel
from bot.domain import Envelope
from bot.intake import Intake
from bot.store import Database, chats
from bot.store.chats import Turn
from bot.web.forms import read_form
from bot.web.pages import Pages, is_htmx
from bot.web.sessions import Session, Sessions
from bot.web.turns import view

MOST_TURNS = 30  # of the transcript on the page
PATIENCE = 3.0  # s that a post waits for its answer
LOOK_AGAIN = 0.05  # s
MOST_LABEL = 300  # characters
MOST_ACTION = 100  # characters; a real one has at most 64 bytes
BIGGEST_NUMBER = 2**63 - 1  # that the databases can compare
_KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Chat:
    """The routes of the chat.

    Args:
        intake: stores messages.
        database: to read the transcript from.
        pages: renders.
        sessions: whose chat it is.
        clock: UTC.
    """

    def __init__(
        self,
        intake: Intake,
        database: Database,
        pages: Pages,
        sessions: Sessions,
        clock: Callable[[], datetime],
    ) -> None:
        self._intake = intake
        self._database = database
        self._pages = pages
        self._sessions = sessions
        self._clock = clock

    async def home(self, request: Request) -> Response:
        """Show the chat of this browser."""
        session = self._sessions.read(request)
        async with self._database.reading() as connection:
            turns = await chats.transcript(connection, WebChannel.name, session.chat, limit=MOST_TURNS)
        now = self._clock()
        views = [view(turn, now) for turn in turns]
        response = self._pages.html("chat.html", turns=views, pending=any(each.pending for each in views))
        self._sessions.keep(session, response)
        return response

    async def ask(self, request: Request) -> Response:
        """Take a question; `label` is what a button said that asks it."""
        form = await read_form(request)
        payload = {"text": form.get("text", "")}
        if label := form.get("label"):
            payload["label"] = label[:MOST_LABEL]
        return await self._take(request, payload, form.get("key", ""))

    async def press(self, request: Request) -> Response:
        """Take a pressed button."""
        form = await read_form(request)
        action, label = form.get("action", "")[:MOST_ACTION], form.get("label", "")[:MOST_LABEL]
        return await self._take(request, {"action": action, "label": label}, form.get("key", ""))

    async def turn(self, request: Request) -> Response:
        """Return what was said to a message since the page last looked; nothing yet is 204."""
        number, seen = request.path_params["number"], request.query_params.get("seen", "")
        found = await self._turn(self._sessions.read(request), number)
        if found is None:
            raise HTTPException(404)
        if not is_htmx(request):
            return RedirectResponse(f"/#t{number}", 303)
        shown = min(int(seen), len(found.parts)) if seen.isdecimal() and len(seen) < 4 else 0
        if not found.answered and len(found.parts) == shown:
            return Response(status_code=204)
        return self._pages.html("said.html", turn=view(found, self._clock(), shown))

    async def _take(self, request: Request, payload: Payload, key: str) -> Response:
        session = self._sessions.read(request)
        envelope = Envelope(_message_key(session, key, payload), session.chat, session.chat)
        number = await self._intake.store(WebChannel.name, envelope, payload)
        turn = await self._wait(session, number)
        response: Response = RedirectResponse(f"/#t{number}", 303)
        if is_htmx(request) and turn:
            used = key if _KEY.fullmatch(key) else ""
            response = self._pages.html("added.html", turn=view(turn, self._clock()), used=used)
        self._sessions.keep(session, response)
        return response

    async def _wait(self, session: Session, number: int) -> Turn | None:
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE
        turn = await self._turn(session, number)
        while turn and not turn.answered and loop.time() < until:
            await asyncio.sleep(LOOK_AGAIN)
            turn = await self._turn(session, number)
        return turn

    async def _turn(self, session: Session, number: int) -> Turn | None:
        if number > BIGGEST_NUMBER:
            return None
        async with self._database.reading() as connection:
            turns = await chats.transcript(connection, WebChannel.name, session.chat, limit=1, number=number)
        return turns[0] if turns else None


def _message_key(session: Session, key: str, payload: Payload) -> str:
    """Return what makes a message the same one when it comes again.

    The form's key alone would not do: who edits a text that was stored but not confirmed (no signal) sends
    another message under the same key.
    """
    once = key if _KEY.fullmatch(key) else str(uuid4())
    content = json.dumps(payload, sort_keys=True).encode()
    return f"{session.chat}:{once}:{hashlib.sha256(content).hexdigest()[:16]}"
