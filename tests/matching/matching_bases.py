"""Bases for the tests of matching, and the ways in which people type."""

import unicodedata
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import yaml

from bot.kb import Knowledge

SHIPPED = Path(__file__).parents[2] / "knowledge"
TODAY = date(2026, 11, 30)  # on which tests of the base are asked that name no day

Rows = list[dict[str, object]]

_KEYS = {"\u0306": "w", "\u0302": None, "\u031b": "w"}  # breve, circumflex (doubles its letter), horn
_TONES = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j"}


def cut(knowledge: Knowledge, count: int) -> Rows:
    """Return some entries, spread over the whole base, as rows of a file without references."""
    entries = list(knowledge.entries.values())
    return [
        {"id": one.id, "question": one.question, "variants": list(one.variants[:5]), "answer": one.answer}
        for one in entries[:: len(entries) // count][:count]
    ]


def write(directory: Path, files: Mapping[str, Rows]) -> Path:
    """Write files of a base."""
    directory.mkdir(exist_ok=True)
    for name, rows in files.items():
        (directory / name).write_text(yaml.safe_dump(rows, allow_unicode=True), encoding="utf-8")
    return directory


def bare(text: str) -> str:
    """Return a text as it is typed without any diacritic."""
    letters = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def telex(text: str) -> str:
    """Return the keys that a Telex typist presses, as they arrive when the keyboard is off."""
    return " ".join(map(_telex_word, text.lower().split()))


def _telex_word(word: str) -> str:
    keys, tone = "", ""
    for letter in unicodedata.normalize("NFD", word.replace("đ", "dd")):
        if letter in _TONES:
            tone = _TONES[letter]
        elif letter in _KEYS:
            keys += _KEYS[letter] or keys[-1]
        else:
            keys += letter
    stem = keys.rstrip('.,:;?!)”"')
    return stem + tone + keys[len(stem) :]
