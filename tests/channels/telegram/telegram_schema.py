"""What the bot sends, checked by the models of aiogram, which this project did not write."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

HOME = Path(__file__).parents[2] / "emulators" / "aiogram"
JSON_FIELDS = ("allowed_updates", "commands", "scope")  # of forms, where the emulator leaves them as text


def install() -> Path:
    """Return a Python that has aiogram; skip where it cannot be had, but fail in CI."""
    locked, home = HOME / "requirements.txt", HOME / ".venv"
    python, installed = home / "bin" / "python", home / ".installed.txt"
    if installed.exists() and installed.read_bytes() == locked.read_bytes():
        return python
    uv = str(Path(sys.executable).with_name("uv"))
    for command in ([uv, "venv", "--clear", str(home)], [uv, "pip", "install", "-r", str(locked)]):
        env = os.environ | {"VIRTUAL_ENV": str(home)}
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=180, check=False)
        if done.returncode:
            reason = f"{' '.join(command[1:3])} failed: {done.stderr[-500:]}"
            pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    shutil.copyfile(locked, installed)
    return python


def faults(calls: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what aiogram's models object to in calls of the Bot API, as the emulator kept them."""
    read = [
        {**call, "body": {name: _read(name, value) for name, value in call["body"].items()}} for call in calls
    ]
    command = [str(install()), str(HOME / "check.py")]
    done = subprocess.run(
        command, input=json.dumps(read), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return list(json.loads(done.stdout))


def _read(name: str, value: Any) -> Any:
    return json.loads(value) if name in JSON_FIELDS and isinstance(value, str) else value
