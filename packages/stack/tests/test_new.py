"""The command ``stack new``: what it writes, and that it writes all or nothing."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stack._new import command
from stack._new._cli import _find_missing
from stack._new.name import Name
from stack._new.plan import draw, write_range
from stack._new.selection import select
from stack.extras import EXTRAS
from stack_doctor import main

CHOICES = [
    *("db", "postgres", "mariadb", "postgres,mariadb", "redis", "db,redis", "none"),
    *("rest", "db,rest", "postgres,rest,redis"),
]


def make(place: Path, *argv: str) -> tuple[int, Path]:
    return command([*argv, "--into", str(place)], "stack new"), place / argv[0]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_new_makes_the_folder_and_says_what_comes_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The output is the way to a running application."""
    status, target = make(tmp_path, "my-shop")
    out = capsys.readouterr().out
    assert status == 0
    assert (target / "my_shop" / "application.py").is_file()
    assert f"cd {target}" in out
    assert "flask db upgrade" in out
    assert "package 'my_shop'" in out
    assert names(tmp_path) == ["my-shop"]


def test_new_is_a_command_of_stack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It comes by the entry point, and the current folder is the default."""
    monkeypatch.chdir(tmp_path)
    assert main(["new", "shop", "--with", "none"]) == 0
    assert (tmp_path / "shop" / "wsgi.py").is_file()
    assert "flask db upgrade" not in capsys.readouterr().out


def test_secret_key_is_made_for_the_owner_only(tmp_path: Path) -> None:
    """Each application has its own key, in a file that only its owner reads."""
    keys = set()
    for name in ("one", "two"):
        path = make(tmp_path, name)[1] / "instance" / "secret_key"
        assert path.stat().st_mode & 0o777 == 0o600
        keys.add(path.read_text().strip())
    assert len(keys) == 2
    assert all(len(key) == 64 for key in keys)


def test_files_follow_the_umask(tmp_path: Path) -> None:
    """Nothing but the key is more private than what the person makes by hand."""
    before = os.umask(0o027)
    try:
        _, target = make(tmp_path, "shop")
    finally:
        os.umask(before)
    assert target.stat().st_mode & 0o777 == 0o750
    assert (target / "wsgi.py").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("choice", CHOICES)
def test_no_sign_of_the_scaffold_is_left(choice: str) -> None:
    """Every placeholder has a value, and every Python file is one."""
    for file in draw(Name("my-shop"), select([choice])):
        assert "@{" not in file.text, file.path
        assert ".tmpl" not in file.path.name
        assert file.text.endswith("\n")
        if file.path.suffix == ".py":
            compile(file.text, str(file.path), "exec")


def test_choice_decides_about_files_and_requirements() -> None:
    """Without a database there is no trace of one."""
    plain = {str(file.path): file.text for file in draw(Name("shop"), select(["none"]))}
    full = {str(file.path): file.text for file in draw(Name("shop"), select(["postgres"]))}
    assert not any("migrations" in path or "notes" in path for path in plain)
    assert not any("SQLALCHEMY" in text or "db upgrade" in text for text in plain.values())
    assert '"stack>=' in plain["pyproject.toml"]
    assert '"stack[db,postgres]>=' in full["pyproject.toml"]
    assert "postgresql+psycopg://" in full["shop/settings.py"]
    assert "mariadb" not in full["shop/settings.py"]


def test_parts_meet_in_the_files_that_they_share() -> None:
    """What two parts have to do with is written for those that were chosen, or left out."""

    def find(choice: str) -> dict[str, str]:
        drawn = draw(Name("shop"), select([choice]))
        return {str(file.path).removeprefix("shop/"): file.text for file in drawn}

    plain, db, rest, both = map(find, ("none", "db", "rest", "db,rest"))
    assert "extensions.py" not in plain
    made = [text["extensions.py"].splitlines()[-1] for text in (db, rest, both)]
    assert made == ["stack = Stack(db)", "stack = Stack(rest)", "stack = Stack(db, rest)"]
    assert {name for name in rest if name.endswith("api.py")} == {
        *("home/api.py", "home/tests/test_home_api.py", "tests/test_api.py")
    }
    assert {name for name in both if name.endswith("api.py")} == {
        *("notes/api.py", "notes/tests/test_notes_api.py", "tests/test_api.py")
    }
    assert not any("stack_rest" in text for text in (*plain.values(), *db.values()))


WITHS = [
    (part, extra.name)
    for part in ("db", "rest", "db,rest")
    for extra in EXTRAS
    if extra.kind == "with" and extra.goes_with in ("", *part.split(","))
]


@pytest.mark.parametrize(("part", "extra"), WITHS)
def test_what_only_installs_changes_no_code(part: str, extra: str) -> None:
    """A with is a requirement and a hint: what passes with the part passes with both."""

    def read_code(choice: str) -> dict[str, str]:
        drawn = draw(Name("shop"), select([choice]))
        return {
            str(file.path): ast.dump(ast.parse(file.text))
            for file in drawn
            if file.path.suffix == ".py"
        }

    assert read_code(f"{part},{extra}") == read_code(part)


@pytest.mark.parametrize("choice", CHOICES)
def test_no_file_is_empty(choice: str) -> None:
    """A file of which the choice leaves nothing is not made."""
    assert all(file.text.strip() for file in draw(Name("shop"), select([choice])))


@pytest.mark.parametrize(
    ("version", "expected"),
    [("0.1.0", ">=0.1,<0.2"), ("0.12.3.dev1", ">=0.12,<0.13"), ("2.3.1", ">=2.3,<3")],
)
def test_range_ends_before_the_next_breaking_release(version: str, expected: str) -> None:
    """A generated application asks for the releases that it was made for."""
    assert write_range(version) == expected


@pytest.mark.parametrize("kind", ["file", "full folder", "link", "dangling link"])
def test_what_is_there_is_never_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    """Whatever has the name stays as it is."""
    target = tmp_path / "shop"
    other = tmp_path / "other"
    if kind == "file":
        target.write_text("mine")
    elif kind == "full folder":
        target.mkdir()
        (target / "mine").touch()
    else:
        if kind == "link":
            other.mkdir()
        target.symlink_to(other)
    before = sorted(tmp_path.rglob("*"))
    assert make(tmp_path, "shop")[0] == 2
    err = capsys.readouterr().err
    assert err.startswith(f"Error: {'The folder ' if kind == 'full folder' else ''}'{target}' is")
    assert err.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_empty_folder_is_taken(tmp_path: Path) -> None:
    """A folder that was made for it holds nothing that could be lost."""
    (tmp_path / "shop").mkdir()
    assert make(tmp_path, "shop")[0] == 0
    assert (tmp_path / "shop" / "wsgi.py").is_file()


@pytest.mark.parametrize("place", ["missing", "file", "file/below", "name\0"])
def test_impossible_place_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    """The error quotes the place; there is no traceback and no new file."""
    (tmp_path / "file").touch()
    assert make(tmp_path / place, "shop")[0] == 2
    err = capsys.readouterr().err
    assert err.startswith("Error: '")
    assert err.count("\n") == 1
    assert names(tmp_path) == ["file"]


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))
from stack_doctor import main
sys.exit(main(sys.argv[1:]))
"""


