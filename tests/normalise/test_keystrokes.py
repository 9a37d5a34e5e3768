"""Raw Telex and raw VNI read as the words they spell; what only looks like them is left alone."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.normalise import Normaliser, fold
from bot.normalise.syllables import TONELESS, spoken, write

PHRASES = (
    "hỗ trợ hộ nghèo xây nhà ở",
    "đối tượng được hưởng chính sách",
    "người lao động đi làm việc ở nước ngoài",
    "điều kiện vay vốn ngân hàng chính sách xã hội",
    "quyết định phê duyệt chương trình giảm nghèo bền vững",
    "thủ tục công nhận hộ thoát nghèo như thế nào",
    "nhà tạm nhà dột, thuở trước, khuỷu tay, nghiêng ngả, quyển sổ, giếng nước, gì vậy",
)
TELEX_TONES = dict(zip("\u0300\u0301\u0309\u0303\u0323", "fsrxj", strict=True))
VNI_TONES = dict(zip("\u0300\u0301\u0309\u0303\u0323", "21345", strict=True))


def keys(word: str, tones: dict[str, str], *, late: bool, is_telex: bool) -> str:
    """Type `word` key by key: marks at once or at the end of the word (`late`), the tone at the end."""
    typed, end, tone = "", "", ""
    for letter in unicodedata.normalize("NFD", word):
        mark = ""
        if letter in tones:
            tone = tones[letter]
        elif letter == "đ":
            typed, mark = typed + "d", "d" if is_telex else "9"
        elif letter == "\u0302":
            mark = typed[-1] if is_telex else "6"
        elif letter == "\u031b":
            mark = "w" if is_telex else "7"
        elif letter == "\u0306":
            mark = "w" if is_telex else "8"
        else:
            typed += letter
        if late:
            end += "" if mark in end else mark
        else:
            typed += mark
    return typed + end + tone


def telex(text: str, *, late: bool = False) -> str:
    return " ".join(keys(word, TELEX_TONES, late=late, is_telex=True) for word in text.split())


def vni(text: str, *, late: bool = False) -> str:
    return " ".join(keys(word, VNI_TONES, late=late, is_telex=False) for word in text.split())


syllables = st.builds(
    lambda toneless, tone: write(toneless, tone if spoken(toneless, tone) else 2),
    st.sampled_from(sorted(TONELESS)),
    st.integers(0, 5),
)


@pytest.mark.parametrize("phrase", [phrase.replace(",", "") for phrase in PHRASES])
@pytest.mark.parametrize("late", [False, True])
def test_typed_phrases_read_as_themselves(bare: Normaliser, phrase: str, late: bool) -> None:
    assert bare(telex(phrase, late=late)).text == bare(phrase).text
    assert bare(vni(phrase, late=late)).text == bare(phrase).text


@given(words=st.lists(syllables, min_size=1, max_size=8))
def test_any_syllables_in_telex(bare: Normaliser, words: list[str]) -> None:
    assert bare(telex(" ".join(words))).folded == bare(" ".join(words)).folded


@given(words=st.lists(syllables, max_size=6))
def test_any_syllables_in_vni(bare: Normaliser, words: list[str]) -> None:
    phrase = " ".join(["hỗ trợ hộ", *words])  # enough to show that the message is VNI
    assert bare(vni(phrase)).folded == bare(phrase).folded


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("hoox trowj hooj ngheof", "hỗ trợ hộ nghèo"),
        ("ddaats duongdwf dduwowngf ddwowcj nhwng", "đất đường đường được nhưng"),
        ("coong tacs thoong tin", "công tác thông tin"),
        ("DDieeuf kieenj", "điều kiện"),
        ("ho64 tro75 ho65 nghe2o", "hỗ trợ hộ nghèo"),
        ("ca1c d9o61i tu7o7ng5", "các đối tượng"),
    ],
)
def test_examples(bare: Normaliser, typed: str, text: str) -> None:
    assert bare(typed).text == text


@pytest.mark.parametrize(
    "text",
    [
        "bhyt cho hssv",
        "facebook zalo excel word",
        "data covid",
        "ubnd xd",
        "vốn tw",
        "ho ngheo tu nam",
        "hoa mua",
    ],
)
def test_what_is_no_telex_stays(normalise: Normaliser, text: str) -> None:
    assert fold(normalise(text).text).replace("trung uong", "tw") == fold(text)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("da1 va tda2", "du an 1 va tieu du an 2"),
        ("quy 1 thang12", "quy 1 thang 12"),
        ("40 m2 2tr5", "40 m2 2 trieu 5"),
        ("tt55", "vb_tt_55_2023_btc"),
        ("to2 thon 3 xom4 ap6", "to 2 thon 3 xom 4 ap 6"),
        ("thang6 nam nay chua co gi", "thang 6 nam nay chua co gi"),
    ],
)
def test_numbers_after_words_are_no_vni(normalise: Normaliser, typed: str, folded: str) -> None:
    assert normalise(typed).folded == folded
