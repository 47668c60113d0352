"""One environment for each extension, and the kit at work in it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from wheels import build, find_wheels
from workspace import ROOT, closure

from .entry import FOLDER, Entry

#: The longest that an installation, and a judgement, may take in seconds.
INSTALLING, JUDGING = 240, 180


class NotJudged(Exception):
    """There is no report; the text says why."""


def build_kit(out: Path) -> list[Path]:
    """Build the wheels that bring ``stack conform`` from the checkout, and return them."""
    build(ROOT, out, "--wheel")
    files = find_wheels(out)
    needed = (*closure("stack"), *closure("stack-testing"))
    return sorted({files[each.distribution] for each in needed})


def install(entry: Entry, kit: Iterable[Path], venv: Path, until: str) -> Path:
    """Make an environment with an extension and the kit, and return its Python.

    :param until: nothing younger is installed.
    :raises NotJudged: the installer refuses.
    """
    python = venv / "bin" / "python"
    _uv("venv", "--quiet", "--python", sys.executable, str(venv))
    _uv("pip", "install", "--quiet", "--python", str(python), "--exclude-newer", until,
        f"{entry.distribution}=={entry.version}", *entry.pins, *map(str, kit))  # fmt: skip
    return python


def conform(entry: Entry, python: Path, folder: Path = FOLDER) -> Mapping[str, Any]:
    """Return the kit's report of an extension.

    :param python: of the environment that has it and the kit.
    :param folder: where what makes it is found, if it wants arguments.
    :raises NotJudged: the kit does not answer.
    """
    command = [str(python), "-m", "stack", "conform", entry.target, "--format=json"]
    done = _run([*command, *arguments(entry)], folder, JUDGING)
    try:
        report: Mapping[str, Any] = json.loads(done.stdout)
    except ValueError:
        said = (done.stderr or done.stdout).strip().splitlines() or ["nothing"]
        raise NotJudged(f"The kit ended with {done.returncode}: {said[-1]}") from None
    return report


def arguments(entry: Entry) -> list[str]:
    """Return what ``stack conform`` is told of an extension."""
    found = [f"--setting={key}={_as_toml(value)}" for key, value in entry.settings.items()]
    found += [f"--with={each}" for each in entry.others]
    found += [f"--name={each}" for each in entry.names]
    found += [f"--ability={each}" for each in entry.abilities]
    return [*found, *([f"--use={entry.use}"] if entry.use else [])]


def _as_toml(value: object) -> str:
    """Return a text, a number, a truth value, or a table or list of such as TOML writes it."""
    if isinstance(value, dict):
        pairs = [f"{json.dumps(key)} = {_as_toml(inner)}" for key, inner in value.items()]
        return f"{{ {', '.join(pairs)} }}"
    return json.dumps(value, ensure_ascii=False)


def _uv(*command: str) -> None:
    done = _run(["uv", *command], ROOT.parent, INSTALLING)
    if done.returncode:
        raise NotJudged(f"It cannot be installed: {' '.join(done.stderr.split())[:400]}")


def _run(command: list[str], place: Path, limit: int) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, or end it and all that it started.

    :raises NotJudged: it took too long.
    """
    given = ("PYTHON", "VIRTUAL_ENV", "FLASK_", "COV_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(given)}
    # The same order of sets each time, so that a report differs by what differs.
    kept |= {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_CONFIG": "1", "PYTHONHASHSEED": "0"}
    kept |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONWARNINGS": "ignore"}
    with subprocess.Popen(
        command,
        cwd=place,
        env=kept,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            out, err = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise NotJudged(f"It took more than {limit} s.") from None
    return subprocess.CompletedProcess(command, process.returncode, out, err)
