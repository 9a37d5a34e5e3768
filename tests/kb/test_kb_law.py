"""A regulation's text in parts: every line once, where it belongs; what is quoted in it begins nothing."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kb_bases import base, entry
from kb_files import Write

from bot.errors import KnowledgeError
from bot.kb import Problem, describe, inspect, load
from bot.kb.law import Law, outline
from bot.normalise.provisions import named

SHIPPED = Path(__file__).parents[2] / "knowledge"
SHA = "0" * 64

PLAIN = """\
Chương I
QUY ĐỊNH CHUNG

Điều 1. Phạm vi
1. Thông tư này quy định:
a) Việc một;
đ) Việc không liền;
- Gạch đầu dòng;
Riêng việc khác.
2. Khoản hai.

Điều 2. Không có khoản
Chỉ một đoạn.
a) Điểm của điều.

Chương II
VIỆC KHÁC
Mục 1. NHÀ Ở

Điều 5a. Bổ sung
1. Tiền hỗ trợ:
| Mức | Đồng |
| Xây mới | 40 |

PHỤ LỤC I
DANH MỤC
Điều 1. Của phụ lục
1. Việc
"""

AMENDING = """\
Điều 1. Sửa đổi, bổ sung một số điều của Thông tư số 55/2023/TT-BTC
1. Sửa đổi Điều 2 như sau:
“Điều 2. Nguồn kinh phí
1. Ngân sách trung ương.
2. Ngân sách địa phương “được giao”.
Điều 2a. Bổ sung
a) Một.”
2. Bổ sung khoản 3 Điều 4 như sau:
"3. Mức mới."
Điều 2. Hiệu lực thi hành
Thông tư này có hiệu lực từ ngày ký./.
"""


def law(text: str) -> Law:
    articles, annexes, oddities = outline(text)
    assert [oddity.code for oddity in oddities if oddity.is_wrong] == []
    return Law("55/2023/TT-BTC", "nguồn", date(2026, 1, 1), SHA, "", articles, annexes)


def words(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def told(read: Law) -> list[str]:
    """Return every line of a law in the order of its pieces, headings included."""
    lines: list[str] = []
    before: tuple[str, ...] = ()
    for article in read.articles:
        new = [heading for heading in article.under if heading not in before]
        lines += words("\n".join([*new, article.text]))
        before = article.under
    return [*lines, *(line for annex in read.annexes for line in words(annex))]


class TestParts:
    def test_have_their_numbers(self):
        assert [at.key for at in law(PLAIN).pieces] == [
            "1",
            "1-1",
            "1-1-a",
            "1-1-dd",
            "1-2",
            "2",
            "2-0-a",
            "5a",
            "5a-1",
        ]

    def test_hold_what_follows_them(self):
        read = law(PLAIN)
        assert read.pieces[named("điểm đ khoản 1 Điều 1").provisions[0]].words == (
            "đ) Việc không liền;",
            "- Gạch đầu dòng;",
            "Riêng việc khác.",
        )
        assert read.pieces[named("khoản 1 Điều 5a").provisions[0]].words[1:] == (
            "| Mức | Đồng |",
            "| Xây mới | 40 |",
        )

    def test_stand_under_their_headings(self):
        read = law(PLAIN)
        assert [article.under for article in read.articles] == [
            ("Chương I\nQUY ĐỊNH CHUNG",),
            ("Chương I\nQUY ĐỊNH CHUNG",),
            ("Chương II\nVIỆC KHÁC", "Mục 1. NHÀ Ở"),
        ]

    def test_lose_no_line_and_double_none(self):
        assert told(law(PLAIN)) == words(PLAIN)
        assert told(law(AMENDING)) == words(AMENDING)

    def test_annexes_are_kept_whole_and_number_nothing(self):
        assert law(PLAIN).annexes == ("PHỤ LỤC I\nDANH MỤC\nĐiều 1. Của phụ lục\n1. Việc",)

    def test_quoted_articles_are_not_the_documents_own(self):
        assert [at.key for at in law(AMENDING).pieces] == ["1", "1-1", "1-2", "2"]

    def test_headings_of_what_an_extract_left_out_are_not_taken_for_those_of_the_next(self):
        text = "Mục 1. NHÀ\nĐiều 1. A\nĐiều 9. B\nMục 3. ĐẤT\nĐiều 20. C\n"
        assert [article.under for article in law(text).articles] == [("Mục 1. NHÀ",), (), ("Mục 3. ĐẤT",)]


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("Điều 1. A\n“Điều 2. B\nĐiều 3. C", 1, "law_open_quote"),
        ("Điều 1. A\nĐiều 3. B\nĐiều 2. C", 2, "law_article_again"),
        ("lời đầu\nĐiều 1. A", 0, "law_stray_line"),
        ("Chương I\nMột", 0, "law_no_articles"),
        ("Điều 1. A\n1. B\n3. C", 2, "law_number_skipped"),
        ("Điều 1. A\n1. B\n2. C\n1. D", 3, "law_number_again"),
    ],
)
def test_what_is_strange_is_told_with_its_line(text: str, line: int, code: str):
    assert [(odd.line, odd.code) for odd in outline(text)[2]] == [(line, code)]


_LINES = st.sampled_from(
    [
        line
        for line in [*words(PLAIN), *words(AMENDING)]
        if not line.startswith(("Chương", "Mục", "QUY", "VIỆC"))
    ]
    + ["a) x", "b) y", "3. z", "“", "”", '"', "Điều 7. T", "Mục 2 của Thông tư"]
)


@given(st.lists(_LINES, max_size=25))
def test_every_line_is_in_its_place_once(lines: list[str]):
    articles, annexes, _ = outline("\n".join(["Điều 1. Đầu", *lines]))
    assert told(Law("x", "", date(2026, 1, 1), SHA, "", articles, annexes)) == ["Điều 1. Đầu", *lines]


# --- in a base ------------------------------------------------------------------------------------

FILE = f"document: 55/2023/TT-BTC\nsource: Công báo\ntaken: 2026-01-02\nsha256: '{SHA}'\ntext: |\n"


def law_file(text: str) -> str:
    return FILE + "".join(f"  {line}\n" for line in text.split("\n"))


def test_a_base_holds_it_and_its_version_tells_it(write: Write):
    files = dict(base(entry()))
    before = load(write(files)).version
    knowledge = load(write({**files, "law/55-2023-tt-btc.yaml": law_file(PLAIN)}))
    assert knowledge.version != before
    assert list(knowledge.law) == ["55/2023/TT-BTC"]
    assert knowledge.law["55/2023/TT-BTC"].source == "Công báo"
    assert list(knowledge.entries) == ["muc-a"]


@pytest.mark.parametrize(
    ("name", "content", "place", "code"),
    [
        ("law/55-2023-tt-btc.yaml", law_file("Điều 1. A\nĐiều 1. B"), (7, 1), "law_article_again"),
        ("law/tt-55.yaml", law_file("Điều 1. A"), (1, 11), "law_misnamed"),
        ("law/9-2023-tt-btc.yaml", law_file("Điều 1. A").replace("55/", "9/"), (1, 11), "unknown_document"),
        (
            "law/55-2023-tt-btc.yaml",
            law_file("Điều 1. A").replace("source: Công báo\n", ""),
            (1, 1),
            "missing_field",
        ),
        ("law/55-2023-tt-btc.yaml", law_file("Điều 1. A") + "ghi_chu: x\n", (7, 1), "unknown_field"),
        ("law/x/55-2023-tt-btc.yaml", law_file("Điều 1. A"), (1, 1), "unknown_folder"),
    ],
)
def test_a_mistake_in_it_keeps_the_base_from_loading(
    write: Write, name: str, content: str, place: object, code: str
):
    with pytest.raises(KnowledgeError) as caught:
        load(write({**base(entry()), name: content}))
    problems: tuple[Problem, ...] = caught.value.problems
    assert [(one.file, (one.line, one.column), one.code) for one in problems] == [(name, place, code)]
    assert describe(problems[0])


@pytest.mark.parametrize(
    ("at", "code", "is_warning"),
    [
        ("khoản 1 Điều 1", None, False),
        ("điểm đ khoản 1 Điều 1; Điều 2", None, False),
        ("khoản 3 Điều 1", "unknown_provision", False),
        ("điểm b khoản 1 Điều 1", "unknown_provision", False),
        ("khoản 1 Điều 2", "unknown_provision", False),
        ("Điều 6", "unknown_provision", False),
        ("khoản 1 Điều 3", "provision_left_out", True),
        ("trang 5", "unread_provision", True),
    ],
)
def test_where_a_source_points_is_looked_up(write: Write, at: str, code: str | None, is_warning: bool):
    sources = f'[{{document: 55/2023/TT-BTC, at: "{at}"}}]'
    files = {**base(entry(sources=sources)), "law/55-2023-tt-btc.yaml": law_file(PLAIN)}
    problems = [one for one in inspect(write(files))[1] if "provision" in one.code]
    assert [(one.code, one.is_warning) for one in problems] == ([(code, is_warning)] if code else [])
    assert all((one.where, one.file) == ("muc-a", "a.yaml") and describe(one) for one in problems)


def test_what_there_is_instead_is_told(write: Write):
    files = {
        **base(entry(sources="[{document: 55/2023/TT-BTC, at: khoản 9 Điều 1}]")),
        "law/55-2023-tt-btc.yaml": law_file(PLAIN),
    }
    (problem,) = (one for one in inspect(write(files))[1] if one.code == "unknown_provision")
    assert "khoản 9 Điều 1" in describe(problem) and "Điều 1 có: 1, 2" in describe(problem)


def test_without_its_text_nothing_is_looked_up(write: Write):
    sources = "[{document: 55/2023/TT-BTC, at: khoản 99 Điều 99}]"
    assert not [one for one in inspect(write(base(entry(sources=sources))))[1] if "provision" in one.code]


@pytest.fixture(scope="module")
def laws() -> Mapping[str, Law]:
    return load(SHIPPED).law


class TestTheShippedTexts:
    @pytest.mark.parametrize(
        ("number", "articles", "clauses", "points"),
        [("55/2023/TT-BTC", 68, 206, 139), ("60/2026/TT-BTC", 22, 66, 33)],  # counted in the sources' lines
    )
    def test_have_as_many_parts_as_their_sources(self, laws, number, articles, clauses, points):
        at = list(laws[number].pieces)
        counted = (
            sum(one.clause is None and one.point is None for one in at),
            sum(one.clause is not None and one.point is None for one in at),
            sum(one.point is not None for one in at),
        )
        assert counted == (articles, clauses, points)

    def test_are_in_parts_as_a_whole(self, laws):
        for number, file in (("55/2023/TT-BTC", "55-2023-tt-btc"), ("60/2026/TT-BTC", "60-2026-tt-btc")):
            text = (SHIPPED / "law" / f"{file}.yaml").read_text(encoding="utf-8").split("text: |\n")[1]
            assert told(laws[number]) == [line.strip() for line in words(text)]

    def test_say_what_people_rely_on(self, laws):
        piece = laws["55/2023/TT-BTC"].find(named("khoản 1 Điều 74").provisions[0])
        assert "40.000.000 đồng/hộ gia đình đối với xây mới" in piece.text
        assert laws["55/2023/TT-BTC"].gaps == (("34", "54"), ("79", "120"))
        assert laws["60/2026/TT-BTC"].gaps == ()

    def test_hold_every_place_that_an_entry_names(self):
        wrong = [one for one in inspect(SHIPPED)[1] if one.code in ("unknown_provision", "unread_provision")]
        assert wrong == []
