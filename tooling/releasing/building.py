"""Builds the two files of a release, the same bytes each time."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

from download import find_uv
from launch import ROOT, Place, Trouble, explain

EPOCH = "1767225600"
"""The moment that archives carry, so that they do not depend on the clock."""


def run(
    doing: str, *command: str | Path, cwd: Path | None = None, given: str | None = None
) -> str:
    """Run a program to its end and return what it prints.

    :param doing: the start of the sentence if it fails.
    :param given: what it reads.
    :raises Trouble: it fails.
    """
    done = attempt(*command, cwd=cwd, given=given)
    if done.returncode:
        raise explain(doing, f"{done.stdout}\n{done.stderr}")
    return done.stdout


def attempt(
    *command: str | Path, cwd: Path | None = None, given: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, whatever that is, without the settings of other work."""
    environment = {n: v for n, v in os.environ.items() if n not in _FOREIGN}
    settings = {"SOURCE_DATE_EPOCH": EPOCH, "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**environment, **settings},
        input=given,
        stdin=subprocess.DEVNULL if given is None else None,
        capture_output=True,
        text=True,
        errors="replace",
    )


_FOREIGN = {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "COLUMNS", "NO_COLOR", "FORCE_COLOR"}


def uv() -> str:
    """Return the program uv.

    :raises Trouble: there is none.
    """
    return find_uv(Place(ROOT))


def build(place: Path, package: str, out: Path) -> dict[str, str]:
    """Build the sdist of a package, from that its wheel, and return the SHA-256 of each file.

    The lock of that place says by which release of the build system: that is in the wheel, too.

    :param place: a checkout, or what was restored of one.
    :param package: the folder in ``packages``.
    """
    made = out / package
    made.mkdir(parents=True)
    _build(place, place / "packages" / package, made, "--sdist")
    (sdist,) = made.glob("*.tar.gz")
    _build(place, sdist, made, "--wheel")
    files = sorted(file for file in made.iterdir() if file.suffix in {".whl", ".gz"})
    return {file.rename(out / file.name).name: digest(out / file.name) for file in files}


def build_wheel(place: Path, package: str, out: Path) -> Path:
    """Build the wheel of a package from its folder, not from the sdist, and return it."""
    made = out / f"{package}-wheel"
    made.mkdir(parents=True)
    _build(place, place / "packages" / package, made, "--wheel")
    (wheel,) = made.glob("*.whl")
    return wheel


def _build(place: Path, source: Path, out: Path, kind: str) -> None:
    # With the build system that is locked, and not with the one that uv has of its own version.
    options = ["--quiet", "--force-pep517", "--no-sources", kind, f"--out-dir={out}"]
    locked = f"--build-constraints={place / 'tooling' / 'locked.txt'}"
    run(f"{source.name} cannot be built", uv(), "build", source, *options, locked, cwd=place)


def check_same(name: str, found: str, expected: str, what: str) -> None:
    """Refuse another file.

    :param what: where the expected one is from, as the end of a sentence.
    :raises Trouble: the two SHA-256 differ.
    """
    if found != expected:
        raise Trouble(
            f"{name} is another file than {what}: its SHA-256 is {found[:16]}… and not"
            f" {expected[:16]}…"
        )


def digest(file: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
