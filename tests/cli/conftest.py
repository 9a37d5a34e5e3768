"""The command line with settings of its own: a small base, data in a directory that goes away."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

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
        clean = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        return subprocess.run(
            [HOIDAP, *arguments],
            input=stdin,
            capture_output=True,
            env={**clean, **environment, **more},
            cwd=tmp_path,
            timeout=60,
        )

    return run
