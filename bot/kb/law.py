"""A regulation's own text: articles, clauses and points as printed, found by number, quoted by the piece.

A file of `law/` is a header and the text, a paragraph a line. Which part a line belongs to is told by how it
begins and by what came before it, never written down beside it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from bot.normalise import fold
from bot.normalise.provisions import (
    Provision,
    annex_line,
    article_line,
    clause_line,
    follows,
    heading_line,
    later,
    point_line,
)
from bot.phrases import say

OPEN, CLOSE, STRAIGHT = "“", "”", '"'
CLAUSE, POINT = 1, 2  # how deep parts lie within an article
_MARKS = re.compile(f"[{OPEN}{CLOSE}{STRAIGHT}]")
_UNSAFE = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """An article, a clause or a point: its own paragraphs, and then the parts that it holds.

    A paragraph that no number begins belongs to the innermost part before it.
    """

    at: Provision
    words: tuple[str, ...]  # the first begins with the number, as printed
    parts: tuple["Piece", ...] = ()
    under: tuple[str, ...] = ()  # of an article: the headings that it stands under, the widest first

    @property
    def text(self) -> str:
        """All that the piece says, a paragraph a line."""
        return "\n".join([*self.words, *(part.text for part in self.parts)])

    @property
    def is_empty(self) -> bool:
        """Whether the text holds no more of an article than its title."""
        return len(self.words) == 1 and not self.parts and self.at.above is None

    def walk(self) -> Iterator["Piece"]:
        """Yield the piece and all within it, in the order of the text."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True, slots=True)
class Oddity:
    """What is strange in a text, at a line counted from 0; `values` fill the phrase `problem.<code>`.

    `is_wrong` keeps the text out of the base; what is not is only worth a look.
    """

    line: int
    code: str
    values: Mapping[str, object]
    is_wrong: bool = True


@dataclass(frozen=True)
class Law:
    """The text of one regulation."""

    document: str  # a key of documents.yaml
    source: str  # where the text was taken from
    taken: date
    sha256: str  # of the file that it was taken from
    note: str  # what a reader has to know of this text, "" if nothing
    articles: tuple[Piece, ...]
    annexes: tuple[str, ...] = ()  # each whole, a paragraph a line
    pieces: dict[Provision, Piece] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the pieces."""
        found = {piece.at: piece for article in self.articles for piece in article.walk()}
        object.__setattr__(self, "pieces", found)

    def find(self, at: Provision) -> Piece | None:
        """Return a part of the text."""
        return self.pieces.get(at)

    def may_hold(self, at: Provision) -> bool:
        """Tell whether the regulation may have a part that this text lacks, an extract perhaps."""
        if article := self.find(Provision(at.article)):
            return article.is_empty
        numbers = [piece.at.article for piece in self.articles]
        before = [number for number in numbers if not later(number, at.article)]
        after = [number for number in numbers if later(number, at.article)]
        return bool(after) and not (before and follows(after[0], before[-1]))

    def holds(self, at: Provision) -> str:
        """Return what there is in place of a part that is not, for whoever looked for it."""
        above = at.above
        while above and not self.find(above):
            above = above.above
        piece = self.find(above) if above else None
        if piece is None:
            first, last = self.articles[0].at.article, self.articles[-1].at.article
            return say("provision.articles", first=first, last=last)
        parts = [part.at.point or part.at.clause or "" for part in piece.parts]
        if not parts:
            return say("provision.undivided", value=written(piece.at))
        return say("provision.divided", value=written(piece.at), parts=", ".join(parts))

    @property
    def gaps(self) -> tuple[tuple[str, str], ...]:
        """The numbers of the articles between which the text leaves some out."""
        numbers = [piece.at.article for piece in self.articles]
        return tuple(pair for pair in pairwise(numbers) if not follows(pair[1], pair[0]))


def outline(text: str) -> tuple[tuple[Piece, ...], tuple[str, ...], list[Oddity]]:
    """Return the articles and the annexes of a text, a paragraph a line, and what is strange in it."""
    found = _Outline()
    for number, line in enumerate(text.split("\n")):
        if line.strip():
            found.take(number, line.strip())
    found.end()
    return tuple(found.articles), tuple(found.annexes), found.oddities


def slug(document: str) -> str:
    """Return a document's number in letters that fit a file's name and a button's action: 55-2023-tt-btc."""
    return _UNSAFE.sub("-", fold(document).lower()).strip("-")


def written(at: Provision) -> str:
    """Return how people name a part of a regulation: khoản 1 Điều 74."""
    if at.point and at.clause:
        return say("provision.point", article=at.article, clause=at.clause, point=at.point)
    if at.point:
        return say("provision.point_of_article", article=at.article, point=at.point)
    if at.clause:
        return say("provision.clause", article=at.article, clause=at.clause)
    return say("provision.article", article=at.article)


