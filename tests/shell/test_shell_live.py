"""The base on disk is edited while the bot answers: a good one swaps in whole, a broken one never does."""

import asyncio
import gc
import shutil
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from shell_bot import LOAN, Bot, Held, brain_of, until, words

from bot.domain import Wishes
from bot.errors import KnowledgeError
from bot.kb import load
from bot.live import Live
from bot.store import Database, tables

BROKEN = "- id: hong\n  question: [\n"
SETTLED = 1.2  # s until a watch that has begun took its first look


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Matchers built before; a build takes a second."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def copy(base: Path, tmp_path: Path) -> Path:
    """The base, to be edited."""
    return shutil.copytree(base, tmp_path / "copy")


@pytest.fixture
def sqlite_bot(sqlite, knowledge) -> Bot:  # type: ignore[no-untyped-def]
    return Bot(Database(sqlite()), knowledge)


@pytest.fixture
async def bot(sqlite_bot: Bot) -> AsyncIterator[Bot]:
    await sqlite_bot.database.upgrade()
    yield sqlite_bot
    await sqlite_bot.database.close()


@pytest.fixture
async def live(copy: Path, cache: Path, bot: Bot) -> Live:
    live = Live(copy, Wishes(), bot.notices.base_is_broken, cache)
    await live.load()
    return live


@asynccontextmanager
async def watched(live: Live) -> AsyncIterator[Live]:
    task = asyncio.create_task(live.watch())
    try:
        yield live
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def edit(base: Path, before: str, after: str) -> None:
    path = base / "regulations" / "all.yaml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


async def told(bot: Bot) -> int:
    return len(await bot.rows(tables.outbox))


async def test_a_bot_does_not_start_on_a_broken_base(copy: Path) -> None:
    (copy / "regulations" / "x.yaml").write_text(BROKEN, encoding="utf-8")
    live = Live(copy, Wishes(), _nobody)
    with pytest.raises(KnowledgeError):
        await live.load()
    with pytest.raises(RuntimeError, match="load"):
        _ = live.current


async def test_a_broken_base_is_reported_once_and_the_last_good_one_goes_on_serving(
    live: Live, copy: Path, bot: Bot
) -> None:
    good, broken = live.current, copy / "regulations" / "x.yaml"
    async with watched(live):
        broken.write_text(BROKEN, encoding="utf-8")
        await until(lambda: live.problems)
        assert live.current is good
        assert any("x.yaml" in repr(problem) for problem in live.problems)
        await until(lambda: told(bot))

        broken.touch()  # saved again, no better
        edit(copy, "100 triệu", "200 triệu")
        await asyncio.sleep(1)
        assert live.current is good
        assert await told(bot) == 1

        broken.unlink()
        await until(lambda: not live.problems)
        assert "200 triệu" in live.current.knowledge.entries["vay-von"].answer

        broken.write_text(BROKEN, encoding="utf-8")  # the same mistake, another day
        await until(lambda: live.problems)
        await until(lambda: _is_told(bot, 2))
    [part, _] = await bot.rows(tables.outbox)
    assert part.chat == "boss" and "x.yaml" in repr(part.payload)


async def _is_told(bot: Bot, times: int) -> bool:
    return await told(bot) == times


async def test_what_is_saved_unchanged_is_not_built_anew(live: Live, copy: Path) -> None:
    before = live.current
    await live.load()
    assert live.current is before
    edit(copy, "100 triệu", "200 triệu")
    await live.load()
    assert live.current is not before


async def test_a_base_is_left_alone_by_the_collector_and_gone_when_it_is_replaced(
    live: Live, copy: Path
) -> None:
    before = [weakref.ref(live.current.knowledge), weakref.ref(live.current.matcher)]
    gc.disable()
    try:
        edit(copy, "100 triệu", "200 triệu")
        await live.load()
        assert [gone() for gone in before] == [None, None], "a cycle in it would never be collected"
        looked_through = {id(each) for each in gc.get_objects()}
        assert not looked_through & {id(live.current.knowledge), id(live.current.matcher)}
    finally:
        gc.enable()


async def test_a_change_between_loading_and_watching_is_not_missed(live: Live, copy: Path) -> None:
    edit(copy, "100 triệu", "200 triệu")
    async with watched(live):
        await until(lambda: "200 triệu" in live.current.knowledge.entries["vay-von"].answer)


def move(source: Path, target: Path) -> Path:
    return source.rename(target)


def move_another_in(base: Path, another: Path) -> None:
    move(base, base.with_name("old"))
    move(another, base)


def copy_another_in(base: Path, another: Path) -> None:
    shutil.rmtree(base)
    shutil.copytree(another, base)  # as a rule under the inode number of the one just deleted


