"""Noise is what its docstrings say: the keys of Telex and VNI, and slips that the same seed repeats."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import noise

RANDOM = (noise.slips, noise.glued, noise.mixed)
TEXT = "Hộ nghèo ở xã đặc biệt khó khăn được vay vốn ưu đãi tối đa bao nhiêu triệu đồng năm 2025?"
texts = st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạắấếốớứýĐỘ 0123456789?,", max_size=80)
seeds = st.integers(0, 1000)


@pytest.mark.parametrize(
    ("word", "telex", "vni"),
    [
        ("hộ nghèo", "hooj ngheof", "ho65 ngheo2"),
        ("được hưởng", "dduowcj huowngr", "d9uo7c5 huo7ng3"),
        ("người rượu", "nguowif ruowuj", "nguo7i2 ruo7u5"),
        ("Điều kiện", "DDieeuf kieenj", "D9ie6u2 kie6n5"),
        ("CẬN NGHÈO", "CAANJ NGHEOF", "CA6N5 NGHEO2"),
        ("Ở đâu", "OWr ddaau", "O73 d9a6u"),
        ("thuở quyển giếng", "thuowr quyeenr gieengs", "thuo73 quye6n3 gie6ng1"),
        ("khuỷu ngoằn nghĩa", "khuyur ngoawnf nghiax", "khuyu3 ngoa8n2 nghia4"),
        ("thư cứu", "thuw cuwus", "thu7 cu7u1"),
        ("da5 ho ngheo 40tr", "da5 ho ngheo 40tr", "da5 ho ngheo 40tr"),
    ],
)
def test_keys_are_those_of_the_input_methods(word: str, telex: str, vni: str):
    assert noise.telex(word) == telex
    assert noise.vni(word) == vni


def test_two_syllables_glued_keep_each_its_tone_key_at_its_vowel():
    assert noise.telex("hộnghèo") == "hoojnghefo"
    assert noise.vni("hộnghèo") == "ho65nghe2o"


@given(texts)
def test_vni_adds_figures_only(text: str):
    figures = str.maketrans("", "", "0123456789")
    assert noise.vni(text).translate(figures) == noise.bare(text).translate(figures)


@given(texts)
def test_typed_keys_are_ascii_and_keep_every_space(text: str):
    for typed in (noise.telex(text), noise.vni(text), noise.bare(text)):
        assert typed.isascii()
        assert typed.count(" ") == text.count(" ")


@given(texts)
def test_composed_and_decomposed_letters_are_typed_alike(text: str):
    for retype in (noise.telex, noise.vni, noise.bare):
        assert retype(unicodedata.normalize("NFD", text)) == retype(text)


@given(texts)
def test_bare_keeps_length_and_case(text: str):
    assert len(noise.bare(text)) == len(text)
    assert noise.bare(text.upper()) == noise.bare(text).upper()


@pytest.mark.parametrize("retype", RANDOM)
@given(text=texts, seed=seeds)
def test_a_seed_always_types_a_text_alike(retype, text: str, seed: int):
    assert retype(text, seed) == retype(text, seed)


@pytest.mark.parametrize("retype", RANDOM)
def test_seeds_differ(retype):
    assert len({retype(TEXT, seed) for seed in range(20)}) > 10


@given(text=texts, seed=seeds, share=st.floats(0, 1))
def test_slips_touch_letters_only(text: str, seed: int, share: float):
    typed = noise.slips(text, seed, share)
    assert [mark for mark in typed if not mark.isalpha()] == [mark for mark in text if not mark.isalpha()]
    assert len(typed) <= 2 * len(text)
    assert noise.slips(text, seed, 0) == text


def test_slips_are_as_many_as_stated_and_of_four_kinds():
    typed = [noise.slips("sống", seed) for seed in range(20_000)]
    slipped = [text for text in typed if text != "sống"]
    assert len(slipped) / len(typed) == pytest.approx(1 - 0.94**4, abs=0.01)
    assert {"aống", "sing", "sốg", "sốnng", "sốgn"} <= set(slipped)
    assert {text[0] for text in slipped if text[1:] == "ống"} - {"ố"} == set("awedzx"), "what lies beside s"


@given(text=texts, seed=seeds)
def test_gluing_drops_spaces_only(text: str, seed: int):
    assert noise.glued(text, seed).replace(" ", "") == text.replace(" ", "")
    assert noise.glued(text, seed, 0) == text
    assert noise.glued(text, seed, 1) == text.replace(" ", "")


@given(text=texts, seed=seeds)
def test_mixed_has_no_diacritics(text: str, seed: int):
    assert noise.mixed(text, seed).isascii()
    assert noise.mixed(text, seed).count(" ") == text.count(" ")


def test_a_text_is_typed_alike_whatever_was_typed_before():
    alone = noise.KINDS["slips"][0](TEXT)
    for text in ("a", "b"):
        noise.KINDS["slips"][0](text)
    assert noise.KINDS["slips"][0](TEXT) == alone
