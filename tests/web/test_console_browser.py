"""Contract: the console in a real browser: by keyboard, on a phone, without JavaScript, for everybody."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from test_web_accessibility import axe, violations
from test_web_browser import fits, tab_to
from web_site import BASE, EXACT, clean_environment, serve

from bot.phrases import say

__all__ = ["axe"]

PICKED = "tin-dung-muc-vay"
ADMIN = ("--role", "admin", "--name", "Trần Văn Hải")
PAGES = (
    "/console/queue",
    "/console/queue?q=xyz&state=all",
    "/console/queue/3",
    "/console/queue/3?q=nha",
    "/console/queue/3/write",
    "/console/queue/3/variant/nha-o-xay-moi",
    "/console/base",
    "/console/base?q=xyz",
    "/console/base/nha-o-xay-moi",
    "/console/base/nha-o-xay-moi/edit",
    "/console/base/nha-o-xay-moi/edit?item=3",
    "/console/try?q=xây mới nhà cho hộ nghèo được bao nhiêu tiền",
    "/console/care",
    "/console/proposed",
    f"/console/proposed/{PICKED}",
    "/console/figures",
)
Open = Callable[..., AbstractContextManager[Any]]
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("console")


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[str]:
    """A bot on the small base, which was asked a few things."""
    for url in serve(BASE, home):
        with httpx.Client(base_url=url, headers={"HX-Request": "true"}, timeout=30) as client:
            for text in ("vay vốn", EXACT, "lên sao hỏa bằng tàu gì", EXACT):
                client.post("/ask", data={"text": text})
            client.post("/press", data={"action": "p:1:0", "label": "…"})  # of what "vay vốn" may mean
        yield url


def link(home: Path, server: str) -> str:
    """Return a link as the operator gets it."""
    command = [str(Path(sys.executable).with_name("hoidap")), "link", *ADMIN]
    environment = clean_environment() | {"HOIDAP_VAR": str(home / "var"), "HOIDAP_SITE": server}
    done = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def settled(page: Any) -> None:
    """Wait until htmx has put in place what it asked for last."""
    page.wait_for_function("!document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")


def open_all(page: Any) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")


def enter(page: Any, home: Path, server: str) -> None:
    page.goto(link(home, server))
    page.get_by_role("button", name=say("console.enter.go")).click()
    page.wait_for_url("**/console/queue")


@pytest.fixture(scope="module")
def key(chromium: Any, server: str, home: Path) -> Any:
    """The cookies of a browser in which an admin signed in."""
    context = chromium.new_context(base_url=server)
    page = context.new_page()
    enter(page, home, server)
    for _ in range(100):  # what nobody could answer is in the queue within a second or two
        if page.locator("[data-row]").count():
            break
        page.wait_for_timeout(100)
        page.reload()
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def open_page(chromium: Any, server: str, key: Any) -> Open:
    """Opens a page of the admin's browser; fails when the browser complains of anything."""

    @contextmanager
    def opened(status: int | None = None, **options: Any) -> Iterator[Any]:
        complaints: list[str] = []
        context = chromium.new_context(
            base_url=server, locale="vi-VN", reduced_motion="reduce", storage_state=key, **options
        )
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/console/base")
        yield page
        context.close()
        expected = f"responded with a status of {status}"  # which the browser tells of, too
        assert [each for each in complaints if status is None or expected not in each] == []

    return opened


def test_the_story_by_keyboard(open_page: Open) -> None:
    with open_page() as page:
        assert "Trần Văn Hải" in page.locator("header").inner_text()
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "q"
        page.keyboard.type("sua nha")
        page.wait_for_url(re.compile(r"/console/base\?q=sua(%20|\+)nha"))
        page.locator(f"text={say('console.base.count', count=1)}").wait_for()
        settled(page)
        page.keyboard.press("Escape")
        page.wait_for_function("document.activeElement.id !== 'q'")
        page.keyboard.press("j")
        page.wait_for_function("document.activeElement.matches('[data-row]')")
        page.keyboard.press("Enter")
        page.wait_for_url("**/console/base/nha-o-sua-chua")
        page.go_back()
        page.wait_for_url(re.compile(r"/console/base\?q=sua(%20|\+)nha"))
        assert page.input_value("#q") == "sua nha"
        page.keyboard.press("t")
        page.wait_for_url("**/console/try")
        page.keyboard.press("/")
        page.keyboard.type("tien xay moi nha o toi da")
        page.keyboard.press("Enter")
        page.locator("#trial .reply").wait_for()
        assert "40 triệu" in page.locator("#trial").inner_text()
        page.keyboard.press("Escape")
        page.keyboard.press("s")
        page.wait_for_url("**/console/figures")
        assert page.locator("figure svg rect.bar.answer").count() >= 1
        page.keyboard.press("c")
        page.wait_for_url("**/console/care")
        page.keyboard.press("d")
        page.wait_for_url("**/console/proposed")
        assert "vay vốn" in page.locator("main").inner_text()


