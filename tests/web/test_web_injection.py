"""Contract: whatever is asked, pressed or answered, only our own markup reaches the browser."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_site import Site, now

from bot.channels.wire import dump_reply
from bot.domain import Block, Button, Envelope, Reply, Style
from bot.store import inbox, outbox
from bot.store.outbox import Said
from bot.web.markdown import answer_html
from bot.web.sessions import Session

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onfocus=alert(1) autofocus x='",
    "</textarea></template></noscript><script>alert(1)</script>",
    "{{ 7*7 }}{% raw %}",
    "{0.__class__} %s {x}",
    "javascript:alert(1)",
    '<a hx-get="/healthz" hx-trigger="load">x</a>',
    "\u202e<b>\u2066\ufeff&#60;script&#62;",
]
TAGS = {
    *("p", "br", "strong", "em", "ul", "ol", "li", "a", "code", "pre", "blockquote", "hr"),
    *("h3", "h4", "h5", "h6"),
}


class Reader(HTMLParser):
    """Collects tags, attributes and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


def assert_clean(html: str) -> None:
    reader = read(html)
    handlers = [name for name, _ in reader.attributes if name.startswith("on")]
    assert handlers == []
    gets = [value for name, value in reader.attributes if name == "hx-get"]
    assert all(value and value.startswith("/turns/") for value in gets)
    links = [value or "" for name, value in reader.attributes if name in ("href", "src", "action")]
    assert not any(link.lower().lstrip().startswith(("javascript:", "data:")) for link in links)


def tags_added(before: str, after: str) -> set[str]:
    return set(read(after).tags) - set(read(before).tags)


@pytest.mark.parametrize("attack", ATTACKS)
async def test_what_is_asked_is_text(site: Site, attack: str) -> None:
    await site.ask("hỏi bình thường")
    before = await site.page()
    await site.ask(attack)
    await site.press(attack, label=attack)
    await site.client.post("/ask", data={"text": "x", "label": attack, "key": attack})
    after = await site.page()
    assert tags_added(before, after) == set()
    assert_clean(after)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("style", list(Style))
async def test_what_is_answered_is_text(slow_site: Site, style: Style, attack: str) -> None:
    await slow_site.client.get("/")
    chat = Session(slow_site.client.cookies["hoidap"]).chat
    button = Button(attack, "e:x")
    harmless = Reply((Block(style, "lành"),), (Button("a", "b"),), Button("c", "d"), ((Button("e", "f"),),))
    nasty = Reply((Block(style, attack),), (button,), button, ((button,),))
    pages = []
    for key, reply in (("1", harmless), ("2", nasty)):
        async with slow_site.database.writing() as connection:
            envelope = Envelope(key, chat, chat)
            [number] = await inbox.put(connection, now(), ("web", envelope, {"text": "hỏi"}))
            assert number
            await outbox.put(connection, now(), Said(number, "web", chat, [dump_reply(reply)], ready=False))
            await inbox.finish(connection, [number], now())
        pages.append(await slow_site.page())
    assert tags_added(*pages) <= ({"a", "code", "strong"} if style is Style.ANSWER else set())
    assert_clean(pages[1])


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("[a](https://example.org/x?a=1&b=2)", "https://example.org/x?a=1&b=2"),
        ("[a](HTTP://example.org)", "HTTP://example.org"),
        ("<mailto:a@example.org>", "mailto:a@example.org"),
        ("[a](javascript:alert(1))", None),
        ("[a](JaVaScRiPt:alert(1))", None),
        ("[a](&#106;avascript:alert(1))", None),
        ("[a](data:text/html,x)", None),
        ("[a](vbscript:x)", None),
        ("[a](//example.org)", None),
        ("[a](/healthz)", None),
        ("[a][b]\n\n[b]: javascript:alert(1)", None),
        ("![a](https://example.org/a.png)", "https://example.org/a.png"),
    ],
)
def test_links(text: str, href: str | None) -> None:
    attributes = read(answer_html(text)).attributes
    found = [value for name, value in attributes if name == "href"]
    assert [value.lower() for value in found if value] == ([href.lower()] if href else [])
    assert not [name for name, _ in attributes if name == "src"]
    if href:
        assert ("rel", "noopener noreferrer") in attributes


@given(st.text(alphabet="<>[]()!\"'`*_#&;:/\\ \nabjhtps1=-~^|", max_size=200))
def test_no_markdown_makes_foreign_markup(text: str) -> None:
    reader = read(answer_html(text))
    assert set(reader.tags) <= TAGS
    assert {name for name, _ in reader.attributes} <= {"href", "rel", "target", "title", "start", "class"}
