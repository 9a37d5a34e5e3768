"""A regulation's file, as somebody downloaded it, to its text: a paragraph a line, and nothing but the text.

What is not the document's own words (a site's notes, who signed and who gets a copy) is left out, and told.
Words are never changed: only white space, what nobody sees, and the marks of Markdown and HTML.
"""

import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import PurePath
from typing import Final
from zipfile import BadZipFile

from bot.errors import KnowledgeError
from bot.kb.problems import clip
from bot.kb.schema import Problem
from bot.kb.spelling import field_lines
from bot.normalise import fold, official_number
from bot.normalise.provisions import annex_line, article_line, clause_line, heading_line, point_line

SUFFIXES: Final = (".md", ".txt", ".html", ".htm", ".docx")
CELLS: Final = " | "  # between the cells of a table's row
_HIDDEN: Final = re.compile("[\x00-\x08\x0e-\x1b\x7f\u00ad\u200b-\u200f\u2060\ufeff]")
_MARKDOWN: Final = re.compile(r"^(?:#{1,6}\s+|>\s?)|\*\*|^[*_](?=\S)|(?<=\S)[*_]$")
_ESCAPED: Final = re.compile(r"\\([\\`*_{}\[\]()#+.!>|~-])")
_RULE: Final = re.compile(r"(?:[-*_=]\s*){3,}|\|?(?:\s*:?-{3,}:?\s*\|?)+")
_ITEM: Final = re.compile(r"[-+•*–]\s|\|")
_ENDED: Final = (".", ";", ":", "!", "?", "/.", "”", '"', ")")
# In a folded line. The code of laws puts a note under each title, and a number of its own in an empty one.
_CODE_NOTE: Final = re.compile(r"\(dieu .+ co hieu luc thi hanh .+\)|[0-9]{20,}")
_SIGNED: Final = re.compile(r"(?:noi nhan|(?:tm|kt|tl|tuq|q)\. [a-z ,]+$)")
_SCHEMA: Final = "# yaml-language-server: $schema=../schema.json#/$defs/LawRow\n"
BLOCKS: Final = frozenset(
    ("p", "div", "br", "tr", "table", "ul", "ol", "li", "section", "article", "blockquote")
)
HEADLINES: Final = frozenset(f"h{level}" for level in range(1, 7))
SILENT: Final = frozenset(("script", "style", "head", "title", "template"))


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph and the line of the file that it begins at, from 1."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Taken:
    """The text of a document, what was left out of its file, and the number that the file gives it."""

    lines: tuple[Line, ...]
    left: tuple[tuple[str, tuple[Line, ...]], ...]  # why (before, note, signed), and the lines
    number: str | None

    @property
    def text(self) -> str:
        """The text, with an empty line before every heading and article: differences are easier to read."""
        return "\n".join(f"\n{line.text}" if _opens(line.text) else line.text for line in self.lines).strip(
            "\n"
        )

    def line_of(self, number: int) -> int:
        """Return the line of the file that a line of `text` (from 0) was taken from."""
        shown = self.text.split("\n")[: number + 1]
        return self.lines[sum(bool(line) for line in shown) - 1].number


