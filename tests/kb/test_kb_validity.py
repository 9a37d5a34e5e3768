"""What a document's state on a day is, by the days at its edges, and where no day is recorded."""

from datetime import date

import pytest

from bot.kb import Document, Knowledge
from bot.kb.validity import DocumentState, amended_by, document_state


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
