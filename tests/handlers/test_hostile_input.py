"""Whatever is sent, something sensible is said: nothing raises, and what people typed stays plain text."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import pytest
from handlers_talk import Person, Scripted, actions, said
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import (
    Candidate,
    ChatState,
    Exchange,
    Outcome,
    Press,
    Reason,
    Reply,
    Style,
    Text,
    Unreadable,
    Verdict,
    Waiting,
)
from bot.handlers import Context, Known, Request, respond, understand
from bot.handlers.compose import card
from bot.handlers.requests import read_action
from bot.items import (
    Act,
    ActKind,
    Asker,
    Draft,
    Item,
    ItemState,
    QueuePage,
    Whole,
    Wording,
)
from bot.kb import load

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
SHIPPED = Path(__file__).parents[2] / "knowledge"
ANY = settings(max_examples=300)

anything = st.text(alphabet=st.characters(), max_size=200) | st.text(  # with halves of surrogate pairs
    alphabet=st.characters(categories=["Cs", "Cc", "Cf", "Nd", "No", "Sk", "Ll"]), max_size=50
)
pieces = st.sampled_from(
    [
        "/",
        "Mã ",
        "ma",
        "bản",
        "·",
        "-",
        " ",
        ":",
        "nha-o-muc",
        "12ab",
        "0",
        "7",
        "p",
        "t:",
        "x:",
        "@",
        "\n",
        "1" * 20,
    ]
)
near_misses = st.lists(pieces | st.text(max_size=3), max_size=12).map("".join)
letters = st.sampled_from("pnudxetqawvjklfygbozsc") | st.just("a:7-12ab") | st.just("o:7")
made_actions = st.builds(
    ":".join,
    st.lists(
        letters | st.integers(-1, 10**20).map(str) | st.sampled_from(["nha-o", "trong", ""]), max_size=4
    ),
)
states = st.builds(
    ChatState,
    choices=st.lists(made_actions | near_misses, max_size=9).map(tuple),
    none=st.none() | made_actions,
    answered=st.none() | st.integers(0, 2**63 - 1),
    expects=st.none() | made_actions | st.sampled_from(["y:7", "b:7", "c:7", "s:7", "y:", ":"]),
    until=st.none() | st.just(NOW + timedelta(minutes=1)) | st.just(NOW - timedelta(minutes=1)),
)
messages = (
    st.builds(Text, anything | near_misses | made_actions)
    | st.builds(Press, anything | near_misses | made_actions)
    | st.builds(Unreadable, st.text(max_size=10))
)
exchanges = st.none() | st.builds(
    Exchange,
    id=st.integers(1, 2**62),
    channel=st.just("web"),
    chat=st.just("c"),
    asker=st.just("a"),
    asked_at=st.just(NOW),
    raw=st.text(max_size=50),
    normalised=st.just(""),
    verdict=st.sampled_from(Verdict),
    entry=st.none() | st.sampled_from(["nha-o-muc", "khong-con"]),
    version=st.none() | st.just("12ab"),
    group=st.none(),
    candidates=st.lists(
        st.builds(Candidate, st.sampled_from(["nha-o-muc", "chung", "khong-con"]), st.floats(0, 1)),
        max_size=4,
    ).map(tuple),
    elapsed_ms=st.just(1.0),
    base=st.just("v"),
)
items = st.builds(
    Waiting,
    number=st.integers(1, 99),
    channel=st.just("web"),
    chat=st.just("c"),
    asked_at=st.just(NOW),
    question=st.text(max_size=400),
    reason=st.sampled_from(Reason),
    resolved_at=st.none() | st.just(NOW),
)

queued = st.builds(
    Item,
    id=st.integers(1, 99),
    number=st.integers(1, 2**62),
    state=st.sampled_from(ItemState),
    reason=st.sampled_from(Reason),
    question=st.text(max_size=400),
    topic=st.none(),
    asked=st.integers(1, 99),
    askers=st.integers(1, 99),
    first_at=st.just(NOW),
    last_at=st.just(NOW),
    taken_by=st.none() | st.text(max_size=9),
)
pages = st.builds(
    QueuePage, st.lists(queued, max_size=3).map(tuple), st.integers(0, 9), st.integers(0, 99), st.booleans()
)
acts = st.builds(
    Act,
    id=st.integers(1, 2**62),
    item=st.just(1),
    kind=st.sampled_from(ActKind),
    by=st.text(max_size=9),
    at=st.just(NOW),
    details=st.just({}) | st.builds(dict, text=st.text(max_size=300)),
)
wholes = st.builds(
    Whole,
    item=queued,
    wordings=st.lists(
        st.builds(
            Wording,
            id=st.integers(1, 9),
            number=st.integers(1, 9),
            text=st.text(max_size=300),
            asked_at=st.just(NOW),
            channel=st.just("web"),
            province=st.none(),
            reason=st.sampled_from(Reason),
            shown=st.none(),
            candidates=st.just(()),
            is_open=st.booleans(),
        ),
        max_size=6,
    ).map(tuple),
    askers=st.just((Asker("web", None, 2), Asker("telegram", "Sơn La", 1))),
    nearest=st.sampled_from([(), (Candidate("nha-o-muc", 0.4), Candidate("khong-con", 0.1))]),
    documents=st.sampled_from([(), ("55/2023/TT-BTC",)]),
    acts=st.lists(acts, max_size=3).map(tuple),
    drafts=st.lists(
        st.builds(
            Draft,
            id=st.just(1),
            item=st.just(1),
            text=st.text(max_size=300),
            by=st.text(max_size=9),
            at=st.just(NOW),
        ),
        max_size=2,
    ).map(tuple),
)


@st.composite
def knowns(draw: st.DrawFn) -> Known:
    recent = tuple(one for one in draw(st.lists(exchanges, max_size=3)) if one)
    return Known(
        exchange=draw(exchanges),
        recent=recent,
        waiting={one.id: draw(items) for one in recent[:2]},
        page=draw(st.none() | pages),
        whole=draw(st.none() | wholes),
        done=draw(st.none() | acts),
        conflict=draw(st.none() | st.text()),
        asked_back=draw(st.none() | st.integers(1, 99)),
    )


def every_action(reply: Reply) -> list[str]:
    return actions(Outcome(reply))


@ANY
@given(messages, states)
def test_any_message_is_understood_as_one_request(message: Text | Press | Unreadable, state: ChatState):
    assert isinstance(understand(message, state, NOW), Request)


@ANY
@given(messages, states, knowns(), st.booleans())
def test_any_request_gets_a_reply_that_every_channel_can_send(
    context: Context, message: Text | Press | Unreadable, state: ChatState, known: Known, admin: bool
):
    here = replace(context, admin=admin)
    outcome = respond(understand(message, state, NOW), known, here)
    assert outcome.reply.blocks
    assert all(block.text.strip() for block in outcome.reply.blocks)
    assert all(0 < len(action.encode()) <= 64 for action in every_action(outcome.reply))
    assert not any(
        type(read_action(action)).__name__ == "StalePress" for action in every_action(outcome.reply)
    )
    if outcome.exchange:
        outcome.exchange.raw.encode()  # halves of surrogate pairs and NUL are what databases refuse
        assert "\0" not in outcome.exchange.raw
        assert outcome.exchange.id == here.number


@ANY
@given(st.text(max_size=300))
def test_text_of_an_unknown_question_is_repeated_in_no_block(context: Context, text: str):
    unanswering = replace(context, matcher=Scripted(()))
    outcome = respond(understand(Text(f"hỏi {text}"), ChatState(), NOW), Known(), unanswering)
    assert said(outcome)[Style.ANSWER] == []


INJECTIONS = [
    "<script>alert(1)</script>",
    "<b>đậm</b> <img src=x onerror=alert(1)>",
    "**đậm** _nghiêng_ [bấm](javascript:alert(1))",
    "`mã` ```khối``` ~~gạch~~ ||che||",
    "&lt;b&gt; &amp;",
    "[red]đỏ[/red]",
    "{number} {text} %s {0}",
    "tg://user?id=1 @admin #tag",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_people_typed_is_only_ever_quoted_as_plain_text(person: Person, text: str):
    exchange = replace(person.says("Mức hỗ trợ xây mới nhà ở là bao nhiêu?").exchange, raw=text)
    person.context = replace(person.context, admin=True)
    asked = Wording(7, 7, text, NOW, "web", None, Reason.NO_MATCH, None, (), is_open=True)
    queued = Item(7, 7, ItemState.NEW, Reason.NO_MATCH, text, None, 1, 1, NOW, NOW)
    whole = Whole(queued, (asked,), (), (), (), (), ())
    person.known = Known(recent=(exchange,), page=QueuePage((queued,), 0, 1, has_more=False), whole=whole)
    for outcome in (person.says("/cauhoi"), person.presses("v:7")):
        quoting = [block for block in outcome.reply.blocks if text in block.text]
        assert [block.style for block in quoting] == [Style.QUOTE]
    listed = person.says("/chuatraloi").reply
    assert all(text not in block.text for block in listed.blocks)
    assert text in listed.choices[0].label  # which every channel shows as it is


@pytest.mark.parametrize("text", INJECTIONS)
def test_an_injection_is_a_question_like_any_other(person: Person, text: str):
    outcome = person.says(text)
    assert outcome.exchange
    assert outcome.exchange.raw == text
    assert all(text not in block.text for block in outcome.reply.blocks)


LONG = [
    "a-" * 50_000,
    "a-b" + "-" * 100_000,
    "ma " * 33_000,
    "ma a-b ban" + " " * 100_000,
    "/" + "a" * 100_000,
    "/a" + " " * 100_000,
    "ab12-" * 20_000,
    "\u0301" * 100_000,
    "1" * 100_000,
    "\n" * 100_000,
    "é" * 100_000,
]


@pytest.mark.parametrize("text", LONG, ids=lambda text: ascii(text[:8]))
def test_a_100_kb_message_is_read_in_no_time(text: str):
    started = perf_counter()
    understand(Text(text), ChatState(choices=("t",), until=NOW), NOW)
    read_action(text)
    assert perf_counter() - started < 1.0


def test_every_button_of_the_whole_shipped_base_fits_every_platform():
    knowledge = load(SHIPPED)
    largest = 2**53
    cards = [card(entry, largest, knowledge, NOW.date(), digits=4) for entry in knowledge.entries.values()]
    found = [action for reply in cards for action in every_action(reply)]
    assert len(knowledge.entries) >= 60
    assert len(found) > 3 * len(cards)
    assert max(len(action.encode()) for action in found) <= 64


def test_every_menu_of_the_whole_shipped_base_fits_every_platform(context: Context):
    here = replace(context, knowledge=load(SHIPPED))
    waiting, seen = ["t"], set()
    while waiting:
        action = waiting.pop()
        seen.add(action)
        reply = respond(read_action(action), Known(), here).reply
        assert all(len(one.encode()) <= 64 for one in every_action(reply))
        waiting += [one for one in every_action(reply) if one.startswith("t") and one not in seen]
    assert len(seen) > len(here.knowledge.topics)
