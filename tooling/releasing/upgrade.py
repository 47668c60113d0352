"""The upgrade of the demo: made with released packages, it goes on with its data with today's.

The demo is made by the release's own program, as somebody made it then. After that only the
packages change, and every answer must be the same; then the application gets today's feature with
its revisions, and no row may be lost or changed.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from demo.workshop import EXTRAS, FEATURE, LOCKED, Workshop
from launch import ROOT, Trouble
from workspace import closure

from .building import check_same, digest, run, uv
from .comparison import Counts, compare, compare_data
from .history import find_commit, restore
from .index import build_today
from .questions import ask
from .record import Release, find_last_minors, read_releases

SAMPLE = 3_000
CORE = "stack-core"


def upgrade(root: Path = ROOT, sample: int = SAMPLE) -> int:
    """Upgrade a demo with this many flights, and print what became of it; the exit code.

    :raises Trouble: something of it is lost, or does not work.
    """
    releases = read_releases(root)
    minors = find_last_minors(releases, CORE)
    if not minors:
        raise Trouble(f"{CORE} has no release yet: there is no earlier demo to upgrade.")
    with tempfile.TemporaryDirectory() as folder:
        place = restore(find_commit(minors[-1], root), Path(folder) / "place", root)
        workshop = _make(place, releases, sample)
        before, kept = ask(workshop), count(workshop)
        flights = f"{kept['flight']:,} flights"
        print(
            f"Made with {minors[-1]} and its siblings: {flights}, {len(before)} questions asked."
        )
        wheels = build_today(Path(folder) / "today", root)
        _install(workshop, wheels)
        _migrate(workshop)
        compare(before, ask(workshop), kept, count(workshop))
        print(f"With today's {_name(wheels)}: every answer and every count is the same.")
        _renew_feature(workshop)
        _migrate(workshop)
        compare_data(before, ask(workshop), kept, count(workshop))
        print("With today's feature and its revisions: every page answers, no row is lost.")
    return 0


def _make(place: Path, releases: tuple[Release, ...], sample: int) -> Workshop:
    """Make the demo of a place with that place's own program, from what was released."""
    (ROOT / ".tools" / "cache").mkdir(parents=True, exist_ok=True)
    (place / ".tools").symlink_to(ROOT / ".tools", target_is_directory=True)
    run("The earlier demo cannot be made", sys.executable, place / "tooling" / "demo",
        "--no-serve", f"--sample={sample}", cwd=place)  # fmt: skip
    workshop = Workshop(place / ".demo")
    recorded = {name: sha256 for release in releases for name, sha256 in release.files.items()}
    for wheel in workshop.wheels.glob("*.whl"):
        if wheel.name in recorded:
            check_same(wheel.name, digest(wheel), recorded[wheel.name], "the released one")
    return workshop


def _install(workshop: Workshop, wheels: dict[str, Path]) -> None:
    """Put today's wheels into the environment in place of the released ones."""
    roof = f"stack[{','.join(EXTRAS)}] @ {wheels['stack'].as_uri()}"
    needed = [package.distribution for package in closure("stack", *EXTRAS)]
    others = [f"{name} @ {wheels[name].as_uri()}" for name in needed if name != "stack"]
    python = f"--python={workshop.program('python')}"
    run("Today's wheels cannot be installed", uv(), "pip", "install", "--quiet", "--no-sources",
        "--reinstall-package=stack", python, f"--constraint={LOCKED}", roof, *others,
        *(f"--reinstall-package={name}" for name in needed), cwd=workshop.folder)  # fmt: skip
    run("Today's wheels do not fit together", uv(), "pip", "check", python, cwd=workshop.folder)


def _migrate(workshop: Workshop) -> None:
    for words in (("db", "upgrade"), ("db", "check")):
        doing = f"'flask {' '.join(words)}' does not work on the earlier demo"
        workshop.run(doing, workshop.program("flask"), *words, cwd=workshop.application)


def _renew_feature(workshop: Workshop) -> None:
    """Put today's feature into the application, as whoever wrote it would."""
    feature = workshop.application / workshop.application.name / "flights"
    shutil.rmtree(feature)
    ignored = shutil.ignore_patterns("__pycache__", "migrations", "README.md")
    shutil.copytree(FEATURE, feature, ignore=ignored)
    for revision in (FEATURE / "migrations").glob("*.py"):
        shutil.copy(revision, workshop.application / "migrations" / "versions")


def count(workshop: Workshop) -> Counts:
    """Return the number of rows in every table of the demo."""
    file = workshop.application / "instance" / "app.db"
    with closing(sqlite3.connect(file)) as connection:
        statement = "SELECT name FROM sqlite_master WHERE type = 'table'"
        names = [name for (name,) in connection.execute(statement) if name.isidentifier()]
        rows = [(name, f'SELECT count(*) FROM "{name}"') for name in sorted(names)]
        return {name: connection.execute(query).fetchone()[0] for name, query in rows}


def _name(wheels: dict[str, Path]) -> str:
    return ", ".join(" ".join(wheel.name.split("-")[:2]) for wheel in wheels.values())
