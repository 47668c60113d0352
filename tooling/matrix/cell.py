"""Running one cell."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from services import SERVICES, answers, find_place

from .environment import CellError, Environment, install, install_tools, make_environment
from .interpreter import find_python
from .outcome import Outcome, read_report
from .plan import Cell, Plan
from .program import run, shorten
from .tree import choose_paths, is_below, list_foreign, list_without

PATIENCE = 1800
#: pytest's exit code for a run in which no test was chosen.
NOTHING = 5
VERSION = "import platform; print(platform.python_version())"
#: The judgement itself came later than the command that finds others.
HAS_DOCTOR = "from importlib.util import find_spec; print(bool(find_spec('stack_doctor._doctor')))"
#: Distributions whose versions the table tells; the results have all of them.
OURS = "stack"


@dataclass(frozen=True)
class Bench:
    """What all cells share.

    :param folder: in which each has a folder of its own.
    :param tree: the tests without the sources.
    :param wheels: of our distributions, by name.
    """

    plan: Plan
    folder: Path
    tree: Path
    wheels: Mapping[str, Path]
    workers: int = 2
    find_python: Callable[[str], Path | None] = find_python

    def run(self, cell: Cell) -> Outcome:
        """Return what comes of a cell; whatever goes wrong is its outcome."""
        base = self.find_python(cell.python)
        if base is None:
            return Outcome("not run", f"Python {cell.python} is not on this machine.")
        service = self.plan.databases[cell.database].service
        if service and not answers(*find_place(service)):
            return Outcome(
                "not run", f"{service} does not answer; {SERVICES[service][0]} names it."
            )
        began = time.monotonic()
        try:
            found = self._run(cell, base)
        except CellError as error:
            found = Outcome("failed", str(error))
        return replace(found, seconds=round(time.monotonic() - began))

    def _run(self, cell: Cell, base: Path) -> Outcome:
        combination = self.plan.combinations[cell.combination]
        overlay = self.plan.overlays[cell.overlay]
        place = make_environment(self.folder / cell.id, base)
        install(place, combination, overlay, self.wheels)
        known = Outcome("passed", python=place.ask(VERSION), versions=_others(place.versions()))
        doctor = _ask_doctor(place)
        if doctor not in ("", "fine"):
            return replace(known, verdict="failed", reason=doctor, doctor=doctor)
        install_tools(place, overlay)
        return self._test(cell, place, replace(known, doctor=doctor))

    def _test(self, cell: Cell, place: Environment, known: Outcome) -> Outcome:
        """Run the tests of a cell."""
        database = self.plan.databases[cell.database]
        names = self.plan.combinations[cell.combination].tests
        extent = self.plan.extents[cell.extent]
        paths = choose_paths(names, extent)
        foreign = list_foreign(self.tree, paths, place.versions().keys())
        report = place.folder / "report.xml"
        words: Sequence[str] = [
            *("-q", "-p", "no:cacheprovider", f"-n{self.workers}", "-m", database.marks),
            *(("-k", database.words) if database.words else ()),
            *(f"--ignore={path}" for path in (*foreign, *list_without(extent))),
            f"--junitxml={report}",
        ]
        # What is named is collected although a folder around it is left out.
        paths = [path for path in paths if not is_below(path, foreign)]
        ended = run((place.python, "-m", "pytest", *words, *paths), self.tree, PATIENCE)
        if ended.code is None:
            return replace(known, verdict="failed", reason=f"No end after {PATIENCE} seconds.")
        if not report.is_file() or ended.code == NOTHING:
            said = shorten(ended.output[-1000:], place.folder, self.tree)
            return replace(known, verdict="failed", reason=f"No test was run: {said}")
        passed, skipped, failed, first = read_report(report, place.folder, self.tree)
        wrong = failed or not ended.worked
        said = first or shorten(ended.output[-1000:], place.folder, self.tree)
        return replace(
            known,
            verdict="failed" if wrong else "passed",
            reason=said if wrong else "",
            passed=passed,
            skipped=skipped,
            failed=failed,
            left_out=len(foreign),
        )


def _others(versions: Mapping[str, str]) -> dict[str, str]:
    """Return what is not ours."""
    return {
        name: version
        for name, version in versions.items()
        if name != OURS and not name.startswith(f"{OURS}-")
    }


def _ask_doctor(place: Environment) -> str:
    """Return what the doctor says of an environment: "fine", its words, or nothing without one."""
    if "stack-doctor" not in place.versions() or place.ask(HAS_DOCTOR) != "True":
        return ""
    done = run((place.python, "-m", "stack_doctor", "doctor"), place.folder, 60)
    return "fine" if done.worked else f"stack doctor: {shorten(done.output, place.folder)}"
