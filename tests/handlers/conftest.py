"""A small base on disk, the real matcher built from it, and a person who talks to the bot."""

from datetime import UTC, datetime

import pytest
from handlers_talk import Person

from bot.domain import Wishes
from bot.handlers import Context
from bot.kb import Knowledge, load
from bot.matching import Matcher, build

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # 9:00 in Vietnam

FILES = {
    "topics.yaml": """
        - {id: nha-o, title: Nhà ở, project: 5}
        - {id: sinh-ke, title: Sinh kế, project: 3, subproject: 2}
        - {id: ra-soat, title: Rà soát}
        - {id: trong, title: Chưa có gì}
    """,
    "documents.yaml": """
        55/2023/TT-BTC: {title: T, kind: Thông tư, issued: 2023-08-15, effective: 2023-08-16}
        24/2021/QĐ-TTg: {title: T, kind: Quyết định, ended: 2025-12-31, transitional: Còn dùng cho hồ sơ cũ.}
        01/2020/TT-X: {title: T, effective: 2020-01-01}
        02/2026/TT-X: {title: T, effective: 2026-02-01, replaces: [01/2020/TT-X]}
        03/2020/TT-X: {title: T}
    """,
    "off_topic.yaml": """
        - {group: chao-hoi, small_talk: true, reply: Chào **anh/chị**!, examples: [xin chào bot, hello]}
        - {group: khac, reply: Việc của **1719**., examples: [chương trình 1719 dân tộc thiểu số làm gì]}
    """,
    "regulations/nha-o.yaml": """
        - id: nha-o-muc
          topic: nha-o
          question: Mức hỗ trợ xây mới nhà ở là bao nhiêu?
          variants: [xây mới nhà được mấy triệu]
          answer: "**40 triệu** đồng một hộ."
          sources:
            - {document: 55/2023/TT-BTC, at: khoản 1 Điều 74}
            - {document: 03/2020/TT-X}
          status: approved
          approved_by: Nguyễn Văn A
          approved_on: 2026-11-01
          see_also: [nha-o-sua, ra-soat-thang, sinh-ke-mo-hinh, nha-o-cu]
        - id: nha-o-sua
          topic: nha-o
          question: Mức hỗ trợ sửa chữa nhà ở là bao nhiêu?
          answer: 20 triệu.
          status: checked
        - id: nha-o-cu
          topic: nha-o
          question: Mức hỗ trợ xây nhà giai đoạn trước là bao nhiêu?
          answer: 30 triệu.
          status: checked
          valid_to: 2025-12-31
          superseded_by: nha-o-muc
        - id: nha-o-het
          topic: nha-o
          question: Hỗ trợ nhà chống bão giai đoạn một thế nào?
          answer: Đã xong.
          status: checked
          valid_to: 2026-11-23
        - id: nha-o-thay
          topic: nha-o
          question: Hồ sơ đề nghị làm nhà gồm giấy tờ gì?
          answer: Đơn.
          status: checked
          superseded_by: nha-o-sua
        - id: nha-o-sap
          topic: nha-o
          question: Định mức đất ở tối thiểu từ năm sau?
          answer: 100 mét vuông.
          status: checked
          valid_from: 2027-01-01
    """,
    "inspections/ra-soat.yaml": """
        - id: ra-soat-thang
          topic: ra-soat
          question: Rà soát hộ nghèo định kỳ vào tháng mấy?
          answer: Tháng 9.
          status: draft
          sources: [{document: 24/2021/QĐ-TTg, at: Điều 3}, {document: 01/2020/TT-X}]
    """,
    "practices/sinh-ke.yaml": """
        - id: sinh-ke-mo-hinh
          topic: sinh-ke
          question: Mô hình nuôi dê sinh sản làm ra sao?
          answer: "- Chọn giống\\n- Làm chuồng"
          status: checked
    """,
    "khac.yaml": """
        - {id: chung, question: Đường dây nóng số nào?, answer: "1800."}
    """,
}


@pytest.fixture(scope="session")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    base = tmp_path_factory.mktemp("base")
    for name, text in FILES.items():
        path = base / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load(base)


@pytest.fixture(scope="session")
def matcher(knowledge: Knowledge) -> Matcher:
    return build(knowledge, Wishes())


@pytest.fixture
def context(knowledge: Knowledge, matcher: Matcher) -> Context:
    return Context(
        number=128,
        channel="web",
        chat="c",
        asker="pseudonym",
        admin=False,
        now=NOW,
        knowledge=knowledge,
        matcher=matcher,
    )


@pytest.fixture
def person(context: Context) -> Person:
    return Person(context)
