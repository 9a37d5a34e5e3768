"""`hoidap serve` as a process, and people in an emulated Telegram: over HTTP from end to end."""

import re
import signal
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from telegram_base import ANSWERED, UNCLEAR, UNKNOWN
from telegram_emulator import PATIENCE, TOKEN, Emulator, wait_for
from telegram_process import ADMIN, Bot
from telegram_rules import FIELDS, buttons, check_part


class Town:
    """A running bot and its Telegram."""

    def __init__(self, bot: Bot, emulator: Emulator) -> None:
        self.bot = bot
        self.telegram = emulator

    def ask(self, chat: int, text: str | None = None, **more: Any) -> dict[str, Any]:
        """Send a message and return the reply."""
        before = len(self.telegram.sent(chat))
        self.telegram.say(chat, text, **more)
        return self.telegram.reply(chat, before + 1)

    def press(self, chat: int, shown: dict[str, Any], label: str) -> dict[str, Any]:
        """Press the first button whose label has `label` in it, and return the reply."""
        data = next(button["callback_data"] for button in buttons(shown) if label in button["text"])
        return self.press_data(chat, shown, data)

    def press_data(self, chat: int, shown: dict[str, Any], data: str) -> dict[str, Any]:
        before = len(self.telegram.sent(chat))
        self.telegram.press(chat, shown, data)
        return self.telegram.reply(chat, before + 1)

    def sent_in_time(self, chat: int, count: int) -> None:
        """Wait for messages to one chat without waiting for its pace."""

        def arrived() -> bool:
            self.bot.let_pass(2, chat, ["outbox"])
            return len(self.telegram.sent(chat)) >= count

        wait_for(arrived, 30, lambda: f"{count} messages, got {len(self.telegram.sent(chat))}")

    def exchanges(self, chat: int) -> list[dict[str, Any]]:
        return self.bot.rows("SELECT * FROM exchanges WHERE chat = ? ORDER BY id", str(chat))

    def waiting(self, chat: int) -> list[dict[str, Any]]:
        return self.bot.rows("SELECT * FROM waiting WHERE chat = ? ORDER BY number", str(chat))


@pytest.fixture(scope="module")
def town(spawned: tuple[Bot, Emulator]) -> Iterator[Town]:
    bot, emulator = spawned
    bot.wait()
    yield Town(bot, emulator)
    for part in emulator.sent():
        check_part({name: value for name, value in part.items() if name in FIELDS})
    assert bot.stop() in (0, -signal.SIGTERM), bot.log_text()[-3000:]
    assert TOKEN not in bot.log_text() and TOKEN.split(":")[1] not in bot.log_text()
    assert "Traceback" not in bot.log_text(), bot.log_text()


# --- the conversation -----------------------------------------------------------------------------


def test_a_question_is_answered(town: Town) -> None:
    reply = town.ask(101, ANSWERED)
    assert "100 triệu đồng" in reply["text"] and "• thời hạn 120 tháng" in reply["text"]
    assert {"bold"} <= {entity["type"] for entity in reply["entities"]}
    assert [button["text"] for button in buttons(reply)][-3:] == [
        "👍 Đúng",
        "👎 Chưa đúng",
        "🙋 Hỏi chuyên gia",
    ]
    (exchange,) = town.exchanges(101)
    assert (exchange["verdict"], exchange["entry"], exchange["raw"]) == ("answer", "vay-von", ANSWERED)


def test_an_unclear_question_is_cleared_by_a_press(town: Town) -> None:
    shown = town.ask(102, UNCLEAR)
    assert len(buttons(shown)) >= 3
    reply = town.press(102, shown, "xây mới")
    assert "40 triệu" in reply["text"]
    assert [exchange["entry"] for exchange in town.exchanges(102)] == ["nha-xay-moi"]
    assert town.telegram.calls("answerCallbackQuery")


def test_an_unclear_question_is_cleared_by_a_number(town: Town) -> None:
    shown = town.ask(103, UNCLEAR)
    sentence = next(button["text"] for button in buttons(shown) if button["text"].startswith("2. "))
    assert sentence[3:20] in town.ask(103, "2")["text"]


