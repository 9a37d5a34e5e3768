"""A process of its own that works an inbox off: `python store_worker.py URL`; prints what it did as JSON."""

import asyncio
import json
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from store_queues import Queue  # noqa: E402

from bot.store import Database  # noqa: E402
from bot.store.inbox import Received  # noqa: E402
from bot.store.outbox import Part  # noqa: E402


async def work(queue: Queue, done: list[dict[str, object]], row: Received | Part | None = None) -> None:
    while row := row or await queue.claim():
        begun = time.monotonic()
        await asyncio.sleep(0.002)
        done.append({"id": row.id, "chat": row.chat, "begun": begun, "ended": time.monotonic()})
        await queue.finish(row.id)
        row = None


async def main(url: str) -> None:
    database = Database(url)
    queue, done = Queue(database, "inbox"), []
    first = await queue.claim()  # so that nobody does all of it before the other has begun
    print("ready", flush=True)
    sys.stdin.readline()
    await asyncio.gather(work(queue, done, first), work(queue, done), work(queue, done))
    await database.close()
    print(json.dumps(done), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
