"""Requests to the Bot API over aiohttp: with 16 of them on their way, one takes a fifteenth of httpx's time.

Of the library it keeps the reading of answers: https://core.telegram.org/bots/api#making-requests.
"""

import json
from collections.abc import Mapping
from typing import Any

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

# A part is JSON already; the library's methods would make objects of it first, and JSON of those again.
from telegram.request._requestparameter import RequestParameter

from bot.channels.payloads import dig

UNSAID_WAIT = 5.0  # s, when Telegram asks to wait but not how long
CONNECT, ANSWER = 5.0, 8.0  # s


class FloodWait(TelegramError):
    """429: wait `seconds`. The library's own `RetryAfter` cannot be made without a deprecation warning."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"flood control: wait {seconds:g} s")
        self.seconds = seconds


class Wire(BaseRequest):
    """An HTTP client that may be opened and closed again.

    Args:
        connections: kept open at the most; who comes later waits for one.
    """

    def __init__(self, connections: int = 64) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds to wait for an answer."""
        return ANSWER

    async def initialize(self) -> None:
        """Open the client; nobody need be there."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections)
            self._session = aiohttp.ClientSession(connector=connector, trust_env=True)

    async def shutdown(self) -> None:
        """Close the client."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def call(self, url: str, values: Mapping[str, object]) -> Any:
        """Call a method with values as JSON has them, and return its result as JSON has it.

        Raises:
            TelegramError: it was refused, or there was no answer.
        """
        given = [RequestParameter(name, value, None) for name, value in values.items()]
        return await self.post(url, RequestData(given))

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,
        *_: Any,
        **__: Any,
    ) -> tuple[int, bytes]:
        """Do a request; see `telegram.request.BaseRequest.do_request`.

        Raises:
            FloodWait: Telegram asks to wait.
            NetworkError: there was no answer; the address, which has the token in it, is not told.
            TimedOut: not in time.
        """
        if self._session is None:
            raise NetworkError("the client is closed")
        answer = read_timeout if isinstance(read_timeout, int | float) else ANSWER
        timeout = aiohttp.ClientTimeout(total=None, connect=CONNECT, sock_read=answer)
        data = request_data.json_parameters if request_data else None
        try:
            async with self._session.request(method, url, data=data, timeout=timeout) as response:
                body = await response.read()
        except (TimeoutError, aiohttp.ServerTimeoutError):
            raise TimedOut from None
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(type(error).__name__) from None
        if response.status == 429:
            raise FloodWait(_asked_wait(body))
        return response.status, body


def _asked_wait(body: bytes) -> float:
    try:
        seconds = dig(json.loads(body), "parameters", "retry_after")
    except ValueError:
        seconds = None
    return float(seconds) if isinstance(seconds, int | float) and seconds > 0 else UNSAID_WAIT
