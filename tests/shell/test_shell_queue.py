"""The experts' queue: one question is one item whoever asks it, every act is kept, and can be taken back."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from shell_bot import COUNTRYSIDE, HOUSE, LOAN, UNKNOWN, Bot, has_title, words

from bot.answering import MOST_ATTEMPTS
from bot.domain import Reason
from bot.errors import Overtaken, Unreachable
from bot.gathering import Gathering
from bot.items import BY_BOT, ActKind, Item, ItemState, QueueFilter, QueueOrder, Whole
from bot.phrases import say
from bot.reviewing import TAKEN_FOR, conflict_text
from bot.store import tables

BARE = "ky thuat ghep canh buoi da xanh thang chap"
POLITE = "dạ cho em hỏi kỹ thuật ghép cành bưởi da xanh tháng chạp ạ"
OTHER = "cách ủ phân chuồng hoai mục bằng nấm đối kháng"
EXPERT, SECOND = "push:boss", "push:deputy"


async def ask(bot: Bot, text: str, chat: str = "an") -> int:
    number = await bot.hears(text, chat)
    await bot.answers()
    return number


async def gathered(bot: Bot, **wanted: object) -> tuple[Item, ...]:
    await bot.gathering.gather_all()
    return (await bot.reviewing.queue(QueueFilter(**wanted))).items  # type: ignore[arg-type]


async def whole(bot: Bot, number: int) -> Whole:
    await bot.gathering.gather_all()
    found = await bot.reviewing.item(number)
    assert found is not None
    return found


async def told(bot: Bot, number: int) -> list[str]:
    """What was said about a question after the first reply to it."""
    return [words(reply) for reply in (await bot.replies(number))[1:]]


@pytest.fixture
async def three(bot: Bot) -> list[int]:
    """Three people who ask the same in three wordings."""
    return [await ask(bot, text, chat) for text, chat in ((UNKNOWN, "an"), (BARE, "binh"), (POLITE, "chi"))]


# --- one item ------------------------------------------------------------------------------------


async def test_one_question_in_three_wordings_is_one_item(bot: Bot, three: list[int]) -> None:
    other = await ask(bot, OTHER, "dung")
    items = await gathered(bot)
    assert [(item.number, item.askers, item.asked) for item in items] == [(three[0], 3, 3), (other, 1, 1)]
    found = await whole(bot, three[2])
    assert found.item.number == three[0], "any of its questions finds it"
    assert [wording.text for wording in found.wordings] == [UNKNOWN, BARE, POLITE]
    assert [(asker.channel, asker.count) for asker in found.askers] == [("push", 3)]
    assert found.nearest[0].entry == "hoc-phi"
    assert found.item.reason is Reason.NO_MATCH


async def test_one_person_who_asks_again_counts_once(bot: Bot) -> None:
    for text in (UNKNOWN, BARE):
        await ask(bot, text)
    [item] = await gathered(bot)
    assert (item.askers, item.asked) == (1, 2)


async def test_it_makes_no_difference_when_the_questions_are_grouped(bot: Bot, three: list[int]) -> None:
    [first] = await gathered(bot)
    later = await ask(bot, BARE, "dung")
    bot.gathering = Gathering(bot.database)  # another process, or the next start
    [item] = await gathered(bot)
    assert item.id == first.id and item.asked == 4
    assert (await whole(bot, later)).item.id == first.id


async def test_two_processes_that_group_at_once_make_one_item(bot: Bot, three: list[int]) -> None:
    others = [Gathering(bot.database) for _ in range(4)]
    await asyncio.gather(*(each.gather_all() for each in others))
    [item] = await gathered(bot)
    assert item.asked == 3


async def test_what_was_settled_does_not_swallow_what_is_asked_anew(bot: Bot, three: list[int]) -> None:
    await bot.answer(three[0], note="Xem mục sinh kế.")
    again = [await ask(bot, BARE, chat) for chat in ("dung", "em")]
    items = await gathered(bot)
    assert [(item.number, item.asked) for item in items] == [(again[0], 2)]


async def test_many_settled_ones_do_not_hide_the_one_that_waits(bot: Bot) -> None:
    for round_ in range(3):
        for chat in range(8):
            await ask(bot, UNKNOWN, f"{round_}-{chat}")
        [item] = await gathered(bot)
        assert item.asked == 8
        await bot.answer(item.number, note="Đã trả lời.")
    waits = await ask(bot, UNKNOWN, "an")
    await gathered(bot)
    await ask(bot, UNKNOWN, "binh")
    [item] = await gathered(bot)
    assert (item.number, item.asked) == (waits, 2)


async def test_what_may_be_the_same_is_shown_to_be_merged(bot: Bot) -> None:
    one = await ask(bot, "kỹ thuật ghép cành bưởi da xanh tháng chạp")
    two = await ask(bot, "kỹ thuật ghép cành cam sành tháng chạp", "binh")
    await ask(bot, OTHER, "chi")
    assert len(await gathered(bot)) == 3
    alike = await bot.gathering.alike((await whole(bot, one)).item)
    assert [item.number for item in alike] == [two]


async def test_the_documents_that_askers_name_are_shown(bot: Bot) -> None:
    number = await ask(bot, "thông tư 55/2023/TT-BTC nói gì về kỹ thuật ghép cành bưởi")
    assert (await whole(bot, number)).documents == ("55/2023/TT-BTC",)


async def test_questions_of_an_older_version_of_the_bot_are_grouped_too(bot: Bot, three: list[int]) -> None:
    async with bot.database.writing() as connection:
        await connection.exec_driver_sql("UPDATE waiting SET folded = NULL, asker = NULL, base = NULL")
    [item] = await gathered(bot)
    assert (item.asked, item.askers) == (3, 3)


# --- the queue -----------------------------------------------------------------------------------


async def test_most_askers_come_first_then_the_oldest(bot: Bot) -> None:
    lone = await ask(bot, OTHER, "dung")
    bot.clock.turn(60)
    younger = await ask(bot, "giá thức ăn chăn nuôi lợn rừng", "em")
    for chat in ("an", "binh"):
        bot.clock.turn(60)
        await ask(bot, UNKNOWN, chat)
    assert [item.asked for item in await gathered(bot)] == [2, 1, 1]
    assert [item.number for item in await gathered(bot)][1:] == [lone, younger]
    by_age = await gathered(bot, order=QueueOrder.AGE)
    assert [item.number for item in by_age][:2] == [lone, younger]


async def test_the_queue_is_searched_without_diacritics(bot: Bot, three: list[int]) -> None:
    await ask(bot, OTHER, "dung")
    for text in ("bưởi", "BUOI da", "ghép  cành", f"#{three[1]}"):
        assert [item.number for item in await gathered(bot, text=text)] == [three[0]], text
    for text in ("xoài", "buoi phan", "%", "_", "\\", "'; DROP TABLE items"):
        assert await gathered(bot, text=text) == (), text


async def test_the_queue_is_filtered(bot: Bot, three: list[int]) -> None:
    bot.clock.turn(3600)
    off_topic = await ask(bot, COUNTRYSIDE, "dung")
    now = bot.clock()
    await gathered(bot)
    await bot.reviewing.take(three[0], EXPERT)

    async def numbers(**wanted: object) -> list[int]:
        return [item.number for item in await gathered(bot, **wanted)]

    assert await numbers(reason=Reason.OFF_TOPIC) == [off_topic]
    assert await numbers(states=(ItemState.TAKEN,)) == [three[0]]
    assert await numbers(states=(ItemState.NEW,)) == [off_topic]
    assert await numbers(since=now - timedelta(minutes=1)) == [off_topic]
    assert await numbers(until=now - timedelta(minutes=1)) == [three[0]]
    assert await numbers(channel="push") == [three[0], off_topic]
    assert await numbers(channel="web") == []


async def test_the_queue_is_filtered_by_topic_and_province(bot: Bot) -> None:
    await bot.asks("/tinh sơn la", "an")
    topical = await ask(bot, HOUSE)
    await bot.presses(f"n:{topical}")
    await ask(bot, OTHER, "binh")
    [by_province] = await gathered(bot, province="Sơn La")
    assert by_province.number == topical
    [by_topic] = await gathered(bot, topic="doi-song", reason=Reason.NONE_OF_THESE)
    assert by_topic.number == topical
    assert (await whole(bot, topical)).askers[0].province == "Sơn La"


async def test_the_queue_comes_in_pages(bot: Bot) -> None:
    texts = ("ghép bưởi", "ủ phân chuồng", "nuôi ong mật", "trồng cây mắc ca", "đào giếng khoan")
    numbers = [await ask(bot, text, text) for text in texts]
    await bot.gathering.gather_all()
    pages = [await bot.reviewing.queue(QueueFilter(), page, size=2) for page in range(4)]
    assert [item.number for page in pages for item in page.items] == numbers
    assert [(page.total, page.has_more) for page in pages] == [(5, True), (5, True), (5, False), (5, False)]


# --- who works on it -------------------------------------------------------------------------------


async def test_a_taken_item_is_kept_from_others(bot: Bot, three: list[int]) -> None:
    await gathered(bot)
    await bot.reviewing.take(three[0], EXPERT)
    for act in (
        bot.reviewing.take(three[1], SECOND),
        bot.reviewing.give_back(three[1], SECOND),
        bot.reviewing.answer(three[1], SECOND, "vay-von"),
        bot.reviewing.not_ours(three[1], SECOND, Reason.OFF_TOPIC),
        bot.reviewing.ask_back(three[1], SECOND, "Ở xã nào?"),
        bot.reviewing.split(three[1], [1], SECOND),
    ):
        with pytest.raises(Overtaken) as refused:
            await act
        assert EXPERT in conflict_text(refused.value)
    assert (await whole(bot, three[0])).item.taken_by == EXPERT
    assert len(await bot.rows(tables.acts)) == 1


async def test_two_who_take_at_once_do_not_both_get_it(bot: Bot, three: list[int]) -> None:
    await gathered(bot)
    names = [f"push:{name}" for name in range(6)]
    taken = await asyncio.gather(
        *(bot.reviewing.take(three[0], name) for name in names), return_exceptions=True
    )
    assert sum(isinstance(each, Overtaken) for each in taken) == len(names) - 1


async def test_two_who_answer_at_once_tell_the_askers_once(bot: Bot, three: list[int]) -> None:
    await gathered(bot)
    answered = await asyncio.gather(
        *(bot.reviewing.answer(three[0], name, "vay-von") for name in (EXPERT, SECOND)),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Overtaken) for each in answered) == 1
    assert [len(await told(bot, number)) for number in three] == [1, 1, 1]


async def test_an_item_is_given_back(bot: Bot, three: list[int]) -> None:
    await gathered(bot)
    await bot.reviewing.take(three[0], EXPERT)
    await bot.reviewing.give_back(three[0], EXPERT)
    await bot.reviewing.take(three[0], SECOND)
    assert (await whole(bot, three[0])).item.taken_by == SECOND
    with pytest.raises(Overtaken):
        await bot.reviewing.give_back(three[0], EXPERT)


async def test_an_item_that_is_taken_and_forgotten_is_given_back_by_itself(
    bot: Bot, three: list[int]
) -> None:
    await gathered(bot)
    await bot.reviewing.take(three[0], EXPERT)
    bot.clock.turn(TAKEN_FOR.total_seconds() - 60)
    assert await bot.reviewing.give_back_late() == 0
    bot.clock.turn(120)
    assert await bot.reviewing.give_back_late() == 1
    found = await whole(bot, three[0])
    assert (found.item.state, found.item.taken_by) == (ItemState.NEW, None)
    assert [(act.kind, act.by) for act in found.acts] == [
        (ActKind.TOOK, EXPERT),
        (ActKind.GAVE_BACK, BY_BOT),
    ]


async def test_a_forgotten_item_can_be_taken_before_anybody_gives_it_back(bot: Bot, three: list[int]) -> None:
    await gathered(bot)
    await bot.reviewing.take(three[0], EXPERT)
    bot.clock.turn(TAKEN_FOR.total_seconds() + 60)
    await bot.reviewing.take(three[0], SECOND)
    assert (await whole(bot, three[0])).item.taken_by == SECOND


# --- telling those who asked -----------------------------------------------------------------------


async def test_every_asker_is_told_once_in_their_own_words(bot: Bot, three: list[int]) -> None:
    await gathered(bot)
    await bot.sends()
    bot.platform.sent.clear()
    await bot.reviewing.answer(three[1], EXPERT, "vay-von")
    for number, text in zip(three, (UNKNOWN, BARE, POLITE), strict=True):
        [answer] = await told(bot, number)
        assert text in answer and "100 triệu" in answer and f"#{number}" in answer
    await bot.sends()
    assert sorted(chat for chat, _ in bot.platform.sent) == ["an", "binh", "chi"]
    found = await whole(bot, three[0])
    assert (found.item.state, found.item.entry, found.item.settled_by) == (
        ItemState.ANSWERED,
        "vay-von",
        EXPERT,
    )
    assert {row.state for row in await bot.rows(tables.tellings)} == {"sent"}


async def test_who_asked_three_times_is_told_once(bot: Bot) -> None:
    numbers = [await ask(bot, text) for text in (UNKNOWN, BARE, POLITE)]
    await bot.answer(numbers[0], note="Hỏi trung tâm khuyến nông.")
    assert [len(await told(bot, number)) for number in numbers] == [0, 0, 1]
    assert words(await bot.asks("/cauhoi")).count("chuyên gia đã trả lời") == 3


async def test_who_asks_while_it_is_answered_is_not_left_out(bot: Bot, three: list[int]) -> None:
    await gathered(bot)
    late, _ = await asyncio.gather(
        _ask_and_group(bot, "dung"), bot.reviewing.answer(three[0], EXPERT, "vay-von")
    )
    is_told = len(await told(bot, late)) == 1
    assert is_told == ((await whole(bot, late)).item.state is ItemState.ANSWERED)


async def _ask_and_group(bot: Bot, chat: str) -> int:
    number = await ask(bot, BARE, chat)
    await bot.gathering.gather_all()
    return number


async def test_who_wishes_no_messages_gets_none_and_finds_the_answer_all_the_same(
    bot: Bot, three: list[int]
) -> None:
    await bot.asks("/tatbao", "binh")
    await bot.answer(three[0], entry="vay-von")
    assert [len(await told(bot, number)) for number in three] == [1, 0, 1]
    assert "chuyên gia đã trả lời" in words(await bot.asks("/cauhoi", "binh"))
    await bot.asks("/batbao", "binh")
    assert [len(await told(bot, number)) for number in three] == [1, 0, 1]


async def test_what_a_blocked_chat_would_have_been_told_is_said_when_it_writes_again(
    bot: Bot, three: list[int]
) -> None:
    await bot.sends()
    await bot.answer(three[0], entry="vay-von")
    bot.platform.script = [Unreachable("blocked")]  # the first of the three
    await bot.sends()
    states = {row.chat: row.state for row in await bot.rows(tables.tellings)}
    assert sorted(states.values()) == ["kept", "sent", "sent"]
    [lost] = [chat for chat, state in states.items() if state == "kept"]
    bot.platform.sent.clear()
    again = await ask(bot, OTHER, lost)
    await bot.sends()
    said = [part["reply"] for chat, part in bot.platform.sent if chat == lost]
    assert len(said) == 2 and "100 triệu" in repr(said[1])
    assert [row.state for row in await bot.rows(tables.tellings)] == ["sent"] * 3
    assert await bot.rows(tables.lost) == []
    await ask(bot, LOAN, lost)
    assert len(await told(bot, again)) == 0 and len(await bot.replies(three[0])) <= 3


async def test_a_chat_that_is_known_to_be_gone_is_not_knocked_at(bot: Bot, three: list[int]) -> None:
    await bot.sends()
    bot.platform.script = [Unreachable("kicked")] * 3
    await bot.answer(three[0], note="Một.")
    await bot.sends()
    other = await ask(bot, OTHER, "an")  # back again
    assert len(await bot.rows(tables.lost)) == 2
    await bot.answer(other, note="Hai.")
    assert len(await told(bot, other)) == 1


async def test_outside_of_the_time_for_free_replies_an_answer_is_kept(bot: Bot, three: list[int]) -> None:
    bot.platform.can = replace(bot.platform.can, free_for=timedelta(days=2))
    bot.clock.turn(timedelta(days=3).total_seconds())
    await ask(bot, OTHER, "binh")
    await bot.answer(three[0], entry="vay-von")
    assert [len(await told(bot, number)) for number in three] == [0, 1, 0]
    await ask(bot, LOAN, "an")
    assert [len(await told(bot, number)) for number in three] == [1, 1, 0]


async def test_a_part_that_is_refused_twice_is_not_said_for_ever(bot: Bot, three: list[int]) -> None:
    await bot.sends()
    await bot.answer(three[0], note="Một.")
    for _ in range(3):
        bot.platform.script = [Unreachable("refused")] * 9
        await bot.sends()
        bot.platform.script = []
        await ask(bot, OTHER, "an")
    assert len(await told(bot, three[0])) == 2


# --- other ways to close it --------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [Reason.OFF_TOPIC, Reason.HOUSEHOLD, Reason.OTHER_BODY])
async def test_each_reason_why_it_is_not_ours_has_a_reply_of_its_own(
    bot: Bot, three: list[int], reason: Reason
) -> None:
    await gathered(bot)
    await bot.reviewing.not_ours(three[0], EXPERT, reason)
    [answer] = await told(bot, three[1])
    assert say(f"told.{reason.value}") in answer
    found = await whole(bot, three[0])
    assert (found.item.state, found.item.reason) == (ItemState.NOT_OURS, reason)


async def test_the_body_whose_task_it_is_is_named(bot: Bot, three: list[int]) -> None:
    await gathered(bot)
    await bot.reviewing.not_ours(three[0], EXPERT, Reason.OTHER_BODY, "Trung tâm Khuyến nông")
    assert "Trung tâm Khuyến nông" in (await told(bot, three[2]))[0]


async def test_a_reason_that_sends_nobody_away_is_refused(bot: Bot, three: list[int]) -> None:
    with pytest.raises(ValueError, match="away"):
        await bot.reviewing.not_ours(three[0], EXPERT, Reason.NO_MATCH)


async def test_an_entry_that_is_not_in_the_base_answers_nothing(bot: Bot, three: list[int]) -> None:
    await gathered(bot)
    with pytest.raises(Overtaken) as refused:
        await bot.reviewing.answer(three[0], EXPERT, "khong-co")
    assert "khong-co" in conflict_text(refused.value)
    assert (await whole(bot, three[0])).item.state is ItemState.NEW


# --- asking the askers -------------------------------------------------------------------------------


async def test_the_askers_are_asked_and_what_they_say_is_kept(bot: Bot, three: list[int]) -> None:
    await gathered(bot)
    await bot.reviewing.take(three[0], EXPERT)
    await bot.reviewing.ask_back(three[0], EXPERT, "Ở vùng nào?")
    assert (await whole(bot, three[0])).item.state is ItemState.ASKING
    [asked] = await told(bot, three[1])
    assert "Ở vùng nào?" in asked and BARE in asked
    await bot.presses(f"s:{three[1]}", "binh")
    thanks = words(await bot.asks("Ở vùng cao Lào Cai", "binh"))
    assert thanks == say("asked_back.thanks", number=three[1])
    found = await whole(bot, three[0])
    assert found.item.state is ItemState.TAKEN and found.item.taken_by == EXPERT
    assert found.acts[-1].kind is ActKind.REPLIED
    assert found.acts[-1].details["text"] == "Ở vùng cao Lào Cai"
    notices = [row for row in await bot.rows(tables.outbox) if row.chat == "boss"]
    assert "Ở vùng cao Lào Cai" in repr(notices[-1].payload)


async def test_a_reply_to_the_message_that_asks_is_understood(bot: Bot, three: list[int]) -> None:
    await gathered(bot)
    await bot.reviewing.ask_back(three[0], EXPERT, "Ở vùng nào?")
    await bot.sends()
    [ours] = [row.platform_id for row in await bot.rows(tables.outbox) if row.about == three[1]]
    for text in ("vùng cao", "4"):
        await bot.gets({"text": text, "to": ours}, "binh")
        await bot.answers()
        assert (await whole(bot, three[0])).acts[-1].details == {"number": three[1], "text": text}


@pytest.mark.parametrize("text", ["#{number} vùng cao", "#{number}: vùng cao", "#{number}\nvùng cao"])
async def test_a_text_that_begins_with_the_number_goes_to_the_expert(
    bot: Bot, three: list[int], text: str
) -> None:
    await gathered(bot)
    await bot.reviewing.ask_back(three[0], EXPERT, "Ở vùng nào?")
    await bot.asks(text.format(number=three[1]), "binh")
    assert (await whole(bot, three[0])).acts[-1].details["text"] == "vùng cao"


async def test_what_has_no_answer_is_taken_for_what_was_asked_back_and_can_be_a_question(
    bot: Bot, three: list[int]
) -> None:
    await gathered(bot)
    await bot.reviewing.ask_back(three[0], EXPERT, "Ở vùng nào?")
    said = await bot.hears("dạ vùng cao lạnh lắm", "binh")
    reply = await bot.reply_to(said)
    assert words(reply) == say("asked_back.perhaps", number=three[1])
    assert len(await gathered(bot)) == 1
    await bot.presses(f"x:{said}", "binh")
    assert len(await gathered(bot)) == 2
    assert "100 triệu" in words(await bot.asks(LOAN, "chi")), "what is answered is a question"


async def test_nobody_adds_to_somebody_elses_question(bot: Bot, three: list[int]) -> None:
    await gathered(bot)
    await bot.reviewing.ask_back(three[0], EXPERT, "Ở vùng nào?")
    for text in (f"#{three[0]} tôi nói thay", "Mức khác"):
        await bot.asks(text, "kẻ lạ")
    assert words(await bot.presses(f"s:{three[0]}", "kẻ lạ")) == say("press.stale")
    assert not [act for act in (await whole(bot, three[0])).acts if act.kind is ActKind.REPLIED]


# --- merge and split -----------------------------------------------------------------------------------


async def test_items_are_merged_and_all_askers_are_told(bot: Bot, three: list[int]) -> None:
    other = await ask(bot, OTHER, "dung")
    await gathered(bot)
    await bot.reviewing.merge(other, three[0], EXPERT)
    [item] = await gathered(bot)
    assert (item.number, item.asked, item.askers) == (three[0], 4, 4)
    assert (await whole(bot, other)).item.number == three[0]
    assert [found.number for found in await gathered(bot, text="phan chuong")] == [three[0]]
    await bot.reviewing.answer(other, EXPERT, "vay-von")
    assert [len(await told(bot, number)) for number in (*three, other)] == [1, 1, 1, 1]


async def test_what_was_merged_is_taken_apart_again(bot: Bot, three: list[int]) -> None:
    other = await ask(bot, OTHER, "dung")
    before = await gathered(bot)
    merged = await bot.reviewing.merge(other, three[0], EXPERT)
    await bot.reviewing.undo(merged.id, EXPERT)
    assert await gathered(bot) == before


async def test_some_wordings_are_split_off_and_brought_back(bot: Bot, three: list[int]) -> None:
    [before] = await gathered(bot)
    found = await whole(bot, three[0])
    split = await bot.reviewing.split(three[0], [found.wordings[1].id], EXPERT)
    assert [(item.number, item.asked) for item in await gathered(bot)] == [(three[0], 2), (three[1], 1)]
    later = await ask(bot, BARE, "dung")
    assert (await whole(bot, later)).item.number in (three[0], three[1])
    await bot.reviewing.undo(split.id, EXPERT)
    [item] = await gathered(bot)
    assert (item.id, item.asked) == (before.id, 4)


@pytest.mark.parametrize("chosen", [[], [999], [1, 2, 3]])
async def test_nothing_and_everything_is_no_part(bot: Bot, three: list[int], chosen: list[int]) -> None:
    await gathered(bot)
    with pytest.raises(Overtaken):
        await bot.reviewing.split(three[0], chosen, EXPERT)


async def test_an_item_is_not_merged_with_itself(bot: Bot, three: list[int]) -> None:
    await gathered(bot)
    with pytest.raises(Overtaken):
        await bot.reviewing.merge(three[0], three[1], EXPERT)


async def test_two_merges_across_each_other_do_not_wait_for_ever(bot: Bot, three: list[int]) -> None:
    other = await ask(bot, OTHER, "dung")
    await gathered(bot)
    async with asyncio.timeout(10):
        done = await asyncio.gather(
            bot.reviewing.merge(other, three[0], EXPERT),
            bot.reviewing.merge(three[0], other, SECOND),
            return_exceptions=True,
        )
    assert sum(isinstance(each, Overtaken) for each in done) == 1
    [item] = await gathered(bot)
    assert item.asked == 4


# --- taking it back --------------------------------------------------------------------------------------


async def test_an_answer_that_was_not_sent_yet_is_never_sent(bot: Bot, three: list[int]) -> None:
    await bot.sends()
    bot.platform.sent.clear()
    act = await bot.answer(three[0], by=EXPERT, entry="vay-von")
    assert act is not None
    await bot.reviewing.undo(act.id, EXPERT)
    await bot.sends()
    assert bot.platform.sent == []
    [item] = await gathered(bot)
    assert (item.state, item.entry, item.asked) == (ItemState.NEW, None, 3)
    assert "đang chờ chuyên gia" in words(await bot.asks("/cauhoi", "an"))


async def test_who_was_told_already_is_told_that_it_is_withdrawn(bot: Bot, three: list[int]) -> None:
    act = await bot.answer(three[0], by=EXPERT, entry="vay-von")
    await bot.sends()
    assert act is not None
    await bot.reviewing.undo(act.id, SECOND)
    for number in three:
        assert (await told(bot, number))[-1].startswith(say("told.withdrawn", number=number))
    await bot.answer(three[0], by=EXPERT, entry="hoc-phi")
    assert [len(await told(bot, number)) for number in three] == [3, 3, 3]


async def test_an_act_is_taken_back_once_and_only_while_nothing_stands_on_it(
    bot: Bot, three: list[int]
) -> None:
    await gathered(bot)
    took = await bot.reviewing.take(three[0], EXPERT)
    answered = await bot.reviewing.answer(three[0], EXPERT, "vay-von")
    with pytest.raises(Overtaken, match="not_last"):
        await bot.reviewing.undo(took.id, EXPERT)
    undone = await asyncio.gather(
        *(bot.reviewing.undo(answered.id, EXPERT) for _ in range(3)), return_exceptions=True
    )
    assert sum(isinstance(each, BaseException) for each in undone) == 2
    found = await whole(bot, three[0])
    assert (found.item.state, found.item.taken_by) == (ItemState.TAKEN, EXPERT)
    await bot.reviewing.undo(took.id, EXPERT)
    assert (await whole(bot, three[0])).item.state is ItemState.NEW
    with pytest.raises(Overtaken):
        await bot.reviewing.undo(9999, EXPERT)


async def test_an_answer_is_not_undone_under_a_question_that_waits_again(bot: Bot, three: list[int]) -> None:
    act = await bot.answer(three[0], by=EXPERT, entry="vay-von")
    await bot.presses(f"d:{three[0]}", "an")
    assert act is not None
    with pytest.raises(Overtaken, match="waits_again"):
        await bot.reviewing.undo(act.id, EXPERT)


async def test_every_act_is_kept_with_who_and_when(bot: Bot, three: list[int]) -> None:
    await gathered(bot)
    await bot.reviewing.take(three[0], EXPERT)
    bot.clock.turn(60)
    act = await bot.reviewing.answer(three[0], EXPERT, "vay-von", "Kèm lời.")
    bot.clock.turn(60)
    await bot.reviewing.undo(act.id, SECOND)
    kept = (await whole(bot, three[0])).acts
    assert [(one.kind, one.by) for one in kept] == [
        (ActKind.TOOK, EXPERT),
        (ActKind.ANSWERED, EXPERT),
        (ActKind.UNDID, SECOND),
    ]
    assert kept[2].undoes == kept[1].id
    assert [act.at - kept[0].at for act in kept] == [timedelta(minutes=minute) for minute in range(3)]
    assert (kept[1].details["entry"], kept[1].details["note"]) == ("vay-von", "Kèm lời.")


# --- reasons -----------------------------------------------------------------------------------------------


async def test_why_it_waits_and_what_was_shown_stay_with_it(bot: Bot) -> None:
    liked = await ask(bot, LOAN)
    await bot.presses(f"d:{liked}")
    refused = await ask(bot, HOUSE, "binh")
    await bot.presses(f"n:{refused}", "binh")
    wanted = await ask(bot, LOAN, "chi")
    await bot.presses(f"x:{wanted}", "chi")
    off = await ask(bot, COUNTRYSIDE, "dung")
    bot.platform.refuses = has_title
    failed = await bot.hears(LOAN, "em")
    for _ in range(MOST_ATTEMPTS):
        bot.clock.turn(20)
        await bot.answers()
    bot.platform.refuses = lambda reply: False
    await bot.gathering.gather_all()
    found = {number: (await whole(bot, number)).wordings for number in (liked, refused, wanted, off, failed)}
    reasons = {
        number: next(one.reason for one in wordings if one.number == number)
        for number, wordings in found.items()
    }
    assert reasons == {
        liked: Reason.DISLIKED,
        refused: Reason.NONE_OF_THESE,
        wanted: Reason.EXPERT_WANTED,
        off: Reason.OFF_TOPIC,
        failed: Reason.FAILED,
    }
    assert {one.number: one.shown for one in found[liked]}[liked] == "vay-von"
