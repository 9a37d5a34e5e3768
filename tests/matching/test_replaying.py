"""What turns between two bases, by hand; and that many questions at once get what each gets alone."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from bot.domain import Candidate, Recurring, Verdict
from bot.finding import Before, find, find_all
from bot.kb import Entry, Knowledge
from bot.live import Brain
from bot.matching import Match, Thresholds
from bot.normalise import Normaliser
from bot.replaying import AT_ONCE, Turn, replay

TODAY = date(2026, 11, 30)
NEW, REPAIR = "Mức xây mới?", "Mức sửa chữa?"


@dataclass
class ByHeart:
    """A matcher that knows what each text finds."""

    finds: dict[str, dict[str, float]]
    thresholds: Thresholds = field(default_factory=lambda: Thresholds(answer=0.8, suggest=0.5, off_topic=0.5))

    def match(self, text: str) -> Match:
        found = tuple(Candidate(*pair) for pair in self.finds.get(text, {}).items())
        return Match(Normaliser()(text), found, None, 0.0)

    def match_all(self, texts: Sequence[str]) -> list[Match]:
        return [self.match(text) for text in texts]


def base(finds: dict[str, dict[str, float]], **answers: str) -> Brain:
    answers = {"moi": "40 triệu", "sua": "20 triệu", **answers}
    titles = {"moi": NEW, "sua": REPAIR}
    entries = {
        name: Entry(id=name, question=titles.get(name, f"Mục {name}?"), answer=answer)
        for name, answer in answers.items()
        if answer
    }
    matcher: Any = ByHeart(finds)
    return Brain(Knowledge(entries), matcher)


def test_every_turn_that_a_question_can_take():
    before = base({
        "mất": {"moi": 0.9}, "đổi": {"moi": 0.9}, "thêm": {"moi": 0.6}, "gợi ý": {"moi": 0.6},
        "như cũ": {"moi": 0.9}, "gợi ý khác": {"moi": 0.6},
    })  # fmt: skip
    after = base({
        "mất": {"moi": 0.7}, "đổi": {"sua": 0.9}, "thêm": {"moi": 0.9}, "gợi ý": {"moi": 0.2},
        "như cũ": {"moi": 0.99}, "gợi ý khác": {"sua": 0.7},
    })  # fmt: skip
    asked = [Recurring(text, times=2) for text in (*before.matcher.finds, "chẳng có gì")]  # type: ignore[attr-defined]
    found = replay(before, after, asked, TODAY)
    assert (found.questions, found.times) == (7, 14)
    assert {one.question.text: one.turn for one in found.turned} == {
        "mất": Turn.LOST, "đổi": Turn.CHANGED, "thêm": Turn.GAINED, "gợi ý": Turn.OTHERWISE,
    }  # fmt: skip
    assert dict(found.counts) == dict.fromkeys(Turn, 1)
    lost = found.turned[0]
    assert (lost.was.verdict, lost.was.title, lost.now.verdict) == (Verdict.ANSWER, NEW, Verdict.SUGGEST)


def test_an_entry_that_was_only_given_another_id_turns_nothing():
    before = base({"a": {"moi": 0.9}})
    after = base({"a": {"moi-2": 0.9}}, moi="")
    entry = before.knowledge.entries["moi"].model_copy(update={"id": "moi-2"})
    after = Brain(Knowledge({**after.knowledge.entries, "moi-2": entry}), after.matcher)
    assert replay(before, after, [Recurring("a")], TODAY).turned == ()


def test_another_text_of_the_same_entry_is_told_once_with_how_often_it_was_asked():
    finds = {"a": {"moi": 0.9}, "b": {"moi": 0.9}, "c": {"sua": 0.9}}
    before, after = base(finds), base(finds, moi="50 triệu")
    found = replay(before, after, [Recurring("a", times=3), Recurring("b"), Recurring("c")], TODAY)
    assert found.turned == ()
    assert [(one.name, one.times) for one in found.rewritten] == [("moi", 4)]


def test_a_follow_up_goes_on_from_the_entry_that_was_shown():
    then = "còn sửa chữa thì sao"
    finds = {then: {"sua": 0.4}, f"{NEW} {then} {then}": {"moi": 0.6, "sua": 0.38}}
    asked = [Recurring(then, earlier=NEW)]
    [turned] = replay(base(finds), base({}), asked, TODAY).turned
    assert (turned.was.verdict, turned.was.name) == (Verdict.ANSWER, "sua")  # `moi` was just read
    assert turned.now.verdict is Verdict.UNANSWERED
    assert replay(base(finds), base({}), [Recurring(then)], TODAY).turned == ()


def test_a_question_of_another_day_gets_what_held_then():
    finds = {text: {"moi": 0.9} for text in ("mức chi năm 2023", "mức chi")}
    plain = base(finds)
    old = plain.knowledge.entries["sua"].model_copy(
        update={"valid_to": date(2024, 12, 31), "superseded_by": "moi"}
    )
    dated = Brain(Knowledge({**plain.knowledge.entries, "sua": old}), plain.matcher)
    new = old.model_copy(update={"valid_to": date(2022, 12, 31)})
    changed = Brain(Knowledge({**plain.knowledge.entries, "sua": new}), plain.matcher)
    [turned] = replay(dated, changed, [Recurring(text) for text in finds], TODAY).turned
    assert (turned.question.text, turned.was.name, turned.now.name) == ("mức chi năm 2023", "sua", "moi")


def test_it_is_told_how_far_it_has_come():
    done: list[int] = []
    asked = [Recurring(f"câu {number}") for number in range(AT_ONCE + 1)]
    replay(base({}), base({}), asked, TODAY, done.append)
    assert done == [AT_ONCE, 1]


def test_many_at_once_get_what_each_gets_alone(shipped: Brain):
    entries = list(shipped.knowledge.entries.values())[::20]
    texts = [test.ask for entry in entries for test in entry.tests]
    texts += [f"Chào bot. {one} {other}?" for one, other in itertools.pairwise(texts)][:10]
    messages: list[tuple[str, Before | None]] = [(text, None) for text in texts]
    messages += [(f"còn {entry.variants[0]} thì sao", Before(entry.question, entry.id)) for entry in entries]
    together = find_all(messages, shipped.matcher)
    alone = [find(text, shipped.matcher, before) for text, before in messages]
    assert len(together) > 50
    for one, other in zip(together, alone, strict=True):
        assert (one.verdict, one.also, one.is_together) == (other.verdict, other.also, other.is_together)
        assert [each.entry for each in one.match.candidates] == [
            each.entry for each in other.match.candidates
        ]


def test_the_same_base_turns_nothing(shipped: Brain):
    texts = [entry.question for entry in shipped.knowledge.entries.values()]
    asked = [Recurring(text, last_at=datetime(2026, 11, 1, tzinfo=UTC)) for text in texts]
    found = replay(shipped, shipped, asked, TODAY)
    assert (found.turned, found.rewritten, found.questions) == ((), (), len(texts))
