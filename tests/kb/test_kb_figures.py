"""Every figure of an answer is quoted somewhere: in the evidence, at a source, as a date of either."""

import pytest
from kb_bases import base, entry

from bot.kb import check, describe, load


def unsourced(write, answer: str, **fields: str) -> list[str]:
    files = base(entry(answer=answer, **fields))
    problems = [one for one in check(load(write(files))) if not one.is_warning]
    assert {one.code for one in problems} <= {"unsourced_figures"}
    return [str(one.values["value"]) for one in problems]


def test_what_is_quoted_nowhere_is_told_in_one_line_of_its_entry(write):
    files = base(
        entry(answer="Tối đa 40 triệu đồng/hộ, trả 70% rồi 30%, trong 15 ngày.", evidence='"đọc: 30%"')
    )
    (problem,) = check(load(write(files)))
    assert (problem.code, problem.where, problem.line) == ("unsourced_figures", "muc-a", 5)
    assert "“40 triệu đồng”, “70%”, “15 ngày”" in describe(problem)
    assert "evidence" in describe(problem)


@pytest.mark.parametrize(
    ("answer", "evidence"),
    [
        (
            "Tối đa 40 triệu đồng/hộ, 70%, 30%.",
            '"TT 55/2023 Đ74 k1: 40 triệu đồng/hộ, 70%, 30%; dossier NO03"',
        ),
        ("1.500.000 đồng", "1,5 triệu đồng"),
        ("Từ 20 đến 40 triệu đồng", "20 triệu đồng, 40 triệu đồng"),
        ("2,5%", "2.5 %"),
        ("Trong 15 ngày", "15"),
        ("Năm 2026, trước 31/12", '"đến hết 31/12/2026"'),
        ("Hai lần, theo khoản 3 Điều 9 Thông tư 60/2026/TT-BTC, Dự án 5", "đã đọc"),
    ],
)
def test_what_is_quoted_in_the_evidence_is_backed_however_it_is_written(write, answer, evidence):
    assert unsourced(write, answer, evidence=evidence) == []


@pytest.mark.parametrize(
    ("answer", "evidence", "missing"),
    [
        ("40 triệu đồng", "40 nghìn đồng", "40 triệu đồng"),
        ("15 ngày", "15 tháng", "15 ngày"),
        ("70%", "70 ngày", "70%"),
        ("40 hộ", '"Đ40, NO40: đã đọc"', "40 hộ"),
        ("40 hộ", "Điều 40", "40 hộ"),
        ("2027", "31/12/2026", "2027"),
    ],
)
def test_another_unit_scale_or_the_number_of_an_article_backs_nothing(write, answer, evidence, missing):
    assert unsourced(write, answer, evidence=evidence) == [missing]


def test_dates_of_the_entry_its_sources_and_what_stands_at_them_back_a_figure(write):
    sources = '[{document: 55/2023/TT-BTC, at: "Phụ lục I: 25%"}]'
    answer = "Từ 15/8/2023 đến 31/12/2026 là 25%."
    assert unsourced(write, answer, sources=sources, valid_to="2026-12-31") == []
    assert unsourced(write, "Trong tháng 8, theo thông tư cũ (sửa bởi 55/2023).") == []
    assert unsourced(write, answer) == ["31/12/2026”, “25%"]
