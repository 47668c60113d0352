"""One real environment: made with uv, asked by running code in it, and judged by the doctor."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: The longest that an installation, and a piece of code, may take in seconds.
INSTALLING, RUNNING = 240, 60


class NotMade(Exception):
    """An environment could not be made; the text is the end of what the installer said."""


@dataclass(frozen=True)
class Recipe:
    """How an environment is made.

    :param python: the version of its Python, such as ``3.11``; empty: that of the runner.
    :param pins: what is installed together, resolved.
    :param forced: what is installed after that without its requirements.
    :param uninstall: what is then removed again.
    :param delete: files and folders of site-packages that are then removed by hand.
    :param rename: what is then renamed there, by a pattern that one name fits.
    :param write: files that are then written into site-packages.
    :param project: the files of the working directory.
    :param code: what is run there.
    """

    pins: tuple[str, ...]
    python: str = ""
    forced: tuple[str, ...] = ()
    uninstall: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()
    rename: Mapping[str, str] = field(default_factory=dict)
    write: Mapping[str, str] = field(default_factory=dict)
    project: Mapping[str, str] = field(default_factory=dict)
    code: str = "import flask"


@dataclass(frozen=True)
class Point:
    """An environment that was made.

    :param status: how the code ended; None: it did not end.
    :param output: what it printed.
    :param findings: what the doctor says, by id.
    """

    place: Path
    status: int | None
    output: str
    findings: Mapping[str, Mapping[str, Any]]

    def flags(self) -> list[str]:
        """Return the ids of what has to be mended."""
        return [name for name, each in self.findings.items() if each["severity"] != "info"]


def find_python(version: str) -> str | None:
    """Return an interpreter of a version that is on this machine, or None."""
    if not version or version == ".".join(map(str, sys.version_info[:2])):
        return sys.executable
    named = shutil.which(f"python{version}")
    known = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    installed = sorted(known.glob(f"{version}.*/bin/python"))
    for candidate in [*map(str, installed), *([named] if named else [])]:
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        done = subprocess.run([candidate, "-c", code], capture_output=True, text=True, check=False)
        if done.stdout.strip() == version:
            return candidate
    return None


def make(recipe: Recipe, place: Path, *, wheels_only: bool) -> Point:
    """Make an environment, run its code and let the doctor judge it.

    :raises NotMade: the Python is not here, or the installer refuses.
    """
    python = find_python(recipe.python)
    if python is None:
        raise NotMade(f"there is no Python {recipe.python} on this machine")
    venv = place / "venv"
    _uv("venv", "--quiet", "--clear", "--python", python, str(venv))
    program = venv / "bin" / "python"
    kinds = ["--only-binary", ":all:"] if wheels_only else []
    install = ["pip", "install", "--quiet", "--python", str(program), *kinds]
    if recipe.pins:
        _uv(*install, *recipe.pins)
    if recipe.forced:
        _uv(*install, "--no-deps", *recipe.forced)
    if recipe.uninstall:
        _uv("pip", "uninstall", "--quiet", "--python", str(program), *recipe.uninstall)
    _alter(next(venv.glob("lib/python*/site-packages")), recipe)
    project = place / "project"
    project.mkdir(parents=True, exist_ok=True)
    for name, text in {"app.py": recipe.code + "\n", **recipe.project}.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text, "utf-8")
    status, output = _run_code(program, project)
    return Point(place, status, output, judge(venv, project))


def _alter(site: Path, recipe: Recipe) -> None:
    for name in recipe.delete:
        target = site / name
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink()
    for pattern, name in recipe.rename.items():
        next(site.glob(pattern)).rename(site / name)
    for name, text in recipe.write.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        # What uv installed is a link into its cache: another file takes its place.
        (site / name).unlink(missing_ok=True)
        (site / name).write_text(text, "utf-8")


def _uv(*arguments: str) -> None:
    kept = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    try:
        done = subprocess.run(
            ["uv", *arguments],
            env={
                **kept,
                "UV_PYTHON_DOWNLOADS": "never",
                "UV_NO_CONFIG": "1",
                "UV_LINK_MODE": "copy",
            },
            capture_output=True,
            text=True,
            timeout=INSTALLING,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotMade(f"the installer took more than {INSTALLING} s") from None
    if done.returncode:
        raise NotMade(" ".join(done.stderr.split())[-400:])


def _run_code(program: Path, project: Path) -> tuple[int | None, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    try:
        done = subprocess.run(
            [str(program.absolute()), "app.py"],
            cwd=project,
            env=kept,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=RUNNING,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        return None, str(error.output)
    return done.returncode, done.stdout + done.stderr


def judge(venv: Path, project: Path, *options: str) -> Mapping[str, Mapping[str, Any]]:
    """Return what the doctor finds, by id."""
    command = [sys.executable, "-m", "stack_doctor", "doctor", "--format=json", *options]
    command += ["--python", str(venv), "--project", str(project)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=RUNNING, check=False)
    report = json.loads(done.stdout)
    assert report["status"] == done.returncode != 2, done.stderr
    return {each["id"]: each for judged in report["judged"] for each in judged["findings"]}


def recipe_of(content: Mapping[str, Any], pins: Sequence[str]) -> Recipe:
    """Return the recipe that a file's object describes."""

    return Recipe(
        tuple(pins),
        python=content.get("python", ""),
        forced=tuple(content.get("forced", ())),
        uninstall=tuple(content.get("uninstall", ())),
        delete=tuple(content.get("delete", ())),
        rename=content.get("rename", {}),
        write=content.get("write", {}),
        project=content.get("project", {}),
        code=content.get("code", "import flask"),
    )
