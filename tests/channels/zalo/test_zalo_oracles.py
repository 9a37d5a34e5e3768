"""Clients that others wrote talk to our emulator: what they expect of Zalo, it does.

python-zalo-bot is the vendor's own; the author of zalo-bot-mcp says that it was measured against a real bot;
zalo-sdk is of a company that sells by Official Account.
"""

from typing import Any

import httpx
import pytest
import requests
import zalo_bot
import zalo_bot.error
import zalo_sdk
from zalo_bot_mcp import zalo_api
from zalo_emulator import APP, APP_SECRET, Zalo
from zalo_sdk.oa.Client import Client
from zalo_sdk.oa.ZaloMessage import ZaloMessageBody, ZaloRecipient


@pytest.fixture
def measured(zalo: Zalo, monkeypatch: pytest.MonkeyPatch) -> zalo_api.ZaloBotApi:
    monkeypatch.setattr(zalo_api, "BASE_URL", zalo.url)
    return zalo_api.ZaloBotApi(zalo.token)


class TestTheClientThatWasMeasuredAgainstARealBot:
    async def test_says_who_it_is_and_polls_and_sends(
        self, zalo: Zalo, measured: zalo_api.ZaloBotApi
    ) -> None:
        async with measured as client:
            assert (await client.get_me())["display_name"] == "Bot Hỏi Đáp"
            assert await client.get_updates(timeout=0) is None, "an empty poll is no error"
            zalo.say("an", "vay vốn")
            zalo.say("binh", "nhà ở")
            read = [zalo_api.parse_update(await client.get_updates(timeout=1)) for _ in range(2)]
            assert [(each.chat_id, each.text) for each in read if each] == [
                ("an", "vay vốn"),
                ("binh", "nhà ở"),
            ]
            assert (await client.send_message("an", "Chào."))["message_id"]
            await client.send_chat_action("an")
            assert await client.get_webhook_info() is None
        assert zalo.texts("an") == ["Chào."]

    async def test_is_refused_as_it_expects(self, zalo: Zalo, measured: zalo_api.ZaloBotApi) -> None:
        async with measured as client:
            zalo.quota = 0
            with pytest.raises(zalo_api.ZaloTransientError, match="429"):
                await client.send_message("an", "Chào.")
            zalo.fault("sendMessage", "503", "reset")
            for _ in range(2):
                with pytest.raises(zalo_api.ZaloTransientError):
                    await client.send_message("an", "Chào.")
            zalo.blocked.add("an")
            with pytest.raises(zalo_api.ZaloClientError, match="403"):
                await client.send_message("an", "Chào.")
        async with zalo_api.ZaloBotApi("1:wrong") as stranger:
            with pytest.raises(zalo_api.ZaloClientError, match="401"):
                await stranger.get_me()


async def test_the_vendors_own_client_takes_a_message_and_answers(zalo: Zalo) -> None:
    async with zalo_bot.Bot(zalo.token, base_url=zalo.url) as bot:
        zalo.say("an", "vay vốn", group=True)
        update = await bot.get_update(timeout=1)
        assert (update.message.text, update.message.chat.id) == ("vay vốn", "an")
        await update.message.reply_text("Chào.")
        with pytest.raises(zalo_bot.error.BadRequest):
            await bot.send_message("an", "a" * 2001)
        zalo.quota = 0
        with pytest.raises(zalo_bot.error.NetworkError, match="429"):
            await bot.send_message("an", "Chào.")
    assert zalo.texts("an") == ["Chào."]


@pytest.fixture
def account(zalo: Zalo, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A client of the Official Account; it knows one address of its own, which is led to the emulator."""
    post = requests.post

    def led(url: str, **more: Any) -> requests.Response:
        return post(url.replace("https://oauth.zaloapp.com", zalo.url), **more)

    monkeypatch.setattr(requests, "post", led)
    return Client(APP, APP_SECRET, zalo.access, zalo.refresh, endpoint_prefix=zalo.url)


class TestTheSdkOfTheOfficialAccount:
    def test_renews_its_token_once_and_sends(self, zalo: Zalo, account: Client) -> None:
        zalo.oa_hook, zalo.followers = None, {"an": 2**40}
        access, refresh, _until = account.refresh_acccess_token()
        assert (access, refresh) == (zalo.access, zalo.refresh) == ("access-1", "refresh-1")
        said = account.send_message(ZaloRecipient(user_id="an"), ZaloMessageBody(text="Chào."))
        assert said["error"] == 0 and said["data"]["message_id"]
        assert zalo.texts("an") == ["Chào."]

    @pytest.mark.parametrize(
        ("user", "text", "quota", "error"),
        [
            ("stranger", "Chào.", None, -213),
            ("an", "a" * 2001, None, -210),
            ("an", "Chào.", 0, -211),
            ("away", "Chào.", None, -230),
        ],
    )
    def test_is_refused_as_it_expects(
        self, zalo: Zalo, account: Client, user: str, text: str, quota: int | None, error: int
    ) -> None:
        zalo.followers, zalo.quota = {"an": 2**40, "away": 0}, quota
        with pytest.raises(zalo_sdk.ZaloOAException, match=str(error)):
            account.send_message(ZaloRecipient(user_id=user), ZaloMessageBody(text=text))

    def test_is_refused_an_old_token_and_a_refresh_token_that_was_used(
        self, zalo: Zalo, account: Client
    ) -> None:
        zalo.access = "access-9"
        with pytest.raises(zalo_sdk.ZaloOAException, match="-216"):
            account.send_message(ZaloRecipient(user_id="an"), ZaloMessageBody(text="Chào."))
        zalo.refresh = "refresh-9"
        with pytest.raises(zalo_sdk.ZaloOAException, match="-14014"):
            account.refresh_acccess_token()


def test_the_emulator_forgets_a_message_that_was_read(zalo: Zalo) -> None:
    zalo.say("an", "một lần")
    url = f"{zalo.url}/bot{zalo.token}/getUpdates"
    assert httpx.post(url, json={"timeout": "0.1"}).json()["result"]["message"]["text"] == "một lần"
    assert httpx.post(url, json={"timeout": "0.1"}).status_code == 408
