"""What a new entry begins with: an id nobody has, words for whoever goes on, and no answer for askers yet."""

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from kb_files import Write

from bot.kb import Category, check, load
from bot.kb.schema import MAX_ID
from bot.kb.template import home, new_id, template
from bot.kb.writer import appended_lines, new_file

TODAY = date(2026, 11, 29)
SHARED = {
    "topics.yaml": "- {id: nha-o, title: Nhà ở}\n",
    "documents.yaml": "55/2023/TT-BTC: {title: T}\n",
    "a.yaml": "- {id: nha-o-muc-ho-tro-sua-chua, question: Q, answer: A}\n",
}


def test_an_id_is_the_questions_words_without_marks():
    assert (
        new_id("Mức hỗ trợ xây mới nhà ở, ĐỢT 2: bao nhiêu?", ())
        == "muc-ho-tro-xay-moi-nha-o-dot-2-bao-nhieu"
    )


def test_a_long_id_ends_with_a_whole_word():
    assert new_id("một hai ba bốn năm sáu bảy tám chín mười " * 3, ()) == (
        "mot-hai-ba-bon-nam-sau-bay-tam-chin-muoi-mot-hai-ba-bon-nam"
    )


@given(question=st.text(), used=st.integers(0, 12))
def test_an_id_is_short_well_formed_and_new(question: str, used: int):
    taken: list[str] = []
    for _ in range(used):
        taken.append(new_id(question, taken))
    name = new_id(question + " x", taken)
    assert name not in taken
    assert len(name) <= MAX_ID
    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", name)


def test_entries_go_to_the_file_of_their_category_and_topic():
    assert home(Category.PRACTICES, "nha-o") == "practices/nha-o.yaml"
    assert home(Category.GENERAL, "nha-o") == "nha-o.yaml"
    assert home(Category.REGULATIONS, None) == "regulations/chua-co-chu-de.yaml"


def test_a_template_loads_but_answers_nobody_until_there_is_an_answer(write: Write):
    lines = template("moi", "nha-o", "Hỏi: gì?", "", TODAY)
    text = appended_lines(new_file("regulations/nha-o.yaml"), lines, "moi")
    base = write({**SHARED, "regulations/nha-o.yaml": text})
    knowledge = load(base)
    assert "moi" not in knowledge.entries and "moi" in knowledge.origins
    assert "wordless" in {one.code for one in check(knowledge) if one.where == "moi"}
    write({"regulations/nha-o.yaml": text.replace("…\n", "40 triệu.\n")})
    entry = load(base).entries["moi"]
    assert (entry.question, entry.answer, entry.updated) == ("Hỏi: gì?", "40 triệu.", TODAY)


def test_whoever_does_what_the_template_says_gets_an_entry_that_only_wants_more_of_the_same(write: Write):
    lines = template("moi", "nha-o", "Hỏi gì?", "40 triệu.", TODAY)
    text = appended_lines("", lines, "moi")
    for name in (
        "variants",
        "sources",
        "valid_from",
        "valid_to",
        "evidence",
        "see_also",
        "not_this",
        "tests",
    ):
        before, _, rest = text.partition(f"  # {name}:")
        example, after = _until_other_words(f"  # {name}:" + rest)
        text = before + example.replace("  # ", "  ") + after
    knowledge = load(write({**SHARED, "regulations/nha-o.yaml": text}))
    owed = {one.code for one in check(knowledge) if one.where == "moi"}
    assert owed <= {"few_variants", "few_tests"}  # more of the same
    entry = knowledge.entries["moi"]
    assert len(entry.variants) == 3 and entry.sources[0].at and entry.see_also and entry.tests


def _until_other_words(text: str) -> tuple[str, str]:
    """Cut a text after an example: its first line and those that are indented under it."""
    lines = text.splitlines(keepends=True)
    end = next((at for at, line in enumerate(lines) if at and not line.startswith("  #   ")), len(lines))
    return "".join(lines[:end]), "".join(lines[end:])
