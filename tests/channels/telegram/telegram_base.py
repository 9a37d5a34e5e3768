"""A small base of our own: these tests are about the way of a message, not about what the experts wrote."""

from pathlib import Path

import yaml

ANSWERED = "Hộ nghèo được vay Ngân hàng Chính sách tối đa bao nhiêu?"
UNCLEAR = "hỗ trợ nhà ở cho hộ nghèo"
UNKNOWN = "kỹ thuật ghép cành bưởi da xanh tháng chạp"

TOPICS = [{"id": "nha-o", "title": "Nhà ở", "project": 5}, {"id": "doi-song", "title": "Đời sống"}]


def _entry(name: str, topic: str, answer: str, question: str, *variants: str) -> dict[str, object]:
    return {"id": name, "topic": topic, "question": question, "variants": list(variants), "answer": answer}


ENTRIES = [
    _entry(
        "vay-von",
        "doi-song",
        "Hộ nghèo được vay **tối đa 100 triệu đồng**.\n\n- thời hạn 120 tháng\n- không phải thế chấp",
        ANSWERED,
        "mức vay hộ nghèo ngân hàng chính sách",
        "vay von ho ngheo duoc may trieu",
        "hạn mức vay vốn của hộ nghèo",
    ),
    _entry(
        "nha-xay-moi",
        "nha-o",
        "Tối đa 40 triệu đồng một hộ.",
        "Mức hỗ trợ xây mới nhà ở cho hộ nghèo là bao nhiêu?",
        "hỗ trợ xây nhà ở cho hộ nghèo",
        "xay nha moi ho ngheo duoc bao nhieu",
        "hỗ trợ nhà ở hộ nghèo xây mới",
    ),
    _entry(
        "nha-sua-chua",
        "nha-o",
        "Tối đa 20 triệu đồng một hộ.",
        "Mức hỗ trợ sửa chữa nhà ở cho hộ nghèo là bao nhiêu?",
        "hỗ trợ sửa nhà ở cho hộ nghèo",
        "sua nha ho ngheo duoc bao nhieu",
        "hỗ trợ nhà ở hộ nghèo sửa chữa",
    ),
    _entry(
        "bao-hiem-y-te",
        "doi-song",
        "Được ngân sách đóng.",
        "Người thuộc hộ nghèo có phải đóng tiền bảo hiểm y tế không?",
        "thẻ bảo hiểm y tế cho người nghèo",
        "the bhyt mien phi",
        "ai đóng bảo hiểm y tế cho hộ nghèo",
    ),
    _entry(
        "tien-dien",
        "doi-song",
        "Bằng tiền của 30 kWh một tháng.",
        "Hộ nghèo được hỗ trợ tiền điện bao nhiêu?",
        "mức hỗ trợ tiền điện hằng tháng",
        "tien dien ho ngheo bao nhieu so",
        "trợ cấp điện sinh hoạt",
    ),
    _entry(
        "hoc-phi",
        "doi-song",
        "Học sinh hộ nghèo được miễn học phí.",
        "Con hộ nghèo đi học có được miễn học phí không?",
        "miễn giảm học phí học sinh nghèo",
        "hoc phi con ho ngheo",
        "học sinh hộ nghèo đóng tiền học không",
    ),
]


def write_base(home: Path) -> Path:
    """Write the base and return its directory."""
    (home / "regulations").mkdir(parents=True)
    for name, rows in (("topics.yaml", TOPICS), ("regulations/base.yaml", ENTRIES)):
        (home / name).write_text(yaml.safe_dump(rows, allow_unicode=True), encoding="utf-8")
    return home
