"""Calling the Bot Platform, and what each of its refusals means for a message.

The token is a part of every address, so no error of the HTTP library leaves this module as it is.
"""

from collections.abc import Mapping
from typing import Any

import httpx

from bot.channels.payloads import dig
from bot.errors import NeedsHelp, RetryLater, SendError, Unreachable

CONNECT, READ = 5.0, 12.0  # s; together less than the 20 s that a send may take
POLL_SLACK = 10.0  # s more than a poll may be kept open, for a slow way back
LONGEST_REASON = 300  # characters of Zalo's words that are kept

# Seconds to wait before the same message is tried again, by HTTP status or `error_code`; None: it is refused
# for good. What is not here is the network's fault or Zalo's own.
FATES: Mapping[int, float | None] = {
    400: None,  # bad request: no such chat, or no such text
    401: 300.0,  # the token: until an operator gives a good one
    403: None,  # blocked, or not ours to write to; but see `_fate`
    404: 300.0,  # a path that is none: a token that is none
    408: 2.0,
    429: 5.0,  # too many a second, or this month's messages are used up: the code does not tell
}
UNSAID = 2.0  # s
TROUBLE = {401: "zalo_token", 404: "zalo_token", 429: "zalo_quota"}  # what admins are told


class Api:
    """A thin client; every method is a POST of JSON to `/bot<token>/<method>`."""

    def __init__(self, token: str, base_url: str) -> None:
        self._token = token
        self._http = httpx.AsyncClient(
            base_url=f"{base_url.rstrip('/')}/bot{token}/", timeout=httpx.Timeout(READ, connect=CONNECT)
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def call(self, method: str, body: Mapping[str, Any] | None = None, *, wait: float = 0.0) -> Any:
        """Call a method and return its result; None from a poll that ended without a message.

        Args:
            method: `sendMessage`, say.
            body: its parameters.
            wait: s that Zalo may keep a poll open.

        Raises:
            RetryLater: the platform is out of reach or asks to wait.
            NeedsHelp: it refuses to serve us until somebody acts.
            Unreachable: it refuses this message for good.
        """
        timeout = httpx.Timeout(READ, connect=CONNECT, read=wait + POLL_SLACK if wait else READ)
        try:
            response = await self._http.post(method, json=body or {}, timeout=timeout)
            answer = response.json()
        except httpx.HTTPError as error:
            raise RetryLater(f"{method}: {type(error).__name__}", UNSAID) from None
        except ValueError:
            answer = None  # a proxy's page, say
        if response.is_success and dig(answer, "ok") is True:
            return dig(answer, "result")
        code = dig(answer, "error_code")
        code = code if isinstance(code, int) and code in FATES else response.status_code
        if code == 408 and wait:
            return None
        raise self._refusal(method, code, str(dig(answer, "description") or ""))

    def _refusal(self, method: str, code: int, words: str) -> SendError:
        reason = f"{method}: {code} {words}".replace(self._token, "[token]")[:LONGEST_REASON]
        wait = _fate(code, words)
        if wait is None:
            return Unreachable(reason)
        return NeedsHelp(reason, wait, TROUBLE[code]) if code in TROUBLE else RetryLater(reason, wait)


def _fate(code: int, words: str) -> float | None:
    """Return how long to wait; the platform's own list calls 403 an "internal server error", too."""
    if code == 403 and "internal" in words.lower():
        return 30.0
    return FATES.get(code, UNSAID)
