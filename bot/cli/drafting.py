"""`hoidap kb new`: asks what it must know and leaves an entry for an expert to go on with."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.terminal import KnowledgeDir, Misused, ask, complain, out, settings_for, today
from bot.errors import BadFileName
from bot.kb import Category, check, describe, load
from bot.kb.problems import clip
from bot.kb.schema import holds_entries
from bot.kb.template import home, new_id, template
from bot.kb.writer import appended_lines, digest, new_file, read_text, save
from bot.phrases import say


def new_command(
    category: Annotated[
        str | None, typer.Option(help="Loại: regulations, inspections, practices, general.")
    ] = None,
    topic: Annotated[str | None, typer.Option(help="Mã chủ đề trong topics.yaml.")] = None,
    question: Annotated[str | None, typer.Option(help="Câu hỏi, viết đầy đủ.")] = None,
    answer: Annotated[str | None, typer.Option(help="Câu trả lời; bỏ trống: viết sau trong tệp.")] = None,
    file: Annotated[
        Path | None, typer.Option(help="Tệp .yaml trong thư mục tri thức; mặc định: loại/chủ-đề.yaml.")
    ] = None,
    knowledge: KnowledgeDir = None,
) -> None:
    """Thêm một mục mới: hỏi vài ý rồi ghi sẵn khung mục, có lời dặn từng chỗ, để viết tiếp.

    [dim]Hỏi từng ý:[/dim]  hoidap kb new
    [dim]Một lệnh:[/dim]  hoidap kb new --category regulations --topic nha-o --question "Mức hỗ trợ xây nhà?"
    """
    directory = settings_for(knowledge, log_level="WARNING").knowledge
    base = load(directory)
    categories = {one.value: say(f"category.{one.value}") for one in Category}
    kind = Category(_chosen("--category", say("new.category"), categories, category))
    topics = {one.id: one.title for one in base.topics.values()}
    if not topics:
        raise Misused(say("new.no_topics"))
    subject = _chosen("--topic", say("new.topic"), topics, topic)
    title = " ".join(_written("--question", say("new.question"), question).split())
    entry = new_id(title, base.origins)
    if not entry:
        raise Misused(say("new.wordless"))
    reply = answer if answer is not None else _written("", say("new.answer"), None)
    name = _relative(file, directory) if file else home(kind, subject)
    if not holds_entries(name):
        raise BadFileName(name)
    _add(directory, name, entry, template(entry, subject, title, reply, today()))


def _add(directory: Path, name: str, entry: str, lines: list[str]) -> None:
    """Write the entry and tell where it stands and what is still owed."""
    old = read_text(directory, name)
    text = appended_lines(new_file(name) if old is None else old, lines, entry)
    base = save(directory, {name: text}, {name: digest(old)})
    place = base.locate(*base.origins[entry])
    out.print(say("new.added", entry=entry, file=name, line=place.line), highlight=False, soft_wrap=True)
    for problem in check(base):
        if entry in (problem.where, problem.values.get("other")):
            out.print(describe(problem), markup=False, highlight=False, soft_wrap=True)


def _chosen(option: str, label: str, choices: Mapping[str, str], given: str | None) -> str:
    """Return one of the choices: the one given, or what is picked by its number or name."""
    if given is not None or not sys.stdin.isatty():
        name = _written(option, label, given)
        if name in choices:
            return name
        raise Misused(_not_there(label, name, choices))
    names = list(choices)
    out.print(f"\n{label}:", markup=False, highlight=False)
    for number, name in enumerate(names, 1):
        line = say("new.option", number=number, title=choices[name], name=name)
        out.print(f"  {line}", markup=False, highlight=False)
    while (picked := _picked(ask(say("new.number")), names)) not in choices:
        complain(_not_there(label, picked, choices))
    return picked


def _picked(typed: str, names: Sequence[str]) -> str:
    """Return the name that was typed, or that has the number that was typed."""
    number = int(typed) if typed.isdecimal() else 0
    return names[number - 1] if 1 <= number <= len(names) else typed


def _not_there(label: str, name: str, choices: Mapping[str, str]) -> str:
    return say("new.not_there", what=label.lower(), value=clip(name), choices=", ".join(choices))


def _written(option: str, label: str, given: str | None) -> str:
    """Return a text that was given or is typed now; without an option's name it may be left out."""
    if given is not None:
        return given
    if not sys.stdin.isatty():
        if option:
            raise Misused(say("new.needed", option=option))
        return ""
    typed = ask(label)
    while option and not typed:
        typed = ask(label)
    return typed


def _relative(file: Path, directory: Path) -> str:
    """Return a file's name as the base knows it, whether given from here or from the base."""
    here = file.resolve()
    if here.is_relative_to(directory.resolve()):
        return here.relative_to(directory.resolve()).as_posix()
    return file.as_posix()
