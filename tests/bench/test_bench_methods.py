"""Every method that is compared does what it is there for: it finds the words it was given."""

import pytest

from bench.methods import METHODS, MOST
from bot.kb import Knowledge
from bot.normalise import fold

PEERS = [name for name in METHODS if name != "hoidap"]
FOLDING = [name for name in PEERS if name != "rapidfuzz WRatio"]


def method_of(name: str, knowledge: Knowledge):
    return METHODS[name](knowledge)


@pytest.mark.parametrize("name", PEERS)
def test_finds_every_question_of_the_base(name: str, small: Knowledge):
    ask = method_of(name, small)
    found = {entry.id: ask(entry.question) for entry in small.entries.values()}
    assert {entry: candidates[0].entry for entry, candidates in found.items()} == {
        entry: entry for entry in found
    }
    for candidates in found.values():
        scores = [candidate.confidence for candidate in candidates]
        assert scores == sorted(scores, reverse=True)
        assert len(candidates) == len({candidate.entry for candidate in candidates}) <= MOST


@pytest.mark.parametrize("name", FOLDING)
def test_finds_it_without_diacritics(name: str, small: Knowledge):
    ask = method_of(name, small)
    assert [
        entry.id for entry in small.entries.values() if ask(fold(entry.question))[0].entry != entry.id
    ] == []


@pytest.mark.parametrize("name", PEERS)
@pytest.mark.parametrize(
    "text", ["", "   ", "???", 'a"b (c) -d +e:f^2 [g TO h] AND OR NOT \\', "zzz", "qqqqq wwwww"]
)
def test_takes_any_text(name: str, text: str, small: Knowledge):
    method_of(name, small)(text)
