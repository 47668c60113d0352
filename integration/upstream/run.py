"""Run the test suite of Flask-SQLAlchemy or Flask-Migrate with ``stack_db.Database``.

    python integration/upstream/run.py flask-sqlalchemy --sqlalchemy 2.1

The suite comes from the source distribution, its files unchanged. Exit 0: as
``suites.toml`` says; 1: it differs; 2: it could not be run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from environment import CannotRun, Environment, unpack

from download import Download  # 'environment' has put the tooling on the path
from launch import Trouble

HERE = Path(__file__).resolve().parent
SECONDS = 1200
PASSES = {"passed", "skipped"}

Outcomes = dict[str, str]


def main(arguments: list[str] | None = None) -> int:
    """Parse the arguments, run, print the summary and return the exit code."""
    suites = tomllib.loads((HERE / "suites.toml").read_text("utf-8"))
    options = parse(suites, arguments)
    suite = suites[options.suite]
    try:
        environment = Environment(
            options.python, [f"sqlalchemy=={options.sqlalchemy}.*", *suite["requirements"]]
        )
        environment.build()
        archive = Download(f"{options.suite}=={suite['version']}", suite["sha256"]).fetch()
        return judge(options, suite, environment, archive)
    except (CannotRun, Trouble, OSError, subprocess.TimeoutExpired) as error:
        print(f"The suite could not be run: {error}", file=sys.stderr)
        return 2


def parse(suites: dict[str, Any], arguments: list[str] | None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("suite", choices=sorted(suites))
    parser.add_argument(
        "--sqlalchemy", default="2.1", metavar="VERSION", help="2.0, 2.1 or 2.0.36"
    )
    parser.add_argument("--python", default=sys.executable, help="the interpreter to use")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--theirs", action="store_true", help="the baseline: their own class")
    which.add_argument(
        "--compare", action="store_true", help="both; nothing may fail that passes with theirs"
    )
    return parser.parse_args(arguments)


def judge(
    options: argparse.Namespace, suite: dict[str, Any], environment: Environment, archive: Path
) -> int:
    """Run what was asked for and hold it against the list of known failures."""
    title = f"{options.suite} {suite['version']} on SQLAlchemy {environment.version('sqlalchemy')}"
    theirs: Outcomes = {}
    if options.theirs or options.compare:
        theirs, _ = run_suite(environment, archive, ours=False)
        print(f"{title}, with theirs: {count(theirs)}")
        if options.theirs:
            return 0
    ours, output = run_suite(environment, archive, ours=True)
    known = find_known(suite, options.sqlalchemy)
    complaints = [*complain(ours, known), *complain_worse(ours, theirs)]
    failed = len(failures(ours) & known.keys())
    if complaints:
        print(output)
    print(f"{title}, with stack_db.Database: {count(ours)} ({failed} known)")
    for test in sorted(failures(ours) & known.keys()):
        print(f"  known: {test}\n    {known[test]}")
    for complaint in complaints:
        print(f"  {complaint}", file=sys.stderr)
    return 1 if complaints else 0


def run_suite(environment: Environment, archive: Path, *, ours: bool) -> tuple[Outcomes, str]:
    """Run a suite in a fresh copy of its source distribution; return what pytest printed too.

    :param ours: with our class in the place of theirs.
    """
    with tempfile.TemporaryDirectory(prefix="upstream-") as name:
        folder = unpack(archive, Path(name))
        written = Path(name) / "outcomes.json"
        paths = [HERE / "hook", HERE] if ours else [HERE]
        variables = {
            **{key: value for key, value in os.environ.items() if not key.startswith("FLASK_")},
            "PATH": os.pathsep.join([str(environment.bin), os.environ.get("PATH", "")]),
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            "UPSTREAM_OUTCOMES": str(written),
        }
        check_class(environment, variables, ours=ours)
        command = [str(environment.python), "-m", "pytest", "-q", "--tb=short", "-p", "outcomes"]
        done = subprocess.run(
            [*command, "-p", "no:cacheprovider", "tests"],
            cwd=folder,
            env=variables,
            timeout=SECONDS,
            capture_output=True,
            text=True,
            check=False,
        )
        if not written.is_file() or done.returncode not in (0, 1):
            raise CannotRun(f"pytest ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        outcomes: Outcomes = json.loads(written.read_text("utf-8"))
    if not outcomes:
        raise CannotRun("pytest found no test.")
    return outcomes, done.stdout


def check_class(environment: Environment, variables: dict[str, str], *, ours: bool) -> None:
    """Make sure that the class under test is the one that is meant, in child processes too."""
    code = "import flask_sqlalchemy; print(flask_sqlalchemy.SQLAlchemy.__module__, end='')"
    done = subprocess.run(
        [str(environment.python), "-c", code],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    wanted = "stack_db.database" if ours else "flask_sqlalchemy.extension"
    if done.stdout != wanted:
        raise CannotRun(f"The class under test is of {done.stdout!r}, not {wanted}. {done.stderr}")


def find_known(suite: dict[str, Any], sqlalchemy: str) -> dict[str, str]:
    """Return the known failures of one SQLAlchemy version, with their reasons."""
    line = ".".join(sqlalchemy.split(".")[:2])
    return {
        test: entry["reason"]
        for entry in suite.get("known", ())
        if line in entry["sqlalchemy"]
        for test in entry["tests"]
    }


def complain(ours: Outcomes, known: dict[str, str]) -> Iterator[str]:
    """Yield where the outcomes and the list of known failures disagree."""
    for test in sorted(failures(ours) - known.keys()):
        yield f"{ours[test]} and not listed: {test}"
    for test in sorted(known):
        if test not in ours:
            yield f"listed and not run: {test}"
        elif ours[test] in PASSES:
            yield f"listed and {ours[test]}: {test}"


def complain_worse(ours: Outcomes, theirs: Outcomes) -> Iterator[str]:
    """Yield the tests that fail with our class only."""
    for test, word in sorted(theirs.items()):
        if word in PASSES and ours.get(test, "missing") not in PASSES:
            yield f"passes with theirs, {ours.get(test, 'missing')} with ours: {test}"


def failures(outcomes: Outcomes) -> set[str]:
    """Return the tests that did not pass."""
    return {test for test, word in outcomes.items() if word not in PASSES}


def count(outcomes: Outcomes) -> str:
    """Return the numbers of a run as text."""
    words = Counter(outcomes.values())
    return ", ".join(f"{words[word]} {word}" for word in sorted(words, key=lambda w: -words[w]))


if __name__ == "__main__":
    sys.exit(main())
