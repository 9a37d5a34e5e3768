"""Changes of the base as people read them, and `hoidap kb diff`."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from bot.cli.terminal import KnowledgeDir, complain, out, printable, settings_for
from bot.errors import KnowledgeError
from bot.kb import Knowledge, describe, load
from bot.kb.diff import Change, FieldChange, Kind, Piece, compare
from bot.kb.revisions import checked_out
from bot.phrases import say

AROUND = 30  # characters of what stayed that are shown on each side of a change
SHORT = 40  # characters of a value that is shown whole, before and after
STYLES = {Kind.ADDED: "green", Kind.REMOVED: "red", Kind.RENAMED: "cyan", Kind.CHANGED: "bold"}


def diff_command(
    before: Annotated[str, typer.Argument(metavar="A", help="Thư mục tri thức cũ, hoặc bản git như HEAD~3.")],
    after: Annotated[
        str | None, typer.Argument(metavar="[B]", help="Bản mới; bỏ trống: kho hiện nay.")
    ] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Mã thoát 1 khi có khác nhau.")] = False,
    knowledge: KnowledgeDir = None,
) -> None:
    """So hai bản của kho theo nghĩa: mục thêm, bỏ, đổi mã, con số đổi (nêu trước), lời, căn cứ, ngày.

    [dim]So với ba lần lưu trước:[/dim]  hoidap kb diff HEAD~3
    [dim]Hai thư mục:[/dim]  hoidap kb diff tri-thuc-cu tri-thuc-moi --exit-code
    """
    directory = settings_for(knowledge, log_level="WARNING").knowledge
    changes = compare(_version(before, directory), _version(after or str(directory), directory))
    show(changes)
    if changes and exit_code:
        raise typer.Exit(1)


def _version(name: str, directory: Path) -> Knowledge:
    """Return the base in a directory, or as git has it; ends with 2, as diff does, when it is broken."""
    found: AbstractContextManager[Path] = (
        nullcontext(Path(name)) if Path(name).is_dir() else checked_out(directory, name)
    )
    with found as place:
        try:
            return load(place)
        except KnowledgeError as error:
            complain(say("diff.broken", version=name), *map(describe, error.problems))
            raise typer.Exit(2) from None


def show(changes: Sequence[Change]) -> None:
    """Print what changed, and how much of it."""
    for line in lines(changes):
        out.print(line, soft_wrap=True)


def lines(changes: Sequence[Change]) -> Iterator[Text]:
    """Yield what changed, a line each; a sum last."""
    file = ""
    for change in changes:
        if change.file != file:
            file = change.file
            yield Text(f"\n{say('diff.shared', file=file)}", style="bold")
        heading, *details = _lines(change)
        yield heading
        yield from (Text("    ").append_text(detail) for detail in details)
    yield Text(_total(changes) if changes else say("diff.same"))


def _total(changes: Sequence[Change]) -> str:
    entries = [change for change in changes if not change.file]
    counts = {kind.value: sum(change.kind is kind for change in entries) for kind in Kind}
    figures = sum(bool(change.figures or change.new_figures) for change in entries)
    return say("diff.total", **counts, figures=figures, shared=len(changes) - len(entries))


def _lines(change: Change) -> Iterator[Text]:
    names = {"name": printable(change.name), "title": printable(change.title)}
    if change.kind is Kind.RENAMED:
        names["was"] = printable(change.was)
    yield Text(say(f"diff.{change.kind.value}", **names), style=STYLES[change.kind])
    if change.kind in (Kind.ADDED, Kind.REMOVED):
        if not change.file:
            counts = {one.field: len(one.old or one.new) for one in change.fields}
            yield Text(
                say("diff.size", **{name: counts.get(name, 0) for name in ("variants", "sources", "tests")})
            )
        return
    if change.figures or change.new_figures:
        gone, come = (
            ", ".join(each) or say("diff.no_figures") for each in (change.figures, change.new_figures)
        )
        yield Text(say("diff.figures", old=gone, new=come), style="bold yellow")
    for one in change.fields:
        yield from _field(one)


def _field(one: FieldChange) -> Iterator[Text]:
    if one.is_list:
        yield from _items(one)
    elif max(map(len, (*one.old, *one.new))) <= SHORT and "\n" not in "".join((*one.old, *one.new)):
        old, new = ("".join(each) or say("diff.blank") for each in (one.old, one.new))
        yield Text(say("diff.value", field=one.field, old=printable(old), new=printable(new)))
    else:
        line = Text(say("diff.text", field=one.field, text=""))
        yield line.append_text(_marked(one.words))


def _items(one: FieldChange) -> Iterator[Text]:
    for item in one.gone:
        yield Text(say("diff.gone", field=one.field, item=printable(item)), style="red")
    for item in one.come:
        yield Text(say("diff.come", field=one.field, item=printable(item)), style="green")
    if not one.gone and not one.come:
        yield Text(say("diff.text", field=one.field, text=say("diff.order")))


def _marked(pieces: Sequence[Piece]) -> Text:
    """Return a text with what was taken away as [-…-] and what was put in as {+…+}, as git marks words."""
    text = Text()
    for number, piece in enumerate(pieces):
        if piece.sign < 0:
            text.append(f"[-{printable(piece.text)}-]", style="red")
        elif piece.sign > 0:
            text.append(f"{{+{printable(piece.text)}+}}", style="green")
        else:
            text.append(printable(_elided(piece.text, number, is_last=number == len(pieces) - 1)))
    return text


def _elided(text: str, at: int, is_last: bool = False) -> str:
    """Return what stayed without its middle, or without the side that touches no change."""
    if len(text) <= 2 * AROUND + 3:
        return text
    head = "" if at == 0 else text[:AROUND]
    tail = "" if is_last else text[-AROUND:]
    return f"{head}…{tail}"
