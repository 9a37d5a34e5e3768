"""Contract: what a browser without JavaScript, and htmx, get over HTTP; nothing asked is lost or doubled."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from web_site import BETWEEN, EXACT, UNKNOWN, Site, form_key, now

from bot.channels.wire import dump_reply
from bot.domain import Block, Reply, Style
from bot.errors import KnowledgeError
from bot.kb import load
from bot.phrases import say
from bot.store import outbox
from bot.store.outbox import Said

HTMX = {"HX-Request": "true"}


def number_of(response: httpx.Response) -> int:
    return int(response.headers["location"].removeprefix("/#t"))


async def test_first_visit(site: Site) -> None:
    response = await site.client.get("/")
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    cookie = response.headers["set-cookie"].lower()
    assert {"httponly", "samesite=lax", "path=/", "max-age=31536000"} <= set(cookie.split("; "))
    assert "secure" not in cookie
    for key in ("welcome.title", "example.first", "example.second", "example.third", "privacy"):
        assert say(f"web.{key}") in response.text
    assert '<label for="text">' in response.text
    assert await site.rows("inbox") == 0


async def test_the_cookie_is_for_https_only_when_asked(open_site: Callable[..., Any]) -> None:
    async with open_site(secure=True) as site:
        cookie = (await site.client.get("/")).headers["set-cookie"]
        assert cookie.startswith("__Host-hoidap=")
        assert "secure" in cookie.lower().split("; ")
        await site.ask(EXACT)
        assert "40 triệu" in await site.page()


async def test_no_cookie_of_ours_is_replaced(site: Site) -> None:
    for planted in ("x", "a" * 44, "'; drop table inbox", ""):
        response = await site.browser().get("/", headers={"Cookie": f"hoidap={planted}"})
        assert re.search(r"hoidap=[\w-]{43};", response.headers["set-cookie"])


async def test_the_cookie_is_not_in_the_database(site: Site) -> None:
    await site.ask(EXACT)
    async with site.database.reading() as connection:
        chat = (await connection.exec_driver_sql("select chat from inbox")).scalar_one()
    assert chat not in site.client.cookies.values()


async def test_asking_without_javascript(site: Site) -> None:
    response = await site.ask(EXACT)
    assert response.status_code == 303
    page = await site.page()
    assert f'id="t{number_of(response)}"' in page
    assert "<strong>tối đa 40 triệu đồng/hộ</strong>" in page
    assert 'khoản 1 Điều 74, Thông tư <a href="/van-ban/1-2023-tt-btc">1/2023/TT-BTC</a>' in page
    assert 'class="warning" role="note"' in page
    assert say("web.welcome.title") not in page
    assert "http-equiv" not in page


async def test_asking_with_htmx(site: Site) -> None:
    key = form_key(await site.page())
    response = await site.client.post("/ask", data={"text": EXACT, "key": key}, headers=HTMX)
    assert response.status_code == 200
    assert response.text.count('<article class="turn"') == 1
    assert "<html" not in response.text
    assert f'hx-swap-oob="outerHTML:#key-{key}"' in response.text
    assert "40 triệu" in response.text


async def test_three_outcomes_in_one_transcript(site: Site) -> None:
    await site.ask(EXACT)
    await site.ask(BETWEEN)
    unknown = number_of(await site.ask(UNKNOWN))
    page = await site.page()
    assert page.count('<article class="turn"') == 3
    assert say("suggest.which") in page
    assert say("unanswered.recorded", number=unknown) in page
    assert page.index(EXACT) < page.index(BETWEEN) < page.index(UNKNOWN)


async def test_picking_a_suggestion(site: Site) -> None:
    asked = number_of(await site.ask(BETWEEN))
    response = await site.press(f"p:{asked}:0", label=EXACT, headers=HTMX)
    assert 'class="asked pressed"' in response.text
    assert EXACT in response.text
    assert "40 triệu" in response.text


async def test_a_double_submit_is_stored_once(site: Site) -> None:
    form = {"text": EXACT, "key": form_key(await site.page())}
    first, second = await asyncio.gather(*(site.client.post("/ask", data=form) for _ in range(2)))
    assert number_of(first) == number_of(second)
    assert await site.rows("inbox") == 1


async def test_a_text_edited_after_a_lost_reply_is_another_message(site: Site) -> None:
    key = form_key(await site.page())
    first = await site.client.post("/ask", data={"text": EXACT, "key": key})
    second = await site.client.post("/ask", data={"text": UNKNOWN, "key": key})
    assert number_of(first) != number_of(second)


async def test_a_key_of_another_browser_gives_nothing_away(site: Site) -> None:
    form = {"text": EXACT, "key": str(uuid4())}
    first = await site.client.post("/ask", data=form)
    async with site.browser() as other:
        second = await other.post("/ask", data=form)
    assert number_of(first) != number_of(second)


async def test_a_turn_is_for_its_own_browser(site: Site) -> None:
    number = number_of(await site.ask(EXACT))
    async with site.browser() as other:
        await other.get("/")
        assert (await other.get(f"/turns/{number}", headers=HTMX)).status_code == 404
        assert EXACT not in (await other.get("/")).text
        stale = await other.post("/press", data={"action": f"u:{number}", "label": "x"}, headers=HTMX)
        assert say("press.stale") in stale.text
    assert (await site.client.get(f"/turns/{number}", headers=HTMX)).status_code == 200


@pytest.mark.parametrize("number", ["0", "999999", str(2**63), "9" * 400])
async def test_no_such_turn(site: Site, number: str) -> None:
    response = await site.client.get(f"/turns/{number}", headers=HTMX)
    assert response.status_code == 404


async def test_an_answer_that_takes_longer(slow_site: Site) -> None:
    await slow_site.page()
    plain, htmx = await asyncio.gather(slow_site.ask(EXACT), slow_site.ask(UNKNOWN, headers=HTMX))
    number = number_of(plain)
    poll = re.search(r'hx-get="(/turns/(\d+)\?seen=0)" hx-trigger="every 1s"', htmx.text)
    assert poll
    page = await slow_site.page()
    assert '<noscript><meta http-equiv="refresh"' in page
    assert say("web.reload") in page
    assert (await slow_site.client.get(poll[1], headers=HTMX)).status_code == 204
    await slow_site.answer_all()
    said = await slow_site.client.get(poll[1], headers=HTMX)
    assert say("unanswered.recorded", number=poll[2]) in said.text
    assert "hx-trigger" not in said.text
    assert UNKNOWN not in said.text
    assert "hx-trigger" not in await slow_site.page()
    assert (await slow_site.client.get(f"/turns/{number}")).headers["location"] == f"/#t{number}"


@pytest.mark.parametrize("seen", ["", "x", "-1", "²", "99999999999999"])
async def test_any_seen(site: Site, seen: str) -> None:
    number = number_of(await site.ask(EXACT))
    response = await site.client.get(f"/turns/{number}", params={"seen": seen}, headers=HTMX)
    assert "40 triệu" in response.text


async def test_what_an_expert_says_later_is_seen_on_the_page(site: Site) -> None:
    number = number_of(await site.ask(UNKNOWN))
    async with site.database.reading() as connection:
        chat = (await connection.exec_driver_sql("select chat from inbox")).scalar_one()
    told = dump_reply(Reply((Block(Style.TEXT, "Chuyên gia: chưa có tàu."),)))
    async with site.database.writing() as connection:
        await outbox.put(connection, now(), Said(number, "web", chat, [told], label="told", ready=False))
    assert "Chuyên gia: chưa có tàu." in await site.page()


async def test_what_an_expert_says_later_comes_last_however_old_the_question(site: Site) -> None:
    number = number_of(await site.ask(UNKNOWN))
    for index in range(31):
        await site.ask(f"câu số {index}x")
    async with site.database.reading() as connection:
        chat = (await connection.exec_driver_sql("select chat from inbox limit 1")).scalar_one()
    told = dump_reply(Reply((Block(Style.TEXT, "Chuyên gia: chưa có tàu."),)))
    async with site.database.writing() as connection:
        label = f"{outbox.TOLD}1."
        await outbox.put(connection, now(), Said(number, "web", chat, [told], label=label, ready=False))
    page = await site.page()
    assert page.index("câu số 30x") < page.index("Chuyên gia: chưa có tàu.")
    assert page.count('<article class="turn') == 30
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert "Chuyên gia: chưa có tàu." not in (await site.ask("lại nữa", headers=HTMX)).text
    async with site.browser() as other:
        assert "Chuyên gia: chưa có tàu." not in (await other.get("/")).text


async def test_empty_text_is_stored_and_answered(site: Site) -> None:
    for text in ("", "   ", "👍👍", "\0"):
        response = await site.ask(text, headers=HTMX)
        assert say("unusable.empty").partition(",")[0] in response.text
    assert say("web.empty_text") in await site.page()
    assert await site.rows("inbox") == 4


async def test_a_long_text_is_answered(site: Site) -> None:
    text = "ộ" * 66_000  # 198 kB, 594 kB in the form
    response = await site.ask(text, headers=HTMX)
    assert "66.000 ký tự" in response.text
    assert len(response.content) < 20_000
    assert await site.rows("waiting") == 1


async def test_far_too_much_is_refused_in_words(site: Site) -> None:
    text = "a" * (1024 * 1024 + 1)
    page = await site.ask(text)
    assert page.status_code == 413
    assert say("web.trouble.too_big") in page.text
    assert "content-security-policy" in page.headers
    line = await site.ask(text, headers=HTMX)
    assert line.status_code == 413
    assert line.text.strip() == say("web.trouble.too_big")
    assert await site.rows("inbox") == 0


async def test_not_a_form(site: Site) -> None:
    assert (await site.client.post("/ask", json={"text": "x"})).status_code == 415
    many = {f"f{i}": "x" for i in range(50)}
    assert (await site.client.post("/ask", data=many)).status_code == 400
    assert (await site.client.post("/ask", files={"text": b"x"})).status_code == 415
    assert await site.rows("inbox") == 0


async def test_friendly_errors(site: Site) -> None:
    gone = await site.client.get("/khong-co")
    assert (gone.status_code, say("web.trouble.missing") in gone.text) == (404, True)
    assert (await site.client.get("/ask")).status_code == 405


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://bot.example"}, 403),
        ({"Origin": "http://bot.example"}, 303),
        ({"Origin": "https://bot.example"}, 303),  # TLS ends at a proxy
        ({"Origin": "http://bot.example:81"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://bot.example.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
    ],
)
async def test_posts_from_elsewhere_are_refused(site: Site, headers: dict[str, str], status: int) -> None:
    response = await site.ask(EXACT, headers=headers)
    assert response.status_code == status
    assert await site.rows("inbox") == (1 if status == 303 else 0)
    if status == 403:
        assert say("web.trouble.foreign") in response.text


async def test_every_response_is_safe(site: Site) -> None:
    paths = ["/", "/healthz", "/khong-co", "/turns/1"]
    for path in paths:
        headers = (await site.client.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


async def test_no_inline_script_or_style(site: Site) -> None:
    await site.ask(EXACT)
    page = await site.page()
    assert not re.search(r"<style|\sstyle=|\son\w+=|hx-on|<script(?![^>]*\ssrc=)", page)


async def test_static_files_are_kept_by_their_content(site: Site) -> None:
    page = await site.page()
    urls = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert len(set(urls)) == 4
    for url in urls:
        response = await site.client.get(url)
        assert response.status_code == 200
        assert "immutable" in response.headers["cache-control"]
        old = re.sub(r"/static/\w+/", "/static/000000000000/", url)
        assert (await site.client.get(old)).headers["cache-control"] == "no-cache"
    assert (await site.client.get("/static/x/none.css")).status_code == 404
    assert (await site.client.get("/static/x/..%2Fapp.py")).status_code == 404


async def test_the_page_shows_the_newest_turns(site: Site) -> None:
    for number in range(33):
        await site.ask(f"câu số {number}x")
    page = await site.page()
    assert page.count('<article class="turn"') == 30
    assert "câu số 2x" not in page
    assert "câu số 32x" in page


async def test_a_button_in_the_header_shows_its_words(site: Site) -> None:
    form = {"text": "/chude", "label": "Chủ đề", "key": str(uuid4())}
    response = await site.client.post("/ask", data=form, headers=HTMX)
    assert say("topics.title") in response.text
    assert "/chude" not in response.text


async def test_health(site: Site, tmp_path: Path) -> None:
    await site.ask(UNKNOWN)
    well = await site.client.get("/healthz")
    assert well.status_code == 200
    state = well.json()
    assert state["status"] == "ok"
    assert state["base"] == {
        "version": site.live.current.knowledge.version,
        "entries": 5,
        "problems": 0,
        "first_problems": [],
    }
    assert (state["inbox_open"], state["waiting"]) == (0, 1)
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "a.yaml").write_text("- id: x\n  question: [", encoding="utf-8")
    with pytest.raises(KnowledgeError) as error:
        load(broken)
    site.live.problems = error.value.problems
    ill = await site.client.get("/healthz")
    assert (ill.status_code, ill.json()["status"]) == (200, "degraded")
    assert ill.json()["base"]["first_problems"][0].startswith("a.yaml:")


async def test_health_without_a_database(site: Site) -> None:
    async with site.database.writing() as connection:
        await connection.exec_driver_sql("alter table outbox rename to gone")
    response = await site.client.get("/healthz")
    assert (response.status_code, response.json()["database"]) == (503, "unreachable")
    page = await site.ask(EXACT)
    assert page.status_code == 500
    assert say("web.trouble.other") in page.text
    assert "content-security-policy" in page.headers