def test_failure_half_way_leaves_nothing(tmp_path: Path) -> None:
    """A disk that is full after some files is as if nothing was tried."""
    pytest.importorskip("resource", reason="limits of a process are POSIX")
    command = [sys.executable, "-c", LIMITED, "new", "shop", "--into", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"Error: '{tmp_path / 'shop'}' cannot be made (File too large)")
    assert done.stderr.count("\n") == 1
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], "the following arguments are required: NAME"),
        (["shop", "--wiht", "db"], "unrecognized arguments: --wiht db"),
        (["shop", "--with"], "argument --with: expected one argument"),
        (["shop", "--with", "bd"], "Error: 'bd' is not something for --with."),
        (["flask"], "Error: 'flask' cannot name an application"),
    ],
)
def test_wrong_argument_is_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    argv: list[str],
    words: str,
) -> None:
    """The status is 2 and nothing is made."""
    monkeypatch.chdir(tmp_path)
    assert main(["new", *argv]) == 2
    assert words in capsys.readouterr().err
    assert names(tmp_path) == []


def test_missing_part_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the chosen part is not installed, the output has the command that brings it."""
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert _find_missing(select(["postgres"])) == ("db", "postgres")
    assert _find_missing(select(["none"])) == ()


@pytest.mark.parametrize("choice", CHOICES)
def test_stack_is_installed_from_files_only(tmp_path: Path, choice: str) -> None:
    """Names that are not ours on an index are never looked up there: each install names files."""
    shop = make(tmp_path, "shop", "--with", choice)[1]
    texts = [(shop / name).read_text() for name in ("README.md", "Dockerfile")]
    lines = [line for line in "\n".join(texts).splitlines() if "pip install" in line]
    installs = [line.strip() for line in lines if "--upgrade pip" not in line]
    assert installs == [
        "python -m pip install wheels/*.whl . --group dev",
        "RUN pip install wheels/*.whl .",
    ]
    assert (shop / "wheels" / "README.md").is_file()
