"""A reviewer types /web and gets a link that lets them in; nobody else does, and no group reads it."""

import re

import pytest
from shell_bot import Bot, words

from bot.domain import Reply, Reviewer, Role
from bot.kb import Knowledge
from bot.phrases import say
from bot.signing_in import SignIn
from bot.store import Database, tables
from bot.talks import Rules

LAN = Reviewer("push:lan", "Nguyễn Thị Lan", Role.EXPERT)
ADDRESS = "https://bot.example"


@pytest.fixture
def bot(database: Database, knowledge: Knowledge) -> Bot:
    bot = Bot(database, knowledge)
    sign_in = SignIn(database, {LAN.person: LAN}, ADDRESS, bot.clock)
    return Bot(database, knowledge, bot.clock, rules=Rules(frozenset(), b"k", 1000, sign_in.invitation))


def link_in(reply: Reply) -> str | None:
    found = re.search(rf"{ADDRESS}/console/enter/([\w-]+)", words(reply))
    return found[1] if found else None


async def test_a_reviewer_gets_a_link_that_lets_them_in(bot: Bot) -> None:
    reply = await bot.asks("/web", chat="lan")
    secret = link_in(reply)
    assert secret
    assert LAN.name in words(reply)
    assert "19:10" in words(reply)  # in Vietnam, ten minutes on
    sign_in = SignIn(bot.database, {LAN.person: LAN}, ADDRESS, bot.clock)
    cookie = await sign_in.enter(secret)
    assert cookie
    visit = await sign_in.visit(cookie)
    assert visit
    assert visit.reviewer == LAN
    assert await sign_in.enter(secret) is None


async def test_every_link_is_another(bot: Bot) -> None:
    assert link_in(await bot.asks("/web", chat="lan")) != link_in(await bot.asks("/web", chat="lan"))


async def test_anybody_else_is_told_what_the_bot_can_do(bot: Bot) -> None:
    reply = await bot.asks("/web", chat="an")
    assert link_in(reply) is None
    assert words(reply).startswith(say("help.text"))
    assert await bot.rows(tables.invitations) == []


async def test_in_a_group_nobody_gets_one(bot: Bot) -> None:
    reply = await bot.asks("/web", chat="group", asker="lan")
    assert link_in(reply) is None
    assert words(reply) == say("sign_in.in_private")
    assert await bot.rows(tables.invitations) == []
    assert words(await bot.asks("/web", chat="group", asker="an")).startswith(say("help.text"))
