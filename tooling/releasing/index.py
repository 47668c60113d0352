"""The folder index: every release as files, with pages that pip and uv read as a package index."""

from __future__ import annotations

import html
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from launch import Trouble
from workspace import ROOT, Package, packages

from .building import build, build_wheel, check_same, digest
from .history import find_commit, restore
from .record import Release

FOLDER = ROOT / ".releases"
PYTHON = ">=3.11"
_PAGE = """<!DOCTYPE html>
<html>
<head><meta name="pypi:repository-version" content="1.0"><title>{title}</title></head>
<body>
{links}
</body>
</html>
"""


class Index:
    """A folder with ``files``, and ``simple`` with a page for each distribution.

    :param folder: where it is; ``--index-url`` is the address of ``simple``, ``--find-links``
        that of ``files``.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        self.files = folder / "files"
        self.simple = folder / "simple"

    @property
    def address(self) -> str:
        """What pip and uv are told."""
        return self.simple.resolve().as_uri()

    def find(self, release: Release) -> Path:
        """Return the wheel of a release."""
        return next(self.files / name for name in release.files if name.endswith(".whl"))

    def has(self, release: Release) -> bool:
        """Tell whether both files of a release are there, and are the recorded ones."""
        return all(
            (self.files / name).is_file() and digest(self.files / name) == sha256
            for name, sha256 in release.files.items()
        )

    def check(self, releases: Iterable[Release]) -> None:
        """Refuse a file that is not as it was released: pip and uv may have got it from here.

        :raises Trouble: there is one.
        """
        known = {name: sha256 for each in releases for name, sha256 in each.files.items()}
        for file in sorted(self.files.glob("*")):
            if file.name not in known:
                raise Trouble(
                    f"{file} is of no release: find out who put it there, and remove it."
                )
            if not file.is_file() or digest(file) != known[file.name]:
                raise Trouble(
                    f"{file} is not what was released: find out who changed it, and remove it."
                )

    def write_pages(self, releases: Iterable[Release]) -> None:
        """Write the pages of the index anew, for these releases."""
        shutil.rmtree(self.simple, ignore_errors=True)
        ordered = sorted(releases, key=lambda each: (each.distribution, each.version))
        names = []
        for name, mine in groupby(ordered, key=lambda each: each.distribution):
            links = [
                (f"../../files/{file}#sha256={sha256}", file)
                for release in mine
                for file, sha256 in release.files.items()
            ]
            self._write_page(self.simple / name, name, links)
            names.append((f"{name}/", name))
        self._write_page(self.simple, "Releases", names)

    def _write_page(self, folder: Path, title: str, links: Sequence[tuple[str, str]]) -> None:
        attribute = f' data-requires-python="{html.escape(PYTHON)}"'
        lines = [
            f'<a href="{target}"{attribute if "#" in target else ""}>{html.escape(text)}</a><br>'
            for target, text in links
        ]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "index.html").write_text(_PAGE.format(title=title, links="\n".join(lines)))


def fill(
    index: Index, releases: Sequence[Release], root: Path = ROOT, *, anew: bool = False
) -> list[Release]:
    """Put every release into the index, made again from the history where it is not there.

    :param anew: make all of them again.
    :return: those that were made.
    :raises Trouble: one cannot be made, or is not what was released.
    """
    index.files.mkdir(parents=True, exist_ok=True)
    made = [release for release in releases if anew or not index.has(release)]
    commits = {release: find_commit(release, root) for release in made}
    for commit in dict.fromkeys(commits.values()):
        with tempfile.TemporaryDirectory() as folder:
            place = restore(commit, Path(folder) / "place", root)
            for release in made:
                if commits[release] == commit:
                    _make(index, release, place, Path(folder) / "out")
    index.write_pages(releases)
    return made


def _make(index: Index, release: Release, place: Path, out: Path) -> None:
    built = build(place, release.package, out)
    for name, sha256 in release.files.items():
        check_same(name, built.get(name, "missing"), sha256, f"the one released as {release}")
    wheel = build_wheel(place, release.package, out)
    check_same(wheel.name, digest(wheel), release.wheel, "the wheel made from the sdist")
    for name in release.files:
        shutil.move(out / name, index.folder / name)
        # A file that is there is whole, whenever this is ended.
        (index.folder / name).replace(index.files / name)


def build_today(out: Path, root: Path = ROOT) -> dict[str, Path]:
    """Build the wheels of the checkout and return them by distribution."""
    return {each.distribution: _build_one(each, out, root) for each in packages(root)}


def _build_one(package: Package, out: Path, root: Path) -> Path:
    files = build(root, package.name, out)
    return out / next(name for name in files if name.endswith(".whl"))
