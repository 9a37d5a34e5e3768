"""What the words found is exchanged for what holds at the time that is asked about."""

from datetime import date

import pytest

from bot.domain import Candidate
from bot.kb import Document, Entry, Knowledge
from bot.matching import Match, as_of
from bot.normalise import Normaliser
from bot.normalise.days import asked_of

TODAY = date(2026, 11, 30)


def entry(name: str, **fields: object) -> Entry:
    return Entry.model_validate({"id": name, "question": name, "answer": "A", **fields})


BASE = Knowledge(
    {
        one.id: one
        for one in (
            entry(
                "cu",
                valid_from="2016-01-01",
                valid_to="2021-12-31",
                superseded_by="nay",
                sources=[{"document": "59/2015/QĐ-TTg"}],
            ),
            entry("nay", valid_from="2022-01-01", valid_to="2026-12-31", superseded_by="moi"),
            entry("moi", valid_from="2027-01-01"),
            entry("khac"),
        )
    },
    documents={"59/2015/QĐ-TTg": Document(title="T")},
)
READ = Normaliser(documents={"59/2015/QĐ-TTg": 2015})


def found(text: str, **confidences: float) -> list[tuple[str, float]]:
    candidates = tuple(Candidate(name.replace("_", "-"), share) for name, share in confidences.items())
    match = as_of(Match(READ(text), candidates, None, 0.0), BASE, asked_of(text, TODAY))
    return [(one.entry, round(one.confidence, 3)) for one in match.candidates]


@pytest.mark.parametrize("name", ["cu", "nay", "moi"])
@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("chuẩn nghèo bao nhiêu", "nay"),
        ("chuẩn nghèo năm 2021 bao nhiêu", "cu"),
        ("chuẩn nghèo năm 2023 bao nhiêu", "nay"),
        ("từ 2027 chuẩn nghèo bao nhiêu", "moi"),
    ],
)
def test_whichever_the_words_found_the_day_decides(name: str, text: str, holds: str):
    assert found(text, **{name: 0.9}) == [(holds, 0.9)]


def test_what_was_shared_out_between_them_adds_up():
    assert found("chuẩn nghèo bao nhiêu", moi=0.45, nay=0.4, khac=0.1) == [("nay", 0.85), ("khac", 0.1)]
    assert found("chuẩn nghèo bao nhiêu", moi=0.7, nay=0.6) == [("nay", 1.0)]


def test_a_match_in_which_all_holds_stays_as_it_is_in_its_order():
    assert found("chuẩn nghèo bao nhiêu", nay=0.1, khac=0.1) == [("nay", 0.1), ("khac", 0.1)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("chuẩn nghèo cũ bao nhiêu", "cu"),
        ("chuẩn nghèo giai đoạn 2016-2020 bao nhiêu", "cu"),
        ("chuẩn nghèo 2020", "cu"),
        ("chuẩn nghèo theo QĐ 59/2015", "cu"),  # only that entry rests on it
        ("chuẩn nghèo mới bao nhiêu", "moi"),
        ("chuẩn nghèo 2028", "moi"),
    ],
)
def test_words_about_another_time_keep_what_they_found(text: str, name: str):
    assert found(text, **{name: 0.9}) == [(name, 0.9)]


@pytest.mark.parametrize("text", ["chuẩn nghèo mới bao nhiêu", "chuẩn nghèo 2028"])
def test_of_the_future_do_not_keep_what_is_over(text: str):
    assert found(text, cu=0.9)[0][0] != "cu"


def test_a_year_that_may_be_meant_chooses_among_them_and_no_day_is_named():
    assert found("chuẩn nghèo 2020", nay=0.9) == [("cu", 0.9)]
    assert not asked_of("chuẩn nghèo 2020", TODAY).is_named


def test_it_is_told_what_the_words_had_found():
    match = Match(READ("a"), (Candidate("cu", 0.6), Candidate("nay", 0.3)), None, 0.0)
    assert as_of(match, BASE, asked_of("a", TODAY)).instead == {"nay": "cu"}
    match = Match(READ("a"), (Candidate("nay", 0.6), Candidate("cu", 0.3)), None, 0.0)
    assert as_of(match, BASE, asked_of("a", TODAY)).instead == {}
