"""Calling the OpenAPI, and what each of its refusals means for a message.

Refusals come as HTTP 200 with `error` below zero. Keys and tokens travel in headers and bodies: no error of
the HTTP library leaves this module as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.channels.payloads import dig, ident
from bot.domain import Tokens
from bot.errors import NeedsHelp, RetryLater, SendError, Unreachable

CONNECT, READ = 4.0, 5.0  # s; twice together, with buttons and without, below the 20 s that a send may take
LONGEST_REASON = 300  # characters of Zalo's words that are kept
UNSAID = 2.0  # s, for what is the network's fault or Zalo's own
SHORTEST_LIFE = 60  # s of an access token; a shorter one would be renewed without end


class TokenRefused(RetryLater):
    """The access token has run out, or was replaced: it is renewed, and the message sent again."""


class MessageRefused(Unreachable):
    """This very message is refused as it is; one without buttons may pass."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What an operator copies from Zalo's pages.

    Args:
        app: the app's id.
        app_secret: the app's key; it gets tokens.
        oa_secret: the Official Account's key; it signs what is posted to us.
    """

    app: str
    app_secret: str = field(repr=False)
    oa_secret: str = field(repr=False)


TOO_FAST = 5.0
PACKAGE = 1800.0  # s, for what somebody has to pay for
# What each `error` means: seconds to wait, or the kind of refusal.
# https://developers.zalo.me/docs/official-account/phu-luc/ma-loi
FATES: Mapping[int, float | type[SendError]] = {
    -32: TOO_FAST,
    -201: MessageRefused,  # a parameter is wrong
    -210: MessageRefused,  # a parameter is too long
    -233: MessageRefused,  # a kind of message that is not supported
    -211: NeedsHelp,  # the account's quota is used up
    -221: NeedsHelp,  # the account is not verified
    -224: NeedsHelp,  # the account has no package that allows this
    -320: NeedsHelp,  # no business account to pay from
    -321: NeedsHelp,  # nothing on it
    -216: TokenRefused,
    -220: TokenRefused,
    -213: Unreachable,  # follows us no more
    -217: Unreachable,  # blocked
    -218: Unreachable,  # takes no more messages today
    -222: Unreachable,  # gone, or away for 45 days
    -227: Unreachable,  # the same
    -230: Unreachable,  # has not written for 7 days
    -232: Unreachable,  # the same
    -244: Unreachable,  # wants none
    -305: Unreachable,  # has not written for 48 hours
    -311: Unreachable,  # got all free replies that one message gives
}


class Api:
    """A thin client of two servers: one sends, the other gives tokens."""

    def __init__(self, keys: Keys, base_url: str, login_url: str) -> None:
        self._keys = keys
        self._send_url = f"{base_url.rstrip('/')}/v3.0/oa/message/cs"
        self._token_url = f"{login_url.rstrip('/')}/v4/oa/access_token"
        self._http = httpx.AsyncClient(timeout=httpx.Timeout(READ, connect=CONNECT))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def send(self, access: str, user: str, message: Mapping[str, Any]) -> str:
        """Send a message and return its id.

        Raises:
            SendError: as `FATES` says.
        """
        body = {"recipient": {"user_id": user}, "message": message}
        answer = await self._post("send", self._send_url, json=body, headers={"access_token": access})
        error = dig(answer, "error")
        if error == 0:
            return ident(dig(answer, "data", "message_id"))
        raise refusal(error, str(dig(answer, "message") or "").replace(access, "[token]"))

    async def renew(self, refresh: str) -> Tokens:
        """Return new tokens for a refresh token, which is used up by this whatever becomes of the answer.

        Raises:
            NeedsHelp: it is refused: used already, or older than three months.
            RetryLater: the platform is out of reach.
        """
        form = {"app_id": self._keys.app, "grant_type": "refresh_token", "refresh_token": refresh}
        secret = {"secret_key": self._keys.app_secret}
        answer = await self._post("renew", self._token_url, data=form, headers=secret)
        access, newer = dig(answer, "access_token"), dig(answer, "refresh_token")
        if not (isinstance(access, str) and isinstance(newer, str) and access and newer):
            raise NeedsHelp(f"renew: error {dig(answer, 'error')}", PACKAGE, "zalo_oa_token")
        return Tokens(access, newer, _seconds(dig(answer, "expires_in")))

    async def _post(self, what: str, url: str, **request: Any) -> Any:
        try:
            response = await self._http.post(url, **request)
            answer = response.json()
        except httpx.HTTPError as error:
            raise RetryLater(f"{what}: {type(error).__name__}", UNSAID) from None
        except ValueError:
            answer = None  # a proxy's page, say
        if not response.is_success or not isinstance(answer, dict):
            raise RetryLater(f"{what}: HTTP {response.status_code}", UNSAID)
        return answer


def refusal(error: object, words: str) -> SendError:
    """Return what a refusal means for the message, in words that are safe to log."""
    reason = f"send: {error} {words}"[:LONGEST_REASON]
    fate = FATES.get(error, UNSAID) if isinstance(error, int) else UNSAID
    if isinstance(fate, float):
        return RetryLater(reason, fate)
    if fate is NeedsHelp:
        return NeedsHelp(reason, PACKAGE, "zalo_oa_quota")
    return TokenRefused(reason, UNSAID) if fate is TokenRefused else fate(reason)


def _seconds(life: object) -> int:
    """Return how long an access token lives; Zalo writes it as text: "90000"."""
    written = str(life)
    return max(int(written), SHORTEST_LIFE) if written.isdecimal() and len(written) < 9 else SHORTEST_LIFE
