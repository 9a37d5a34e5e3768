"""A built matcher kept on disk, so that a restart with the same base takes a second instead of many.

The file is a pickle: reading one runs what its writer wanted. So it is only ever read from a directory of
ours, and only when we own it and nobody else may write it. What cannot be read or kept is built again.
"""

import contextlib
import hashlib
import os
import pickle
import platform
import secrets
import stat
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import structlog

import bot
from bot.domain import Wishes
from bot.kb import Knowledge
from bot.matching.matcher import Matcher, build

log = structlog.get_logger(__name__)

MOST_KEPT = 4  # artefacts; switching back and forth between two bases stays quick
ROOMS = ("kb", "matching", "normalise")  # whose code decides what a matcher is
LIBRARIES = ("numpy", "scipy", "scikit-learn")


def build_or_load(knowledge: Knowledge, wishes: Wishes, directory: Path) -> Matcher:
    """Return the matcher of a base, from `directory` when it was built before; see `build`."""
    path = directory / f"matcher-{_key(knowledge, wishes)}.pickle"
    matcher = _read(path)
    if matcher is None:
        matcher = build(knowledge, wishes)
        _keep(matcher, path)
    return matcher


def _key(knowledge: Knowledge, wishes: Wishes) -> str:
    digest = hashlib.sha256()
    digest.update(f"{knowledge.version} {wishes} {platform.python_version()}".encode())
    for library in LIBRARIES:
        digest.update(version(library).encode())
    for source in _sources():
        digest.update(source.read_bytes())
    return digest.hexdigest()[:24]


def _sources() -> Iterator[Path]:
    root = Path(bot.__file__).parent
    for room in ROOMS:
        yield from sorted((root / room).glob("*.py"))


def _read(path: Path) -> Matcher | None:
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if status.st_uid != os.getuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                log.warning("artefact.refused", path=path.name, why="others may write it")
                return None
            matcher = pickle.load(file)  # noqa: S301  the checks above
    except FileNotFoundError:
        return None
    except (OSError, pickle.UnpicklingError, AttributeError, EOFError, ImportError, IndexError) as error:
        log.warning("artefact.unreadable", path=path.name, error=repr(error))
        return None
    return matcher if isinstance(matcher, Matcher) else None


def _keep(matcher: Matcher, path: Path) -> None:
    draft = path.with_suffix(f".{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            pickle.dump(matcher, file, protocol=pickle.HIGHEST_PROTOCOL)
        draft.replace(path)
        _drop_old(path.parent)
    except OSError as error:
        log.warning("artefact.not_kept", error=repr(error))
        with contextlib.suppress(OSError):
            draft.unlink()


def _drop_old(directory: Path) -> None:
    kept = sorted(directory.glob("matcher-*.pickle"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in kept[MOST_KEPT:]:
        old.unlink(missing_ok=True)
