"""A library in each database: books with authors, teams, tags, and what makes reading hard."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from stack_core.store import store_for
from stack_db import Database, Instant
from stack_db.declaration import about, kind, rule
from stack_db.searching.index import find_index
from stack_db.searching.server import find_server, plain
from stack_db.store.sql_store import SqlStore


class Served(SimpleNamespace):
    """An application, its database, its models by name, and their stores."""

    app: Flask
    db: Any

    def store(self, name: str) -> SqlStore:
        """Return a store by a model's name."""
        found = store_for(self.app, getattr(self, name))
        assert isinstance(found, SqlStore)
        return found


class Library(Served):
    """The library, and what its tests do to it."""

    @property
    def database(self) -> str:
        """The name of the database: ``sqlite``, ``postgresql`` or ``mysql``."""
        with self.app.app_context():
            name: str = self.db.engine.dialect.name
        return "mysql" if name == "mariadb" else name

    def drop_search_index(self) -> None:
        """Remove the index of the books' searchable columns."""
        index = find_index(self.Book.__table__)
        assert index is not None
        server = find_server(self.database)
        assert server is not None
        with self.app.app_context(), self.db.engine.begin() as connection:
            for statement in server.drop(index):
                connection.execute(plain(statement))

    def add(self, *rows: Any) -> None:
        """Write rows in the order in which they are given."""
        with self.app.app_context():
            for row in rows:
                self.db.session.add(row)
                self.db.session.flush()
            self.db.session.commit()


@pytest.fixture
def library(address_of_database: str, start: Callable[..., tuple[Flask, Database]]) -> Library:
    """An application with the models below and no rows."""
    app, db = start(SQLALCHEMY_DATABASE_URI=address_of_database)
    made = make_models(db)
    with app.app_context():
        db.create_all()
    return Library(app=app, db=db, **made)


class Colour(enum.Enum):
    """The colour of a cover."""

    RED = "red"
    BLUE = "blue"


def make_models(db: Any) -> dict[str, Any]:
    """Map the models of the library."""
    tagging = db.Table(
        "tagging",
        sa.Column("book_id", sa.ForeignKey("book.id"), primary_key=True),
        sa.Column("tag_id", sa.ForeignKey("tag.id"), primary_key=True),
    )

    class Team(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(sa.String(50))

    class Author(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(sa.String(50))
        team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("team.id"))
        team = relationship("Team")
        books = relationship("Book", back_populates="author")
        profile = relationship("Profile", back_populates="author", uselist=False)
        deleted_at: Mapped[datetime | None] = mapped_column(Instant)
        __soft__ = "deleted_at"

    class Profile(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        text: Mapped[str] = mapped_column(sa.String(50))
        author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("author.id"))
        author = relationship("Author", back_populates="profile")

    class Tag(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(sa.String(50))

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        title: Mapped[str] = mapped_column(sa.String(80), info=about(searchable=True))
        blurb: Mapped[str | None] = mapped_column(sa.String(200), info=about(searchable=True))
        price: Mapped[Decimal | None] = mapped_column(sa.Numeric(10, 2))
        weight: Mapped[float | None]
        pages: Mapped[int | None]
        colour: Mapped[Colour | None] = mapped_column(sa.Enum(Colour))
        published: Mapped[date | None]
        sold_at: Mapped[datetime | None] = mapped_column(Instant)
        author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("author.id"))
        author = relationship("Author", back_populates="books")
        tags = relationship("Tag", secondary=tagging)
        __kind__ = kind(
            rules={
                "thick": rule(lambda m, least: m.pages >= least, parameters={"least": int}),
            }
        )

        @hybrid_property
        def double(self) -> int | None:
            return self.pages * 2

    Book.shout = column_property(sa.func.upper(Book.title, type_=sa.String))

    found = (Team, Author, Profile, Tag, Book)
    return {cls.__name__: cls for cls in found} | {"Colour": Colour} | make_more_models(db)


def make_more_models(db: Any) -> dict[str, Any]:
    """Map those with keys of two columns, and with a table for each class."""

    class Seat(db.Model):
        row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
        letter: Mapped[str] = mapped_column(sa.String(5), primary_key=True)
        note: Mapped[str | None] = mapped_column(sa.String(50))

    class Ticket(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        seat_row: Mapped[int | None]
        seat_letter: Mapped[str | None] = mapped_column(sa.String(5))
        seat = relationship("Seat")
        __table_args__ = (
            sa.ForeignKeyConstraint(["seat_row", "seat_letter"], ["seat.row", "seat.letter"]),
        )

    class Person(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(sa.String(50))
        type: Mapped[str] = mapped_column(sa.String(20))
        boss_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
        boss = relationship("Person", remote_side=[id])
        __mapper_args__ = {"polymorphic_on": "type", "polymorphic_identity": "person"}

    class Manager(Person):
        id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
        budget: Mapped[int]
        __mapper_args__ = {"polymorphic_identity": "manager"}

    class Office(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        head_id: Mapped[int | None] = mapped_column(sa.ForeignKey("manager.id"))
        head = relationship("Manager")

    found = (Seat, Ticket, Person, Manager, Office)
    return {cls.__name__: cls for cls in found}


@pytest.fixture
def count_statements() -> Callable[[Any], Any]:
    """Collect the statements that an application's engines and readers send."""

    @contextmanager
    def collect(library: Library) -> Iterator[list[str]]:
        sent: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            sent.append(statement)

        with library.app.app_context():
            engine = library.db.engine
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)

    return collect
