"""The typed door to `locale/`: every word people read that is not an expert's answer.

`vi.yaml` is what officers and admins read in chat, `curator.vi.yaml` what curators read in the terminal,
`console.vi.yaml` what reviewers read in the console.

Keys are dotted paths; placeholders are named and exact. A key or a placeholder that does not fit is an
error, and `tests/test_phrases.py` reads the whole code for `say(...)` calls, so that it cannot be met in use.
"""

import string
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

FILES = ("vi.yaml", "curator.vi.yaml", "console.vi.yaml")


@cache
def _table() -> Mapping[str, str]:
    table: dict[str, str] = {}
    for name in FILES:
        text = files("bot").joinpath("locale", name).read_text(encoding="utf-8")
        table.update(_flatten(yaml.safe_load(text)))
    return table


def _flatten(node: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value).strip()


def say(key: str, **values: object) -> str:
    """Return the phrase at `key` with its placeholders filled.

    Raises:
        KeyError: no such phrase, or a placeholder without a value.
    """
    return _table()[key].format_map(values)


def placeholders(key: str) -> frozenset[str]:
    """Return the names that `say(key, ...)` needs."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(_table()[key]) if name)


def keys() -> frozenset[str]:
    """Return every key of the table."""
    return frozenset(_table())