class _Open:
    """A part whose lines are still coming in."""

    def __init__(self, at: Provision, line: str, under: Sequence[str] = ()) -> None:
        self.at = at
        self.words = [line]
        self.parts: list[Piece] = []
        self.under = tuple(under)
        self.newest: dict[int, str] = {}  # depth -> the number of the newest clause or point within

    def close(self) -> Piece:
        return Piece(self.at, tuple(self.words), tuple(self.parts), self.under)


class _Outline:
    """Puts line after line where it belongs.

    What stands in quotation marks opens nothing of its own: an amending document quotes whole articles.
    """

    def __init__(self) -> None:
        self.articles: list[Piece] = []
        self.annexes: list[str] = []
        self.oddities: list[Oddity] = []
        self._headings: dict[int, str] = {}  # level -> the one that what comes stands under
        self._heading: int | None = None  # the level of the newest, whose title may go on until an article
        self._fresh: set[int] = set()  # levels of the headings since the last article
        self._open: list[_Open] = []  # article, clause, point
        self._quoted: list[tuple[str, int]] = []  # marks that wait for their partner, and their lines

    def take(self, number: int, line: str) -> None:
        """Take the next line that is not empty."""
        if self.annexes:
            self._annex(line)
            return
        if self._quoted or not self._begins(number, line):
            self._continue(number, line)
        self._quote(number, line)

    def end(self) -> None:
        """Close what is open."""
        self._close(0)
        for mark, number in self._quoted[:1]:
            self.oddities.append(Oddity(number, "law_open_quote", {"value": mark}))
        if not self.articles:
            self.oddities.append(Oddity(0, "law_no_articles", {}))

    def _begins(self, number: int, line: str) -> bool:
        """Begin what the line begins, if anything."""
        if article := article_line(line):
            last = self._open[0].at.article if self._open else None
            last = last or (self.articles[-1].at.article if self.articles else None)
            if not later(article, last):
                self.oddities.append(Oddity(number, "law_article_again", {"value": article, "last": last}))
            self._close(0)
            if not follows(article, last):  # the headings of what an extract left out are not here
                self._headings = {at: self._headings[at] for at in self._headings if at in self._fresh}
            self._heading, self._fresh = None, set()
            self._open = [_Open(Provision(article), line, tuple(self._headings.values()))]
        elif (level := heading_line(line)) is not None:
            self._close(0)
            self._headings = {at: title for at, title in self._headings.items() if at < level}
            self._headings[level], self._heading = line, level
            self._fresh.add(level)
        elif self.articles and annex_line(line):
            self._close(0)
            self.annexes.append(line)
        else:
            return bool(self._open) and any(self._part(number, line, depth) for depth in (CLAUSE, POINT))
        return True

    def _part(self, number: int, line: str, depth: int) -> bool:
        """Begin a clause (depth 1) or a point (depth 2), where the line does and its number fits."""
        part = clause_line(line) if depth == CLAUSE else point_line(line)
        if part is None:
            return False
        within = 2 if depth == POINT and len(self._open) > 1 and self._open[1].at.clause else 1
        holder = self._open[within - 1]
        last = holder.newest.get(depth)
        if not later(part, last):  # a list of its own within the part
            self.oddities.append(Oddity(number, "law_number_again", {"value": line}, is_wrong=False))
            return False
        if not follows(part, last):
            values = {"value": line, "last": last or "–"}
            self.oddities.append(Oddity(number, "law_number_skipped", values, is_wrong=False))
        self._close(within)
        holder.newest[depth] = part
        article = holder.at.article
        at = Provision(article, part) if depth == CLAUSE else Provision(article, holder.at.clause, part)
        self._open.append(_Open(at, line))
        return True

    def _annex(self, line: str) -> None:
        if annex_line(line):
            self.annexes.append(line)
        else:
            self.annexes[-1] += f"\n{line}"

    def _continue(self, number: int, line: str) -> None:
        if self._open:
            self._open[-1].words.append(line)
        elif self._heading is not None:
            self._headings[self._heading] += f"\n{line}"
        else:
            self.oddities.append(Oddity(number, "law_stray_line", {"value": line}))

    def _close(self, depth: int) -> None:
        """Close all that is open beyond so many parts."""
        while len(self._open) > depth:
            piece = self._open.pop().close()
            if self._open:
                self._open[-1].parts.append(piece)
            else:
                self.articles.append(piece)

    def _quote(self, number: int, line: str) -> None:
        for mark in _MARKS.findall(line):
            closes = mark == CLOSE or (
                mark == STRAIGHT and self._quoted[-1:] and self._quoted[-1][0] == STRAIGHT
            )
            if not closes:
                self._quoted.append((mark, number))
            elif self._quoted:
                self._quoted.pop()
