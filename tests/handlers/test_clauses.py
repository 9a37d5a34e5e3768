"""The law's own words: quoted under an answer, cut where a part ends, and shown where there is no answer."""

from dataclasses import replace
from datetime import date

import pytest
from handlers_talk import Person, Scripted, actions, labels, said

from bot.domain import Candidate, Reason, Style
from bot.handlers import Context
from bot.kb import Entry, Knowledge, Source
from bot.kb.law import Law, outline
from bot.matching.clauses import Clauses
from bot.normalise import Question
from bot.normalise.provisions import Provision

HOUSE = """\
Mục 5. NHÀ Ở
Điều 74. Mức hỗ trợ
1. Xây mới **40** triệu [đồng](http://x)/hộ.
2. Điều kiện:
a) Một;
đ) Hai.
"""
REVIEW = "Điều 3. Rà soát\n" + "".join(f"{number}. {'Việc phải làm. ' * 30}\n" for number in range(1, 13))
TEXTS = {"55/2023/TT-BTC": HOUSE, "24/2021/QĐ-TTg": REVIEW, "01/2020/TT-X": "Điều 1. Cũ\nLời cũ.\n"}


def law(number: str, text: str, note: str = "") -> Law:
    articles, annexes, _ = outline(text)
    return Law(number, "Công báo", date(2026, 11, 2), "0" * 64, note, articles, annexes)


@pytest.fixture
def lawful(context: Context) -> Context:
    laws = {number: law(number, text) for number, text in TEXTS.items()}
    return replace(context, knowledge=replace(context.knowledge, law=laws))


@pytest.fixture
def reader(lawful: Context) -> Person:
    return Person(lawful)


def resting_on(context: Context, *sources: tuple[str, str]) -> Person:
    """Return somebody for whom an answer rests on these parts of documents."""
    known = context.knowledge
    entry = known.entries["nha-o-muc"]
    cited = tuple(Source(document=document, at=at) for document, at in sources)
    entries = {**known.entries, entry.id: entry.model_copy(update={"sources": cited})}
    return Person(replace(context, knowledge=replace(known, entries=entries)))


