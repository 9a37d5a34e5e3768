"""Contract: who gets into the console, for how long, and what a stolen or planted thing is worth."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from web_console import COOKIE, HAI, LAN, Console, token_of, words

from bot.domain import Reviewer, Role
from bot.phrases import say
from bot.signing_in import CHANGE_AFTER, GRACE, LINK_LASTS, LONGEST_IDLE, LONGEST_SESSION
from bot.web.console.gate import is_token, masked

BASE = "/console/base"


async def test_a_link_shows_whom_it_lets_in_and_only_the_button_uses_it_up(console: Console) -> None:
    link = await console.link(LAN)
    async with console.browser() as browser:
        for _ in range(3):  # a chat app looks at the link to preview it
            shown = await browser.get(link)
            assert shown.status_code == 200
            assert LAN.name in shown.text
            assert "set-cookie" not in shown.headers
        entered = await browser.post(link)
        assert entered.status_code == 303
        assert entered.headers["location"] == "/console"
        assert LAN.name in (await browser.get(BASE)).text


async def test_a_link_is_good_once(console: Console) -> None:
    link = await console.link(LAN)
    async with console.browser() as first, console.browser() as second:
        answers = await asyncio.gather(first.post(link), second.post(link))
        assert sorted(answer.status_code for answer in answers) == [303, 404]
        late = await second.get(link)
        assert late.status_code == 404
        assert say("console.door.used") in late.text


async def test_a_link_lasts_ten_minutes(console: Console) -> None:
    links = [await console.link(LAN) for _ in range(2)]
    async with console.browser() as browser:
        console.clock.turn(seconds=LINK_LASTS.total_seconds() - 1)
        assert (await browser.post(links[0])).status_code == 303
        console.clock.turn(seconds=2)
        assert (await browser.post(links[1])).status_code == 404


@pytest.mark.parametrize("secret", ["x", "A" * 43, "../base", "%00", "đ", "A" * 5000])
async def test_an_invented_link_lets_nobody_in(console: Console, secret: str) -> None:
    async with console.browser() as browser:
        response = await browser.post(f"/console/enter/{secret}")
        assert response.status_code in (404, 405)
        assert "set-cookie" not in response.headers


async def test_no_secret_is_in_the_database(console: Console) -> None:
    link = await console.link(LAN)
    async with console.browser() as browser:
        await browser.post(link)
        secrets = [link.rpartition("/")[2], browser.cookies[COOKIE]]
    async with console.database.reading() as connection:
        for table in ("invitations", "sessions"):
            kept = str((await connection.execute(text(f"select * from {table}"))).all())
            assert [secret for secret in secrets if secret in kept] == []


@pytest.mark.parametrize("path", [BASE, "/console/base/nha-o-xay-moi", "/console/try", "/console/care"])
async def test_whoever_is_not_signed_in_is_shown_the_door(console: Console, path: str) -> None:
    async with console.browser() as stranger:
        stranger.cookies.set(COOKIE, "A" * 43)
        response = await stranger.get(path)
        assert response.status_code == 303
        assert response.headers["location"] == "/console/sign-in"
        door = await stranger.get("/console/sign-in")
        assert "/web" in words(door.text)
        part = await stranger.get(path, headers={"HX-Request": "true"})
        assert (part.status_code, part.headers["hx-redirect"]) == (401, "/console/sign-in")


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(console: Console) -> None:
    async with console.browser() as browser:
        cookie = (await browser.post(await console.link(LAN))).headers["set-cookie"].lower()
        assert {"httponly", "samesite=lax", "path=/"} <= set(cookie.split("; "))
        assert "max-age" not in cookie
        assert "secure" not in cookie.split("; ")


async def test_over_https_it_travels_no_other_way(database: Any, console: Console) -> None:
    safe = Console(database, console.live, secure=True)
    async with safe.browser() as browser:
        cookie = (await browser.post(await safe.link(LAN))).headers["set-cookie"]
        assert cookie.startswith("__Host-hoidap-console=")
        assert "secure" in cookie.lower().split("; ")
        assert (await browser.get(BASE)).status_code == 200


async def test_the_cookie_changes_while_it_is_in_use(console: Console) -> None:
    async with console.browser(LAN) as browser:
        seen = {browser.cookies[COOKIE]}
        for _ in range(3):
            console.clock.turn(seconds=CHANGE_AFTER.total_seconds())
            assert (await browser.get(BASE)).status_code == 200
            seen.add(browser.cookies[COOKIE])
            assert (await browser.get(BASE)).status_code == 200
        assert len(seen) == 4


async def test_requests_that_overlap_a_change_all_get_through(console: Console) -> None:
    async with console.browser(LAN) as browser:
        console.clock.turn(seconds=CHANGE_AFTER.total_seconds())
        answers = await asyncio.gather(*(browser.get(BASE) for _ in range(5)))
        assert [answer.status_code for answer in answers] == [200] * 5
        assert (
            len({answer.headers["set-cookie"] for answer in answers if "set-cookie" in answer.headers}) == 1
        )


async def test_a_new_cookie_that_got_lost_on_the_way_is_given_again(console: Console) -> None:
    async with console.browser(LAN) as browser:
        old = browser.cookies[COOKIE]
        console.clock.turn(seconds=CHANGE_AFTER.total_seconds())
        await browser.get(BASE)
        console.clock.turn(hours=1)
        async with _with_cookie(console, old) as again:
            assert (await again.get(BASE)).status_code == 200
            assert again.cookies[COOKIE] != old
            assert (await again.get(BASE)).status_code == 200


async def test_a_cookie_used_after_its_successor_ends_the_session_for_both(console: Console) -> None:
    async with console.browser(LAN) as browser:
        stolen = browser.cookies[COOKIE]
        console.clock.turn(seconds=CHANGE_AFTER.total_seconds())
        await browser.get(BASE)
        await browser.get(BASE)  # the new one has come back
        console.clock.turn(seconds=GRACE.total_seconds() + 1)
        async with _with_cookie(console, stolen) as thief:
            assert (await thief.get(BASE)).status_code == 303
        assert (await browser.get(BASE)).status_code == 303


async def test_a_session_ends_when_nobody_uses_it(console: Console) -> None:
    async with console.browser(LAN) as browser:
        console.clock.turn(seconds=LONGEST_IDLE.total_seconds() - 1)
        assert (await browser.get(BASE)).status_code == 200
        console.clock.turn(seconds=LONGEST_IDLE.total_seconds() + 1)
        assert (await browser.get(BASE)).status_code == 303


async def test_a_session_ends_some_day_however_much_it_is_used(console: Console) -> None:
    async with console.browser(LAN) as browser:
        hours = LONGEST_SESSION.total_seconds() / 3600
        for _ in range(int(hours // 10) - 1):
            console.clock.turn(hours=10)
            assert (await browser.get(BASE)).status_code == 200
        console.clock.turn(hours=11)
        assert (await browser.get(BASE)).status_code == 303


async def test_leaving_ends_the_session_not_only_the_cookie(console: Console) -> None:
    async with console.browser(LAN) as browser:
        cookie = browser.cookies[COOKIE]
        token = token_of((await browser.get(BASE)).text)
        left = await browser.post("/console/leave", data={"token": token})
        assert (left.status_code, left.headers["location"]) == (303, "/console/sign-in")
        assert COOKIE not in browser.cookies
        async with _with_cookie(console, cookie) as again:
            assert (await again.get(BASE)).status_code == 303


async def test_who_is_no_longer_in_the_settings_is_out_at_once(console: Console) -> None:
    link = await console.link(LAN)
    async with console.browser(LAN) as browser:
        assert (await browser.get(BASE)).status_code == 200
        del console.listed[LAN.person]
        assert (await browser.get(BASE)).status_code == 303
        assert (await browser.post(link)).status_code == 404


async def test_a_role_is_what_the_settings_say_now(console: Console) -> None:
    async with console.browser(HAI) as browser:
        assert (await browser.get("/console/figures")).status_code == 200
        console.listed[HAI.person] = Reviewer(HAI.person, HAI.name, Role.EXPERT)
        assert (await browser.get("/console/figures")).status_code == 403


async def test_an_operators_link_lets_in_whom_no_setting_lists(console: Console) -> None:
    async with console.browser(Reviewer("console:root", "Root", Role.ADMIN)) as browser:
        assert (await browser.get("/console/figures")).status_code == 200


@pytest.mark.parametrize(
    "path", ["/console/figures", "/console/export/log.csv", "/console/export/queue.xlsx"]
)
async def test_an_expert_is_told_what_only_admins_see(console: Console, path: str) -> None:
    async with console.browser(LAN) as browser:
        response = await browser.get(path)
        assert response.status_code == 403
        assert say("console.refused.admins_only") in response.text
        assert "/console/figures" not in (await browser.get(BASE)).text


@pytest.mark.parametrize("token", ["", "x", "AAAA", "A" * 86 + "==", "đ"])
async def test_a_form_without_its_token_does_nothing(console: Console, token: str) -> None:
    async with console.browser(LAN) as browser:
        response = await browser.post("/console/leave", data={"token": token})
        assert response.status_code == 403
        assert say("console.refused.stale_form") in response.text
        assert (await browser.get(BASE)).status_code == 200


async def test_a_token_of_another_session_does_nothing(console: Console) -> None:
    async with console.browser(LAN) as mine, console.browser(HAI) as theirs:
        token = token_of((await theirs.get(BASE)).text)
        assert (await mine.post("/console/leave", data={"token": token})).status_code == 403


async def test_a_form_from_another_site_does_nothing(console: Console) -> None:
    async with console.browser(LAN) as browser:
        token = token_of((await browser.get(BASE)).text)
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
            response = await browser.post("/console/leave", data={"token": token}, headers=headers)
            assert response.status_code == 403
        assert (await browser.get(BASE)).status_code == 200


def test_a_token_looks_different_each_time_and_is_the_same() -> None:
    secret = "ab" * 32
    tokens = {masked(secret) for _ in range(100)}
    assert len(tokens) == 100
    assert all(is_token(secret, token) for token in tokens)
    assert not is_token("cd" * 32, tokens.pop())


async def test_nothing_of_it_is_kept_by_the_browser_or_run_from_elsewhere(console: Console) -> None:
    async with console.browser(HAI) as browser:
        for path in (BASE, "/console/figures", "/console/try?q=nha", "/console/base/nha-o-xay-moi"):
            response = await browser.get(path)
            assert response.headers["cache-control"] == "no-store"
            policy = response.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert " style=" not in response.text
            assert "<style" not in response.text
            assert " onclick=" not in response.text


def _with_cookie(console: Console, cookie: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=console.app)
    client = httpx.AsyncClient(transport=transport, base_url=console.url)
    client.cookies.set(COOKIE, cookie, domain="bot.example")
    return client
