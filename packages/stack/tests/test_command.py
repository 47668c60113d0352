"""``python -m stack`` is ``stack``, also where Flask cannot be imported."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

WITHOUT_FLASK = """
import runpy, sys
sys.modules["flask"] = None
sys.argv = ["stack", *sys.argv[2:]]
runpy.run_module({module!r}, run_name="__main__", alter_sys=True)
"""


def run(*command: str) -> tuple[int, str, str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("argv", [["--help"], ["--version"], [], ["nwe"], ["new", "--help"]])
def test_module_equals_the_script(argv: list[str]) -> None:
    """The three ways to call it give the same output and status."""
    script = Path(sysconfig.get_path("scripts"), "stack")
    expected = run(str(script), *argv)
    assert run(sys.executable, "-m", "stack", *argv) == expected
    assert run(sys.executable, "-m", "stack_doctor", *argv) == expected


@pytest.mark.parametrize("module", ["stack", "stack_doctor"])
@pytest.mark.parametrize("argv", [["--help"], ["new", "--help"]])
def test_command_starts_without_flask(module: str, argv: list[str]) -> None:
    """Help is there for environments in which ``import flask`` fails."""
    code = WITHOUT_FLASK.format(module=module)
    status, out, err = run(sys.executable, "-c", code, "-", *argv)
    assert (status, err) == (0, "")
    assert out.startswith("usage: stack")
