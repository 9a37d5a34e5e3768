"""An expert finds an entry by any words of it, with accents or without."""

import pytest

from bot.kb import Category, Entry, Knowledge, Source, Status
from bot.kb.search import Search, Wanted


def entry(name: str, question: str, **more: object) -> Entry:
    return Entry.model_validate({"id": name, "question": question, "answer": "Đáp.", **more})


HOUSE = entry("nha-o-xay", "Mức hỗ trợ xây nhà?", topic="nha-o", variants=["lam nha moi duoc may dong"])
CHAIR = entry("ghe-da", "Chi mua ghế đá?", answer="Không chi từ vốn xây nhà.", status="checked")
LOAN = entry("vay", "Vay vốn?", sources=[Source(document="55/2023/TT-BTC", at="Điều 9")], topic="tin-dung")
BASE = Search(
    Knowledge(
        entries={one.id: one for one in (CHAIR, HOUSE, LOAN)},
        categories={"ghe-da": Category.INSPECTIONS, "nha-o-xay": Category.REGULATIONS},
    )
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["ghe-da", "nha-o-xay", "vay"]),
        ("xây nhà", ["nha-o-xay", "ghe-da"]),  # the question counts before the answer
        ("XAY NHA", ["nha-o-xay", "ghe-da"]),
        ("nhà xây", ["nha-o-xay", "ghe-da"]),
        ("xa nh", ["nha-o-xay", "ghe-da"]),  # as it is being typed
        ("ay ha", []),  # never in the middle of a word
        ("làm nhà mới", ["nha-o-xay"]),
        ("nha-o-xay", ["nha-o-xay"]),
        ("55/2023", ["vay"]),
        ("tt-btc điều 9", ["vay"]),
        ("mức hỗ trợ làm nhà mới", ["nha-o-xay"]),  # some words here, some there
        ("sao hỏa", []),
        ("()?*[", ["ghe-da", "nha-o-xay", "vay"]),
    ],
)
def test_all_words_are_found(text: str, found: list[str]) -> None:
    assert [one.id for one in BASE.find(Wanted(text))] == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(topic="nha-o"), ["nha-o-xay"]),
        (Wanted(category=Category.INSPECTIONS), ["ghe-da"]),
        (Wanted(category=Category.GENERAL), ["vay"]),
        (Wanted(status=Status.DRAFT), ["nha-o-xay", "vay"]),
        (Wanted("nhà", status=Status.CHECKED), ["ghe-da"]),
        (Wanted("nhà", topic="tin-dung"), []),
    ],
)
def test_filters_narrow_it_down(wanted: Wanted, found: list[str]) -> None:
    assert [one.id for one in BASE.find(wanted)] == found
