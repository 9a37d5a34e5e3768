"""Every way of typing a document's number leads to one token, and nothing else becomes one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.normalise import Normaliser

ONE_DOCUMENT = {
    "vb_nd_27_2022_cp": (
        "nd 27 2022|nd 27|NĐ27|ndd27|nđ số 27/2022/NĐ-CP|27/2022/NĐ-CP|27/2022/nd-cp|27/2022/nđcp|"
        "nghị định 27|nghi dinh so 27 nam 2022|NĐ 27/2022|nđ-27|nđ.27|NĐ 27-2022|27-2022-NĐ-CP|"
        "nđ 27 2022 nđ cp|nghij ddinhj 27|nghị định vb_nd_27_2022_cp|nd 027|"
        "Nghị định số 27/2022/NĐ-CP ngày 19/4/2022|nđ 27 năm 2022|NÐ 27/2022/NÐ-CP"
    ),
    "vb_tt_55_2023_btc": (
        "tt55|tt 55|TT 55/2023|thông tư 55 năm 2023|thông tư số 55|55/2023/tt-btc|TT55/2023/TT-BTC|"
        "tt 55 btc|tt55btc|tt 55/btc|thoong tuw 55/2023|thoong tuw soos 55|55/2023|55/2023/btc|"
        "tt55/2023/ttbtc|Thông tư: 55/2023/TT-BTC"
    ),
    "vb_qd_90_2022_ttg": (
        "QD 90/QĐ-TTg|quyết định 90|qđ 90|QĐ90|90/QĐ-TTg|90/qd-ttg|"
        "quyết định số 90/QĐ-TTg ngày 18/01/2022|qđ 90 2022|quyết định 90/QĐ-TTg năm 2022|"
        "quyeets ddinhj 90|qdd 90|qđ 90 ttg|qđ 90 ngày 18 tháng 01 năm 2022|90/QD"
    ),
    "vb_qh_111_2024_qh15": "nq 111|nghị quyết 111/2024/QH15|111/2024/qh15|nq 111/2024|NQ111 năm 2024",
    "vb_qh_11_2017_qh14": "luật 11/2017|11/2017/QH14|luat 11|Luật số 11/2017/QH14",
    "vb_tt_2_2022_ubdt": "tt 02/2022/TT-UBDT|tt 2 ubdt|02/2022/tt-ubdt",
    "vb_tt_2_2022": "tt 02/2022|thông tư 02 năm 2022",  # two ministries, so only what was typed
    "vb_tt_2": "tt 02|thông tư số 2",
    "vb_tt_6_2022_btttt": "tt 06/2022/TT-BTTTT|tt 6",
    "vb_nq_30a_2008_cp": "nq 30a|30a/2008/NQ-CP|nghị quyết 30A",
    "vb_ct_42_2024_ttg": "ct 42|chỉ thị 42|42/CT-TTg",
    "vb_kh_2137_2023_ubnd": "kh 2137|kế hoạch 2137|2137/kh-ubnd",
    "vb_cv_565_2023_bldtbxh": "cv 565|công văn 565|565/BLĐTBXH-VP|565/ldtbxh-vp",
    "vb_qd_134_2024_bldtbxh": "qđ 134|134/QĐ-LĐTBXH|134/qd-bldtbxh",
    "vb_tt_9": "tt 9|tt09|thông tư 09",  # not in the base
    "vb_tt_9_2022_bldtbxh": "tt 09/2022/TT-BLĐTBXH|09/2022/tt-bldtbxh|tt 9 2022 bldtbxh|tt 9/2022 ldtbxh",
    "vb_nd_38_2023_cp": "nđ 38/2023|38/2023/NĐ-CP|nghị định 38 năm 2023",
    "vb_ttlt_1_2012_btp_ubdt": "01/2012/TTLT-BTP-UBDT|thông tư liên tịch 01/2012/TTLT-BTP-UBDT",
}


@pytest.mark.parametrize(
    ("typed", "token"),
    [(typed, token) for token, forms in ONE_DOCUMENT.items() for typed in forms.split("|")],
)
def test_every_spelling_is_one_token(normalise: Normaliser, typed: str, token: str) -> None:
    for text in (typed, typed.upper(), f"({typed})", f"theo {typed}, quy định thế nào?"):
        assert normalise(text).documents == (token,), text
    assert normalise(typed).text == token


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("điều 27 khoản 3", "điều 27 khoản 3"),
        ("từ 30/6/2025 đến 30-06-2025", "từ 30/6/2025 đến 30/6/2025"),
        ("năm 2023", "năm 2023"),
        ("tháng 07/2021", "tháng 7/2021"),
        ("1.500.000 đồng", "1500000 đồng"),
        ("ct 135, ct 1719", "chương trình 135 chương trình 1719"),
        ("kh 5 năm", "không 5 năm"),
        ("cv 12", "cv 12"),
        ("luật 2024", "luật 2024"),
        ("thông tư 40 triệu", "thông tư 40 triệu"),
        ("nd 12 người", "nd 12 người"),
        ("300 hộ/xã", "300 hộ xã"),
        ("chương trình 55", "chương trình 55"),
        ("tỷ lệ 55/100", "tỷ lệ 55/100"),
    ],
)
def test_other_figures_are_no_documents(normalise: Normaliser, typed: str, text: str) -> None:
    question = normalise(typed)
    assert question.documents == ()
    assert question.text == text


def test_two_documents_keep_their_order(normalise: Normaliser) -> None:
    question = normalise("NĐ 27 và tt55 sửa QĐ 90/QĐ-TTg?")
    assert question.documents == ("vb_nd_27_2022_cp", "vb_tt_55_2023_btc", "vb_qd_90_2022_ttg")
    assert question.text == "vb_nd_27_2022_cp và vb_tt_55_2023_btc sửa vb_qd_90_2022_ttg"


def test_a_year_that_does_not_fit_stays_a_year(normalise: Normaliser) -> None:
    assert normalise("thông tư 55 năm 2024 có sửa không").text == "vb_tt_55_2023_btc năm 2024 có sửa không"
    assert normalise("qđ 90 2021-2025").text == "vb_qd_90_2022_ttg 2021 2025"
    assert normalise("tt 55/2024").documents == ("vb_tt_55_2024",)


@given(
    number=st.integers(1, 3000),
    year=st.integers(2000, 2029),
    kind=st.sampled_from([("nđ", "nghị định", "NĐ-CP", "cp"), ("tt", "thông tư", "TT-BXD", "bxd")]),
    zeros=st.integers(0, 1),
)
def test_unknown_documents_have_one_token_too(
    bare: Normaliser, number: int, year: int, kind: tuple[str, str, str, str], zeros: int
) -> None:
    short, long, suffix, issuer = kind
    figure = "0" * zeros + str(number)
    spellings = [
        f"{figure}/{year}/{suffix}",
        f"{short} {figure}/{year}/{suffix}",
        f"{long} số {figure}/{year}/{suffix}",
        f"{long} {figure} năm {year} {issuer}" if issuer != "cp" else f"{long} {figure} năm {year}",
        f"{short}{figure}-{year}-{suffix}",
    ]
    documents = {bare(spelling).documents for spelling in spellings}
    assert documents == {(f"vb_{'nd' if short == 'nđ' else short}_{number}_{year}_{issuer}",)}