class TestUnderAnAnswer:
    def test_the_clause_is_opened_by_its_number_everywhere(self, reader: Person):
        card = reader.presses("e:nha-o-muc")
        number = [choice.label for choice in card.reply.choices].index("Xem điều khoản") + 1
        quoted = said(reader.says(str(number)))
        assert quoted[Style.TITLE] == ["Khoản 1 Điều 74, Thông tư 55/2023/TT-BTC"]
        assert quoted[Style.QUOTE] == ["1. Xây mới **40** triệu [đồng](http://x)/hộ."]
        assert quoted[Style.ANSWER] == []  # nobody's words but the law's, and no Markdown
        assert quoted[Style.NOTE] == [
            "Thông tư 55/2023/TT-BTC còn hiệu lực (tính đến 24/11/2026).",
            "Trích nguyên văn, trong Mục 5. NHÀ Ở › Điều 74. Mức hỗ trợ:",
            "Lời văn lấy từ: Công báo, ngày 02/11/2026.",
        ]

    def test_judging_still_means_the_answer(self, reader: Person):
        card = reader.presses("e:nha-o-muc")
        reader.presses("q:nha-o-muc")
        assert card.exchange
        assert f"u:{card.exchange.id}" in dict(reader.state.words).values()

    @pytest.mark.parametrize("entry", ["nha-o-sua", "chung"])
    def test_an_answer_without_a_text_has_no_such_button(self, reader: Person, entry: str):
        assert "Xem điều khoản" not in labels(reader.presses(f"e:{entry}"))

    def test_a_source_that_names_nothing_in_the_text_has_none_either(self, lawful: Context):
        person = resting_on(lawful, ("55/2023/TT-BTC", "Điều 99"), ("55/2023/TT-BTC", ""))
        assert "Xem điều khoản" not in labels(person.presses("e:nha-o-muc"))

    def test_of_several_clauses_one_is_chosen(self, lawful: Context):
        person = resting_on(
            lawful, ("55/2023/TT-BTC", "điểm đ khoản 2, khoản 1 Điều 74"), ("01/2020/TT-X", "Điều 1")
        )
        asked = person.presses("q:nha-o-muc")
        assert labels(asked) == [
            "Điểm đ khoản 2 Điều 74 55/2023/TT-BTC: Hai.",
            "Khoản 1 Điều 74 55/2023/TT-BTC: Xây mới **40** triệu [đồng](http://x)/hộ.",
            "Điều 1 01/2020/TT-X: Cũ",
        ]
        assert said(person.says("1"))[Style.QUOTE] == ["đ) Hai."]
        assert said(person.presses(actions(asked)[2]))[Style.QUOTE] == ["Điều 1. Cũ\nLời cũ."]

    def test_the_document_is_said_to_have_ended(self, lawful: Context):
        ended = said(resting_on(lawful, ("24/2021/QĐ-TTg", "khoản 1 Điều 3")).presses("q:nha-o-muc"))
        assert ended[Style.WARNING] == [
            "Quyết định 24/2021/QĐ-TTg đã hết hiệu lực từ ngày 01/01/2026. Còn dùng cho hồ sơ cũ."
        ]
        replaced = said(resting_on(lawful, ("01/2020/TT-X", "Điều 1")).presses("q:nha-o-muc"))
        assert replaced[Style.WARNING] == [
            "01/2020/TT-X đã hết hiệu lực từ ngày 01/02/2026, được thay bằng 02/2026/TT-X."
        ]

    def test_what_amends_it_is_named(self, lawful: Context):
        documents = lawful.knowledge.documents
        amending = documents["02/2026/TT-X"].model_copy(update={"amends": ("55/2023/TT-BTC",)})
        known = replace(lawful.knowledge, documents={**documents, "02/2026/TT-X": amending})
        warned = said(Person(replace(lawful, knowledge=known)).presses("q:nha-o-muc"))[Style.WARNING]
        assert warned == ["Văn bản này bị sửa đổi, bổ sung bởi 02/2026/TT-X: đối chiếu thêm trước khi dùng."]


class TestALongOne:
    def test_ends_with_a_clause_and_names_what_is_left(self, lawful: Context):
        person = resting_on(lawful, ("24/2021/QĐ-TTg", "Điều 3"))
        outcome = person.presses("q:nha-o-muc")
        (quoted,) = said(outcome)[Style.QUOTE]
        assert quoted.splitlines()[-1].startswith("3. ") and len(quoted) < 1600
        assert "Chưa hiện: khoản 4, 5, 6, 7, 8, 9, 10, 11, 12 Điều 3." in said(outcome)[Style.NOTE]
        assert said(person.says("1"))[Style.TITLE] == ["Khoản 4 Điều 3, Quyết định 24/2021/QĐ-TTg"]

    def test_points_that_are_left_are_named_as_points(self, lawful: Context):
        text = "Điều 1. A\n1. B:\n" + "".join(f"{letter}) {'x' * 900}\n" for letter in "abc")
        laws = {"55/2023/TT-BTC": law("55/2023/TT-BTC", text)}
        person = Person(replace(lawful, knowledge=replace(lawful.knowledge, law=laws)))
        assert (
            "Chưa hiện: điểm b, c khoản 1 Điều 1."
            in said(person.presses("r:55-2023-tt-btc--1-1"))[Style.NOTE]
        )


@pytest.mark.parametrize(
    "action",
    [
        "q:khong-co",
        "q:chung",
        "r:55-2023-tt-btc--99",
        "r:khong-co--1",
        "r:55-2023-tt-btc--x",
        "r:--",
        "r:55-2023-tt-btc",
        "q",
        "r",
    ],
)
def test_an_old_or_made_up_button_is_answered(reader: Person, action: str):
    assert said(reader.presses(action))[Style.TEXT]


