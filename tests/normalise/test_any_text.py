"""What holds for every text: it settles, it never fails, it takes time in proportion to its length."""

import pickle
import random
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.normalise import Normaliser, Question, fold
from bot.normalise.letters import LIMIT

_PIECES = (
    "hộ|nghèo|Hộ Nghèo|hoà|kĩ|quí|được|đã|xã|năm|tháng|dự án|số|thông tư|nghị định|luật|của|hn|hcn|"
    "tn|tt|nd|nđ|qđ|ct|kh|da1|da 1|tda2|tda1da3|dtts&mn|tr|k|dc|xin chào|cho em hoi|cảm ơn|hoox|"
    "trowj|ngheof|ho64|nghe2o|tro75|hongheo|ngh eo|hoso|27/2022/NĐ-CP|27|2022|55/2023|90/QĐ-TTg|/|-|"
    ".|,|_|vb_|vb_tt_55|vb_tt_55_2023_btc|30/6/2025|1.500.000|2,5|40tr|2tr5|5%|m2|btc|ubdt|"
    "ngày 18/01/2022|năm 2022|qh14|11/2017/QH14|30a|🏠|…|\u200b|\u0301|\ud800|ạaaa|\n"
)
PIECES = _PIECES.split("|")
PHRASES = (
    "mức hỗ trợ nhà ở cho hộ nghèo là bao nhiêu tiền",
    "hộ cận nghèo có được vay vốn ngân hàng không",
    "đối tượng thụ hưởng tiểu dự án 1 dự án 3",
    "thủ tục công nhận hộ thoát nghèo năm 2025",
    "kỹ thuật chăn nuôi, lý do, quy trình, tỷ lệ",
    "theo nghị định số 27/2022/NĐ-CP và TT 55/2023",
    "bình quân tn 2,5 triệu đồng/người/tháng",
)

unicode_text = st.text(st.characters(exclude_categories=[]))  # surrogates too
typed_text = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(["", " ", " ", " "]))).map(
    lambda pairs: "".join(piece + space for piece, space in pairs)
)


def check(normalise: Normaliser, text: str) -> Question:
    question = normalise(text)
    again = normalise(question.text)
    assert question.raw == text
    assert again.text == question.text
    assert again.folded == question.folded == fold(question.text)
    assert again.documents == question.documents
    assert question.text == " ".join(question.text.split())
    assert len(question.text) <= LIMIT
    return question


@given(unicode_text)
@example("\ud800\udfff")
@example("ﷺ" * 2000)
@example("ß" * LIMIT)
@example("\u1100\u200b\u1161\u11a8 ½ ⅷ ① ² ʼn İ")
def test_any_unicode(normalise: Normaliser, text: str) -> None:
    check(normalise, text)


@given(typed_text)
def test_anything_officers_could_type(normalise: Normaliser, text: str) -> None:
    check(normalise, text)


@given(st.text("abcdeghinortuxy0123456789/.,-_ đạăâêôơưáà", max_size=60))
def test_anything_made_of_their_letters(normalise: Normaliser, text: str) -> None:
    check(normalise, text)


@given(typed_text)
def test_a_normaliser_without_a_base(bare: Normaliser, text: str) -> None:
    check(bare, text)


@pytest.mark.parametrize("phrase", PHRASES)
def test_without_diacritics_it_folds_to_the_same(normalise: Normaliser, phrase: str) -> None:
    assert normalise(fold(phrase)).folded == normalise(phrase).folded


@given(st.lists(st.sampled_from(" ".join(PHRASES).split()), max_size=12).map(" ".join))
def test_words_in_any_order_without_diacritics(bare: Normaliser, text: str) -> None:
    assert bare(fold(text)).folded == bare(text).folded


def test_only_the_first_characters_are_read(normalise: Normaliser) -> None:
    head = ("hộ " * LIMIT)[:LIMIT]
    assert normalise(head + "nd 27").text == normalise(head).text
    assert len(check(normalise, "hn " * LIMIT).text) <= LIMIT


def test_it_can_be_pickled(normalise: Normaliser) -> None:
    copy = pickle.loads(pickle.dumps(normalise))
    for phrase in PHRASES:
        assert copy(phrase) == normalise(phrase)


def elapsed(normalise: Normaliser, text: str) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.thread_time()
        normalise(text)
        best = min(best, time.thread_time() - start)
    return best


REPEATED = (
    "hn |tn tt |nd 27 2022 |27/|da 1 |honghe|hongheo |hongheoq |ho64 |ho64|1.5|n gh |nd |1-|dwdw |luat so |"
    "27 nam 2022 |vb_tt_5|cho em hoi |hoso |e|a\u0301|🏠|tda1|/|. |thong tu |2022-|ß|tr k 5"
)


@pytest.mark.parametrize("piece", REPEATED.split("|"))
def test_time_grows_with_length_only(normalise: Normaliser, piece: str) -> None:
    short = (piece * 1000)[: LIMIT // 10]
    long = (piece * LIMIT)[:LIMIT]
    assert elapsed(normalise, long) <= 25 * elapsed(normalise, short) + 0.005


def test_time_of_noise_grows_with_length_only(normalise: Normaliser) -> None:
    letters = random.Random(7).choices("hnogeduwaijfsrx0123456789/-.,_ ", k=LIMIT)
    noise = "".join(letters)
    assert elapsed(normalise, noise) <= 25 * elapsed(normalise, noise[: LIMIT // 10]) + 0.005
