"""Modules on the disk: owned by two distributions, not there, or in need of ``pkg_resources``."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, islice

from .finding import Finding, find
from .inventory import Distribution, Inventory
from .matching import tell_row
from .reading import UnreadableError, read_file
from .row import Row
from .source import Hit

MOST_BYTES = 1_000_000
#: The most files of two owners that are looked at.
MOST_CLASHES = 100_000

#: Names that many distributions ship by mistake, and that nobody imports.
_COMMON = {
    "test",
    "tests",
    "testing",
    "doc",
    "docs",
    "example",
    "examples",
    "scripts",
    "benchmarks",
}
_IMPORT = re.compile(rb"^(?:import pkg_resources|from pkg_resources[ .])", re.MULTILINE)

Owners = Mapping[str, list[Distribution]]


def judge_files(inventory: Inventory, rows: Iterable[Row]) -> Iterator[Finding]:
    """Yield what is wrong with the modules of an environment, as far as RECORD tells of them.

    :param rows: those of the kind ``file-clash`` say what to do about a pair.
    """
    owners, unreadable = _read_owners(inventory)
    yield from unreadable
    yield from _judge_shared(owners, {(row.dist, row.with_): row for row in rows})
    yield from _judge_missing(owners)
    if _lacks_pkg_resources(inventory):
        yield from _judge_imports(owners)


def _read_owners(inventory: Inventory) -> tuple[Owners, list[Finding]]:
    owners: dict[str, list[Distribution]] = defaultdict(list)
    unreadable: list[Finding] = []
    for distribution in inventory.distributions.values():
        try:
            for top in distribution.record.tops:
                owners[top].append(distribution)
        except UnreadableError as error:
            folder = os.path.basename(distribution.information)
            unreadable.append(tell_unreadable(folder, f"RECORD: {error}"))
    return owners, unreadable


def tell_unreadable(folder: str, reason: str) -> Finding:
    """Return the finding of metadata that cannot be read."""
    return find(
        "metadata-unreadable",
        folder,
        f"The metadata in '{folder}' cannot be read: {reason}.",
        "Remove the folder, and install the distribution again.",
    )


def _judge_shared(owners: Owners, rows: Mapping[tuple[str, str], Row]) -> Iterator[Finding]:
    shared: dict[tuple[str, str], list[str]] = defaultdict(list)
    found: dict[str, Distribution] = {}
    for one, other, path in islice(_find_clashes(owners), MOST_CLASHES):
        found |= {one.key: one, other.key: other}
        shared[one.key, other.key].append(path)
    for (name, other_name), paths in sorted(shared.items()):
        one, other = found[name], found[other_name]
        row = rows.get((one.key, other.key)) or rows.get((other.key, one.key))
        count = f"{len(paths)} module{'s' if len(paths) > 1 else ''}, such as {min(paths)}"
        if row is not None:
            pair = f"{one.name} {one.release} with {other.name} {other.release}, {count}"
            yield tell_row(row, pair, Hit("", 0, ""))
            continue
        yield find(
            "files-shared",
            f"{one.key}/{other.key}",
            f"{one.name} {one.release} and {other.name} {other.release} both own {count}; the"
            " one installed last has won.",
            f'python -m pip uninstall "{one.name}" "{other.name}"  # then install one',
            (one.key, other.key),
        )


def _find_clashes(owners: Owners) -> Iterator[tuple[Distribution, Distribution, str]]:
    """Yield two owners of each file with different contents, and the file."""
    shared: dict[str, set[str]] = defaultdict(set)
    distributions: dict[str, Distribution] = {}
    for top, all_ in owners.items():
        if len(all_) > 1 and top not in _COMMON:
            for each in all_:
                distributions[each.key] = each
                shared[each.key].add(top)
    claims: dict[str, list[tuple[Distribution, str]]] = defaultdict(list)
    for key, distribution in sorted(distributions.items()):
        for path, digest in dict(distribution.record.files(shared[key])).items():
            claims[path].append((distribution, digest))
    for path, claimed in claims.items():
        for (one, digest), (other, theirs) in combinations(claimed, 2):
            # What is the same in both, such as the file of a namespace, hurts nobody.
            if not digest or digest != theirs:
                yield one, other, path


def _judge_missing(owners: Owners) -> Iterator[Finding]:
    for top, all_ in sorted(owners.items()):
        for distribution in all_:
            if top not in _COMMON and distribution.record.find_module(top) is None:
                yield find(
                    "files-missing",
                    distribution.key,
                    f"{distribution.name} {distribution.release} is listed as installed, and its"
                    f" module '{top}' is not there.",
                    "python -m pip install --force-reinstall"
                    f' "{distribution.name}=={distribution.release}"',
                    (distribution.key,),
                )


def _lacks_pkg_resources(inventory: Inventory) -> bool:
    setuptools = inventory.get("setuptools")
    return setuptools is None or setuptools.within(">=82")


def _judge_imports(owners: Owners) -> Iterator[Finding]:
    for top, all_ in sorted(owners.items()):
        distribution = all_[0]
        path = distribution.record.find_module(top)
        if path is None or not path.endswith(".py") or top == "pkg_resources":
            continue
        try:
            found = _IMPORT.search(read_file(path, MOST_BYTES))
        except (UnreadableError, FileNotFoundError):
            continue
        if found:
            yield find(
                "pkg-resources",
                distribution.key,
                f"{distribution.name} {distribution.release} imports 'pkg_resources', which comes"
                " with setuptools before 82 only.",
                'python -m pip install "setuptools<82"',
                (distribution.key, "setuptools"),
            )
