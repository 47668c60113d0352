"""The two commands start on any machine, and leave nothing behind where they cannot."""

import ast
import os
import runpy
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
RUN = ROOT / "tooling" / "run.py"
UNKNOWN_TO_PYTHON_2 = (ast.AnnAssign, ast.AsyncFunctionDef, ast.JoinedStr, ast.NamedExpr, ast.arg)
ENDED = """
import os, sys, launch

def work():
    try:
        os.kill(os.getpid(), int(sys.argv[1]))
    finally:
        print("cleaned")
    return 0

sys.exit(launch.guarded(work))
"""


def test_every_python_reads_the_launcher() -> None:
    """Python 2 reads the launcher too: it has no annotation, no f-string, nothing newer."""
    tree = ast.parse(RUN.read_text("utf-8"))
    assert [node.lineno for node in ast.walk(tree) if isinstance(node, UNKNOWN_TO_PYTHON_2)] == []


def test_old_python_is_told_which_one_is_wanted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A Python that is too old says so in one sentence before anything else is read."""
    monkeypatch.setattr(sys, "version_info", (2, 7, 18))
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(RUN), run_name="__main__")
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("Python 3.11 or newer is needed and ")
    assert said.count("\n") == 1


def test_launcher_starts_without_its_folder_on_the_path() -> None:
    """PYTHONSAFEPATH in the environment changes nothing."""
    given = {**os.environ, "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        [sys.executable, RUN, "--help"], env=given, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: ")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_signal_lets_the_work_clean_up(name: str) -> None:
    """A command that is told to end removes what it began, also when its terminal is closed."""
    number = getattr(signal, name)
    command = [sys.executable, "-c", ENDED, str(int(number))]
    before = signal.signal(number, signal.SIG_DFL)  # what nohup ignores stays ignored
    try:
        done = subprocess.run(
            command,
            env={**os.environ, "PYTHONPATH": str(RUN.parent)},
            capture_output=True,
            text=True,
        )
    finally:
        signal.signal(number, before)
    assert (done.returncode, done.stdout) == (128 + number, "cleaned\n")


def test_closed_output_ends_in_one_sentence() -> None:
    """A reader that goes away, as ``head`` does, stops the command without a traceback."""
    code = "import sys, launch; sys.exit(launch.guarded(lambda: print('x' * 99, flush=True) or 0))"
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(RUN.parent)},
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writer)
    assert done.returncode == 1
    assert done.stderr == "Stopped, as nobody reads the output any more.\n"
