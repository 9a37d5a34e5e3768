"""`hoidap serve` as a process, people in an emulated Zalo: over HTTP from end to end, on both platforms."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from zalo_emulator import Fault, Zalo, sign, wait_for
from zalo_process import Bot, account_settings, bot_settings

ANSWERED = "Hộ nghèo được vay Ngân hàng Chính sách xã hội tối đa bao nhiêu?"
UNCLEAR = "hỗ trợ nhà ở cho hộ nghèo"
UNKNOWN = "kỹ thuật ghép cành bưởi da xanh tháng chạp"
LONG = "Hồ sơ vay vốn của hộ nghèo gồm những gì?"
Start = Callable[..., Bot]


@pytest.fixture
def start(zalo: Zalo, tmp_path: Path, built: Path) -> Iterator[Start]:
    """Starts a bot with the settings given; it ends with the test, and its log must be clean of secrets."""
    bots: list[Bot] = []
    shutil.copytree(built, tmp_path / "var" / "cache")

    def start(**settings: object) -> Bot:
        bots.append(Bot(tmp_path, zalo, **settings))
        bots[-1].start()
        return bots[-1]

    yield start
    for bot in bots:
        bot.kill()
        secrets = (zalo.token, zalo.token.split(":")[1], "nobody-sees", "access-", "refresh-", ANSWERED)
        assert not [secret for secret in secrets if secret in bot.log], bot.log
        assert "Traceback" not in bot.log, bot.log


def is_polled(zalo: Zalo) -> bool:
    return any(method == "getUpdates" for method, _ in zalo.calls)


# --- the Bot Platform, polled -----------------------------------------------------------------------


def test_a_conversation_by_polling(zalo: Zalo, start: Start) -> None:
    bot = start(**bot_settings(zalo))
    zalo.say("an", ANSWERED)
    answer = zalo.reply("an")
    assert "Tối đa 100 triệu đồng một hộ" in answer and "**" not in answer
    assert answer.splitlines()[-1] == "Gõ: đúng · sai · chuyên gia"
    zalo.say("an", "Sai")
    assert "đã chuyển chuyên gia" in zalo.reply("an", 2)
    zalo.say("an", UNCLEAR)
    menu = zalo.reply("an", 3)
    assert "\n1. Mức hỗ trợ" in menu and "\n0. Không phải câu nào" in menu
    assert menu.splitlines()[-1] == "Gõ: 1-4 · 0"
    zalo.say("an", "2")
    second = next(line for line in menu.splitlines() if line.startswith("2. "))
    assert zalo.reply("an", 4).startswith(second[3:])
    zalo.say("an", event="message.image.received", photo_url="https://a.vn/1.jpg")
    assert "chỉ đọc được chữ" in zalo.reply("an", 5)
    zalo.say("an", LONG)
    wait_for(lambda: len(zalo.to("an")) >= 7, 20, lambda: "two parts")
    assert all(len(text) <= 2000 for text in zalo.texts("an"))
    assert zalo.texts("an")[6].splitlines()[-1] == "Gõ: đúng · sai · chuyên gia"
    assert [raw for (raw,) in bot.rows("SELECT raw FROM exchanges ORDER BY id")] == [ANSWERED, UNCLEAR, LONG]
    assert bot.rows("SELECT rating FROM exchanges WHERE raw = ?", ANSWERED) == [(-1,)]


def test_a_group_is_answered_when_the_bot_is_called(zalo: Zalo, start: Start) -> None:
    bot = start(**bot_settings(zalo))
    zalo.say("group", f"@Bot Hỏi Đáp {ANSWERED}", group=True, by="an")
    assert "100 triệu" in zalo.reply("group")
    assert bot.rows("SELECT raw, chat FROM exchanges") == [(ANSWERED, "group")]
    zalo.say("group", "@Bot Hỏi Đáp đúng", group=True, by="binh")
    assert "Lựa chọn này không có" in zalo.reply("group", 2), "nobody judges what another asked"
    zalo.say("group", "@Bot Hỏi Đáp đúng", group=True, by="an")
    assert "Cảm ơn" in zalo.reply("group", 3)


def test_what_comes_twice_is_answered_once(zalo: Zalo, start: Start) -> None:
    bot = start(**bot_settings(zalo))
    for _ in range(3):
        zalo.say("an", ANSWERED, message_id="m1")
    zalo.say("binh", ANSWERED)
    zalo.reply("binh")
    assert len(zalo.to("an")) == 1 and len(bot.rows("SELECT id FROM inbox")) == 2


TROUBLE = ["429", "500", "503", "408", "reset", "reset"]


def test_no_answer_is_lost_whatever_the_platform_does(zalo: Zalo, start: Start) -> None:
    zalo.fault("getMe", "502", "reset")
    zalo.fault("getUpdates", "500", "reset")
    zalo.fault("sendMessage", *TROUBLE, Fault("", seconds=1.0))
    bot = start(**bot_settings(zalo))
    people = [f"person-{number}" for number in range(8)]
    for person in people:
        zalo.say(person, ANSWERED)

    def answered() -> bool:
        bot.let_pass(300, "not_before")  # rather than wait for minutes
        return all(zalo.to(person) for person in people)

    wait_for(answered, 60, lambda: bot.log[-3000:])
    assert {len(zalo.to(person)) for person in people} == {1}, "nothing was taken twice"


def test_a_used_up_quota_loses_nothing_and_is_told_to_admins_once(zalo: Zalo, start: Start) -> None:
    zalo.quota = 1
    bot = start(**bot_settings(zalo, ADMINS="zalo:boss"))
    for person in ("an", "binh", "chi"):
        zalo.say(person, ANSWERED)
    wait_for(lambda: len(bot.rows("SELECT id FROM outbox")) == 3, 20, lambda: "three answers")
    bot.let_parts_age(900)
    told = "SELECT id FROM outbox WHERE part LIKE 'zalo_quota%'"

    def is_told() -> bool:
        bot.let_pass(900, "not_before")
        return bool(bot.rows(told))

    wait_for(is_told, 30, lambda: bot.log[-3000:])
    before = len(zalo.calls)

    def is_tried_again() -> bool:
        bot.let_pass(900, "not_before")
        return len(zalo.calls) > before + 6

    wait_for(is_tried_again, 30, lambda: bot.log[-3000:])
    zalo.quota = None

    def all_sent() -> bool:
        bot.let_pass(900, "not_before")
        return len(zalo.sent) == 4

    wait_for(all_sent, 30, lambda: bot.log[-3000:])
    assert ["hết lượt" in text for text in zalo.texts("boss")] == [True]
    assert len(bot.rows(told)) == 1


def test_who_blocked_the_bot_is_left_alone(zalo: Zalo, start: Start) -> None:
    zalo.blocked.add("an")
    bot = start(**bot_settings(zalo))
    zalo.say("an", ANSWERED)
    wait_for(lambda: bot.rows("SELECT chat FROM lost"), 20, lambda: bot.log)
    assert bot.rows("SELECT state FROM outbox") == [("dead",)]


def test_killed_again_and_again_by_polling(zalo: Zalo, start: Start, tmp_path: Path) -> None:
    """Zalo forgets what it gave away: what had become a row is answered, and nothing twice by our doing."""
    bot = start(**bot_settings(zalo))
    asked = [f"{UNKNOWN} {number}" for number in range(24)]
    for number, text in enumerate(asked):
        zalo.say(f"person-{number % 6}", text)
        if number % 8 == 7:
            said = number + 1
            wait_for(lambda said=said: len(bot.rows("SELECT id FROM inbox")) == said, 20, lambda: bot.log)
            bot.kill()  # while answers are under way
            bot.let_pass(61)
            bot.start()
    wait_for(lambda: len(bot.rows("SELECT id FROM exchanges")) == len(asked), 40, lambda: bot.log[-3000:])
    wait_for(lambda: not bot.rows("SELECT id FROM outbox WHERE state != 'done'"), 40, lambda: bot.log[-3000:])
    assert sorted(raw for (raw,) in bot.rows("SELECT raw FROM exchanges")) == sorted(asked)
    parts = bot.rows("SELECT inbox_id, part FROM outbox")
    assert len(parts) == len(set(parts)) == len(asked)


# --- the Bot Platform, posting -----------------------------------------------------------------------


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_conversation_by_webhook(zalo: Zalo, start: Start, wrapped: bool) -> None:
    zalo.wrapped = wrapped
    bot = start(**bot_settings(zalo, ZALO_MODE="webhook"))
    wait_for(lambda: zalo.webhook, 20, lambda: bot.log)
    assert zalo.webhook and zalo.webhook["url"] == f"{bot.url}/hook/zalo"
    assert len(zalo.webhook["secret_token"]) >= 32
    zalo.say("an", ANSWERED)
    assert "100 triệu" in zalo.reply("an")
    zalo.say("an", "đúng")
    assert "Cảm ơn" in zalo.reply("an", 2)
    assert not zalo.refused


@pytest.fixture
def posting(zalo: Zalo, start: Start) -> Bot:
    bot = start(**bot_settings(zalo, ZALO_MODE="webhook"))
    wait_for(lambda: zalo.webhook, 20, lambda: bot.log)
    return bot


def test_only_zalo_may_post(zalo: Zalo, posting: Bot) -> None:
    update = {"event_name": "message.text.received", "message": {"text": "x", "chat": {"id": "an"}}}
    url, secret = f"{posting.url}/hook/zalo", (zalo.webhook or {})["secret_token"]
    right = {"X-Bot-Api-Secret-Token": secret}
    for headers in ({}, {"X-Bot-Api-Secret-Token": ""}, {"X-Bot-Api-Secret-Token": secret[:-1]}):
        assert httpx.post(url, json=update, headers=headers, trust_env=False).status_code == 403
    for raw in (b"", b"{", b"[]", b'{"event_name": 1}', b"\xff", b"[" * 9999):
        assert httpx.post(url, content=raw, headers=right, trust_env=False).status_code == 400
    assert httpx.post(url, content=b" " * 2_000_000, headers=right, trust_env=False).status_code == 413
    assert posting.rows("SELECT id FROM inbox") == []
    assert httpx.post(url, json=update, headers=right, trust_env=False).status_code == 200
    assert len(posting.rows("SELECT id FROM inbox")) == 1


def test_killed_again_and_again_by_webhook(zalo: Zalo, posting: Bot) -> None:
    asked = [f"{UNKNOWN} {number}" for number in range(30)]
    with ThreadPoolExecutor(6) as people:
        said = [people.submit(zalo.say, f"person-{n % 6}", text) for n, text in enumerate(asked)]
        for pause in (0.05, 0.2, 0.1):
            time.sleep(pause)
            posting.kill()
            posting.let_pass(61)
            posting.start()
        for each in said:
            each.result()
    wait_for(lambda: len(posting.rows("SELECT id FROM exchanges")) == 30, 40, lambda: posting.log[-3000:])
    posting.let_pass(61)
    wait_for(
        lambda: not posting.rows("SELECT id FROM outbox WHERE state != 'done'"),
        40,
        lambda: posting.log[-3000:],
    )
    assert sorted(raw for (raw,) in posting.rows("SELECT raw FROM exchanges")) == sorted(asked)
    parts = posting.rows("SELECT inbox_id, part FROM outbox")
    assert len(parts) == len(set(parts)) == 30


# --- the Official Account -----------------------------------------------------------------------------


@pytest.fixture
def account(zalo: Zalo, start: Start, tmp_path: Path) -> Bot:
    """A bot whose operator has given it a refresh token, as the guide says."""
    settings = account_settings(zalo, ADMINS="zalo_oa:boss")
    given = give_token(Bot(tmp_path, zalo, **settings), tmp_path, zalo.refresh)
    assert given.returncode == 0 and "access-" not in given.stdout, given.stderr
    bot = start(**settings)
    zalo.oa_hook = f"{bot.url}/hook/zalo_oa"
    return bot


def give_token(bot: Bot, home: Path, refresh: str) -> "subprocess.CompletedProcess[str]":
    command = [str(Path(sys.executable).with_name("hoidap")), "zalo", "token"]
    return subprocess.run(
        command, cwd=home, env=bot.settings, input=f"{refresh}\n", capture_output=True, text=True, timeout=60
    )


def test_a_conversation_with_the_account(zalo: Zalo, account: Bot) -> None:
    zalo.oa_say("an", ANSWERED)
    assert "Tối đa 100 triệu đồng một hộ" in zalo.reply("an")
    assert [button["title"] for button in zalo.to("an")[0]["buttons"]] == [
        "👍 Đúng",
        "👎 Chưa đúng",
        "🙋 Hỏi chuyên gia",
    ]
    zalo.oa_press("an", "Chưa đúng")
    assert "đã chuyển chuyên gia" in zalo.reply("an", 2)
    zalo.oa_say("an", UNCLEAR)
    zalo.reply("an", 3)
    zalo.oa_press("an", "xây mới")
    assert "40 triệu" in zalo.reply("an", 4)
    zalo.oa_say("an", "đúng")
    assert "Cảm ơn" in zalo.reply("an", 5)
    zalo.oa_say("an", event="user_send_sticker")
    assert "chỉ đọc được chữ" in zalo.reply("an", 6)
    assert [raw for (raw,) in account.rows("SELECT raw FROM exchanges ORDER BY id")] == [ANSWERED, UNCLEAR]


def test_buttons_that_are_refused_are_typed(zalo: Zalo, account: Bot) -> None:
    zalo.takes_buttons = False
    zalo.oa_say("an", UNCLEAR)
    menu = zalo.reply("an")
    assert "1. Mức hỗ trợ" in menu and menu.endswith("Gõ: 1-4 · 0")
    zalo.oa_say("an", "1")
    assert zalo.reply("an", 2).endswith("đúng · sai · chuyên gia")


def test_the_time_that_was_signed_may_stand_in_the_header(zalo: Zalo, account: Bot) -> None:
    zalo.time_in_header = True
    zalo.oa_say("an", ANSWERED)
    assert "100 triệu" in zalo.reply("an") and not zalo.refused


def test_only_the_account_may_post(zalo: Zalo, account: Bot) -> None:
    event = '{"event_name":"user_send_text","sender":{"id":"an"},"message":{"text":"á"},"timestamp":"17"}'
    raw = event.encode()
    url, right = str(zalo.oa_hook), sign(raw, "17")

    def posted(body: bytes, **headers: str) -> int:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.post(url, content=body, headers=names, trust_env=False).status_code

    assert posted(raw) == 403
    assert posted(raw, X_ZEvent_Signature="") == 403
    assert posted(raw, X_ZEvent_Signature=f"mac={right[:-1]}0") == 403
    assert posted(raw.replace(b"an", b"em"), X_ZEvent_Signature=f"mac={right}") == 403
    assert posted(raw, X_ZEvent_Signature=f"mac={sign(raw, '18')}") == 403
    for none in (b"{", b"", b"\xff", b"[" * 9999):
        assert posted(none, X_ZEvent_Signature=f"mac={sign(none, '17')}", X_ZEvent_Timestamp="17") == 400
    assert account.rows("SELECT id FROM inbox") == []
    assert posted(raw, X_ZEvent_Signature=right) == 200, "without its prefix, too"


def test_what_tells_nothing_is_taken_and_forgotten(zalo: Zalo, account: Bot) -> None:
    for event in ("oa_send_text", "user_seen_message", "user_received_message", "add_user_to_tag"):
        zalo.oa_post({"event_name": event, "sender": {"id": "an"}, "message": {"msg_id": "1"}})
    assert account.rows("SELECT id FROM inbox") == []


def test_who_leaves_is_not_written_to_until_they_come_back(zalo: Zalo, account: Bot) -> None:
    zalo.oa_say("an", event="unfollow")
    wait_for(
        lambda: account.rows("SELECT chat, why FROM lost") == [("an", "unfollow")], 10, lambda: account.log
    )
    zalo.oa_say("an", event="follow")
    wait_for(lambda: account.rows("SELECT chat FROM lost") == [], 10, lambda: account.log)
    assert zalo.sent == []


def test_the_token_is_renewed_in_time_once_and_survives_a_kill(zalo: Zalo, account: Bot) -> None:
    assert zalo.renewals == 1, "when the operator gave it"
    account.change("UPDATE credentials SET renew_at = '2020-01-01 00:00:00.000000'")
    account.kill()
    account.start()
    kept = "SELECT access, refresh FROM credentials"
    wait_for(lambda: account.rows(kept) == [("access-2", "refresh-2")], 20, lambda: account.log)
    account.kill()
    account.start()
    zalo.oa_say("an", ANSWERED)
    assert "100 triệu" in zalo.reply("an")
    assert zalo.renewals == 2 and account.rows(kept) == [(zalo.access, zalo.refresh)]


def test_a_token_that_is_refused_is_renewed_and_the_answer_sent(zalo: Zalo, account: Bot) -> None:
    zalo.access = "access-other"
    zalo.oa_say("an", ANSWERED)

    def sent() -> bool:
        account.let_pass(300, "not_before")
        return bool(zalo.to("an"))

    wait_for(lambda: account.rows("SELECT 1 FROM credentials WHERE renew_at < until"), 5, lambda: "doubt")
    account.kill()  # rather than wait for the next look
    account.let_pass(61)
    account.start()
    wait_for(sent, 40, lambda: account.log[-3000:])
    assert zalo.renewals == 2


def test_without_a_token_answers_wait_and_admins_are_told(zalo: Zalo, start: Start, tmp_path: Path) -> None:
    settings = account_settings(zalo, ADMINS="zalo_oa:boss")
    bot = start(**settings)
    zalo.oa_hook, zalo.followers = f"{bot.url}/hook/zalo_oa", {"boss": time.time()}
    zalo.oa_say("an", ANSWERED)
    wait_for(lambda: bot.rows("SELECT id FROM outbox"), 20, lambda: bot.log)
    bot.let_parts_age(900)
    told = "SELECT id FROM outbox WHERE part LIKE 'zalo_oa_token%'"

    def is_told() -> bool:
        bot.let_pass(900, "not_before")
        return bool(bot.rows(told))

    wait_for(is_told, 30, lambda: bot.log[-3000:])
    refused = give_token(bot, tmp_path, "refresh-wrong")
    assert refused.returncode == 1 and "Zalo không nhận" in refused.stderr
    assert give_token(bot, tmp_path, zalo.refresh).returncode == 0

    def sent() -> bool:
        bot.let_pass(900, "not_before")
        return bool(zalo.to("an") and zalo.to("boss"))

    wait_for(sent, 30, lambda: bot.log[-3000:])
    assert "hoidap zalo token" in zalo.texts("boss")[0]
