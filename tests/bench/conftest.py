"""A base small enough to build in a moment, cut from the shipped one."""

from pathlib import Path

import pytest
import yaml

from bot.kb import Knowledge, load

SHIPPED = Path(__file__).parents[2] / "knowledge"
ENTRIES = 18


@pytest.fixture(scope="session")
def shipped() -> Knowledge:
    return load(SHIPPED)


@pytest.fixture(scope="session")
def small_directory(shipped: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a base whose entries refer to nothing else."""
    entries = list(shipped.entries.values())
    rows = [
        {
            "id": entry.id,
            "question": entry.question,
            "variants": list(entry.variants[:5]),
            "answer": entry.answer,
            "tests": [one.ask for one in entry.tests],
        }
        for entry in entries[:: len(entries) // ENTRIES][:ENTRIES]
    ]
    directory = tmp_path_factory.mktemp("small")
    (directory / "a.yaml").write_text(yaml.safe_dump(rows, allow_unicode=True), encoding="utf-8")
    return directory


@pytest.fixture(scope="session")
def small(small_directory: Path) -> Knowledge:
    return load(small_directory)
