"""The command line with settings of its own: a small base, data in a directory that goes away."""

import logging
import os
import pty
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import structlog
from cli_use import BASE, Cli, Run

from bot.config import PREFIX

HOIDAP = Path(sys.executable).with_name("hoidap")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    base = tmp_path / "base"
    for name, text in BASE.items():
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return {f"{PREFIX}KNOWLEDGE": str(base), f"{PREFIX}VAR": str(tmp_path / "var"), "COLUMNS": "200"}


@pytest.fixture
def cli(environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    """The command line inside this process: quick."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield Cli()
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
def hoidap(environment: dict[str, str], tmp_path: Path) -> Run:
    """The installed command in a process of its own: slow, and nothing is left out."""

    def run(*arguments: str, stdin: bytes = b"", **more: str) -> subprocess.CompletedProcess[bytes]:
        return _run(tmp_path, {**environment, **more}, *arguments, input=stdin)

    return run


@pytest.fixture
def at_terminal(environment: dict[str, str], tmp_path: Path) -> Run:
    """The same with a terminal for its standard input, at which `stdin` has been typed."""

    def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        keyboard, terminal = pty.openpty()
        with os.fdopen(keyboard, "wb", buffering=0) as keys, os.fdopen(terminal, "rb") as typed:
            keys.write(stdin)
            return _run(tmp_path, environment, *arguments, stdin=typed)

    return run


def _run(
    where: Path, environment: Mapping[str, str], *arguments: str, **more: Any
) -> subprocess.CompletedProcess[bytes]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return subprocess.run(
        [HOIDAP, *arguments], capture_output=True, env={**clean, **environment}, cwd=where, timeout=60, **more
    )
