"""Which questions are one: retyped ones fall together, different ones stay apart, and it stays quick."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.noise import KINDS
from bot.grouping import ALIKE, SAME, Likeness, grouped, likeness, read
from bot.kb import Knowledge, load
from bot.matching.material import normaliser
from bot.normalise import Normaliser, written

SHIPPED = Path(__file__).parents[2] / "knowledge"
FALL_TOGETHER = 0.95  # of a question's retyped forms, at least, by kind of noise
STAY_APART = 0.98  # of different questions, at least
MANY = 10_000
QUICK = 0.020  # s


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load(SHIPPED)


@pytest.fixture(scope="module")
def normalise(knowledge: Knowledge) -> Normaliser:
    return normaliser(knowledge)


@pytest.fixture(scope="module")
def questions(knowledge: Knowledge) -> list[str]:
    return [entry.question for entry in knowledge.entries.values()]


def how_alike(one: str, other: str) -> float:
    return likeness(read(one), read(other))


@pytest.mark.parametrize("kind", KINDS)
def test_retyped_questions_fall_together(kind: str, questions: list[str], normalise: Normaliser) -> None:
    originals = [(number, read(normalise(text).folded)) for number, text in enumerate(questions)]
    known = Likeness()
    for number, reading in originals:
        known.add(number, reading)
    retyped = [
        (number, read(normalise(retype(text)).folded))
        for retype in KINDS[kind]
        for number, text in enumerate(questions)
    ]
    found = [next(known.near(reading), (None, 0.0))[0] == number for number, reading in retyped]
    assert len(found) > 300
    assert sum(found) / len(found) >= FALL_TOGETHER


def test_different_questions_stay_apart(questions: list[str], normalise: Normaliser) -> None:
    groups = grouped((number, read(normalise(text).folded)) for number, text in enumerate(questions))
    alone = [number for number in groups if list(groups.values()).count(groups[number]) == 1]
    assert len(questions) > 300
    assert len(alone) / len(questions) >= STAY_APART


def test_all_at_once_the_retyped_and_the_different(questions: list[str], normalise: Normaliser) -> None:
    """Everything in one queue, in the order of a busy week: as many groups as questions, or nearly."""
    asked = [
        (kind_at * len(questions) + at, read(normalise(KINDS[kind][0](text)).folded))
        for kind_at, kind in enumerate(KINDS)
        for at, text in enumerate(questions)
    ]
    groups = grouped(asked)
    meant = [groups[number] % len(questions) == number % len(questions) for number, _ in asked]
    assert sum(meant) / len(meant) >= FALL_TOGETHER
    assert len(set(groups.values())) <= len(questions) * 1.1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mức hỗ trợ xây nhà cho hộ nghèo", "muc ho tro xay nha cho ho ngheo"),
        ("mức hỗ trợ xây nhà cho hộ nghèo", "dạ cho em hỏi mức hỗ trợ xây nhà cho hộ nghèo ạ"),
        ("mức hỗ trợ xây nhà cho hộ nghèo", "cho hộ nghèo mức hỗ trợ xây nhà là"),
        ("nuôi ong lấy mật có được hỗ trợ không", "nuoi ong lay mat co dc ho tor khong"),
        ("trồng cây dược liệu", "trồngcây dược liệu"),
    ],
)
def test_the_same_question(one: str, other: str) -> None:
    assert how_alike(one, other) >= SAME


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mức hỗ trợ xây mới nhà ở là bao nhiêu", "mức hỗ trợ sửa chữa nhà ở là bao nhiêu"),
        ("dự án 2 được chi những gì", "dự án 3 được chi những gì"),
        ("chuẩn nghèo năm 2025", "chuẩn nghèo năm 2026"),
        ("hộ nghèo được vay bao nhiêu", "hộ nghèo được vay mấy lần"),
        ("", "hộ nghèo"),
        ("?", "..."),
    ],
)
def test_another_question(one: str, other: str) -> None:
    assert how_alike(one, other) < SAME


def test_what_may_be_the_same_is_shown_and_not_joined() -> None:
    near = how_alike("tiền hỗ trợ xây mới nhà ở trả mấy lần", "tiền hỗ trợ sửa chữa nhà ở trả mấy lần")
    assert ALIKE <= near < SAME


def test_likeness_does_not_hang_on_who_comes_first(questions: list[str], normalise: Normaliser) -> None:
    readings = [read(normalise(text).folded) for text in questions[:40]]
    for one in readings:
        assert likeness(one, one) == 1
        for other in readings:
            assert likeness(one, other) == pytest.approx(likeness(other, one))


def many(knowledge: Knowledge, normalise: Callable[[str], object]) -> Iterator[str]:
    texts = [
        text
        for entry in knowledge.entries.values()
        for text in (*entry.phrasings, *(one.ask for one in entry.tests))
    ]
    for retype in (str, KINDS["slips"][0], KINDS["mixed"][1], KINDS["slips"][1], KINDS["mixed"][2]):
        for text in texts:
            yield normalise(retype(text)).folded  # type: ignore[attr-defined]


def test_one_more_among_ten_thousand_is_grouped_at_once(knowledge: Knowledge, normalise: Normaliser) -> None:
    known = Likeness()
    source = many(knowledge, normalise)
    for number in range(MANY):
        known.add(number, read(next(source)))
    new = [read(text) for text in [next(source) for _ in range(100)]]
    new.append(read("giảm nghèo hộ nghèo hỗ trợ " * 500))  # a pasted story
    took = []
    for reading in new:
        started = time.perf_counter()
        next(known.near(reading), None)
        known.add(MANY, reading)
        took.append(time.perf_counter() - started)
    assert sorted(took)[len(took) // 2] < QUICK / 2
    assert sorted(took)[-2] < QUICK * 2, "a machine that is busy elsewhere has its moments"


@pytest.mark.parametrize(
    ("token", "number"),
    [
        ("vb_tt_55_2023_btc", "55/2023/TT-BTC"),
        ("vb_qd_24_2021_ttg", "24/2021/QĐ-TTg"),
        ("vb_nd_30_2025_cp", "30/2025/NĐ-CP"),
        ("vb_qh_27_2026_qh16", "27/2026/QH16"),
        ("vb_tt_55", "55/TT"),
    ],
)
def test_a_documents_number_is_shown_as_people_write_it(token: str, number: str) -> None:
    assert written(token) == number
