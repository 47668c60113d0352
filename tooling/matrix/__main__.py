"""Runs the matrix of versions, or a part of it: ``nox -s matrix``.

Each cell is an environment of its own, filled from built wheels; what came of it is written to
``integration/matrix-results.json``, and the page of the documentation is made of that.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from matrix.cell import Bench
from matrix.interpreter import find_python
from matrix.outcome import Outcome, read_results, write_results
from matrix.page import PAGE, render
from matrix.plan import Cell, Plan, read_plan
from matrix.tree import copy_tests
from wheels import build, find_wheels
from workspace import ROOT


def main(argv: Sequence[str] | None = None) -> int:
    """Run what was asked for; 1 when a cell has failed or the page is not what it would be."""
    arguments = _parse(argv)
    plan = read_plan()
    if arguments.check:
        return check(plan)
    if arguments.write:
        keep_results(plan, read_results())
        return 0
    cells = choose(plan, arguments)
    if not cells:
        print("No cell is called so. 'integration/matrix.toml' has all of them.", file=sys.stderr)
        return 2
    failed = run_cells(plan, cells, keep=not arguments.short)
    return 1 if failed else 0


def choose(plan: Plan, arguments: argparse.Namespace) -> list[Cell]:
    """Return the cells that were asked for."""
    if arguments.short:
        python = next((each for each in plan.pythons if find_python(each)), plan.pythons[0])
        return plan.short(python)
    if arguments.leg:
        return [cell for name, cells in plan.legs() if name in arguments.leg for cell in cells]
    cells = plan.cells()
    if arguments.cell:
        return [cell for cell in cells if cell.id in arguments.cell]
    return cells


def run_cells(plan: Plan, cells: Sequence[Cell], *, keep: bool) -> int:
    """Run cells one after the other and return how many failed.

    :param keep: write each result when it is there, so that a run may be ended.
    """
    failed = 0
    known = read_results()
    with tempfile.TemporaryDirectory(prefix="matrix-") as name:
        folder = Path(name).resolve()
        build(ROOT, folder / "wheels", "--wheel")
        bench = Bench(plan, folder, copy_tests(folder), find_wheels(folder / "wheels"))
        for number, cell in enumerate(cells, 1):
            found = bench.run(cell)
            failed += found.verdict == "failed"
            print(f"{number}/{len(cells)} {describe(cell, found)}", flush=True)
            if keep:
                known[cell.id] = found
                keep_results(plan, known)
            shutil.rmtree(folder / cell.id, ignore_errors=True)
    return failed


def keep_results(plan: Plan, known: dict[str, Outcome]) -> None:
    """Write the results of the matrix, and the page that is made of them."""
    write_results(plan.cells(), known)
    PAGE.write_text(render(plan, read_results()), "utf-8")


def describe(cell: Cell, found: Outcome) -> str:
    """Return one line about a cell."""
    if found.verdict == "not run":
        return f"{cell.id}: not run. {found.reason}"
    counts = f"{found.passed} passed, {found.skipped} skipped, {found.failed} failed"
    doctor = f", doctor {found.doctor}" if found.doctor == "fine" else ""
    reason = f": {found.reason}" if found.reason else ""
    return f"{cell.id}: {found.verdict} in {found.seconds} s ({counts}{doctor}){reason}"


def check(plan: Plan) -> int:
    """Tell whether the page and the results are of this matrix."""
    known = read_results()
    faults = []
    if list(known) != [cell.id for cell in plan.cells()]:
        faults.append(
            "integration/matrix-results.json has other cells than integration/matrix.toml"
        )
    if PAGE.read_text("utf-8") != render(plan, known):
        faults.append("docs/compatibility.md is not what the results say")
    for fault in faults:
        print(f"{fault}. Run: python tooling/matrix --write", file=sys.stderr)
    return 1 if faults else 0


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="matrix", description=__doc__)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--short", action="store_true", help="what CI runs; nothing is written")
    which.add_argument("--leg", action="append", help="the cells of a leg, as often as you like")
    which.add_argument("--cell", action="append", help="a cell by its id, as often as you like")
    which.add_argument("--check", action="store_true", help="whether results and page are of it")
    which.add_argument("--write", action="store_true", help="write both anew from what is known")
    return parser.parse_args(argv)


if __name__ == "__main__":
    raise SystemExit(main())
