"""What is told of a document: opened by button, number or command, asked back, unknown, beside entries."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from handlers_talk import Person, Scripted, actions, labels, said

from bot.documents import by_slug, called, slug, tree
from bot.domain import Candidate, Reason, Style, Verdict
from bot.handlers import Context, Known
from bot.kb import Document, Knowledge
from bot.phrases import say

LONG = "1/2020/" + "QĐ-UBND-" * 12


def documents(**rows: dict[str, object]) -> dict[str, Document]:
    return {number: Document.model_validate({"title": "Tên", **row}) for number, row in rows.items()}


def test_a_card_says_what_is_recorded_and_what_is_not(person: Person):
    outcome = person.says("văn bản 24/2021/QĐ-TTg còn hiệu lực không")
    blocks = said(outcome)
    assert blocks[Style.TITLE] == ["Quyết định 24/2021/QĐ-TTg"]
    state, draft = blocks[Style.WARNING]
    assert "31/12/2025" in state and "Còn dùng cho hồ sơ cũ." in state
    assert draft == say("document.draft")
    missing = ", ".join(say(f"document.missing.{name}") for name in ("issuer", "issued", "effective"))
    assert say("document.fact.missing", names=missing) in blocks[Style.SOURCE][0]
    assert blocks[Style.NOTE] == [say("document.no_chain")]
    assert outcome.exchange is not None
    assert (outcome.exchange.verdict, outcome.waiting) == (Verdict.DOCUMENT, None)


def test_the_card_offers_what_replaces_it_then_the_entries_that_rest_on_it(person: Person):
    outcome = person.says("tt 01/2020/tt-x hết hiệu lực chưa")
    assert actions(outcome)[:2] == ["i:02-2026-tt-x", "e:ra-soat-thang"]
    newer = person.says("1")
    assert said(newer)[Style.TITLE] == ["02/2026/TT-X"]
    assert newer.exchange is not None
    assert newer.exchange.verdict is Verdict.OPENED


def test_all_entries_that_rest_on_it_are_a_press_away(person: Person):
    more = {
        f"muc-{number}": entry.model_copy(update={"id": f"muc-{number}"})
        for entry in [person.context.knowledge.entries["nha-o-muc"]]
        for number in range(9)
    }
    assert "i:55-2023-tt-btc:1" not in actions(person.presses("i:55-2023-tt-btc")), "they all are there"
    person.context = replace(person.context, knowledge=replace(person.context.knowledge, entries=more))
    assert "i:55-2023-tt-btc:1" in actions(person.presses("i:55-2023-tt-btc"))
    first, last = (actions(person.presses(f"i:55-2023-tt-btc:{page}")) for page in (1, 2))
    assert (first[-1], first[:8]) == ("i:55-2023-tt-btc:2", [f"e:muc-{number}" for number in range(8)])
    assert last == ["e:muc-8", "i:55-2023-tt-btc:1"]
    assert actions(person.presses("i:55-2023-tt-btc:999")) == last, "a page from before"


@pytest.mark.parametrize("action", ["i:1-2030-tt-btc", "i:x", "i:55-2023-tt-btc-"])
def test_a_document_that_is_gone_is_said_to_be_gone(person: Person, action: str):
    assert said(person.presses(action))[Style.TEXT] == [say("press.entry_gone")]


def test_a_card_can_be_sent_on_to_an_expert(person: Person):
    asked = person.says("tt 55/2023 ban hành ngày nào")
    assert asked.exchange is not None
    outcome = person.presses(f"x:{asked.exchange.id}")
    assert outcome.waiting is not None
    assert (outcome.waiting.number, outcome.waiting.reason) == (asked.exchange.id, Reason.EXPERT_WANTED)


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("/vanban 55/2023/TT-BTC", "Thông tư 55/2023/TT-BTC"),
        ("/vanban 55/2023", "Thông tư 55/2023/TT-BTC"),
        ("/vanban 55", "Thông tư 55/2023/TT-BTC"),
        ("/vanban@HoiDapBot 24 2021", "Quyết định 24/2021/QĐ-TTg"),
        ("/VanBan qd 24", "Quyết định 24/2021/QĐ-TTg"),
    ],
)
def test_the_command_finds_a_document_however_it_is_written(person: Person, typed: str, title: str):
    assert said(person.says(typed))[Style.TITLE] == [title]


@pytest.mark.parametrize("typed", ["/vanban", "/vanban   ", "/vanban chẳng có chữ nào giống"])
def test_the_command_explains_itself(person: Person, typed: str):
    outcome = person.says(typed)
    assert said(outcome)[Style.TEXT] == [say("document.how")]
    assert outcome.waiting is None


def test_a_number_that_is_not_recorded_waits_for_the_experts_and_shows_what_is_near(person: Person):
    outcome = person.says("tt 55/2019 còn hiệu lực không")
    assert outcome.waiting is not None
    assert outcome.waiting.reason is Reason.NO_DOCUMENT
    assert actions(outcome)[:1] == ["i:55-2023-tt-btc"]
    assert "/cauhoi" in said(outcome)[Style.TEXT][0]


def test_of_two_one_may_be_unknown(person: Person):
    outcome = person.says("tt 55/2023 thay tt 77/2011 phải không")
    assert said(outcome)[Style.TITLE] == ["Thông tư 55/2023/TT-BTC"]
    assert any("77/2011" in text for text in said(outcome)[Style.TEXT])


def test_an_answer_about_something_else_stays_an_answer_and_shows_the_way_to_the_document(context: Context):
    found = Scripted((Candidate("nha-o-muc", 0.99),))
    outcome = Person(replace(context, matcher=found)).says("theo tt 55/2023 xây nhà được bao nhiêu")  # type: ignore[arg-type]
    assert outcome.exchange is not None
    assert outcome.exchange.entry == "nha-o-muc"
    assert not [action for action in actions(outcome) if action.startswith("i:")], "it asks of no document"


def test_suggestions_are_not_lost_under_a_card(context: Context):
    found = Scripted((Candidate("nha-o-muc", 0.6), Candidate("nha-o-sua", 0.2)))
    person = Person(replace(context, matcher=found))  # type: ignore[arg-type]
    outcome = person.says("vb 55/2023/TT-BTC còn hiệu lực không")
    assert said(outcome)[Style.TITLE] == ["Thông tư 55/2023/TT-BTC"]
    assert "p:128:0" in actions(outcome)
    picked = person.presses("p:128:0")
    assert picked.change is not None
    assert picked.change.entry == "nha-o-muc"


def test_a_bare_number_is_no_question_while_an_expert_waits_for_more(context: Context):
    found = Scripted(())
    waited = Person(replace(context, matcher=found), known=Known(asked_back=7))  # type: ignore[arg-type]
    outcome = waited.says("55/2023/TT-BTC")
    assert outcome.more is not None
    assert outcome.more.number == 7
    told = waited.says("55/2023/TT-BTC còn hiệu lực không")
    assert told.exchange is not None
    assert told.exchange.verdict is Verdict.DOCUMENT


def test_the_day_is_vietnams(person: Person):
    eve = datetime(2026, 1, 31, 16, 59, tzinfo=UTC)  # 23:59 in Vietnam; the circular holds from 1/2
    person.context = replace(person.context, now=eve)
    assert "31/01/2026" in "".join(said(person.says("/vanban 02/2026/TT-X"))[Style.TEXT])
    assert "chưa có hiệu lực" in "".join(said(person.says("/vanban 02/2026/TT-X"))[Style.TEXT])
    person.context = replace(person.context, now=eve.replace(hour=17, minute=0))
    assert "Còn hiệu lực" in "".join(said(person.says("/vanban 02/2026/TT-X"))[Style.TEXT])


def test_buttons_are_short_whatever_a_document_is_called(context: Context):
    rows = documents(**{LONG: {}, LONG.replace("2020", "2021"): {}})
    knowledge = replace(context.knowledge, documents=rows)
    assert len({slug(number) for number in rows}) == 2
    for number in rows:
        assert by_slug(knowledge, slug(number)) == number
        assert len(f"i:{slug(number)}:999".encode()) <= 64


def test_titles_on_buttons_are_cut(context: Context):
    rows = documents(**{"7/2020/TT-A": {"title": "Rất dài " * 60}, "7/2021/TT-B": {}})
    person = Person(replace(context, knowledge=replace(context.knowledge, documents=rows)))
    assert max(map(len, labels(person.says("/vanban 7")))) < 120


def test_a_chain_is_drawn_both_ways_each_document_once():
    rows = documents(
        **{
            "1/2016": {},
            "2/2018": {"replaces": ["1/2016"]},
            "3/2019": {"amends": ["2/2018"], "issued": "2019-03-01"},
            "4/2023": {"replaces": ["2/2018", "3/2019"], "effective": "2023-08-15", "kind": "Thông tư"},
            "5/2024": {"amends": ["4/2023"]},
        }
    )
    knowledge = Knowledge({}, documents=rows)
    assert tree(knowledge, "2/2018") == [
        "2/2018",
        "├ thay cho 1/2016",
        "├ được sửa bởi 3/2019, ban hành 01/03/2019",
        "└ bị thay bởi 4/2023, từ 15/08/2023",
        "   └ được sửa bởi 5/2024",
    ]
    assert tree(Knowledge({}, documents=documents(**{"9/2020": {}})), "9/2020") == []
    assert called(knowledge, "4/2023") == "Thông tư 4/2023"


def test_a_circle_of_documents_ends():
    rows = documents(**{"1/2016": {"replaces": ["2/2018"]}, "2/2018": {"replaces": ["1/2016"]}})
    assert tree(Knowledge({}, documents=rows), "1/2016") == ["1/2016", "└ thay cho 2/2018"]
