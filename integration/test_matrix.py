"""The matrix of versions: which cells there are, and that none of them passes by accident."""

from __future__ import annotations

import sys
import time
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from matrix import __main__ as command
from matrix.cell import Bench
from matrix.environment import (
    CellError,
    Environment,
    direct_requirements,
    install,
    make_environment,
    members,
)
from matrix.interpreter import VARIABLE, find_python
from matrix.outcome import NEVER, Outcome, read_report, read_results, write_results
from matrix.page import render
from matrix.plan import PLAN, Cell, Plan, read_plan
from matrix.program import run, shorten
from matrix.tree import choose_paths, copy_tests, is_below, list_foreign, list_without
from workspace import packages

CELL = Cell("3.11", "locked", "core", "sqlite", "all")
SUITE = """
import pytest

def test_good(): assert True

@pytest.mark.skip(reason="not here")
def test_left_out(): pass

def test_bad(): assert 1 == 2, "one is not two, says {place}"
"""


def make_bench(folder: Path, **values: object) -> Bench:
    """Return a bench with a tree of tests that is one file of the package core."""
    tests = folder / "tree" / "packages" / "core" / "tests"
    tests.mkdir(parents=True)
    (folder / "tree" / "tooling").mkdir()
    (tests / "test_few.py").write_text(SUITE.replace("{place}", str(folder)))
    markers = ", ".join(f'"{mark}"' for mark in ("services", "browser", "node", "fuzz", "slow"))
    (folder / "tree" / "pytest.toml").write_text(f"[pytest]\nmarkers = [{markers}]\n")
    plan = read_plan()
    plan.combinations["core"] = replace(plan.combinations["core"], tests=("core",))
    return replace(Bench(plan, folder, folder / "tree", {}, workers=0), **values)  # type: ignore[arg-type]


def borrow(folder: Path) -> Environment:
    """Return the environment of these tests, as if it were a cell's."""
    (folder / CELL.id).mkdir()
    (folder / CELL.id / "venv").symlink_to(sys.prefix)
    return Environment(folder / CELL.id)


def test_cells_are_as_the_architecture_wants_them() -> None:
    """Every Python meets every overlay, with the whole product; no cell is there twice."""
    plan = read_plan()
    cells = plan.cells()
    assert len({cell.id for cell in cells}) == len(cells)
    whole = {
        (c.python, c.overlay) for c in cells if (c.combination, c.database) == ("whole", "sqlite")
    }
    assert whole >= {(python, overlay) for python in plan.pythons for overlay in plan.overlays}
    assert {cell.combination for cell in cells} == set(plan.combinations)
    assert {cell.database for cell in cells} == set(plan.databases)
    assert {cell.overlay for cell in plan.short("3.11")} == {"floors", "newest"}


def test_whole_product_is_every_package() -> None:
    """A package that is new is in the matrix, and its tests are run."""
    whole = read_plan().combinations["whole"]
    assert {package.name for package, _ in members(whole)} == {each.name for each in packages()}
    assert set(whole.tests) == {each.name for each in packages()}


def test_paths_of_an_extent_are_there() -> None:
    """A test file that was renamed is not left out in silence."""
    for extent in read_plan().extents.values():
        names = [package.name for package in packages()]
        paths = choose_paths(names, extent)
        for path in (*paths, *list_without(extent)):
            assert (PLAN.parents[1] / path).exists(), path
        assert {path.split("/")[1] for path in paths} == {*names}


def test_floors_are_asked_for_by_themselves() -> None:
    """What only another package would ask for would come in its newest release."""
    lines = direct_requirements(read_plan().combinations["whole"])
    named = {Requirement(line).name.lower() for line in lines}
    assert {"flask", "sqlalchemy", "msgspec", "click", "pytest", "psycopg", "redis"} <= named
    assert not [line for line in lines if line.startswith("stack")]


