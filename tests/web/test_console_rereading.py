"""Entries to look at again, in the console: told on the queue, listed with why, settled with a reason."""

from web_console import HAI, LAN, Console, words

from bot.phrases import say
from bot.web.pages import label

HOUSE = "nha-o-xay-moi"
OLD, NEW = "1/2023/TT-BTC", "4/2027/TT-BTC"


def told(count: int) -> str:
    return label(say("rereading.row", count=count)).text


async def opened(console: Console, cause: str = NEW) -> int:
    assert await console.reviewing.rereadings.open([(HOUSE, OLD, cause)], "lan") == 1
    found, _ = await console.reviewing.rereadings.page()
    return found[0].id


async def post(console: Console, number: int, note: str, token: str = "") -> int:
    async with console.browser(LAN) as browser:
        page = (await browser.get("/console/care")).text
        field = page.partition('name="token" value="')[2].partition('"')[0]
        data = {"note": note, "token": token or field}
        return (await browser.post(f"/console/care/{number}", data=data)).status_code


async def test_the_queue_says_how_many_and_the_care_page_which_and_why(console: Console) -> None:
    await opened(console)
    async with console.browser(LAN) as browser:
        assert told(1) in (await browser.get("/console/queue")).text
        page = (await browser.get("/console/care")).text
    assert console.live.current.knowledge.entries[HOUSE].question in page
    assert say("console.care.due_replaced", document=OLD, newer=NEW) in words(page)


async def test_an_expert_writes_why_it_is_right(console: Console) -> None:
    number = await opened(console)
    assert await post(console, number, "Mức không đổi") == 303
    done = await console.reviewing.rereadings.get(number)
    assert done is not None
    assert (done.settled_by, done.note) == (LAN.person, "Mức không đổi")
    async with console.browser(HAI) as browser:
        assert told(1) not in (await browser.get("/console/queue")).text


async def test_without_a_reason_too_late_or_with_a_stale_form_nothing_is_settled(console: Console) -> None:
    number = await opened(console)
    assert await post(console, number, "  ") == 409
    assert await post(console, number + 1, "x") == 409
    assert await post(console, 10**30, "x") == 409
    assert await post(console, number, "x", token="AAAA") == 403
    assert (await console.reviewing.rereadings.page())[1] == 1
    assert await post(console, number, "đúng") == 303
    assert await post(console, number, "đúng") == 409


async def test_an_entry_that_is_gone_and_words_of_strangers_break_no_page(console: Console) -> None:
    await console.reviewing.rereadings.open([("da-bo", "<b>", "<b>")], "lan")
    async with console.browser(LAN) as browser:
        page = await browser.get("/console/care")
    assert page.status_code == 200
    assert "<b>x" not in page.text and "&lt;b&gt;" in page.text
