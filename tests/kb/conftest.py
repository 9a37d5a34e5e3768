"""Bases written as real files: what is planted in them is what the tests look for."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from kb_files import Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(files: Mapping[str, str | bytes]) -> Path:
        base = tmp_path / "base"
        base.mkdir(exist_ok=True)
        for name, content in files.items():
            path = base / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return base

    return _write
