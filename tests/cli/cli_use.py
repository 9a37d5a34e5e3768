"""What the tests of the command line share."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import typer.main

from bot.cli import app, main

Run = Callable[..., CompletedProcess[bytes]]

HOUSE = "Mức hỗ trợ xây nhà cho hộ nghèo là bao nhiêu?"
REVIEW = "Rà soát hộ nghèo định kỳ vào tháng mấy?"
BASE = {
    "topics.yaml": "- {id: nha-o, title: Nhà ở}\n",
    "documents.yaml": "55/2023/TT-BTC: {title: T}\n",
    "off_topic.yaml": "- {group: chao, small_talk: true, reply: Chào!, examples: [xin chào, hello]}\n",
    "regulations/a.yaml": f"""\
- id: nha-o-muc
  topic: nha-o
  question: {HOUSE}
  answer: "**40 triệu** đồng."
  sources: [{{document: 55/2023/TT-BTC, at: Điều 74}}]
  status: checked
  updated: 2026-11-01
  tests: [mức hỗ trợ xây nhà hộ nghèo, phở bò nấu thế nào]
- id: ra-soat-thang
  topic: nha-o
  question: {REVIEW}
  answer: Tháng 9.
  sources: [{{document: 55/2023/TT-BTC}}]
  status: checked
  updated: 2026-11-01
""",
}


@dataclass(frozen=True)
class Result:
    """What a command printed and how it ended."""

    exit_code: object
    stdout: str
    stderr: str


class Cli:
    """Runs the command line in this process, from `main` on."""

    def __call__(self, *arguments: str, stdin: str | bytes = "") -> Result:
        typed = stdin.encode() if isinstance(stdin, str) else stdin
        streams = [TextIOWrapper(BytesIO(data), encoding="utf-8", newline="\n") for data in (typed, b"", b"")]
        kept = sys.argv, sys.stdin, sys.stdout, sys.stderr
        sys.argv, (sys.stdin, sys.stdout, sys.stderr) = ["hoidap", *arguments], streams
        try:
            with pytest.raises(SystemExit) as ended:
                main()
        finally:
            sys.argv, sys.stdin, sys.stdout, sys.stderr = kept
        for stream in streams:
            stream.seek(0)
        return Result(ended.value.code or 0, streams[1].read(), streams[2].read())


@dataclass(frozen=True)
class Command:
    """A command as typed, and its help."""

    words: tuple[str, ...]
    help: str


def commands() -> list[Command]:
    """Return every command that does something, read from the program itself."""
    found, groups = [], [((), typer.main.get_command(app))]
    while groups:
        words, group = groups.pop()
        for name, command in group.commands.items():  # type: ignore[attr-defined]
            if hasattr(command, "commands"):
                groups.append(((*words, name), command))
            else:
                found.append(Command((*words, name), command.help or ""))
    return sorted(found, key=lambda command: command.words)


def json_lines(text: str) -> list[dict[str, Any]]:
    """Return what was printed, one JSON object a line."""
    return [json.loads(line) for line in text.split("\n")[:-1]]


def git(directory: Path, *arguments: str) -> None:
    """Do something with git as somebody."""
    me = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(directory), *me, *arguments], check=True, capture_output=True)
