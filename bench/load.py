"""Measure how many updates the webhook takes, how fast, and how many answers leave, on SQLite.

python -m bench.load                           400 updates/s for 20 s, each from a person of their own
python -m bench.load --rate 600 --seconds 10
python -m bench.load --profile load.prof       with cProfile over the bot's event loop

The bot is `hoidap serve` as anybody runs it, with the shipped base; Telegram is `bench.telegram` in a second
process. This one posts at a fixed rate, whatever becomes of it; an update's time counts from when it was due.
"""

import argparse
import asyncio
import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench.bases import shipped
from bench.telegram import Telegram

TOKEN = "666:bench"
CONNECTIONS = 100  # as many as Telegram opens to us
PATIENCE = 300.0  # s


@dataclass
class Load:
    """What was seen."""

    rate: float
    took: list[float] = field(default_factory=list)  # s until each update was answered with 200
    refused: int = 0
    began: float = 0.0
    ended: float = 0.0  # the last update's answer
    sent: Sequence[float] = ()
    cpu: float = 0.0  # s of the bot, all threads together

    def lines(self) -> Iterator[str]:
        """Yield the figures as sentences."""
        took = sorted(self.took)
        accepted = len(took) / (self.ended - self.began)
        yield f"updates        {len(took)} accepted, {self.refused} not, {accepted:.0f}/s"
        yield (
            "answered after "
            + ", ".join(
                f"p{share} {took[min(len(took) - 1, len(took) * share // 100)] * 1000:.1f} ms"
                for share in (50, 90, 99)
            )
            + f", at most {took[-1] * 1000:.1f} ms"
        )
        if self.sent:
            drained = len(self.sent) / (self.sent[-1] - self.began)
            late = sum(moment > self.ended for moment in self.sent)
            yield f"answers        {len(self.sent)} sent, {drained:.0f}/s from first update to last answer"
            yield f"CPU of the bot {self.cpu / len(self.sent) * 1000:.1f} ms an update, with its answer"
            if late:
                rate = late / (self.sent[-1] - self.ended)
                yield f"               {late} of them after the last update, {rate:.0f}/s"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--rate", type=float, default=400, help="updates a second (400)")
    add("--seconds", type=float, default=20, help="how long (20)")
    add("--knowledge", type=Path, default=Path("knowledge"), help="a base with `tests` (knowledge)")
    add("--profile", type=Path, help="write cProfile's figures of the bot here")
    options = parser.parse_args()
    questions = [question for question, _ in shipped(options.knowledge).questions]
    telegram = Telegram()
    try:
        with _bot(telegram, options.knowledge.resolve(), options.profile) as bot:
            hook, before = _ready(telegram, bot), _cpu(bot)
            load = asyncio.run(_post(hook, questions, options.rate, int(options.rate * options.seconds)))
            load.sent = _all_sent(telegram, len(load.took))
            load.cpu = _cpu(bot) - before
    finally:
        telegram.close()
    print("\n".join(load.lines()))


@contextmanager
def _bot(telegram: Telegram, knowledge: Path, profile: Path | None) -> Iterator[int]:
    """Run the bot until the end, and yield its process id."""
    with tempfile.TemporaryDirectory() as home, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        own = {
            "VAR": home,
            "KNOWLEDGE": knowledge,
            "PORT": port,
            "SITE": f"http://127.0.0.1:{port}",
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_URL": telegram.url,
            "TELEGRAM_MODE": "webhook",
            "TELEGRAM_PER_SECOND": 1000,
            "LOG_LEVEL": "WARNING",
        }
        settings = {f"HOIDAP_{name}": str(value) for name, value in own.items()}
        how = ["-m", "cProfile", "-o", str(profile.resolve())] if profile else []
        command = [sys.executable, *how, "-m", "bot", "serve"]
        process = subprocess.Popen(command, env=os.environ | settings)
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait(60)


def _cpu(process: int) -> float:
    """Return the seconds of CPU that a process has used, in all its threads (Linux: proc(5))."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _ready(telegram: Telegram, bot: int) -> Mapping[str, str]:
    """Wait until the bot listens, and return what it told Telegram of its webhook."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and _cpu(bot) >= 0:
        if hook := telegram.webhook():
            address = urlsplit(hook["url"])
            with socket.socket() as probe:
                if probe.connect_ex((address.hostname, address.port)) == 0:
                    return hook
        time.sleep(0.2)
    raise TimeoutError("the bot did not start")


def _all_sent(telegram: Telegram, count: int) -> Sequence[float]:
    end = time.monotonic() + PATIENCE
    while len(sent := telegram.sent()) < count and time.monotonic() < end:
        time.sleep(0.5)
    return sent


async def _post(hook: Mapping[str, str], questions: Sequence[str], rate: float, count: int) -> Load:
    address = urlsplit(hook["url"])
    assert address.hostname and address.port
    load = Load(rate)
    due: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
    lines = [await asyncio.open_connection(address.hostname, address.port) for _ in range(CONNECTIONS)]
    head = f"POST {address.path} HTTP/1.1\r\nhost: {address.netloc}\r\ncontent-type: application/json\r\n"
    head += f"x-telegram-bot-api-secret-token: {hook['secret_token']}\r\ncontent-length: "
    posting = [asyncio.create_task(_line(reader, writer, due, head, load)) for reader, writer in lines]
    load.began = time.monotonic()
    for number, text in zip(range(count), itertools.cycle(questions), strict=False):
        moment = load.began + number / rate
        if (wait := moment - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        due.put_nowait((moment, json.dumps(_update(number, text)).encode()))
    await due.join()
    load.ended = time.monotonic()
    for task in posting:
        task.cancel()
    for _, writer in lines:
        writer.close()
    return load


async def _line(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    due: "asyncio.Queue[tuple[float, bytes]]",
    head: str,
    load: Load,
) -> None:
    while True:
        moment, body = await due.get()
        writer.write(f"{head}{len(body)}\r\n\r\n".encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        if answer.startswith(b"HTTP/1.1 200"):
            load.took.append(time.monotonic() - moment)
        else:
            load.refused += 1
        due.task_done()


def _update(number: int, text: str) -> dict[str, object]:
    person = {"id": 1000 + number, "is_bot": False, "first_name": "An", "language_code": "vi"}
    chat = {"id": 1000 + number, "type": "private", "first_name": "An"}
    message = {"message_id": number, "from": person, "chat": chat, "date": 1_780_000_000, "text": text}
    return {"update_id": number + 1, "message": message}


if __name__ == "__main__":
    main()
