"""Contract: any payload is read without an error, and a reply survives the way to the page."""

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.web import WebChannel
from bot.channels.wire import load_reply
from bot.domain import Block, Button, Ignored, Press, Reply, Style, Text

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_a_text_and_a_press_are_read() -> None:
    channel = WebChannel()
    assert channel.parse({"text": " hộ nghèo? "}) == Text(" hộ nghèo? ")
    assert channel.parse({"action": "u:1", "label": "👍 Đúng"}) == Press("u:1")
    assert channel.parse({"text": ""}) == Text("")


@given(st.dictionaries(st.sampled_from(["text", "action", "label", "x"]), json_values))
def test_parse_is_total(payload: dict[str, object]) -> None:
    message = WebChannel().parse(payload)
    assert isinstance(message, Text | Press | Ignored)


async def test_a_reply_survives() -> None:
    channel = WebChannel()
    reply = Reply(
        tuple(Block(style, f"<{style}>") for style in Style),
        choices=(Button("một", "p:1:0"),),
        none=Button("không", "n:1"),
        buttons=((Button("👍", "u:1"), Button("👎", "d:1")),),
    )
    [part] = channel.render(reply, {"text": "?"})
    assert load_reply(part) == reply
    assert not channel.can.pushes
    assert await channel.send("chat", part) == ""
