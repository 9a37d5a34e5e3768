"""Who gets to a page of the console: the cookie, the role, and the token that every form brings along.

The token is there beside `bot.web.crossorigin`, for browsers that tell neither origin nor site. It is one
secret per session, written into each page under another mask: a page is packed by gzip, and a secret that is
the same beside words of a stranger's choosing could be guessed from the lengths (BREACH).
"""

import base64
import binascii
import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.domain import Role
from bot.phrases import say
from bot.signing_in import SignIn, Visit
from bot.web.forms import read_form
from bot.web.pages import Pages, is_htmx

TOKEN = "token"  # noqa: S105  the name of the field
MOST_FIELDS = 160
SAFE = ("GET", "HEAD")
SIGN_IN = "/console/sign-in"


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was let in; `form` is what was posted."""

    request: Request
    visit: Visit
    form: Mapping[str, str] = field(default_factory=dict)


Page = Callable[[Call], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


class Gate:
    """Lets requests through to pages, and gives cookies to those who come in.

    Args:
        sign_in: knows the cookies.
        pages: renders a refusal.
        secure: the site is served by HTTPS, so the cookie never travels otherwise.
    """

    def __init__(self, sign_in: SignIn, pages: Pages, *, secure: bool) -> None:
        self._sign_in = sign_in
        self._pages = pages
        self._secure = secure
        self._cookie = "__Host-hoidap-console" if secure else "hoidap-console"

    def open_to(self, role: Role, page: Page) -> Endpoint:
        """Return a route's endpoint that only reviewers of a role reach; an admin is an expert too."""

        async def endpoint(request: Request) -> Response:
            visit = await self._sign_in.visit(request.cookies.get(self._cookie, ""))
            if visit is None:
                return self._outside(request)
            if role is Role.ADMIN and visit.reviewer.role is not Role.ADMIN:
                return self._pages.refusal(request, say("console.refused.admins_only"))
            form = {} if request.method in SAFE else await read_form(request, MOST_FIELDS)
            if request.method not in SAFE and not is_token(visit.form_secret, form.get(TOKEN, "")):
                return self._pages.refusal(request, say("console.refused.stale_form"))
            response = await page(Call(request, visit, form))
            if visit.cookie:
                self.give(visit.cookie, response)
            return response

        return endpoint

    def give(self, cookie: str, response: Response) -> None:
        """Give a session's cookie to the browser, until it is closed."""
        response.set_cookie(
            self._cookie, cookie, path="/", secure=self._secure, httponly=True, samesite="lax"
        )

    def take(self, response: Response) -> None:
        """Take the cookie away from the browser."""
        response.delete_cookie(self._cookie, path="/", secure=self._secure, httponly=True, samesite="lax")

    def _outside(self, request: Request) -> Response:
        if is_htmx(request):  # a redirect would put the page of the door into a corner of this one
            return Response(status_code=401, headers={"HX-Redirect": SIGN_IN})
        return RedirectResponse(SIGN_IN, 303)


def masked(secret: str) -> str:
    """Return a session's form secret (hex digits) for a page, different each time."""
    plain = bytes.fromhex(secret)
    mask = secrets.token_bytes(len(plain))
    return base64.urlsafe_b64encode(mask + _mixed(mask, plain)).decode()


def is_token(secret: str, token: str) -> bool:
    """Tell whether a form brought what `masked` once wrote for this session."""
    plain = bytes.fromhex(secret)
    try:
        brought = base64.b64decode(token.encode(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return False
    mask, mixed = brought[: len(plain)], brought[len(plain) :]
    return len(mixed) == len(plain) and hmac.compare_digest(_mixed(mask, mixed), plain)


def _mixed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
