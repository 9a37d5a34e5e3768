"""Updates as Telegram sends them, and as nobody should."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.parse import CONTENT, parse
from bot.channels.telegram.receive import identify
from bot.domain import Back, Envelope, Event, Ignored, Left, Moved, Press, Text, Unreadable

BOT = {"id": 666, "username": "TestNameBot"}
PRIVATE = {"id": 7, "type": "private"}
GROUP = {"id": -100, "type": "supergroup"}
PERSON = {"id": 7, "is_bot": False, "first_name": "Lan"}


def message(chat: dict[str, Any] = PRIVATE, **more: Any) -> dict[str, Any]:
    return {"message_id": 3, "date": 1, "chat": chat, "from": PERSON, **more}


def update(name: str = "message", **more: Any) -> dict[str, Any]:
    return {"update_id": 9, name: message(**more), "bot": BOT}


def test_a_private_text_is_read_as_it_was_typed() -> None:
    assert parse(update(text="  Mức hỗ trợ?\n")) == Text("  Mức hỗ trợ?\n")


def test_a_caption_is_read_as_text() -> None:
    assert parse(update(photo=[{}], caption="văn bản này còn hiệu lực?")) == Text("văn bản này còn hiệu lực?")
    assert parse(update(document={}, caption="đúng không")) == Text("đúng không")


@pytest.mark.parametrize("name", CONTENT)
def test_content_without_words_is_unreadable(name: str) -> None:
    assert parse(update(**{name: {}})) == Unreadable(CONTENT[name])


def test_an_edit_is_a_text_again() -> None:
    edited = update("edited_message", text="a", edit_date=5)
    message = edited["edited_message"]
    assert parse(edited) == Text("a", changes=identify({"message": message}).key)


@pytest.mark.parametrize(
    ("status", "event"),
    [
        ("kicked", Left),
        ("left", Left),
        ("member", Back),
        ("administrator", Back),
        ("restricted", Back),
        (None, Ignored),
    ],
)
def test_what_became_of_the_bot_in_a_chat(status: str | None, event: type) -> None:
    member = {"chat": GROUP, "from": PERSON, "new_chat_member": {"status": status, "user": BOT}}
    assert type(parse({"update_id": 9, "my_chat_member": member, "bot": BOT})) is event


def test_a_group_that_moves_says_where_to() -> None:
    assert parse(update(chat=GROUP, migrate_to_chat_id=-1007)) == Moved("-1007")


@pytest.mark.parametrize(
    "payload",
    [
        update("edited_message", text="a"),  # Telegram reports changes that nobody made
        update("edited_message", location={}, edit_date=5),  # a live location moves
        update(new_chat_members=[PERSON]),
        update(pinned_message={}),
        {"update_id": 9, "bot": BOT},
        {},
        {"message": "no object"},
        {"callback_query": {"id": "1", "from": PERSON}},  # a game's button
        update(text="hello", **{"from": {**PERSON, "is_bot": True}}),
    ],
)
def test_there_is_nothing_to_answer(payload: dict[str, Any]) -> None:
    assert isinstance(parse(payload), Ignored)


def test_an_anonymous_administrator_is_a_person() -> None:
    group_bot = {"id": 1087968824, "is_bot": True}
    payload = update(chat=GROUP, text="/help", sender_chat=GROUP, **{"from": group_bot})
    assert parse(payload) == Text("/help")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("/help@TestNameBot", "/help"),
        ("/chude@testnamebot 2", "/chude 2"),
        ("/help", "/help"),
        ("@TestNameBot mức hỗ trợ nhà ở?", "mức hỗ trợ nhà ở?"),
        ("@testnamebot, mức hỗ trợ?", "mức hỗ trợ?"),
        ("cho hỏi @TestNameBot", "cho hỏi"),
        ("@TestNameBot", ""),
        ("/help@OtherBot", None),
        ("mức hỗ trợ nhà ở?", None),
        ("lan@TestNameBot.vn", None),
        ("@TestNameBotty chào", None),
    ],
)
def test_in_a_group_only_what_is_meant_for_the_bot(text: str, read: str | None) -> None:
    expected = Ignored("not addressed to the bot") if read is None else Text(read)
    assert parse(update(chat=GROUP, text=text)) == expected


def test_in_a_group_a_reply_to_the_bot_needs_no_name() -> None:
    to_bot, to_other = {"from": {"id": 666}}, {"from": {"id": 5}}
    assert parse(update(chat=GROUP, text="2", reply_to_message=to_bot)) == Text("2")
    assert parse(update(chat=GROUP, sticker={}, reply_to_message=to_bot)) == Unreadable("sticker")
    assert isinstance(parse(update(chat=GROUP, text="2", reply_to_message=to_other)), Ignored)
    assert isinstance(parse(update(chat=GROUP, sticker={})), Ignored)


def test_a_reply_to_our_message_says_to_which() -> None:
    ours, others = {"from": {"id": 666}, "message_id": 41}, {"from": {"id": 5}, "message_id": 42}
    assert parse(update(text="vùng cao", reply_to_message=ours)) == Text("vùng cao", "41")
    assert parse(update(chat=GROUP, text="vùng cao", reply_to_message=ours)) == Text("vùng cao", "41")
    assert parse(update(text="vùng cao", reply_to_message=others)) == Text("vùng cao")
    assert parse(update(text="vùng cao", reply_to_message={**ours, "message_id": "x"})) == Text("vùng cao")


def test_a_command_keeps_its_words_in_a_private_chat() -> None:
    assert parse(update(text="/start@TestNameBot abc")) == Text("/start abc")
    assert parse(update(text="hộp thư a@b")) == Text("hộp thư a@b")


def test_a_press_carries_its_action() -> None:
    query = {"id": "55", "from": PERSON, "message": message(), "data": "u:12"}
    assert parse({"callback_query": query}) == Press("u:12")


def test_what_no_database_takes_is_replaced() -> None:
    assert parse(update(text="a\ud83d b\x00 \ud83d\ude00")) == Text("a\ufffd b\ufffd 😀")


# --- keys -----------------------------------------------------------------------------------------


def test_keys_tell_messages_apart_and_know_them_again() -> None:
    assert identify(update(text="a")) == Envelope("m7:3", "7", "7")
    assert identify(update(chat=GROUP, text="a")) == Envelope("m-100:3", "-100", "7")
    query = {"id": "55", "from": PERSON, "message": message(GROUP), "data": "u:12"}
    assert identify({"callback_query": query}) == Envelope("c55", "-100", "7")
    joined = {"update_id": 9, "my_chat_member": {"chat": GROUP, "from": PERSON}}
    assert identify(joined) == Envelope("u9", "-100", "7")


def test_two_edits_within_a_second_are_two() -> None:
    first, second = (update("edited_message", text=text, edit_date=5) for text in ("a", "b"))
    again = {**first, "update_id": 10}  # nothing changed that people see
    assert identify(first).key.startswith("e7:3:5:")
    assert identify(first).key != identify(second).key
    assert identify(first).key == identify(again).key


def test_wordless_pictures_of_one_album_are_one_message() -> None:
    first = update(photo=[{}], media_group_id="88")
    second = update(photo=[{}], media_group_id="88", message_id=4)
    captioned = update(photo=[{}], media_group_id="88", message_id=5, caption="còn hiệu lực?")
    assert identify(first).key == identify(second).key == "g7:88"
    assert identify(captioned).key == "m7:5"


ODD = [
    None,
    True,
    0,
    -5,
    10**40,
    1.5,
    "",
    "a",
    "x" * 300,
    "\ud800\x00\n",
    "/help@TestNameBot",
    "@TestNameBot",
    "private",
]
VALUE = st.sampled_from([*ODD, "supergroup", [], [{}], {}, {"id": -5}, {"id": "7"}, 666]) | st.text(
    max_size=5
)
NAMES = ("update_id", "message", "edited_message", "callback_query", "my_chat_member", "bot")
PARTS = (
    "message_id",
    "date",
    "edit_date",
    "chat",
    "from",
    "text",
    "caption",
    "photo",
    "reply_to_message",
    "id",
)
PARTS += ("type", "is_bot", "username", "data", "message", "media_group_id", "sender_chat", "sticker")


def objects(names: tuple[str, ...], values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(names), values, max_size=5)


@given(objects(NAMES, VALUE | objects(PARTS, VALUE | objects(PARTS, VALUE | objects(PARTS, VALUE)))))
@settings(max_examples=200)
def test_nothing_that_comes_in_can_raise(payload: dict[str, Any]) -> None:
    assert isinstance(parse(payload), Text | Press | Unreadable | Event)
    envelope = identify(payload)
    assert 1 <= len(envelope.key) <= 200
    assert identify(payload) == envelope
    assert max(len(envelope.chat), len(envelope.asker)) <= 200


@given(st.text())
def test_any_private_text_is_text(words: str) -> None:
    assert isinstance(parse(update(text=words)), Text)