def test_the_keys_are_told_and_can_be_turned_off(open_page: Open) -> None:
    with open_page() as page:
        page.keyboard.press("?")
        assert page.locator("dialog#keys").is_visible()
        page.locator("#keys-on").uncheck()
        page.keyboard.press("Escape")
        page.locator("dialog#keys").wait_for(state="hidden")
        page.keyboard.press("t")
        page.reload()
        page.keyboard.press("t")
        page.keyboard.press("/")
        assert page.url.endswith("/console/base")
        page.keyboard.press("?")
        page.locator("#keys-on").check()
        page.get_by_role("button", name=say("console.keys.close")).click()
        page.keyboard.press("t")
        page.wait_for_url("**/console/try")


def test_letters_that_are_typed_do_nothing_else(open_page: Open) -> None:
    with open_page() as page:
        page.fill("#q", "")
        page.locator("#q").press_sequentially("tscbjk/?")
        assert page.input_value("#q") == "tscbjk/?"
        assert "/console/base" in page.url
        assert not page.locator("dialog#keys").is_visible()


def test_everything_works_without_javascript(open_page: Open, home: Path, server: str) -> None:
    with open_page(java_script_enabled=False) as page:
        enter(page, home, server)
        page.goto("/console/base")
        tab_to(page, "#q")
        page.keyboard.type("xay nha")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=xay+nha**")
        page.locator("[data-row]").first.click()
        page.wait_for_url("**/console/base/nha-o-xay-moi")
        page.goto("/console/try?q=vay vốn")
        assert page.locator("#trial .evidence").count() >= 1
        page.goto("/console/figures")
        page.fill("#since", "2026-01-01")
        page.get_by_role("button", name=say("console.figures.show")).click()
        page.wait_for_url("**since=2026-01-01**")
        page.get_by_role("button", name=say("console.leave")).click()
        page.wait_for_url("**/console/sign-in")
        page.goto("/console/base")
        page.wait_for_url("**/console/sign-in")


def test_each_act_on_an_item_has_its_key(open_page: Open) -> None:
    with open_page() as page:
        page.goto("/console/queue/3")
        page.keyboard.press("n")
        page.get_by_role("button", name=say("console.item.give_back")).wait_for()
        page.keyboard.press("n")
        page.get_by_role("button", name=say("console.item.take")).wait_for()
        for key, what in (("x", "input[name=reason]"), ("h", "textarea#text"), ("g", "input#into")):
            page.keyboard.press(key)
            assert page.evaluate("what => document.activeElement.matches(what)", what), key
            page.evaluate("document.activeElement.blur()")
        page.keyboard.press("1")
        aimed = page.evaluate("document.activeElement.closest('form').action")
        assert aimed.endswith("/console/queue/3/answer")  # and nobody was told anything yet
        assert page.get_by_role("button", name=say("console.item.take")).is_visible()
        page.keyboard.press("v")
        page.wait_for_url("**/console/queue/3/variant/*")
        page.go_back()
        page.keyboard.press("m")
        page.wait_for_url("**/console/queue/3/write")


def test_a_preview_is_of_the_channel_that_was_chosen_while_one_types(open_page: Open) -> None:
    with open_page() as page:
        page.goto("/console/base/nha-o-xay-moi")
        page.keyboard.press("m")
        page.wait_for_url("**/edit")
        panels = page.locator(".in-channel")
        assert [panel.is_visible() for panel in panels.all()] == [True, False, False, False]
        page.locator(".look").first.focus()
        page.keyboard.press("ArrowRight")
        assert [panel.is_visible() for panel in panels.all()] == [False, True, False, False]
        page.fill("#answer", "Tối đa **41 triệu đồng**.")
        page.locator(".bubble strong", has_text="41 triệu đồng").wait_for()
        assert [panel.is_visible() for panel in panels.all()] == [False, True, False, False]


def test_the_file_comes_down(open_page: Open) -> None:
    with open_page() as page:
        page.goto("/console/figures")
        with page.expect_download() as waiting:
            page.get_by_role("link", name=f"{say('console.figures.log')} (CSV)").click()
        file = waiting.value
        assert file.suggested_filename.startswith("hoidap-log-")
        assert EXACT in Path(file.path()).read_text(encoding="utf-8-sig")


def test_whoever_is_signed_out_meanwhile_is_led_to_the_door(open_page: Open) -> None:
    with open_page(status=401) as page:
        page.context.clear_cookies()
        page.fill("#q", "nha")
        page.wait_for_url("**/console/sign-in")
        assert "/web" in page.inner_text("main")


def test_nothing_is_wider_than_a_phone_or_smaller_than_a_finger(open_page: Open) -> None:
    with open_page(**PHONE) as page:
        for path in PAGES:
            page.goto(path)
            assert fits(page), path
            open_all(page)
            assert fits(page), path
            small = page.evaluate(
                "[...document.querySelectorAll('main button, select, .field input, .tab, .jump, .button')]"
                ".filter(one => one.offsetParent && one.getBoundingClientRect().height < 44)"
                ".map(one => one.outerHTML)"
            )
            assert small == [], path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_serious_violation(open_page: Open, axe: str, scheme: str, width: int) -> None:
    viewport = {"width": width, "height": 800}
    with open_page(status=404, color_scheme=scheme, viewport=viewport) as page:
        for path in PAGES:
            page.goto(path)
            open_all(page)
            assert (path, violations(page, axe)) == (path, [])
        page.keyboard.press("?")
        assert violations(page, axe) == []
        page.keyboard.press("Escape")
        for path in ("/console/sign-in", "/console/enter/none"):
            page.goto(path)
            assert (path, violations(page, axe)) == (path, [])
