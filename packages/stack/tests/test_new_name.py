"""Names of new applications."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from stack._new.name import Name, read_name
from stack._new.refusal import RefusalError


@pytest.mark.parametrize(
    ("text", "package", "title"),
    [
        ("shop", "shop", "Shop"),
        ("my-shop", "my_shop", "My shop"),
        ("my_shop2", "my_shop2", "My shop2"),
        ("a", "a", "A"),
        ("x" * 64, "x" * 64, "X" + "x" * 63),
    ],
)
def test_name_is_a_distribution_and_a_package(text: str, package: str, title: str) -> None:
    """A hyphen is kept in the folder's name and is an underscore in the package's."""
    name = read_name(text)
    assert (name.distribution, name.package, name.title) == (text, package, title)


@pytest.mark.parametrize(
    ("text", "reason", "suggestion"),
    [
        ("", "small letters", "my_app"),
        ("2shop", "small letters", "shop"),
        ("Shop", "small letters", "shop"),
        ("größe", "small letters", "gr_e"),
        ("shop_", "small letters", "shop"),
        ("my--shop", "single hyphens", "my_shop"),
        ("my shop", "small letters", "my_shop"),
        ("shop\n", "small letters", "shop"),
        ("-x", "small letters", "x"),
        ("x" * 65, "65 characters", "x" * 60),
        ("a/shop", "it is a path", "shop"),
        ("..", "it is a path", "my_app"),
        ("../..", "it is a path", "my_app"),
        ("class", "a word of the Python language", "class_app"),
        ("test", "the application's own files", "test_app"),
        ("tests", "the application's own files", "tests_app"),
        ("wsgi", "the application's own files", "wsgi_app"),
        ("migrations", "the application's own files", "migrations_app"),
        ("instance", "the application's own files", "instance_app"),
        ("db", "the application's own files", "db_app"),
        ("stack", "the application's own files", "my_stack"),
        ("stack-db", "the application's own files", "my_stack_db"),
        ("json", "Python's standard library", "json_app"),
        ("flask", "the module 'flask'", "flask_app"),
        ("flask-sqlalchemy", "the module 'flask_sqlalchemy'", "flask_sqlalchemy_app"),
        ("gunicorn", "the module 'gunicorn'", "gunicorn_app"),
        ("pluggy", "the module 'pluggy'", "pluggy_app"),
    ],
)
def test_unfit_name_is_refused_with_a_better_one(text: str, reason: str, suggestion: str) -> None:
    """The refusal says why, and what it suggests is accepted."""
    with pytest.raises(RefusalError, match=re.escape(reason)) as error:
        read_name(text)
    assert repr(text) in str(error.value)
    assert str(error.value).endswith(f"such as {suggestion!r}.")
    assert read_name(suggestion) == Name(suggestion)


def test_name_of_a_folder_here_is_no_installed_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``python -m stack`` has the current folder on its path; what is there is not hidden."""
    (tmp_path / "bakery").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    assert read_name("bakery").package == "bakery"


def test_name_of_a_module_elsewhere_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever an import would find is hidden by an application of that name."""
    (tmp_path / "bakery.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(RefusalError, match="it would hide the module 'bakery'"):
        read_name("bakery")
