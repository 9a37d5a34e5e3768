"""The shipped base built once, and small bases written as files."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from matching_bases import SHIPPED, cut, write

from bot.domain import Wishes
from bot.kb import Knowledge, load
from bot.live import Brain
from bot.matching import Matcher, build


@pytest.fixture(scope="session")
def shipped() -> Brain:
    knowledge = load(SHIPPED)
    return Brain(knowledge, build(knowledge, Wishes()))


@pytest.fixture(scope="session")
def middling(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """Some entries of the shipped base: enough for a calibration, quick to build."""
    return load(write(tmp_path_factory.mktemp("middling"), {"a.yaml": cut(load(SHIPPED), 18)}))


@pytest.fixture
def matcher_of(tmp_path: Path) -> Callable[[Mapping[str, list[dict[str, object]]]], Matcher]:
    return lambda files: build(load(write(tmp_path, files)), Wishes())
