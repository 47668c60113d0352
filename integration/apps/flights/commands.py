"""``flask flights``: loads the flights, and says what they are like."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError
from stack_db.searching.bulk import rebuilt_search_indexes

from ..extensions import db
from . import loading
from .archive import FLIGHTS, NAME, Archive, ArchiveError
from .loading import Loading
from .models import Flight

LINES = 4


@click.command()
@click.option(
    "--archive",
    type=click.Path(path_type=Path),
    help=f"The data package as it was released.  [default: {NAME} in the instance folder]",
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    metavar="N",
    default=FLIGHTS,
    help="Load only N flights, spread over the year.",
)
@click.option("--replace", is_flag=True, help="Delete what is loaded, and load anew.")
@with_appcontext
def load(archive: Path | None, limit: int, replace: bool) -> None:
    """Load the airlines, airports, planes and flights, all of them or nothing."""
    path = archive or Path(current_app.instance_path) / NAME
    limit = min(limit, FLIGHTS)
    try:
        with db.engine.begin() as connection:
            if not inspect(connection).has_table(Flight.__tablename__):
                raise click.ClickException(
                    "The database has no table for flights. Run 'flask db upgrade' first."
                )
            found = loading.count(connection)
            if found and not replace:
                click.echo(f"{found:,} flights are loaded already; --replace loads anew.")
                return
            work = Loading(connection, Archive(path))
            loading.clear(connection)
            searched = rebuilt_search_indexes(connection, db.metadata)
            with searched, _progress(limit) as advance:
                work.run(limit, advance)
    except ArchiveError as error:
        raise click.ClickException(str(error)) from None
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise click.ClickException(
            f"The database refused: {reason}. Nothing was loaded."
        ) from None
    _report(work)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, a few lines anywhere else."""
    if sys.stdout.isatty():
        with click.progressbar(length=total, label="Loading the flights") as bar:
            yield bar.update
        return
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        before, done = done, done + count
        if before * LINES // total < done * LINES // total:
            click.echo(f"{done:,} of {total:,} flights")

    yield advance


def _report(work: Loading) -> None:
    click.echo(f"Loaded {work.flights:,} flights.")
    if work.airports:
        click.echo(
            f"{work.airports.total():,} go to {_airports(len(work.airports))} that the source "
            f"does not describe ({', '.join(sorted(work.airports))}); a stub stands for each."
        )
    unknown = work.planes.total()
    if unknown or work.without_plane:
        click.echo(
            f"{unknown + work.without_plane:,} name no plane that the source describes: "
            f"{unknown:,} name one of {len(work.planes):,} for which a stub stands, "
            f"{work.without_plane:,} name none."
        )


def _airports(count: int) -> str:
    return "1 airport" if count == 1 else f"{count} airports"
