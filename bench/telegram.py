"""As much of Telegram as a load needs: it takes what a bot sends, at once, and says when it came.

A process of its own, and as quick as can be: it must not be what is measured. What the Bot API checks and how
it behaves is nobody's business here; the tests have an emulator for that.
"""

import asyncio
import json
import multiprocessing
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import parse_qs

BOT = {"id": 666, "is_bot": True, "first_name": "Bot", "username": "TestNameBot"}
MESSAGE = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "x"}


class Telegram:
    """An emulated Bot API in a process of its own."""

    def __init__(self) -> None:
        self._here, there = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(target=_serve, args=(there,), daemon=True)
        self._process.start()
        self.url = f"http://127.0.0.1:{self._here.recv()}"

    def webhook(self) -> Mapping[str, str]:
        """Return where the bot wants its updates and the secret it expects; empty until it has said so."""
        return dict(self._ask("webhook"))

    def sent(self) -> list[float]:
        """Return when each message came (monotonic clock of this machine)."""
        return list(self._ask("sent"))

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.join()

    def _ask(self, what: str) -> Any:
        self._here.send(what)
        return self._here.recv()


class _Api(asyncio.Protocol):
    """HTTP/1.1 with kept connections, one request at a time."""

    def __init__(self, state: dict[str, Any]) -> None:
        self._state = state
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            head = self._data[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._data) < end + 4 + length:
                return
            method = self._data.split(b" ", 2)[1].split(b"?")[0].rsplit(b"/", 1)[1].decode()
            body = self._data[end + 4 : end + 4 + length]
            self._data = self._data[end + 4 + length :]
            answer = json.dumps({"ok": True, "result": self._result(method, body)}).encode()
            self._transport.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
                % (len(answer), answer)
            )

    def _result(self, method: str, body: bytes) -> object:
        if method == "getMe":
            return BOT
        if method == "setWebhook":
            self._state["webhook"] = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if method == "sendMessage":
            self._state["sent"].append(time.monotonic())
            return MESSAGE
        return True


def _serve(pipe: Connection) -> None:
    asyncio.run(_run(pipe))


async def _run(pipe: Connection) -> None:
    state: dict[str, Any] = {"webhook": {}, "sent": []}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Api(state), "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    loop.add_reader(pipe.fileno(), lambda: pipe.send(state[pipe.recv()]))
    await server.serve_forever()
