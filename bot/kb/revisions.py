"""The base as it was: versions that git keeps, laid out in a directory for the loader to read."""

import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path, PurePosixPath

from bot.errors import NoRevision

MAIN = ("main", "origin/main")  # what a branch is compared with


@contextmanager
def checked_out(directory: Path, revision: str) -> Iterator[Path]:
    """Yield a directory that holds the base as it was at a revision, while it is needed.

    Args:
        directory: of the base as it is, in a work tree of git.
        revision: as git understands it, like `HEAD~3`.

    Raises:
        NoRevision: there is no git, no work tree, no such revision, or no base in it.
    """
    commit = _git(
        directory, revision, "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"
    )
    if not commit:
        raise NoRevision("no_revision", revision)
    packed = _git(directory, revision, "archive", "--format=tar", commit.decode().strip())
    if not packed:
        raise NoRevision("no_base", revision)
    with tempfile.TemporaryDirectory(prefix="hoidap-") as place:
        _unpack(packed, Path(place))
        yield Path(place)


def branched_off(directory: Path) -> str:
    """Return the commit at which the present branch left `main`; `HEAD` on it, or when there is no other.

    Raises:
        NoRevision: there is no git, or no work tree.
    """
    for main in MAIN:
        if commit := _git(directory, main, "merge-base", main, "HEAD"):
            return commit.decode().strip()
    return "HEAD"


def _git(directory: Path, revision: str, *arguments: str) -> bytes:
    """Return what git prints; nothing when it refuses."""
    try:
        inside = _run(directory, "rev-parse", "--is-inside-work-tree")
    except FileNotFoundError:
        raise NoRevision("no_git", revision) from None
    if inside.strip() != b"true":
        raise NoRevision("no_work_tree", revision)
    return _run(directory, *arguments)


def _run(directory: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(directory), *arguments]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  no shell; a revision is data
    return done.stdout if done.returncode == 0 else b""


def _unpack(packed: bytes, place: Path) -> None:
    """Lay out the files of the base; names are git's, which lead nowhere else."""
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        for member in archive:
            data = archive.extractfile(member) if member.isfile() else None
            if data and ".." not in PurePosixPath(member.name).parts:
                target = place / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data.read())
