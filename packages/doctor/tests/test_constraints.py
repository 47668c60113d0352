"""The constraints file: what it excludes, what it leaves, and for whom."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.requirements import Requirement

from stack_doctor import main
from stack_doctor.constraint import read_tested, render_row
from stack_doctor.row import parse_rows

ROW = {
    "id": "toy", "kind": "break", "dist": "toy", "range": "<2", "with": "flask",
    "with_range": ">=3.0", "stage": "import", "symptom": "ImportError: toy", "source": "a test",
    "install": ["toy>=2"], "proof": {"unproven": "a test"},
}  # fmt: skip


def line(python: str = "3.12", tested: str = ">=3.1.1,<4", **changes: object) -> str:
    """Return the line of a row."""
    (row,) = parse_rows({"schema": 1, "rows": [{**ROW, **changes}]})
    return render_row(row, {"flask": tested}, python).line


def test_every_line_is_a_requirement(capsys: pytest.CaptureFixture[str]) -> None:
    """An installer can read the file, and the tested set is in it."""
    assert main(["constraints", "--python", "3.12"]) == 0
    text = capsys.readouterr().out
    lines = [each.partition("#")[0].strip() for each in text.splitlines()]
    names = {Requirement(each).name for each in lines if each}
    assert {"flask", "stack-core", "flask-login"} <= names
    assert {name: str(Requirement(name + range_)) for name, range_ in read_tested().ranges.items()}


@pytest.mark.parametrize(
    ("range_", "expected"),
    [("<2", "toy>=2"), ("<=2", "toy>2"), (">=1,<2", "toy>=2"), (">=0", "toy<0"), (">=3", "toy<3"),
     ("==2.3", "toy!=2.3"), ("!=2.3", "")],
)  # fmt: skip
def test_range_is_turned_round(range_: str, expected: str) -> None:
    """What breaks is excluded, and no more where that can be said."""
    assert line(range=range_) == expected


def test_row_is_left_out_where_the_tested_set_can_be_healthy() -> None:
    """A constraint cannot look at the other half: where one works, nothing is excluded."""
    assert line() == "toy>=2"
    assert line(tested=">=2.3,<4") == ""
    assert line(with_range="<3.2") == ""
    assert line(**{"with": "unknown"}) == ""
    assert line(kind="conditional", code="toy") == ""


def test_row_of_a_python_counts_for_that_python() -> None:
    """``--python`` chooses."""
    changes = {"with": "python", "with_range": ">=3.12"}
    assert line("3.12.1", **changes) == "toy>=2"
    assert line("3.11", **changes) == ""


def test_file_is_written_and_refusals_are_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The status is 2 when nothing was written."""
    file = tmp_path / "constraints.txt"
    assert main(["constraints", "--output", str(file)]) == 0
    assert "flask-login>=0.6.3" in file.read_text()
    assert main(["constraints", "--output", str(tmp_path)]) == 2
    assert main(["constraints", "--python", "new"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("Error: ") == captured.err.count("\n") == 2


@pytest.mark.parametrize("python", ["2.7", "3.10", "3.10.99", "0.0", "9" * 5_000 + ".1"])
def test_python_below_the_tested_ones_is_refused(
    python: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing of the tested set installs there."""
    assert main(["constraints", "--python", python]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"Error: Python {python}"[:40])
    assert len(python) > 9 or "the tested set, which is for >=3.11." in captured.err


def test_oldest_tested_python_is_in_the_set(capsys: pytest.CaptureFixture[str]) -> None:
    """It has constraints, named by two numbers or three."""
    assert main(["constraints", "--python", "3.11"]) == 0
    assert main(["constraints", "--python", "3.11.0"]) == 0
    assert capsys.readouterr().err == ""
