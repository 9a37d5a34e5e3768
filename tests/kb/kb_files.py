"""What the tests of the knowledge base share."""

from collections.abc import Callable, Mapping
from pathlib import Path

Write = Callable[[Mapping[str, str | bytes]], Path]
