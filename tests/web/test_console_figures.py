"""Contract: an admin sees what was asked and what became of it, for any range, and can take it along."""

import csv
import io
from datetime import timedelta

from openpyxl import load_workbook
from web_console import HAI, NOON, Console, words

from bot.domain import Candidate, Reason, Verdict
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
        assert say("console.figures.waits_note", time="3 giờ") in said
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


async def test_the_queue_as_xlsx_has_an_item_a_row(console: Console) -> None:
    await filled(console)
    await console.lives("c3", "Sơn La")
    for asker in ("c3", "c4"):
        await console.waits("vay vốn nuôi bò ở đâu", asker=asker, channel="telegram")
    await console.waits("vay von nuoi bo o dau", asker="c3", channel="web")
    async with console.browser(HAI) as browser:
        response = await browser.get("/console/export/queue.xlsx?channel=web")
        sheet = load_workbook(io.BytesIO(response.content)).active
        header, first, second = sheet.iter_rows(values_only=True)
        assert len(header) == len(first) == 16
        assert first[1:3] == (say("item_state.answered"), say("reason.no_match"))
        assert first[4:6] == ("'=1+1", "'=1+1")
        assert (first[12] - first[10]) == timedelta(hours=3)
        assert first[13:] == ("lan", None, "Đã xem.")
        assert second[1] == say("item_state.new")
        assert second[5] == "vay vốn nuôi bò ở đâu\nvay von nuoi bo o dau"
        assert second[6:10] == (
            3,
            3,
            f"Sơn La (2), {say('review.no_province')} (1)",
            "telegram (2), web (1)",
        )
        assert second[12:] == (None, None, None, None)
        assert {sheet[cell].data_type for cell in ("E2", "F2")} == {"s"}


async def test_the_queue_as_csv_holds_no_formula(console: Console) -> None:
    await console.waits('=HYPERLINK("http://x","y")')
    async with console.browser(HAI) as browser:
        response = await browser.get("/console/export/queue.csv")
        header, row = csv.reader(io.StringIO(response.text.removeprefix("\ufeff")))
        assert len(header) == len(row) == 16
        assert row[4] == row[5] == '\'=HYPERLINK("http://x","y")'


async def test_open_items_lead_to_their_page_most_askers_first(console: Console) -> None:
    await console.waits("nuôi dê ở đâu")
    number = await console.waits("trồng quế có được hỗ trợ không", asker="c1")
    await console.waits("trong que co duoc ho tro khong", asker="c2")
    async with console.browser(HAI) as browser:
        page = (await browser.get(FIGURES)).text
        part = page[page.index('id="groups"') : page.index('id="topics"')]
        assert f'<a href="/console/queue/{number}">#{number} trồng quế có được hỗ trợ không</a>' in part
        assert part.index("trồng quế") < part.index("nuôi dê")
        assert '<td class="number-cell">2</td>' in part


async def test_what_each_province_does_not_know(console: Console) -> None:
    await console.lives("c1", "Sơn La")
    near = (Candidate(HOUSE, 0.3),)
    for text in ("nhà một", "nhà hai", "nhà ba", "nhà bốn"):
        await console.waits(text, asker="c1", topic="nha-o", candidates=near)
    await console.waits("vay vốn", asker="c2", topic="tin-dung")
    await console.asked("xây nhà mới", entry=HOUSE, asker="c1")
    async with console.browser(HAI) as browser:
        page = (await browser.get(FIGURES)).text
        table = page[page.index('<table class="heat">') :]
        heads, known, unknown = table[: table.index("</table>")].split("<tr>")[1:]
        assert words(heads).startswith(f"{say('console.figures.province')} Nhà ở")
        assert "/console/queue?province=S%C6%A1n+La" in known
        assert '<td class="heat-4">4</td><td class="heat-0"></td><td>4</td><td>1</td>' in known
        assert f'<th scope="row">{say("console.figures.no_province")}</th>' in unknown
        assert '<td class="heat-0"></td><td class="heat-1">1</td><td>1</td><td>1</td>' in unknown
        provinces = page[page.index('id="provinces"') : page.index('id="misses"')]
        assert f"<title>{say('console.verdict.unanswered')} 4</title>" in provinces
        assert f"<title>{say('console.verdict.answer')} 1</title>" in provinces


async def test_only_what_there_is_can_be_taken(console: Console) -> None:
    async with console.browser(HAI) as browser:
        for name in ("log.pdf", "log", "inbox.csv", "..%2Flog.csv", "sessions.xlsx"):
            assert (await browser.get(f"/console/export/{name}")).status_code == 404
