"""Databases to map models on, of each sort."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stack_core.description import Field
from stack_db import Database
from stack_db.declaration import about
from stack_db.model.kind import Kind
from stack_db.model.kinds import Kinds


@pytest.fixture
def db() -> Any:
    """A database on no application: enough to describe models."""
    return Database()


@pytest.fixture
def describe(db: Any) -> Callable[[type[Any]], Kind]:
    """Return the kind of a class of ``db``."""
    return Kinds.of(db).get


@pytest.fixture
def field(describe: Callable[[type[Any]], Kind]) -> Callable[[type[Any], str], Field]:
    """Return a field of a class of ``db``."""
    return lambda cls, name: describe(cls).description.by_name[name]


@pytest.fixture
def serve(
    start: Callable[..., tuple[Flask, Database]], address_of_database: str
) -> Callable[..., tuple[Flask, Any]]:
    """Make an application on each sort of database; call it before the models are mapped."""
    return lambda **config: start(SQLALCHEMY_DATABASE_URI=address_of_database, **config)


class Shop(SimpleNamespace):
    """An application with books that have an author and tags."""

    app: Flask
    db: Any
    Book: Any
    Author: Any
    Tag: Any


def map_models(db: Any) -> dict[str, Any]:
    """Map the models of the shop."""
    tagging = db.Table(
        "tagging",
        sa.Column("book_id", sa.ForeignKey("book.id"), primary_key=True),
        sa.Column("tag_id", sa.ForeignKey("tag.id"), primary_key=True),
    )

    class Author(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(sa.String(50))

    class Tag(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        title: Mapped[str | None] = mapped_column(sa.Text)
        size: Mapped[int | None]
        pin: Mapped[str | None] = mapped_column(sa.String(50), info=about(secret=True))
        word: Mapped[str | None] = mapped_column(sa.String(50), info=about(write_only=True))
        data: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
        author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("author.id"))
        author = relationship(Author)
        tags = relationship(Tag, secondary=tagging)

    return {"Author": Author, "Tag": Tag, "Book": Book}


@pytest.fixture
def shop(serve: Callable[..., tuple[Flask, Any]]) -> Iterator[Shop]:
    """A shop in each sort of database, with its application context pushed."""
    app, db = serve()
    made = Shop(app=app, db=db, **map_models(db))
    with app.app_context():
        db.create_all()
        yield made
        db.session.rollback()


@pytest.fixture
def map_books() -> Callable[[Any], dict[str, Any]]:
    """Map the models of the shop on a database."""
    return map_models


@pytest.fixture
def heard() -> Iterator[list[Any]]:
    """Everything that is told while the test runs: ``(signal, change)``."""
    from stack_core.event import changed, changing

    told: list[Any] = []

    def hear_changing(sender: Flask, change: Any) -> None:
        told.append(("changing", change))

    def hear_changed(sender: Flask, change: Any) -> None:
        told.append(("changed", change))

    with changing.connected_to(hear_changing), changed.connected_to(hear_changed):
        yield told


@pytest.fixture
def told(heard: list[Any]) -> Callable[[str], list[tuple[str, str]]]:
    """Return action and kind of what a signal told."""
    return lambda signal: [(each.action, each.kind) for name, each in heard if name == signal]
