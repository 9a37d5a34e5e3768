"""What the bot sends, checked by the models of aiogram, which this project did not write."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from installed import python_with

HOME = Path(__file__).parents[2] / "emulators" / "aiogram"
JSON_FIELDS = ("allowed_updates", "commands", "scope")  # of forms, where the emulator leaves them as text


def faults(calls: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what aiogram's models object to in calls of the Bot API, as the emulator kept them."""
    read = [
        {**call, "body": {name: _read(name, value) for name, value in call["body"].items()}} for call in calls
    ]
    command = [str(python_with(HOME)), str(HOME / "check.py")]
    done = subprocess.run(
        command, input=json.dumps(read), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return list(json.loads(done.stdout))


def _read(name: str, value: Any) -> Any:
    return json.loads(value) if name in JSON_FIELDS and isinstance(value, str) else value
