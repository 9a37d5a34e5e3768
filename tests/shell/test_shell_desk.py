"""A reviewer works through the queue in chat, with buttons and with words."""

import pytest
from shell_bot import LOAN, UNKNOWN, Bot, words

from bot.domain import Reply
from bot.items import ActKind, ItemState, QueueFilter
from bot.phrases import say
from bot.store import tables

BARE = "ky thuat ghep canh buoi da xanh thang chap"
OTHER = "cách ủ phân chuồng hoai mục bằng nấm đối kháng"
BOSS = "boss"


@pytest.fixture
async def number(bot: Bot) -> int:
    """A question that two people asked; `an` was first."""
    number = await bot.hears(UNKNOWN, "an")
    await bot.hears(BARE, "binh")
    await bot.answers()
    await bot.sends()
    bot.platform.sent.clear()
    return number


def labels(reply: Reply) -> list[str]:
    return [button.label for button in (*reply.choices, *(each for row in reply.buttons for each in row))]


def action(reply: Reply, label: str) -> str:
    """Return what the button does whose label has these words."""
    buttons = [*reply.choices, *(each for row in reply.buttons for each in row)]
    return next(button.action for button in buttons if label in button.label)


async def state(bot: Bot, number: int) -> ItemState:
    await bot.gathering.gather_all()
    found = await bot.reviewing.item(number)
    assert found is not None
    return found.item.state


async def told(bot: Bot, number: int) -> list[str]:
    return [words(reply) for reply in (await bot.replies(number))[1:]]


async def test_from_the_list_to_an_answer_by_buttons_alone(bot: Bot, number: int) -> None:
    listed = await bot.asks("/chuatraloi", BOSS)
    assert labels(listed) == [f"#{number} {UNKNOWN} (2 người, chưa có mục)"]
    card = await bot.presses(action(listed, UNKNOWN), BOSS)
    assert UNKNOWN in words(card) and BARE in words(card) and "2 (push, chưa rõ tỉnh)" in words(card)
    mine = await bot.presses(action(card, say("review.take")), BOSS)
    assert "push:boss đang làm" in words(mine) and say("review.give_back") in labels(mine)
    preview = await bot.presses(action(mine, "miễn học phí"), BOSS)
    assert "Được miễn." in words(preview)
    assert await told(bot, number) == []
    done = await bot.presses(action(preview, "Gửi mục này cho 2 người hỏi"), BOSS)
    assert say("did.answered", number=number, askers=2) in words(done)
    assert "Được miễn." in (await told(bot, number))[0]
    undone = await bot.presses(action(done, say("review.undo")), BOSS)
    assert words(undone).startswith("Đã hoàn tác")
    assert await state(bot, number) is ItemState.TAKEN


async def test_a_typed_number_opens_an_item_of_the_list(bot: Bot, number: int) -> None:
    await bot.asks("/chuatraloi", BOSS)
    assert UNKNOWN in words(await bot.asks("1", BOSS))


async def test_next_goes_through_the_queue_and_round(bot: Bot, number: int) -> None:
    other = await bot.hears(OTHER, "chi")
    await bot.answers()
    card = await bot.presses(f"v:{number}", BOSS)
    second = await bot.presses(action(card, "Câu kế tiếp"), BOSS)
    assert OTHER in words(second)
    assert UNKNOWN in words(await bot.presses(f"j:{other}", BOSS))


async def test_a_reply_to_the_bots_message_makes_a_draft(bot: Bot, number: int) -> None:
    await bot.presses(f"v:{number}", BOSS)
    await bot.sends()
    [ours] = [row.platform_id for row in await bot.rows(tables.outbox) if row.about == number]
    reply = await bot.reply_to(await bot.gets({"text": "Hỏi trung tâm khuyến nông.", "to": ours}, BOSS))
    assert words(reply) == say("did.drafted", number=number, askers=2)
    assert await told(bot, number) == []
    found = await bot.reviewing.item(number)
    assert found is not None
    [draft] = found.drafts
    assert (draft.text, draft.by) == ("Hỏi trung tâm khuyến nông.", "push:boss")
    assert found.acts[-1].kind is ActKind.DRAFTED
    sent = await bot.presses(action(reply, "Gửi nguyên văn cho 2 người hỏi"), BOSS)
    assert say("did.answered", number=number, askers=2) in words(sent)
    assert "Hỏi trung tâm khuyến nông." in (await told(bot, number))[0]


