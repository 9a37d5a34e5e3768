"""Takes the README's pictures of the shipped bot: `make screenshots`.

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

HERE = Path(__file__).parent
MOMENT = datetime(2026, 11, 23, 1, 40, tzinfo=UTC)  # 08:40 in Vietnam
FLAGS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--font-render-hinting=none"]
ANSWERED = "da5 xay nha moi bao nhieu 1 ho"
AMBIGUOUS = "xay moi nha o ho ngheo"
PHONE: Mapping[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
DESKTOP: Mapping[str, Any] = {"viewport": {"width": 1100, "height": 1350}, "device_scale_factor": 1.5}


async def main() -> None:
    """Start the bot on the shipped base and photograph it."""
    app.now = lambda: MOMENT
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
            await photograph(f"http://127.0.0.1:{settings.port}", bot)
        finally:
            bot.cancel()
            await asyncio.gather(bot, return_exceptions=True)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def photograph(url: str, bot: asyncio.Task[None]) -> None:
    """Take both pictures once the page answers."""
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


if __name__ == "__main__":
    asyncio.run(main())
