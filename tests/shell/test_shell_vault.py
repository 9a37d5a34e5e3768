"""Tokens that can be renewed once: by one of all replicas, in time, saved before they are used."""

import asyncio
from datetime import timedelta

import pytest
from shell_bot import Clock

from bot.domain import Tokens
from bot.errors import NeedsHelp, RetryLater
from bot.lanes import to_the_end
from bot.store import Database
from bot.vault import LEASE, Vault

LIFE = 90_000  # s


class Platform:
    """Gives a pair for a refresh token that it gave before, once."""

    def __init__(self) -> None:
        self.given = 0
        self.refresh = "refresh-0"
        self.answer_after = 0.0
        self.away = False
        self.asked = asyncio.Event()

    async def renew(self, refresh: str) -> Tokens:
        if self.away:
            raise RetryLater("away", 2)
        if refresh != self.refresh:
            raise NeedsHelp("used", 2, "zalo_oa_token")
        self.given += 1
        self.refresh = f"refresh-{self.given}"
        pair = Tokens(f"access-{self.given}", self.refresh, LIFE)
        self.asked.set()
        await asyncio.sleep(self.answer_after)
        return pair


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
async def vault(database: Database, clock: Clock, platform: Platform) -> Vault:
    vault = Vault(database, "zalo_oa", clock)
    await vault.adopt("refresh-0", platform.renew)
    return vault


async def test_without_any_token_somebody_has_to_give_one(database: Database, clock: Clock) -> None:
    empty = Vault(database, "zalo_oa", clock)
    with pytest.raises(NeedsHelp) as refused:
        await empty.access()
    assert refused.value.trouble == "zalo_oa_token"
    await empty.renew(Platform().renew)  # nothing to renew


async def test_a_token_is_renewed_early_and_not_before(
    vault: Vault, clock: Clock, platform: Platform
) -> None:
    assert await vault.access() == "access-1"
    clock.turn(LIFE * 0.74)
    await vault.renew(platform.renew)
    assert platform.given == 1
    clock.turn(LIFE * 0.02)
    await vault.renew(platform.renew)
    assert (await vault.access(), platform.given) == ("access-2", 2)
    clock.turn(LIFE)
    with pytest.raises(RetryLater, match="run out"):
        await vault.access()


async def test_of_many_replicas_one_renews(
    vault: Vault, database: Database, clock: Clock, platform: Platform
) -> None:
    clock.turn(LIFE * 0.8)
    platform.answer_after = 0.2
    others = [Vault(database, "zalo_oa", clock) for _ in range(8)]
    await asyncio.gather(*(each.renew(platform.renew) for each in others))
    assert (platform.given, await vault.access()) == (2, "access-2")


async def test_a_replica_that_died_is_followed_by_another(
    vault: Vault, clock: Clock, platform: Platform
) -> None:
    clock.turn(LIFE * 0.8)
    platform.away = True
    with pytest.raises(RetryLater):
        await vault.renew(platform.renew)
    platform.away = False
    await vault.renew(platform.renew)
    assert platform.given == 1, "its lease holds"
    clock.turn(LEASE / timedelta(seconds=1) + 1)
    await vault.renew(platform.renew)
    assert await vault.access() == "access-2"


async def test_a_renewal_that_is_told_to_stop_is_saved(
    vault: Vault, clock: Clock, platform: Platform
) -> None:
    clock.turn(LIFE * 0.8)
    platform.asked.clear()
    platform.answer_after = 0.3
    renewing = asyncio.create_task(vault.renew(platform.renew))
    await platform.asked.wait()
    renewing.cancel()
    await asyncio.gather(renewing, return_exceptions=True)
    assert renewing.cancelled() and await vault.access() == "access-2"


async def test_a_token_that_is_refused_is_renewed_unless_it_was_meanwhile(
    vault: Vault, platform: Platform
) -> None:
    await vault.doubt("access-0")
    await vault.renew(platform.renew)
    assert platform.given == 1, "that one is gone already"
    await vault.doubt("access-1")
    await vault.renew(platform.renew)
    assert await vault.access() == "access-2"


async def test_a_refresh_token_that_was_used_needs_help_and_what_is_left_goes_on(
    vault: Vault, clock: Clock, platform: Platform
) -> None:
    platform.refresh = "elsewhere"
    clock.turn(LIFE * 0.8)
    with pytest.raises(NeedsHelp):
        await vault.renew(platform.renew)
    assert await vault.access() == "access-1"
    await vault.adopt("elsewhere", platform.renew)
    assert await vault.access() == "access-2"


async def test_what_must_not_be_cut_off_is_bounded_all_the_same() -> None:
    task = asyncio.create_task(to_the_end(asyncio.sleep(60), 0.1))
    await asyncio.sleep(0.05)
    task.cancel()
    async with asyncio.timeout(5):
        await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
