"""A person in a chat with the bot, as tg-auto-test 1.3.24 has it, behind a Bot API that is served over HTTP.

Theirs: the chat, its messages, presses, edits and deletions, and what each method answers; a method that they
do not know is an error. Ours: the HTTP around it, long polling, and `deleteWebhook`, which they lack.

It prints the address, then does what each line of its input says and prints what came of it, as JSON:

    ["say", "text"]   ["press", "part of a label"]   ["photo", "caption"]   ["menu"]

Run in a virtual environment of its own: tg-auto-test declares Python 3.12, though it runs on 3.11.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any

from aiohttp import web
from telegram import Update
from telegram.ext import Application, ApplicationBuilder, TypeHandler
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter
from tg_auto_test.test_utils.serverless_telegram_client import ServerlessTelegramClient

PATIENCE = 30.0  # s
POLL = 2.0  # s that an empty poll is kept open
SHOWN = ("sendMessage", "editMessageText", "deleteMessage")
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082"
)


class Town:
    """One chat, and the bot that polls its updates."""

    def __init__(self) -> None:
        self.updates: list[dict[str, Any]] = []
        self.come = asyncio.Event()
        self.answered = asyncio.Event()
        self.listed = asyncio.Event()  # the commands, in the menu of private chats first
        self.client = ServerlessTelegramClient(self._build)
        self.last: Any = None

    def _build(self, builder: ApplicationBuilder) -> Application:
        application = builder.build()
        application.add_handler(TypeHandler(Update, self._pass_on))
        return application

    async def _pass_on(self, update: Update, _context: object) -> None:
        """Let the bot have the update, and wait until it has said something."""
        self.answered.clear()
        self.updates.append(update.to_dict())
        self.come.set()
        async with asyncio.timeout(PATIENCE):
            await self.answered.wait()

    async def call(self, request: web.Request) -> web.Response:
        """Serve a method of the Bot API."""
        method, form = request.match_info["method"], dict((await request.post()).items())
        if method == "deleteWebhook":
            return web.json_response({"ok": True, "result": True})
        if method == "getUpdates":
            offset = int(request.query.get("offset", 0))
            return web.json_response({"ok": True, "result": await self._from(offset)})
        data = RequestData([RequestParameter(name, value, None) for name, value in form.items()])
        status, body = await self.client._request.do_request(request.path, "POST", data)
        if method in SHOWN:
            self.answered.set()
        if method == "setMyCommands":
            self.listed.set()
        return web.Response(body=body, status=status, content_type="application/json")

    async def _from(self, offset: int) -> Sequence[dict[str, Any]]:
        self.updates = [update for update in self.updates if update["update_id"] >= offset]
        if not self.updates:
            self.come.clear()
            try:
                async with asyncio.timeout(POLL):
                    await self.come.wait()
            except TimeoutError:
                pass
        return self.updates

    async def do(self, talk: Any, act: str, *words: str) -> object:
        """Do what a line says, and return what the person sees then."""
        if act == "menu":
            async with asyncio.timeout(PATIENCE):
                await self.listed.wait()
            shown = self.client._request.get_scoped_commands("all_private_chats")
            return [command["command"] for command in shown]
        if act == "say":
            await talk.send_message(words[0], parse_mode=None)
        elif act == "photo":
            await talk.send_file(PIXEL, caption=words[0])
        elif act == "press":
            rows = self.last.buttons or []
            data = next(button.data for row in rows for button in row if words[0] in button.text)
            await self.last.click(data=data)
        self.last = await talk.get_response(timeout=PATIENCE)
        buttons = [button.text for row in self.last.buttons or [] for button in row]
        kinds = sorted({type(entity).__name__ for entity in self.last.entities})
        return {"text": self.last.text, "buttons": buttons, "entities": kinds}


async def main() -> None:
    town = Town()
    server = web.Application()
    server.router.add_route("*", "/{bot}/{method}", town.call)
    runner = web.AppRunner(server)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(json.dumps({"url": f"http://127.0.0.1:{runner.addresses[0][1]}"}), flush=True)
    await town.client.connect()
    async with town.client.conversation("test_bot", timeout=PATIENCE) as talk:
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(await town.do(talk, *json.loads(line))), flush=True)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
