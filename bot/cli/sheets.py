"""`hoidap kb export` and `hoidap kb import`: the base as a spreadsheet and back."""

import errno
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import changes
from bot.cli.terminal import KnowledgeDir, Misused, ask, complain, out, settings_for
from bot.kb import Knowledge, Problem, check, describe, load
from bot.kb.diff import compare
from bot.kb.writer import save
from bot.normalise import fold
from bot.phrases import say

YES = ("c", "co", "y", "yes")  # without diacritics


def export_command(
    to_xlsx: Annotated[Path | None, typer.Option("--xlsx", help="Tệp Excel sẽ ghi.")] = None,
    to_csv: Annotated[Path | None, typer.Option("--csv", help="Tệp CSV (UTF-8) sẽ ghi.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Ghi đè tệp đã có.")] = False,
    knowledge: KnowledgeDir = None,
) -> None:
    """Xuất kho ra bảng tính, mỗi mục một hàng; sửa xong thì đưa lại vào kho bằng kb import.

    [dim]Ví dụ:[/dim]  hoidap kb export --xlsx kho.xlsx
    """
    from bot.kb.sheet import LONGEST_CELL, CellTooLong, comma_separated, xlsx

    if (to_xlsx is None) == (to_csv is None):
        raise Misused(say("sheet.which"))
    base = load(settings_for(knowledge, log_level="WARNING").knowledge)
    try:
        if to_xlsx:
            _put(to_xlsx, xlsx(base), overwrite)
        elif to_csv:
            _put(to_csv, comma_separated(base), overwrite)
    except CellTooLong as error:
        entry, field = error.args
        complain(say("sheet.too_long", entry=entry, field=field, limit=LONGEST_CELL))
        raise typer.Exit(1) from None
    said = say("sheet.exported", count=len(base.entries), file=to_xlsx or to_csv)
    out.print(said, markup=False, highlight=False, soft_wrap=True)


def _put(file: Path, content: bytes, overwrite: bool) -> None:
    """Write a sheet; what is there may be hours of work, and `export` is soon typed for `import`."""
    try:
        with file.open("wb" if overwrite else "xb") as sheet:
            sheet.write(content)
    except FileExistsError:
        if file.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(file)) from None
        complain(say("sheet.taken", file=file))
        raise typer.Exit(1) from None


def import_command(
    file: Annotated[Path, typer.Argument(metavar="TỆP", help="Bảng .xlsx hoặc .csv, như kb export ghi ra.")],
    write: Annotated[bool, typer.Option("--write", help="Ghi vào kho, không hỏi lại.")] = False,
    new: Annotated[bool, typer.Option("--new", help="Mã chưa có trong kho là mục mới.")] = False,
    knowledge: KnowledgeDir = None,
) -> None:
    """Đưa bảng tính vào kho: cho xem từng mục sẽ đổi gì trước, có --write hay được đồng ý mới ghi.

    Mục, cột không có trong bảng thì giữ nguyên; hàng để trống mã là mục mới.

    [dim]Xem trước:[/dim]  hoidap kb import kho.xlsx
    [dim]Ghi luôn:[/dim]  hoidap kb import kho.csv --write
    """
    from bot.kb.merge import merge
    from bot.kb.sheet import read

    directory = settings_for(knowledge, log_level="WARNING").knowledge
    before = load(directory)
    merged = merge(directory, before, read(file), new_ids=new)
    changes.show(compare(before, merged.knowledge))
    if not merged.texts:
        return
    _show_owed(before, merged.knowledge)
    if write or _agreed():
        save(directory, merged.texts, merged.was)
        out.print(say("sheet.written", files=", ".join(merged.texts)), highlight=False, soft_wrap=True)
    else:
        complain(say("sheet.not_written"))


def _show_owed(before: Knowledge, after: Knowledge) -> None:
    """Print what the sheet would leave unfinished that was not so before."""
    known = set(map(_gist, check(before)))
    owed = [one for one in check(after) if _gist(one) not in known]
    if owed:
        complain(say("sheet.owed"), *map(describe, owed))


def _gist(problem: Problem) -> tuple[object, ...]:
    """Return what is the same of a problem wherever it stands by now."""
    return problem.where, problem.code, problem.values.get("field"), problem.values.get("value")


def _agreed() -> bool:
    return sys.stdin.isatty() and fold(ask(say("sheet.ask"))) in YES
