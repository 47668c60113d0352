"""Proves all releases, with no credentials: made again, installed from the index, and flipped."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from launch import Trouble
from workspace import ROOT, Package, packages

from .changelog import NAME, find_section
from .environment import Environment
from .flip import Flip
from .index import Index, fill
from .record import Release, find_newest, read_releases
from .roof import ROOF, find_missing_parts

DOCTOR = "stack-doctor"
Say = Callable[[str], None]


def verify(index: Index, root: Path = ROOT, *, full: bool = False) -> int:
    """Prove every release and print what was proven; the exit code.

    :param full: flip two minors, with the slow tests.
    :raises Trouble: something is not as it was released.
    """
    releases = read_releases(root)
    if not releases:
        raise Trouble("Nothing is released yet: 'release.py plan' shows the wave that is due.")
    members = {member.distribution: member for member in packages(root)}
    _check_texts(releases, members)
    index.check(releases)
    made = fill(index, releases, root, anew=True)
    print(f"{len(made)} releases were made again from the history, bit by bit the same, and each"
          " wheel from its sdist, too:", ", ".join(map(str, made)), flush=True)  # fmt: skip
    newest = find_newest(releases)
    for release in newest.values():
        for extra in ("", *members[release.distribution].extras):
            _install(index, newest, release, extra)
    _install_all(index, newest, members)
    if ROOF in members and ROOF not in newest:
        waits = find_missing_parts(members[ROOF], newest) or f"{ROOF} has no release yet."
        print(f"{waits} Its extras are not installed from the index.")
    failed = False
    for cell in Flip(index, root, 2 if full else 1, full).run():
        failed |= cell.outcome == "failed"
        print(cell, flush=True)
    return int(failed)


def _check_texts(releases: tuple[Release, ...], members: Mapping[str, Package]) -> None:
    """Hold versions, changelogs and ranges against the record."""
    for name, release in find_newest(releases).items():
        stands = members[name].project["version"]
        if stands != str(release.version):
            raise Trouble(f"{name} stands at {stands}, and {release} is its newest release.")
    for release in releases:
        log = (members[release.distribution].folder / NAME).read_text("utf-8")
        if find_section(log, release.version) is None:
            raise Trouble(f"The changelog of {release.distribution} lacks {release.version}.")


@contextmanager
def _environment() -> Iterator[Environment]:
    with tempfile.TemporaryDirectory() as folder:
        yield Environment(Path(folder) / "venv")


def _install(index: Index, newest: Mapping[str, Release], release: Release, extra: str) -> None:
    """Install one release alone, with an extra, as somebody would who needs nothing else."""
    asked = f"{release.distribution}{f'[{extra}]' if extra else ''}=={release.version}"
    with _environment() as environment:
        environment.install(asked, index=index)
        environment.check()
        found = environment.verify(index.files.glob("*.whl"))
        print(f"{asked} installs from the index: {', '.join(found)}", flush=True)


def _install_all(
    index: Index, newest: Mapping[str, Release], members: Mapping[str, Package]
) -> None:
    """Install the newest release of each together, import them, and let the doctor look."""
    asked = [f"{each.distribution}=={each.version}" for each in newest.values()]
    with _environment() as environment:
        environment.install(*asked, index=index)
        environment.check()
        environment.verify(index.files.glob("*.whl"))
        modules = ", ".join(members[name].module.name for name in newest)
        done = environment.call("-W", "error", "-c", f"import {modules}")
        if done.returncode:
            raise Trouble(f"The newest releases cannot be imported together: {done.stderr}")
        print(f"All of the newest together install and import: {', '.join(asked)}")
        if DOCTOR in newest:
            print(_ask_doctor(environment, newest[DOCTOR]), flush=True)


def _ask_doctor(environment: Environment, release: Release) -> str:
    """Let the released doctor judge the environment that it is in."""
    done = environment.call("-m", "stack_doctor", "--help")
    if not any(line.split()[:1] == ["doctor"] for line in done.stdout.splitlines()):
        return f"'stack doctor' is not there: {release} has no such command."
    done = environment.call("-m", "stack_doctor", "doctor")
    if done.returncode:
        raise Trouble(f"'stack doctor' on the newest releases: {done.stdout}{done.stderr}")
    return f"'stack doctor' finds nothing: {' '.join(done.stdout.split())}"
