"""Replies as plain text: all is said, what may be typed stands in the last line, nothing is too long."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.plain import plain, split, units
from bot.channels.zalo import ZaloChannel
from bot.channels.zalo_oa.render import LONGEST, LONGEST_TITLE, MOST_BUTTONS, pressable, render, typable
from bot.domain import Block, Button, Reply, Style
from bot.handlers import actions

BOT = ZaloChannel("1:a", "http://127.0.0.1")
CHOICES = tuple(Button(f"Câu hỏi thứ {number}?", f"p:7:{number}") for number in range(4))
CARD = Reply(
    (
        Block(Style.TITLE, "Vay tối đa bao nhiêu?"),
        Block(Style.WARNING, "⚠️ Chờ chuyên gia xác nhận."),
        Block(Style.ANSWER, "Tối đa **100 triệu**.\n\n- *thời hạn* 120 tháng\n- xem [trang](https://a.vn)"),
        Block(Style.QUOTE, "**không** phải chữ đậm"),
    ),
    buttons=(actions.judge(7),),
)
SUGGEST = Reply((Block(Style.TEXT, "Câu nào?"),), CHOICES, actions.none_of_these(7))


def said(reply: Reply) -> str:
    (part,) = BOT.render(reply, {})
    return str(part["text"])


class TestPlainText:
    def test_markdown_loses_its_marks_and_nothing_else(self) -> None:
        assert said(CARD).split("\n\n") == [
            "Vay tối đa bao nhiêu?",
            "⚠️ Chờ chuyên gia xác nhận.",
            "Tối đa 100 triệu.",
            "• thời hạn 120 tháng\n• xem trang (https://a.vn)",
            "**không** phải chữ đậm",
            "Gõ: đúng · sai · chuyên gia",
        ]

    @pytest.mark.parametrize(
        ("markdown", "words"),
        [
            ("3. ba\n4. bốn\n   - con", "3. ba\n4. bốn\n   • con"),
            ("# Đầu\nthân", "Đầu\n\nthân"),
            ("a < b & c, `mã` $5", "a < b & c, mã $5"),
            ("<b>x</b> <script>", "<b>x</b> <script>"),
            ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
            ("<https://a.vn> [https://a.vn](https://a.vn)", "https://a.vn https://a.vn"),
            ("> trích\n\n---\n\n```\nmã\n```", "trích\n\nmã"),
            ("dòng một\ndòng hai  \ndòng ba", "dòng một\ndòng hai\ndòng ba"),
            (r"1\. không phải danh sách \*", "1. không phải danh sách *"),
        ],
    )
    def test_each_of_its_marks(self, markdown: str, words: str) -> None:
        assert plain(markdown) == words

    def test_choices_have_numbers_and_the_last_line_says_what_to_type(self) -> None:
        assert said(SUGGEST).splitlines()[2:] == [
            *(f"{number}. Câu hỏi thứ {number - 1}?" for number in (1, 2, 3, 4)),
            "0. Không phải câu nào",
            "",
            "Gõ: 1-4 · 0",
        ]
        alone = replace(
            SUGGEST, choices=CHOICES[:1], none=None, buttons=((actions.topics("📚 Các chủ đề"),),)
        )
        assert said(alone).splitlines()[-1] == "Gõ: 1 · các chủ đề"

    def test_what_has_nothing_to_choose_has_no_such_line(self) -> None:
        assert said(Reply((Block(Style.TEXT, "Cảm ơn."),))) == "Cảm ơn."

    def test_a_long_answer_is_cut_after_a_paragraph(self) -> None:
        paragraphs = [f"Đoạn {number}: " + "chữ " * 150 for number in range(7)]
        parts = BOT.render(Reply((Block(Style.ANSWER, "\n\n".join(paragraphs)),), buttons=CARD.buttons), {})
        assert len(parts) == 3
        assert all(part["text"].startswith("Đoạn") for part in parts)
        assert parts[-1]["text"].endswith("chuyên gia")
        assert [part for part in parts[:-1] if "Gõ:" in part["text"]] == []


class TestTheOfficialAccount:
    def test_few_choices_are_buttons(self) -> None:
        (part,) = render(SUGGEST)
        assert [button["title"] for button in part["buttons"]] == [
            "1. Câu hỏi thứ 0?", "2. Câu hỏi thứ 1?", "3. Câu hỏi thứ 2?", "4. Câu hỏi thứ 3?",
            "Không phải câu nào",
        ]  # fmt: skip
        assert pressable(part)["text"] == "Câu nào?"
        assert pressable(part)["attachment"]["payload"]["buttons"][0] == {
            "title": "1. Câu hỏi thứ 0?", "type": "oa.query.hide", "payload": "#nut:p:7:0",
        }  # fmt: skip

    def test_the_same_can_be_typed_where_buttons_are_refused(self) -> None:
        (part,) = render(SUGGEST)
        assert typable(part) == {
            "text": said(SUGGEST).replace("0. Không phải câu nào\n\n", "0. Không phải câu nào\n")
        }

    def test_too_many_choices_are_typed_beside_the_buttons(self) -> None:
        (part,) = render(replace(CARD, choices=CHOICES[:3]))
        assert [button["title"] for button in part["buttons"]] == [
            "👍 Đúng",
            "👎 Chưa đúng",
            "🙋 Hỏi chuyên gia",
        ]
        assert "3. Câu hỏi thứ 2?" in pressable(part)["text"]
        assert "attachment" in pressable(part)

    def test_where_even_the_buttons_are_too_many_all_is_typed(self) -> None:
        many = (tuple(Button(f"Nút {number}", f"t:a:{number}") for number in range(6)),)
        (part,) = render(replace(CARD, buttons=many))
        assert pressable(part) == typable(part)
        assert typable(part)["text"].endswith("nút 4 · nút 5")

    def test_a_label_that_no_button_holds_is_typed(self) -> None:
        long = replace(SUGGEST, choices=(Button("dài " * 30, "p:7:0"),))
        (part,) = render(long)
        assert "1. dài dài" in pressable(part)["text"]


BLOCKS = st.builds(
    Block, st.sampled_from(Style), st.text(max_size=6000) | st.text("a \n*`[]()<>-1.", max_size=300)
)
BUTTONS = st.builds(Button, st.text("abc đ", min_size=1, max_size=150), st.sampled_from(["u:1", "t:a:1"]))
REPLIES = st.builds(
    Reply,
    st.lists(BLOCKS, max_size=4).map(tuple),
    st.lists(BUTTONS, max_size=8).map(tuple),
    st.none() | BUTTONS,
    st.lists(st.lists(BUTTONS, max_size=4).map(tuple), max_size=2).map(tuple),
)


@given(REPLIES)
@settings(max_examples=60)
def test_every_reply_is_within_both_platforms_limits(reply: Reply) -> None:
    assert all(0 < units(part["text"]) <= LONGEST for part in BOT.render(reply, {}))
    messages: list[Any] = [say(part) for part in render(reply) for say in (pressable, typable)]
    for message in messages:
        assert 0 < units(message["text"]) <= LONGEST
        buttons = message.get("attachment", {}).get("payload", {}).get("buttons", [])
        assert len(buttons) <= MOST_BUTTONS and all(units(each["title"]) <= LONGEST_TITLE for each in buttons)


@given(st.text(max_size=400), st.integers(20, 60))
def test_a_cut_text_loses_no_word(text: str, limit: int) -> None:
    pieces = list(split(text, limit))
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(units(piece) <= limit for piece in pieces)
