"""The history of the repository: finds and restores the content that a release was made of."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

from launch import Trouble
from workspace import ROOT

from .record import Release


def git(*arguments: str, root: Path = ROOT, text: str | None = None) -> str:
    """Run git and return what it prints.

    :raises Trouble: it fails; the sentence is git's own.
    """
    return _run(root, arguments, text.encode() if text is not None else None).decode().strip()


def _run(root: Path, arguments: tuple[str, ...], given: bytes | None = None) -> bytes:
    done = subprocess.run(["git", *arguments], cwd=root, input=given, capture_output=True)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise Trouble(f"'git {arguments[0]}' did not work: {said[-1]}")
    return done.stdout


def check_history(root: Path = ROOT) -> None:
    """Make sure that there is a history to restore releases from.

    :raises Trouble: there is none, or the clone has only the end of it.
    """
    try:
        shallow = git("rev-parse", "--is-shallow-repository", root=root)
    except Trouble:
        raise Trouble(
            "This is no clone of the repository, so no release can be made again from its"
            " history: clone it with git."
        ) from None
    if shallow == "true":
        raise Trouble(
            "This clone is shallow and lacks the history that releases are made again from:"
            " run 'git fetch --unshallow'."
        )


def find_commit(release: Release, root: Path = ROOT) -> str:
    """Return the commit that made a release: the oldest in which its package has that content.

    :raises Trouble: the history has none.
    """
    check_history(root)
    folder = f"packages/{release.package}"
    commits = git("rev-list", "--full-history", "HEAD", "--", folder, root=root).split()
    asked = "\n".join(f"{commit}:{folder}" for commit in commits)
    found = git("cat-file", "--batch-check=%(objectname)", root=root, text=asked).splitlines()
    for commit, tree in zip(reversed(commits), reversed(found), strict=True):
        if tree == release.tree:
            return commit
    raise Trouble(
        f"No commit of this history has the content that {release} was made of"
        f" ({folder} as {release.tree[:12]}): merge the branch that it was released from."
    )


def restore(tree: str, folder: Path, root: Path = ROOT) -> Path:
    """Put the content of a commit, or of a tree, into a folder, and return that.

    :param folder: made when it is not there.
    """
    packed = _run(root, ("archive", "--format=tar", tree))
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def find_tree(package: str, tree: str, root: Path = ROOT) -> str:
    """Return git's id of a package's folder in a commit or a tree."""
    return git("rev-parse", f"{tree}:packages/{package}", root=root)
