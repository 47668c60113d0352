"""The tests of the checkout without its sources: what is tested is what is installed."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from imports import imported
from workspace import ROOT, packages

#: Files of the tooling that the tests' own set-up reads.
SETUP = ("conftest.py", "pyproject.toml")


def copy_tests(folder: Path) -> Path:
    """Copy the tests of every package, and what sets them up.

    Each package's ``src`` is there and empty: the tooling looks for its name.
    """
    tree = folder / "tests"
    for name in SETUP:
        tree.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tree)
    (tree / "tooling").mkdir()
    for file in (ROOT / "tooling").glob("*.py"):
        shutil.copy(file, tree / "tooling")
    for package in packages():
        place = tree / "packages" / package.name
        shutil.copytree(
            package.folder / "tests", place / "tests", ignore=shutil.ignore_patterns("__pycache__")
        )
        (place / "src" / package.module.name).mkdir(parents=True)
        for name in ("pyproject.toml", "README.md"):
            shutil.copy(package.folder / name, place)
    return tree


def list_foreign(tree: Path, chosen: Sequence[str], installed: Collection[str]) -> list[str]:
    """Return the test files below some paths that import one of ours that is not installed.

    Where a ``conftest.py`` does, it is the whole folder.

    :param installed: distributions.
    """
    missing = {each.module.name for each in packages() if each.distribution not in installed}
    tooling = {file.stem for file in (tree / "tooling").glob("*.py") if missing & imported(file)}
    found = []
    for path in chosen:
        place = tree / path
        files = sorted(place.rglob("*.py")) if place.is_dir() else [place]
        around = [each / "conftest.py" for each in place.parents if each.is_relative_to(tree)]
        files += [file for file in around if file.is_file() and file.parent != tree]
        foreign = [file for file in files if (missing | tooling) & imported(file)]
        found += [file.parent if file.name == "conftest.py" else file for file in foreign]
    return [str(path.relative_to(tree)) for path in found]


def is_below(path: str, places: Collection[str]) -> bool:
    """Tell whether a path is one of some places, or in one of them."""
    return any(path == place or path.startswith(f"{place}/") for place in places)


def choose_paths(names: Sequence[str], extent: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what of the packages is run.

    :param names: folders of packages.
    :param extent: its ``tests`` are paths below ``packages``; without, everything.
    """
    paths = extent.get("tests", [f"{name}/tests" for name in names])
    return [f"packages/{path}" for path in paths if path.partition("/")[0] in names]


def list_without(extent: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what of the chosen is left out."""
    return [f"packages/{path}" for path in extent.get("without", ())]
