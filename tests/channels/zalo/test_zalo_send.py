"""What each refusal of both platforms means for a message, and that no error tells a token."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from zalo_emulator import APP, APP_SECRET, OA_SECRET, Fault, Zalo

from bot.channels.base import Typist
from bot.channels.zalo import ZaloChannel
from bot.channels.zalo_oa import Keys, ZaloOAChannel
from bot.channels.zalo_oa.api import FATES, MessageRefused, TokenRefused, refusal
from bot.domain import Tokens
from bot.errors import NeedsHelp, RetryLater, SendError, Unreachable

HELLO = {"text": "Chào."}


@pytest.fixture
async def bot(zalo: Zalo) -> AsyncIterator[ZaloChannel]:
    channel = ZaloChannel(zalo.token, zalo.url)
    yield channel
    await channel.stop()


class TestTheBotPlatform:
    async def test_a_message_is_sent(self, zalo: Zalo, bot: ZaloChannel) -> None:
        assert await bot.send("an", HELLO)
        assert zalo.texts("an") == ["Chào."]

    async def test_that_a_reply_is_being_written_is_shown_and_may_fail(
        self, zalo: Zalo, bot: ZaloChannel
    ) -> None:
        assert isinstance(bot, Typist)
        await bot.typing("an", {})
        assert zalo.calls == [("sendChatAction", {"chat_id": "an", "action": "typing"})]
        zalo.fault("sendChatAction", "500")
        await bot.typing("an", {})

    @pytest.mark.parametrize(
        ("fault", "kind", "least"),
        [
            ("400", Unreachable, None),
            ("403", Unreachable, None),
            ("401", NeedsHelp, 60),
            ("404", NeedsHelp, 60),
            ("429", NeedsHelp, 5),
            ("408", RetryLater, 2),
            ("500", RetryLater, 2),
            ("502", RetryLater, 2),
            ("418", RetryLater, 2),
            ("reset", RetryLater, 2),
            ("reset_after", RetryLater, 2),
        ],
    )
    async def test_a_refusal_has_its_meaning_and_tells_no_token(
        self, zalo: Zalo, bot: ZaloChannel, fault: str, kind: type[SendError], least: float | None
    ) -> None:
        zalo.fault("sendMessage", fault)
        with pytest.raises(SendError) as refused:
            await bot.send("an", HELLO)
        assert type(refused.value) is kind
        assert getattr(refused.value, "seconds", None) == (
            least if kind is not NeedsHelp else refused.value.seconds
        )  # type: ignore[attr-defined]
        assert refused.value.__cause__ is None and zalo.token not in repr(refused.value)

    async def test_what_the_platform_calls_its_own_fault_is_tried_again(self, zalo: Zalo) -> None:
        channel = ZaloChannel("9:other", zalo.url)
        with pytest.raises(NeedsHelp) as refused:  # 401
            await channel.send("an", HELLO)
        assert refused.value.trouble == "zalo_token"
        await channel.stop()

    async def test_a_platform_that_is_not_there_is_tried_again(self) -> None:
        channel = ZaloChannel("1:secret", "http://127.0.0.1:9")
        with pytest.raises(RetryLater) as away:
            await channel.send("an", HELLO)
        assert "secret" not in repr(away.value) and away.value.__suppress_context__
        await channel.stop()

    async def test_a_message_is_a_row_before_the_next_is_asked_for(
        self, zalo: Zalo, bot: ZaloChannel
    ) -> None:
        for text in ("một", "hai"):
            zalo.say("an", text)
        stored: list[object] = []
        both = asyncio.Event()

        async def store(channel: str, envelope: object, payload: object) -> None:
            await asyncio.sleep(0.3)
            asked = sum(method == "getUpdates" for method, _ in zalo.calls)
            stored.append((channel, payload["message"]["text"], asked))  # type: ignore[index]
            if len(stored) == 2:
                both.set()

        running = asyncio.create_task(bot.run(store))
        async with asyncio.timeout(20):
            await both.wait()
        running.cancel()
        assert stored == [("zalo", "một", 1), ("zalo", "hai", 2)]


class KeptTokens:
    """A vault that remembers what was doubted."""

    def __init__(self, access: str) -> None:
        self._access = access
        self.doubted: list[str] = []

    async def access(self) -> str:
        return self._access

    async def doubt(self, access: str) -> None:
        self.doubted.append(access)

    async def renew(self, ask: object) -> None: ...

    async def adopt(self, refresh: str, ask: object) -> None: ...


@pytest.fixture
async def account(zalo: Zalo) -> AsyncIterator[ZaloOAChannel]:
    zalo.followers["an"] = time.time()
    channel = ZaloOAChannel(Keys(APP, APP_SECRET, OA_SECRET), zalo.url, zalo.url, KeptTokens(zalo.access))
    yield channel
    await channel.stop()


class TestTheOfficialAccount:
    async def test_a_message_is_sent_with_its_buttons(self, zalo: Zalo, account: ZaloOAChannel) -> None:
        button = {"title": "👍 Đúng", "type": "oa.query.hide", "payload": "#nut:u:7"}
        assert await account.send("an", {**HELLO, "buttons": [button], "typed": "Gõ: đúng"})
        assert zalo.to("an") == [{"user_id": "an", "text": "Chào.", "buttons": [button]}]

    @pytest.mark.parametrize("error", sorted(FATES))
    def test_every_refusal_has_its_meaning(self, error: int) -> None:
        meant = refusal(error, "words")
        kind = FATES[error]
        assert isinstance(meant, RetryLater if isinstance(kind, float) else kind)
        assert (error in (-201, -210, -233)) == isinstance(meant, MessageRefused)
        assert (error in (-216, -220)) == isinstance(meant, TokenRefused)

    @pytest.mark.parametrize("error", [-1, -999, None, "x", 7])
    def test_a_refusal_that_nobody_knows_is_tried_again(self, error: object) -> None:
        assert type(refusal(error, "words")) is RetryLater

    @pytest.mark.parametrize("fault", ["500", "reset", "404"])
    async def test_a_platform_in_trouble_is_tried_again(
        self, zalo: Zalo, account: ZaloOAChannel, fault: str
    ) -> None:
        zalo.fault("cs", fault)
        with pytest.raises(RetryLater) as refused:
            await account.send("an", HELLO)
        assert zalo.access not in repr(refused.value) and APP_SECRET not in repr(refused.value)

    async def test_an_access_token_that_is_refused_is_doubted(
        self, zalo: Zalo, account: ZaloOAChannel
    ) -> None:
        zalo.access = "access-other"
        with pytest.raises(RetryLater):
            await account.send("an", HELLO)
        assert account._vault.doubted == ["access-0"]  # type: ignore[attr-defined]

    async def test_who_does_not_follow_cannot_be_written_to(self, account: ZaloOAChannel) -> None:
        with pytest.raises(Unreachable):
            await account.send("stranger", HELLO)

    async def test_tokens_are_renewed_once_and_a_used_one_needs_help(
        self, zalo: Zalo, account: ZaloOAChannel
    ) -> None:
        assert await account._api.renew("refresh-0") == Tokens("access-1", "refresh-1", 90000)
        with pytest.raises(NeedsHelp) as refused:
            await account._api.renew("refresh-0")
        assert refused.value.trouble == "zalo_oa_token" and "refresh-0" not in repr(refused.value)

    def test_no_key_is_shown(self) -> None:
        shown = repr(Keys(APP, APP_SECRET, OA_SECRET)) + repr(Tokens("access-1", "refresh-1", 9))
        assert not [each for each in (APP_SECRET, OA_SECRET, "access-1", "refresh-1") if each in shown]


async def test_a_slow_platform_is_waited_for_within_bounds(zalo: Zalo, bot: ZaloChannel) -> None:
    zalo.fault("sendMessage", Fault("", seconds=1.5))
    assert await bot.send("an", HELLO)
