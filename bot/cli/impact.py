"""What a change of a document touches, from the terminal, and putting it before the experts."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from bot.cli.terminal import KnowledgeDir, complain, err, out, settings_for, today, user
from bot.documents import called, meant, state_text, tree
from bot.kb import Knowledge, load
from bot.kb.lineage import ENDED, Touched, touched
from bot.kb.validity import document_state
from bot.normalise import Normaliser, fitting
from bot.phrases import say

if TYPE_CHECKING:
    from bot.cli.desk import Desk


def impact_command(
    number: Annotated[str, typer.Argument(help="Số hiệu, viết tắt cũng được: 55/2023/TT-BTC, tt55.")],
    replaced_by: Annotated[
        list[str] | None, typer.Option("--replaced-by", help="Văn bản sẽ thay, kể cả khi kho chưa có.")
    ] = None,
    queue: Annotated[bool, typer.Option("--queue", help="Mở việc xem lại từng mục cho chuyên gia.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Một JSON, cho chương trình khác đọc.")] = False,
    knowledge: KnowledgeDir = None,
) -> None:
    """Xem văn bản này đổi thì chạm vào đâu: mục, câu trả lời, cách hỏi, câu kiểm tra dựa vào hoặc nêu nó.

    [dim]Xem:[/dim]  hoidap kb impact 55/2023/TT-BTC
    [dim]Giao chuyên gia xem lại:[/dim]  hoidap kb impact tt55 --replaced-by 60/2026/TT-BTC --queue
    """
    from bot.matching.material import normaliser

    settings = settings_for(knowledge, log_level="WARNING")
    base = load(settings.knowledge)
    understand = normaliser(base)
    document = _one(base, understand, number)
    newer = [_number(base, understand, each) for each in replaced_by or ()]
    found = touched(base, document, newer, understand)
    if as_json:
        sys.stdout.write(json.dumps(_plain(base, document, newer, found), ensure_ascii=False) + "\n")
    else:
        _show(base, document, found)
    if queue:
        cause = next(iter([*newer, *base.replaced_by(document)]), None) or _without_another(base, document)
        keys = [(one.entry.id, document, cause) for one in found if cause not in one.knows]

        async def put(desk: "Desk") -> int:
            return await desk.reviewing.rereadings.open(keys, user())

        from bot.cli import desk

        opened = desk.work(put, settings, base)
        err.print(say("impact.queued", opened=opened, known=len(keys) - opened))


def _one(base: Knowledge, understand: Normaliser, text: str) -> str:
    """Return the document that a text means; ends with 1 where it is none or several."""
    found = _numbers(base, understand, text)
    if len(found) == 1:
        return found[0]
    several = say("impact.several", number=text, documents=", ".join(found)) if found else None
    complain(several or say("impact.unknown", number=text))
    raise typer.Exit(1)


def _number(base: Knowledge, understand: Normaliser, text: str) -> str:
    """Return the number of a document that need not be recorded yet."""
    found = _numbers(base, understand, text)
    return found[0] if len(found) == 1 else text


def _numbers(base: Knowledge, understand: Normaliser, text: str) -> tuple[str, ...]:
    if text in base.documents:
        return (text,)
    tokens = understand(text).documents
    return fitting(tokens[0], base.issue_years()) if tokens else meant(base, text) or ()


def _without_another(base: Knowledge, document: str) -> str:
    """Return why a document's entries are looked at again that no other one replaces."""
    ended = base.ended(document)
    return ENDED if ended and ended < today() else document


def _show(base: Knowledge, document: str, found: tuple[Touched, ...]) -> None:
    out.print(
        Text(f"{called(base, document)}: {base.documents[document].title}", style="bold"), soft_wrap=True
    )
    out.print(Text(state_text(base, document, today())), soft_wrap=True)
    for line in tree(base, document):
        out.print(Text(line), soft_wrap=True)
    if found:
        _print(list(map(_row, found)))
    cited = sum(bool(one.sources) for one in found)
    phrasings, tests = (sum(len(getattr(one, name)) for one in found) for name in ("phrasings", "tests"))
    out.print(
        say("impact.total", entries=len(found), cited=cited, phrasings=phrasings, tests=tests), soft_wrap=True
    )


def _row(one: Touched) -> list[str]:
    return [
        one.entry.id,
        "; ".join(source.at or say("impact.whole") for source in one.sources),
        say("impact.yes") if one.answer else "",
        str(len(one.phrasings) or ""),
        str(len(one.tests) or ""),
        ", ".join(one.knows),
    ]


def _print(rows: list[list[str]]) -> None:
    """Print a table; in a pipe a line each, its fields apart by tabs."""
    if not out.is_terminal:
        for row in rows:
            sys.stdout.write("\t".join(row) + "\n")
        return
    table = Table("Mục", "Điều khoản", "Trong lời", "Cách hỏi", "Câu kiểm tra", "Đã dẫn văn bản mới")
    for row in rows:
        table.add_row(*map(Text, row))
    out.print(table)


def _plain(base: Knowledge, document: str, newer: list[str], found: tuple[Touched, ...]) -> dict[str, Any]:
    return {
        "document": document,
        "state": document_state(base, document, today()).value,
        "replaced_by": [*newer, *(one for one in base.replaced_by(document) if one not in newer)],
        "chain": tree(base, document),
        "entries": [
            {
                "id": one.entry.id,
                "question": one.entry.question,
                "at": [source.at for source in one.sources],
                "answer": one.answer,
                "phrasings": list(one.phrasings),
                "tests": list(one.tests),
                "knows": list(one.knows),
            }
            for one in found
        ],
    }
