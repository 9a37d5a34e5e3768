"""kill -9 at any instant while people ask: what was acknowledged is answered, and nothing twice."""

import asyncio
import random
import secrets
from collections import Counter
from uuid import uuid4

import httpx
from shell_bot import LOAN, UNKNOWN, until
from shell_process import Server

SEED = 20261123
KILLS = 6
PEOPLE = 6


class Person:
    """Somebody at a browser who sends the same form again when the line breaks."""

    def __init__(self, server: Server, name: str) -> None:
        self._server = server
        self._name = name
        self._cookies = {"hoidap": secrets.token_urlsafe(32)}
        self.said: list[str] = []
        self.broken = 0

    async def talk(self, over: asyncio.Event) -> None:
        async with httpx.AsyncClient(
            base_url=self._server.url, cookies=self._cookies, trust_env=False, timeout=30
        ) as client:
            while not over.is_set():
                number = len(self.said)
                text = f"{UNKNOWN if number % 3 else LOAN} {self._name} {number}"
                await self._send(client, text)
                self.said.append(text)

    async def _send(self, client: httpx.AsyncClient, text: str) -> None:
        form = {"text": text, "key": str(uuid4())}
        while True:
            try:
                response = await client.post("/ask", data=form)
            except httpx.TransportError:
                self.broken += 1
                await asyncio.sleep(0.03)
                continue
            assert response.status_code == 303
            return


async def kill_again_and_again(server: Server) -> int:
    """Kill and start the server; return how many messages were in work at these moments."""
    moments, in_work = random.Random(SEED), 0
    for _ in range(KILLS):
        await asyncio.sleep(moments.uniform(0.02, 0.5))
        await asyncio.to_thread(server.kill)
        in_work += len(server.rows("SELECT id FROM inbox WHERE state = 'working'"))
        server.let_leases_end()
        await asyncio.to_thread(server.start)
    return in_work


async def test_what_was_acknowledged_is_answered_once_however_often_the_bot_is_killed(server: Server) -> None:
    people = [Person(server, f"person-{index}") for index in range(PEOPLE)]
    over = asyncio.Event()
    talking = [asyncio.create_task(person.talk(over)) for person in people]
    in_work = await kill_again_and_again(server)
    over.set()
    await asyncio.gather(*talking)
    await until(lambda: not server.rows("SELECT id FROM inbox WHERE state IN ('new', 'working')"), 60)

    said = [text for person in people for text in person.said]
    broken = sum(person.broken for person in people)
    print(f"{len(said)} messages, {KILLS} kills, {in_work} in work, {broken} lines broken")
    assert len(said) > PEOPLE and in_work and broken, "this proves little"
    logged = server.rows("SELECT raw FROM exchanges")
    assert Counter(text for (text,) in logged) == Counter(said)
    parts = server.rows("SELECT inbox_id, part FROM outbox")
    assert Counter(parts) == {(number, "0"): 1 for (number,) in server.rows("SELECT id FROM exchanges")}
    for person in people:
        own = server.rows(f"SELECT raw FROM exchanges WHERE raw LIKE '% {person._name} %' ORDER BY id")
        assert [text for (text,) in own] == person.said, "a chat out of order"
    assert UNKNOWN not in server.log and LOAN not in server.log
    assert "question.done" in server.log
