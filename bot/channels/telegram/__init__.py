"""The door of the Telegram channel, and the only room that knows the library `telegram`.

Nothing here was tried against the real platform, only against an emulator: `docs/telegram.md` says what
that proves.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import structlog
from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import BadRequest, Conflict, InvalidToken, TelegramError

from bot.channels.base import Abilities, Hook, Pace, Payload, Store
from bot.channels.telegram.parse import parse
from bot.channels.telegram.receive import identify, receive
from bot.channels.telegram.render import MOST_UNITS, placed, render
from bot.channels.telegram.send import Sender, translate
from bot.channels.telegram.webhook import hook_of, listen, secret_of
from bot.channels.telegram.wire import Wire
from bot.commands import Who, listed_for
from bot.domain import Event, Message, Reply
from bot.errors import RetryLater
from bot.phrases import say

__all__ = ["TelegramChannel", "identify", "listen", "receive"]

log = structlog.get_logger(__name__)

PER_SECOND = 30.0  # messages to all chats together
POLL = 25  # s that Telegram keeps an empty poll open; below the 30 s after which many proxies cut it
POLL_SLACK = 10.0  # s more, for a slow way back
MOST_POSTS = 100  # updates that Telegram may post at once; the most that it allows
REFUSED = 60.0  # s until an address that Telegram refuses is tried again
UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")


class TelegramChannel:
    """Bot API over HTTP: polled (`receive`), or posting to us (`listen` and `hook`).

    Args:
        token: of the bot; it never appears in a log line or an error.
        base_url: the Bot API server, `https://api.telegram.org` or one's own.
        reviewers: Telegram ids of those whose menu also shows the reviewers' commands.
        site: where the world reaches our pages, if Telegram is to post to us; else it is polled.
        per_second: messages to all chats together; Telegram's limit unless one pays for more.
    """

    name = "telegram"
    # https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
    can = Abilities(
        pushes=True,
        buttons=True,
        formatting=True,
        edits=True,
        longest=MOST_UNITS,
        paces=(Pace(1, timedelta(seconds=1)), Pace(20, timedelta(minutes=1), chats="-")),
    )

    def __init__(
        self,
        token: str,
        base_url: str,
        reviewers: Sequence[str] = (),
        site: str | None = None,
        per_second: float = PER_SECOND,
    ) -> None:
        self._token = token
        self._site = site
        self._reviewers = tuple(reviewers)
        self._sending, self._polling = Wire(), Wire(1)
        self._bot: Bot = Bot(
            token,
            base_url=f"{base_url.rstrip('/')}/bot",
            request=self._sending,
            get_updates_request=self._polling,
        )
        self._sender = Sender(self._call, per_second)
        self.me: Mapping[str, Any] | None = None  # id and username, once Telegram has told us

    async def start(self) -> None:
        """Open the HTTP clients; the platform need not be there."""
        await self._sending.initialize()
        await self._polling.initialize()

    async def stop(self) -> None:
        """Close the HTTP clients."""
        await self._sending.shutdown()
        await self._polling.shutdown()

    def parse(self, payload: Payload) -> Message | Event:
        """Read an update; see `bot.channels.telegram.parse`."""
        return parse(payload)

    def render(self, reply: Reply, payload: Payload) -> Sequence[Payload]:
        """Write a reply; see `bot.channels.telegram.render`."""
        return render(reply, payload)

    async def send(self, chat: str, part: Payload) -> str:
        """Send one part and return its message id; see `bot.channels.base.Channel`."""
        with self._told_safely():
            return await self._sender.send(chat, part)

    async def typing(self, chat: str, payload: Payload) -> None:
        """Show that a reply is being written; see `bot.channels.base.Typist`."""
        where = placed({}, payload)
        try:
            await self._call("sendChatAction", {"chat_id": chat, "action": "typing", **where})
        except TelegramError as error:
            log.info("telegram.no_typing", reason=str(translate(error, self._token)))

    async def _call(self, method: str, values: Mapping[str, object]) -> object:
        return await self._sending.call(f"{self._bot.base_url}/{method}", values)

    async def introduce(self) -> Mapping[str, Any]:
        """Learn who the bot is, and show its commands in the menu; the menu may fail.

        Raises:
            RetryLater: the platform is out of reach or refuses the token.
        """
        with self._told_safely():
            me = await self._bot.get_me()
        await self._show_menus()
        self.me = {"id": me.id, "username": me.username}
        return self.me

    def hooks(self) -> Sequence[Hook]:
        """Return where Telegram posts updates, if it does."""
        return [hook_of(self, secret_of(self._token))] if self._site else []

    async def run(self, store: Store) -> None:
        """Take updates for ever: see `bot.channels.base.Remote`."""
        await (listen(self, self._site) if self._site else receive(self, store))

    async def set_webhook(self, url: str) -> None:
        """Have updates posted to `url`; the same again changes nothing. What waits at Telegram is kept.

        Raises:
            RetryLater: the platform is out of reach or refuses the address.
        """
        with self._told_safely():
            try:
                await self._bot.set_webhook(
                    url,
                    allowed_updates=UPDATES,
                    secret_token=secret_of(self._token),
                    max_connections=MOST_POSTS,
                )
            except BadRequest as error:
                log.error(
                    "telegram.webhook_refused", url=url, hint="check HOIDAP_SITE: https, reachable for all"
                )
                raise RetryLater(str(error), REFUSED) from None

    async def report_trouble(self) -> None:
        """Log what Telegram's last post to us ran into, and how many wait.

        Raises:
            RetryLater: the platform is out of reach.
        """
        with self._told_safely():
            info = await self._bot.get_webhook_info()
        if info.pending_update_count or info.last_error_message:
            log.warning(
                "telegram.webhook_trouble", waiting=info.pending_update_count, last=info.last_error_message
            )

    async def delete_webhook(self) -> None:
        """Have nothing posted any more, so that we may poll. What waits at Telegram is kept.

        Raises:
            RetryLater: the platform is out of reach.
        """
        with self._told_safely():
            await self._bot.delete_webhook()

    async def updates(self, offset: int) -> list[dict[str, Any]]:
        """Return unconfirmed updates from `offset` on as they came, waiting a while for the first.

        https://core.telegram.org/bots/api#getupdates: parameters may stand in the URL.

        Raises:
            RetryLater: the platform is out of reach, refuses the token, or serves another poller.
        """
        asked = urlencode({"offset": offset, "timeout": POLL, "allowed_updates": json.dumps(UPDATES)})
        with self._told_safely():
            found = await self._polling.post(
                f"{self._bot.base_url}/getUpdates?{asked}", read_timeout=POLL + POLL_SLACK
            )
        return [update for update in found if isinstance(update, dict)] if isinstance(found, list) else []

    async def acknowledge(self, press: str) -> None:
        """Tell Telegram that a press was received. A failure only leaves a clock on the button."""
        try:
            await self._bot.answer_callback_query(press)
        except TelegramError as error:
            log.info("telegram.press_unacknowledged", reason=str(translate(error, self._token)))

    async def _show_menus(self) -> None:
        await self._show_menu(BotCommandScopeAllPrivateChats(), Who.ALL, Who.ALONE)
        await self._show_menu(BotCommandScopeAllGroupChats(), Who.ALL)
        for reviewer in self._reviewers:
            await self._show_menu(BotCommandScopeChat(reviewer), *Who)

    async def _show_menu(self, scope: BotCommandScope, *readers: Who) -> None:
        menu = [BotCommand(command.name, say(command.phrase)) for command in listed_for(*readers)]
        try:
            await self._bot.set_my_commands(menu, scope=scope)
        except TelegramError as error:  # a reviewer who never wrote to the bot is "chat not found"
            log.warning("telegram.no_menu", reason=str(translate(error, self._token)))

    @contextmanager
    def _told_safely(self) -> Iterator[None]:
        try:
            yield
        except Conflict as error:
            log.error("telegram.conflict", hint="another process polls with this token, or a webhook is set")
            raise translate(error, self._token) from None
        except InvalidToken as error:
            log.error("telegram.token_refused", hint="check HOIDAP_TELEGRAM_TOKEN and HOIDAP_TELEGRAM_URL")
            raise translate(error, self._token) from None
        except TelegramError as error:
            raise translate(error, self._token) from None