async def test_a_draft_is_written_after_its_button_or_the_number(bot: Bot, number: int) -> None:
    asked = await bot.presses(f"y:{number}", BOSS)
    assert words(asked) == say("review.write_answer", number=number)
    assert words(await bot.asks("Bản một", BOSS)) == say("did.drafted", number=number, askers=2)
    assert words(await bot.asks(f"#{number} Bản hai", BOSS)) == say("did.drafted", number=number, askers=2)
    found = await bot.reviewing.item(number)
    assert found is not None and [draft.text for draft in found.drafts] == ["Bản hai", "Bản một"]
    assert "100 triệu" in words(await bot.asks(LOAN, BOSS)), "what follows is a question again"


async def test_a_menu_or_a_command_in_between_ends_the_waiting_for_a_text(bot: Bot, number: int) -> None:
    await bot.presses(f"b:{number}", BOSS)
    await bot.asks("/help", BOSS)
    assert "100 triệu" in words(await bot.asks(LOAN, BOSS))
    assert await state(bot, number) is ItemState.NEW


async def test_the_askers_are_asked_back(bot: Bot, number: int) -> None:
    await bot.presses(f"b:{number}", BOSS)
    done = await bot.asks("Cây mấy tuổi?", BOSS)
    assert words(done) == say("did.asked_back", number=number, askers=2)
    assert "Cây mấy tuổi?" in (await told(bot, number))[0]
    await bot.asks(f"#{number} ba tuổi", "an")
    card = await bot.presses(f"v:{number}", BOSS)
    assert "Người hỏi bổ sung: ba tuổi" in words(card)


async def test_an_item_is_sent_away_for_a_reason(bot: Bot, number: int) -> None:
    reasons = await bot.presses(f"o:{number}", BOSS)
    assert len(reasons.choices) == 3
    done = await bot.presses(action(reasons, say("reason.household")), BOSS)
    assert words(done) == say("did.sent_away", number=number, askers=2)
    assert say("told.household") in (await told(bot, number))[0]


async def test_the_body_whose_task_it_is_is_asked_for(bot: Bot, number: int) -> None:
    reasons = await bot.presses(f"o:{number}", BOSS)
    asked = await bot.presses(action(reasons, say("reason.other_body")), BOSS)
    assert words(asked) == say("review.write_body", number=number)
    await bot.asks("Trung tâm Khuyến nông", BOSS)
    assert "Trung tâm Khuyến nông" in (await told(bot, number))[0]


async def test_what_another_reviewer_has_is_not_done_and_said_so(bot: Bot, number: int) -> None:
    await bot.gathering.gather_all()
    await bot.reviewing.take(number, "push:deputy")
    for pressed in (f"k:{number}", f"l:{number}", f"o:{number}:0"):
        reply = await bot.presses(pressed, BOSS)
        assert words(reply) == say("conflict.taken", number=number, by="push:deputy"), pressed
    await bot.presses(f"b:{number}", BOSS)
    assert words(await bot.asks("Hỏi thêm?", BOSS)) == say("conflict.taken", number=number, by="push:deputy")
    assert await told(bot, number) == []


async def test_a_button_of_yesterday_does_not_send_another_entry(bot: Bot, number: int) -> None:
    card = await bot.presses(f"v:{number}", BOSS)
    consider = action(card, "miễn học phí")
    stale = consider.replace(consider.split("-")[1][:4], "0000")
    assert words(await bot.presses(stale, BOSS)) == say("press.entry_gone")
    send = consider.replace("a:", "f:", 1)
    done = await bot.presses(send.replace(send.split("-")[1][:4], "0000"), BOSS)
    assert words(done) == say("conflict.other_entries", number=number)
    assert await told(bot, number) == []


@pytest.mark.parametrize("pressed", ["w:0", "v:1", "j:1", "k:1", "f:1-0000:0", "g:1", "o:1:0", "z:1", "y:1"])
async def test_nobody_else_reviews(bot: Bot, number: int, pressed: str) -> None:
    await bot.gathering.gather_all()
    await bot.presses(pressed, "binh")
    await bot.asks("lời này không phải bản nháp", "binh")
    assert await bot.rows(tables.acts) == []
    assert await bot.rows(tables.drafts) == []
    assert (await bot.reviewing.queue(QueueFilter())).items[0].state is ItemState.NEW


@pytest.mark.parametrize("pressed", ["v:404", "k:404", "z:404", "j:404", "g:404", "a:404-0000:0"])
async def test_what_is_not_there_is_said_to_be_so(bot: Bot, pressed: str) -> None:
    assert words(await bot.presses(pressed, BOSS)) in (
        say("conflict.no_item", number=404),
        say("conflict.no_act"),
    )
