"""Both of Zalo's platforms as a server on this machine, as documentation and other clients describe them.

All of it is ours: nobody else has written one. `test_zalo_oracles.py` drives it with clients that others
wrote, so that it is not only our own idea of Zalo. It is strict: what a platform refuses is refused here.
"""

import asyncio
import hashlib
import json
import logging
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

TOKEN = "12345689:abc-xyz_EmulatedTokenThatMustNeverBeSeenInLogs"
APP, APP_SECRET, OA, OA_SECRET = "4007", "an-app-secret-nobody-sees", "579", "an-account-secret-nobody-sees"
LONGEST = 2000  # characters of a text
DAYS = 86400
BUTTONS = {"oa.query.hide", "oa.query.show", "oa.open.url"}
_QUIET = logging.getLogger("uvicorn.error")


@dataclass
class Fault:
    """What goes wrong with the next call of a method: a status, `reset`, `reset_after`, or being slow."""

    kind: str
    seconds: float = 0.0


@dataclass
class Zalo:
    """The state of both platforms, and what people do in them. Use it in a `with`."""

    token: str = TOKEN
    sent: list[dict[str, Any]] = field(default_factory=list)  # {"chat_id", "text", …} and {"user_id", …}
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refused: list[tuple[str, int]] = field(default_factory=list)  # posts that were not answered by 200
    waiting: deque[dict[str, Any]] = field(default_factory=deque)  # updates that nobody has taken
    faults: dict[str, deque[Fault]] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    quota: int | None = None  # messages that may still be sent
    webhook: dict[str, str] | None = None
    wrapped: bool = True  # posts come in an envelope
    # Official Account:
    followers: dict[str, float] = field(default_factory=dict)  # user -> when they last wrote
    access: str = "access-0"
    refresh: str = "refresh-0"
    lifetime: int = 90000  # s of an access token
    renewals: int = 0
    oa_hook: str | None = None
    takes_buttons: bool = True
    time_in_header: bool = False

    def __enter__(self) -> "Zalo":
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(self._app(), log_config=None, access_log=False, lifespan="off")
        _QUIET.setLevel(logging.CRITICAL)  # broken lines are broken on purpose
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        _QUIET.setLevel(logging.NOTSET)
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(10)
        self._socket.close()

    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/bot{token}/{method}", self._bot, methods=["GET", "POST"]),
                Route("/v3.0/oa/message/cs", self._oa_send, methods=["POST"]),
                Route("/v4/oa/access_token", self._oa_token, methods=["POST"]),
            ]
        )

    # --- what people do ---------------------------------------------------------------------------

    def say(self, chat: str, text: str | None = None, *, group: bool = False, **more: Any) -> dict[str, Any]:
        """Let somebody write to the bot; without a text it is of the kind `event` with `more` in it."""
        event = more.pop("event", "message.text.received")
        number = more.pop("message_id", uuid4().hex)
        message = {
            "message_id": number,
            "date": int(time.time() * 1000),
            "from": {"id": more.pop("by", chat), "display_name": "Nguyễn Văn An", "is_bot": False},
            "chat": {"id": chat, "chat_type": "GROUP" if group else "PRIVATE"},
            **({"text": text} if text is not None else {}),
            **more,
        }
        update = {"event_name": event, "message": message}
        if self.webhook:
            self._deliver(self.webhook["url"], *self._post_of(update))
        else:
            self.waiting.append(update)
        return update

    def _post_of(self, update: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
        body = {"ok": True, "result": update} if self.wrapped else update
        secret = {"X-Bot-Api-Secret-Token": (self.webhook or {}).get("secret_token", "")}
        return json.dumps(body, ensure_ascii=False).encode(), secret

    def oa_say(self, user: str, text: str | None = None, event: str = "user_send_text", **more: Any) -> bytes:
        """Let somebody write to the account; returns what was posted."""
        if event.startswith("user_send_"):
            self.followers[user] = time.time()
        message = {"msg_id": uuid4().hex, **({"text": text} if text is not None else {}), **more}
        who = {"follower": {"id": user}} if "follow" in event else {"sender": {"id": user}}
        return self.oa_post({"event_name": event, "recipient": {"id": OA}, "message": message, **who})

    def oa_press(self, user: str, title: str) -> bytes:
        """Press the newest button with `title` in it: its payload comes back as a text."""
        shown = [button for part in self.to(user) for button in part.get("buttons", ())]
        payload = next(button["payload"] for button in reversed(shown) if title in button["title"])
        return self.oa_say(user, payload)

    def oa_post(self, event: dict[str, Any]) -> bytes:
        """Post an event, signed, until it is taken."""
        at = str(int(time.time() * 1000))
        stamp = {} if self.time_in_header else {"timestamp": at}
        raw = json.dumps({"app_id": APP, "oa_id": OA, **event, **stamp}, ensure_ascii=False).encode()
        headers = {"X-ZEvent-Signature": f"mac={sign(raw, at)}"}
        if self.time_in_header:
            headers["X-ZEvent-Timestamp"] = at
        assert self.oa_hook
        self._deliver(self.oa_hook, raw, headers)
        return raw

    def _deliver(self, url: str, raw: bytes, headers: dict[str, str]) -> None:
        """Post until it is taken, as both platforms do, only sooner."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                answer = httpx.post(url, content=raw, headers=headers, timeout=10, trust_env=False)
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            if answer.status_code == 200:
                return
            self.refused.append((url, answer.status_code))
            time.sleep(0.05)
        raise AssertionError(f"nobody took a post to {url}: {self.refused[-1:]}")

    def fault(self, method: str, *kinds: str | Fault) -> None:
        """Let the next calls of a method go wrong, one after the other."""
        planned = self.faults.setdefault(method, deque())
        planned.extend(kind if isinstance(kind, Fault) else Fault(kind) for kind in kinds)

    # --- what is seen -----------------------------------------------------------------------------

    def to(self, chat: str) -> list[dict[str, Any]]:
        """Return what was sent to a chat or user."""
        return [part for part in self.sent if chat in (part.get("chat_id"), part.get("user_id"))]

    def texts(self, chat: str) -> list[str]:
        return [part["text"] for part in self.to(chat)]

    def reply(self, chat: str, count: int = 1, seconds: float = 20) -> str:
        """Wait for the `count`-th message to a chat and return its text."""
        wait_for(lambda: len(self.to(chat)) >= count, seconds, lambda: f"{count} messages: {self.to(chat)}")
        return self.texts(chat)[count - 1]

    # --- the Bot Platform -------------------------------------------------------------------------

    async def _bot(self, request: Request) -> Response:
        method, body = request.path_params["method"], await _body(request)
        if request.path_params["token"] != self.token:
            return _refuse(401, "Unauthorized")
        self.calls.append((method, body))
        do: Callable[[dict[str, Any], Request], Any] | None = getattr(self, f"_bot_{method}", None)
        if do is None:
            return _refuse(404, "Not Found")
        return await self._faulty(method, do, body, request)

    async def _faulty(
        self,
        method: str,
        do: Callable[[dict[str, Any], Request], Any],
        body: dict[str, Any],
        request: Request,
    ) -> Response:
        planned = self.faults.get(method)
        fault = planned.popleft() if planned else Fault("")
        if fault.kind == "reset":
            return _broken()
        if fault.kind.isdecimal():
            return _refuse(int(fault.kind), "Internal Server Error" if fault.kind[0] == "5" else "No")
        answer: Response = await do(body, request)
        await asyncio.sleep(fault.seconds)
        return _broken() if fault.kind == "reset_after" else answer

    async def _bot_getMe(self, _body: dict[str, Any], request: Request) -> Response:  # noqa: N802  Zalo's name
        me = {"id": "42", "account_name": "bot.HoiDap", "account_type": "BASIC", "can_join_groups": False}
        return _ok({**me, "display_name": "Bot Hỏi Đáp"})

    async def _bot_getUpdates(self, body: dict[str, Any], request: Request) -> Response:  # noqa: N802
        if self.webhook:
            return _refuse(400, "can't use getUpdates while webhook is active")
        until = time.monotonic() + float(body.get("timeout", 30))
        while time.monotonic() < until and not self._server.should_exit:
            if await request.is_disconnected():  # whether the real one notices is not known
                return _broken()
            if self.waiting:
                return _ok(self.waiting.popleft())  # and it is forgotten
            await asyncio.sleep(0.01)
        return JSONResponse({"ok": False, "description": "Request timeout"}, 408)

    async def _bot_setWebhook(self, body: dict[str, Any], request: Request) -> Response:  # noqa: N802
        if not 8 <= len(body.get("secret_token", "")) <= 256:
            return _refuse(400, "secret_token")
        self.webhook = {"url": body["url"], "secret_token": body["secret_token"]}
        return _ok({"url": body["url"]})

    async def _bot_deleteWebhook(self, _body: dict[str, Any], request: Request) -> Response:  # noqa: N802
        if self.webhook is None:
            return _refuse(404, "Not Found")
        self.webhook = None
        return _ok({"url": ""})

    async def _bot_getWebhookInfo(self, _body: dict[str, Any], request: Request) -> Response:  # noqa: N802
        return _ok({"url": self.webhook["url"]}) if self.webhook else _refuse(404, "Not Found")

    async def _bot_sendChatAction(self, body: dict[str, Any], request: Request) -> Response:  # noqa: N802
        return JSONResponse({"ok": True}) if body.get("action") == "typing" else _refuse(400, "action")

    async def _bot_sendMessage(self, body: dict[str, Any], request: Request) -> Response:  # noqa: N802
        chat, text = body.get("chat_id"), body.get("text")
        if not isinstance(chat, str) or not isinstance(text, str) or not 1 <= _units(text) <= LONGEST:
            return _refuse(400, "Bad request")
        if chat in self.blocked:
            return _refuse(403, "Forbidden")
        if self.quota == 0:
            return _refuse(429, "Quota exceeded")
        if self.quota:
            self.quota -= 1
        self.sent.append({"chat_id": chat, "text": text})
        return _ok({"message_id": uuid4().hex, "date": int(time.time() * 1000)})

    # --- the Official Account ---------------------------------------------------------------------

    async def _oa_send(self, request: Request) -> Response:
        body = await _body(request)
        self.calls.append(("cs", body))

        async def do(_: dict[str, Any], __: Request) -> Response:
            return self._oa_sent(request.headers.get("access_token", ""), body)

        return await self._faulty("cs", do, body, request)

    def _oa_sent(self, access: str, body: dict[str, Any]) -> Response:
        if access != self.access:
            return _oa(-216, "Access token is invalid")
        user, message = body["recipient"]["user_id"], body["message"]
        if user in self.blocked or user not in self.followers:
            return _oa(-213, "User has not followed OA")
        if time.time() - self.followers[user] > 2 * DAYS:
            return _oa(-230, "User has not interacted with the OA in the past 7 days")
        if self.quota == 0:
            return _oa(-211, "Out of quota")
        text = message.get("text")
        if not isinstance(text, str) or not 1 <= _units(text) <= LONGEST:
            return _oa(-210, "Parameter exceeds maximum limit")
        buttons = message.get("attachment", {}).get("payload", {}).get("buttons", [])
        if not all(map(_is_button, buttons)) or len(buttons) > 5 or (buttons and not self.takes_buttons):
            return _oa(-201, "Params is invalid")
        self.sent.append({"user_id": user, "text": text, **({"buttons": buttons} if buttons else {})})
        return _oa(0, "Success", {"message_id": uuid4().hex, "user_id": user})

    async def _oa_token(self, request: Request) -> Response:
        body = await _body(request)
        self.calls.append(("token", body))

        async def do(_: dict[str, Any], __: Request) -> Response:
            return self._oa_renewed(request.headers.get("secret_key", ""), body)

        return await self._faulty("token", do, body, request)

    def _oa_renewed(self, secret: str, body: dict[str, Any]) -> Response:
        if secret != APP_SECRET or body.get("app_id") != APP:
            return JSONResponse({"error_name": "Invalid secret key", "error": -14004})
        if body.get("grant_type") != "refresh_token" or body.get("refresh_token") != self.refresh:
            return JSONResponse({"error_name": "Invalid refresh token", "error": -14014})
        self.renewals += 1
        self.access, self.refresh = f"access-{self.renewals}", f"refresh-{self.renewals}"
        pair = {"access_token": self.access, "refresh_token": self.refresh}
        return JSONResponse({**pair, "expires_in": str(self.lifetime)})


def sign(raw: bytes, at: str) -> str:
    return hashlib.sha256(APP.encode() + raw + at.encode() + OA_SECRET.encode()).hexdigest()


def _is_button(button: dict[str, Any]) -> bool:
    return button.get("type") in BUTTONS and 0 < len(button.get("title", "")) <= 100 and button.get("payload")


async def _body(request: Request) -> dict[str, Any]:
    if request.headers.get("content-type", "").startswith("application/json"):
        return dict(await request.json())
    return {**request.query_params, **(await request.form())}


def _ok(result: Any) -> Response:
    return JSONResponse({"ok": True, "result": result})


def _refuse(code: int, words: str) -> Response:
    return JSONResponse({"ok": False, "error_code": code, "description": words}, code)


def _oa(error: int, words: str, data: dict[str, Any] | None = None) -> Response:
    return JSONResponse({"error": error, "message": words, **({"data": data} if data else {})})


def _broken() -> Response:
    """Return an answer whose line breaks before it is whole."""

    def chunks() -> Iterator[bytes]:
        yield b"{"
        raise ConnectionResetError

    return StreamingResponse(chunks(), headers={"content-length": "100"})


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def wait_for(holds: Callable[[], Any], seconds: float, wanted: Callable[[], str]) -> None:
    """Look until it holds; after `seconds` fail, telling what was wanted."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds} s: {wanted()}"
        time.sleep(0.02)
