"""One spelling for one word: letters, tone marks, figures, glued and torn words."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.normalise import Normaliser, fold
from bot.normalise.letters import clean


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("hoà thuý khoẻ quý qúy", "hòa thúy khỏe quý quý"),
        ("thủơ gìa của giếng", "thuở già của giếng"),
        ("kĩ thuật, lí do, qui định, tỉ lệ, công ti", "kỹ thuật lý do quy định tỷ lệ công ty"),
        ("ngèo nghành giùm", "nghèo ngành giùm"),
        ("bác sĩ, vi phạm, tin hi", "bác sĩ vi phạm tin hi"),
        (unicodedata.normalize("NFD", "Hộ Nghèo Được"), "hộ nghèo được"),
        ("ho\u0323\u0302 nghe\u0300o", "hộ nghèo"),
        ("h\u200bộ ngh\ufeffèo\ufe0f \u202exã", "hộ nghèo xã"),
        ("HỘ NGHÈO", "hộ nghèo"),
        ("ÐƯỢC ðất", "được đất"),  # the Icelandic letter of old fonts
        ("okeee nhéeee ạaaa", "oke nhé ạ"),
        ("cccd bttttt", "cccd bttttt"),
        ("hộ🏠nghèo???!!!…“xã”", "hộ nghèo xã"),
        ("ｈộ ｎｇｈèｏ ５", "hộ nghèo 5"),
        ("mã\x00số\x1b", "mãsố"),
        ("", ""),
        ("🙏🙏🙏", ""),
        ("как дела", "как дела"),
    ],
)
def test_letters(bare: Normaliser, typed: str, text: str) -> None:
    assert bare(typed).text == text


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("1.500.000 đồng", "1500000 đồng"),
        ("1,500,000.5", "1500000,5"),
        ("2,5 2.5", "2,5 2,5"),
        ("30/06, 05/2025, 1-6-2025, 01.06.25", "30/6 5/2025 1/6/2025 1/6/2025"),
        ("điều 05", "điều 5"),
        ("0912345678", "0912345678"),
        ("5% và 5 phần trăm", "5 phần trăm và 5 phần trăm"),
        ("40tr 2tr5 1,5tr", "40 tr 2 tr 5 1,5 tr"),
        ("50k, 500k, 50 k", "50 nghìn 500 nghìn 50 nghìn"),
        ("lớp 5 k", "lớp 5 k"),
        ("30m2 10 m²", "30 m2 10 m2"),
        ("2021-2025", "2021 2025"),
    ],
)
def test_figures(bare: Normaliser, typed: str, text: str) -> None:
    assert bare(typed).text == text


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("hongheo", "ho ngheo"),
        ("honghèo", "ho nghèo"),
        ("chuanngheo", "chuan ngheo"),
        ("baonhieutien", "bao nhieu tien"),
        ("hoso", "ho so"),  # not Telex hố
        ("ngh eo", "ngheo"),
        ("ngh èo", "nghèo"),
        ("nh ieu tien", "nhieu tien"),
        ("nhao", "nhao"),  # a syllable as it stands
        ("facebook", "facebook"),
        ("khoản b an toàn", "khoản b an toàn"),
    ],
)
def test_glued_and_torn_words(normalise: Normaliser, bare: Normaliser, typed: str, text: str) -> None:
    assert normalise(typed).text == text
    if "hoso" not in typed:
        assert bare(typed).text == typed  # never without a vocabulary


@pytest.mark.parametrize(
    "text", ["Đường ĐI", "hòa", "ÄÖÜ", "İstanbul", "ß", "x\u0323\u0302", "漢字", "\ud800"]
)
def test_fold_keeps_the_length(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert len(fold(text)) == len(composed)
    assert fold(fold(text)) == fold(text)


def test_fold() -> None:
    assert fold("Đồng bào DÂN TỘC thiểu số ở xã ĐBKK") == "dong bao dan toc thieu so o xa dbkk"


@given(st.text())
def test_fold_of_any_text(text: str) -> None:
    assert len(fold(text)) == len(unicodedata.normalize("NFC", text))
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(exclude_categories=[])))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