@pytest.mark.parametrize("swap", [move_another_in, copy_another_in])
async def test_a_directory_put_in_the_place_of_the_base_is_served_and_watched(
    live: Live, copy: Path, swap: Callable[[Path, Path], None]
) -> None:
    another = shutil.copytree(copy, copy.with_name("another"))
    edit(another, "100 triệu", "200 triệu")
    async with watched(live):
        await asyncio.sleep(SETTLED)
        swap(copy, another)
        await until(lambda: answers(live, "200 triệu"))
        await asyncio.sleep(SETTLED)
        edit(copy, "200 triệu", "300 triệu")
        await until(lambda: answers(live, "300 triệu"))


async def test_a_link_turned_to_another_base_is_followed(
    copy: Path, cache: Path, bot: Bot, tmp_path: Path
) -> None:
    another = shutil.copytree(copy, tmp_path / "another")
    edit(another, "100 triệu", "200 triệu")
    link = tmp_path / "link"
    link.symlink_to(copy)
    live = Live(link, Wishes(), bot.notices.base_is_broken, cache)
    await live.load()
    async with watched(live):
        await asyncio.sleep(SETTLED)
        (tmp_path / "turned").symlink_to(another)
        (tmp_path / "turned").replace(link)
        await until(lambda: answers(live, "200 triệu"))
        edit(another, "200 triệu", "300 triệu")
        await until(lambda: answers(live, "300 triệu"))


async def test_while_the_directory_is_missing_that_is_reported_once_and_the_last_good_base_serves(
    live: Live, copy: Path, bot: Bot
) -> None:
    good = live.current
    async with watched(live):
        await asyncio.sleep(SETTLED)
        away = move(copy, copy.with_name("away"))
        await until(lambda: _is_told(bot, 1))
        await asyncio.sleep(3 * SETTLED)
        assert live.problems and live.current is good
        assert await told(bot) == 1
        move(away, copy)
        await until(lambda: not live.problems)
        edit(copy, "100 triệu", "200 triệu")
        await until(lambda: answers(live, "200 triệu"))


def answers(live: Live, words: str) -> bool:
    return words in live.current.knowledge.entries["vay-von"].answer


async def test_admins_who_could_not_be_told_are_told_later(copy: Path, cache: Path) -> None:
    attempts = []

    async def tell(problems: object) -> None:
        attempts.append(problems)
        if len(attempts) == 1:
            raise OSError("the database is away")

    live = Live(copy, Wishes(), tell, cache)
    await live.load()
    (copy / "regulations" / "x.yaml").write_text(BROKEN, encoding="utf-8")
    with pytest.raises(OSError, match="away"):
        async with asyncio.timeout(10):
            await live.watch()
    assert live.problems
    async with watched(live):  # started again, as every task is
        await until(lambda: len(attempts) == 2)


async def test_a_question_in_work_keeps_the_base_that_it_began_with(bot: Bot, copy: Path) -> None:
    old = brain_of(bot.knowledge)
    edit(copy, "100 triệu", "200 triệu")
    new = brain_of(load(copy))
    match_all, matching, swapped = old.matcher.match_all, asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    class Slow:
        thresholds = old.matcher.thresholds
        understand = staticmethod(old.matcher.understand)

        def knowing(self, _texts: object) -> "Slow":
            return self

        def match_all(self, texts: list[str]) -> object:
            loop.call_soon_threadsafe(matching.set)
            asyncio.run_coroutine_threadsafe(swapped.wait(), loop).result(10)
            return match_all(texts)

    held: Held = bot.live
    held.current = type(old)(old.knowledge, Slow())  # type: ignore[arg-type]
    number = await bot.hears(LOAN)
    working = asyncio.create_task(bot.answers())
    async with asyncio.timeout(10):
        await matching.wait()
    held.current = new
    swapped.set()
    await working
    [reply] = await bot.replies(number)
    assert "100 triệu" in words(reply)
    assert [row.base for row in await bot.rows(tables.exchanges)] == [old.knowledge.version]
    assert "200 triệu" in words(await bot.asks(LOAN))


async def test_a_pasted_code_opens_exactly_the_text_that_was_shown(bot: Bot, copy: Path) -> None:
    shown = words(await bot.asks(LOAN))
    code = next(line for line in shown.splitlines() if "vay-von ·" in line)
    edit(copy, "100 triệu", "200 triệu")
    bot.live.current = brain_of(load(copy))
    for pasted in (code, code.upper(), f"  {code}  ", code.removeprefix("Mã ").rsplit(" · ", 1)[0]):
        reply = words(await bot.asks(pasted))
        assert "100 triệu" in reply and "200 triệu" not in reply
        assert say_changed(reply)
    assert "200 triệu" in words(await bot.asks(LOAN))


async def test_a_code_of_an_entry_that_is_gone_still_opens_its_text(bot: Bot, copy: Path) -> None:
    await bot.asks(LOAN)
    code = bot.knowledge.entries["vay-von"].version[:4]
    edit(copy, "id: vay-von", "id: vay-von-moi")
    bot.live.current = brain_of(load(copy))
    assert "100 triệu" in words(await bot.asks(f"vay-von bản {code}"))


def say_changed(reply: str) -> bool:
    return "nay đã thay đổi" in reply


async def _nobody(_problems: object) -> None:
    raise AssertionError("told of a base that never served")
