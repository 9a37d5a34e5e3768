"""Contract: the README's story in a real browser, by keyboard, without JavaScript, on a phone, offline."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from web_site import serve

from bot.phrases import say

EXACT = "Mức hỗ trợ xây mới nhà ở cho hộ nghèo là bao nhiêu?"
BETWEEN = "mức hỗ trợ nhà ở cho hộ nghèo"
UNKNOWN = "lên sao hỏa bằng tàu gì"
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def page(chromium: Any, server: str, complaints: list[str], request: Any) -> Iterator[Any]:
    """A page of a browser that nobody used before; fails when the browser complains about anything."""
    options = {"locale": "vi-VN", "reduced_motion": "reduce"} | getattr(request, "param", {})
    context = chromium.new_context(base_url=server, **options)
    opened = context.new_page()
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto("/")
    yield opened
    context.close()
    assert complaints == []


def replied(page: Any, turns: int) -> Any:
    """Wait until so many turns are answered, and return the newest."""
    turn = page.locator(f"#turns .turn:nth-child({turns})")
    turn.locator(".reply").wait_for(timeout=20_000)
    assert page.locator("#turns .turn").count() == turns
    return turn


def tab_to(page: Any, selector: str, key: str = "Tab") -> None:
    """Go by keyboard to what the selector names."""
    for _ in range(80):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press(key)
    pytest.fail(f"{selector} is out of the keyboard's reach")


def fits(page: Any) -> bool:
    """Tell whether nothing is wider than the screen; `innerWidth` itself grows with what is."""
    return bool(page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"])


def ask_by_keyboard(page: Any, text: str) -> None:
    tab_to(page, "#text")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_the_story_by_keyboard(page: Any) -> None:
    ask_by_keyboard(page, EXACT)
    answer = replied(page, 1)
    assert "tối đa 40 triệu đồng/hộ" in answer.inner_text()
    assert "khoản 1 Điều 74, Thông tư 1/2023/TT-BTC" in answer.inner_text()
    assert page.input_value("#text") == ""
    ask_by_keyboard(page, BETWEEN)
    assert say("suggest.which") in replied(page, 2).inner_text()
    tab_to(page, ".turn:nth-child(2) li:first-child .choice", "Shift+Tab")
    page.keyboard.press("Enter")
    assert "triệu đồng/hộ" in replied(page, 3).inner_text()
    ask_by_keyboard(page, UNKNOWN)
    unknown = replied(page, 4)
    number = re.search(r"#(\d+)", unknown.inner_text())
    assert number and unknown.get_attribute("id") == f"t{number[1]}"
    assert page.url.endswith("/")
    page.reload()
    assert page.locator(".turn").count() == 4
    assert page.locator(".welcome").count() == 0


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True)
def test_the_story_without_javascript(page: Any) -> None:
    for count, text in enumerate((EXACT, BETWEEN, UNKNOWN), 1):
        page.locator("#text").fill(text)
        page.locator(".send").press("Enter")
        page.wait_for_url(re.compile(r"#t\d+$"))
        assert page.locator("#turns .turn").count() == count
    assert "40 triệu" in page.locator(".turn").nth(0).inner_text()
    page.locator(".turn").nth(1).locator(".choice").first.press("Enter")
    page.locator(".turn").nth(3).wait_for()
    assert page.locator(".turn").nth(3).locator(".answer").count() == 1
    assert re.search(r"#\d+", page.locator(".turn").nth(2).inner_text())
    page.reload()
    assert page.locator(".turn").count() == 4


@pytest.mark.parametrize("page", [PHONE, PHONE | {"color_scheme": "dark"}], indirect=True)
def test_a_phone_shows_all_of_it(page: Any) -> None:
    assert fits(page)
    page.locator(".welcome .choice").first.tap()
    replied(page, 1)
    page.locator("#text").fill("x" * 300 + " " + "https://example.org/" + "y" * 200)
    assert fits(page)
    page.locator(".send").tap()
    replied(page, 2)
    page.locator(".quick").first.tap()
    replied(page, 3)
    assert fits(page)
    small = page.evaluate(
        """[...document.querySelectorAll("button, textarea, summary")]
        .map(e => [e.innerText, e.getBoundingClientRect()])
        .filter(([, box]) => box.height && (box.height < 44 || box.width < 44)).map(([text]) => text)"""
    )
    assert small == []


def test_an_example_and_a_thumb(page: Any) -> None:
    page.locator(".welcome .choice").first.click()
    replied(page, 1)
    page.locator("#text").fill(EXACT)
    page.locator(".send").click()
    answer = replied(page, 2)
    answer.get_by_role("button", name="Đúng", exact=True).click()
    assert say("recorded.good") in replied(page, 3).inner_text()
    page.locator(".turn:nth-child(3):focus").wait_for()  # reading goes on where the reply is
    page.locator(".turn").nth(1).get_by_role("button", name="Chưa đúng").click()
    assert "#" in replied(page, 4).inner_text()


def test_a_button_pressed_again_is_another_message(page: Any) -> None:
    for count in (1, 2):
        page.locator(".quick").first.click()
        replied(page, count)


def test_double_clicks_are_stored_once(page: Any) -> None:
    page.locator("#text").fill(EXACT)
    page.locator(".send").dblclick()
    replied(page, 1)
    page.locator(".turn .small").first.dblclick()
    replied(page, 2)
    page.wait_for_timeout(500)
    page.reload()
    assert page.locator(".turn").count() == 2


def test_shift_enter_is_a_new_line_and_an_empty_enter_nothing(page: Any) -> None:
    page.locator("#text").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("một")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("hai")
    assert page.input_value("#text") == "một\nhai"
    page.keyboard.press("Enter")
    assert "một\nhai" in replied(page, 1).locator(".words").inner_text()


def test_an_enter_of_an_input_method_does_not_send(page: Any) -> None:
    page.locator("#text").fill("hộ ngheo")
    page.locator("#text").evaluate(
        """box => box.dispatchEvent(
            new KeyboardEvent("keydown", {key: "Enter", isComposing: true, bubbles: true}))"""
    )
    page.wait_for_timeout(300)
    assert page.input_value("#text") == "hộ ngheo"
    assert page.locator(".turn").count() == 0


def test_words_outlive_a_lost_connection(page: Any, complaints: list[str]) -> None:
    page.context.set_offline(True)
    page.locator("#text").fill(EXACT)
    page.keyboard.press("Enter")
    page.get_by_text(say("web.trouble.offline")).wait_for()
    assert page.input_value("#text") == EXACT
    assert all("ERR_INTERNET_DISCONNECTED" in line or line.startswith("htmx:") for line in complaints)
    complaints.clear()
    page.context.set_offline(False)
    page.locator(".send").click()
    replied(page, 1)
    assert page.locator("#trouble").inner_text() == ""


def test_a_refused_text_says_why_and_stays(page: Any, complaints: list[str]) -> None:
    page.locator("#text").fill("a" * 1_100_000)
    page.locator(".send").click()
    page.get_by_text(say("web.trouble.too_big")).wait_for()
    assert len(page.input_value("#text")) == 1_100_000
    assert page.locator(".turn").count() == 0
    assert all("413" in line for line in complaints)
    complaints.clear()


def test_markup_in_a_question_stays_text(page: Any) -> None:
    page.locator("#text").fill("<img src=x onerror=document.title='hit'><b>đậm</b>")
    page.locator(".send").click()
    turn = replied(page, 1)
    assert "<b>đậm</b>" in turn.locator(".words").inner_text()
    page.reload()
    assert page.title() == say("web.name")


def test_the_newest_turn_comes_into_view(page: Any) -> None:
    for count in range(1, 4):
        page.locator("#text").fill(EXACT)
        page.keyboard.press("Enter")
        turn = replied(page, count)
        page.wait_for_timeout(200)
        top = turn.evaluate("turn => turn.getBoundingClientRect().top")
        assert -1 <= top < 200


@pytest.mark.parametrize("page", [{"viewport": {"width": 640, "height": 360}}], indirect=True)
def test_zoomed_to_200_percent(page: Any) -> None:
    """1280 by 720 at 200 % are 640 by 360: nothing sticks over what is read."""
    page.locator("#text").fill(EXACT)
    page.keyboard.press("Enter")
    replied(page, 1)
    assert page.evaluate("getComputedStyle(document.getElementById('ask')).position") == "static"
    assert fits(page)


def test_the_shipped_base(chromium: Any, tmp_path: Any) -> None:
    """Smoke: the bot as it is shipped answers each example on its first page with a reply."""
    from pathlib import Path

    knowledge = Path(__file__).parents[2] / "knowledge"
    for url in serve(knowledge, tmp_path):
        context = chromium.new_context(base_url=url)
        page = context.new_page()
        page.goto("/")
        for count in range(3):
            page.locator(".welcome .choice").nth(count).click()
            replied(page, count + 1)
        context.close()
