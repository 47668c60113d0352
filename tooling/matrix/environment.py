"""The environment of a cell: our wheels named as files, and the versions of its overlay."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from demo.wheels import WHERE, verify
from launch import Trouble
from workspace import ROOT, Package, closure, groups

from .plan import Combination, Overlay
from .program import Ended, run, shorten

PATIENCE = 600
VERSIONS = """
import json
from importlib.metadata import distributions
print(json.dumps({each.name: each.version for each in distributions()}))
"""


class CellError(Exception):
    """A cell has failed; the text is the reason."""


@dataclass(frozen=True)
class Environment:
    """A fresh environment.

    :param folder: of the cell; the environment is in it.
    """

    folder: Path

    @property
    def python(self) -> Path:
        """Its Python."""
        return self.folder / "venv" / "bin" / "python"

    def uv(self, *words: object) -> Ended:
        """Run uv on it, where no workspace can be found."""
        return run(("uv", *words, f"--python={self.python}"), self.folder, PATIENCE)

    def ask(self, code: str) -> str:
        """Return what a line of code prints there."""
        done = run((self.python, "-c", code), self.folder, PATIENCE)
        if not done.worked:
            raise CellError(shorten(done.output, self.folder))
        return done.output.strip()

    def versions(self) -> dict[str, str]:
        """Return what is installed."""
        found: dict[str, str] = json.loads(self.ask(VERSIONS))
        return {canonicalize_name(name): version for name, version in sorted(found.items())}


def make_environment(folder: Path, base: Path) -> Environment:
    """Make an empty environment.

    :param base: the Python that it is made with.
    :raises CellError: it cannot be made.
    """
    folder.mkdir(parents=True)
    done = run(("uv", "venv", "--quiet", f"--python={base}", folder / "venv"), folder, PATIENCE)
    if not done.worked:
        raise CellError(f"No environment: {shorten(done.output, folder)}")
    return Environment(folder)


def install(
    place: Environment, combination: Combination, overlay: Overlay, wheels: Mapping[str, Path]
) -> None:
    """Install a combination as its users would, then see that all of it fits.

    :raises CellError: no set of versions is possible, or what was installed is not from our
        wheels, or does not fit.
    """
    wanted = [*name_wheels(combination, wheels), *direct_requirements(combination)]
    options = [f"--resolution={overlay.resolution}", f"--prerelease={overlay.prerelease}"]
    if overlay.constraints:
        options.append(f"--constraint={ROOT / overlay.constraints}")
    done = place.uv(
        "pip", "install", "--quiet", "--no-sources", *options, *wanted, *overlay.bounds
    )
    if not done.worked:
        raise CellError(f"No set of versions: {shorten(done.output, place.folder)}")
    try:
        verify(Path(place.ask(WHERE)), dict(wheels))
    except Trouble as trouble:
        raise CellError(shorten(str(trouble), place.folder)) from None
    checked = place.uv("pip", "check", "--quiet")
    if not checked.worked:
        raise CellError(f"What is installed does not fit: {shorten(checked.output, place.folder)}")


def install_tools(place: Environment, overlay: Overlay) -> None:
    """Install what the tests need; what the product has stays as it is.

    :raises CellError: the tests' tools want other versions than the product has.
    """
    held = place.versions()
    pins = place.folder / "held.txt"
    lines = [f"{name}=={version}" for name, version in held.items() if not _is_ours(name)]
    pins.write_text("\n".join(lines) + "\n", "utf-8")
    tools = [
        line for line in groups()["tests"] if canonicalize_name(Requirement(line).name) not in held
    ]
    options = [f"--constraint={pins}"]
    if overlay.constraints:
        options.append(f"--constraint={ROOT / overlay.constraints}")
    done = place.uv("pip", "install", "--quiet", "--no-sources", *options, *tools)
    if not done.worked:
        raise CellError(f"No tools for the tests: {shorten(done.output, place.folder)}")


def members(combination: Combination) -> Iterator[tuple[Package, frozenset[str]]]:
    """Yield the packages of a combination, each with the extras that are asked of it."""
    asked: dict[str, frozenset[str]] = {}
    found: dict[str, Package] = {}
    waiting = [Requirement(line) for line in combination.install]
    ours = {
        package.distribution for line in waiting for package in closure(line.name, *line.extras)
    }
    while waiting:
        line = waiting.pop()
        name = canonicalize_name(line.name)
        package = closure(name)[0]
        found.setdefault(name, package)
        fresh = frozenset(line.extras) - asked.get(name, frozenset())
        first = name not in asked
        asked[name] = asked.get(name, frozenset()) | fresh
        more = [
            *(package.dependencies if first else ()),
            *(r for e in fresh for r in package.extras[e]),
        ]
        waiting += [each for each in more if canonicalize_name(each.name) in ours]
    yield from ((found[name], asked[name]) for name in sorted(found))


def name_wheels(combination: Combination, wheels: Mapping[str, Path]) -> list[str]:
    """Return the wheels of a combination, named as files with their extras."""
    named = []
    for package, extras in members(combination):
        brackets = f"[{','.join(sorted(extras))}]" if extras else ""
        named.append(f"{package.distribution}{brackets} @ {wheels[package.distribution].as_uri()}")
    return named


def direct_requirements(combination: Combination) -> list[str]:
    """Return what the packages of a combination ask of others, so that floors are direct."""
    lines = {
        str(line)
        for package, extras in members(combination)
        for line in (*package.dependencies, *_of(package, extras))
        if not _is_ours(line.name)
    }
    return sorted(lines)


def _of(package: Package, extras: Iterable[str]) -> Iterator[Requirement]:
    for extra in extras:
        yield from package.extras[extra]


def _is_ours(name: str) -> bool:
    return canonicalize_name(name) == "stack" or canonicalize_name(name).startswith("stack-")
