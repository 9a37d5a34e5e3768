"""What holds on a day: documents and entries, at the edges of their time and where no day is recorded."""

from datetime import date

import pytest

from bot.kb import Document, Entry, Knowledge
from bot.kb.validity import (
    DocumentState,
    Span,
    Turn,
    amended_by,
    document_state,
    earlier,
    goes_on,
    in_force,
    later,
    span,
)


def document(**fields: object) -> Document:
    return Document.model_validate({"title": "Tên", **fields})


BASE = Knowledge(
    {},
    documents={
        "1/2020": document(issued="2020-01-10", effective="2020-03-01"),
        "2/2022": document(issued="2022-01-05", effective="2022-02-01", replaces=["1/2020"]),
        "3/2021": document(issued="2021-01-05", amends=["1/2020"]),
        "4/2023": document(issued="2023-06-01", replaces=["3/2021"]),
        "5/2019": document(ended="2019-12-31"),
        "6/2024": document(replaces=["7/2018"]),
        "7/2018": document(effective="2018-01-01"),
    },
)


@pytest.mark.parametrize(
    ("number", "on", "state"),
    [
        ("1/2020", "2020-01-09", DocumentState.UNISSUED),
        ("1/2020", "2020-01-10", DocumentState.PENDING),
        ("1/2020", "2020-02-29", DocumentState.PENDING),
        ("1/2020", "2020-03-01", DocumentState.IN_FORCE),
        ("1/2020", "2022-01-31", DocumentState.IN_FORCE),  # the day before the one that replaces it
        ("1/2020", "2022-02-01", DocumentState.ENDED),
        ("3/2021", "2023-05-31", DocumentState.UNDATED),
        ("3/2021", "2023-06-01", DocumentState.REPLACED),  # issued, but from when does it hold?
        ("5/2019", "2019-12-31", DocumentState.UNDATED),
        ("5/2019", "2020-01-01", DocumentState.ENDED),
        ("7/2018", "2019-01-01", DocumentState.REPLACED),  # by one of which no day is recorded at all
    ],
)
def test_a_document_stands_on_a_day_where_its_dates_say(number: str, on: str, state: DocumentState):
    assert document_state(BASE, number, date.fromisoformat(on)) is state


def test_amendments_are_found_from_the_document_that_they_change():
    assert amended_by(BASE, "1/2020") == ("3/2021",)
    assert amended_by(BASE, "2/2022") == ()


# --- entries ------------------------------------------------------------------------------------------


def entry(name: str, **fields: object) -> Entry:
    return Entry.model_validate({"id": name, "question": name, "answer": "A", **fields})


def base(*entries: Entry) -> Knowledge:
    return Knowledge({one.id: one for one in entries})


CHAIN = base(
    entry("cu", valid_from="2016-01-01", valid_to="2021-12-31", superseded_by="nay"),
    entry("nay", valid_to="2026-12-31", superseded_by="moi"),  # from when follows from `cu`
    entry("moi", valid_from="2027-01-01"),
    entry("rieng", valid_from="2023-08-15"),
    entry("khong-ngay"),
)


@pytest.mark.parametrize("asked", ["cu", "nay", "moi"])
@pytest.mark.parametrize(
    ("on", "holds"),
    [
        ("2015-12-31", None),
        ("2016-01-01", "cu"),
        ("2021-12-31", "cu"),
        ("2022-01-01", "nay"),
        ("2026-12-31", "nay"),
        ("2027-01-01", "moi"),
        ("2040-01-01", "moi"),
    ],
)
def test_of_a_chain_the_one_that_holds_on_the_day_is_found_from_each(asked: str, on: str, holds: str | None):
    assert in_force(CHAIN, asked, date.fromisoformat(on)) == holds


@pytest.mark.parametrize(("on", "holds"), [("2023-08-14", None), ("2023-08-15", "rieng")])
def test_an_entry_by_itself_holds_or_nothing_does(on: str, holds: str | None):
    assert in_force(CHAIN, "rieng", date.fromisoformat(on)) == holds
    assert in_force(CHAIN, "khong-ngay", date.fromisoformat(on)) == "khong-ngay"


def test_of_two_that_one_supersedes_nothing_tells_which_is_meant():
    two = base(
        entry("a", valid_to="2025-12-31", superseded_by="c"),
        entry("b", valid_to="2025-12-31", superseded_by="c"),
        entry("c", valid_from="2026-01-01"),
    )
    assert in_force(two, "c", date(2025, 6, 1)) is None
    assert in_force(two, "a", date(2025, 6, 1)) == "a"
    assert in_force(two, "a", date(2026, 6, 1)) == "c"


def test_a_gap_is_a_gap_and_a_circle_ends():
    gap = base(entry("a", valid_to="2025-12-31", superseded_by="b"), entry("b", valid_from="2027-01-01"))
    assert in_force(gap, "a", date(2026, 6, 1)) is None
    circle = base(
        entry("a", valid_to="2020-12-31", superseded_by="b"),
        entry("b", valid_to="2020-12-31", superseded_by="a"),
    )
    assert in_force(circle, "a", date(2026, 6, 1)) is None


def test_an_end_that_is_not_written_is_the_day_before_the_next_begins():
    bare = base(entry("a", superseded_by="b"), entry("b", valid_from="2026-05-31"))
    assert span(bare, bare.entries["a"]) == Span(None, date(2026, 5, 30))
    assert span(CHAIN, CHAIN.entries["nay"]) == Span(date(2022, 1, 1), date(2026, 12, 31))


def test_the_turns_of_an_entry_have_their_days():
    now = CHAIN.entries["nay"]
    assert later(CHAIN, now) == Turn(CHAIN.entries["moi"], date(2027, 1, 1), is_later=True)
    assert list(earlier(CHAIN, now)) == [Turn(CHAIN.entries["cu"], date(2021, 12, 31), is_later=False)]
    assert later(CHAIN, CHAIN.entries["moi"]) is None
    # Where both hold side by side for a while, the newer one holds alone from the end of the older.
    beside = base(entry("a", valid_to="2026-12-31", superseded_by="b"), entry("b", valid_from="2026-05-31"))
    assert later(beside, beside.entries["a"]) == Turn(beside.entries["b"], date(2027, 1, 1), is_later=True)


@pytest.mark.parametrize(
    ("sentence", "on", "matters"),
    [
        ("Vẫn dùng cho vốn kéo dài đến hết 31/12/2026.", date(2026, 12, 31), True),
        ("Vẫn dùng cho vốn kéo dài đến hết 31/12/2026.", date(2027, 1, 1), False),
        ("Còn dùng cho hồ sơ cũ.", date(2040, 1, 1), True),
        ("", date(2026, 1, 1), False),
    ],
)
def test_a_transitional_sentence_matters_until_the_last_day_that_it_names(
    sentence: str, on: date, matters: bool
):
    assert goes_on(sentence, on) == matters
