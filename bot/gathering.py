"""Questions that wait become items: each goes to the item of the question that it is most like, or makes one.

Rows say which question is in which item. What is remembered here is only what each question is compared by,
so that what experts merge and split, and what other processes do, is always seen.
"""

import asyncio
from collections.abc import Iterable
from typing import Final

from bot.grouping import ALIKE, SAME, Likeness, Reading, read
from bot.items import Item
from bot.store import Connection, Database, items, reach
from bot.store.items import Question

MOST_COMPARED: Final = 20  # questions of an item that others are compared with
LOOK_AGAIN: Final = 1.0  # s between two looks for new questions
MOST_ALIKE: Final = 5
MOST_LOOKS: Final = 8  # for the nearest question that still waits, past those that do not any more
LOOK_BACK: Final = 200  # ids; of two processes, the one with the lower number may store later
MANY: Final = 1000  # questions that may be remembered beyond those that wait, before all are read anew


class Gathering:
    """Groups questions, and knows which items may be the same.

    Args:
        database: where questions and items are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known = Likeness()
        self._newest = 0  # id of the newest question that is remembered
        self._most = 0  # how many may be remembered before all are read anew
        self._alone = asyncio.Lock()

    async def gather(self) -> bool:
        """Put the oldest question that is in no item into one; False when there is none."""
        async with self._alone:
            await self._remember()
            async with self._database.grouping() as connection:
                # One at a time: whoever holds two items may wait for a reviewer who holds the other two.
                question = next(iter(await items.ungrouped(connection, 1)), None)
                if question is None:
                    return False
                self._learn(await items.readable(connection, self._newest - LOOK_BACK))
                await self._place(connection, question)
            self._learn([(question.id, question.folded)])
        return True

    async def watch(self) -> None:
        """Group what comes, for ever."""
        while True:
            if not await self.gather():
                await asyncio.sleep(LOOK_AGAIN)

    async def gather_all(self) -> None:
        """Put every question into an item."""
        while await self.gather():
            pass

    async def _remember(self) -> None:
        """Read what waits, beside the event loop: of thousands of questions that takes a second."""
        if len(self._known) < self._most:
            return
        async with self._database.reading() as connection:
            waiting = await items.readable(connection, 0)
        self._known, self._most = Likeness(), 2 * len(waiting) + MANY
        await asyncio.to_thread(self._learn, waiting)

    def _learn(self, texts: Iterable[tuple[int, str]]) -> None:
        for number, text in texts:
            if number not in self._known:
                self._known.add(number, read(text))
                self._newest = max(self._newest, number)

    async def _place(self, connection: Connection, question: Question) -> None:
        wish = await reach.wish(connection, question.channel, question.asker)
        province = wish.province or question.province
        home = await self._home(connection, read(question.folded))
        if home is None:
            await items.make(connection, question, province)
        else:
            await items.join(connection, question, home, province)

    async def _home(self, connection: Connection, reading: Reading) -> int | None:
        """Return the open item of the most similar question that still waits."""
        passed: list[int] = []
        for _ in range(MOST_LOOKS):
            near = [number for number, _ in self._known.near(reading, SAME, passed)]
            if not near:
                return None
            homes = await items.homes(connection, near)
            for home in dict.fromkeys(homes[number] for number in near if number in homes):
                if await _is_open(connection, home):
                    return home
            passed += near
        return None

    async def alike(self, item: Item) -> tuple[Item, ...]:
        """Return open items that may be the same as this one, for an expert to merge; the likest first."""
        async with self._alone:
            await self._remember()
        async with self._database.reading() as connection:
            questions = await items.questions(connection, item.id, only_open=True)
            near: dict[int, float] = {}
            for reading in {read(each.folded) for each in questions[:MOST_COMPARED]}:
                for number, how in self._known.near(reading, ALIKE):
                    near[number] = max(how, near.get(number, 0.0))
            homes = await items.homes(connection, near) if near else {}
            ranked = sorted(homes, key=lambda number: -near[number])
            others = dict.fromkeys(homes[number] for number in ranked if homes[number] != item.id)
            found = [await items.get(connection, each) for each in list(others)[:MOST_ALIKE]]
        return tuple(each for each in found if each)


async def _is_open(connection: Connection, item: int) -> bool:
    """Keep reviewers off an item until the question is in it; False where one has just closed it."""
    found = await items.lock(connection, item)
    return found is not None and found.is_open
