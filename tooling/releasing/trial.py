"""Runs the tests of a package as they are in a place, on wheels, in a fresh environment."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from imports import imported
from workspace import Package, packages

from .building import build_wheel
from .environment import Environment
from .siblings import find_asks

#: The tests that need nothing but Python.
LOCAL = "not services and not browser and not node and not fuzz"
PLUGINS = ("leaks", "examples")
"""The plugins in ``tooling`` that every test runs with."""


@dataclass(frozen=True)
class Trial:
    """One package's tests, and the wheels that they are run on.

    :param place: the checkout, or what was restored of one, that has the tests.
    :param wheel: the package.
    :param others: the wheels that it is tried with, by distribution, whatever its ranges say.
    """

    place: Path
    package: Package
    wheel: Path
    others: Mapping[str, Path]


def try_package(trial: Trial, folder: Path, *, slow: bool = False) -> tuple[bool, str]:
    """Return whether the tests passed, and the last thing that they said.

    Warnings of what is deprecated are allowed, as that is what a promise to keep it is for.

    :param folder: where environments are made.
    """
    home = Path(tempfile.mkdtemp(dir=folder))
    environment = Environment(home / "venv")
    ours = {trial.package.distribution: trial.wheel, **_build_needed(trial, home), **trial.others}
    environment.install(
        *(f"{name} @ {wheel.as_uri()}" for name, wheel in ours.items()),
        constraints=trial.place / "tooling" / "locked.txt",
        overrides=ours,
        group=trial.place / "pyproject.toml",
    )
    environment.verify(ours.values())
    tests = f"packages/{trial.package.name}/tests"
    done = environment.call(
        "-m", "pytest", "-q", "-n2", "-p", "no:cacheprovider", "-W", "default::DeprecationWarning",
        "-m", LOCAL if slow else f"{LOCAL} and not slow", tests, cwd=trial.place,
    )  # fmt: skip
    return done.returncode == 0, _summarise(done.stdout or done.stderr)


def _summarise(said: str) -> str:
    """Return the tests that failed and the last line, as a sentence."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    wrong = [line for line in lines if line.startswith(("FAILED", "ERROR"))][:5]
    return f"{'; '.join([*wrong, *lines[-1:]]).strip('= ')}."


def _build_needed(trial: Trial, out: Path) -> dict[str, Path]:
    """Build, of the same place, what else of ours the package asks for or its tests use."""
    members = {member.distribution: member for member in packages(trial.place)}
    names = {name for file in _find_sources(trial) for name in imported(file) | _find_run(file)}
    waiting = [trial.package, *(each for each in members.values() if each.module.name in names)]
    needed: dict[str, Package] = {}
    while waiting:
        member = waiting.pop()
        if member.distribution not in needed:
            needed[member.distribution] = member
            waiting += [members[ask.distribution] for ask in find_asks(member, members)]
    given = {trial.package.distribution, *trial.others}
    wanted = sorted(needed.keys() - given)
    return {name: build_wheel(trial.place, needed[name].name, out) for name in wanted}


def _find_run(file: Path) -> set[str]:
    """Return the modules that a test runs as programs."""
    return set(re.findall(r'"-m", "(\w+)"', file.read_text("utf-8")))


def _find_sources(trial: Trial) -> Iterator[Path]:
    """Yield the files of the tests, and the modules of ``tooling`` that they import."""
    waiting = [trial.place / "conftest.py", *(trial.package.folder / "tests").rglob("*.py")]
    waiting += [trial.place / "tooling" / f"{name}.py" for name in PLUGINS]
    seen: set[Path] = set()
    while waiting:
        file = waiting.pop()
        if file in seen or not file.is_file():
            continue
        seen.add(file)
        yield file
        waiting += [trial.place / "tooling" / f"{name}.py" for name in imported(file)]