@pytest.mark.parametrize("axis", ["pythons", "overlays", "combinations", "databases", "extent"])
def test_leg_that_names_nothing_is_refused(axis: str) -> None:
    """A slip in the matrix is an error, not a cell that is never run."""
    content = tomllib.loads(PLAN.read_text("utf-8"))
    content["legs"][0][axis] = "nonsense" if axis == "extent" else ["nonsense"]
    with pytest.raises(ValueError, match="'nonsense'"):
        Plan(content)


def test_absent_python_is_not_run(tmp_path: Path) -> None:
    """It is told, and no more than told."""
    found = make_bench(tmp_path, find_python=lambda version: None).run(CELL)
    assert found == Outcome("not run", "Python 3.11 is not on this machine.")


def test_python_is_found_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the path, or in a folder that a variable names; a version that nobody has is nowhere."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv(VARIABLE, str(Path(sys.base_prefix) / "bin"))
    found = find_python(version)
    assert found is not None
    assert f"Python {version}" in run((found, "--version"), tmp_path, 60).output
    assert find_python("3.99") is None


def test_absent_server_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that does not answer is told by its name, without its address."""
    monkeypatch.setenv("STACK_TEST_POSTGRES", "postgresql+psycopg://someone:secret@127.0.0.1:1/x")
    bench = make_bench(tmp_path, find_python=lambda version: Path(sys.executable))
    found = bench.run(replace(CELL, database="postgresql"))
    assert found.verdict == "not run"
    assert found.reason == "PostgreSQL does not answer; STACK_TEST_POSTGRES names it."


def test_python_that_does_not_work_fails(tmp_path: Path) -> None:
    """What cannot be made is a failure, with the words of whoever refused."""
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o700)
    found = make_bench(tmp_path, find_python=lambda version: broken).run(CELL)
    assert (found.verdict, found.reason.partition(":")[0]) == ("failed", "No environment")
    assert str(tmp_path) not in found.reason


def test_versions_that_cannot_be_fail(tmp_path: Path) -> None:
    """Where the resolver refuses, its reason is the cell's."""
    plan = read_plan()
    place = make_environment(tmp_path / "cell", Path(sys.executable))
    overlay = replace(plan.overlays["newest"], bounds=("flask<3",))
    wheels = {each.distribution: tmp_path / "no.whl" for each in packages()}
    with pytest.raises(CellError, match="No set of versions: ") as error:
        install(place, plan.combinations["core"], overlay, wheels)
    assert str(tmp_path) not in str(error.value)


def test_failing_test_fails_the_cell(tmp_path: Path) -> None:
    """One is enough; it is named, counted, and its words hold no path of the machine."""
    bench = make_bench(tmp_path)
    found = bench._test(CELL, borrow(tmp_path), Outcome("passed", python="3.11.0"))
    assert (found.verdict, found.passed, found.skipped, found.failed) == ("failed", 1, 1, 1)
    assert "test_bad" in found.reason
    assert "one is not two" in found.reason
    assert str(tmp_path) not in found.reason
    assert found.python == "3.11.0"


def test_cell_passes_with_what_was_run(tmp_path: Path) -> None:
    """The counts are those of pytest's own report."""
    bench = make_bench(tmp_path)
    suite = tmp_path / "tree" / "packages" / "core" / "tests" / "test_few.py"
    suite.write_text(suite.read_text().partition("def test_bad")[0])
    found = bench._test(CELL, borrow(tmp_path), Outcome("passed"))
    assert (found.verdict, found.passed, found.skipped, found.failed) == ("passed", 1, 1, 0)


def test_cell_without_a_test_fails(tmp_path: Path) -> None:
    """Nothing that was run is nothing that has passed."""
    bench = make_bench(tmp_path)
    (tmp_path / "tree" / "packages" / "core" / "tests" / "test_few.py").write_text("")
    found = bench._test(CELL, borrow(tmp_path), Outcome("passed"))
    assert found.verdict == "failed"
    assert found.reason.startswith("No test was run")


def test_file_that_cannot_be_read_fails(tmp_path: Path) -> None:
    """A suite that breaks while it is collected has not passed, whatever else did."""
    bench = make_bench(tmp_path)
    tests = tmp_path / "tree" / "packages" / "core" / "tests"
    (tests / "test_few.py").write_text("import nowhere_to_be_found\n")
    found = bench._test(CELL, borrow(tmp_path), Outcome("passed"))
    assert found.verdict == "failed"
    assert "nowhere_to_be_found" in found.reason


