"""A base goes live: what waits and is answered now is closed and told, changed answers are recalled once."""

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from shell_bot import HOUSE, LOAN, UNKNOWN, Bot, brain_of, words

from bot.errors import Unreachable
from bot.items import BY_BOT, ItemState, QueueFilter
from bot.kb import Knowledge, load
from bot.phrases import say
from bot.renewal import CALM, differs
from bot.store import tables

BARE = "ky thuat ghep canh buoi da xanh thang chap"
Edit = Callable[[list[dict[str, object]]], None]


@pytest.fixture
def edit(base: Path, tmp_path: Path, bot: Bot) -> Callable[[Edit], Knowledge]:
    """Change the base's entries and let it go live."""
    copy = tmp_path / "edited"
    shutil.copytree(base, copy)

    def change(how: Edit) -> Knowledge:
        path = copy / "regulations" / "all.yaml"
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
        how(rows)
        path.write_text(yaml.safe_dump(rows, allow_unicode=True, sort_keys=False), encoding="utf-8")
        bot.live.current = brain_of(load(copy))
        return bot.live.current.knowledge  # type: ignore[no-any-return]

    return change


def entry(rows: list[dict[str, object]], name: str) -> dict[str, object]:
    return next(row for row in rows if row["id"] == name)


def add_grafting(rows: list[dict[str, object]]) -> None:
    rows.append(
        {
            "id": "ghep-canh",
            "topic": "doi-song",
            "question": UNKNOWN,
            "answer": "Ghép mắt, 30 ngày sau mở dây.",
        }
    )


def change_loan(rows: list[dict[str, object]]) -> None:
    entry(rows, "vay-von")["answer"] = "Tối đa **200 triệu đồng**."


async def ask(bot: Bot, text: str, chat: str = "an") -> int:
    number = await bot.hears(text, chat)
    await bot.answers()
    return number


async def told(bot: Bot, number: int) -> list[str]:
    return [words(reply) for reply in (await bot.replies(number))[1:]]


async def goes_live(bot: Bot) -> None:
    await bot.gathering.gather_all()
    while await bot.renewal.try_open():
        pass


# --- what waits ----------------------------------------------------------------------------------


async def test_what_a_new_entry_answers_is_closed_and_its_askers_told(
    bot: Bot, edit: Callable[[Edit], Knowledge]
) -> None:
    numbers = [await ask(bot, text, chat) for text, chat in ((UNKNOWN, "an"), (BARE, "binh"))]
    other = await ask(bot, "cách ủ phân chuồng", "chi")
    await goes_live(bot)
    assert (await bot.reviewing.queue(QueueFilter())).total == 2, "nothing answers it yet"
    edit(add_grafting)
    await goes_live(bot)
    for number in numbers:
        [answer] = await told(bot, number)
        assert "Ghép mắt" in answer and say("told.by_base", number=number) in answer
    found = await bot.reviewing.item(numbers[0])
    assert found is not None
    assert (found.item.state, found.item.settled_by) == (ItemState.ANSWERED, BY_BOT)
    assert await told(bot, other) == []
    assert "Ghép mắt" in words(await bot.asks(UNKNOWN, "dung")), "the next one is answered straight away"


async def test_a_question_is_tried_once_on_a_base(bot: Bot, edit: Callable[[Edit], Knowledge]) -> None:
    await ask(bot, UNKNOWN)
    await bot.gathering.gather_all()
    assert [await bot.renewal.try_open() for _ in range(2)] == [0, 0], "it was asked on this very base"
    edit(change_loan)
    assert [await bot.renewal.try_open() for _ in range(2)] == [1, 0]


async def test_an_expert_can_hold_an_entry(bot: Bot, edit: Callable[[Edit], Knowledge]) -> None:
    number = await ask(bot, UNKNOWN)
    await bot.reviewing.hold("ghep-canh", "push:boss", held=True)
    edit(add_grafting)
    await goes_live(bot)
    assert await told(bot, number) == []
    await bot.reviewing.hold("ghep-canh", "push:boss", held=False)
    edit(change_loan)
    await goes_live(bot)
    assert len(await told(bot, number)) == 1


