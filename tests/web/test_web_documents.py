"""The pages of documents: what is recorded, drawn and written; found by words; linked from an answer."""

import re
from datetime import date

import pytest
from web_site import BASE, EXACT, Site

from bot.kb import Document, Knowledge, load
from bot.phrases import say
from bot.web.documents import find
from bot.web.family import WIDTH, picture
from bot.web.pages import linked

OLD = "/van-ban/1-2023-tt-btc"
TODAY = date(2026, 11, 30)


async def test_a_page_says_state_dates_and_chain_and_leads_to_the_others(site: Site) -> None:
    page = (await site.client.get(OLD)).text
    assert "<h1>Thông tư 1/2023/TT-BTC</h1>" in page
    assert say("document.fact.issued", value="15/08/2023") in page
    assert f'{say("document.relation.amended_by")} <a href="/van-ban/3-2024-tt-btc">3/2024/TT-BTC</a>' in page
    newer = f'{say("document.relation.replaced_by")} <a href="/van-ban/4-2027-tt-btc">4/2027/TT-BTC</a>'
    assert newer in (await site.client.get("/van-ban/3-2024-tt-btc")).text
    for link in set(re.findall(r'href="(/van-ban/[^"]+)"', page)):
        assert (await site.client.get(link)).status_code == 200


async def test_an_ended_document_warns_and_an_unconfirmed_row_says_so(site: Site) -> None:
    ended = (await site.client.get("/van-ban/2-2020-nd-cp")).text
    assert "đã hết hiệu lực sau ngày 01/01/2021" in ended
    assert "Ghi chú: Phần này chỉ còn dùng" in ended
    draft = (await site.client.get("/van-ban/3-2024-tt-btc")).text
    assert "chưa đối chiếu với văn bản" in draft
    assert "chưa đối chiếu" not in ended


async def test_nothing_on_it_needs_a_script_or_breaks_the_policy(site: Site) -> None:
    response = await site.client.get(OLD)
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert not re.search(r"<script|<style|style=|onclick|https?://(?!www.w3.org)", response.text)
    assert '<svg class="family-picture"' in response.text


@pytest.mark.parametrize("address", ["/van-ban/9-2030-tt-btc", "/van-ban/x", "/van-ban/1/2023"])
async def test_what_is_not_recorded_is_not_found(site: Site, address: str) -> None:
    response = await site.client.get(address)
    assert response.status_code == 404
    assert say("web.trouble.missing") in response.text


async def test_the_list_is_searched_by_words_with_or_without_accents(site: Site) -> None:
    everything = (await site.client.get("/van-ban")).text
    assert everything.count("<li><a href=") == 4
    found = (await site.client.get("/van-ban?q=huong+dan+thong")).text
    assert re.findall(r'<li><a href="([^"]+)"', found) == [OLD, "/van-ban/4-2027-tt-btc"]
    assert 'value="huong dan thong"' in found
    nothing = await site.client.get("/van-ban?q=<script>")
    assert say("web.documents.count", count=0) in nothing.text
    assert "<script>" not in nothing.text


async def test_an_answers_sources_lead_to_the_page(site: Site) -> None:
    await site.ask(EXACT)
    assert f'<a href="{OLD}">1/2023/TT-BTC</a>' in await site.page()


async def test_an_entry_that_rests_on_it_is_asked_with_a_press(site: Site) -> None:
    page = (await site.client.get(OLD)).text
    assert EXACT in page
    form = page[page.index('<section aria-labelledby="resting"') :]
    assert 'action="/ask"' in form
    assert f'name="text" value="{EXACT}"' in form


def test_numbers_are_linked_whole_and_only_where_they_are_known() -> None:
    known = {"1/2023/TT-BTC", "11/2023/TT-BTC"}
    text = "– Điều 1, Thông tư 11/2023/TT-BTC (thay 1/2023/TT-BTC). 111/2023/TT-BTC"
    pieces = list(linked(text, known))
    assert "".join(piece for piece, _ in pieces) == text
    assert [piece for piece, address in pieces if address] == ["11/2023/TT-BTC", "1/2023/TT-BTC"]


def test_a_picture_has_a_box_for_each_and_a_line_to_each_but_the_first() -> None:
    drawn = picture(load(BASE), "3/2024/TT-BTC", TODAY)
    assert drawn is not None
    assert [(box.number, box.kind) for box in drawn.boxes] == [
        ("3/2024/TT-BTC", "undated"),
        ("1/2023/TT-BTC", "in_force"),
        ("4/2027/TT-BTC", "pending"),
    ]
    assert len(drawn.lines) == 2
    for line, box in zip(drawn.lines, drawn.boxes[1:], strict=True):
        assert (line.end, line.y) == (box.x, box.y + box.height // 2)
        assert line.top < line.y
    assert all(box.x + box.width < WIDTH and box.y + box.height < drawn.height for box in drawn.boxes)
    assert picture(load(BASE), "2/2020/NĐ-CP", TODAY) is None


def test_words_are_found_in_number_title_kind_and_issuer() -> None:
    rows = {"1/A": {"title": "Nhà ở", "issuer": "Bộ Xây dựng"}, "2/B": {"title": "Đất", "kind": "Luật"}}
    base = Knowledge({}, documents={name: Document.model_validate(row) for name, row in rows.items()})
    assert find(base, "nha bo xay") == ["1/A"]
    assert find(base, "LUAT dat 2/b") == ["2/B"]
    assert find(base, "") == ["1/A", "2/B"]
