"""The page and the feed of what is new, for everybody."""

from xml.etree import ElementTree

import pytest
from web_site import Site, now

from bot.domain import NewsKind
from bot.store import news

ATOM = "{http://www.w3.org/2005/Atom}"
ENTRY = "nha-o-xay-moi"


@pytest.fixture
async def renewed(site: Site) -> Site:
    """A site on whose base one entry changed and one came and went."""
    async with site.database.writing() as connection:
        await news.note(connection, [(NewsKind.ENTRY, ENTRY, "1")], now())  # what always was there
        changes = [(NewsKind.ENTRY, ENTRY, "2"), (NewsKind.ENTRY, "gone", "1")]
        await news.note(connection, changes, now())
    return site


async def test_nothing_new_is_said(site: Site):
    assert "6 tháng qua chưa có nội dung nào mới." in (await site.client.get("/moi")).text


async def test_the_page_shows_what_changed_with_its_answer(renewed: Site):
    response = await renewed.client.get("/moi")
    assert response.status_code == 200
    assert '<span class="mark">Có sửa</span>' in response.text
    assert "40 triệu" in response.text
    assert "gone" not in response.text
    assert "script-src" in response.headers["content-security-policy"]


async def test_the_feed_is_atom_that_a_reader_takes(renewed: Site):
    response = await renewed.client.get("/moi.xml")
    assert response.headers["content-type"] == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(response.text)
    assert root.tag == f"{ATOM}feed"
    for tag in ("title", "id", "updated", "author"):
        assert root.find(f"{ATOM}{tag}") is not None
    [entry] = root.findall(f"{ATOM}entry")
    assert "40 triệu" in str(entry.findtext(f"{ATOM}content"))
    assert "<strong>" in str(entry.findtext(f"{ATOM}content"))  # as escaped HTML
    assert str(entry.findtext(f"{ATOM}id")).startswith(f"{renewed.url}/moi#entry:{ENTRY}:")


async def test_the_feed_stays_the_same_while_nothing_is_new(renewed: Site):
    first, second = [await renewed.client.get("/moi.xml") for _ in range(2)]
    assert first.text == second.text


async def test_the_chat_leads_there(site: Site):
    assert 'href="/moi"' in (await site.client.get("/")).text
