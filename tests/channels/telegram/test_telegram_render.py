"""Replies as Telegram messages; every part passes the strict rules of `telegram_rules`."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram_rules import buttons, check_part, covered, units

from bot.channels.telegram.render import Rich, render, shorten, split
from bot.domain import Block, Button, Reply, Style
from bot.handlers import compose
from bot.kb import load

ASKED = {"message": {"message_id": 3, "chat": {"id": 7, "type": "private"}, "text": "a"}}
IN_GROUP = {"message": {"message_id": 3, "chat": {"id": -100, "type": "supergroup"}, "text": "a"}}
INJECTION = "<b>x</b> *y* _z_ `c` [l](https://e.vn) @lan {{7*7}} <script>alert(1)</script>"


def say(*blocks: tuple[Style, str], payload: dict[str, Any] = ASKED, **more: Any) -> list[dict[str, Any]]:
    parts = render(Reply(tuple(Block(style, text) for style, text in blocks), **more), payload)
    for part in parts:
        check_part(part)
    return parts


def looks(part: dict[str, Any]) -> list[tuple[str, str]]:
    return [(entity["type"], covered(entity, part["text"])) for entity in part.get("entities", [])]


def test_blocks_stand_apart_each_in_its_look() -> None:
    (part,) = say(
        (Style.TITLE, "Mức hỗ trợ 😀 nhà ở?"),
        (Style.WARNING, "Chờ xác nhận"),
        (Style.ANSWER, "Hộ nghèo được **40 triệu đồng**.\n\n- xây mới\n- sửa chữa"),
        (Style.SOURCE, "Căn cứ: 55/2023/TT-BTC"),
        (Style.NOTE, "Mã nha-o · bản 3fa2"),
        (Style.QUOTE, "muc ho tro"),
    )
    assert part["text"].split("\n\n") == [
        "Mức hỗ trợ 😀 nhà ở?",
        "Chờ xác nhận",
        "Hộ nghèo được 40 triệu đồng.",
        "• xây mới\n• sửa chữa",
        "Căn cứ: 55/2023/TT-BTC",
        "Mã nha-o · bản 3fa2",
        "muc ho tro",
    ]
    assert looks(part) == [
        ("bold", "Mức hỗ trợ 😀 nhà ở?"),
        ("blockquote", "Chờ xác nhận"),
        ("bold", "40 triệu đồng"),
        ("italic", "Mã nha-o · bản 3fa2"),
        ("blockquote", "muc ho tro"),
    ]


@pytest.mark.parametrize("style", [style for style in Style if style is not Style.ANSWER])
def test_plain_blocks_stay_the_characters_that_they_are(style: Style) -> None:
    (part,) = say((style, INJECTION))
    assert part["text"] == INJECTION
    assert all(text == INJECTION for _, text in looks(part))


def test_no_word_of_an_answer_is_lost_to_html_or_formulas() -> None:
    (part,) = say(
        (Style.ANSWER, "<div>\nmức $5 và $6\n</div>\n\nhộ <ten ho> **có** `a < b` <https://vbpl.vn>")
    )
    assert part["text"] == "<div>\nmức $5 và $6\n</div>\n\nhộ <ten ho> có a < b https://vbpl.vn"
    assert ("bold", "có") in looks(part) and ("code", "a < b") in looks(part)


def test_links_lead_to_web_pages_only() -> None:
    (part,) = say(
        (Style.ANSWER, "[a](javascript:alert(1)) [b](https://vbpl.vn/?a=1&b=$2) [c](tg://user?id=1)")
    )
    assert part["text"] == "a b c"
    assert [entity["url"] for entity in part["entities"]] == ["https://vbpl.vn/?a=1&b=$2"]


def test_tables_headings_and_code_are_shown() -> None:
    (part,) = say((Style.ANSWER, "## Mức\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nx\n```"))
    assert part["text"].startswith("Mức\n\na | b")
    assert {kind for kind, _ in looks(part)} >= {"bold", "pre"}


def test_a_long_reply_is_cut_at_the_ends_of_paragraphs() -> None:
    paragraphs = [f"Đoạn {n}: **đậm {n}** " + "chữ 😀 " * 60 for n in range(40)]
    parts = say(
        (Style.TITLE, "Dài"), (Style.ANSWER, "\n\n".join(paragraphs)), buttons=((Button("👍", "u:1"),),)
    )
    assert len(parts) > 3
    assert all(part["text"].startswith(("Dài", "Đoạn")) for part in parts)
    assert [text for part in parts for kind, text in looks(part)] == ["Dài", *(f"đậm {n}" for n in range(40))]
    assert ["reply_markup" in part for part in parts] == [False] * (len(parts) - 1) + [True]


def test_a_title_longer_than_a_message_stays_bold_throughout() -> None:
    parts = say((Style.TITLE, "😀" * 5000))
    assert [units(part["text"]) for part in parts] == [4096, 4096, 1808]
    assert all(looks(part) == [("bold", part["text"])] for part in parts)


def test_nothing_to_say_is_no_message() -> None:
    assert say((Style.TEXT, "  \n ")) == []


def test_choices_are_numbered_one_a_row_then_none_then_buttons() -> None:
    (part,) = say(
        (Style.TEXT, "Câu nào?"),
        choices=(Button("Nhà ở", "p:1:0"), Button("Nhà tạm", "p:1:1")),
        none=Button("Không phải", "n:1"),
        buttons=((Button("👍", "u:1"), Button("👎", "d:1")),),
    )
    rows = [[button["text"] for button in row] for row in part["reply_markup"]["inline_keyboard"]]
    assert rows == [["1. Nhà ở"], ["2. Nhà tạm"], ["Không phải"], ["👍", "👎"]]
    assert [button["callback_data"] for button in buttons(part)] == ["p:1:0", "p:1:1", "n:1", "u:1", "d:1"]
    assert part["text"] == "Câu nào?"


def test_what_buttons_cannot_show_stands_in_the_text() -> None:
    long = "Mức hỗ trợ nhà ở cho hộ nghèo, hộ cận nghèo trên địa bàn các huyện nghèo là bao nhiêu?"
    (part,) = say((Style.TEXT, "Câu nào?"), choices=(Button(long, "p:1:0"), Button("Nhà tạm", "p:1:1")))
    assert part["text"] == f"Câu nào?\n\n1. {long}\n2. Nhà tạm"
    assert buttons(part)[0]["text"] == "1. Mức hỗ trợ nhà ở cho hộ nghèo, hộ cận nghèo trên địa…"


def test_a_label_without_spaces_is_cut_too() -> None:
    assert shorten("x" * 61) == "x" * 59 + "…"
    assert shorten("x" * 60) == "x" * 60


@pytest.mark.parametrize(
    "button", [Button("a", "x" * 65), Button("a", "đ" * 33), Button("a", ""), Button(" ", "u:1")]
)
def test_a_button_that_telegram_refuses_is_an_error_of_ours(button: Button) -> None:
    with pytest.raises(ValueError, match="button"):
        render(Reply((Block(Style.TEXT, "a"),), buttons=((button,),)), ASKED)
    assert say((Style.TEXT, "a"), buttons=((Button("a", "x" * 64),),))


def test_a_keyboard_without_words_gets_some() -> None:
    assert say(buttons=((Button("a", "t"),),))[0]["text"] == "…"


def test_in_a_group_the_first_part_replies_to_the_question() -> None:
    first, second = say((Style.TEXT, "a" * 5000), payload=IN_GROUP)
    assert first["reply_parameters"] == {
        "message_id": 3,
        "chat_id": -100,
        "allow_sending_without_reply": True,
    }
    assert "reply_parameters" not in second
    assert "reply_parameters" not in say((Style.TEXT, "a"))[0]


def test_every_part_keeps_to_its_topic() -> None:
    topic = {"message": {**IN_GROUP["message"], "message_thread_id": 12, "is_topic_message": True}}
    assert [part["message_thread_id"] for part in say((Style.TEXT, "a" * 5000), payload=topic)] == [12, 12]
    thread = {"message": {**IN_GROUP["message"], "message_thread_id": 12}}
    assert "message_thread_id" not in say((Style.TEXT, "a"), payload=thread)[0]


def test_a_press_in_a_group_is_answered_under_its_message() -> None:
    payload = {"callback_query": {"id": "1", "message": IN_GROUP["message"]}}
    assert say((Style.TEXT, "a"), payload=payload)[0]["reply_parameters"]["message_id"] == 3


@pytest.mark.parametrize(
    "payload", [{}, {"message": None}, {"callback_query": {"message": 5}}, {"message": {}}]
)
def test_any_payload_will_do(payload: dict[str, Any]) -> None:
    assert say((Style.TEXT, "a"), payload=payload) == [{"text": "a"}]


def test_every_answer_of_the_real_base_becomes_messages_that_telegram_takes() -> None:
    knowledge = load(Path(__file__).parents[3] / "knowledge")
    assert len(knowledge.entries) > 50
    for entry in knowledge.entries.values():
        for part in render(compose.card(entry, 10**12, knowledge, date(2026, 11, 24), digits=4), IN_GROUP):
            check_part(part)


WORDS = st.text(st.sampled_from("ađ😀 \n\r\t*_`[]()<>$~|#-1.&\\!\x00\u200b"), max_size=80) | st.text(
    max_size=30
)
BLOCKS = st.lists(st.builds(Block, st.sampled_from(Style), WORDS), max_size=5)


@given(BLOCKS, st.integers(1, 80))
@settings(max_examples=200)
def test_any_words_become_parts_that_telegram_takes(blocks: list[Block], repeated: int) -> None:
    for part in render(Reply(tuple(blocks * repeated)), ASKED):
        check_part(part)


@given(st.text(st.sampled_from("a😀 \n"), max_size=60), st.integers(4, 20))
def test_cutting_loses_white_space_only(text: str, limit: int) -> None:
    pieces = list(split(Rich(text), limit))
    assert all(1 <= units(piece.text) <= limit for piece in pieces)
    assert "".join("".join(piece.text.split()) for piece in pieces) == "".join(text.split())
