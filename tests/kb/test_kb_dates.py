"""Answers that outlive what they rest on, and what the day alone brings."""

from datetime import date

import pytest
from kb_bases import base, entry

from bot.kb import Problem, check, describe, load

DOCUMENTS = """\
55/2023/TT-BTC: {title: Cũ, ended: 2026-05-30}
60/2026/TT-BTC: {title: Mới, effective: 2026-05-31, replaces: [55/2023/TT-BTC]}
7/2020/TT-BTC: {title: Khác, ended: 2025-12-31}
"""


def told(write, *entries: str, documents: str = DOCUMENTS, today: date | None = None) -> list[Problem]:
    return list(check(load(write(base(*entries, documents=documents))), today=today))


def codes(problems: list[Problem]) -> list[str]:
    return [one.code for one in problems]


# --- documents that ended ---------------------------------------------------------------------------


@pytest.mark.parametrize(("field", "line"), [({}, 6), ({"valid_to": "2026-12-31"}, 11)])
def test_an_entry_may_not_go_on_after_the_last_of_its_documents(write, field, line):
    sources = "[{document: 55/2023/TT-BTC}, {document: 7/2020/TT-BTC}]"
    (problem,) = told(write, entry(sources=sources, **field))
    assert (problem.code, problem.line, problem.is_warning) == ("outlives_sources", line, False)
    assert "55/2023/TT-BTC sau ngày 30/05/2026" in describe(problem)


@pytest.mark.parametrize(
    "field",
    [
        {"valid_to": "2026-05-30"},
        {"superseded_by": "muc-b"},
        {"sources": "[{document: 55/2023/TT-BTC}, {document: 60/2026/TT-BTC}]"},
        {"sources": "[]"},
    ],
)
def test_it_ends_with_them_has_a_successor_or_rests_on_one_that_holds(write, field):
    problems = told(write, entry(**field), entry("muc-b", sources="[{document: 60/2026/TT-BTC}]"))
    assert "outlives_sources" not in codes(problems)


def test_a_transitional_rule_lets_an_ended_document_go_on(write):
    documents = DOCUMENTS.replace("title: Cũ", "title: Cũ, transitional: Vẫn dùng cho vốn cũ")
    assert told(write, entry(), documents=documents) == []


# --- documents that were replaced -------------------------------------------------------------------


def test_a_document_replaced_since_anybody_looked_is_told(write):
    documents = DOCUMENTS.replace("title: Cũ", "title: Cũ, transitional: Vẫn dùng")
    (problem,) = told(write, entry(updated="2026-05-30"), documents=documents)
    assert (problem.code, problem.line, problem.column) == ("replaced_since", 6, 24)
    assert "60/2026/TT-BTC thay từ ngày 31/05/2026" in describe(problem)


@pytest.mark.parametrize(
    "field",
    [
        {"updated": "2026-05-31"},
        {"updated": "2026-05-30", "sources": "[{document: 55/2023/TT-BTC}, {document: 60/2026/TT-BTC}]"},
        {"updated": "2026-05-30", "valid_to": "2026-05-30"},
        {"updated": "2026-05-30", "superseded_by": "muc-b"},
    ],
)
def test_who_looked_since_cites_the_newer_one_or_speaks_of_before_is_left_alone(write, field):
    documents = DOCUMENTS.replace("title: Cũ", "title: Cũ, transitional: Vẫn dùng")
    assert told(write, entry(**field), entry("muc-b"), documents=documents) == []


# --- what the day brings ----------------------------------------------------------------------------

SOUND = "55/2023/TT-BTC: {title: Kinh phí}\n"
AFTER = date(2027, 1, 1)


def test_an_entry_that_ended_and_was_not_looked_at_since_is_a_warning_from_the_next_day(write):
    old = entry(valid_to="2026-12-31")
    assert told(write, old, documents=SOUND, today=date(2026, 12, 31)) == []
    (problem,) = told(write, old, documents=SOUND, today=AFTER)
    assert (problem.code, problem.line, problem.is_warning) == ("ended", 11, True)
    assert "31/12/2026" in describe(problem)


@pytest.mark.parametrize("field", [{"superseded_by": "muc-b"}, {"updated": "2027-01-01"}])
def test_a_successor_or_a_later_look_settles_it(write, field):
    old = entry(valid_to="2026-12-31", **field)
    assert told(write, old, entry("muc-b"), documents=SOUND, today=AFTER) == []


def test_a_link_to_an_entry_that_ended_is_a_warning_unless_it_comes_from_another_that_ended(write):
    old = entry(valid_to="2026-12-31", superseded_by="muc-b", see_also="[muc-b]")
    (problem,) = told(write, old, entry("muc-b", see_also="[muc-b, muc-a]"), documents=SOUND, today=AFTER)
    assert (problem.code, problem.where, problem.is_warning) == ("see_also_ended", "muc-b", True)
    assert "“muc-a”" in describe(problem)
    again = entry(valid_to="2026-12-31", superseded_by="muc-b", see_also="[muc-c]")
    also = entry("muc-c", valid_to="2026-12-31", superseded_by="muc-b")
    assert told(write, again, entry("muc-b"), also, documents=SOUND, today=AFTER) == []


def test_without_a_day_nothing_is_said_of_it(write):
    assert told(write, entry(valid_to="2020-12-31"), documents=SOUND) == []
