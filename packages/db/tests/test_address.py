"""Addresses: the driver, the errors, and what is shown of them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy.engine import make_url

from stack_core import SettingsError
from stack_db import Database, address

Make = Callable[..., Flask]


class Hiding:
    """An import finder that does not find some modules, as if they were not installed."""

    def __init__(self, finder: Any, names: tuple[str, ...]) -> None:
        self.finder, self.names = finder, names

    def find_spec(self, name: str, *rest: Any) -> ModuleSpec | None:
        return None if name in self.names else self.finder.find_spec(name, *rest)


@pytest.fixture
def hide(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make modules look uninstalled."""

    def hide(*names: str) -> None:
        for module in list(sys.modules):
            if module.partition(".")[0] in names:
                monkeypatch.delitem(sys.modules, module)
        monkeypatch.setattr(sys, "meta_path", [Hiding(f, names) for f in sys.meta_path])

    return hide


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql://h/d?sslmode=require", "postgresql+psycopg://h/d?sslmode=require"),
        ("mysql://h/d", "mysql+pymysql://h/d"),
        ("mariadb://h/d", "mariadb+pymysql://h/d"),
        ("postgresql+pg8000://h/d", "postgresql+pg8000://h/d"),
        ("mysql+mysqldb://h/d", "mysql+mysqldb://h/d"),
        ("sqlite:///a.db", "sqlite:///a.db"),
        ("oracle+oracledb://h/d", "oracle+oracledb://h/d"),
    ],
)
def test_scheme_gets_its_driver(given: str, used: str) -> None:
    """A scheme without a driver gets the maintained one; a named driver stays."""
    assert address.normalize(given).render_as_string(hide_password=False) == used
    assert address.normalize(make_url(given)) == make_url(used)


def test_only_installed_driver_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """An application that has psycopg2 and no psycopg keeps working."""
    found = {"psycopg2": ModuleSpec("psycopg2", None), "MySQLdb": ModuleSpec("MySQLdb", None)}
    monkeypatch.setattr(address, "find_spec", found.get)
    assert address.normalize("postgresql://h/d").drivername == "postgresql+psycopg2"
    assert address.normalize("mysql://h/d").drivername == "mysql+mysqldb"


@pytest.mark.parametrize(
    ("given", "command"),
    [
        ("postgres://h/d", 'pip install "stack[postgres]"'),
        ("postgresql+psycopg://h/d", 'pip install "stack[postgres]"'),
        ("mysql://h/d", 'pip install "stack[mariadb]"'),
        ("postgresql+pg8000://h/d", "the module 'pg8000'"),
    ],
)
def test_missing_driver_names_the_command(
    make_app: Make, hide: Callable[..., None], given: str, command: str
) -> None:
    """The error has the exact command, for an address and for a bind, and nothing is half done."""
    hide("psycopg", "psycopg2", "pymysql", "MySQLdb", "pg8000")
    for config in (
        {"SQLALCHEMY_DATABASE_URI": given},
        {"SQLALCHEMY_BINDS": {"other": given}},
    ):
        app = make_app(**config)
        with pytest.raises(SettingsError) as caught:
            Database(app)
        assert command in str(caught.value)
        assert next(iter(config)) in str(caught.value)
        assert "sqlalchemy" not in app.extensions


