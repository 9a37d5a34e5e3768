"""A row of a glossary, as tests write one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    short: str
    full: str
    near: tuple[str, ...] = ()
