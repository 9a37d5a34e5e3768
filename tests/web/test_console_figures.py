"""Contract: an admin sees what was asked and what became of it, for any range, and can take it along."""

import csv
import io
from datetime import timedelta

from openpyxl import load_workbook
from web_console import HAI, NOON, Console, words

from bot.domain import Reason, Verdict
from bot.phrases import say

HOUSE = "nha-o-xay-moi"
FIGURES = "/console/figures"


async def filled(console: Console) -> None:
    for rating in (1, 1, 1, -1):
        await console.asked("xây nhà mới", entry=HOUSE, rating=rating)
    for _ in range(3):
        await console.asked("nhà", Verdict.SUGGEST, channel="telegram")
    await console.waits("=1+1", hours=3)
    await console.waits("lên sao hỏa", Reason.OFF_TOPIC, channel="telegram")
    await console.asked("tháng trước", asked_at=NOON - timedelta(days=40))


async def test_the_totals_of_a_range(console: Console) -> None:
    await filled(console)
    async with console.browser(HAI) as browser:
        said = words((await browser.get(FIGURES)).text)
        assert f"9 {say('console.figures.questions')}" in said
        assert f"44,4 % {say('console.verdict.answer')}" in said
        assert f"33,3 % {say('console.verdict.suggest')}" in said
        assert f"22,2 % {say('console.verdict.unanswered')}" in said
        assert f"75,0 % {say('console.figures.satisfied', liked=3, disliked=1)}" in said
        assert f"3 giờ {say('console.figures.typical_wait')}" in said
        assert f"1 {say('console.figures.waiting')}" in said


async def test_another_range_and_channel(console: Console) -> None:
    await filled(console)
    async with console.browser(HAI) as browser:
        everything = words((await browser.get(f"{FIGURES}?since=2026-01-01&until=2026-12-31")).text)
        assert f"10 {say('console.figures.questions')}" in everything
        telegram = (await browser.get(f"{FIGURES}?channel=telegram")).text
        assert f"4 {say('console.figures.questions')}" in words(telegram)
        assert '<option value="telegram" selected>' in telegram
        assert "channel=telegram" in telegram[telegram.index("/console/export/") :]


async def test_the_charts_show_what_was_counted_and_as_a_table_too(console: Console) -> None:
    await filled(console)
    async with console.browser(HAI) as browser:
        page = (await browser.get(FIGURES)).text
        assert f"<title>23/11: {say('console.verdict.answer')} 4</title>" in page
        assert f"<title>23/11: {say('console.verdict.suggest')} 3</title>" in page
        assert '<th scope="row">23/11</th><td>4</td><td>0</td><td>3</td><td>2</td><td>0</td>' in page
        assert f'href="/console/base/{HOUSE}"' in page
        assert say("reason.off_topic").capitalize() in page
        assert say("console.waited.hours") in page


async def test_nothing_asked_yet_is_no_trouble(console: Console) -> None:
    async with console.browser(HAI) as browser:
        page = await browser.get(FIGURES)
        assert page.status_code == 200
        assert say("console.figures.nothing") in page.text


async def test_the_log_as_csv(console: Console) -> None:
    await filled(console)
    async with console.browser(HAI) as browser:
        response = await browser.get("/console/export/log.csv")
        assert response.headers["content-type"].startswith("text/csv")
        assert "hoidap-log-2026-10-25-2026-11-23.csv" in response.headers["content-disposition"]
        header, *rows = csv.reader(io.StringIO(response.text.removeprefix("\ufeff")))
        assert len(rows) == 9
        assert {len(row) for row in rows} == {len(header)} == {13}
        assert rows[0][:5] == ["1", "2026-11-23 19:00:00", "web", "a1b2", "xây nhà mới"]
        assert [row[4] for row in rows if "1+1" in row[4]] == ["'=1+1"]


async def test_the_queue_as_xlsx(console: Console) -> None:
    await filled(console)
    async with console.browser(HAI) as browser:
        response = await browser.get("/console/export/queue.xlsx?channel=web")
        sheet = load_workbook(io.BytesIO(response.content)).active
        header, row = sheet.iter_rows(values_only=True)
        assert len(header) == len(row) == 12
        assert row[3] == "'=1+1"
        assert row[4] == say("reason.no_match")
        assert (row[8] - row[1]) == timedelta(hours=3)
        assert sheet["D2"].data_type == "s"


async def test_only_what_there_is_can_be_taken(console: Console) -> None:
    async with console.browser(HAI) as browser:
        for name in ("log.pdf", "log", "inbox.csv", "..%2Flog.csv", "sessions.xlsx"):
            assert (await browser.get(f"/console/export/{name}")).status_code == 404
