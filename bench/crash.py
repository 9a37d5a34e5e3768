"""Count what is lost and what is doubled when the bot is killed (SIGKILL) again and again in mid-work.

python -m bench.crash                           1,000 messages from 100 chats, a kill every 100, by polling
python -m bench.crash --messages 200 --every 50

The bot is `hoidap serve` on SQLite; Telegram is the emulator of the tests (npm telegram-test-api), which
hands out an update until it is confirmed. No lease is waited for: after a kill the rows' times move back.
"""

import argparse
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "tests" / part) for part in ("", "channels/telegram")]

from telegram_base import ANSWERED, UNKNOWN, write_base  # noqa: E402
from telegram_emulator import Emulator, wait_for  # noqa: E402
from telegram_process import Bot, pause  # noqa: E402

CHATS = 100
FIRST_CHAT = 1000
PATIENCE = 600.0  # s


def main() -> None:
    """Ask, kill, count."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.crash",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--every", type=int, default=100, help="messages between two kills (100)")
    options = parser.parse_args()
    emulator = Emulator()
    with tempfile.TemporaryDirectory() as home:
        bot = Bot(Path(home), write_base(Path(home) / "base"), emulator, QUESTIONS_PER_MINUTE=1000)
        try:
            print(_run(bot, emulator, options.messages, options.every))
        finally:
            if bot.alive():
                bot.kill()
            emulator.close()


def _run(bot: Bot, emulator: Emulator, messages: int, every: int) -> str:
    chance = random.Random(2026)
    asked: list[str] = []
    cut_off = kills = 0
    bot.fork()
    while len(asked) < messages:
        for _ in range(min(every, messages - len(asked))):
            number = len(asked)
            asked.append(f"{ANSWERED if number % 3 == 0 else UNKNOWN} {number}")
            emulator.say(FIRST_CHAT + number % CHATS, asked[-1])
        sent = len(emulator.sent()) + chance.randrange(every)
        wait_for(
            lambda sent=sent: len(emulator.sent()) >= sent, PATIENCE, lambda sent=sent: f"{sent} messages"
        )
        bot.kill()
        kills += 1
        cut_off += len(bot.rows("SELECT id FROM outbox WHERE state = 'working'"))
        pause(0.2)
        bot.let_pass(61)
        bot.fork()
    still = "SELECT id FROM inbox WHERE state != 'done' UNION ALL SELECT id FROM outbox WHERE state != 'done'"
    wait_for(
        lambda: len(bot.rows("SELECT id FROM inbox")) == len(asked) and not bot.rows(still),
        PATIENCE,
        lambda: f"an end, {len(bot.rows(still))} rows to go",
    )
    questions = Counter(row["raw"] for row in bot.rows("SELECT raw FROM exchanges"))
    answers = Counter(row["inbox_id"] for row in bot.rows("SELECT inbox_id FROM outbox"))
    promised = Counter(
        (row["chat"], row["payload"])
        for row in bot.rows("SELECT chat, payload ->> '$.text' AS payload FROM outbox")
    )
    arrived = Counter((str(part["chat_id"]), part["text"]) for part in emulator.sent())
    lines = {
        "questions": (len(set(asked) - set(questions)), (questions - Counter(asked)).total()),
        "answers": (len(asked) - len(answers), answers.total() - len(answers)),
        "messages at Telegram": ((promised - arrived).total(), (arrived - promised).total()),
    }
    told = [f"{what}: {lost} lost, {doubled} doubled" for what, (lost, doubled) in lines.items()]
    return "\n".join([f"{len(asked)} messages, {kills} kills, {cut_off} parts in hand at a kill", *told])


if __name__ == "__main__":
    main()
