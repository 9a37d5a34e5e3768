"""Cutting a cleaned text into tokens, and writing figures one way."""

import re
from collections.abc import Container
from typing import Final

from bot.normalise.letters import fold

_WORD: Final = re.compile(
    r"vb_[a-z]+_[0-9]+[a-e]?(?:_[a-z0-9]+)*(?![^\W_])"
    r"|(?:[0-9]{1,2}/[0-9]{1,2}/|[0-9]{1,2}\.[0-9]{1,2}\.|[0-9]{1,2}-[0-9]{1,2}-)(?:[0-9]{4}|[0-9]{2})(?![/.,-]?[0-9])"
    r"|[0-9]{1,4}/[0-9]{1,4}(?!/?[0-9])"
    r"|[0-9]+(?:[.,][0-9]+)*|[^\W\d_][^\W_]*|%"
)
_GROUPS: Final = re.compile(r"[^\W\d_]+[0-9]*")
_RUNS: Final = re.compile(r"[^\W\d_]+|[0-9]+")
_THOUSANDS: Final = re.compile(r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+(?:,[0-9]+)?|(?:,[0-9]{3})+(?:\.[0-9]+)?)")
_DATE: Final = re.compile(r"[/.-]")
_THOUSAND: Final = re.compile(  # 50k, 50 k: thousands of đồng; a lone k is "không"
    r"(?<![^\W_])(?<![0-9][/.,-])([0-9][0-9.,]*(?<=[0-9]))(?:k|(?<=[0-9][0-9]) k)(?![^\W_])"
)
_UNITS: Final = frozenset({"m2", "m3", "km2"})  # a digit that belongs to its letters
_PERCENT: Final = ("phần", "trăm")


def cut(text: str) -> list[str]:
    """Return the words, figures and document tokens of a cleaned text; letters and digits stay together."""
    return _WORD.findall(_THOUSAND.sub(r"\1 nghìn", text) if "k" in text else text)


def parts(word: str, whole: Container[str]) -> tuple[str, ...]:
    """Return a token that is no plain word as canonical tokens: `da1` -> da 1, `05` -> 5, `%` -> phần trăm.

    Abbreviations that hold a digit themselves (`whole`) stay whole, also in a row (`tda1da3`).
    """
    if word.startswith("vb_") or word in _UNITS:
        return (word,)
    if word == "%":
        return _PERCENT
    if not word[0].isalpha():
        return (figure(word),)
    found: list[str] = []
    for group in _GROUPS.findall(word):
        found += (group,) if fold(group) in whole else map(figure, _RUNS.findall(group))
    return tuple(found)


def figure(token: str) -> str:
    """Return a figure the one way: 1.500.000 -> 1500000, 2.5 -> 2,5, 30-06-2025 -> 30/6/2025. Words stay."""
    if token[0].isalpha():
        return token
    if token.isdecimal():
        return (token.lstrip("0") or "0") if len(token) <= 2 else token  # longer: a phone or card number
    if "/" in token or "-" in token or _is_dotted_date(token):
        day, month, *year = (part.lstrip("0") or "0" for part in _DATE.split(token))
        return "/".join((day, month, *(f"20{one:0>2}" if len(one) <= 2 else one for one in year)))
    if _THOUSANDS.fullmatch(token):
        grouping = "," if token.find(",") in range(1, 4) else "."
        return token.replace(grouping, "").replace(".", ",")
    return token.replace(".", ",") if token.count(".") == 1 and "," not in token else token


def _is_dotted_date(token: str) -> bool:
    numbers = token.split(".")
    return len(numbers) == 3 and len(numbers[2]) in (2, 4) and all(len(one) <= 2 for one in numbers[:2])