def test_none_of_these_goes_to_the_experts(town: Town) -> None:
    shown = town.ask(104, UNCLEAR)
    town.press(104, shown, "Không phải")
    assert [item["reason"] for item in town.waiting(104)] == ["none_of_these"]


def test_an_unknown_question_gets_a_number_to_quote(town: Town) -> None:
    reply = town.ask(105, UNKNOWN)
    (item,) = town.waiting(105)
    assert f"#{item['number']}" in reply["text"] and item["question"] == UNKNOWN
    mine = town.ask(105, "/cauhoi")
    assert f"#{item['number']} {UNKNOWN}" in mine["text"]


def test_a_thumb_down_and_a_wish_for_an_expert_are_recorded(town: Town) -> None:
    shown = town.ask(106, ANSWERED)
    town.press(106, shown, "👎")
    assert [exchange["rating"] for exchange in town.exchanges(106)] == [-1]
    assert [(item["reason"], item["shown"]) for item in town.waiting(106)] == [("disliked", "vay-von")]
    town.press(106, shown, "Hỏi chuyên gia")
    assert [item["reason"] for item in town.waiting(106)] == ["expert_wanted"]


def test_topics_are_browsed_down_to_an_answer(town: Town) -> None:
    topics = town.ask(107, "/chude")
    entries = town.press(107, topics, "Nhà ở")
    assert "20 triệu" in town.press(107, entries, "sửa chữa")["text"]


def test_start_and_help_are_formatted(town: Town) -> None:
    for command in ("/start", "/help@TestNameBot"):
        reply = town.ask(108, command)
        assert "**" not in reply["text"] and reply["entities"]


def test_only_admins_see_what_waits(town: Town) -> None:
    town.ask(109, UNKNOWN)
    assert UNKNOWN in town.ask(ADMIN, "/chuatraloi")["text"]
    assert UNKNOWN not in town.ask(110, "/chuatraloi")["text"]


# --- what is not a plain question -------------------------------------------------------------------


@pytest.mark.parametrize("content", ["sticker", "voice", "photo", "document", "location"])
def test_what_has_no_words_is_told_so(town: Town, content: str) -> None:
    assert "chữ" in town.ask(120, **{content: {}})["text"]


@pytest.mark.parametrize("text", ["", "   ", "😀😀", "…!?"])
def test_nothing_to_read_is_told_so(town: Town, text: str) -> None:
    assert "ví dụ" in town.ask(121, text)["text"]


def test_markup_in_a_question_stays_what_it_is(town: Town) -> None:
    text = f"<b>{UNKNOWN}</b> *x* [a](https://e.vn) `c` {{7}} ' ; DROP TABLE inbox; --"
    town.ask(122, text)
    assert text[:100] in town.ask(122, "/cauhoi")["text"]


def test_a_document_for_a_question_is_told_its_length(town: Town) -> None:
    reply = town.ask(123, "x" * 100_000)
    assert "100.000" in reply["text"] and f"#{town.waiting(123)[0]['number']}" in reply["text"]


def test_an_edited_question_is_answered_anew_in_place_of_the_old_answer(town: Town) -> None:
    old = town.ask(124, UNKNOWN)
    town.telegram.edit(124, UNKNOWN, ANSWERED)
    wait_for(lambda: "100 triệu" in town.telegram.sent(124)[0]["text"], PATIENCE, lambda: "the answer edited")
    (new,) = town.telegram.sent(124)
    assert str(new["message_id"]) == str(old["message_id"]) and buttons(new)
    assert [item["resolved_by"] for item in town.waiting(124)] == ["asker"]
    town.ask(124, "/help")
    assert len(town.exchanges(124)) == 2


@pytest.mark.parametrize(
    "data", ["zzz", "u:999999", "p:1:99", "đ" * 32, "u:1;DROP", "e:no-such-entry", "t:x:0"]
)
def test_a_press_that_means_nothing_is_answered(town: Town, data: str) -> None:
    assert town.press_data(125, {"message_id": 1}, data)["text"]
    assert town.exchanges(125) == []


