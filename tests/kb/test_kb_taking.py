"""A regulation's file to its text: every word kept or said to be left out, however the file is made."""

import io

import docx
import pytest

from bot.errors import KnowledgeError
from bot.kb import describe
from bot.kb.law import outline
from bot.kb.taking import Taken, take

MARKDOWN = """\
# Thông tư 60/2026/TT-BTC

**Số: 60/2026/TT-BTC**

Căn cứ Luật Ngân sách nhà nước;

## Chương I

### QUY ĐỊNH CHUNG

### Điều 1. Phạm vi  điều\u00a0chỉnh

(Điều 1 Thông tư số 60/2026/TT-BTC, có hiệu lực thi hành kể từ ngày 31/05/2026)

1\\. Thông tư này quy định việc **quản lý**\u200b kinh phí.

- Gạch đầu dòng;

---

## Điều 2. Tổ chức thực hiện

### 2600300000000000700007780284710055001260

Các bộ chịu trách nhiệm thi hành./.

**KT. BỘ TRƯỞNG**

Nơi nhận:
- Thủ tướng;

PHỤ LỤC
Biểu mẫu
"""
TEXT = """\
Chương I
QUY ĐỊNH CHUNG

Điều 1. Phạm vi điều chỉnh
1. Thông tư này quy định việc quản lý kinh phí.
- Gạch đầu dòng;

Điều 2. Tổ chức thực hiện
Các bộ chịu trách nhiệm thi hành./.

PHỤ LỤC
Biểu mẫu"""


def left(taken: Taken) -> dict[str, list[str]]:
    return {why: [line.text for line in lines] for why, lines in taken.left}


def test_markdown_is_its_text_and_what_is_left_out_is_told():
    taken = take(MARKDOWN.encode(), "tt.md")
    assert taken.text == TEXT
    assert taken.number == "60/2026/TT-BTC"
    assert left(taken) == {
        "before": ["Thông tư 60/2026/TT-BTC", "Số: 60/2026/TT-BTC", "Căn cứ Luật Ngân sách nhà nước;"],
        "note": [
            "(Điều 1 Thông tư số 60/2026/TT-BTC, có hiệu lực thi hành kể từ ngày 31/05/2026)",
            "2600300000000000700007780284710055001260",
        ],
        "signed": ["KT. BỘ TRƯỞNG", "Nơi nhận:", "- Thủ tướng;"],
    }


def test_a_line_of_the_text_is_found_again_in_the_file():
    taken = take(MARKDOWN.encode(), "tt.md")
    lines = MARKDOWN.split("\n")
    for number, text in enumerate(taken.text.split("\n")):
        if text:
            assert text.split()[-1] in lines[taken.line_of(number) - 1].replace("**", "").replace(
                "\u200b", ""
            )


def test_lines_broken_at_a_column_are_joined_and_no_others():
    text = (
        "Điều 5. Hỗ trợ mua sắm trang thiết bị cho các cơ sở giáo dục nghề nghiệp\n"
        "vùng khó khăn\n"
        "Chi hỗ trợ mua sắm trang thiết bị nhằm duy trì hoạt động thường xuyên của\n"
        "Chương trình theo quy định tại\n"
        "Điều 4 Thông tư này.\n"
        "Trường hợp khác thì theo pháp luật;\n"
        "a) Một điểm\n"
        "nữa;\n"
        "+ Một ý\n"
        "1. Khoản.\n"
    )
    assert take(text.encode(), "a.txt").text.split("\n") == [
        "Điều 5. Hỗ trợ mua sắm trang thiết bị cho các cơ sở giáo dục nghề nghiệp vùng khó khăn",
        "Chi hỗ trợ mua sắm trang thiết bị nhằm duy trì hoạt động thường xuyên của "
        "Chương trình theo quy định tại Điều 4 Thông tư này.",
        "Trường hợp khác thì theo pháp luật;",
        "a) Một điểm nữa;",
        "+ Một ý",
        "1. Khoản.",
    ]


def test_decomposed_letters_and_what_nobody_sees_are_cleaned():
    text = "Điê\u0300u 1. Pha\u0323m vi\n1. Số \x08126/2018.\ufeff\n"
    assert take(text.encode(), "a.txt").text == "Điều 1. Phạm vi\n1. Số 126/2018."


def test_html_is_its_blocks_and_its_tables_rows():
    page = (
        "<html><head><title>Điều 9. Không</title><style>p{}</style></head><body><script>var x=1;</script>"
        "<p>Số: 55/2023/TT-BTC</p><h3>Chương I<br/>CHUNG</h3><p><b>Điều 1.</b> Mức &amp; định\n mức</p>"
        "<div>1. Mức như sau:</div><table><tr><td><p>Xây</p></td><td>40</td></tr>"
        "<tr><th>Sửa</th><th>20</th></tr></table>"
        "<p>a) Hết.</p></body></html>"
    )
    taken = take(page.encode(), "a.HTML")
    assert taken.text == (
        "Chương I\nCHUNG\n\nĐiều 1. Mức & định mức\n1. Mức như sau:\nXây | 40\nSửa | 20\na) Hết."
    )
    assert taken.number == "55/2023/TT-BTC"


def word(*paragraphs: str, style: str | None = None) -> bytes:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text, style=style)
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Xây", "40"
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_a_word_file_is_its_paragraphs_and_its_tables_rows():
    taken = take(word("Điều 1. Mức", "1. Mức như sau:\nđoạn sau"), "a.docx")
    assert taken.text.split("\n") == ["Điều 1. Mức", "1. Mức như sau:", "đoạn sau", "Xây | 40"]


@pytest.mark.parametrize(
    ("data", "name", "line", "code"),
    [
        (b"x", "a.pdf", 1, "law_suffix"),
        (b"x", "a.docx", 1, "law_not_docx"),
        ("Điều 1. A\n".encode() + b"\xff", "a.txt", 2, "not_utf8"),
        ("không có gì".encode(), "a.txt", 1, "law_no_articles"),
    ],
)
def test_what_cannot_be_read_is_told_and_how_to_mend_it(data: bytes, name: str, line: int, code: str):
    with pytest.raises(KnowledgeError) as caught:
        take(data, name)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.code) == (name, line, code)
    assert describe(problem)


def test_numbers_that_only_word_sees_are_not_lost_silently():
    with pytest.raises(KnowledgeError) as caught:
        take(word("Phạm vi", style="List Number"), "a.docx")
    assert "Phạm vi" in describe(caught.value.problems[0])


def test_an_amending_circular_keeps_its_own_articles_only():
    text = "Điều 1. Sửa đổi\n1. Điều 7 sửa như sau:\n“Điều 7. Mới\n1. Một.”\nĐiều 2. Hiệu lực\n"
    articles, _, oddities = outline(take(text.encode(), "a.txt").text)
    assert [piece.at.key for article in articles for piece in article.walk()] == ["1", "1-1", "2"]
    assert oddities == []