def take(data: bytes, name: str) -> Taken:
    """Return what a file says.

    Args:
        data: of the file.
        name: of the file; its suffix tells how to read it.

    Raises:
        KnowledgeError: it cannot be read, or holds no article.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise _refused(name, 1, "law_suffix", value=suffix, choices=", ".join(SUFFIXES))
    lines = _docx(data, name) if suffix == ".docx" else list(_plain(_decoded(data, name), suffix))
    return _sorted_out(_joined(lines) if suffix in (".md", ".txt") else lines, name)


def _refused(name: str, line: int, code: str, **values: object) -> KnowledgeError:
    return KnowledgeError([Problem(PurePath(name).name, line, 1, "", code, values)])


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(name, data[: error.start].count(b"\n") + 1, "not_utf8") from None


def _plain(text: str, suffix: str) -> Iterator[Line]:
    """Yield the lines of a text file, empty ones too."""
    if suffix in (".html", ".htm"):
        page = _Page()
        page.feed(text)
        page.close()
        yield from (Line(number, clean(line)) for number, line in page.lines if clean(line))
        return
    for number, line in enumerate(text.split("\n"), 1):
        if suffix == ".md":
            line = (
                "" if _RULE.fullmatch(line.strip()) else _ESCAPED.sub(r"\1", _MARKDOWN.sub("", line.strip()))
            )
        yield Line(number, clean(line))


def clean(line: str) -> str:
    """Return a line with one space between its words, composed letters, and nothing invisible."""
    return " ".join(_HIDDEN.sub("", unicodedata.normalize("NFC", line)).split())


def _joined(lines: Iterable[Line]) -> list[Line]:
    """Return paragraphs that were broken at a column as one line each.

    An empty line ends a paragraph, as does what ends a sentence, or whatever begins a part, a table's row or
    an item. A title goes on only in small letters: behind it an article without clauses begins.
    """
    found: list[Line] = []
    before = ""
    for line in lines:
        if line.text and before and _goes_on(before, line.text):
            found[-1] = Line(found[-1].number, f"{found[-1].text} {line.text}")
        elif line.text:
            found.append(line)
        before = found[-1].text if line.text else ""
    return found


def _goes_on(before: str, line: str) -> bool:
    if before.endswith(_ENDED) or _begins(line) or _CODE_NOTE.fullmatch(fold(line).lower()):
        return False
    if _opens(before) or before.isupper():
        return line[0].islower()
    return True


def _begins(line: str) -> bool:
    return bool(_opens(line) or clause_line(line) or point_line(line) or _ITEM.match(line))


def _opens(line: str) -> bool:
    """Tell whether a line begins an article, a heading or an appendix."""
    return article_line(line) is not None or heading_line(line) is not None or annex_line(line)


def _sorted_out(lines: list[Line], name: str) -> Taken:
    """Return the document's own text: from its first heading to its last clause, and its annexes."""
    starts = (
        at for at, line in enumerate(lines) if article_line(line.text) or heading_line(line.text) is not None
    )
    first = next(starts, None)
    if first is None:
        raise _refused(name, 1, "law_no_articles")
    kept: list[Line] = []
    notes: list[Line] = []
    signed: list[Line] = []
    is_over = in_annex = False
    for line in lines[first:]:
        folded = fold(line.text).lower()
        if annex_line(line.text) and kept:
            in_annex = True
        is_over = is_over or bool(_SIGNED.match(folded))
        if _CODE_NOTE.fullmatch(folded):
            notes.append(line)
        elif is_over and not in_annex:
            signed.append(line)
        else:
            kept.append(line)
            is_over = line.text.endswith("./.")
    left = (("before", tuple(lines[:first])), ("note", tuple(notes)), ("signed", tuple(signed)))
    numbers = (number for line in lines[: first + 2] if (number := official_number(line.text)))
    return Taken(tuple(kept), tuple(pair for pair in left if pair[1]), next(numbers, None))


def law_file(fields: Mapping[str, str], text: str) -> str:
    """Return what a file of `law/` holds: the header, and the text below it, a paragraph a line.

    Args:
        fields: of `LawRow`, without the text; those that say nothing are left out.
        text: of the document.
    """
    header = "".join(
        f"{line}\n" for name, value in fields.items() if value for line in field_lines(name, value)
    )
    body = "".join(f"  {line}\n" if line else "\n" for line in text.split("\n"))
    return f"{_SCHEMA}{header}text: |\n{body}"


class _Page(HTMLParser):
    """The text of an HTML page: a block a line, a table's row a line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[tuple[int, str]] = [(1, "")]
        self._silent = 0
        self._row = 0  # how many rows we are in: what is inside of one stays on one line

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, a cell, or what is not read."""
        self._silent += tag in SILENT
        if tag in ("td", "th"):
            self._add(CELLS if self.lines[-1][1].strip() else "")
        elif tag in BLOCKS | HEADLINES:
            self._break()
        self._row += tag == "tr"

    def handle_endtag(self, tag: str) -> None:
        """End a line, or what is not read."""
        self._silent -= tag in SILENT and self._silent > 0
        self._row -= tag == "tr" and self._row > 0
        if tag in BLOCKS | HEADLINES:
            self._break()

    def handle_data(self, data: str) -> None:
        """Take words, unless they are a script's."""
        if not self._silent:
            self._add(data)

    def _break(self) -> None:
        if self._row:
            self._add(" ")
        else:
            self.lines.append((self.getpos()[0], ""))

    def _add(self, text: str) -> None:
        number, before = self.lines[-1]
        self.lines[-1] = (number if before.strip() else self.getpos()[0], before + text)


def _docx(data: bytes, name: str) -> list[Line]:
    """Return the paragraphs of a Word file and the rows of its tables, numbered from 1.

    Raises:
        KnowledgeError: no Word file, or its numbers are Word's own and not part of the text.
    """
    import docx  # slow to import, and few commands need it
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table

    try:
        document = docx.Document(io.BytesIO(data))
    except (BadZipFile, PackageNotFoundError, KeyError, ValueError):
        raise _refused(name, 1, "law_not_docx") from None
    lines: list[str] = []
    for item in document.iter_inner_content():
        if isinstance(item, Table):
            lines += [CELLS.join(clean(cell.text) for cell in row.cells) for row in item.rows]
            continue
        properties = item._p.pPr
        if properties is not None and properties.numPr is not None and item.text.strip():
            raise _refused(name, len(lines) + 1, "law_word_numbers", value=clip(item.text))
        lines += item.text.split("\n")
    return [Line(number, text) for number, line in enumerate(lines, 1) if (text := clean(line))]
