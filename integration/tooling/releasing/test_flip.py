"""Released packages with today's siblings, and the reverse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from releasing.flip import Cell, Flip
from releasing.index import Index

from .conftest import change, release

if TYPE_CHECKING:
    from .conftest import Repository

pytestmark = pytest.mark.slow

TEST = """\
import warnings

import stack_core


def test_answer():
    assert stack_core.answer == 41
"""


PROGRAM = """\
import subprocess
import sys


def test_answer():
    subprocess.run([sys.executable, "-m", "stack_rest"], check=True)
"""


def flip(repository: Repository, index: Index, *names: str) -> list[Cell]:
    """Flip everything of a repository."""
    return list(Flip(index, repository.root).run(names))


def test_flip_tries_released_db_on_todays_core(repository: Repository, index: Index) -> None:
    """Its own tests of then, on core of today, whatever the range; the reverse is refused."""
    repository.write("packages/db/tests/test_db.py", TEST)
    release(repository)
    repository.write("packages/db/tests/test_db.py", "def test_nothing(): assert False\n")
    change(repository, "core", "answer = 41\nmore = 1\n")
    release(repository, "core")
    old, new = flip(repository, index)
    assert (old.sibling, old.other, old.outcome) == (
        "stack-db 0.1.0", "today's stack-core 0.2.0", "passed")  # fmt: skip
    assert old.said.startswith("1 passed in")
    assert old.said.endswith("The range stack-core>=0.1,<0.2 was lifted.")
    assert str(new) == (
        "today's stack-db 0.2.0 × stack-core 0.1.0: refused."
        " stack-db 0.2.0 needs stack-core>=0.2,<0.3; stack-core 0.1.0 does not do."
    )


def test_flip_installs_what_tests_run(repository: Repository, index: Index) -> None:
    """A sibling that a test starts as a program is there, though no test imports it."""
    repository.add_package("rest")
    repository.write("packages/rest/src/stack_rest/__main__.py", "print(41)\n")
    repository.write("packages/db/tests/test_db.py", PROGRAM)
    release(repository)
    change(repository, "core", "answer = 42\n")
    assert {cell.outcome for cell in flip(repository, index, "db")} == {"passed"}


WARNING = """
import warnings


def __getattr__(name):
    if name == "answer":
        warnings.warn("'answer' will go. Use 'result'.", DeprecationWarning, stacklevel=2)
        return 41
    raise AttributeError(name)
"""


@pytest.mark.parametrize(
    ("text", "outcome", "said"),
    [
        (WARNING, "passed", "1 passed, 1 warning in"),
        ("result = 41\n", "failed", "FAILED packages/db/tests/test_db.py::test_answer"),
    ],
)
def test_flip_tells_what_is_deprecated_from_what_is_gone(
    repository: Repository, index: Index, text: str, outcome: str, said: str
) -> None:
    """A warning is what was promised; a name that is gone without one breaks the promise."""
    repository.write("packages/db/tests/test_db.py", TEST)
    release(repository)
    repository.write("packages/db/README.md", "Another db.\n")
    change(repository, "core", text)
    (old,) = [cell for cell in flip(repository, index) if cell.sibling == "stack-db 0.1.0"]
    assert old.outcome == outcome
    assert said in old.said


def test_flip_finds_a_floor_that_is_too_low(repository: Repository, index: Index) -> None:
    """Today's db that needs more of core than its range says fails on the released one."""
    repository.write("packages/db/tests/test_db.py", TEST)
    release(repository)
    repository.write("packages/db/tests/test_db.py", TEST.replace("answer == 41", "more == 1"))
    change(repository, "core", "answer = 41\nmore = 1\n")
    outcomes = {cell.sibling: cell.outcome for cell in flip(repository, index)}
    assert outcomes == {"stack-db 0.1.0": "passed", "today's stack-db 0.1.0": "failed"}
    repository.write(
        "packages/db/pyproject.toml",
        repository.read("packages/db/pyproject.toml").replace('0.2",', '0.2",  # next'),
    )
    repository.commit()
    *_, waiting = flip(repository, index, "db")
    assert (waiting.outcome, waiting.said) == ("waits", "It waits for the next stack-core.")


def test_flip_has_nothing_to_try_behind_a_wave(repository: Repository, index: Index) -> None:
    """What was just released is what the ordinary tests run."""
    assert flip(repository, index) == []
    release(repository)
    assert flip(repository, index) == []
