"""Cutting a message into the sentences, lines and list items that may each be a question."""

import re
from typing import Final

from bot.normalise.letters import fold

FEWEST_WORDS: Final = 3  # of a sentence that says something by itself
_WORD: Final = re.compile(r"[^\W_]+")
_END: Final = re.compile(
    r"[?!…;]+[?!….;]*"
    r"|(?P<stop>\.+)(?=\s|$)"
    r"|\n"
    r"|(?<![0-9\s])\s[-–—•](?=\s)"
    r"|(?<=\s)(?=[1-9][0-9]?[.)/]\s[^\W\d])"  # the next item of a list
)
_MARK: Final = re.compile(r"\A[-–—•+*\s]*(?:[1-9][0-9]?[.)/](?=\s)|[a-eA-E]\)(?=\s))?[-–—•+*\s]*")
_LAST: Final = re.compile(r"[^\s(\"]+$")
_ITEM: Final = re.compile(r"[-–—•+*\s]*[1-9][0-9]?")
_LONGEST_SHORT: Final = 8  # characters before a full stop that are looked at
_SHORT: Final = frozenset(  # what a full stop may stand after within a sentence, folded
    (
        "bs",
        "cv",
        "d/c",
        "gs",
        "h",
        "nd",
        "nq",
        "p",
        "pgs",
        "q",
        "qd",
        "t",
        "tp",
        "ths",
        "ts",
        "tt",
        "vd",
        "vv",
    )
)


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a message that are long enough to ask something, in order.

    Cuts after `? ! ; …`, after a full stop before a space, at ends of lines, at dashes with spaces around and
    before items of a numbered list. Never inside a figure, a date, a document's number or an abbreviation
    (`1.500.000`, `24.11.2026`, `55/2023/TT-BTC`, `t.p`, `đ/c.`). Marks of list items and sentences of fewer
    than `FEWEST_WORDS` words are left out.
    """
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        if not (end["stop"] and _goes_on(text, start, end.start())):
            found.append(text[start : end.end()])
            start = end.end()
    found.append(text[start:])
    cut = (_MARK.sub("", part, count=1).strip() for part in found)
    return tuple(part for part in cut if len(_WORD.findall(part)) >= FEWEST_WORDS)


def _goes_on(text: str, start: int, stop: int) -> bool:
    """Tell whether a full stop ends the number of a list's item, or an abbreviation within a sentence."""
    if _ITEM.fullmatch(text, start, stop):
        return True
    last = _LAST.search(text[max(start, stop - _LONGEST_SHORT) : stop])
    return last is not None and fold(last[0]).replace(".", "") in _SHORT
