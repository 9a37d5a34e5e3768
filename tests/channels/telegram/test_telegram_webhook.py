"""`hoidap serve` with a webhook, and people in an emulated Telegram that posts to it: from end to end."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from telegram_base import ANSWERED, UNCLEAR, UNKNOWN, write_base
from telegram_emulator import PATIENCE, TOKEN, Emulator, wait_for
from telegram_process import Bot
from telegram_rules import FIELDS, buttons, check_part

SECRET = "X-Telegram-Bot-Api-Secret-Token"
RIGHT = "100 triệu đồng"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bot, Emulator]]:
    home = tmp_path_factory.mktemp("hook")
    emulator = Emulator()
    bot = Bot(home, write_base(home / "base"), emulator, TELEGRAM_MODE="webhook")
    bot.fork()
    yield bot, emulator
    for part in emulator.sent():
        check_part({name: value for name, value in part.items() if name in FIELDS})
    bot.kill()
    emulator.close()
    assert TOKEN not in bot.log_text() and "Traceback" not in bot.log_text(), bot.log_text()[-3000:]


@pytest.fixture
def bot(pair: tuple[Bot, Emulator]) -> Bot:
    return pair[0]


@pytest.fixture
def telegram(pair: tuple[Bot, Emulator]) -> Emulator:
    return pair[1]


def post(bot: Bot, body: bytes, **headers: str) -> int:
    url = f"http://127.0.0.1:{bot.port}/hook/telegram"
    return httpx.post(url, content=body, headers=headers, trust_env=False).status_code


def message(number: int, chat: int = 301, text: str = ANSWERED) -> bytes:
    user = {"id": chat, "is_bot": False, "first_name": "An"}
    body = {
        "message_id": number,
        "from": user,
        "chat": {"id": chat, "type": "private"},
        "date": 1,
        "text": text,
    }
    return httpx.Request("POST", "http://x", json={"update_id": number, "message": body}).read()


def test_telegram_is_told_where_to_post_and_what(telegram: Emulator) -> None:
    (asked,) = telegram.calls("setWebhook")
    assert asked["url"].endswith("/hook/telegram") and len(asked["secret_token"]) == 64
    assert "edited_message" in asked["allowed_updates"] and "my_chat_member" in asked["allowed_updates"]
    assert TOKEN.split(":")[1] not in asked["secret_token"]


def test_a_question_is_answered(telegram: Emulator) -> None:
    telegram.say(302, ANSWERED)
    assert RIGHT in telegram.reply(302)["text"]
    assert telegram.state()["posts"][-1]["status"] == 200


@pytest.mark.parametrize(
    "headers",
    [{}, {SECRET: ""}, {SECRET: "0" * 64}, {SECRET: TOKEN}, {"Authorization": "x"}],
    ids=["missing", "empty", "wrong", "the token", "another header"],
)
def test_who_does_not_know_the_secret_is_refused(bot: Bot, headers: dict[str, str]) -> None:
    assert post(bot, message(9001, 303), **headers) == 403
    assert bot.rows("SELECT id FROM inbox WHERE chat = '303'") == []


def secret(telegram: Emulator) -> dict[str, str]:
    return {SECRET: telegram.state()["webhook"]["secret_token"]}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"7", b'{"message": {}}', b"\xff\xfe", b"[" * 100_000], ids=repr
)
def test_what_is_no_update_is_not_stored(bot: Bot, telegram: Emulator, body: bytes) -> None:
    before = bot.rows("SELECT count(*) AS rows FROM inbox")
    assert post(bot, body, **secret(telegram)) == 400
    assert bot.rows("SELECT count(*) AS rows FROM inbox") == before


def test_what_is_too_big_is_not_stored(bot: Bot, telegram: Emulator) -> None:
    assert post(bot, message(9002, 304, "a" * 2_000_000), **secret(telegram)) == 413
    assert bot.rows("SELECT id FROM inbox WHERE chat = '304'") == []


def test_what_comes_twice_is_answered_once(bot: Bot, telegram: Emulator) -> None:
    statuses = [post(bot, message(9003, 305), **secret(telegram)) for _ in range(3)]
    assert statuses == [200] * 3
    telegram.reply(305)
    assert len(bot.rows("SELECT id FROM inbox WHERE chat = '305'")) == 1


def test_it_is_answered_only_when_it_is_a_row(bot: Bot, telegram: Emulator) -> None:
    assert post(bot, message(9004, 306), **secret(telegram)) == 200
    assert len(bot.rows("SELECT id FROM inbox WHERE chat = '306'")) == 1


def test_only_posts_are_taken_there(bot: Bot) -> None:
    assert httpx.get(f"http://127.0.0.1:{bot.port}/hook/telegram", trust_env=False).status_code == 405


def test_a_page_of_another_site_cannot_post_there(bot: Bot, telegram: Emulator) -> None:
    foreign = {**secret(telegram), "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert post(bot, message(9005, 307), **foreign) == 403


def test_a_press_is_answered_and_acknowledged(telegram: Emulator) -> None:
    telegram.say(308, UNCLEAR)
    shown = telegram.reply(308)
    data = next(button["callback_data"] for button in buttons(shown) if "xây mới" in button["text"])
    telegram.press(308, shown, data)
    assert "40 triệu" in telegram.reply(308, 2)["text"]
    assert telegram.calls("answerCallbackQuery"), "in the answer to the post itself"


def test_in_a_group_only_who_is_meant_answers(telegram: Emulator) -> None:
    telegram.say(-309, ANSWERED)
    telegram.say(-309, f"@TestNameBot {ANSWERED}")
    assert RIGHT in telegram.reply(-309)["text"] and len(telegram.sent(-309)) == 1


def test_a_topic_is_kept_and_a_deleted_one_is_no_obstacle(telegram: Emulator) -> None:
    topic: dict[str, Any] = {"message_thread_id": 77, "is_topic_message": True}
    telegram.say(-310, f"@TestNameBot {ANSWERED}", **topic)
    assert telegram.reply(-310)["message_thread_id"] == 77
    gone = {"status": 400, "description": "Bad Request: message thread not found"}
    telegram.fault("sendMessage", "error", chat=-310, **gone)
    telegram.say(-310, f"@TestNameBot {ANSWERED}", **topic)
    second = telegram.reply(-310, 2)
    assert RIGHT in second["text"] and "message_thread_id" not in second


def test_an_edited_question_edits_its_answer(telegram: Emulator) -> None:
    telegram.say(311, UNKNOWN)
    telegram.reply(311)
    telegram.edit(311, UNKNOWN, ANSWERED)
    wait_for(lambda: RIGHT in telegram.sent(311)[0]["text"], PATIENCE, lambda: "the answer edited")
    assert len(telegram.sent(311)) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "429", "retry_after": 2},
        {"kind": "error", "status": 500, "description": "Internal Server Error"},
        {"kind": "reset"},
        {"kind": "hold_after", "ms": 3000},
    ],
    ids=["flood", "5xx", "reset", "slow"],
)
def test_trouble_on_the_way_out_loses_and_doubles_nothing(telegram: Emulator, fault: dict[str, Any]) -> None:
    chat = {"429": 312, "error": 313, "reset": 314, "hold_after": 315}[fault["kind"]]
    telegram.fault("sendMessage", chat=chat, **fault)
    telegram.say(chat, ANSWERED)
    assert RIGHT in telegram.reply(chat)["text"]
    telegram.say(chat, "/help")
    telegram.reply(chat, 2)
    assert len(telegram.sent(chat)) == 2


def test_who_blocks_the_bot_is_noted_and_noted_again_when_back(bot: Bot, telegram: Emulator) -> None:
    telegram.say(316, "/help")
    telegram.reply(316)
    for status, lost in (("kicked", 1), ("member", 0)):
        user = {"id": 316, "is_bot": False, "first_name": "An"}
        member = {"status": status, "user": {"id": 666, "is_bot": True, "first_name": "Bot"}}
        event = {"chat": {"id": 316, "type": "private"}, "from": user, "date": 1, "new_chat_member": member}
        telegram.update({"my_chat_member": event})
        wait_for(
            lambda lost=lost: len(bot.rows("SELECT chat FROM lost WHERE chat = '316'")) == lost,
            PATIENCE,
            lambda status=status: f"{status} noted",
        )


def test_restarted_in_the_middle_it_answers_all_that_was_posted_meanwhile(
    pair: tuple[Bot, Emulator],
) -> None:
    bot, telegram = pair
    telegram.say(317, ANSWERED)
    bot.kill()
    telegram.say(317, UNKNOWN)
    bot.let_pass(61)
    bot.fork()
    telegram.reply(317, 2)
    texts = [part["text"] for part in telegram.sent(317)]
    assert RIGHT in texts[0] and len(bot.rows("SELECT id FROM inbox WHERE chat = '317'")) == 2


def test_polling_takes_over_from_a_webhook(emulator: Emulator, tmp_path: Path) -> None:
    base = write_base(tmp_path / "base")
    hooked = Bot(tmp_path, base, emulator, TELEGRAM_MODE="webhook")
    hooked.fork()
    hooked.kill()
    assert emulator.state()["webhook"]
    emulator.say(320, ANSWERED)
    polling = Bot(tmp_path, base, emulator)
    polling.fork()
    try:
        assert RIGHT in emulator.reply(320)["text"]
        assert emulator.state()["webhook"] is None
    finally:
        polling.kill()
