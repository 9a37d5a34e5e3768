"""A synthetic base has the size asked for, reads like the shipped one, and is the same for the same seed."""

import pytest

from bench.noise import bare
from bench.scale import VARIANTS, grow
from bot.kb import Knowledge


def texts(knowledge: Knowledge) -> list[str]:
    return [text for entry in knowledge.entries.values() for text in entry.phrasings]


def test_has_as_many_variants_as_asked_for(shipped: Knowledge):
    grown = grow(shipped, 3000, 200)
    assert len(grown.knowledge.entries) == 300
    assert {len(entry.variants) for entry in grown.knowledge.entries.values()} == {VARIANTS}
    assert len(grown.questions) == 200


def test_asks_what_stands_nowhere_in_the_base(shipped: Knowledge):
    grown = grow(shipped, 3000, 200)
    assert {entry for _, entry in grown.questions} <= set(grown.knowledge.entries)
    assert {question for question, _ in grown.questions}.isdisjoint(texts(grown.knowledge))


def test_texts_differ_and_are_made_of_the_shipped_words(shipped: Knowledge):
    grown = texts(grow(shipped, 3000, 10).knowledge)
    assert len(set(grown)) > 0.99 * len(grown)
    original = texts(shipped)
    assert set(grown).isdisjoint(original)
    mean = [sum(len(text.split()) for text in some) / len(some) for some in (grown, original)]
    assert mean[0] == pytest.approx(mean[1], rel=0.25)
    without = [sum(bare(text) == text for text in some) / len(some) for some in (grown, original)]
    assert without[0] == pytest.approx(without[1], abs=0.1)


def test_is_the_same_for_the_same_seed_only(shipped: Knowledge):
    one, same, other = (grow(shipped, 500, 20, seed) for seed in (1, 1, 2))
    assert one == same
    assert one.knowledge.version != other.knowledge.version
    assert texts(one.knowledge) != texts(other.knowledge)


def test_needs_two_entries(shipped: Knowledge):
    first = next(iter(shipped.entries.values()))
    with pytest.raises(ValueError, match="not from 1"):
        grow(Knowledge(entries={first.id: first}), 100, 10)
