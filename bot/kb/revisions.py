"""The base as it was: versions that git keeps, laid out in a directory for the loader to read."""

import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath

from bot.errors import NoRevision

MAIN = ("main", "origin/main")  # what a branch is compared with

LOOK = 10.0  # s that git gets to follow an entry's lines
MOST_REVISIONS = 30
_LOG = "%x1e%H%x1f%an%x1f%aI%x1f%s%x1f"  # a record begins with 1e, its fields end with 1f


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit that changed the lines of an entry; `lines` begin with "+" (new) or "-" (old)."""

    commit: str
    author: str
    at: datetime
    subject: str
    lines: tuple[str, ...]


def revisions_of(directory: Path, file: str, entry_id: str) -> tuple[Revision, ...]:
    """Return the newest commits that changed an entry, the newest first; none where git does not know of it.

    Args:
        directory: of the base.
        file: that holds the entry, relative to the base.
        entry_id: of the entry.
    """
    begins = f"/^ *- id: *['\"]*{entry_id}['\"]* *$/"  # an id has no letters that mean something to git
    for end in ("/^ *- id:/", "+400"):  # up to the next entry; the last one of a file has none behind it
        try:
            found = run(
                directory,
                "log",
                f"-{MOST_REVISIONS}",
                f"--format={_LOG}",
                f"-L{begins},{end}:{file}",
                seconds=LOOK,
            )
        except (FileNotFoundError, subprocess.TimeoutExpired):
            return ()
        if found:
            return tuple(_revision(record) for record in found.decode("utf-8", "replace").split("\x1e")[1:])
    return ()


def _revision(record: str) -> Revision:
    commit, author, at, subject, patch = record.split("\x1f", 4)
    lines = patch.partition("\n@@")[2].split("\n")[1:]
    changed = [line for line in lines if line[:1] in ("+", "-")]
    if len(changed) > 1 and changed[-1][1:].lstrip().startswith("- id:"):
        changed.pop()  # of the next entry, where the lines end
    return Revision(commit, author, datetime.fromisoformat(at), subject, tuple(changed))


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
        inside = run(directory, "rev-parse", "--is-inside-work-tree")
    except FileNotFoundError:
        raise NoRevision("no_git", revision) from None
    if inside.strip() != b"true":
        raise NoRevision("no_work_tree", revision)
    return run(directory, *arguments)


def run(
    directory: Path,
    *arguments: str,
    seconds: float | None = None,
    given: bytes | None = None,
    index: Path | None = None,
) -> bytes:
    """Return what git prints; nothing when it refuses.

    Args:
        directory: where it runs.
        arguments: of git.
        seconds: that it gets.
        given: its input.
        index: a file to stage in, in place of the work tree's own.
    """
    own = ["env", f"GIT_INDEX_FILE={index}"] if index else []
    command = [*own, "git", "-C", str(directory), *arguments]
    done = subprocess.run(  # noqa: S603  no shell; a revision is data
        command, capture_output=True, check=False, timeout=seconds, input=given
    )
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
