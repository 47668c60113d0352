"""``flask db seed``, ``dump``, ``load`` and ``backup``."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DataError, IntegrityError

from .. import sqlite
from ..searching.bulk import rebuilt_search_indexes
from . import backup, file, seeding
from .dumping import Dump, missing, snapshot
from .loading import Load
from .order import Filling, order
from .source import LoadError, Source


def _database() -> Any:
    return current_app.extensions["sqlalchemy"]


def _find_engine(bind: str | None) -> Engine:
    engines = _database().engines
    if bind not in engines:
        known = ", ".join(repr(name) for name in engines if name) or "none"
        shown = "default database" if bind is None else f"bind {bind!r}"
        raise click.ClickException(f"This application has no {shown}. Its binds are: {known}.")
    found: Engine = engines[bind]
    return found


def _fillings(engine: Engine, bind: str | None) -> list[Filling]:
    """Return the tables of a bind, which all must be there."""
    metadata = _database().metadatas.get(bind)
    fillings = order(metadata.tables.values() if metadata is not None else ())
    with engine.connect() as connection:
        lost = missing(connection, [filling.table for filling in fillings])
    if lost:
        raise click.ClickException(
            f"The database has no table '{lost}'. Run flask db upgrade first."
        )
    return fillings


_bind = click.option("--bind", help="Of which bind; without it, of the default database.")


@contextmanager
def _bar(rows: int, label: str) -> Iterator[Callable[[int], object]]:
    """Yield what is told each step, and show on a terminal how far it is."""
    if not sys.stderr.isatty():
        yield lambda rows: None
        return
    with click.progressbar(length=rows, label=label, file=sys.stderr) as bar:
        yield bar.update


@click.command("seed")
@click.argument("names", nargs=-1)
@click.option("--list", "listed", is_flag=True, help="Only show which seeds there are.")
@with_appcontext
def seed(names: tuple[str, ...], listed: bool) -> None:
    """Write the rows that every installation has.

    Each seed is a function that the application declares with @db.seed; it is
    one transaction, and a second run changes nothing. Without NAMES all are
    run, in the order of their declaration.
    """
    declared = getattr(_database(), "seeds", None)
    seeds = declared.by_name if declared is not None else {}
    unknown = [name for name in names if name not in seeds]
    if unknown:
        known = ", ".join(seeds) or "none"
        raise click.ClickException(f"There is no seed {unknown[0]!r}. There are: {known}.")
    if listed:
        for name in seeds:
            click.echo(name)
        return
    if not seeds:
        click.echo("No seed is declared. Declare a function with @db.seed.")
    for name in [name for name in seeds if not names or name in names]:
        try:
            counts = seeding.run(seeds[name], _database().session())
        except seeding.SeedError as error:
            raise click.ClickException(f"The seed {name!r} was not written: {error}") from error
        click.echo(
            f"{name}: {counts.created} created, {counts.changed} changed,"
            f" {counts.unchanged} as they were."
        )


@click.command("dump")
@click.argument("target", metavar="FILE")
@_bind
@with_appcontext
def dump(target: str, bind: str | None) -> None:
    """Write every row into FILE, as lines of JSON; - is standard output.

    The rows are as they were in one moment. A FILE that ends in .gz is packed.
    It can be loaded into every database that the application can use, at the
    same revision.
    """
    engine = _find_engine(bind)
    fillings = _fillings(engine, bind)
    with snapshot(engine) as connection:
        made = Dump(connection, fillings)
        with file.create(target) as opened, _bar(made.rows, "Dumping") as bar:
            made.write(opened, bar)
    said = "standard output" if target == file.STANDARD else f"'{target}'"
    click.echo(f"{made.rows:,} rows of {len(fillings)} tables were written to {said}.", err=True)


@click.command("load")
@click.argument(
    "source", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--replace", is_flag=True, help="Delete every row that is there first.")
@_bind
@with_appcontext
def load(source: Path, replace: bool, bind: str | None) -> None:
    """Load what flask db dump wrote, all of it or nothing.

    The tables must be empty, and at the revision that the file was dumped at.
    """
    engine = _find_engine(bind)
    fillings = _fillings(engine, bind)
    try:
        found = Source(source)
        with engine.connect() as connection, _writing(connection, engine):
            loader = Load(connection, fillings, found)
            loader.check()
            if replace:
                loader.clear()
            elif filled := loader.find_filled():
                raise LoadError(
                    f"The table '{filled}' has rows already."
                    " Empty it, or call flask db load --replace to delete every row."
                )
            searched = rebuilt_search_indexes(connection, _database().metadatas[bind])
            with searched, _bar(sum(found.head.tables.values()), "Loading") as bar:
                count = loader.run(bar)
    except LoadError as error:
        raise click.ClickException(f"{error} Nothing was changed.") from error
    except (IntegrityError, DataError) as error:
        said = " ".join(str(error.orig).split())
        raise click.ClickException(
            f"The database refused a row: {said}. Nothing was changed."
        ) from error
    click.echo(f"{count:,} rows of {len(found.head.tables)} tables were loaded.", err=True)


@contextmanager
def _writing(connection: Any, engine: Engine) -> Iterator[None]:
    """Begin a transaction that nobody else writes beside."""
    if engine.dialect.name == "sqlite":
        raw = connection.connection.dbapi_connection
        raw.execute("BEGIN IMMEDIATE")
    with connection.begin():
        yield


@click.command("backup")
@click.argument("target", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE where it exists.")
@_bind
@with_appcontext
def backup_command(target: Path | None, force: bool, bind: str | None) -> None:
    """Copy a SQLite database while it is used.

    Without FILE the copy goes into the folder 'backups' of the instance
    folder, under a name that has the time in UTC. Servers have tools of their
    own: pg_dump and mariadb-dump.
    """
    engine = _find_engine(bind)
    if engine.dialect.name != "sqlite" or sqlite.is_memory(engine.url):
        tool = {"postgresql": "pg_dump", "mysql": "mariadb-dump", "mariadb": "mariadb-dump"}
        use = tool.get(engine.dialect.name, "flask db dump")
        raise click.ClickException(f"This database is no SQLite file. Use {use} for it.")
    path = sqlite.find_path(engine.url)
    chosen = target or _name(path)
    if chosen.is_dir():
        chosen = chosen / _name(path).name
    if chosen.exists() and (not force or chosen.samefile(path)):
        hint = "Give another name" if chosen.samefile(path) else "Call flask db backup --force"
        raise click.ClickException(f"'{chosen}' exists. {hint}.")
    if not path.exists():
        raise click.ClickException(f"There is no database '{path}' yet. Run flask db upgrade.")
    try:
        size = _copy(path, chosen)
    except (sqlite3.Error, OSError) as error:
        raise click.ClickException(
            f"'{chosen}' was not written: {error}. The database is as it was."
        ) from error
    click.echo(f"'{chosen}' is a copy of {size:,} bytes; it was checked and is whole.")


def _copy(path: Path, chosen: Path) -> int:
    with _bar(path.stat().st_size, "Copying") as bar:
        return backup.copy_database(path, chosen, bar)


def _name(path: Path) -> Path:
    folder = Path(current_app.instance_path) / "backups"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"{path.stem}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{path.suffix or '.db'}"


COMMANDS = (seed, dump, load, backup_command)
"""What ``flask db`` has beside Flask-Migrate's own commands."""
