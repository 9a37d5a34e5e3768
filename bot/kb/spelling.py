"""How values are spelled in YAML, as the experts' own files have it.

Plain where YAML allows it, else in double quotes; an answer, and whatever has several lines, after `|`; one
item a line, but ids in brackets. Nothing is ever wrapped: a line is a thing that people compare.
"""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from bot.kb.schema import Entry

Value = str | Sequence[str | Mapping[str, str]]

FIELDS = tuple(Entry.model_fields)  # in the order in which they are written
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ODD_BREAK = re.compile("[\r\x85\u2028\u2029]")  # YAML would read plain line breaks there
WIDEST = 110  # characters of a line up to which a list may stay in brackets
_LONG = ("answer",)  # after `|` even where it is one line, because it will grow
_BRACKETS = ("see_also", "differs_from")
DAYS = ("valid_from", "valid_to", "approved_on", "updated", "taken", "on")


class _InBrackets(list[Any]):
    """A list to be written as `[a, b]`."""


class _Bare(str):
    """A text that needs no quotes, though YAML takes it for something else."""


class _Key(str):
    """A field's name, which needs no quotes even where older YAML takes it for something else: `on`."""


class _Dumper(yaml.SafeDumper):
    """Indents lists, and quotes with the sign that experts are told to use."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def choose_scalar_style(self) -> str:
        style: str = super().choose_scalar_style()
        return '"' if style == "'" else style

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if _ODD_BREAK.search(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _brackets(dumper: yaml.SafeDumper, items: _InBrackets) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)


def _bare(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:timestamp", str(text))


def _key(dumper: yaml.SafeDumper, name: str) -> yaml.ScalarNode:
    tag = "bool" if name == "on" else "str"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{tag}", str(name))


_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Key, _key)
_Dumper.add_representer(_Bare, _bare)
_Dumper.add_representer(_InBrackets, _brackets)


def plain(entry: Entry) -> dict[str, Value]:
    """Return an entry's fields as they were written, or would be; those that say nothing are left out."""
    fields = entry.model_dump(mode="json", exclude_unset=True)
    return {name: value for name, value in fields.items() if value}


def entry_lines(fields: Mapping[str, Value]) -> list[str]:
    """Return the lines of a whole entry, `- id: …` first."""
    return _lines([{name: _shaped(name, fields[name]) for name in FIELDS if fields.get(name)}])


def field_lines(name: str, value: Value, in_brackets: bool = False) -> list[str]:
    """Return the lines of one field.

    Args:
        name: the field's.
        value: not empty.
        in_brackets: whether a list should stay on the line, if it is short enough.
    """
    lines = _lines({name: _shaped(name, value)})
    if in_brackets and not isinstance(value, str):
        short = _lines({name: _InBrackets(_shaped("", value))})
        if len(short) == 1 and len(short[0]) <= WIDEST:
            return short
    return lines


def item_lines(item: str | Mapping[str, str]) -> list[str]:
    """Return the lines of one item of a list, its dash first."""
    return _lines([_shaped("", item)])


def in_braces(fields: Mapping[str, Value]) -> str:
    """Return a whole entry as `{id: …, question: …}` on one line."""
    shaped = {name: fields[name] for name in FIELDS if fields.get(name)}
    return _dump(shaped, default_flow_style=True).strip()


def _shaped(name: str, value: Any) -> Any:
    """Return what YAML's dumper makes the wished spelling of."""
    if isinstance(value, str):
        text = unicodedata.normalize("NFC", value.strip())
        if name in DAYS and _ISO_DATE.fullmatch(text):
            return _Bare(text)
        return f"{text}\n" if name in _LONG or "\n" in text else text
    if isinstance(value, Mapping):
        return {_Key(key): _shaped(key, inner) for key, inner in value.items() if inner}
    items = [_shaped("", item) for item in value]
    return _InBrackets(items) if name in _BRACKETS else items


def _lines(data: object) -> list[str]:
    return _dump(data).removesuffix("\n").split("\n")


def _dump(data: object, **more: Any) -> str:
    written: str = yaml.dump(
        data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=math.inf, **more
    )
    return written
