"""Where an environment is found: by its folder, by its interpreter, and without running it."""

from __future__ import annotations

import stat
import sys
import time
from pathlib import Path

import pytest

from laying import Laid, lay, run
from stack_doctor import main
from stack_doctor.place import find_own, find_place
from stack_doctor.problem import DoctorError


def forbid(file: Path, ran: Path) -> None:
    """Put a program where an interpreter is looked for, which tells that it was run."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\ntouch '{ran}'\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


@pytest.mark.parametrize("named", ["venv", "venv/bin/python"])
def test_virtual_environment_is_read_and_not_started(
    laid: Laid, tmp_path: Path, named: str
) -> None:
    """Its folder and its interpreter name the same, and neither is run."""
    forbid(laid.venv / "bin" / "python", tmp_path / "ran")
    place = find_place(str(tmp_path / named))
    assert (place.python, place.paths) == ("3.11.7", (str(laid.site),))
    assert place.program == str(laid.venv / "bin" / "python")
    assert not (tmp_path / "ran").exists()


def test_markers_are_those_of_the_judged_python(tmp_path: Path, capsys: object) -> None:
    """A requirement of an older Python counts for it, whatever the doctor runs on."""
    laid = lay(tmp_path, "3.9.18")
    laid.add("one", "1", ["backport; python_version < '3.10'", "later; python_version >= '3.10'"])
    assert [*run(capsys, *laid.arguments()).findings] == ["requirement-missing:one/backport"]


def test_version_is_read_of_the_folder_where_the_file_has_none(laid: Laid) -> None:
    """A ``pyvenv.cfg`` may say nothing of it."""
    (laid.venv / "pyvenv.cfg").write_text("home = /usr/bin\n")
    assert find_place(str(laid.venv)).python == "3.11"


def test_interpreter_in_no_environment_is_asked_for_its_folders(tmp_path: Path) -> None:
    """It runs with -I -S, and nothing that is installed comes with it."""
    base = Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    place = find_place(str(base))
    assert place.python == ".".join(map(str, sys.version_info[:3]))
    # Debian's has its own name for the folder.
    assert any(path.endswith(("site-packages", "dist-packages")) for path in place.paths)


def test_folders_of_the_system_are_read_where_the_environment_has_them(laid: Laid) -> None:
    """``include-system-site-packages`` adds those of the interpreter below."""
    home = Path(sys.base_prefix) / "bin"
    (laid.venv / "pyvenv.cfg").write_text(
        f"home = {home}\nversion = 3.11.7\ninclude-system-site-packages = true\n"
    )
    first, *others = find_place(str(laid.venv)).paths
    assert first == str(laid.site)
    assert any(path.startswith(sys.base_prefix) for path in others)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("sleep 60", "it takes more than 1 s"),
        ("sleep 60 & sleep 60", "it takes more than 1 s"),
        ("while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done", "it "),
        ("echo 5", "it says something else"),
        ("echo '[1, 2]'", "it says something else"),
        ("kill -9 $$", "it says something else"),
    ],
)
def test_program_that_is_no_python_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, words: str
) -> None:
    """It has an end, whatever it does, and what it started has one too."""
    monkeypatch.setattr("stack_doctor.place.PATIENCE", 1)
    program = tmp_path / "bin" / "python"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    began = time.monotonic()
    with pytest.raises(DoctorError, match=f"does not answer as a Python: {words}"):
        find_place(str(program))
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("kind", ["nothing", "folder", "text", "silent", "empty"])
def test_what_is_no_environment_cannot_be_judged(tmp_path: Path, kind: str) -> None:
    """One sentence says what is wrong, and one what to name."""
    target = tmp_path / "bin" / "python"
    target.parent.mkdir()
    if kind == "folder":
        target.mkdir()
    elif kind == "text":
        target.write_text("no program")
    elif kind == "silent":
        forbid(target, tmp_path / "ran")
    elif kind == "empty":
        (tmp_path / "pyvenv.cfg").write_text("version = 3.11.7\n")
        target.write_text("")
    with pytest.raises(DoctorError, match=r"[Nn]ame|again"):
        find_place(str(target))


def test_own_environment_is_judged_without_an_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What lies in the working directory is not installed, and is no finding of metadata."""
    (tmp_path / "stray-1.dist-info").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    assert str(tmp_path) not in find_own().paths
    assert main(["doctor"]) == 0
    assert capsys.readouterr().out.endswith("Nothing found.\n")


@pytest.mark.parametrize("folder", ["nowhere", "file"])
def test_project_has_to_be_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], folder: str
) -> None:
    """A slip of the finger judges nothing."""
    (tmp_path / "file").write_text("")
    assert main(["doctor", "--project", str(tmp_path / folder)]) == 2
    assert "is no folder. Name the project's." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("with_pip", "words"), [(True, "{} -m pip {}"), (False, "uv pip {1} --python {0}")]
)
def test_advice_is_for_the_judged_environment(tmp_path: Path, with_pip: bool, words: str) -> None:
    """The commands name its interpreter, quoted, and are of uv where it has no pip."""
    (tmp_path / "a b").mkdir()
    laid = lay(tmp_path / "a b")
    forbid(laid.venv / "bin" / "python", tmp_path / "ran")
    if with_pip:
        (laid.site / "pip").mkdir()
        (laid.site / "pip" / "__init__.py").touch()
    address = find_place(str(laid.venv)).address
    program = f"'{laid.venv}/bin/python'"
    assert address('python -m pip install "a>=1"  # or keep b') == (
        words.format(program, "install") + ' "a>=1"  # or keep b'
    )
    assert address("Uninstall both, then: python -m pip install a").endswith(
        f": {words.format(program, 'install')} a"
    )
    assert address("python -m pip uninstall a").startswith(words.format(program, "uninstall"))


def test_active_environment_is_called_by_its_short_name(
    laid: Laid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``python`` is enough where that is the judged one."""
    forbid(laid.venv / "bin" / "python", tmp_path / "ran")
    (laid.site / "pip").mkdir()
    (laid.site / "pip" / "__init__.py").touch()
    monkeypatch.setenv("PATH", str(laid.venv / "bin"))
    assert find_place(str(laid.venv)).address("python -m pip install a") == (
        "python -m pip install a"
    )


@pytest.mark.parametrize("named", [True, False])
def test_advice_for_a_file_is_for_the_environment_that_is_named(
    laid: Laid, tmp_path: Path, capsys: pytest.CaptureFixture[str], named: bool
) -> None:
    """A file alone is installed in nobody knows which."""
    forbid(laid.venv / "bin" / "python", tmp_path / "ran")
    laid.write("pins.txt", "flask-login==0.6.2\nwerkzeug==3.0.0\n")
    options = ["--lock", str(laid.project / "pins.txt"), "--project", str(laid.project)]
    options += ["--python", str(laid.venv)] if named else []
    fix = run(capsys, "doctor", *options).findings["login-url_decode"]["fix"]
    assert fix.startswith("uv pip install --python " if named else "python -m pip install ")
