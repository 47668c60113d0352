"""Makes a wave: writes versions, ranges, changelogs and the record, in one commit with tags."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from launch import Trouble
from tested import FILE as TESTED
from tested import write_tested
from workspace import ROOT

from .building import build
from .changelog import NAME, NOTE, PAGE, add_section, write_page, write_section
from .fragment import consume
from .history import find_tree, git, restore
from .record import FILE, Release, read_releases, write_releases
from .siblings import find_file, read, set_range, set_version
from .tags import list_untagged, make_tags
from .wave import Ranges, Step, Wave, list_ranges

#: Where nobody but a wave writes versions.
_WRITTEN = ("packages/*/pyproject.toml", f"packages/*/{NAME}")


def apply(wave: Wave, date: str, root: Path = ROOT) -> list[Release]:
    """Make a wave in a clean checkout, and return its releases.

    :raises Trouble: the checkout has changes, or a build fails; then nothing has changed.
    """
    check_clean(root)
    if not wave.steps:
        raise Trouble(
            "There is nothing to release: no package has a fragment in its 'changes'."
            + (" Some releases have no tag here: 'release tags' makes them."
               if list_untagged(read_releases(root), root) else "")
        )  # fmt: skip
    _check_tags(wave, root)
    try:
        _write(wave, date, root)
        releases = _record(wave, date, root)
        git("add", "--all", FILE, root=root)
        git("commit", "--quiet", "--message", _write_message(wave), root=root)
    except BaseException:
        git("add", "--all", root=root)
        git("reset", "--quiet", "--hard", "HEAD", root=root)
        raise
    return make_tags(releases, root)


def check_clean(root: Path = ROOT) -> None:
    """Refuse a checkout with changes, and tell those of a wave that was killed.

    :raises Trouble: it has some.
    """
    if not git("status", "--porcelain", root=root):
        return
    changed = git("diff", "HEAD", "--", *_WRITTEN, root=root)
    if re.search(r"^\+(version = |## \d)", changed, re.MULTILINE):
        raise Trouble(
            "A wave was begun here and not committed, as when 'apply' is killed: drop it with"
            " 'git add --all' and 'git reset --hard', and apply again."
        )
    raise Trouble("The checkout has changes that no commit has: commit or drop them first.")


def _check_tags(wave: Wave, root: Path) -> None:
    tags = set(git("tag", "--list", root=root).split())
    for step in wave.steps:
        tag = f"{step.package.distribution}/v{step.version}"
        if tag in tags:
            raise Trouble(
                f"There is a tag {tag} already, and no record of that release: merge the branch"
                f" that has it, or remove the tag with 'git tag --delete {tag}'."
            )


def _write(wave: Wave, date: str, root: Path) -> None:
    for step in wave.steps:
        _write_step(step, date)
    for package, ranges in wave.moves:
        find_file(package).write_text(_set_ranges(read(package), ranges), "utf-8")
    if (root / TESTED).is_file():
        (root / TESTED).write_text(write_tested(root), "utf-8")
    if (root / PAGE).is_file():
        (root / PAGE).write_text(NOTE + write_page(root), "utf-8")
    git("add", "--all", root=root)


def _write_step(step: Step, date: str) -> None:
    text = set_version(read(step.package), step.version)
    find_file(step.package).write_text(_set_ranges(text, step.ranges), "utf-8")
    section = write_section(step.version, date, step.told)
    add_section(step.package.folder / NAME, section)
    consume(step.package, step.fragments)


def _set_ranges(text: str, ranges: Ranges) -> str:
    for ask, specifier in ranges.items():
        text = set_range(text, ask, specifier)
    return text


def _record(wave: Wave, date: str, root: Path) -> list[Release]:
    """Build what the commit will hold, and add it to the record."""
    tree = git("write-tree", root=root)
    releases = []
    with tempfile.TemporaryDirectory() as folder:
        place = restore(tree, Path(folder) / "place", root)
        for step in wave.steps:
            files = build(place, step.package.name, Path(folder) / "out")
            (wheel,) = (sha256 for name, sha256 in files.items() if name.endswith(".whl"))
            (sdist,) = (sha256 for name, sha256 in files.items() if name.endswith(".gz"))
            own = find_tree(step.package.name, tree, root)
            name = step.package.distribution
            releases.append(
                Release(step.package.name, name, step.version, date, own, wheel, sdist)
            )
    write_releases([*read_releases(root), *releases], root)
    return releases


def _write_message(wave: Wave) -> str:
    names = [f"{step.package.name} {step.version}" for step in wave.steps]
    *first, last = names
    subject = f"Release {', '.join(first)} and {last}" if first else f"Release {last}"
    moved = [
        f"{package.distribution} asks for {list_ranges(ranges)}." for package, ranges in wave.moves
    ]
    return "\n\n".join([subject, *moved])