def test_program_that_does_not_end_is_ended(tmp_path: Path) -> None:
    """With what it has started, and without waiting for it."""
    began = time.monotonic()
    ended = run(("sh", "-c", "echo begun; sleep 60 & sleep 60"), tmp_path, 0.3)
    assert (ended.code, ended.output.strip()) == (None, "begun")
    assert time.monotonic() - began < 10


def test_tree_has_no_sources(tmp_path: Path) -> None:
    """What could be imported in place of a wheel is not there."""
    tree = copy_tests(tmp_path)
    for package in packages():
        assert list((tree / "packages" / package.name / "src").rglob("*.py")) == []
        assert any((tree / "packages" / package.name / "tests").rglob("test_*.py"))


def test_tests_of_absent_packages_are_left_out(tmp_path: Path) -> None:
    """Those of REST that use the database are, where it is not installed, and no others."""
    tree = copy_tests(tmp_path)
    everything = {package.distribution for package in packages()}
    paths = choose_paths(["rest"], {})
    assert list_foreign(tree, paths, everything) == []
    foreign = list_foreign(tree, paths, everything - {"stack-db"})
    assert "packages/rest/tests/resource" in foreign, "its conftest.py serves a database"
    assert is_below("packages/rest/tests/resource/test_item.py", foreign)
    assert not is_below("packages/rest/tests/resource_of_another", foreign)
    named = ["packages/rest/tests/resource/test_item.py"]
    assert list_foreign(tree, named, everything - {"stack-db"}) == ["packages/rest/tests/resource"]
    files = [tree / name for name in foreign]
    files = [file / "conftest.py" if file.is_dir() else file for file in files]
    assert all("stack_db" in file.read_text("utf-8") for file in files)


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("a  b\n c", "a b c"),
        ("in /some/where/site-packages/x.py: no", "in …/x.py: no"),
        ("1/2 of a/b", "1/2 of a/b"),
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_words_of_a_program_are_short(text: str, short: str) -> None:
    """One line, and nothing of this machine."""
    assert shorten(text) == short


def test_results_are_kept_by_cell(tmp_path: Path) -> None:
    """What was not run says so; what is no cell any more is forgotten."""
    cells = [CELL, replace(CELL, overlay="newest")]
    known = {CELL.id: Outcome("passed", passed=3), "3.9-old": Outcome("passed")}
    write_results(cells, known, tmp_path / "results.json")
    kept = read_results(tmp_path / "results.json")
    assert kept == {CELL.id: known[CELL.id], cells[1].id: Outcome("not run", NEVER)}


def test_page_tells_failures_and_what_was_not_run() -> None:
    """Neither looks like something that has passed, and each has its reason below the table."""
    plan = read_plan()
    first, second, *_ = plan.cells()
    page = render(
        plan,
        {
            first.id: Outcome("failed", "a::b: 1 is <not> 2", passed=7, failed=1),
            second.id: Outcome("passed", passed=1234, skipped=5, python="3.11.9"),
        },
    )
    assert "| **failed**: 7 passed, 1 failed |" in page
    assert f"- `{first.id}`: a::b: 1 is \\<not\\> 2" in page
    assert "| 3.11.9 |" in page
    assert "1,234 passed, 5 skipped" in page
    assert page.count(f"| not run: {NEVER} |") == len(plan.cells()) - 2


def test_page_and_results_are_of_this_matrix() -> None:
    """Run ``python tooling/matrix --write`` when this fails."""
    assert command.main(["--check"]) == 0


def test_report_without_failure_has_no_words(tmp_path: Path) -> None:
    """Skips are counted apart: they have not passed."""
    report = tmp_path / "report.xml"
    report.write_text(
        "<testsuites><testsuite><testcase name='a'/><testcase name='b'><skipped/></testcase>"
        "</testsuite></testsuites>"
    )
    assert read_report(report) == (1, 1, 0, "")
