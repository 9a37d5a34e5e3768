"""Reading what platforms send: JSON of any shape, from anybody."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

LONGEST_KEY = 200  # characters that the inbox keeps of a key
LONGEST_ID = 90  # characters of an id; two of them make a key
_SURROGATE_OR_NUL = re.compile("[\ud800-\udfff\x00]")


def dig(node: object, *path: str) -> Any:
    """Follow `path` through nested objects; None where something else stands in the way."""
    for name in path:
        if not isinstance(node, Mapping):
            return None
        node = node.get(name)
    return node


def clean(text: str) -> str:
    """Return the text without lone surrogates and NULs, which no database takes."""
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _SURROGATE_OR_NUL.sub("\N{REPLACEMENT CHARACTER}", joined)


def ident(value: object) -> str:
    """Return a platform's id as text; an empty text where it is none, or longer than any real one."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if len(text) <= LONGEST_ID and text.isprintable() else ""


def digest(text: str) -> str:
    """Return hex digits that a text is known again by, whatever it holds."""
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
