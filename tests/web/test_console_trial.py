"""Contract: trying a question tells what an asker would get and why, and leaves no trace."""

import pytest
from sqlalchemy import text
from test_web_injection import ATTACKS
from web_console import LAN, Console, OneBrain, assert_ours, words

from bot.live import Brain
from bot.phrases import say
from bot.store import Database

HTMX = {"HX-Request": "true"}


@pytest.fixture
def console(database: Database, learned: Brain) -> Console:
    return Console(database, OneBrain(learned))


async def test_the_page_waits_for_a_question(console: Console) -> None:
    async with console.browser(LAN) as browser:
        page = (await browser.get("/console/try")).text
        assert say("console.try.go") in page
        assert say("console.try.shares") not in page


async def test_what_is_answered_is_shown_as_the_asker_would_see_it_with_its_reasons(console: Console) -> None:
    async with console.browser(LAN) as browser:
        page = (
            await browser.get("/console/try", params={"q": "xây mới nhà cho hộ nghèo được bao nhiêu tiền"})
        ).text
        assert say("console.try.gets", verdict=say("console.verdict.answer")) in page
        assert "<strong>tối đa 40 triệu đồng/hộ</strong>" in page
        assert say("explain.why_first") in page
        assert say("explain.none") in page
        assert "<rect" in page


async def test_what_nobody_knows_would_be_recorded(console: Console) -> None:
    async with console.browser(LAN) as browser:
        page = (await browser.get("/console/try", params={"q": "lên sao hỏa bằng tàu gì"})).text
        assert say("console.try.recorded") in page
        assert "#0" not in words(page)


async def test_htmx_gets_the_result_alone(console: Console) -> None:
    async with console.browser(LAN) as browser:
        part = (await browser.get("/console/try", params={"q": "vay vốn"}, headers=HTMX)).text
        assert "<html" not in part
        assert say("console.try.shares") in part


async def test_nothing_is_stored(console: Console) -> None:
    async with console.browser(LAN) as browser:
        await browser.get("/console/try", params={"q": "vay vốn sản xuất"})
    async with console.database.reading() as connection:
        for table in ("inbox", "exchanges", "waiting", "outbox"):
            assert (await connection.execute(text(f"select count(*) from {table}"))).scalar_one() == 0


@pytest.mark.parametrize(
    "odd", ["?", "…", "\x00", "a" * 5000, "1", "/web", "xin chào", "%", "55/2023/TT-BTC", *ATTACKS]
)
async def test_whatever_is_tried_gets_a_page_of_our_own_markup(console: Console, odd: str) -> None:
    async with console.browser(LAN) as browser:
        page = await browser.get("/console/try", params={"q": odd})
    assert page.status_code == 200
    assert_ours(page.text)