async def test_what_an_expert_works_on_is_left_to_them(bot: Bot, edit: Callable[[Edit], Knowledge]) -> None:
    number = await ask(bot, UNKNOWN)
    await bot.gathering.gather_all()
    await bot.reviewing.take(number, "push:boss")
    edit(add_grafting)
    await goes_live(bot)
    assert await told(bot, number) == []


async def test_what_an_expert_has_proposed_stays_theirs_until_it_is_merged_and_is_answered_then(
    bot: Bot, edit: Callable[[Edit], Knowledge]
) -> None:
    number = await ask(bot, UNKNOWN)
    await bot.gathering.gather_all()
    details = {"entry": "ghep-canh", "is_new": True, "commit": "c0"}
    await bot.reviewing.proposed(number, "push:boss", "de-xuat/ghep-canh", details)
    bot.clock.turn(24 * 3600)
    assert await bot.reviewing.give_back_late() == 0
    edit(change_loan)
    await goes_live(bot)
    assert await told(bot, number) == []
    edit(add_grafting)
    await goes_live(bot)
    await goes_live(bot)
    whole = await bot.reviewing.item(number)
    assert whole
    assert (whole.item.state, whole.item.settled_by, whole.item.branch) == (
        ItemState.ANSWERED,
        "push:boss",
        None,
    )
    assert ["Ghép mắt" in each for each in await told(bot, number)] == [True]


async def test_who_doubts_an_answer_is_not_told_the_same_again(
    bot: Bot, edit: Callable[[Edit], Knowledge]
) -> None:
    number = await ask(bot, LOAN)
    await bot.presses(f"d:{number}")
    before = len(await bot.replies(number))
    edit(add_grafting)
    await goes_live(bot)
    assert len(await bot.replies(number)) == before
    edit(change_loan)
    await goes_live(bot)
    assert "200 triệu" in words((await bot.replies(number))[-1])


async def test_who_refused_a_suggestion_is_not_told_it_unless_an_expert_says_so(
    bot: Bot, edit: Callable[[Edit], Knowledge]
) -> None:
    number = await ask(bot, HOUSE)
    await bot.presses(f"n:{number}")

    def add_variant(rows: list[dict[str, object]]) -> None:
        entry(rows, "nha-xay-moi")["variants"] = [HOUSE]

    edit(add_variant)
    await goes_live(bot)
    assert "40 triệu" in words((await bot.replies(number))[-1])


# --- what was given ------------------------------------------------------------------------------


async def test_who_got_an_answer_that_changed_gets_one_notice(
    bot: Bot, edit: Callable[[Edit], Knowledge]
) -> None:
    number = await ask(bot, LOAN)
    await ask(bot, LOAN)
    await ask(bot, "thẻ bảo hiểm y tế cho người nghèo", "binh")
    knowledge = edit(change_loan)
    assert await bot.renewal.recall() == 1
    notices = [words(reply) for row in (number, number + 1) for reply in (await bot.replies(row))[1:]]
    [notice] = notices
    assert notice.startswith(say("recall.head"))
    assert knowledge.entries["vay-von"].question in notice
    assert await bot.renewal.recall() == 0, "once"
    await bot.sends()
    assert "200 triệu" in words(await bot.asks("/cauhoi")) or "200 triệu" in words(
        await bot.presses("e:vay-von")
    )


async def test_a_withdrawn_answer_is_recalled_and_a_renamed_one_is_not(
    bot: Bot, edit: Callable[[Edit], Knowledge]
) -> None:
    loan = await ask(bot, LOAN)
    health = await ask(bot, "thẻ bảo hiểm y tế cho người nghèo", "binh")

    def change(rows: list[dict[str, object]]) -> None:
        rows.remove(entry(rows, "vay-von"))
        entry(rows, "bao-hiem-y-te")["id"] = "the-bao-hiem"

    edit(change)
    assert await bot.renewal.recall() == 1
    [notice] = await told(bot, loan)
    assert say("recall.gone", question=LOAN) in notice
    assert await told(bot, health) == []


