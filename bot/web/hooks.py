"""Webhooks: a platform posts what happened, and is told "200" when it is a row.

Everything here comes from the internet. Nothing is parsed before the channel has verified it, and nothing is
answered before it is stored: a platform that hears anything but 2xx, or nothing, sends the same again.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.channels.base import Hook
from bot.errors import RetryLater
from bot.intake import Intake

log = structlog.get_logger(__name__)

MOST_BYTES = 1024 * 1024  # of a post; the longest text that a platform sends takes some 20 kB


def hook_routes(hooks: Iterable[Hook], intake: Intake) -> list[Route]:
    """Return the route of every hook."""
    return [Route(hook.path, _Receiver(hook, intake).take, methods=["POST"]) for hook in hooks]


class _Receiver:
    """One hook's address."""

    def __init__(self, hook: Hook, intake: Intake) -> None:
        self._hook = hook
        self._intake = intake

    async def take(self, request: Request) -> Response:
        """Store what was posted (200), or refuse: 403 not theirs, 400 unreadable, 413 too big, 503 later."""
        raw = await _body(request)
        if raw is None:
            return self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if not self._hook.verify(request.headers, raw):
            return self._refuse(HTTPStatus.FORBIDDEN)
        try:
            payload = self._hook.unpack(raw)
            if payload is None:
                return JSONResponse({})
            envelope = self._hook.identify(payload)
        except (ValueError, RecursionError):  # JSON and UTF-8 that are none, too
            return self._refuse(HTTPStatus.BAD_REQUEST)
        except RetryLater as error:
            return self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, {"retry-after": f"{error.seconds:.0f}"})
        await self._intake.store(self._hook.channel, envelope, payload)
        return JSONResponse(self._hook.answer(payload))

    def _refuse(self, status: HTTPStatus, headers: Mapping[str, Any] | None = None) -> Response:
        log.warning("hook.refused", channel=self._hook.channel, status=int(status))
        return Response(status_code=status, headers=headers)


async def _body(request: Request) -> bytes | None:
    """Return the whole body, or None where it is too big; the rest of such a one is not read."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)
