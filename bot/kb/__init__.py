"""The door to the knowledge base: read it, check it, say what is wrong with it."""

from bot.kb.checks import check
from bot.kb.loader import inspect, load
from bot.kb.problems import describe
from bot.kb.schema import (
    Category,
    Document,
    DocumentStatus,
    Entry,
    GlossaryRow,
    Knowledge,
    Left,
    OffTopicGroup,
    Place,
    PlaceList,
    Problem,
    Source,
    Status,
    Topic,
    json_schema,
)

__all__ = [
    "Category",
    "Document",
    "DocumentStatus",
    "Entry",
    "GlossaryRow",
    "Knowledge",
    "Left",
    "OffTopicGroup",
    "Place",
    "PlaceList",
    "Problem",
    "Source",
    "Status",
    "Topic",
    "check",
    "describe",
    "inspect",
    "json_schema",
    "load",
]