def test_another_chats_button_does_nothing(town: Town) -> None:
    theirs = town.ask(126, ANSWERED)
    down = next(button["callback_data"] for button in buttons(theirs) if "👎" in button["text"])
    reply = town.press_data(127, theirs, down)
    assert "không còn dùng được" in reply["text"]
    assert [exchange["rating"] for exchange in town.exchanges(126)] == [None]
    assert town.waiting(126) == town.waiting(127) == []


def test_in_a_group_the_bot_speaks_when_spoken_to(town: Town) -> None:
    town.telegram.say(-130, ANSWERED)
    town.telegram.say(-130, sticker={})
    reply = town.ask(-130, f"@TestNameBot {ANSWERED}")
    assert len(town.telegram.sent(-130)) == 1 and "100 triệu đồng" in reply["text"]
    rows = town.bot.rows("SELECT state, note FROM inbox WHERE chat = '-130' ORDER BY id")
    assert [(row["state"], bool(row["note"])) for row in rows] == [
        ("done", True),
        ("done", True),
        ("done", False),
    ]
    assert reply["reply_parameters"]["allow_sending_without_reply"] is True


def test_in_a_group_what_others_say_is_no_flood(town: Town) -> None:
    for number in range(14):
        town.telegram.say(-131, f"chuyện khác {number}")
    assert "100 triệu đồng" in town.ask(-131, f"@TestNameBot {ANSWERED}")["text"]
    assert len(town.telegram.sent(-131)) == 1


# --- trouble ----------------------------------------------------------------------------------------


def test_a_flood_is_answered_to_the_last_message_politely(town: Town) -> None:
    for number in range(16):
        town.telegram.say(140, f"{UNKNOWN} {number}")
    town.sent_in_time(140, 13)
    assert sum("hơi nhanh" in part["text"] for part in town.telegram.sent(140)) == 1
    assert len(town.exchanges(140)) == 12
    town.bot.let_pass(61, 140)
    town.sent_in_time(140, 17)
    numbers = [
        int(found[1]) for part in town.telegram.sent(140) if (found := re.search(r"#(\d+)", part["text"]))
    ]
    assert numbers == sorted(set(numbers)) and len(numbers) == 16


def test_a_chat_gets_a_message_a_second_and_no_more(town: Town) -> None:
    for number in range(3):
        town.telegram.say(142, f"{UNKNOWN} {number}")
    town.telegram.reply(142, 3)
    times = [part["time"] / 1000 for part in town.telegram.sent(142)]
    assert all(later - earlier >= 0.95 for earlier, later in pairwise(times)), times


def test_one_chats_limit_holds_no_other_up(town: Town) -> None:
    town.telegram.fault("sendMessage", "429", chat=150, retry_after=3)
    town.telegram.say(150, ANSWERED)
    started = time.monotonic()
    town.ask(151, ANSWERED)
    assert time.monotonic() - started < 2.5 and town.telegram.sent(150) == []
    assert "100 triệu đồng" in town.telegram.reply(150, 1)["text"]


def test_who_blocked_the_bot_is_given_up(town: Town) -> None:
    blocked = {"status": 403, "description": "Forbidden: bot was blocked by the user"}
    town.telegram.fault("sendMessage", "error", chat=152, **blocked)
    town.telegram.say(152, ANSWERED)
    dead = "SELECT note FROM outbox WHERE chat = '152' AND state = 'dead'"
    wait_for(lambda: town.bot.rows(dead), PATIENCE, lambda: "a dead part")
    assert "blocked" in town.bot.rows(dead)[0]["note"]
    town.ask(152, "/help")


def test_a_telegram_out_of_reach_stops_nothing_else(town: Town) -> None:
    town.telegram.down(True)
    town.telegram.say(160, ANSWERED)
    assert town.bot.healthy()
    time.sleep(1.5)
    assert town.bot.alive() and town.telegram.sent(160) == []
    town.telegram.down(False)
    assert "100 triệu đồng" in town.telegram.reply(160, 1)["text"]