@pytest.mark.parametrize(
    ("field", "value", "is_told"),
    [
        ("answer", "Tối đa **100 triệu đồng** .", False),
        ("answer", "tối đa 100 triệu đồng", False),
        ("answer", "Tối đa **120 triệu đồng**.", True),
        ("answer", "Không được vay.", True),
        ("valid_to", "2026-12-31", True),
        ("status", "checked", False),
        ("question", "Hộ nghèo được vay tối đa bao nhiêu?", False),
        ("variants", ["vay vốn được mấy triệu"], False),
    ],
)
async def test_only_a_change_of_substance_is_told(
    bot: Bot, edit: Callable[[Edit], Knowledge], field: str, value: object, is_told: bool
) -> None:
    number = await ask(bot, LOAN)

    def change(rows: list[dict[str, object]]) -> None:
        entry(rows, "vay-von")[field] = value
        entry(rows, "vay-von")["see_also"] = []

    edit(change)
    assert await bot.renewal.recall() == int(is_told)
    assert len(await told(bot, number)) == int(is_told)


async def test_what_was_given_long_ago_is_not_recalled(bot: Bot, edit: Callable[[Edit], Knowledge]) -> None:
    await ask(bot, LOAN)
    bot.clock.turn(timedelta(days=31).total_seconds())
    edit(change_loan)
    assert await bot.renewal.recall() == 0


async def test_who_wishes_no_messages_is_not_recalled_and_the_gone_are_told_later(
    bot: Bot, edit: Callable[[Edit], Knowledge]
) -> None:
    quiet, gone = await ask(bot, LOAN, "quiet"), await ask(bot, LOAN, "gone")
    await bot.asks("/tatbao", "quiet")
    await bot.sends()
    edit(change_loan)
    await bot.renewal.recall()
    bot.platform.script = [Unreachable("blocked")]
    await bot.sends()
    assert await told(bot, quiet) == []
    await ask(bot, UNKNOWN, "gone")
    assert len(await told(bot, gone)) == 2, "the part that was refused, and the one that is said now"
    assert {row.state for row in await bot.rows(tables.tellings)} == {"unwanted", "sent"}


async def test_nobody_is_told_while_the_base_is_still_being_edited(
    bot: Bot, edit: Callable[[Edit], Knowledge]
) -> None:
    await ask(bot, LOAN)
    assert await bot.renewal.recall_when_calm() == 0
    edit(change_loan)
    assert await bot.renewal.recall_when_calm() == 0
    bot.clock.turn(CALM.total_seconds() - 10)
    edit(add_grafting)
    assert await bot.renewal.recall_when_calm() == 0
    bot.clock.turn(CALM.total_seconds() + 10)
    assert await bot.renewal.recall_when_calm() == 1
    assert await bot.renewal.recall_when_calm() == 0


async def test_several_changed_answers_are_one_notice(bot: Bot, edit: Callable[[Edit], Knowledge]) -> None:
    for question in (LOAN, "thẻ bảo hiểm y tế cho người nghèo", "xây nhà mới"):
        await ask(bot, question)

    def change(rows: list[dict[str, object]]) -> None:
        for row in rows:
            row["answer"] = f"Mới: 7 {row['id']}"

    edit(change)
    assert await bot.renewal.recall() == 1
    assert sum(row.part.startswith("told") for row in await bot.rows(tables.outbox)) == 1


def test_an_answer_that_differs_in_nothing_does_not_differ(knowledge: Knowledge) -> None:
    for one in knowledge.entries.values():
        assert not differs(json.loads(one.content), one)
