"""Which letter sequences are Vietnamese syllables, and how each is written canonically.

Onsets x rimes as in any grammar of Vietnamese spelling (e.g. Đoàn Thiện Thuật, Ngữ âm tiếng Việt). The set
is a little larger than the dictionary, which does no harm: it only says what must be left alone and what a
keyboard could have meant. `oong` (xoong) is left out on purpose: people who type it mean Telex `ông`.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from bot.normalise.letters import fold, with_tone, without_tone


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_BACK: Final = _listed(
    """
    a ac ach ai am an ang anh ao ap at au ay  ăc ăm ăn ăng ăp ăt  âc âm ân âng âp ât âu ây
    o oc oi om on ong op ot  ô ôc ôi ôm ôn ông ôp ôt  ơ ơi ơm ơn ơp ơt
    u uc ui um un ung up ut ua uôc uôi uôm uôn uông uôt  ư ưc ưi ưm ưn ưng ưt ưu ưa
    ươc ươi ươm ươn ương ươp ươt ươu
"""
)
_FRONT: Final = _listed(
    """
    e ec em en eng eo ep et  ê êch êm ên ênh êp êt êu
    i ich im in inh ip it iu ia iêc iêm iên iêng iêp iêt iêu
"""
)
_GLIDE: Final = _listed(
    """
    oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oen oeo oet
    uân uâng uât uây uê uêch uên uênh uêt uơ uy uya uych uyn uynh uyt uyu uyp uyên uyêt
"""
)
_AFTER_QU: Final = _listed(
    """
    a ac ach ai am an ang anh ao at au ay ăc ăm ăn ăng ăp ăt ân âng ât ây âu e en eo et eng ê êch ên ênh êt êu
    i it ich in inh y ych ynh yt yn yu yên yêt ơ ơi ơn ôc o on
"""
)
_AFTER_GI: Final = _listed(
    """
    a ac ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e em en eo ec et
    êng êt êm ên êu êc  n m p  o oc oi on ong ot op om ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơn ơm ơt
    u uc ui um un ung up ut ua uôc uôi uôm uông ư ưa ưc ưng ưt ươc ươi ươm ương ươt
"""
)
_Y: Final = _listed("y yêm yên yêng yêt yêu")

_FREE_ONSETS: Final = ("", *_listed("b ch d đ h kh l m n nh p ph r s t th tr v x"))
_STOPS: Final = ("c", "ch", "p", "t")  # after these only sắc and nặng exist
_MARKED: Final = "ăâêôơư"

_TAKES_NG: Final = frozenset("aăâoôơuư")
_TAKES_NGH: Final = frozenset("eêi")

# One spelling where both i and y are in use (kĩ/kỹ, lí/lý, quí/quý). The unaccented pairs never tell two
# words apart that officers use; `hi`, `si`, `i` alone and everything with a coda stay as typed.
_I_OR_Y: Final = {"ki": "ky", "li": "ly", "mi": "my", "ti": "ty", "qui": "quy", "sy": "si"}


def _spellings() -> Iterator[str]:
    for onset in _FREE_ONSETS:
        yield from (onset + rime for rime in (*_BACK, *_FRONT, *_GLIDE))
    for onset in ("c", "g", "ng"):
        yield from (onset + rime for rime in (*_BACK, *_GLIDE))
    for onset in ("k", "gh", "ngh"):
        yield from (onset + rime for rime in _FRONT)
    yield from ("qu" + rime for rime in _AFTER_QU)
    yield from ("gi" + rime for rime in ("", *_AFTER_GI))
    yield from _Y
    yield from (onset + "y" for onset in ("h", "k", "l", "m", "s", "t", "v"))
    yield from ("ka", "ki", "kan", "kay", "ko", "kon", "pê")


TONELESS: Final = frozenset(_spellings())
"""Every syllable with its vowel marks and đ, without tone."""

FOLDED: Final = frozenset(map(fold, TONELESS))
"""Every syllable as typed without any diacritics."""


def _vowels(syllable: str) -> tuple[int, int]:
    """Return where the vowels begin and end, not counting the u of qu and the i of gi."""
    start = next(place for place, letter in enumerate(syllable) if letter in "aăâeêioôơuưy")
    if syllable.startswith("qu") or (
        syllable.startswith("gi") and len(syllable) > 2 and syllable[2] not in "nmp"
    ):
        start = 2
    end = start
    while end < len(syllable) and syllable[end] in "aăâeêioôơuưy":
        end += 1
    return start, end


def _tone_place(syllable: str) -> int:
    """Return which letter carries the tone, in the older and still commoner way (hòa, thúy, khỏe)."""
    start, end = _vowels(syllable)
    marked = [place for place in range(start, end) if syllable[place] in _MARKED]
    if marked:
        return marked[-1] if syllable[marked[-1]] != "u" else marked[0]
    if end - start == 1:
        return start
    if end - start == 3 or end < len(syllable):
        return start + 1
    return start


def _with_h(toneless: str) -> str:
    """Return `toneless` with the commonest mistake of Vietnamese spelling mended: ngèo, nghành."""
    if toneless.startswith("ngh"):
        return "ng" + toneless[3:] if toneless[3:4] in _TAKES_NG else toneless
    return "ngh" + toneless[2:] if toneless.startswith("ng") and toneless[2:3] in _TAKES_NGH else toneless


def spoken(toneless: str, tone: int) -> bool:
    """Tell whether a syllable with this tone can exist: closed by a stop it has only sắc or nặng."""
    return tone in (2, 5) or not toneless.endswith(_STOPS)


def write(toneless: str, tone: int) -> str:
    """Return the canonical spelling of a syllable of `TONELESS` with a tone (index into `letters.TONES`)."""
    head = toneless.replace("đ", "d")
    variant = _I_OR_Y.get(head)
    if variant is not None:
        toneless = variant
    return with_tone(toneless, _tone_place(toneless), tone)


@lru_cache(maxsize=1 << 15)
def canonical(word: str) -> str | None:
    """Return the one spelling of a syllable wherever its tone mark was put, or None when it is not one.

    `word` is NFC and lower case, with all, some or none of its diacritics.
    """
    if len(word) > 7:  # nghiêng
        return None
    parts = without_tone(word)
    if parts is None:
        return None
    toneless, tone = _with_h(parts[0]), parts[1]
    if toneless in TONELESS:
        return write(toneless, tone)
    if toneless in FOLDED and tone == 0:
        return _I_OR_Y.get(toneless, toneless)
    # Half-marked: a tone but no vowel mark ("nghiẹp"), or vowel marks that do not belong together.
    if fold(toneless) in FOLDED:
        return word if toneless == parts[0] else None
    return None


@lru_cache(maxsize=1 << 15)
def is_spelled(word: str) -> bool:
    """Tell whether a word is a syllable with all its marks, the tone where one of the two schools puts it.

    `word` is NFC and lower case. Unlike `canonical` this mends nothing: `nghiẹp`, `ngèo`, `muc` are misspelt.
    """
    parts = without_tone(word)
    if parts is None or parts[0] not in TONELESS or not spoken(*parts):
        return False
    toneless, tone = parts
    place = _tone_place(toneless)
    newer = place + 1 if toneless.endswith(("oa", "oe", "uy")) and not toneless.startswith("qu") else place
    return word in (with_tone(toneless, place, tone), with_tone(toneless, newer, tone))
