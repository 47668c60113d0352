"""The list of threats has no hole."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from suite import is_test

#: What is there so far answers for these; a later part of the work adds its own.
OWNED = {
    *("T02", "T14", "T28", "T29", "T30", "T31", "T39", "T40", "T44", "T46"),
    *("T47", "T52"),
    *("T32", "T33", "T34", "T49", "T50", "T51", "T53", "T54", "T55", "T56", "T57", "T58", "T59"),
    *("T60", "T61", "T62", "T63", "T64", "T65", "T67"),
}
LISTED: dict[str, Any] = tomllib.loads(Path(__file__).with_name("threats.toml").read_text("utf-8"))
CASES = [
    (threat, case, tests)
    for threat, entry in LISTED.items()
    for case, tests in entry["cases"].items()
]
NAMES = [f"{threat}: {case}" for threat, case, _ in CASES]


def test_every_threat_has_a_case() -> None:
    """No threat that is ours is missing from the list, and none stands there without a case."""
    assert {threat for threat, entry in LISTED.items() if entry["cases"]} == OWNED


@pytest.mark.parametrize(
    ("threat", "case", "tests"), CASES, ids=[f"{t}: {c}" for t, c, _ in CASES]
)
def test_case_has_its_tests(threat: str, case: str, tests: list[str]) -> None:
    """A case names tests, and all of them exist."""
    assert tests
    assert [name for name in tests if not is_test(name)] == []


@pytest.mark.parametrize(
    ("identity", "there"),
    [
        ("integration/test_threats.py::test_case_has_its_tests", True),
        ("integration/test_threats.py::test_that_nobody_wrote", False),
        ("integration/test_nothing.py::test_case_has_its_tests", False),
        ("integration/threats.toml::test_case_has_its_tests", False),
        ("integration/test_threats.py", False),
    ],
)
def test_name_of_a_test_is_checked(identity: str, there: bool) -> None:
    """A name stands for a test only where there is one."""
    assert is_test(identity) is there
