"""The card under which an expert's words are shown: all that an officer needs before relying on them."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from handlers_talk import Person, actions, labels, said

from bot.domain import Reason, Snapshot, Style, Verdict
from bot.handlers import Context, Known
from bot.handlers.context import vietnam_day

JUDGE = ["👍 Đúng", "👎 Chưa đúng", "🙋 Hỏi chuyên gia"]

QUESTIONS = {
    "nha-o-muc": "Mức hỗ trợ xây mới nhà ở là bao nhiêu?",
    "nha-o-sua": "Mức hỗ trợ sửa chữa nhà ở là bao nhiêu?",
    "nha-o-cu": "Mức hỗ trợ xây nhà giai đoạn trước là bao nhiêu?",
    "nha-o-het": "Hỗ trợ nhà chống bão giai đoạn một thế nào?",
    "nha-o-thay": "Hồ sơ đề nghị làm nhà gồm giấy tờ gì?",
    "nha-o-sap": "Định mức đất ở tối thiểu từ năm sau?",
    "ra-soat-thang": "Rà soát hộ nghèo định kỳ vào tháng mấy?",
    "sinh-ke-mo-hinh": "Mô hình nuôi dê sinh sản làm ra sao?",
    "chung": "Đường dây nóng số nào?",
}

WARNINGS = {
    "nha-o-muc": [],
    "nha-o-sua": [],
    "nha-o-cu": [
        "chỉ áp dụng đến hết ngày 31/12/2025. Từ ngày 01/01/2026 xem mục thay thế: Mức hỗ trợ xây mới"
    ],
    "nha-o-het": ["chỉ áp dụng đến hết ngày 23/11/2026."],
    "nha-o-thay": ["Đã có mục thay thế: Mức hỗ trợ sửa chữa"],
    "nha-o-sap": ["áp dụng từ ngày 01/01/2027, hôm nay chưa áp dụng"],
    "ra-soat-thang": [
        "Chờ chuyên gia xác nhận",
        "24/2021/QĐ-TTg đã hết hiệu lực sau ngày 31/12/2025. Còn dùng cho hồ sơ cũ.",
        "01/2020/TT-X đã hết hiệu lực sau ngày 31/01/2026; văn bản thay thế: 02/2026/TT-X.",
    ],
    "sinh-ke-mo-hinh": [],
    "chung": ["Chờ chuyên gia xác nhận"],
}


WAITS = {"nha-o-het": Reason.EXPIRED}  # it no longer holds, and nothing is in its place


def test_every_entry_of_the_base_is_tried(context: Context):
    assert QUESTIONS.keys() == WARNINGS.keys() == context.knowledge.entries.keys()


@pytest.mark.parametrize("entry", QUESTIONS)
def test_a_question_gets_its_entry(person: Person, entry: str):
    outcome = person.says(QUESTIONS[entry].lower().rstrip("?"))
    assert outcome.exchange
    assert (outcome.exchange.verdict, outcome.exchange.entry) == (Verdict.ANSWER, entry)
    text = said(outcome)
    assert text[Style.TITLE] == [QUESTIONS[entry]]
    assert text[Style.ANSWER] == [person.context.knowledge.entries[entry].answer]
    assert (outcome.waiting.reason if outcome.waiting else None) == WAITS.get(entry)


@pytest.mark.parametrize("entry", QUESTIONS)
def test_it_warns_of_what_the_reader_must_know_and_of_nothing_else(person: Person, entry: str):
    found = said(person.says(QUESTIONS[entry]))[Style.WARNING]
    assert len(found) == len(WARNINGS[entry]), found
    for warning, words in zip(found, WARNINGS[entry], strict=True):
        assert warning.startswith("⚠️ ")
        assert words in warning


@pytest.mark.parametrize("entry", QUESTIONS)
def test_it_ends_with_a_code_that_opens_exactly_this_text(person: Person, entry: str):
    shown = person.says(QUESTIONS[entry])
    code = said(shown)[Style.NOTE][-1]
    version = person.context.knowledge.entries[entry].version[:4]
    assert code == f"Mã {entry} · bản {version} · 24/11/2026"
    opened = person.says(code)
    assert opened.exchange
    assert (opened.exchange.verdict, opened.exchange.entry) == (Verdict.OPENED, entry)
    assert said(opened)[Style.ANSWER] == said(shown)[Style.ANSWER]


@pytest.mark.parametrize("entry", QUESTIONS)
def test_thumbs_and_a_way_to_an_expert_are_under_every_card_however_it_is_reached(person: Person, entry: str):
    asked = person.says(QUESTIONS[entry])
    assert asked.shown
    reached = [asked, person.presses(f"e:{entry}"), person.says(f"Mã {entry} · bản {asked.shown.version}")]
    person.known = Known(texts=(asked.shown,))
    reached.append(person.says(f"Mã {entry} bản {asked.shown.version}"))
    for number, outcome in enumerate(reached, 128):
        assert labels(outcome)[-3:] == JUDGE
        assert actions(outcome)[-3:] == [f"u:{number}", f"d:{number}", f"x:{number}"]
        assert outcome.exchange
        assert outcome.exchange.id == number


def test_sources_stand_with_article_kind_and_dates(person: Person):
    assert said(person.says(QUESTIONS["nha-o-muc"]))[Style.SOURCE] == [
        "Căn cứ:\n"
        "– khoản 1 Điều 74, Thông tư 55/2023/TT-BTC (ban hành 15/08/2023, hiệu lực 16/08/2023)\n"
        "– 03/2020/TT-X"
    ]
    assert said(person.says(QUESTIONS["ra-soat-thang"]))[Style.SOURCE] == [
        "Căn cứ:\n"
        "– Điều 3, Quyết định 24/2021/QĐ-TTg (hết hiệu lực sau ngày 31/12/2025)\n"
        "– 01/2020/TT-X (hiệu lực 01/01/2020, hết hiệu lực sau ngày 31/01/2026)"
    ]


def test_an_answer_without_sources_has_no_heading_for_them(person: Person):
    assert said(person.says(QUESTIONS["chung"]))[Style.SOURCE] == []


@pytest.mark.parametrize(
    ("entry", "authority"),
    [
        ("nha-o-muc", ["Loại: quy định."]),
        ("ra-soat-thang", ["Loại: rút ra từ kiểm tra, giám sát"]),
        ("sinh-ke-mo-hinh", ["Loại: cách làm ở địa phương"]),
        ("chung", []),
    ],
)
def test_the_folder_says_what_authority_it_has(person: Person, entry: str, authority: list[str]):
    *notes, _code = said(person.says(QUESTIONS[entry]))[Style.NOTE]
    assert len(notes) == len(authority)
    assert all(note.startswith(words) for note, words in zip(notes, authority, strict=True))


def test_what_replaces_an_entry_comes_first_among_three_related_ones(person: Person):
    assert labels(person.says(QUESTIONS["nha-o-cu"]))[:-3] == [QUESTIONS["nha-o-muc"]]
    related = person.says(QUESTIONS["nha-o-muc"])
    assert labels(related)[:-3] == [
        QUESTIONS[name] for name in ("nha-o-sua", "ra-soat-thang", "sinh-ke-mo-hinh")
    ]
    assert "Câu liên quan:" in said(related)[Style.TEXT]


def test_a_related_question_opens_by_its_number_or_button(person: Person):
    person.says(QUESTIONS["nha-o-muc"])
    by_number = person.says("2")
    assert said(by_number)[Style.TITLE] == [QUESTIONS["ra-soat-thang"]]
    assert said(person.presses("e:ra-soat-thang"))[Style.TITLE] == [QUESTIONS["ra-soat-thang"]]


def test_the_day_is_vietnams(context: Context):
    late = Person(replace(context, now=datetime(2026, 12, 31, 17, 0, tzinfo=UTC)))  # midnight in Hanoi
    outcome = late.says(QUESTIONS["nha-o-sap"])
    assert said(outcome)[Style.WARNING] == []
    assert said(outcome)[Style.NOTE][-1].endswith("· 01/01/2027")


@pytest.mark.parametrize(
    "minute", [datetime(2026, 11, 23, 16, 59, tzinfo=UTC), datetime(2026, 11, 23, 17, tzinfo=UTC)]
)
def test_the_last_day_still_counts(context: Context, minute: datetime):
    ended = vietnam_day(minute).day == 24
    outcome = Person(replace(context, now=minute)).says(QUESTIONS["nha-o-het"])
    assert bool(said(outcome)[Style.WARNING]) == ended


def test_the_text_that_was_shown_is_kept_word_for_word(person: Person):
    outcome = person.says(QUESTIONS["nha-o-muc"])
    entry = person.context.knowledge.entries["nha-o-muc"]
    assert outcome.shown == Snapshot("nha-o-muc", entry.version, entry.content, person.context.now)


CODE_SPELLINGS = [
    "Mã {entry} · bản {code} · 24/11/2026",
    "mã {entry} · bản {code}",
    "  Mã {entry} · bản {code} · 24/11/2026\n",
    "MÃ {entry_upper} · BẢN {code_upper}",
    "ma {entry} ban {code}",
    "{entry} {code}",
    "{entry} · {code}",
    "{entry}, bản {code}.",
    "Mã {entry} - bản {code}",
    "Mã {entry} · bản {code} · 24/11/2026 nghĩa là sao ạ?",
    unicodedata.normalize("NFD", "Mã {entry} · bản {code}"),  # as macOS copies it
]


@pytest.mark.parametrize("spelling", CODE_SPELLINGS)
def test_a_code_is_read_however_it_is_pasted(person: Person, spelling: str):
    entry = person.context.knowledge.entries["nha-o-muc"]
    text = spelling.format(
        entry=entry.id,
        code=entry.version[:4],
        entry_upper=entry.id.upper(),
        code_upper=entry.version[:4].upper(),
    )
    outcome = person.says(text)
    assert outcome.exchange
    assert (outcome.exchange.verdict, outcome.exchange.entry) == (Verdict.OPENED, "nha-o-muc")


def test_the_code_of_an_entry_with_a_name_of_one_word_is_read_too(person: Person):
    code = said(person.says(QUESTIONS["chung"]))[Style.NOTE][-1]
    opened = person.says(code)
    assert opened.exchange
    assert opened.exchange.verdict is Verdict.OPENED


@pytest.mark.parametrize(
    "question",
    [
        "TT-BTC 2023 quy định gì",
        "hn 2025 hỗ trợ gì",
        "QĐ-TTg 2022",
        "giai-đoạn 2021-2025 có gì mới",
        "2026 2027",
    ],
)
def test_a_question_that_looks_like_a_code_is_still_a_question(person: Person, question: str):
    outcome = person.says(question)
    assert outcome.exchange
    assert outcome.exchange.verdict is not Verdict.OPENED
    assert outcome.exchange.raw == question


@pytest.mark.parametrize("code", ["Mã nha-o-muc · bản 0000", "Mã khong-co · bản 12ab", "nha-o-muc ffff"])
def test_a_code_that_nobody_was_shown_is_said_to_be_unknown(person: Person, code: str):
    outcome = person.says(code)
    assert said(outcome)[Style.TEXT] == [
        "Không tìm thấy nội dung có mã này. Anh/chị kiểm tra lại mã, hoặc gõ câu hỏi."
    ]
    assert outcome.exchange is None


class TestTheTextBehindAnOldCode:
    @pytest.fixture
    def old(self, context: Context) -> Snapshot:
        entry = context.knowledge.entries["nha-o-muc"].model_copy(update={"answer": "35 triệu."})
        shown_at = datetime(2026, 3, 1, 18, 0, tzinfo=UTC)  # already the 2nd in Vietnam
        return Snapshot(entry.id, entry.version, entry.content, shown_at)

    def test_is_shown_as_it_was_with_the_day_and_a_way_to_the_newest(self, person: Person, old: Snapshot):
        person.known = Known(texts=(old,))
        outcome = person.says(f"Mã {old.entry} · bản {old.version[:4]} · 02/03/2026")
        text = said(outcome)
        assert text[Style.ANSWER] == ["35 triệu."]
        assert text[Style.WARNING][0] == (
            "⚠️ Đây là nội dung đã hiện lần đầu ngày 02/03/2026; nay đã thay đổi hoặc được gỡ."
        )
        assert text[Style.NOTE] == ["Loại: quy định.", f"Mã nha-o-muc · bản {old.version[:4]} · 24/11/2026"]
        assert labels(outcome)[0] == "Xem bản hiện hành"
        assert said(person.says("1"))[Style.ANSWER] == ["**40 triệu** đồng một hộ."]

    def test_is_logged_under_its_own_version(self, person: Person, old: Snapshot):
        person.known = Known(texts=(old,))
        outcome = person.says(f"Mã {old.entry} · bản {old.version}")
        assert outcome.exchange
        assert outcome.exchange.version == old.version
        assert outcome.shown is None

    def test_is_shown_even_when_the_entry_is_gone(self, person: Person, old: Snapshot):
        gone = replace(old, entry="da-go")
        person.known = Known(texts=(gone,))
        outcome = person.says(f"Mã da-go · bản {old.version}")
        assert said(outcome)[Style.ANSWER] == ["35 triệu."]
        assert "nay đã thay đổi hoặc được gỡ" in said(outcome)[Style.WARNING][0]
        assert labels(outcome) == JUDGE

    def test_is_said_to_be_current_while_it_is(self, person: Person):
        shown = person.says(QUESTIONS["nha-o-muc"]).shown
        person.known = Known(texts=(shown,))
        outcome = person.says(
            f"Mã nha-o-muc · bản {person.context.knowledge.entries['nha-o-muc'].version[:4]}"
        )
        assert said(outcome)[Style.NOTE][0] == "Nội dung dưới đây vẫn là bản đang dùng."
        assert labels(outcome) == JUDGE


class TestACodeThatSeveralTextsBeginWith:
    @pytest.fixture
    def texts(self, context: Context) -> tuple[Snapshot, Snapshot]:
        entry = context.knowledge.entries["nha-o-muc"]
        older = entry.model_copy(update={"answer": "35 triệu."})
        return (
            Snapshot(entry.id, "3fa2b" + "0" * 59, older.content, datetime(2026, 3, 1, 18, 0, tzinfo=UTC)),
            Snapshot(entry.id, "3fa2c" + "0" * 59, entry.content, datetime(2026, 5, 1, 18, 0, tzinfo=UTC)),
        )

    def test_opens_none_of_them_and_says_how_to_name_each(self, person: Person, texts: tuple[Snapshot, ...]):
        person.known = Known(texts=texts)
        outcome = person.says("Mã nha-o-muc · bản 3fa2 · 02/03/2026")
        _, *codes = said(outcome)[Style.TEXT]
        assert codes == ["Mã nha-o-muc · bản 3fa2b · 02/03/2026", "Mã nha-o-muc · bản 3fa2c · 02/05/2026"]
        assert (outcome.exchange, said(outcome)[Style.ANSWER]) == (None, [])
        assert said(person.says(codes[0]))[Style.ANSWER] == ["35 triệu."]

    def test_is_shown_longer_where_that_is_known(self, person: Person):
        person.context = replace(person.context, digits=6)
        version = person.context.knowledge.entries["nha-o-muc"].version
        shown = said(person.says(QUESTIONS["nha-o-muc"]))[Style.NOTE][-1]
        assert f"bản {version[:6]} ·" in shown
