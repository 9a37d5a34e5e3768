"""A document's chain as a picture: where each box and line of an SVG stands. A template draws it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.documents import badge, relation_text
from bot.kb import Knowledge
from bot.kb.lineage import Kin, family
from bot.kb.validity import document_state

WIDTH = 360  # in the units of the drawing: about the pixels of a phone
BOX, GAP, STEP = 46, 14, 18  # height of a box, room below it, and how far a row is moved in
MARGIN = 1  # for the lines around the boxes


@dataclass(frozen=True, slots=True)
class Box:
    """A document: `kind` is the class that colours it; its second line is what it is to the one above."""

    x: int
    y: int
    width: int
    height: int
    kind: str
    number: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """From a box down and to the right, to the left side of one that hangs on it."""

    x: int
    top: int
    y: int
    end: int


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole drawing."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: int
    height: int


def picture(knowledge: Knowledge, number: str, on: date) -> Picture | None:
    """Return the chain of a document with where each stands on a day; None where it has none."""
    kin = family(knowledge, number)
    if not kin:
        return None
    boxes = [_box(knowledge, number, badge(knowledge, number, on), 0, 0, on)]
    lines = list(_hang(knowledge, kin, 0, boxes, on))
    return Picture(tuple(boxes), tuple(lines), WIDTH, boxes[-1].y + BOX + MARGIN)


def _hang(knowledge: Knowledge, kin: Sequence[Kin], depth: int, boxes: list[Box], on: date) -> Iterator[Line]:
    """Add a box for each document below the newest one, and yield the lines that lead there."""
    above = boxes[-1]
    for one in kin:
        words = f"{relation_text(one)} · {badge(knowledge, one.number, on)}"
        box = _box(knowledge, one.number, words, depth + 1, len(boxes), on)
        boxes.append(box)
        yield Line(above.x + STEP // 2, above.y + BOX, box.y + BOX // 2, box.x)
        yield from _hang(knowledge, one.kin, depth + 1, boxes, on)


def _box(knowledge: Knowledge, number: str, words: str, depth: int, row: int, on: date) -> Box:
    x = MARGIN + depth * STEP
    kind = document_state(knowledge, number, on).value
    return Box(x, MARGIN + row * (BOX + GAP), WIDTH - MARGIN - x, BOX, kind, number, words)
