"""Two texts of an entry whose codes begin alike: each code opens its own text, or the bot asks which."""

import hashlib
import shutil
from itertools import count
from pathlib import Path

import pytest
from shell_bot import LOAN, Bot, brain_of, words

from bot.domain import CODE_DIGITS, Snapshot
from bot.kb import Knowledge, load
from bot.store import exchanges, tables


def _first_digits(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()[:4]


def _code(reply: str) -> str:
    return next(line for line in reply.splitlines() if "vay-von · bản" in line)


@pytest.fixture
def alike(bot: Bot) -> str:
    """What the answer's "100 triệu" becomes in a text whose code begins like that of the first."""
    content = bot.knowledge.entries["vay-von"].content
    wanted = _first_digits(content)
    sums = (f"{number} triệu" for number in count(1000))
    return next(one for one in sums if _first_digits(content.replace("100 triệu", one)) == wanted)


@pytest.fixture
def edited(base: Path, tmp_path: Path, alike: str) -> Path:
    copy = shutil.copytree(base, tmp_path / "copy")
    file = copy / "regulations" / "all.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("100 triệu", alike), encoding="utf-8")
    return copy


async def test_a_code_that_begins_like_an_older_one_is_longer_and_opens_its_own_text(
    bot: Bot, edited: Path, alike: str
) -> None:
    first = _code(words(await bot.asks(LOAN)))
    bot.live.current = brain_of(load(edited))
    second = _code(words(await bot.asks(LOAN)))
    assert len(await bot.rows(tables.snapshots)) == 2
    assert len(second) > len(first)
    assert alike in words(await bot.asks(second))


async def test_a_code_that_has_become_that_of_two_texts_is_answered_with_both_longer_codes(
    bot: Bot, edited: Path, alike: str
) -> None:
    first = _code(words(await bot.asks(LOAN)))
    bot.live.current = brain_of(load(edited))
    bot.clock.turn(60)
    await bot.asks(LOAN)
    asked = words(await bot.asks(first))
    assert "2 nội dung" in asked
    assert "100 triệu" not in asked and alike not in asked
    older, newer = (line for line in asked.splitlines() if "vay-von · bản" in line)
    assert "100 triệu" in words(await bot.asks(older))
    assert alike in words(await bot.asks(newer))


async def test_what_an_expert_sends_has_a_code_of_its_own_too(bot: Bot, edited: Path, alike: str) -> None:
    number = await bot.hears(LOAN)
    await bot.answers()
    await bot.presses(f"x:{number}")
    [first] = [_code(words(reply)) for reply in await bot.replies(number) if "vay-von ·" in words(reply)]
    bot.live.current = brain_of(load(edited))
    await bot.answer(number, entry="vay-von")
    told = _code(words((await bot.replies(number))[-1]))
    assert len(told) > len(first)
    assert alike in words(await bot.asks(told))


async def test_that_two_old_texts_are_alike_makes_no_other_code_longer(
    bot: Bot, knowledge: Knowledge
) -> None:
    old = [Snapshot("vay-von", f"0000{end}", "cũ", bot.clock()) for end in ("aa", "bb")]
    async with bot.database.writing() as connection:
        await exchanges.keep(connection, *old)
    code = _code(words(await bot.asks(LOAN)))
    assert f"bản {knowledge.entries['vay-von'].version[:CODE_DIGITS]} " in code
