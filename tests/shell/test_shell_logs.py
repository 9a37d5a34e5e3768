"""What is logged: never a token, never what somebody asked, and in JSON mode nothing but JSON lines."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from shell_bot import LOAN, UNKNOWN, Bot, has_title, until

from bot.answering import MOST_ATTEMPTS
from bot.lanes import run_lane
from bot.logs import redact, set_up
from bot.store import tables
from bot.store.queue import LEASE

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
URL = f"https://api.telegram.org/bot{TOKEN}/sendMessage"
TRACES = ("AAHdqTcv", "PALDsaw")

log = structlog.get_logger(__name__)


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


class Logged:
    """What the process logs, from `set_up` on."""

    def __init__(self, style: str) -> None:
        set_up(style, "INFO")
        self._stream = io.StringIO()
        (handler,) = logging.getLogger().handlers
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(self._stream)  # pytest closes what is standard error while a fixture is made

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture(params=["text", "json"])
def style(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def logged(style: str) -> Logged:
    return Logged(style)


json_only = pytest.mark.parametrize("style", ["json"])


# --- tokens --------------------------------------------------------------------------------------


def raise_with_token() -> None:
    raise ConnectionError(f"POST {URL} failed")


def say_in_event() -> None:
    log.info(f"calling {URL}")


def say_in_field() -> None:
    log.info("calling", url=URL)


def say_in_nested_field() -> None:
    log.info("calling", request={"url": URL, "headers": [TOKEN]})


def say_in_error_object() -> None:
    log.info("failed", error=ConnectionError(URL))


def say_in_traceback() -> None:
    try:
        raise_with_token()
    except ConnectionError:
        log.exception("failed")


def say_in_library() -> None:
    logging.getLogger("telegram.ext").warning("calling %s", URL)


def say_in_library_traceback() -> None:
    try:
        raise_with_token()
    except ConnectionError:
        logging.getLogger("uvicorn.error").exception("failed")


SPOKEN = [
    say_in_event,
    say_in_field,
    say_in_nested_field,
    say_in_error_object,
    say_in_traceback,
    say_in_library,
    say_in_library_traceback,
]


@pytest.mark.parametrize("say", SPOKEN)
def test_a_token_is_never_written(logged: Logged, say: Any) -> None:
    say()
    words_are_left_out = "traceback" in say.__name__  # an error is logged by its kind and place
    assert words_are_left_out or "[token]" in logged.text
    assert logged.text and not [trace for trace in TRACES if trace in logged.text]


@pytest.mark.parametrize(
    "harmless",
    ["2026-11-23T12:00:00.000Z", "http://127.0.0.1:8080", "telegram:123456789", "row 12345: done", "a:b"],
)
def test_what_is_no_token_stays(harmless: str) -> None:
    assert redact(harmless) == harmless


def test_libraries_that_log_urls_are_quiet(logged: Logged) -> None:
    for name in ("httpx", "httpcore", "telegram", "watchfiles", "alembic", "aiosqlite"):
        logging.getLogger(name).info("noise")
    assert logged.text == ""


def test_below_the_level_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("json", "ERROR")
    logging.getLogger("uvicorn").warning("noise")
    assert capsys.readouterr().err == ""


# --- JSON ----------------------------------------------------------------------------------------


@json_only
def test_every_json_line_is_a_sentence_with_level_time_and_fields(logged: Logged) -> None:
    log.info("question.done", number=12, text="Đã trả lời\nhai dòng")
    logging.getLogger("uvicorn.error").warning("port %d is taken", 80)
    say_in_traceback()
    ours, library, failure = logged.lines
    assert (ours["event"], ours["level"], ours["number"]) == ("question.done", "info", 12)
    assert ours["text"] == "Đã trả lời\nhai dòng" and ours["timestamp"].endswith("Z")
    assert (library["event"], library["level"]) == ("port 80 is taken", "warning")
    assert "ConnectionError" in failure["exception"] and "raise_with_token" in failure["exception"]


def test_text_lines_are_readable_and_keep_vietnamese(logged: Logged, style: str) -> None:
    log.info("base.live", entries=182, note="Đã nạp")
    assert "base.live" in logged.text and "182" in logged.text and "Đã nạp" in logged.text


# --- questions -------------------------------------------------------------------------------------


async def serve(bot: Bot, done: Any) -> None:
    lanes = [
        run_lane("answer", bot.asked, bot.answering.claim, bot.answering.work, bot.answering.failed),
        run_lane("send", bot.replied, bot.sending.claim, bot.sending.work, bot.sending.failed),
    ]
    tasks = [asyncio.create_task(lane) for lane in lanes]
    try:
        await until(done)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@json_only
async def test_a_served_question_is_logged_by_its_number_alone(bot: Bot, logged: Logged) -> None:
    number = await bot.hears(UNKNOWN, chat="chat-7042", asker="person-8011")
    await serve(bot, lambda: bot.platform.sent)
    events = [line for line in logged.lines if line["event"] == "question.done"]
    assert [(line["number"], line["verdict"]) for line in events] == [(number, "unanswered")]
    assert UNKNOWN not in logged.text and "person-8011" not in logged.text


async def test_a_question_that_fails_to_the_end_is_not_in_the_log(bot: Bot, logged: Logged) -> None:
    bot.platform.refuses = has_title
    number = await bot.hears(LOAN)

    async def dead() -> bool:
        bot.clock.turn(LEASE.total_seconds())
        bot.asked.set()
        return (await bot.row(number)).state == "dead"

    await serve(bot, dead)
    assert logged.text.count("work.failed") == MOST_ATTEMPTS
    assert LOAN not in logged.text and "100 triệu" not in logged.text


async def test_a_question_that_the_database_refuses_is_not_in_the_log(bot: Bot, logged: Logged) -> None:
    number = await bot.hears(UNKNOWN)
    async with bot.database.writing() as connection:  # in the way of the exchange that will be logged
        await connection.execute(
            tables.exchanges.insert().values(
                id=number, channel="push", chat="x", asker="x", asked_at=bot.clock(), raw="", normalised="",
                verdict="answer", candidates=[], elapsed_ms=0, base="",
            )
        )  # fmt: skip

    async def tried() -> bool:
        return "IntegrityError" in ((await bot.row(number)).note or "")

    await serve(bot, tried)
    assert "work.failed" in logged.text
    assert UNKNOWN not in logged.text
