"""A normaliser with a small glossary, a few documents and a small vocabulary."""

import pytest
from normalise_rows import Row

from bot.normalise import Normaliser

GLOSSARY = (
    Row("hn", "Hà Nội", ("tp hn", "ra hn")),
    Row("hn", "hộ nghèo"),
    Row("hcn", "hộ cận nghèo"),
    Row("nhcsxh", "ngân hàng chính sách xã hội"),
    Row("csxh", "chính sách xã hội"),
    *(Row(f"da{number}", f"dự án {number}") for number in range(1, 8)),
    *(Row(f"tda{number}", f"tiểu dự án {number}") for number in range(1, 4)),
    Row("da3.1", "tiểu dự án 1 dự án 3"),
    Row("tda", "tiểu dự án"),
    Row("dtts&mn", "dân tộc thiểu số và miền núi"),
    Row("tn", "thu nhập", ("binh quan", "trieu", "tr")),
    Row("tn", "thanh niên", ("doan tn",)),
    Row("tt", "thông tư", ("#", "theo tt")),
    Row("tt", "trung tâm", ("giam doc tt",)),
    Row("ct", "chương trình"),
    Row("kh", "không"),
    Row("qd", "quyết định"),
    Row("tr", "triệu"),
    Row("tw", "trung ương"),
    Row("dc", "được"),
    Row("k", "không"),
    Row("heo", "lợn"),
    Row("bv", "bv đa khoa"),  # holds its own abbreviation
    Row("xin chào", ""),
    Row("cho em hoi", ""),
    Row("cảm ơn", ""),
    Row("cảm ơn ad", ""),
)
DOCUMENTS: dict[str, int | None] = {
    "27/2022/NĐ-CP": 2022,
    "07/2021/NĐ-CP": 2021,
    "90/QĐ-TTg": 2022,
    "1719/QĐ-TTg": 2021,
    "55/2023/TT-BTC": None,
    "02/2022/TT-BLĐTBXH": 2022,
    "02/2022/TT-UBDT": 2022,
    "06/2022/TT-BTTTT": 2022,
    "11/2017/QH14": 2017,
    "24/2021/QH15": 2021,
    "111/2024/QH15": 2024,
    "42/CT-TTg": 2024,
    "2137/KH-UBND": 2023,
    "631/TB-VPCP": 2025,
    "565/BLĐTBXH-VP": 2023,
    "134/QĐ-LĐTBXH": 2024,
    "30a/2008/NQ-CP": 2008,
    "Hiến pháp 2013": 2013,  # no number: cannot be cited by one
}
VOCABULARY = "ho ngheo can chuan so duoc bao nhieu tien tro nha o moi xay lam nghe dat san xuat va an toan"
WORDS = dict.fromkeys(VOCABULARY.split(), 10)


@pytest.fixture(scope="session")
def normalise() -> Normaliser:
    return Normaliser(GLOSSARY, DOCUMENTS, WORDS)


@pytest.fixture(scope="session")
def bare() -> Normaliser:
    """Without a base: only what Vietnamese itself says."""
    return Normaliser()