def test_every_action_fits_every_platform(lawful: Context):
    long = f"123456/2026/{'TTLT-BLĐTBXH-BNNPTNT'}"
    laws = {long: law(long, "Điều 120a. A\n12a. B\nđ1) C\n")}
    known: Knowledge = lawful.knowledge
    entry = Entry(
        id="a" * 60,
        question="Q",
        answer="A",
        sources=(Source(document=long, at="điểm đ1 khoản 12a Điều 120a; Điều 120a"),),
    )
    person = Person(replace(lawful, knowledge=replace(known, entries={entry.id: entry}, law=laws)))
    buttons = [*actions(person.presses(f"e:{entry.id}")), *actions(person.presses(f"q:{entry.id}"))]
    assert len(buttons) == 6
    assert all(len(action.encode()) <= 64 for action in buttons)


class Sure:
    """A finder that is sure of what it is told to."""

    def __init__(self, *places: tuple[str, Provision]) -> None:
        self.places = places

    def near(self, question: Question) -> tuple[tuple[str, Provision], ...]:
        return self.places


def asked(context: Context, clauses: object, text: str = "câu lạ", confidence: float = 0.1) -> Person:
    matcher = Scripted((Candidate("nha-o-sua", confidence),), clauses=clauses)  # type: ignore[arg-type]
    person = Person(replace(context, matcher=matcher))  # type: ignore[arg-type]
    person.says(text)
    return person


class TestWithoutAnAnswer:
    def test_clauses_that_may_matter_are_shown_and_the_experts_still_asked(self, lawful: Context):
        person = asked(
            lawful, Sure(("24/2021/QĐ-TTg", Provision("3", "2")), ("55/2023/TT-BTC", Provision("74", "1")))
        )
        outcome = person.outcome
        assert outcome and outcome.waiting and outcome.waiting.reason is Reason.NO_MATCH
        (warning,) = said(outcome)[Style.WARNING]
        assert warning.startswith("Chưa có trả lời của chuyên gia; điều khoản có thể liên quan")
        long, short = said(outcome)[Style.QUOTE]
        assert long.startswith("2. Việc phải làm.") and long.endswith("…") and len(long) <= 300
        assert short == "1. Xây mới **40** triệu [đồng](http://x)/hộ."
        first, second = said(outcome)[Style.SOURCE]
        assert first.startswith(
            "Khoản 2 Điều 3, Quyết định 24/2021/QĐ-TTg\nQuyết định 24/2021/QĐ-TTg đã hết hiệu lực"
        )
        assert second.endswith("còn hiệu lực (tính đến 24/11/2026).")
        assert [choice.action[0] for choice in outcome.reply.choices] == ["p", "r", "r"]
        assert said(person.says("3"))[Style.TITLE] == ["Khoản 1 Điều 74, Thông tư 55/2023/TT-BTC"]

    @pytest.mark.parametrize("clauses", [None, Sure()])
    def test_nothing_is_said_of_clauses_when_none_is_sure(self, lawful: Context, clauses: Clauses | None):
        outcome = asked(lawful, clauses).outcome
        assert outcome
        assert [len(said(outcome)[style]) for style in (Style.WARNING, Style.QUOTE)] == [0, 0]

    def test_small_talk_answers_and_suggestions_have_none(self, lawful: Context):
        sure = Sure(("55/2023/TT-BTC", Provision("74", "1")))
        for confidence in (0.95, 0.6):
            outcome = asked(lawful, sure, confidence=confidence).outcome
            assert outcome and said(outcome)[Style.QUOTE] == []
        matcher = Scripted((), clauses=sure, group="chao-hoi", group_confidence=0.95)  # type: ignore[arg-type]
        assert said(Person(replace(lawful, matcher=matcher)).says("chào"))[Style.QUOTE] == []  # type: ignore[arg-type]
