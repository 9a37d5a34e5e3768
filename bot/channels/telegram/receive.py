"""Taking updates from Telegram by long polling: an update is confirmed only when it is a row.

`getUpdates` confirms every update below `offset` (https://core.telegram.org/bots/api#getupdates), so the
offset moves after the rows are committed. The library's own poller moves it when updates are in memory, and
loses them when the process dies; it also gives up on a whole batch when it cannot read one update in it,
which is why updates are taken as they are.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bot.channels.base import Payload, Store
from bot.channels.payloads import LONGEST_KEY, dig, digest
from bot.channels.telegram.parse import key_of, number
from bot.domain import Envelope
from bot.errors import RetryLater

if TYPE_CHECKING:
    from bot.channels.telegram import TelegramChannel

SENSELESS = 5.0  # s to wait after a batch that cannot be confirmed


async def receive(channel: "TelegramChannel", store: Store) -> None:
    """Store every update, then confirm it; for ever, or until the platform cannot be polled.

    Run it once per token: Telegram refuses a second poller with 409 Conflict.

    Args:
        channel: the way to the platform.
        store: makes an update a row, once per key; returns when it is committed.

    Raises:
        RetryLater: the platform is out of reach or refuses; call again later. Nothing is lost meanwhile:
            Telegram keeps unconfirmed updates for 24 hours.
    """
    me = await channel.introduce()
    await channel.delete_webhook()  # while one is set, Telegram refuses to be polled
    offset = 0
    while True:
        updates = await channel.updates(offset)
        await _take(channel, store, updates, me)
        offset = _after(updates, offset)


async def _take(
    channel: "TelegramChannel", store: Store, updates: Sequence[Payload], me: Mapping[str, Any]
) -> None:
    presses = []
    for update in updates:  # one after the other: where one cannot be stored, none behind it may be
        await store(channel.name, identify(update), {**update, "bot": me})
        press = dig(update, "callback_query", "id")
        if isinstance(press, str):  # until it is answered, the asker's button shows a clock
            presses.append(asyncio.create_task(channel.acknowledge(press)))
    await asyncio.gather(*presses)


def _after(updates: Sequence[Payload], offset: int) -> int:
    ids = [update["update_id"] for update in updates if number(update.get("update_id"))]
    if updates and not ids:
        raise RetryLater("updates without ids cannot be confirmed", SENSELESS)
    return max((each + 1 for each in ids), default=offset)


def identify(update: Payload) -> Envelope:
    """Tell who sent what where; never raises, and gives the same key to an update that comes again.

    Message ids are unique within a chat only, update ids start anew after a quiet week: so a message is known
    by its chat and number, an edit also by its date and words, and the wordless pictures of one album
    together, because they deserve one reply and not ten.
    """
    press = dig(update, "callback_query")
    if isinstance(press, Mapping):
        asker = number(dig(press, "from", "id"))
        chat = number(dig(press, "message", "chat", "id")) or asker
        press_id = press.get("id")
        return Envelope(_key(f"c{press_id}" if press_id else "", update), chat, asker)
    for name in ("message", "edited_message", "my_chat_member"):
        event = dig(update, name)
        if isinstance(event, Mapping):
            chat = number(dig(event, "chat", "id"))
            asker = number(dig(event, "from", "id")) or chat
            return Envelope(_key(_message_key(name, chat, event), update), chat, asker)
    return Envelope(_key("", update), "", "")


def _message_key(name: str, chat: str, message: Mapping[str, Any]) -> str:
    message_id = number(message.get("message_id"))
    if name == "my_chat_member" or not (chat and message_id):
        return ""
    if name == "edited_message":
        words = digest(f"{message.get('text')}{message.get('caption')}")[:8]
        return f"e{chat}:{message_id}:{number(message.get('edit_date'))}:{words}"
    return key_of(chat, message)


def _key(key: str, update: Payload) -> str:
    if 1 < len(key) <= LONGEST_KEY and key.isprintable():
        return key
    update_id = number(update.get("update_id"))
    return f"u{update_id}" if 0 < len(update_id) < 30 else f"x{digest(repr(update))}"
