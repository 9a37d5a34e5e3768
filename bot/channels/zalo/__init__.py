"""The door of the Zalo Bot Platform: a bot with a token, polled or posted to.

Nothing here was tried against the real platform, only against an emulator: `docs/zalo.md` says what that
proves, and where each rule of the platform is from.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from bot.channels.base import Abilities, Hook, Payload, Store
from bot.channels.payloads import dig
from bot.channels.plain import messages
from bot.channels.zalo.api import Api
from bot.channels.zalo.parse import identify, parse
from bot.channels.zalo.webhook import PATH, hook_of, secret_of
from bot.domain import Event, Message, Reply
from bot.errors import NeedsHelp, SendError

log = structlog.get_logger(__name__)

LONGEST = 2000  # characters of a message
POLL = 25  # s that Zalo keeps an empty poll open
PAUSE = 0.2  # s after an empty poll, should Zalo not keep it open
CHECK = 600.0  # s between two times that we make sure that Zalo still posts to us


class ZaloChannel:
    """The Bot Platform over HTTP.

    Args:
        token: of the bot; it never appears in a log line or an error.
        base_url: the platform, `https://bot-api.zaloplatforms.com`.
        site: where the world reaches our pages, if Zalo is to post to us; else it is polled.
    """

    name = "zalo"
    can = Abilities(pushes=True, buttons=False, formatting=False, edits=False, longest=LONGEST)

    def __init__(self, token: str, base_url: str, site: str | None = None) -> None:
        self._api = Api(token, base_url)
        self._secret = secret_of(token)
        self._site = site
        self.me: Mapping[str, Any] | None = None  # the bot's name, once Zalo has told us

    async def start(self) -> None:
        """Do nothing: the HTTP client opens by itself."""

    async def stop(self) -> None:
        """Close the HTTP client."""
        await self._api.close()

    def hooks(self) -> Sequence[Hook]:
        """Return where Zalo posts messages, if it does."""
        return [hook_of(self, self._secret)] if self._site else []

    async def run(self, store: Store) -> None:
        """Take messages for ever: see `bot.channels.base.Remote`."""
        try:
            self.me = _names(await self._api.call("getMe"))
        except NeedsHelp:
            log.error("zalo.token_refused", hint="check HOIDAP_ZALO_TOKEN and HOIDAP_ZALO_URL")
            raise
        if self._site:
            await self._listen(f"{self._site}{PATH}")
        else:
            await self._poll(store)

    def parse(self, payload: Payload) -> Message | Event:
        """Read a message; see `bot.channels.zalo.parse`."""
        return parse(payload)

    def render(self, reply: Reply, payload: Payload) -> Sequence[Payload]:
        """Write a reply as plain text, and in its last line what may be typed."""
        return [{"text": text} for text in messages(reply, LONGEST)]

    async def send(self, chat: str, part: Payload) -> str:
        """Send one part and return its message id; see `bot.channels.base.Channel`."""
        sent = await self._api.call("sendMessage", {"chat_id": chat, "text": part["text"]})
        return str(dig(sent, "message_id") or "")

    async def typing(self, chat: str, payload: Payload) -> None:
        """Show that a reply is being written; see `bot.channels.base.Typist`."""
        with contextlib.suppress(SendError):
            await self._api.call("sendChatAction", {"chat_id": chat, "action": "typing"})

    async def _listen(self, url: str) -> None:
        while True:
            await self._api.call("setWebhook", {"url": url, "secret_token": self._secret})
            await asyncio.sleep(CHECK)

    async def _poll(self, store: Store) -> None:
        with contextlib.suppress(
            SendError
        ):  # while one is set, Zalo refuses to be polled; none is "not found"
            await self._api.call("deleteWebhook")
        while True:
            update = await self._api.call("getUpdates", {"timeout": str(POLL)}, wait=POLL)
            # Zalo has forgotten it by now: it is a row before anything else happens.
            if isinstance(update, dict):
                await store(self.name, identify(update), {**update, "bot": self.me})
            else:
                await asyncio.sleep(PAUSE)


def _names(me: object) -> Mapping[str, Any]:
    """Return the names that people call the bot by."""
    return {name: dig(me, name) for name in ("id", "account_name", "display_name")}
