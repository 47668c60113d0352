"""What ``stack new-extension`` makes, from its wheel, on a path with spaces."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import textwrap
import zipfile
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from stack._new_extension import command
from stack._new_extension.choice import SEAMS

Run = Callable[..., subprocess.CompletedProcess[str]]
Extend = Callable[..., Path]

pytestmark = pytest.mark.slow

SUBSETS = [
    ",".join(subset) or "none"
    for size in range(len(SEAMS) + 1)
    for subset in combinations(SEAMS, size)
]
ALL = ",".join(SEAMS)
#: The longest name and the shortest: what ruff makes of a line depends on it.
NAMES = ("a-very-long-name-of-28-chars", "x")


@pytest.fixture
def extend(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Extend:
    """Return a function that makes an extension and returns its folder."""
    place = tmp_path / "a path with spaces"
    place.mkdir()

    def extend(name: str, choice: str) -> Path:
        assert command([name, "--with", choice, "--into", str(place)], "stack new-extension") == 0
        capsys.readouterr()
        return place / name

    return extend


def install(folder: Path) -> str:
    """Build a wheel of an extension and lay it out as an installer would; return where."""
    uv = shutil.which("uv")
    assert uv is not None, "This needs uv on the PATH, which nox has."
    built = folder.parent / "built"
    done = subprocess.run(
        [uv, "build", "--wheel", "--quiet", f"--out-dir={built}", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = built.glob("*.whl")
    site = folder.parent / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return str(site)


def test_sdist_has_the_tests(extend: Extend) -> None:
    """Whoever packages it for a system can test what was packaged, and nothing else is in it."""
    folder = extend("my-greeter", ALL)
    (folder / "tests" / "__pycache__").mkdir()
    (folder / "tests" / "__pycache__" / "left.pyc").touch()
    uv = shutil.which("uv")
    assert uv is not None, "This needs uv on the PATH, which nox has."
    command = [uv, "build", "--sdist", "--quiet", f"--out-dir={folder.parent}", str(folder)]
    subprocess.run(command, check=True)
    (sdist,) = folder.parent.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    tests = {each.relative_to(folder).as_posix() for each in (folder / "tests").glob("*.py")}
    assert tests <= names
    assert {"docs/index.md", "CHANGELOG.md", "README.md", "LICENSE"} <= names
    assert [name for name in names if name.endswith(".pyc")] == []


def test_lines_of_the_readme_start_an_application(extend: Extend, run: Run) -> None:
    """Its module and its commands, word by word, by somebody who has it installed."""
    folder = extend("my-greeter", ALL)
    text = (folder / "README.md").read_text("utf-8").partition("## Development")[0]
    module, commands = re.findall(r"(?:^(?:    .*)?\n)*^    .*\n", text, re.MULTILINE)
    (folder.parent / "app.py").write_text(textwrap.dedent(module.strip("\n")))
    site = install(folder)
    lines = [part.strip() for line in commands.splitlines() for part in line.split("&&")]
    assert lines[-1] == "flask run"
    for line in [each for each in lines[:-1] if each]:
        done = run(folder.parent, *line.split(), PYTHONPATH=site)
        assert done.returncode == 0, done.stdout + done.stderr
    done = run(folder.parent, "flask", "my_greeter", "add", "Hello", PYTHONPATH=site)
    assert done.stdout == "Added 'Hello'.\n", done.stdout + done.stderr


@pytest.mark.parametrize("choice", SUBSETS)
def test_own_tests_pass_from_the_wheel(extend: Extend, run: Run, choice: str) -> None:
    """An author starts from green, the rules of the protocol included."""
    folder = extend("my-greeter", choice)
    done = run(folder, "pytest", "-q", PYTHONPATH=install(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert " failed" not in done.stdout


@pytest.mark.parametrize("choice", SUBSETS)
@pytest.mark.parametrize("name", NAMES)
def test_ruff_finds_nothing(extend: Extend, run: Run, name: str, choice: str) -> None:
    """Format and lint are clean from the first day, however long the name is."""
    folder = extend(name, choice)
    for words in (["ruff", "format", "--check", "."], ["ruff", "check", "."]):
        done = run(folder, *words)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("choice", SUBSETS)
def test_mypy_finds_nothing(
    extend: Extend, run: Run, tmp_path_factory: pytest.TempPathFactory, choice: str
) -> None:
    """Strict types are clean, too."""
    cache = tmp_path_factory.getbasetemp() / "mypy"
    done = run(extend("my-greeter", choice), "mypy", f"--cache-dir={cache}")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("choice", [ALL, "none"])
def test_pyright_finds_nothing(extend: Extend, choice: str) -> None:
    """The second type checker agrees; it keeps its program in the home that is there."""
    words = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable]
    folder = extend("my-greeter", choice)
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_command_of_the_readme_says_that_it_conforms(extend: Extend, run: Run) -> None:
    """What its README says to run is right."""
    folder = extend("my-greeter", ALL)
    lines = (folder / "README.md").read_text("utf-8").splitlines()
    (line,) = (line.strip() for line in lines if line.strip().startswith("stack conform"))
    done = run(folder, *line.split(), PYTHONPATH=install(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "my_greeter:MyGreeter conforms" in done.stdout


def test_application_uses_it_by_its_name(extend: Extend, run: Run) -> None:
    """The entry point of the wheel is a word for ``Stack``, and its commands are there."""
    folder = extend("my-greeter", ALL)
    (folder.parent / "app.py").write_text(
        "from flask import Flask\nfrom stack import Stack\n\napp = Flask(__name__)\n"
        "app.testing = True\nStack('my_greeter', 'rest', 'db').init_app(app)\n"
    )
    site = install(folder)
    for words, said in (
        (["db", "init"], "Creating directory"),
        (["db", "upgrade"], "my_greeter_001"),
        (["my_greeter", "add", "Hello"], "Added 'Hello'."),
        (["my_greeter", "list"], "Hello"),
        (["stack", "check"], "my_greeter.no-token"),
    ):
        done = run(folder.parent, "flask", *words, PYTHONPATH=site)
        assert done.returncode == 0, done.stdout + done.stderr
        assert said in done.stdout + done.stderr
