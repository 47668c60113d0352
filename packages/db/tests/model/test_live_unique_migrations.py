"""What ``flask db`` makes of values that are unique among rows that are not deleted."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Mapped, mapped_column

from stack_db.mixins import LiveUnique, SoftDelete

Run = Callable[..., Result]


@pytest.fixture
def run(
    run_flask: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed_logging: None
) -> Run:
    """Run ``flask db`` in a folder of the test's own; a failure or a warning is an error."""
    monkeypatch.chdir(tmp_path)

    def run(app: Flask, *args: str) -> Result:
        done = run_flask(app, "db", *args)
        assert done.exit_code == 0, done.output
        return done

    return run


def map_book(db: Any) -> Any:
    """Map a book whose number is unique, and whose place is."""

    class Book(SoftDelete, db.Model):
        __table_args__ = (LiveUnique("shelf", "place"),)
        id: Mapped[int] = mapped_column(primary_key=True)
        isbn: Mapped[str] = mapped_column(sa.String(20), unique=True)
        shelf: Mapped[int | None]
        place: Mapped[int | None]

    return Book


def take_value_again(app: Flask, db: Any, book: Any) -> None:
    """Delete a book and make one with its values; a third is refused."""
    with app.app_context():
        db.session.add(book(isbn="1", shelf=1, place=1))
        db.session.commit()
        db.session.delete(db.session.scalars(sa.select(book)).one())
        db.session.add(book(isbn="1", shelf=1, place=1))
        db.session.commit()
        db.session.add(book(isbn="1"))
        with pytest.raises(sa.exc.IntegrityError):
            db.session.commit()
        db.session.rollback()


@pytest.fixture
def drifting() -> Iterator[None]:
    """Alembic warns of generated columns that it believes to differ; that is an error here."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "'get_engine' is deprecated", DeprecationWarning)
        yield


def test_migration_makes_it_and_finds_no_change(
    serve: Callable[..., tuple[Flask, Any]], run: Run, tmp_path: Path, drifting: None
) -> None:
    """A new table: made, found equal, taken back, and made again."""
    app, db = serve()
    book = map_book(db)
    for command in ("init", "migrate", "upgrade", "check", "downgrade", "upgrade", "check"):
        run(app, command)
    (revision,) = tmp_path.glob("migrations/versions/*.py")
    text = revision.read_text("utf-8")
    assert "stack_db.live_unique.make_column()" in text
    assert "sqlite_where" in text
    assert "postgresql_where" in text
    take_value_again(app, db, book)


def test_table_takes_it_up(
    make_app: Callable[..., Flask],
    address_of_database: str,
    run: Run,
    tmp_path: Path,
    drifting: None,
) -> None:
    """A table that is there already gets the columns and the index."""
    from stack_db import Database

    before: Any = Database()

    class Book(before.Model):  # type: ignore[name-defined, misc]
        id: Mapped[int] = mapped_column(primary_key=True)
        isbn: Mapped[str] = mapped_column(sa.String(20))
        shelf: Mapped[int | None]
        place: Mapped[int | None]

    app = make_app(SQLALCHEMY_DATABASE_URI=address_of_database)
    before.init_app(app)
    for command in ("init", "migrate", "upgrade"):
        run(app, command)
    with app.app_context():
        before.session.add(Book(isbn="0"))
        before.session.commit()
    after: Any = Database()
    book = map_book(after)
    app = make_app(SQLALCHEMY_DATABASE_URI=address_of_database)
    after.init_app(app)
    for command in ("migrate", "upgrade", "check"):
        run(app, command)
    with app.app_context():
        assert after.session.scalars(sa.select(book.isbn)).all() == ["0"]
        after.session.delete(after.session.scalars(sa.select(book)).one())
        after.session.commit()
    take_value_again(app, after, book)


def test_revision_written_on_one_database_runs_on_another(
    make_app: Callable[..., Flask], address_of_database: str, run: Run, drifting: None
) -> None:
    """What was written on SQLite frees values on every other database too."""
    from stack_db import Database

    for number, address in enumerate(("sqlite:///written.db", address_of_database)):
        db: Any = Database()
        book = map_book(db)
        app = make_app(SQLALCHEMY_DATABASE_URI=address)
        db.init_app(app)
        for command in ("init", "migrate") if number == 0 else ("upgrade", "check"):
            run(app, command)
    take_value_again(app, db, book)
