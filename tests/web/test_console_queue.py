"""Contract: an expert finds what waits, does one thing to it at a time, and nothing is overwritten."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from test_web_injection import ATTACKS
from web_console import HAI, LAN, NOON, Console, assert_ours, token_of, words

from bot.domain import Candidate, Reason
from bot.items import ActKind, ItemState, QueueFilter
from bot.phrases import say
from bot.store.tables import outbox

HOUSE = "nha-o-xay-moi"
HTMX = {"HX-Request": "true"}


async def asks(console: Console, text: str, **more: Any) -> int:
    """Put a question into the queue as `hoidap serve` would and return its number."""
    number = await console.waits(text, **more)
    await console.gathering.gather_all()
    return number


async def act(browser: httpx.AsyncClient, number: int, name: str, **form: Any) -> httpx.Response:
    token = token_of((await browser.get(f"/console/queue/{number}")).text)
    return await browser.post(f"/console/queue/{number}/{name}", data={"token": token, **form})


async def state(console: Console, number: int) -> ItemState:
    whole = await console.reviewing.item(number)
    assert whole
    return whole.item.state


async def told(console: Console) -> list[str]:
    async with console.database.reading() as connection:
        rows = await connection.execute(select(outbox).order_by(outbox.c.id))
        return [json.dumps(row.payload, ensure_ascii=False) for row in rows]


async def test_the_queue_is_home_and_puts_first_what_most_people_ask(console: Console) -> None:
    await asks(console, "thủ tục cấp sổ hộ nghèo", asker="one")
    for asker in ("two", "three"):
        await asks(console, "vay vốn làm nhà vệ sinh", asker=asker, channel="telegram")
    async with console.browser(LAN) as browser:
        assert (await browser.get("/console")).headers["location"] == "/console/queue"
        page = (await browser.get("/console/queue")).text
        assert_ours(page)
        assert say("console.queue.count", count=2) in page
        assert page.index("vay vốn làm nhà vệ sinh") < page.index("thủ tục cấp sổ hộ nghèo")
        assert say("console.queue.people", count=2) in page


async def test_filters_and_search_without_diacritics_narrow_it_down(console: Console) -> None:
    await asks(console, "thủ tục cấp sổ hộ nghèo", asked_at=NOON - timedelta(days=9))
    await asks(console, "vay vốn làm nhà vệ sinh", channel="telegram", reason=Reason.DISLIKED)
    async with console.browser(LAN) as browser:

        async def found(query: str) -> str:
            return (await browser.get(f"/console/queue?{query}", headers=HTMX)).text

        assert "<html" not in await found("q=vay")
        for query in (
            "q=nha+ve+sinh",
            "channel=telegram",
            "reason=disliked",
            "since=2026-11-20",
            "order=age&q=von",
        ):
            part = await found(query)
            assert "vay vốn" in part, query
            assert "cấp sổ" not in part, query
        for query in ("until=2026-11-20", "q=so+ho+ngheo&state=new", "channel=web&order=topic"):
            part = await found(query)
            assert "cấp sổ" in part, query
            assert "vay vốn" not in part, query
        for query in ("state=answered", "province=Lào+Cai", "q=t%C3%A0u"):
            assert say("console.queue.nothing") in await found(query), query
        odd = "state=x&order=x&reason=x&since=x&until=2026-99-99&page=-1&topic=x&channel=x&province=x"
        assert say("console.queue.count", count=2) in await found(odd)


async def test_a_long_queue_comes_in_pages(console: Console) -> None:
    for number in range(30):
        await console.waits(
            f"{'abcdefghijklmnopqrstuvwxyz'[number % 26] * 5} {number * 7919} văn bản {number}"
        )
    await console.gathering.gather_all()
    async with console.browser(LAN) as browser:
        first = (await browser.get("/console/queue?q=van+ban")).text
        assert "/console/queue?q=van+ban&amp;page=2" in first
        total = (await console.reviewing.queue(QueueFilter())).total
        assert say("console.queue.count", count=total) in first
        for page in ("2", "99", "0", "x", "9" * 400):
            assert "data-row" in (await browser.get(f"/console/queue?page={page}")).text


async def test_an_item_is_on_one_screen(console: Console) -> None:
    number = await asks(console, "xây nhà cho hộ mới thoát nghèo", candidates=(Candidate(HOUSE, 0.31),))
    await asks(console, "xay nha cho ho moi thoat ngheo", channel="telegram", asker="other")
    async with console.browser(LAN) as browser:
        await act(browser, number, "take")
        page = (await browser.get(f"/console/queue/{number}")).text
        assert_ours(page)
        text = words(page)
        for said in ("xây nhà cho hộ mới thoát nghèo", "xay nha cho ho moi thoat ngheo", "tối đa 40 triệu"):
            assert said in text
        assert say("console.item.asked", count=2) in text
        for channel in ("web", "telegram"):
            asker = say("console.item.asker", count=1, channel=channel, province=say("review.no_province"))
            assert asker in text
        assert say("console.act.took") in text
        assert (await browser.get("/console/queue/999")).status_code == 404
        assert (await browser.get(f"/console/queue/{'9' * 30}")).status_code == 404


async def test_take_and_give_back_and_undo(console: Console) -> None:
    number = await asks(console, "vay vốn")
    async with console.browser(LAN) as browser:
        assert (await act(browser, number, "take")).status_code == 303
        assert await state(console, number) is ItemState.TAKEN
        page = (await browser.get(f"/console/queue/{number}")).text
        assert LAN.name in page
        assert say("console.item.give_back") in page
        assert say("console.item.undo", what=say("console.act.took")) in page
        await act(browser, number, "give-back")
        assert await state(console, number) is ItemState.NEW
        whole = await console.reviewing.item(number)
        assert whole
        last = whole.acts[-1]
        await act(browser, number, "undo", act=str(last.id))
        assert await state(console, number) is ItemState.TAKEN


async def test_an_entry_answers_it_and_everybody_is_told_and_it_can_be_taken_back(console: Console) -> None:
    number = await asks(console, "xây nhà", candidates=(Candidate(HOUSE, 0.31),))
    async with console.browser(LAN) as browser:
        assert (await act(browser, number, "answer", entry=HOUSE)).status_code == 303
        assert await state(console, number) is ItemState.ANSWERED
        assert "40 triệu" in (await told(console))[0]
        page = (await browser.get(f"/console/queue/{number}")).text
        assert f'href="/console/base/{HOUSE}"' in page
        assert say("console.item.told", count=1) in page
        whole = await console.reviewing.item(number)
        assert whole
        done = next(each for each in whole.acts if each.kind is ActKind.ANSWERED)
        await act(browser, number, "undo", act=str(done.id))
        assert await state(console, number) is ItemState.NEW


async def test_not_for_us_and_asking_back(console: Console) -> None:
    first = await asks(console, "cấp thẻ căn cước")
    second = await asks(console, "vay vốn được không")
    async with console.browser(LAN) as browser:
        form = {"reason": "other_body", "note": "Công an xã"}
        assert (await act(browser, first, "send-away", **form)).status_code == 303
        assert await state(console, first) is ItemState.NOT_OURS
        assert (await act(browser, second, "send-away", reason="x")).status_code == 400
        assert (await act(browser, second, "ask-back", text=" ")).status_code == 409
        assert (await act(browser, second, "ask-back", text="Vay để làm gì?")).status_code == 303
        assert await state(console, second) is ItemState.ASKING
    said = await told(console)
    assert "Công an xã" in said[0]
    assert "Vay để làm gì?" in said[1]


async def test_merging_and_splitting(console: Console) -> None:
    first = await asks(console, "cấp thẻ căn cước")
    second = await asks(console, "vay vốn được không", asker="other")
    async with console.browser(LAN) as browser:
        assert (await act(browser, first, "merge", into=f"#{second}")).status_code == 303
        whole = await console.reviewing.item(first)
        assert whole
        assert len(whole.wordings) == 2
        moved = {f"wording-{each.id}": "1" for each in whole.wordings if each.number == first}
        assert (await act(browser, first, "split", **moved)).status_code == 303
        assert len((await console.reviewing.item(second)).wordings) == 1  # type: ignore[union-attr]
        for odd in ("", "x", "0", "9" * 99):
            response = await act(browser, first, "merge", into=odd)
            assert response.status_code == 409
        assert (await act(browser, first, "split")).status_code == 409
        assert (await act(browser, first, "undo", act="12345")).status_code == 409


async def test_two_reviewers_at_once_are_told_kindly_and_nothing_is_overwritten(console: Console) -> None:
    number = await asks(console, "xây nhà", candidates=(Candidate(HOUSE, 0.31),))
    async with console.browser(LAN) as lan, console.browser(HAI) as hai:
        await lan.get(f"/console/queue/{number}")
        token = token_of((await hai.get(f"/console/queue/{number}")).text)
        await act(lan, number, "take")
        late = await hai.post(f"/console/queue/{number}/answer", data={"token": token, "entry": HOUSE})
        assert late.status_code == 409
        assert say("conflict.taken", number=number, by=LAN.name) in words(late.text)
        assert say("console.item.kept") in words(late.text)
        assert await told(console) == []
        await act(lan, number, "answer", entry=HOUSE)
        late = await hai.post(f"/console/queue/{number}/take", data={"token": token})
        assert say("conflict.settled", number=number, by=LAN.name) in words(late.text)
    assert len(await told(console)) == 1


async def test_of_two_answers_in_the_same_moment_one_counts(console: Console) -> None:
    number = await asks(console, "xây nhà", candidates=(Candidate(HOUSE, 0.31),))
    async with console.browser(LAN) as lan, console.browser(HAI) as hai:
        answers = await asyncio.gather(
            act(lan, number, "answer", entry=HOUSE), act(hai, number, "answer", entry=HOUSE)
        )
    assert sorted(each.status_code for each in answers) == [303, 409]
    assert len(await told(console)) == 1


async def test_other_entries_are_looked_for(console: Console) -> None:
    number = await asks(console, "vay vốn")
    async with console.browser(LAN) as browser:
        part = (await browser.get(f"/console/queue/{number}?q=bao+hiem", headers=HTMX)).text
        assert "<html" not in part
        assert 'value="bao-hiem-muc-dong"' in part
        assert "40 triệu" not in part
        assert "bao-hiem-muc-dong" in (await browser.get(f"/console/queue/{number}?q=bao+hiem")).text


async def test_without_a_token_or_a_name_of_an_act_nothing_happens(console: Console) -> None:
    number = await asks(console, "vay vốn")
    async with console.browser(LAN) as browser:
        assert (await browser.post(f"/console/queue/{number}/take")).status_code in (403, 415)
        assert (await browser.post(f"/console/queue/{number}/take", data={"token": "x"})).status_code == 403
        assert (await act(browser, number, "drop")).status_code == 404
    async with console.browser() as stranger:
        assert (await stranger.get(f"/console/queue/{number}")).status_code == 303
    assert await state(console, number) is ItemState.NEW


@pytest.mark.parametrize("attack", ATTACKS)
async def test_whatever_people_ask_stays_text(console: Console, attack: str) -> None:
    number = await asks(console, attack)
    async with console.browser(LAN) as browser:
        assert_ours((await browser.get("/console/queue", params={"q": attack})).text)
        assert_ours((await browser.get(f"/console/queue/{number}", params={"q": attack})).text)
        assert_ours((await browser.get("/console/queue?state=all")).text)
