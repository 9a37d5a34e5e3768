"""Contract: from a question that nobody could answer to an answer in the base, with everything real.

The shipped base, a bot of its own, Telegram's emulator, a browser: three officers on two channels ask one
thing in three wordings, an expert answers it once, all are told, and whoever asks next is answered at once.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from installed import needs
from test_web_accessibility import axe, violations
from web_site import SHIPPED

from bot.kb import load
from bot.phrases import say

sys.path.append(str(Path(__file__).parents[1] / "channels" / "telegram"))

from telegram_emulator import Emulator, wait_for
from telegram_process import Bot

__all__ = ["axe"]

FIRST = "Có được hỗ trợ tiền công thả ong ký sinh diệt châu chấu tre không?"
SECOND = "thả ong ký sinh diệt châu chấu tre có được hỗ trợ tiền công không"
THIRD = "tha ong ky sinh diet chau chau tre co duoc ho tro tien cong khong a"
FOURTH = "cho hỏi thả ong ký sinh trừ châu chấu tre thì có tiền công không"
ONE, OTHER = 71, 72  # Telegram chats
EXPERT = "Nguyễn Thị Lan"
ANSWER = "Được hỗ trợ **công thả ong ký sinh** khi việc này nằm trong dự án được duyệt."
VARIANTS = (
    "thả ong ký sinh trừ châu chấu tre có tiền công không",
    "tiền công thả ong ký sinh ai trả",
    "dùng ong ký sinh trị châu chấu hại tre luồng được chi công không",
    "châu chấu tre phá hoại, thả ong ký sinh lấy kinh phí nào",
    "thuê người thả ong ký sinh có thanh toán được không",
    "ong ký sinh diệt châu chấu tre",
    "công thả thiên địch trừ châu chấu tre lưng vàng",
    "tổ cộng đồng thả ong ký sinh có được trả công",
    "hộ nghèo tự thả ong ký sinh có được nhận công không",
)
TESTS = (
    "ong ký sinh thả ra nương tre diệt châu chấu thì ai chịu tiền công",
    "thả ong ký sinh phòng châu chấu tre có được tính công không",
    "xã muốn trả công người thả ong ký sinh trên rừng tre",
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(SHIPPED, tmp_path_factory.mktemp("real") / "knowledge")


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    emulator = Emulator()
    yield emulator
    emulator.close()


@pytest.fixture(scope="module")
def bot(base: Path, emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    bot = Bot(tmp_path_factory.mktemp("bot"), base, emulator, QUESTIONS_PER_MINUTE=1000)
    bot.spawn()
    wait_for(bot.healthy, 120, lambda: bot.log_text()[-2000:])
    yield bot
    bot.stop()


@pytest.fixture
def open_context(chromium: Any, bot: Bot) -> Iterator[Callable[[], Any]]:
    opened = []

    def opens() -> Any:
        context = chromium.new_context(base_url=f"http://127.0.0.1:{bot.port}", locale="vi-VN")
        context.set_default_timeout(60_000)
        opened.append(context)
        return context

    yield opens
    for context in opened:
        context.close()


def hoidap(bot: Bot, base: Path, *words: str) -> str:
    """Run a command as the operator does."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment |= {
        "HOIDAP_VAR": str(bot.log.parent / "var"),
        "HOIDAP_KNOWLEDGE": str(base),
        "HOIDAP_SITE": f"http://127.0.0.1:{bot.port}",
    }
    command = [str(Path(sys.executable).with_name("hoidap")), *words]
    done = subprocess.run(
        command, env=environment, cwd=base.parent, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def asks_on_web(page: Any, text: str) -> None:
    page.goto("/")
    page.fill("#ask textarea", text)
    page.keyboard.press("Enter")


def health(bot: Bot) -> dict[str, Any]:
    with urlopen(f"http://127.0.0.1:{bot.port}/healthz", timeout=10) as response:
        return dict(json.load(response))


def texts(base: Path) -> dict[str, bytes]:
    return {path.relative_to(base).as_posix(): path.read_bytes() for path in base.rglob("*.yaml")}


def test_the_whole_story(
    bot: Bot, base: Path, emulator: Emulator, open_context: Callable[[], Any], axe: str
) -> None:
    needs("chromium")
    before, version = texts(base), health(bot)["base"]["version"]

    officer = open_context().new_page()
    asks_on_web(officer, FIRST)
    emulator.say(ONE, SECOND)
    emulator.say(OTHER, THIRD)
    wait_for(lambda: health(bot)["waiting"] == 3, 30, lambda: f"three who wait: {health(bot)}")
    wait_for(
        lambda: bot.rows("SELECT * FROM items WHERE askers = 3"),
        30,
        lambda: str(bot.rows("SELECT * FROM items")),
    )

    expert = open_context().new_page()
    expert.goto(hoidap(bot, base, "link", "--role", "expert", "--name", EXPERT))
    expert.get_by_role("button", name=say("console.enter.go")).click()
    expert.wait_for_url("**/console/queue")
    assert say("console.queue.count", count=1) in expert.inner_text("#found")
    assert say("console.queue.people", count=3) in expert.inner_text("#found")
    expert.keyboard.press("j")
    expert.keyboard.press("Enter")
    expert.wait_for_url("**/console/queue/*")
    for wording in (FIRST, SECOND, THIRD):
        assert wording in expert.inner_text("main")
    assert violations(expert, axe) == []
    expert.keyboard.press("m")
    expert.wait_for_url("**/write")
    fill(expert)
    expert.locator("#preview strong").first.wait_for()
    expert.get_by_role("button", name=say("console.write.try")).click()
    expert.locator("#result").wait_for()
    assert FIRST in expert.inner_text("#result ~ ul")
    assert expert.locator(".flaws").all_inner_texts() == []
    assert violations(expert, axe) == []
    expert.get_by_role("button", name=say("console.write.save", count=3)).click()
    expert.wait_for_url("**/console/queue/*")
    assert say("console.act.answered") in expert.inner_text("main")

    after = texts(base)
    added = {name for name in after if before.get(name) != after[name]}
    assert added == {name for name in after if name.startswith("reviewed/regulations/")}
    assert len(added) == 1
    assert hoidap(bot, base, "kb", "check")
    entry = next(iter(load(base).entries[one] for one in load(base).entries if "ong-ky-sinh" in one))
    assert (entry.approved_by, entry.status.value) == (EXPERT, "approved")

    for chat, wording in ((ONE, SECOND), (OTHER, THIRD)):
        wait_for(lambda chat=chat: "công thả ong" in said(emulator, chat), 20, lambda: said(emulator, ONE))
        assert wording[:40] in said(emulator, chat)
        assert said(emulator, chat).count("dự án được duyệt") == 1
    officer.goto("/")
    officer.locator("strong", has_text="công thả ong ký sinh").wait_for()

    wait_for(lambda: health(bot)["base"]["version"] != version, 60, lambda: f"the new base: {health(bot)}")
    fourth = open_context().new_page()
    asks_on_web(fourth, FOURTH)
    fourth.locator("strong", has_text="công thả ong ký sinh").wait_for()
    assert health(bot)["waiting"] == 0


def fill(page: Any) -> None:
    assert page.input_value("#question") == FIRST
    page.select_option("#category", "regulations")
    page.select_option("#topic", index=1)
    page.fill("#answer", ANSWER)
    page.fill("#document-0", page.locator("#documents option").first.get_attribute("value"))
    page.fill("#at-0", "Điều 3")
    page.fill("#variants", "\n".join((SECOND, *VARIANTS)))
    page.fill("#tests", "\n".join(TESTS))
    page.fill("#evidence", "Công thả ong ký sinh được chi trong dự án được duyệt.")


def said(emulator: Emulator, chat: int) -> str:
    return "\n".join(str(part.get("text", "")) for part in emulator.sent(chat))
