"""What both platforms send is read, whatever it is; nothing makes reading fail."""

import json
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.payloads import LONGEST_KEY
from bot.domain import Back, Envelope, Event, Ignored, Left, Press, Text, Unreadable

bot: Any = import_module("bot.channels.zalo.parse")  # the packages' own `parse` is this one's function
account: Any = import_module("bot.channels.zalo_oa.parse")

PRIVATE = {
    "message_id": "7",
    "from": {"id": "an", "is_bot": False},
    "chat": {"id": "an", "chat_type": "PRIVATE"},
}
ME = {"id": "42", "account_name": "bot.HoiDap", "display_name": "Bot Hỏi Đáp"}


def update(event: str = "message.text.received", **message: Any) -> dict[str, Any]:
    return {"event_name": event, "message": {**PRIVATE, **message}, "bot": ME}


class TestTheBotPlatform:
    @pytest.mark.parametrize(
        ("text", "read"),
        [
            ("vay vốn", "vay vốn"),
            ("@Bot Hỏi Đáp vay vốn", "vay vốn"),
            ("@bot hỏi đáp, vay vốn", "vay vốn"),
            ("vay vốn @Bot Hỏi Đáp", "vay vốn"),
            ("@bot.HoiDap: vay vốn", "vay vốn"),
            ("@Bot Hỏi Đáping vay vốn", "@Bot Hỏi Đáping vay vốn"),
            ("thư gửi an@bot.HoiDap", "thư gửi an@bot.HoiDap"),
            ("a\x00b", "a\N{REPLACEMENT CHARACTER}b"),
        ],
    )
    def test_words_are_read_without_the_name_that_called_the_bot(self, text: str, read: str) -> None:
        assert bot.parse(update(text=text)) == Text(read)

    @pytest.mark.parametrize(
        ("event", "what"),
        [
            ("message.image.received", "photo"),
            ("message.sticker.received", "sticker"),
            ("message.voice.received", "voice"),
            ("message.document.received", "file"),
            ("message.unsupported.received", "other"),
        ],
    )
    def test_what_has_no_words_is_called_by_its_kind(self, event: str, what: str) -> None:
        assert bot.parse(update(event, photo_url="https://a.vn/1.jpg")) == Unreadable(what)

    def test_a_caption_is_read(self) -> None:
        assert bot.parse(update("message.image.received", caption="vay vốn")) == Text("vay vốn")

    @pytest.mark.parametrize("other", [{}, {"message": 1}, {"event_name": "x", "message": {}}])
    def test_anything_else_is_passed_over(self, other: dict[str, Any]) -> None:
        assert isinstance(bot.parse(other), Ignored)
        assert isinstance(bot.parse(update(text="x", **{"from": {"id": "b", "is_bot": True}})), Ignored)

    def test_a_message_is_known_again_and_told_from_others(self) -> None:
        assert bot.identify(update(text="x")) == Envelope("man:7", "an", "an")
        group = update(text="x", chat={"id": "g", "chat_type": "GROUP"})
        assert bot.identify(group) == Envelope("mg:7", "g", "an")
        nameless = [bot.identify(update(text=text, message_id=None)).key for text in ("x", "x", "y")]
        assert nameless[0] == nameless[1] != nameless[2]

    def test_posts_come_with_and_without_an_envelope(self) -> None:
        inner = update(text="x")
        assert bot.unwrap(inner) == bot.unwrap({"ok": True, "result": inner}) == inner
        for none in (None, [], 1, "x", {}, {"result": []}, {"result": {"event_name": 1}}):
            with pytest.raises(ValueError, match="not an update"):
                bot.unwrap(none)


def event(name: str = "user_send_text", **message: Any) -> dict[str, Any]:
    return {
        "event_name": name,
        "sender": {"id": "an"},
        "message": {"msg_id": "7", **message},
        "timestamp": "17",
    }


class TestTheOfficialAccount:
    def test_words_are_read_with_what_they_quote(self) -> None:
        assert account.parse(event(text="vay vốn")) == Text("vay vốn")
        assert account.parse(event(text="vay vốn", quote_msg_id="9")) == Text("vay vốn", "9")

    @pytest.mark.parametrize("action", ["p:12:0", "t", "e:nha-o-xay-moi", "a:7-12ab:0"])
    def test_a_pressed_button_comes_back_as_a_text(self, action: str) -> None:
        assert account.parse(event(text=f"#nut:{action}")) == Press(action)

    @pytest.mark.parametrize(
        "text", ["#nut:", "#nut:A", "#nut:p:1 vay", "#nút:p:1:0", "x #nut:p:1:0", "#7 thêm"]
    )
    def test_what_only_looks_like_one_is_a_text(self, text: str) -> None:
        assert account.parse(event(text=text)) == Text(text)

    @pytest.mark.parametrize(
        ("name", "what"), [(name, what) for name, what in account.SENT.items() if what is not None]
    )
    def test_what_has_no_words_is_called_by_its_kind(self, name: str, what: str) -> None:
        assert account.parse(event(name)) == account.parse(event(name, text=" ")) == Unreadable(what)
        assert account.parse(event(name, text="vay vốn")) == Text("vay vốn")

    def test_coming_and_leaving_tell_whether_we_may_write(self) -> None:
        follow = {"event_name": "follow", "follower": {"id": "an"}, "timestamp": "17"}
        assert account.parse(follow) == Back()
        assert account.parse({**follow, "event_name": "unfollow"}) == Left("unfollow")
        assert account.identify(follow) == Envelope("follow:an:17", "an", "an")

    def test_what_the_account_itself_did_is_not_kept(self) -> None:
        assert [
            name
            for name in ("oa_send_text", "user_seen_message", "", 7)
            if account.concerns_us({"event_name": name})
        ] == []


SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [
        "event_name",
        "message",
        "sender",
        "follower",
        "from",
        "chat",
        "id",
        "text",
        "msg_id",
        "message_id",
        "bot",
    ]
)
EVENTS = st.sampled_from([*account.SENT, *account.COME_AND_GO, *bot.EVENTS, "message.text.received"])


@given(st.dictionaries(NAMES, st.dictionaries(NAMES, SHAPES, max_size=4) | SHAPES | EVENTS, max_size=6))
def test_nothing_that_a_platform_sends_makes_reading_fail(payload: dict[str, Any]) -> None:
    for platform in (bot, account):
        envelope = platform.identify(payload)
        assert 0 < len(envelope.key) <= LONGEST_KEY and envelope == platform.identify(
            json.loads(json.dumps(payload))
        )
        assert all(len(each) <= LONGEST_KEY and "\0" not in each for each in (envelope.chat, envelope.asker))
        read = platform.parse(payload)
        assert isinstance(read, Text | Press | Unreadable | Event)
        if isinstance(read, Text):
            read.text.encode()
