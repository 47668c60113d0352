"""The command ``stack new-extension``: what it writes, and what it refuses."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from importlib import metadata
from itertools import combinations
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from stack._new.name import Name, read_name
from stack._new.refusal import RefusalError
from stack._new_extension import command
from stack._new_extension.choice import SEAMS, select
from stack._new_extension.plan import LICENSES, draw
from stack._new_extension.subject import EXTENSION
from stack_doctor import main

Install = Callable[..., None]

SUBSETS = [subset for size in range(len(SEAMS) + 1) for subset in combinations(SEAMS, size)]


def make(place: Path, *argv: str) -> tuple[int, Path]:
    return command([*argv, "--into", str(place)], "stack new-extension"), place / argv[0]


def find(name: str, *seams: str, license: str = LICENSES[0], authors: str = "") -> dict[str, str]:
    drawn = draw(Name(name), seams, license, authors)
    return {str(file.path): file.text for file in drawn}


def test_new_extension_makes_the_folder_and_says_what_comes_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a word it has a table, its revision, and something for programs."""
    status, target = make(tmp_path, "my-greeter")
    out = capsys.readouterr().out
    assert status == 0
    assert out.startswith(f"Made {target}/ with db, rest: ")
    assert "--editable . --group dev" in out
    package = target / "src" / "my_greeter"
    assert (package / "migrations" / "my_greeter_001_entries.py").is_file()
    assert (package / "py.typed").is_file()
    assert (target / ".github" / "workflows" / "tests.yml").is_file()


def test_new_extension_is_a_command_of_stack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes by the entry point, and the current folder is the default."""
    monkeypatch.chdir(tmp_path)
    assert main(["new-extension", "greeter", "--with", "none"]) == 0
    assert (tmp_path / "greeter" / "pyproject.toml").is_file()


@pytest.mark.parametrize("subset", SUBSETS, ids=lambda subset: ",".join(subset) or "none")
def test_files_of_a_subset_are_whole(subset: tuple[str, ...]) -> None:
    """No sign of the scaffold is left, every Python file is one, and no file but one is empty."""
    for path, text in find("my-greeter", *subset).items():
        assert "@{" not in text, path
        assert "package" not in Path(path).parts
        assert ".tmpl" not in path
        assert text.endswith("\n") or path.endswith("py.typed")
        if path.endswith(".py"):
            compile(text, path, "exec")


def test_choice_decides_about_files() -> None:
    """What was not asked for leaves no trace."""
    plain, db, access = find("greeter"), find("greeter", "db"), find("greeter", "access")
    assert not any("migrations" in path or "entries" in path for path in {**plain, **access})
    assert not any("TOKEN" in text for text in {**plain, **db}.values())
    assert not any("stack_rest" in text for text in {**plain, **db, **access}.values())
    assert "src/greeter/access.py" in access
    assert "src/greeter/migrations/greeter_001_entries.py" in db


def test_requirements_are_floors_without_caps() -> None:
    """They are the oldest releases that the roof was tested with, and nobody is locked in."""
    project = tomllib.loads(find("greeter", "db", "rest")["pyproject.toml"])
    lines = [*project["project"]["dependencies"]]
    lines += [line for line in project["dependency-groups"]["tests"] if isinstance(line, str)]
    floors = {
        canonicalize_name(need.name): next(
            each.version for each in need.specifier if each.operator == ">="
        )
        for need in map(Requirement, metadata.requires("stack") or ())
        if need.specifier
    }
    for name in ("stack-core", "stack-db", "flask", "stack-rest"):
        assert f"{name}>={floors[name]}" in lines
    assert f"stack>={metadata.version('stack').rpartition('.')[0]}" in lines
    assert not [line for line in lines if "<" in line or "=" not in line]
    assert project["project"]["entry-points"]["stack.extensions"] == {"greeter": "greeter:Greeter"}


@pytest.mark.parametrize(
    ("license", "words"), [("BSD-3-Clause", "Redistribution"), ("MIT", "free of charge")]
)
def test_license_is_chosen(license: str, words: str) -> None:
    """Its text and its name in the metadata are the same one, and name the authors."""
    files = find("greeter", license=license, authors="the hat society")
    assert words in files["LICENSE"]
    assert "Copyright (c) the hat society" in files["LICENSE"]
    project = tomllib.loads(files["pyproject.toml"])["project"]
    assert project["license"] == license
    assert project["authors"] == [{"name": "the hat society"}]


@pytest.mark.parametrize("authors", ['a "b"', "a\\", "a\nb", " a", "@{title}"])
def test_authors_that_break_the_metadata_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], authors: str
) -> None:
    """Nothing is escaped: what cannot stand there as it is, is told."""
    assert make(tmp_path, "greeter", "--authors", authors)[0] == 2
    assert "cannot be --authors" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "seams"),
    [
        ([], ("db", "rest")),
        (["access,db"], ("db", "access")),
        (["rest", "rest"], ("rest",)),
        (["none"], ()),
    ],
)
def test_seams_are_read(given: list[str], seams: tuple[str, ...]) -> None:
    """Commas and repetition are the same, and the order is the table's."""
    assert select(given) == seams


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["acess"], "'acess' is not something for --with. Did you mean 'access'?"),
        (["zzz"], "Choose from db, rest, access, none."),
        (["none,db"], "'none' stands alone."),
    ],
)
def test_unfit_seam_is_refused(given: list[str], sentence: str) -> None:
    """One sentence says what is wrong, another what to take."""
    with pytest.raises(RefusalError) as error:
        select(given)
    assert sentence in str(error.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Greeter", "small letters"),
        ("../greeter", "it is a path"),
        ("x" * 29, "28 are the most"),
        ("tests", "the extension's own files"),
        ("db", "the extension's own files or by stack"),
        ("stack-greeter", "by stack"),
        ("json", "Python's standard library"),
        ("flask", "the module 'flask'"),
    ],
)
def test_unfit_name_is_refused_with_a_better_one(text: str, reason: str) -> None:
    """The name is also a prefix of settings, of tables and of revisions."""
    with pytest.raises(RefusalError, match=reason) as error:
        read_name(text, EXTENSION)
    assert str(error.value).startswith(f"{text!r} cannot name an extension: ")
    suggested = str(error.value).rpartition("such as '")[2].removesuffix("'.")
    assert read_name(suggested, EXTENSION) == Name(suggested)


def test_name_of_an_installed_extension_is_refused(
    tmp_path: Path, install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two of one name could not be on one application, whatever their packages are called."""
    install("acme-hats", "my_hat = acme_hats:Hat")
    place = tmp_path / "place"
    place.mkdir()
    assert make(place, "my-hat")[0] == 2
    said = capsys.readouterr().err
    assert said == (
        "Error: 'my-hat' cannot name an extension: 'acme-hats' has one of that name."
        " Take another one, or uninstall 'acme-hats'.\n"
    )
    assert list(place.iterdir()) == []


def test_what_is_there_is_never_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder with something in it stays as it is."""
    (tmp_path / "greeter").mkdir()
    (tmp_path / "greeter" / "mine").touch()
    assert make(tmp_path, "greeter")[0] == 2
    assert "nothing is ever overwritten" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "greeter").iterdir()] == ["mine"]
