"""Tags of releases, which are for people: made from the record, in any clone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from launch import Trouble
from workspace import ROOT

from .history import find_commit, find_tree, git
from .record import Release


def make_tags(releases: Sequence[Release], root: Path = ROOT) -> list[Release]:
    """Tag the commit of each release that has no tag yet, and return those.

    :raises Trouble: a tag is on something else than what was released.
    """
    untagged = list_untagged(releases, root)
    for release in releases:
        if (
            release not in untagged
            and find_tree(release.package, release.tag, root) != release.tree
        ):
            raise Trouble(
                f"The tag {release.tag} is not on what was released: remove it with"
                f" 'git tag --delete {release.tag}', and make it again."
            )
    for release in untagged:
        commit = find_commit(release, root)
        git("tag", "--annotate", f"--message={release}", release.tag, commit, root=root)
    return untagged


def list_untagged(releases: Sequence[Release], root: Path = ROOT) -> list[Release]:
    """Return the releases that have no tag here."""
    tags = set(git("tag", "--list", root=root).split())
    return [release for release in releases if release.tag not in tags]
