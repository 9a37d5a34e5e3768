"""Many write at once: in few transactions, each with what came of its own."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import select

from bot.store import Connection, Database, Together
from bot.store.tables import people


class Board:
    """Writes names down, one row each; what is refused is refused with all that is written with it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.batches: list[Sequence[str]] = []
        self.together = Together(database, self._write)

    async def _write(self, connection: Connection, names: Sequence[str]) -> Sequence[str]:
        self.batches.append(names)
        for name in names:
            await connection.execute(people.insert().values(channel="web", asker=name, quiet=False))
        if "refused" in names:
            raise ValueError("refused")
        return [name.upper() for name in names]

    async def written(self) -> set[str]:
        async with self.database.reading() as connection:
            return set((await connection.scalars(select(people.c.asker))).all())


@pytest.fixture
def board(database: Database) -> Board:
    return Board(database)


async def test_everybody_gets_what_came_of_their_own(board: Board) -> None:
    names = [f"p{at}" for at in range(250)]
    assert await asyncio.gather(*map(board.together.do, names)) == [name.upper() for name in names]
    assert await board.written() == set(names)
    assert len(board.batches) < 10


async def test_what_fails_fails_alone(board: Board) -> None:
    names = ["a", "refused", "b"]
    outcomes = await asyncio.gather(*map(board.together.do, names), return_exceptions=True)
    assert (outcomes[0], outcomes[2]) == ("A", "B") and isinstance(outcomes[1], ValueError)
    assert await board.written() == {"a", "b"}
    assert await board.together.do("c") == "C"


async def test_who_gives_up_leaves_the_others_to_be_written(board: Board) -> None:
    tasks = [asyncio.create_task(board.together.do(name)) for name in ("a", "b", "c")]
    await asyncio.sleep(0)
    tasks[0].cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(outcomes[0], asyncio.CancelledError) and outcomes[1:] == ["B", "C"]
    assert {"b", "c"} <= await board.written()
