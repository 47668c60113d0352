"""Addresses of databases: which driver speaks to them, and what may be shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any, NamedTuple

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from stack_core import SettingsError

URI_KEY = "SQLALCHEMY_DATABASE_URI"
BINDS_KEY = "SQLALCHEMY_BINDS"
OPTIONS_KEY = "SQLALCHEMY_ENGINE_OPTIONS"


class Family(NamedTuple):
    """The databases behind some schemes, and their drivers, the preferred one first.

    A driver is a pair: SQLAlchemy's name for it and the module to import.
    """

    backend: str | None
    title: str
    drivers: tuple[tuple[str, str], ...]
    extra: str


# For 'postgresql' SQLAlchemy 2.0 takes psycopg2 and 2.1 takes psycopg; for 'mysql' mysqlclient.
_POSTGRES = Family(
    "postgresql", "PostgreSQL", (("psycopg", "psycopg"), ("psycopg2", "psycopg2")), "postgres"
)
_MYSQL = Family(None, "MariaDB", (("pymysql", "pymysql"), ("mysqldb", "MySQLdb")), "mariadb")
_FAMILIES = {
    "postgres": _POSTGRES,
    "postgresql": _POSTGRES,
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
}


def normalize(address: object, key: str = URI_KEY) -> URL:
    """Return an address with the driver that will be used.

    ``postgres`` and ``postgresql`` mean psycopg, ``mysql`` and ``mariadb``
    mean PyMySQL, unless only the other driver of the family is installed. An
    address that names its driver keeps it.

    :param key: where the address stands, for the errors.
    :raises SettingsError: it is no address, or of a database that SQLAlchemy
        does not know.
    """
    url = _parse(address, key)
    backend, _, driver = url.drivername.partition("+")
    family = _FAMILIES.get(backend)
    if family is not None:
        name = driver or _choose_driver(family)
        url = url.set(drivername=f"{family.backend or backend}+{name}")
    try:
        url.get_dialect()
    except NoSuchModuleError:
        raise SettingsError(
            f"{key!r} names {url.drivername!r}, which SQLAlchemy does not know."
            " Use sqlite, postgresql or mariadb, or install the dialect."
        ) from None
    return url


def explain_missing_driver(url: URL, key: str, error: ImportError) -> str:
    """Return what to install for an address whose driver could not be imported."""
    driver = url.get_driver_name()
    family = _FAMILIES.get(url.get_backend_name())
    if family is not None and driver == family.drivers[0][0]:
        return (
            f"{key!r} names a {family.title} database, but no driver for it is installed."
            f' Run python -m pip install "stack[{family.extra}]".'
        )
    return (
        f"{key!r} names the driver {driver!r}, which cannot be imported."
        f" Install the distribution that has the module {error.name or driver!r}."
    )


def name_key(bind: str | None) -> str:
    """Return the setting that holds the address of a bind, None being the default."""
    return URI_KEY if bind is None else f"{BINDS_KEY}[{bind!r}]"


def mask(url: URL) -> str:
    """Return an address as text without its credentials."""
    secret = [name for name in url.query if "pass" in name.lower()]
    return url.difference_update_query(secret).render_as_string(hide_password=True)


def find_addresses(
    config: Mapping[str, Any], options: Mapping[str, Any]
) -> Iterator[tuple[str, str | None, object]]:
    """Yield setting, bind and address of each engine that Flask-SQLAlchemy would make.

    :param options: the ``engine_options`` of the instance.
    :raises SettingsError: the binds or the options are no mapping, or have no address.
    """
    for name, value in _mapping(config, BINDS_KEY).items():
        where = name_key(name)
        if not isinstance(value, (str, URL)):
            if not isinstance(value, Mapping):
                raise SettingsError(f"{where!r} is no address. Set it to text or a mapping.")
            value = {**options, **value}.get("url")
            if value is None:
                raise SettingsError(f"{where!r} has no address. Give it a 'url'.")
        yield where, name, value
    ours = {**options, **_mapping(config, OPTIONS_KEY)}
    if config.get(URI_KEY) is not None:
        yield URI_KEY, None, config[URI_KEY]
    elif "url" in ours:
        yield f"{OPTIONS_KEY}['url']", None, ours["url"]


def _parse(address: object, key: str) -> URL:
    if not isinstance(address, (str, URL)):
        raise SettingsError(
            f"{key!r} is {type(address).__name__}, no address."
            " Set it to text such as 'sqlite:///app.db'."
        )
    try:
        return make_url(address)
    except (ArgumentError, ValueError):
        # The message of either can hold a part of the password.
        raise SettingsError(
            f"{key!r} is no database address. Write it as"
            " 'postgresql://user:password@host/database' or 'sqlite:///app.db',"
            " with signs such as '/', '@' and '%' of a password as %2F, %40 and %25."
        ) from None


def _mapping(config: Mapping[str, Any], key: str) -> Mapping[Any, Any]:
    value = config.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise SettingsError(
            f"{key!r} is {type(value).__name__}, no mapping. Set it to a mapping,"
            " in the environment as JSON."
        )
    return value


def _choose_driver(family: Family) -> str:
    installed = (driver for driver, module in family.drivers if find_spec(module) is not None)
    return next(installed, family.drivers[0][0])
