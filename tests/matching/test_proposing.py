"""Which wordings are proposed as variants, of what officers chose."""

import pytest

from bot.domain import Candidate, Choice
from bot.kb import Entry, Knowledge, OffTopicGroup
from bot.proposing import LONGEST, ProposedVariant, is_personal, proposed_variants

NEAR = (Candidate("nha", 0.42), Candidate("vay", 0.2))
WORDING = "dựng căn nhà mới xin mấy đồng"


def entry(name: str, **more: object) -> Entry:
    return Entry(**{"id": name, "question": f"Mục {name}?", "answer": "40 triệu", **more})  # type: ignore[arg-type]


BASE = Knowledge(
    {
        "nha": entry(
            "nha", variants=("xây nhà mới",), tests=("cất nhà mấy tiền",), not_this=("nhà cho thuê",)
        ),
        "vay": entry("vay", variants=("vay ngân hàng",)),
        "cu": entry("cu", superseded_by="nha"),
    },
    off_topic=(OffTopicGroup(group="chao", reply="Chào!", small_talk=True, examples=("xin chào",)),),
)


def choice(
    wording: str = WORDING, asker: str = "a", entry: str | None = "nha", rating: int | None = None
) -> Choice:
    return Choice(wording, asker, entry, rating, NEAR)


def test_people_are_counted_once_for_and_against():
    found = proposed_variants(
        [
            choice(),
            choice(),
            choice("Dựng căn nhà  mới\nxin mấy đồng", "b", rating=1),
            choice("dung can nha moi xin may dong", "c", None),
            choice(asker="d", entry="vay"),
            choice(asker="e", rating=-1),
        ],
        BASE,
    )
    assert found == {
        "nha": (ProposedVariant("nha", "Dựng căn nhà mới xin mấy đồng", 2, 1, 3, 0.42),),
        "vay": (ProposedVariant("vay", WORDING, 1, 0, 4, 0.2),),
    }


@pytest.mark.parametrize(
    "left_out",
    [
        choice("XAY NHA MOI"),
        choice("vay ngân hàng"),
        choice("cất nhà mấy tiền"),
        choice("Nhà cho thuê"),
        choice("xin chào"),
        choice("nhà"),
        choice("hộ tôi ở bản Nà, gọi 0912 345 678"),
        choice("dài " * LONGEST),
        choice(entry="khong-con"),
        choice(entry="cu"),
        choice(entry=None),
        choice(rating=-1),
    ],
    ids=lambda one: f"{one.wording[:20]} {one.entry}",
)
def test_what_is_known_personal_or_wrong_is_not_proposed(left_out: Choice):
    assert proposed_variants([left_out], BASE) == {}
    assert set(proposed_variants([left_out, choice()], BASE)) <= {"nha"}


def test_what_an_expert_dismissed_is_not_proposed_for_that_entry():
    choices = [choice(), choice(asker="b", entry="vay")]
    assert set(proposed_variants(choices, BASE, [("nha", WORDING.upper())])) == {"vay"}


def test_most_people_come_first():
    choices = [
        choice("một hai ba"),
        choice("bốn năm sáu", "a"),
        choice("bốn năm sáu", "b"),
        choice(entry="vay"),
    ]
    found = proposed_variants(choices, BASE)
    assert list(found) == ["nha", "vay"]
    assert [one.wording for one in found["nha"]] == ["bốn năm sáu", "một hai ba"]


@pytest.mark.parametrize(
    "text", ["gọi 0912345678", "+84 912.345.678", "cccd 001099012345", "a@b.vn", "x" * (LONGEST + 1)]
)
def test_numbers_and_addresses_of_people_are_seen(text: str):
    assert is_personal(text)


@pytest.mark.parametrize(
    "text",
    ["40 triệu đồng", "1.500.000.000 đồng", "55/2023/TT-BTC", "từ 01/01/2026 đến 31/12/2030", "4,05 tỷ"],
)
def test_figures_days_and_documents_are_nobody_s(text: str):
    assert not is_personal(text)
