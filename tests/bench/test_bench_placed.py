"""Questions with a place put in: as the bench asks them."""

from random import Random

from bench.placed import placed
from bot.places import gazetteer


def test_a_place_is_put_in_as_people_would_say_it():
    texts = [placed("Mức vay là bao nhiêu?", Random(seed)) for seed in range(30)]
    assert len(set(texts)) > 20
    assert all("Mức vay là bao nhiêu" in text and gazetteer().find(text) for text in texts)


def test_who_writes_without_diacritics_names_places_so():
    assert all(placed("muc vay la bao nhieu", Random(seed)).isascii() for seed in range(10))
