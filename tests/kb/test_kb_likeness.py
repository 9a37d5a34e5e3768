"""Entries that sound alike are told apart by their authors, or said to be told apart."""

import pytest
from kb_bases import base, entry

from bot.kb import Problem, check, describe, load

BUILD = ["xây mới nhà ở cho hộ nghèo được bao nhiêu tiền", "nhà tạm dột nát muốn dựng lại thì xin ở đâu"]
LOAN = ["vay ngân hàng chính sách lãi suất thế nào", "trả nợ chậm thì tính lãi phạt ra sao"]


def listed(phrasings: list[str]) -> str:
    return "[" + ", ".join([*phrasings, *(f"k{number} {phrasings[0][:3]}" for number in range(10))]) + "]"


def told(write, one: dict[str, str], other: dict[str, str], **files: str) -> list[Problem]:
    first = {"question": "Mức làm nhà?", "variants": listed(BUILD), **one}
    second = {"question": "Mức vay vốn?", "variants": listed(LOAN), **other}
    return list(check(load(write(base(entry(**first), entry("muc-b", **second), **files)))))


def test_entries_on_different_subjects_are_left_alone(write):
    assert told(write, {}, {}) == []


def test_nearly_the_same_phrasing_in_two_entries_is_told_once_with_both_places(write):
    (problem,) = told(write, {}, {"variants": listed([*LOAN, "xay moi nha o cho ho ngheo duoc bao nhieu"])})
    assert (problem.code, problem.is_warning) == ("alike", False)
    assert {problem.where, problem.values["other"]} == {"muc-a", "muc-b"}
    assert "a.yaml:" in describe(problem)
    assert "differs_from" in describe(problem)


def test_it_is_worse_when_the_answers_state_other_figures_for_one_unit(write):
    twin = listed([*LOAN, "xay moi nha o cho ho ngheo duoc bao nhieu"])
    one = {"answer": "Tối đa 40 triệu đồng.", "evidence": "40 triệu đồng"}
    other = {"answer": "Tối đa 60 triệu đồng.", "evidence": "60 triệu đồng", "variants": twin}
    (problem,) = told(write, one, other)
    assert problem.code == "alike_but_different"
    assert {problem.values["here"], problem.values["there"]} == {"40 triệu đồng", "60 triệu đồng"}
    agreeing = {"answer": "Tối đa 40.000.000 đồng.", "evidence": "40 triệu đồng", "variants": twin}
    assert [found.code for found in told(write, one, agreeing)] == ["alike"]
    elsewhere = {"answer": "Trong 60 ngày.", "evidence": "60 ngày", "variants": twin}
    assert [found.code for found in told(write, one, elsewhere)] == ["alike"]


@pytest.mark.parametrize(
    ("numbered", "twin"),
    [
        ("khoản 2 điều 69 thông tư 55 nói những gì", "khoản 3 điều 69 thông tư 55 nói những gì"),
        ("điểm a phiếu rà soát tính những gì vậy", "điểm b phiếu rà soát tính những gì vậy"),
    ],
)
def test_another_number_or_letter_asks_something_else(write, numbered, twin):
    one, other = listed([*BUILD, numbered]), listed([*LOAN, twin])
    assert told(write, {"variants": one}, {"variants": other}) == []


def test_a_variant_that_is_much_nearer_to_another_entry_is_told_there_and_not_at_its_twin(write):
    stray, twin = "ngân hàng chính sách cho vay lãi mấy", "lãi suất vay ngân hàng chính sách là mấy"
    home = {"variants": listed([*LOAN, twin])}
    (problem,) = told(write, {"variants": listed([*BUILD, stray])}, home)
    assert (problem.code, problem.where) == ("stray_variant", "muc-a")
    assert (problem.values["value"], problem.values["twin"]) == (stray, twin)


@pytest.mark.parametrize("who", ["one", "other"])
@pytest.mark.parametrize(
    "phrase", ["xay moi nha o cho ho ngheo duoc bao nhieu", "xây mới nhà ở cho hộ nghèo được mấy tiền"]
)
def test_what_an_expert_has_told_apart_is_not_told_again(write, who, phrase):
    twin = {"variants": listed([*LOAN, phrase])}
    assert told(write, {}, twin) != []
    one = {"differs_from": "[muc-b]"} if who == "one" else {}
    other = {"differs_from": "[muc-a]"} if who == "other" else {}
    assert told(write, one, {**twin, **other}) == []


def test_abbreviations_are_read_as_the_matcher_reads_them(write):
    glossary = "- {short: nhcsxh, full: ngân hàng chính sách xã hội}\n- {short: ls, full: lãi suất}\n"
    long = "ngân hàng chính sách xã hội tính lãi suất ra sao"
    short = {"variants": listed([*LOAN, "nhcsxh tính ls ra sao vậy"])}
    problems = told(write, {"variants": listed([*BUILD, long])}, short, glossary=glossary)
    assert [one.code for one in problems] == ["alike"]
