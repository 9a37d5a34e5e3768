"""Whose chat it is: a random cookie per browser, and nothing else that would tell people apart."""

import hashlib
import re
import secrets
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

YEAR = 365 * 24 * 60 * 60  # s
TOKEN_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # TOKEN_BYTES in unpadded base64


@dataclass(frozen=True, slots=True)
class Session:
    """One browser."""

    token: str

    @property
    def chat(self) -> str:
        """The chat in the store: a digest, so that who reads rows or logs cannot take a chat over."""
        return hashlib.sha256(self.token.encode()).hexdigest()[:32]


class Sessions:
    """Reads and writes the cookie.

    Args:
        secure: the page is served by HTTPS, so the cookie never travels otherwise.
    """

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure
        # A browser takes the prefix only with Secure and Path=/, so that no sibling domain can plant one.
        self._name = "__Host-hoidap" if secure else "hoidap"

    def read(self, request: Request) -> Session:
        """Return the browser's session, a new one when it brings none that we could have given."""
        token = request.cookies.get(self._name, "")
        return Session(token if _TOKEN.fullmatch(token) else secrets.token_urlsafe(TOKEN_BYTES))

    def keep(self, session: Session, response: Response) -> None:
        """Give the session to the browser for another year."""
        response.set_cookie(
            self._name,
            session.token,
            max_age=YEAR,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )
