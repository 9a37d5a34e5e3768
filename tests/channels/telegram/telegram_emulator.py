"""The emulator of Telegram's Bot API as a child process, and what a person does in it.

What of it is npm telegram-test-api and what is ours stands at the top of `tests/emulators/telegram/start.js`.
"""

import json
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from installed import npm_packages

HOME = Path(__file__).parents[2] / "emulators" / "telegram"
TOKEN = "666:AAEmulatedTokenThatMustNeverBeSeenInLogs"
PATIENCE = 30.0  # s, on a busy machine
BOT = {"id": 666, "username": "TestNameBot"}


class Emulator:
    """One emulated Telegram with one bot."""

    def __init__(self) -> None:
        npm_packages(HOME)
        self._process = subprocess.Popen(
            ["node", "start.js"], cwd=HOME, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{json.loads(self._process.stdout.readline())['port']}"
        self._http = httpx.Client(base_url=self.url, timeout=10, trust_env=False)

    def close(self) -> None:
        self._http.close()
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(10)

    # --- what people do ---------------------------------------------------------------------------

    def say(self, chat: int, text: str | None = None, **more: Any) -> None:
        """Send a message; `text=None` with another kind of content in `more`."""
        message = {
            "botToken": TOKEN,
            "from": person(abs(chat)),
            "chat": chat_of(chat),
            "date": int(time.time()),
        }
        if text is not None:
            message["text"] = text
        self._post("/sendMessage", {**message, **more})

    def press(self, chat: int, message: Mapping[str, Any], data: str, by: int | None = None) -> None:
        """Press a button with `data` under a message of the bot's."""
        shown = {
            "message_id": message["message_id"],
            "date": int(time.time()),
            "text": message.get("text", ""),
            "chat": chat_of(chat),
            "from": {**BOT, "is_bot": True, "first_name": "Bot"},
        }
        query = {"botToken": TOKEN, "from": person(by or abs(chat)), "message": shown, "data": data}
        self._post("/sendCallback", query)

    def edit(self, chat: int, old: str, new: str) -> None:
        """Change the words of a message that somebody sent."""
        messages = [user["update"].get("message", {}) for user in self.state()["users"]]
        sent = next(
            each for each in messages if each.get("chat", {}).get("id") == chat and each["text"] == old
        )
        self.update({"edited_message": {**sent, "text": new, "edit_date": int(time.time())}})

    def update(self, update: Mapping[str, Any]) -> None:
        """Let an update come exactly as it is."""
        self._post("/test/update", {"token": TOKEN, "update": update})

    # --- what goes wrong ---------------------------------------------------------------------------

    def fault(self, method: str, kind: str, **more: Any) -> None:
        self._post("/test/fault", {"method": method, "kind": kind, **more})

    def down(self, down: bool) -> None:
        self._post("/test/down", {"down": down})

    def release(self) -> None:
        self._post("/test/release", {})

    def reset(self) -> None:
        """Forget everything that was sent, asked for and planned."""
        self._post("/test/reset", {})

    # --- what is seen ------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        return dict(self._http.get("/test/state").json())

    def sent(self, chat: int | None = None) -> list[dict[str, Any]]:
        """Return what the bot has sent, to one chat or to all."""
        sent = self.state()["sent"]
        return [part for part in sent if chat is None or str(part["chat_id"]) == str(chat)]

    def calls(self, method: str) -> list[dict[str, Any]]:
        return [call["body"] for call in self.state()["calls"] if call["method"] == method]

    def reply(self, chat: int, count: int = 1, timeout: float = PATIENCE) -> dict[str, Any]:
        """Wait until the bot has sent `count` messages to the chat, and return the last."""
        wait_for(
            lambda: len(self.sent(chat)) >= count, timeout, lambda: f"{count} messages, got {self.sent(chat)}"
        )
        return self.sent(chat)[-1]

    def _post(self, path: str, body: Mapping[str, Any]) -> None:
        answer = self._http.post(path, json=body)
        assert answer.status_code == 200 and answer.json()["ok"], answer.text


def person(number: int) -> dict[str, Any]:
    return {"id": number, "is_bot": False, "first_name": f"Person {number}", "language_code": "vi"}


def chat_of(number: int) -> dict[str, Any]:
    if number < 0:
        return {"id": number, "type": "supergroup", "title": "Group"}
    return {"id": number, "type": "private", "first_name": f"Person {number}"}


def wait_for(holds: Callable[[], Any], timeout: float, wanted: Callable[[], str]) -> None:
    """Poll until it holds; after `timeout` seconds fail, telling what was wanted."""
    end = time.monotonic() + timeout
    while not holds():
        if time.monotonic() > end:
            pytest.fail(f"not within {timeout} s: {wanted()}")
        time.sleep(0.03)
