"""Questions about documents over the shipped base, as officers type them: answered, or left alone."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.documents import called, slug
from bot.domain import ChatState, Outcome, Reason, Style, Text, Verdict
from bot.finding import find
from bot.handlers import Context, Known, document, respond, understand
from bot.live import Brain

QUESTIONS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("document_questions.yaml").read_text(encoding="utf-8")
)
TODAY = date(2026, 11, 30)


def context(brain: Brain, day: date = TODAY) -> Context:
    now = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)  # 9:00 in Vietnam
    return Context(1, "web", "c", "p", False, now, brain.knowledge, brain.matcher)


def asked(brain: Brain, question: dict[str, Any]) -> Outcome:
    there = context(brain, question.get("day", TODAY))
    return respond(understand(Text(question["ask"]), ChatState(), there.now), Known(), there)


def titles(outcome: Outcome) -> list[str]:
    return [block.text for block in outcome.reply.blocks if block.style is Style.TITLE]


def offered(outcome: Outcome) -> list[str]:
    return [choice.action for choice in outcome.reply.choices]


def kind(name: str) -> list[Any]:
    return [pytest.param(one, id=f"{one['ask']} {one.get('day', '')}") for one in QUESTIONS if name in one]


def test_there_are_enough_to_mean_something():
    counts = {name: len(kind(name)) for name in ("documents", "entry", "which", "unknown", "other")}
    assert sum(counts.values()) == len(QUESTIONS)
    assert len(QUESTIONS) - counts["other"] >= 60
    assert counts["other"] >= 15
    assert min(counts.values()) >= 3


@pytest.mark.parametrize("question", kind("says"))
def test_the_reply_says_what_is_recorded(shipped: Brain, question: dict[str, Any]):
    words = "\n".join(block.text for block in asked(shipped, question).reply.blocks)
    assert [wanted for wanted in question["says"] if wanted not in words] == [], words


@pytest.mark.parametrize("question", kind("documents"))
def test_a_question_about_documents_gets_their_cards(shipped: Brain, question: dict[str, Any]):
    outcome = asked(shipped, question)
    assert outcome.exchange is not None
    assert outcome.exchange.verdict is Verdict.DOCUMENT
    assert titles(outcome) == [called(shipped.knowledge, number) for number in question["documents"]]
    assert outcome.waiting is None


@pytest.mark.parametrize("question", kind("entry"))
def test_an_experts_answer_to_exactly_that_goes_first(shipped: Brain, question: dict[str, Any]):
    outcome = asked(shipped, question)
    assert outcome.exchange is not None
    assert (outcome.exchange.verdict, outcome.exchange.entry) == (Verdict.ANSWER, question["entry"])


@pytest.mark.parametrize("question", kind("offers"))
def test_documents_that_may_be_meant_are_offered(shipped: Brain, question: dict[str, Any]):
    openers = {f"i:{slug(number)}" for number in question["offers"]}
    assert openers <= set(offered(asked(shipped, question)))


@pytest.mark.parametrize("question", kind("which"))
def test_a_number_that_several_have_is_asked_back(shipped: Brain, question: dict[str, Any]):
    outcome = asked(shipped, question)
    assert outcome.exchange is not None
    assert outcome.exchange.verdict is Verdict.DOCUMENT
    assert offered(outcome) == [f"i:{slug(number)}" for number in question["which"]]


@pytest.mark.parametrize("question", kind("unknown"))
def test_an_unknown_number_is_said_to_be_unknown_and_waits(shipped: Brain, question: dict[str, Any]):
    outcome = asked(shipped, question)
    assert outcome.exchange is not None
    assert outcome.waiting is not None
    assert (outcome.exchange.verdict, outcome.waiting.reason) == (Verdict.UNANSWERED, Reason.NO_DOCUMENT)
    assert [name for name in question["unknown"] if name not in outcome.reply.blocks[0].text] == []


@pytest.mark.parametrize("question", kind("other"))
def test_a_question_about_what_is_in_a_document_is_left_to_the_entries(
    shipped: Brain, question: dict[str, Any]
):
    outcome = asked(shipped, question)
    assert outcome.exchange is not None
    assert outcome.exchange.verdict is not Verdict.DOCUMENT
    assert outcome.waiting is None or outcome.waiting.reason is not Reason.NO_DOCUMENT


def test_no_question_that_the_base_answers_is_taken_from_it(shipped: Brain):
    there = context(shipped)
    taken = []
    for entry in shipped.knowledge.entries.values():
        for text in (*(probe.ask for probe in entry.tests), *entry.phrasings):
            if "/" in text or any(letter.isdigit() for letter in text):  # else it names no document
                found = find(text, shipped.matcher)
                if document.about(found, there.exchange(text, found.verdict), there):
                    taken.append(text)
    assert taken == []


def test_every_document_has_an_address_of_its_own_that_fits_an_action(shipped: Brain):
    slugs = [slug(number) for number in shipped.knowledge.documents]
    assert len(set(slugs)) == len(slugs) > 150
    assert max(len(f"i:{name}:999".encode()) for name in slugs) <= 64
