"""The door of a Zalo Official Account (OpenAPI v3): Zalo posts what happens, and is written to by API.

Nothing here was tried against the real platform, only against an emulator: `docs/zalo.md` says what that
proves, and where each rule of the platform is from.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

import structlog

from bot.channels.base import Abilities, Hook, Payload, Store
from bot.channels.zalo_oa.api import Api, Keys, MessageRefused, TokenRefused
from bot.channels.zalo_oa.parse import parse
from bot.channels.zalo_oa.render import LONGEST, pressable, render, typable
from bot.channels.zalo_oa.webhook import hook_of
from bot.domain import Event, Message, Reply, Tokens

__all__ = ["Keys", "Vault", "ZaloOAChannel"]

log = structlog.get_logger(__name__)

FREE_FOR = timedelta(hours=48)  # after a person's last message; later ones cost, or are refused
CHECK = 30.0  # s between two looks at whether the access token has to be renewed

Renew = Callable[[str], Awaitable[Tokens]]


class Vault(Protocol):
    """Where the tokens are kept for all replicas; one of them renews at a time."""

    async def access(self) -> str:
        """Return the access token.

        Raises:
            RetryLater: there is none, or it has run out.
        """

    async def doubt(self, access: str) -> None:
        """Have an access token renewed soon that the platform refuses."""

    async def renew(self, ask: Renew) -> None:
        """Have the tokens renewed if it is time, by nobody else meanwhile."""

    async def adopt(self, refresh: str, ask: Renew) -> None:
        """Begin anew with a refresh token that a person was given."""


class ZaloOAChannel:
    """An Official Account.

    Args:
        keys: of the app and the account; none of them appears in a log line or an error.
        base_url: of the API, `https://openapi.zalo.me`.
        login_url: that gives tokens, `https://oauth.zaloapp.com`.
        vault: where the tokens are.
    """

    name = "zalo_oa"
    can = Abilities(
        pushes=True, buttons=True, formatting=False, edits=False, longest=LONGEST, free_for=FREE_FOR
    )

    def __init__(self, keys: Keys, base_url: str, login_url: str, vault: Vault) -> None:
        self._api = Api(keys, base_url, login_url)
        self._keys = keys
        self._vault = vault

    async def start(self) -> None:
        """Do nothing: the HTTP client opens by itself."""

    async def stop(self) -> None:
        """Close the HTTP client."""
        await self._api.close()

    def hooks(self) -> Sequence[Hook]:
        """Return where Zalo posts events; an operator enters the address on Zalo's page for developers."""
        return [hook_of(self.name, self._keys)]

    async def run(self, store: Store) -> None:
        """Keep the access token fresh, for ever: see `bot.channels.base.Remote`."""
        while True:
            await self._vault.renew(self._api.renew)
            await asyncio.sleep(CHECK)

    async def adopt(self, refresh: str) -> None:
        """Begin with a refresh token from Zalo's page for developers; it is used up by this.

        Raises:
            RetryLater: Zalo is out of reach, or refuses it.
        """
        await self._vault.adopt(refresh, self._api.renew)

    def parse(self, payload: Payload) -> Message | Event:
        """Read an event; see `bot.channels.zalo_oa.parse`."""
        return parse(payload)

    def render(self, reply: Reply, payload: Payload) -> Sequence[Payload]:
        """Write a reply; see `bot.channels.zalo_oa.render`."""
        return render(reply)

    async def send(self, chat: str, part: Payload) -> str:
        """Send one part and return its message id; see `bot.channels.base.Channel`."""
        try:
            return await self._post(chat, pressable(part))
        except MessageRefused as error:
            if not part.get("buttons"):
                raise
            log.warning("zalo_oa.buttons_refused", reason=str(error))
        return await self._post(chat, typable(part))  # what can be typed is as good, and loses nobody

    async def _post(self, chat: str, message: Mapping[str, Any]) -> str:
        access = await self._vault.access()
        try:
            return await self._api.send(access, chat, message)
        except TokenRefused:
            await self._vault.doubt(access)
            raise
