"""Takes the pictures of the README and of the experts' guide, of the shipped bot: `make screenshots`.

The clock stands still, and fonts are the machine's: on one machine the pictures come out the same each time.
"""

import asyncio
import shutil
import socket
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, async_playwright

from bot import app
from bot.config import Settings
from bot.domain import Reviewer, Role
from bot.signing_in import SignIn
from bot.store import Database

HERE = Path(__file__).parent
MOMENT = datetime(2026, 11, 23, 1, 40, tzinfo=UTC)  # 08:40 in Vietnam
FLAGS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--font-render-hinting=none"]
ANSWERED = "da5 xay nha moi bao nhieu 1 ho"
AMBIGUOUS = "xay moi nha o ho ngheo"
UNKNOWN = (
    "Có được hỗ trợ tiền công thả ong ký sinh diệt châu chấu tre không?",
    "thả ong ký sinh diệt châu chấu tre có được hỗ trợ tiền công không",
    "tha ong ky sinh diet chau chau tre co duoc ho tro tien cong khong a",
    "mua máy bay không người lái phun thuốc cho tổ cộng đồng được không",
)
ANSWER = "Được hỗ trợ **công thả ong ký sinh** khi việc này nằm trong dự án được duyệt."
PHONE: Mapping[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
WIDE: Mapping[str, Any] = {"viewport": {"width": 1280, "height": 900}, "device_scale_factor": 1.25}
DESKTOP: Mapping[str, Any] = {"viewport": {"width": 1100, "height": 1350}, "device_scale_factor": 1.5}


async def main() -> None:
    """Start the bot on the shipped base and photograph it."""
    app.now = clock
    with tempfile.TemporaryDirectory() as directory:
        settings = Settings(
            _env_file=None,
            knowledge=HERE.parent / "knowledge",
            var=Path(directory),
            port=free_port(),
            telegram_token=None,
            log_level="ERROR",
        )
        bot = asyncio.create_task(app.serve(settings))
        try:
            await photograph(f"http://127.0.0.1:{settings.port}", bot, settings.database)
        finally:
            bot.cancel()
            await asyncio.gather(bot, return_exceptions=True)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clock() -> datetime:
    """Return the moment that all pictures are of."""
    return MOMENT


async def photograph(url: str, bot: asyncio.Task[None], database: str) -> None:
    """Take all pictures once the page answers."""
    async with httpx.AsyncClient() as client:
        while not bot.done():
            try:
                await client.get(f"{url}/healthz")
                break
            except httpx.TransportError:
                await asyncio.sleep(0.2)
        else:
            bot.result()
    async with async_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        await picture(browser, url, DESKTOP, "web-desktop.png", ANSWERED)
        await picture(browser, url, PHONE, "web-phone.png", AMBIGUOUS)
        await ask_the_unknown(url)
        await pick_a_suggestion(browser, url)
        link = await invite(url, database)
        await console_pictures(browser, url, link)
        await browser.close()


async def picture(browser: Browser, url: str, screen: Mapping[str, Any], name: str, question: str) -> None:
    """Ask and photograph what a person finds who comes back to the page."""
    context = await browser.new_context(
        **screen, base_url=url, locale="vi-VN", color_scheme="light", reduced_motion="reduce"
    )
    page = await context.new_page()
    await page.goto("/")
    await page.fill("#text", question)
    await page.press("#text", "Enter")
    await page.wait_for_selector("#turns .reply")
    await page.reload()
    await page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    await page.wait_for_timeout(300)
    await page.screenshot(path=HERE / "images" / name, animations="disabled")
    await context.close()


async def ask_the_unknown(url: str) -> None:
    """Let some officers ask what the base does not know, and wait until it is grouped."""
    for question in UNKNOWN:
        async with httpx.AsyncClient(base_url=url, headers={"HX-Request": "true"}) as client:
            await client.post("/ask", data={"text": question})
    await asyncio.sleep(5)


async def pick_a_suggestion(browser: Browser, url: str) -> None:
    """Let two officers choose what the bot suggested."""
    for _ in range(2):
        context = await browser.new_context(base_url=url, locale="vi-VN")
        page = await context.new_page()
        await page.goto("/")
        await page.fill("#text", AMBIGUOUS)
        await page.press("#text", "Enter")
        await page.locator("#turns .reply button").first.click()
        await page.wait_for_selector("#turns .title")
        await context.close()


async def invite(url: str, database: str) -> str:
    """Return a link that lets an expert in."""
    store = Database(database)
    try:
        sign_in = SignIn(store, {}, url, clock)
        return (await sign_in.invite(Reviewer("console:Nguyễn Thị Lan", "Nguyễn Thị Lan", Role.EXPERT))).url
    finally:
        await store.close()


async def console_pictures(browser: Browser, url: str, link: str) -> None:
    """Photograph the queue, an item, the form of a new entry, what is proposed."""
    context = await browser.new_context(**WIDE, base_url=url, locale="vi-VN", reduced_motion="reduce")
    page = await context.new_page()
    await page.goto(link)
    await page.get_by_role("button").click()
    await page.wait_for_selector("[data-row]")
    state = await context.storage_state()
    await page.screenshot(path=HERE / "images" / "console-queue.png")
    await page.click("[data-row]")
    await page.wait_for_url("**/console/queue/*")
    item = page.url
    await page.screenshot(path=HERE / "images" / "console-item.png")
    await page.goto(f"{item}/write")
    await page.fill("#answer", ANSWER)
    await page.wait_for_selector("#preview strong")
    await page.screenshot(path=HERE / "images" / "console-write.png")
    await page.goto("/console/proposed")
    await page.get_by_role("checkbox").first.check()
    await page.screenshot(path=HERE / "images" / "console-proposed.png")
    await context.close()
    context = await browser.new_context(
        **PHONE, base_url=url, locale="vi-VN", reduced_motion="reduce", storage_state=state
    )
    page = await context.new_page()
    await page.goto(item)
    await page.screenshot(path=HERE / "images" / "console-phone.png")
    await context.close()


if __name__ == "__main__":
    asyncio.run(main())
