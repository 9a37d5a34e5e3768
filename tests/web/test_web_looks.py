"""Contract: what a channel renders is shown as it will look, and nothing in it becomes markup."""

from pathlib import Path
from typing import Any

import pytest

from bot.channels.base import Abilities, Payload
from bot.config import Settings
from bot.domain import Block, Button, Reply, Style
from bot.platforms import offline_channels
from bot.store import Database
from bot.web.looks import looks, rich, titles


def entity(kind: str, offset: int, length: int, **more: str) -> dict[str, object]:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    "text, entities, html",
    [
        ("a < b & c", [], "a &lt; b &amp; c"),
        ("tối đa 40", [entity("bold", 7, 2)], "tối đa <strong>40</strong>"),
        ("👍 tốt", [entity("bold", 3, 3)], "👍 <strong>tốt</strong>"),  # the emoji is two units
        (
            "một hai ba",
            [entity("italic", 4, 3), entity("blockquote", 0, 10)],
            "<blockquote>một <em>hai</em> ba</blockquote>",
        ),
        ("abcd", [entity("bold", 0, 3), entity("italic", 2, 2)], "<strong>ab<em>c</em></strong>d"),
        ("abcd", [entity("bold", 0, 2), entity("italic", 2, 2)], "<strong>ab</strong><em>cd</em>"),
        ("ab", [entity("bold", 0, 2), entity("italic", 0, 2)], "<strong><em>ab</em></strong>"),
        ("<b>", [entity("spoiler", 0, 3)], "&lt;b&gt;"),
        ("ab", [entity("bold", 1, 99)], "a<strong>b</strong>"),
        (
            "xem",
            [entity("text_link", 0, 3, url='https://a.vn/?x="y')],
            '<a href="https://a.vn/?x=&#34;y" rel="noopener noreferrer nofollow">xem</a>',
        ),
        ("xem", [entity("text_link", 0, 3, url="javascript:alert(1)")], "xem"),
    ],
)
def test_entities_become_html(text: str, entities: list[dict[str, object]], html: str) -> None:
    assert str(rich(text, entities)) == html


class PlainChannel:
    """Plain text and a row of buttons, as on a Zalo Official Account."""

    name = "zalo_oa"
    can = Abilities(pushes=True, buttons=True, formatting=False, edits=False, longest=2000)

    def render(self, reply: Reply, payload: Payload) -> list[Payload]:
        return [{"text": "một\n<hai>", "buttons": [{"title": "Đúng", "payload": "up:1"}]}]


def test_a_channel_of_plain_text_needs_nothing_more() -> None:
    channel: Any = PlainChannel()
    _, plain = looks(Reply((Block(Style.TEXT, "một"),)), {"zalo_oa": channel})
    (message,) = plain.messages
    assert (plain.title, str(message.text), message.buttons) == ("Zalo oa", "một\n&lt;hai&gt;", ("Đúng",))


def test_every_channel_that_sends_is_shown_with_its_messages_and_buttons(tmp_path: Path) -> None:
    channels = offline_channels(Settings(_env_file=None, var=tmp_path), Database("sqlite+aiosqlite://"))
    reply = Reply(
        (Block(Style.TITLE, "Nhà ở"), Block(Style.ANSWER, "**40 triệu**\n\n" + "dài " * 1200)),
        buttons=((Button("👍 Đúng", "up:1"),),),
    )
    web, *sent = looks(reply, channels)
    assert (web.reply, web.messages) == (reply, ())
    assert [look.title for look in (web, *sent)] == list(titles(channels))
    assert "Console" not in titles(channels)
    telegram = next(look for look in sent if look.title == "Telegram")
    assert len(telegram.messages) == 2
    assert "<strong>40 triệu</strong>" in telegram.messages[0].text
    assert (telegram.messages[0].buttons, telegram.messages[1].buttons) == ((), ("👍 Đúng",))
