"""Contract: the README's story in a real browser, by keyboard, without JavaScript, on a phone, offline."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from web_site import EXACT

from bot.phrases import say

ANSWERED = "Mức hỗ trợ xây mới nhà ở cho hộ nghèo, hộ cận nghèo ở huyện nghèo là bao nhiêu?"
# The shipped base grows, so which of these it answers is for it to say; some stay vague and some foreign.
VAGUE = (
    "muc ho tro sua nha",
    "mức hỗ trợ nhà ở cho hộ nghèo",
    "hộ nghèo được bao nhiêu tiền",
    "tiền làm nhà",
    "vay vốn",
    "hỗ trợ con giống",
    "bảo hiểm y tế",
    "vốn kéo dài",
    "rà soát",
)
FOREIGN = ("lên sao hỏa bằng tàu gì", "qwrtp zxcvb", "vì sao lá phong đổi màu", "tốc độ ánh sáng trong nước")
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def page(chromium: Any, server: str, complaints: list[str], request: Any) -> Iterator[Any]:
    """A page of a browser that nobody used before; fails when the browser complains about anything."""
    with opened(chromium, server, complaints, **getattr(request, "param", {})) as fresh:
        yield fresh


@pytest.fixture(params=[True, False], ids=["scripted", "without JavaScript"])
def shipped_page(chromium: Any, shipped_server: str, complaints: list[str], request: Any) -> Iterator[Any]:
    """The same on the shipped base, with and without JavaScript."""
    with opened(chromium, shipped_server, complaints, java_script_enabled=request.param) as fresh:
        yield fresh


@contextmanager
def opened(chromium: Any, url: str, complaints: list[str], **options: Any) -> Iterator[Any]:
    context = chromium.new_context(base_url=url, locale="vi-VN", reduced_motion="reduce", **options)
    fresh = context.new_page()
    fresh.on("console", lambda message: complaints.append(message.text))
    fresh.on("pageerror", lambda error: complaints.append(str(error)))
    fresh.goto("/")
    yield fresh
    context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def story(shipped_server: str) -> tuple[str, str, str]:
    """A question that the shipped base answers, one it is unsure about, one it cannot answer."""
    with httpx.Client(base_url=shipped_server, headers={"HX-Request": "true"}, timeout=30) as client:

        def first(questions: tuple[str, ...], phrase: str) -> str:
            for question in questions:
                client.post("/ask", data={"text": ANSWERED})  # as in the story: a question may go on from it
                if phrase in client.post("/ask", data={"text": question}).text:
                    return question
            pytest.fail(f"none of {questions} gets {phrase!r}")

        recorded = say("unanswered.recorded", number="#").partition("#")[0]
        unsure, unknown = first(VAGUE, say("suggest.which")), first(FOREIGN, recorded)
    return ANSWERED, unsure, unknown


def replied(page: Any, turns: int) -> Any:
    """Wait until so many turns are answered, and return the newest."""
    turn = page.locator(f"#turns .turn:nth-child({turns})")
    turn.locator(".reply").wait_for(timeout=20_000)
    assert page.locator("#turns .turn").count() == turns
    return turn


def tab_to(page: Any, selector: str) -> None:
    """Go by keyboard to what the selector names: on with Tab, past the end to the start."""
    wanted = page.locator(f"{selector}:focus")
    for _ in range(150):
        if wanted.count():
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{selector} is out of the keyboard's reach")


def fits(page: Any) -> bool:
    """Tell whether nothing is wider than the screen; `innerWidth` itself grows with what is."""
    return bool(page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"])


def ask_by_keyboard(page: Any, text: str) -> None:
    tab_to(page, "#text")
    page.keyboard.type(text)
    if page.locator(".scripted").count():
        page.keyboard.press("Enter")
    else:
        page.keyboard.press("Tab")
        page.keyboard.press("Space")


def test_the_story_by_keyboard(shipped_page: Any, story: tuple[str, str, str]) -> None:
    page = shipped_page
    answered, unsure, unknown = story
    ask_by_keyboard(page, answered)
    answer = replied(page, 1)
    assert "tối đa 40 triệu đồng/hộ" in answer.inner_text()
    assert re.search(r"Điều 74.*Thông tư 55/2023/TT-BTC", answer.inner_text())
    assert page.input_value("#text") == ""
    ask_by_keyboard(page, unsure)
    assert say("suggest.which") in replied(page, 2).inner_text()
    tab_to(page, ".turn:nth-child(2) li:first-child .choice")
    page.keyboard.press("Enter")
    assert replied(page, 3).locator(".source").count() == 1
    ask_by_keyboard(page, unknown)
    last = replied(page, 4)
    number = re.search(r"#(\d+)", last.inner_text())
    assert number and last.get_attribute("id") == f"t{number[1]}"
    page.reload()
    assert page.locator(".turn").count() == 4
    assert page.locator(".welcome").count() == 0


def test_the_examples_on_the_first_page_are_answered(chromium: Any, shipped_server: str) -> None:
    with opened(chromium, shipped_server, []) as page:
        for count in range(3):
            page.locator(".welcome .choice").nth(count).click()
            assert replied(page, count + 1).locator(".source").count() == 1


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
