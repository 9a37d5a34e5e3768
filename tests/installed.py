"""What tests bring along: installed once from a lock file, however many test processes ask for it at once."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from bot.kb.writer import alone

PATIENCE = 180  # s
PINNED = "requirements.txt"
NPM = (("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"),)


def missing(reason: str) -> NoReturn:
    """Skip a test whose tool a bare machine lacks; in CI, which promises it, that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def needs(tool: str) -> str:
    """Return where a tool is."""
    return shutil.which(tool) or missing(f"{tool} is not installed")


def npm_packages(home: Path) -> Path:
    """Install what `package-lock.json` in `home` pins; return the directory `node_modules`."""
    needs("node")
    needs("npm")
    packages = home / "node_modules"
    _installed(home, "package-lock.json", packages, NPM)
    return packages


def python_with(home: Path) -> Path:
    """Return a Python of its own that has what `requirements.txt` in `home` pins, all of it.

    It may pin what declares a newer Python, where that was seen to run on this one.
    """
    own = home / ".venv"
    python = own / "bin" / "python"
    quietly = ("--quiet", "--disable-pip-version-check", "--ignore-requires-python", "--no-deps")
    steps = (
        (sys.executable, "-m", "venv", "--clear", str(own)),
        (str(python), "-m", "pip", "install", *quietly, "-r", PINNED),
    )
    _installed(home, PINNED, own, steps)
    return python


def _installed(home: Path, lock: str, into: Path, commands: Sequence[Sequence[str]]) -> None:
    wanted, done = (home / lock).read_bytes(), into / ".installed"
    with alone(home):
        if not done.exists() or done.read_bytes() != wanted:
            for command in commands:
                ran = subprocess.run(
                    command, cwd=home, capture_output=True, text=True, timeout=PATIENCE, check=False
                )
                if ran.returncode:
                    missing(f"{' '.join(command)} failed: {ran.stderr[-500:]}")
            done.write_bytes(wanted)
