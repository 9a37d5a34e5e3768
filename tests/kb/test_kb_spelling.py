"""What people read is spelled: whole syllables, names that a list knows, nothing that cannot be seen."""

import pytest
from kb_bases import base, entry

from bot.kb import check, describe, load
from bot.normalise.syllables import is_spelled


def told(write, *entries: str, **files: str) -> list[tuple[str, str]]:
    problems = check(load(write(base(*entries, **files))))
    return [(one.code, str(one.values.get("value"))) for one in problems]


@pytest.mark.parametrize(
    ("answer", "odd"),
    [
        ("Hộ ngèo được vay.", "ngèo"),
        ("Hộ nghiẹp, hộ nghèoo.", "nghiẹp”, “nghèoo"),
        ("Mức hô trơ là muc cũ.", "muc"),
        ("Quyết địnhcủa xã Đắk Lắk.", "địnhcủa”, “Đắk”, “Lắk"),
    ],
)
def test_a_word_that_is_no_syllable_is_told(write, answer, odd):
    assert told(write, entry(answer=answer)) == [("misspelt", odd)]


def test_it_is_told_wherever_people_read_it(write):
    files = {
        "topics": "- {id: nha-o, title: Nhàa}\n",
        "documents": "55/2023/TT-BTC: {title: Kinhh phí, transitional: Vẫnn dùng}\n",
        "off_topic": "- {group: g, reply: Chàoo, examples: [e f g]}\n",
    }
    found = told(write, entry(question="Ai được gìi?"), **files)
    words = {"Nhàa", "Kinhh", "Vẫnn", "Chàoo", "gìi"}
    assert {word for code, word in found if code == "misspelt"} == words
    assert len(found) == len(words)


def test_acronyms_listed_words_short_forms_references_and_links_are_no_mistakes(write):
    answer = (
        '"UBND, NHCSXH xã Đắk cấp 30 kWh, m2, TDA1, QĐ-TTg, điểm b; nhắn bot hay gõ `/dung`,'
        ' thư a@b.vn, [tệp](https://vbpl.vn/abcx), thuvien.vn, ⚠️ khoẻ, khỏe, thuý, quý, quy."'
    )
    words = "- đắk\n- KWH # đơn vị\n- TTg\n"
    glossary = "- {short: bot, full: trợ lý}\n"
    assert told(write, entry(answer=answer, evidence="30 kWh"), words=words, glossary=glossary) == []


def test_words_typed_without_diacritics_are_told_from_the_fifth_in_a_row(write):
    assert told(write, entry(answer="Cho vay theo ba hộ.")) == []
    (found,) = told(write, entry(answer="Theo nay ho tro vay ba cho hộ."))
    assert found == ("no_diacritics", "Theo nay ho tro vay ba cho")


def test_doubled_spaces_are_told_and_indented_lines_are_none(write):
    assert told(write, entry(answer="|\n    - Hộ nghèo\n\n      được vay.")) == []
    ((code, around),) = told(write, entry(answer="Hộ nghèo  được vay."))
    assert code == "double_space"
    assert around in "Hộ nghèo  được vay.".replace("  ", " ")


@pytest.mark.parametrize(
    ("letter", "name"), [("\u200b", "ZERO WIDTH SPACE"), ("x\u0323\u0323", "COMBINING DOT BELOW")]
)
def test_what_cannot_be_seen_is_told_by_its_name(write, letter, name):
    found = told(write, entry(answer=f"Hộ {letter} nghèo."))
    assert ("odd_character", name) in found


def test_split_letters_are_read_as_whole_ones(write):
    assert told(write, entry(answer="Ho\u0323\u0302 nghèo.")) == []


def test_each_text_is_told_with_its_place_and_what_to_do(write):
    (problem,) = check(load(write(base(entry(answer="Hộ ngèo.")))))
    assert (problem.file, problem.line, problem.column, problem.where) == ("a.yaml", 5, 11, "muc-a")
    assert "words.yaml" in describe(problem)


@pytest.mark.parametrize(
    "word", ["nghiêng", "quyết", "gì", "giếng", "hòa", "hoà", "thúy", "thuý", "quỹ", "của", "ủy", "uỷ"]
)
def test_syllables_of_both_schools_are_spelled(word):
    assert is_spelled(word)


@pytest.mark.parametrize(
    "word", ["nghịêng", "ngèo", "nghành", "duoc", "muc", "hoạcḥ", "hòà", "qùy", "ww", "một1"]
)
def test_what_is_half_marked_or_mended_elsewhere_is_not(word):
    assert not is_spelled(word)
