"""Refuses posts that another site made a visitor's browser send (CSRF), without tokens in forms.

Source: Filippo Valsorda, "Cross-Site Request Forgery" (https://words.filippo.io/csrf/), as Go 1.25 has it
in `net/http.CrossOriginProtection`. The algorithm:

1. GET, HEAD and OPTIONS pass: they change nothing here.
2. `Sec-Fetch-Site` is written by the browser and out of a page's reach. Where it is present, only
   `same-origin` (our own page) and `none` (typed by the user) pass. All browsers since 2023 send it, but only
   to https and localhost.
3. Without it, `Origin` decides: its host and port must be those that the request was sent to. The scheme is
   not compared, since TLS may end at a proxy in front of us.
4. Without either it is no browser, so nobody's cookie can be abused: it passes (curl, a platform's webhook).

The session cookie is `SameSite=Lax` besides, so a foreign post would come without it anyway.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class SameOriginPosts:
    """Lets requests through that our own pages sent, and answers the others with `refused`."""

    def __init__(self, app: ASGIApp, refused: Callable[[Request], Response]) -> None:
        self._app = app
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and not is_ours(scope["method"], Headers(scope=scope)):
            await self._refused(Request(scope))(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def is_ours(method: str, headers: Headers) -> bool:
    """Tell whether a request may be believed to come from our own page; see the module's docstring."""
    if method in SAFE_METHODS:
        return True
    if site := headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")
