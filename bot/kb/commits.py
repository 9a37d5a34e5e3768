"""A commit for each change to the base, and proposals on branches of their own.

Nothing that git refuses stops a save: the files count, and what git does not have yet is told.
"""

import hashlib
import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.kb.revisions import LOOK, run

PROPOSALS = "de-xuat"  # what the names of their branches begin with
_ALONE = ("--literal-pathspecs", "-c", "core.hooksPath=/dev/null")


@dataclass(frozen=True, slots=True)
class Act:
    """What a commit says of a change to one file of the base; `author` is a person's name."""

    file: str  # relative to the base
    author: str
    subject: str


def is_in_git(directory: Path) -> bool:
    """Tell whether git keeps the base, with one commit at least."""
    return bool(_git(directory, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"))


def uncommitted(directory: Path, file: str = ".") -> tuple[str, ...]:
    """Return the files of the base, or the one named, that git has not as they are; none without git."""
    listed = _git(
        directory, *_ALONE, "status", "--porcelain", "-z", "-uall", "--no-renames", "--", file, strip=False
    )
    below = _git(directory, "rev-parse", "--show-prefix")
    return tuple(row[3:].removeprefix(below) for row in listed.split("\0") if row)


def keep(directory: Path, act: Act) -> bool:
    """Make a commit of one file, whatever else is changed or staged; False when git does not want it."""
    _git(directory, *_ALONE, "add", "--", act.file)
    made = _git(
        directory, *_ALONE, *_by(act.author), "commit", "--no-verify", "-m", act.subject, "--", act.file
    )
    return bool(made)


def _by(author: str) -> tuple[str, ...]:
    name = " ".join(re.sub(r"[<>\x00-\x1f]", " ", author).split()) or "hoidap"
    return ("-c", f"user.name={name}", "-c", "user.email=", "-c", "commit.gpgsign=false")


# --- what a stopped machine did not get to commit ------------------------------------------------------


def intend(directory: Path, act: Act, digest: str | None) -> None:
    """Note a commit before its file is written: should the machine stop in between, it can be made up for.

    Args:
        directory: of the base, which git keeps.
        act: the commit.
        digest: of the text that the file will have (`writer.digest`); None where it goes.
    """
    folder = _notes(directory)
    folder.mkdir(exist_ok=True)
    note = {"file": act.file, "author": act.author, "subject": act.subject, "digest": digest}
    draft = folder / f".{_note_name(act.file)}"
    draft.write_text(json.dumps(note), encoding="utf-8")
    draft.replace(folder / _note_name(act.file))


def intended(directory: Path) -> Iterator[tuple[Act, str | None]]:
    """Yield the commits that were noted and not forgotten, each with the digest of its file's text."""
    for path in sorted(_notes(directory).glob("*.json")):
        note = json.loads(path.read_text(encoding="utf-8"))
        yield Act(note["file"], note["author"], note["subject"]), note["digest"]


def forget(directory: Path, file: str) -> None:
    """Forget what was intended with a file."""
    (_notes(directory) / _note_name(file)).unlink(missing_ok=True)


def _notes(directory: Path) -> Path:
    """Return the folder of the notes, in git's own: no commit, no clone and no base ever holds it."""
    return directory / _git(directory, "rev-parse", "--git-path", "hoidap")


def _note_name(file: str) -> str:
    return f"{hashlib.sha256(file.encode()).hexdigest()[:16]}.json"


# --- proposals -----------------------------------------------------------------------------------------


def propose(directory: Path, act: Act, text: str | None, branch: str) -> str | None:
    """Make a commit on a new branch, on top of what is checked out; None when git does not want it.

    The commit is put together in an index of its own: work tree and staged changes stay untouched.

    Args:
        directory: of the base, which git keeps.
        act: the commit.
        text: of the file on the branch; None where it goes.
        branch: a name that no branch has.

    Returns:
        The commit's id.
    """
    head = _git(directory, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    with tempfile.TemporaryDirectory(prefix="hoidap-") as place:
        index = Path(place) / "index"
        _git(directory, "read-tree", head, index=index)
        if text is None:
            _git(directory, *_ALONE, "update-index", "--force-remove", "--", act.file, index=index)
        else:
            data = text.encode("utf-8", "surrogateescape")
            blob = _git(directory, "hash-object", "-w", "--stdin", "--path", act.file, given=data)
            path = _git(directory, "rev-parse", "--show-prefix") + act.file
            _git(directory, "update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", index=index)
        tree = _git(directory, "write-tree", index=index)
    commit = _git(directory, *_by(act.author), "commit-tree", tree, "-p", head, "-m", act.subject)
    _git(directory, "update-ref", f"refs/heads/{branch}", commit, "0" * len(commit))  # no branch before
    return commit if commit and tip(directory, branch) == commit else None


def withdraw(directory: Path, branch: str, commit: str) -> None:
    """Delete a proposal's branch, unless somebody has added to it."""
    _git(directory, "update-ref", "-d", f"refs/heads/{branch}", commit)


def tip(directory: Path, branch: str) -> str:
    """Return the commit that a branch ends with; "" for a branch that is not there."""
    return _git(directory, "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}")


def _git(
    directory: Path,
    *arguments: str,
    given: bytes | None = None,
    index: Path | None = None,
    strip: bool = True,
) -> str:
    """Return what git says; "" when it refuses, is too slow or not there."""
    try:
        said = run(directory, *arguments, seconds=LOOK, given=given, index=index).decode("utf-8", "replace")
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return ""
    return said.strip() if strip else said