SECRET = "hun/ter2"


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"SQLALCHEMY_DATABASE_URI": f"postgresql://me:{SECRET}@h:x/d"}, "is no database address"),
        ({"SQLALCHEMY_DATABASE_URI": f"me:{SECRET}@h/d"}, "is no database address"),
        ({"SQLALCHEMY_DATABASE_URI": 5}, "is int, no address"),
        ({"SQLALCHEMY_DATABASE_URI": f"oracel://me:{SECRET}@h/d"}, "'oracel', which SQLAlchemy"),
        ({"SQLALCHEMY_DATABASE_URI": "sqlite://app.db"}, "Write three slashes"),
        ({"SQLALCHEMY_BINDS": {"a": {"echo": True}}}, "has no address"),
        ({"SQLALCHEMY_BINDS": {"a": 5}}, "is no address"),
        ({"SQLALCHEMY_BINDS": f"sqlite://{SECRET}"}, "is str, no mapping"),
        ({"SQLALCHEMY_ENGINE_OPTIONS": [SECRET]}, "is list, no mapping"),
        ({"SQLALCHEMY_ENGINE_OPTIONS": {"pool_sice": 3}}, "Invalid argument.* 'pool_sice'"),
        ({"SQLALCHEMY_ENGINE_OPTIONS": {"pool_size": "few"}}, "cannot be used: .*'few'"),
        ({"SQLALCHEMY_ENGINE_OPTIONS": {"pool": "few"}}, "cannot be used: "),
        ({"SQLALCHEMY_ENGINE_OPTIONS": {"poolclass": "few"}}, "'poolclass' is 'few', no class"),
        ({"SQLALCHEMY_ENGINE_OPTIONS": {"connect_args": 5}}, "'connect_args' is int, no mapping"),
        ({"DB_MIGRATIONS": ""}, "is empty"),
        ({"SQLALCHEMY_DATABASE_URL": "sqlite://"}, "Did you mean 'SQLALCHEMY_DATABASE_URI'"),
    ],
)
def test_wrong_address_is_one_clear_error(
    make_app: Make, config: dict[str, object], words: str
) -> None:
    """The error quotes the key as it was typed and no part of a password."""
    app = make_app(**config)
    if "SQLALCHEMY_DATABASE_URL" in config:
        del app.config["SQLALCHEMY_DATABASE_URI"]
    with pytest.raises(SettingsError, match=words) as caught:
        Database(app)
    assert next(iter(config)) in str(caught.value)
    assert not {SECRET, "hun", "ter2"} & set(str(caught.value).split("'"))
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "config",
    [
        {"SQLALCHEMY_ENGINE_OPTIONS": {"connect_args": {"colour": "red"}}},
        {"SQLALCHEMY_DATABASE_URI": "mysql://root:hunter2@127.0.0.1:1/shop?colour=red"},
    ],
)
def test_argument_that_the_driver_does_not_take_is_one_clear_error(
    make_app: Make, config: dict[str, object]
) -> None:
    """What a driver refuses when it connects is said with the setting, and without a password."""
    app = make_app(**config)
    database = Database(app)
    with app.app_context(), pytest.raises(SettingsError, match=r"cannot use: .*colour") as caught:
        database.engine.connect()
    assert "'SQLALCHEMY_DATABASE_URI'" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_folder_that_cannot_be_made(make_app: Make) -> None:
    """A file in the way of the instance folder is said before anything is set up."""
    app = make_app()
    Path(app.instance_path).touch()
    with pytest.raises(SettingsError, match="cannot be made"):
        Database(app)


def test_mask_leaves_credentials_out() -> None:
    """The password is hidden, and what the query has of that kind is left out."""
    url = make_url("postgresql://me:hunter2@h/d?passfile=x&sslpassword=hunter3&sslmode=require")
    assert address.mask(url) == "postgresql://me:***@h/d?sslmode=require"


def test_settings_listing_hides_addresses(
    make_app: Make, run_flask: Callable[..., Result]
) -> None:
    """``flask stack settings`` shows no part of an address."""
    secret = "postgresql://me:hunter2@h/d"
    app = make_app(
        SQLALCHEMY_DATABASE_URI=secret,
        SQLALCHEMY_BINDS={"a": secret},
        SQLALCHEMY_ENGINE_OPTIONS={"connect_args": {"password": "hunter2"}},
    )
    Database(app)
    shown = run_flask(app, "stack", "settings")
    assert shown.exit_code == 0
    assert "hunter2" not in shown.output
    assert "SQLALCHEMY_DATABASE_URI" in shown.output
