"""Regulations' own texts: taken into the base, listed, shown by number."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from bot.cli.terminal import KnowledgeDir, Misused, out, settings_for, today
from bot.errors import KnowledgeError
from bot.kb import Knowledge, Problem, describe, load
from bot.kb.law import Law, Oddity, outline, slug, written
from bot.kb.problems import clipped
from bot.kb.schema import LAW
from bot.kb.taking import Taken, law_file, take
from bot.kb.writer import digest, read_text, save
from bot.normalise.provisions import named
from bot.phrases import say

commands = typer.Typer(
    no_args_is_help=True, help="Lời văn của văn bản: thêm vào kho, liệt kê, xem từng điều khoản."
)


@commands.command("add")
def add_command(
    file: Annotated[Path, typer.Argument(metavar="TỆP", help="Văn bản: .md, .txt, .html hoặc .docx.")],
    document: Annotated[
        str | None, typer.Option(help="Số hiệu, như 55/2023/TT-BTC; bỏ trống: đọc trong tệp.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Lấy từ đâu; bỏ trống: tên tệp.")] = None,
    note: Annotated[str | None, typer.Option(help="Điều người đọc cần biết về bản này, một câu.")] = None,
    knowledge: KnowledgeDir = None,
) -> None:
    """Chép lời văn của một văn bản vào kho, theo điều, khoản, điểm; nói rõ phần nào bỏ ngoài.

    Chạy lại với cùng tệp thì không đổi gì. Lời trích trong ngoặc kép “…” không bị coi là điều của văn bản.

    [dim]Ví dụ:[/dim]  hoidap law add tt-60-2026.docx --source "congbao.chinhphu.vn"
    """
    data = file.read_bytes()
    taken = take(data, file.name)
    number = document or taken.number
    if number is None:
        raise Misused(say("law_text.numberless", file=file.name))
    directory = settings_for(knowledge, log_level="WARNING").knowledge
    base = load(directory)
    if number not in base.documents:
        raise Misused(say("law_text.unlisted", document=number))
    _, _, oddities = outline(taken.text)
    _refuse(file.name, taken, [oddity for oddity in oddities if oddity.is_wrong])
    name = f"{LAW}/{slug(number)}.yaml"
    old = read_text(directory, name)
    fields = _fields(base, number, data, file.name, source, note)
    text = law_file(fields, taken.text)
    if text == old:
        out.print(say("law_text.same", file=name), highlight=False, soft_wrap=True)
        return
    law = save(directory, {name: text}, {name: digest(old)}).law[number]
    _tell(name, law, taken, oddities)


def _fields(
    base: Knowledge, number: str, data: bytes, file: str, source: str | None, note: str | None
) -> dict[str, str]:
    """Return the header of a law file; the same input keeps what was said of it, and its day."""
    sha256, before = hashlib.sha256(data).hexdigest(), base.law.get(number)
    same = before if before and before.sha256 == sha256 else None
    return {
        "document": number,
        "source": source or (same.source if same else file),
        "taken": (same.taken if same else today()).isoformat(),
        "sha256": sha256,
        "note": note if note is not None else (same.note if same else ""),
    }


def _refuse(file: str, taken: Taken, wrong: Iterable[Oddity]) -> None:
    if problems := [_problem(file, taken, oddity) for oddity in wrong]:
        raise KnowledgeError(problems)


def _problem(file: str, taken: Taken, oddity: Oddity) -> Problem:
    return Problem(file, taken.line_of(oddity.line), 1, "", oddity.code, clipped(oddity.values))


def _tell(name: str, law: Law, taken: Taken, oddities: Iterable[Oddity]) -> None:
    """Say what was kept, what was not, and what is worth a look."""
    lines = [say("law_text.added", file=name, **_counts(law))]
    for why, left in taken.left:
        values = {"count": len(left), "first": left[0].number, "last": left[-1].number}
        lines.append(say(f"law_text.left.{why}", **values))
    if law.annexes:
        lines.append(say("law_text.annexes", count=len(law.annexes)))
    if law.gaps:
        gaps = (say("law_text.gap", after=after, before=before) for after, before in law.gaps)
        lines.append(say("law_text.gaps", gaps="; ".join(gaps)))
    if empty := [piece.at.article for piece in law.articles if piece.is_empty]:
        lines.append(say("law_text.empty", articles=", ".join(empty)))
    lines += [describe(_problem(Path(law.source).name, taken, oddity)) for oddity in oddities]
    out.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)


def _counts(law: Law) -> dict[str, int]:
    return {
        "articles": len(law.articles),
        "clauses": sum(at.clause is not None and at.point is None for at in law.pieces),
        "points": sum(at.point is not None for at in law.pieces),
    }


@commands.command("list")
def list_command(knowledge: KnowledgeDir = None) -> None:
    """Liệt kê các văn bản mà kho có lời văn.

    [dim]Ví dụ:[/dim]  hoidap law list
    """
    base = load(settings_for(knowledge, log_level="WARNING").knowledge)
    if not base.law:
        out.print(say("law_text.none"), markup=False, highlight=False)
        return
    table = Table(say("law_text.document"))
    for name in ("articles", "clauses", "points"):
        table.add_column(say(f"law_text.{name}"), justify="right")
    table.add_column(say("law_text.taken"))
    table.add_column(say("law_text.source"))
    for law in base.law.values():
        table.add_row(law.document, *map(str, _counts(law).values()), law.taken.isoformat(), law.source)
    out.print(table)


@commands.command("show")
def show_command(
    words: Annotated[
        list[str], typer.Argument(metavar="ĐIỀU KHOẢN VÀ SỐ HIỆU", help="Như: khoản 1 Điều 74 TT 55/2023")
    ],
    knowledge: KnowledgeDir = None,
) -> None:
    """Xem nguyên văn một điều, khoản hay điểm, và văn bản đó còn hiệu lực không.

    [dim]Ví dụ:[/dim]  hoidap law show "khoản 1 Điều 74" TT 55/2023
    """
    from bot.channels.console import show
    from bot.channels.wire import dump_reply
    from bot.handlers import clause
    from bot.matching.material import normaliser

    base = load(settings_for(knowledge, log_level="WARNING").knowledge)
    normalise, asked = normaliser(base), " ".join(words)
    meant = normalise(asked).documents
    law = next(
        (law for law in base.law.values() if set(normalise(law.document).documents) & set(meant)), None
    )
    provisions = named(asked).provisions
    if law is None or not provisions:
        raise Misused(say("law_text.which", documents=", ".join(base.law) or "–"))
    for at in provisions:
        piece = law.find(at)
        if piece is None:
            raise Misused(say("law_text.no_part", document=law.document, at=written(at), held=law.holds(at)))
        show(out, dump_reply(clause.quoted(law, piece, base, today(), most=len(piece.text))))
