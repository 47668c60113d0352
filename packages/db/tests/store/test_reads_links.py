"""The pairs of keys that a relation links, where models are unusual."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stack_core.filter import Is
from stack_core.problem import Unable
from stack_core.query import EVERYTHING, Reach
from stack_core.store import Store, store_for
from stack_db import Database

Start = Callable[..., tuple[Flask, Database]]


def fill(app: Flask, db: Any, *rows: Any, links: Any = None) -> Store:
    """Write rows, and lines into a table between; return the store of the first row's class."""
    with app.app_context():
        db.create_all()
        db.session.add_all(rows)
        db.session.flush()
        for table, lines in links or ():
            db.session.execute(table.insert(), lines)
        db.session.commit()
    return store_for(app, type(rows[0]))


def test_links_within_one_class(address_of_database: str, start: Start) -> None:
    """A class that leads to itself through a table, both ways, has links both ways."""
    app, db = start(SQLALCHEMY_DATABASE_URI=address_of_database)
    knows = db.Table(
        "knows",
        sa.Column("who_id", sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("whom_id", sa.ForeignKey("person.id"), primary_key=True),
    )

    class Person(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(sa.String(20))
        friends = relationship(
            "Person",
            secondary=knows,
            primaryjoin=id == knows.c.who_id,
            secondaryjoin=id == knows.c.whom_id,
            backref="fans",
        )

    lines = [{"who_id": who, "whom_id": whom} for who, whom in ((1, 2), (1, 3), (3, 1), (2, 2))]
    people = [Person(id=key, name=name) for key, name in enumerate("abc", 1)]
    store = fill(app, db, *people, links=[(knows, lines)])
    field = store.description.by_name["friends"]
    assert (field.many, field.inverse) == (True, "fans")
    assert store.links("friends", [3, 1], EVERYTHING, limit=9) == [(1, 2), (1, 3), (3, 1)]
    assert store.links("fans", [1, 2], EVERYTHING, limit=9) == [(1, 3), (2, 1), (2, 2)]
    seen = Reach(through=(("person", Is("name", "eq", "b")),))
    assert store.links("friends", [1, 2, 3], seen, limit=9) == [(1, 2), (2, 2)]


def test_links_are_told_once(address_of_database: str, start: Start) -> None:
    """Rows that a table without a key links twice are one pair, and texts are told apart."""
    app, db = start(SQLALCHEMY_DATABASE_URI=address_of_database)
    tagging = db.Table(
        "tagging",
        sa.Column("book_id", sa.ForeignKey("book.id")),
        sa.Column("word", sa.ForeignKey("tag.word")),
    )

    class Tag(db.Model):
        word: Mapped[str] = mapped_column(sa.String(20), primary_key=True)

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        tags = relationship(Tag, secondary=tagging)

    lines = [{"book_id": 1, "word": word} for word in ("a", "b", "a", "a", "c")]
    store = fill(app, db, Book(id=1), *(Tag(word=w) for w in "abc"), links=[(tagging, lines)])
    assert store.links("tags", [1], EVERYTHING, limit=9) == [(1, "a"), (1, "b"), (1, "c")]
    assert store.links("tags", [1], EVERYTHING, limit=2) == [(1, "a"), (1, "b")]


def test_links_of_a_narrower_relation(address_of_database: str, start: Start) -> None:
    """A relation with a condition of its own links what that holds for, with subclasses too."""
    app, db = start(SQLALCHEMY_DATABASE_URI=address_of_database)

    class Person(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        type: Mapped[str] = mapped_column(sa.String(20))
        team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("team.id"))
        __mapper_args__ = {"polymorphic_on": "type", "polymorphic_identity": "person"}

    class Manager(Person):
        id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
        budget: Mapped[int]
        __mapper_args__ = {"polymorphic_identity": "manager"}

    class Team(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        managers = relationship(Manager)
        rich = relationship(
            Manager,
            primaryjoin=lambda: sa.and_(Team.id == Person.team_id, Manager.budget > 10),
            viewonly=True,
        )

    people = [Manager(id=1, team_id=1, budget=5), Manager(id=2, team_id=1, budget=50)]
    store = fill(app, db, Team(id=1), Person(id=3, team_id=1), *people)
    assert store.links("managers", [1], EVERYTHING, limit=9) == [(1, 1), (1, 2)]
    assert store.links("rich", [1], EVERYTHING, limit=9) == [(1, 2)]


def test_far_links_are_not_read(start: Start) -> None:
    """What is kept in another database cannot be linked in a statement."""
    app, db = start(SQLALCHEMY_DATABASE_URI="sqlite://", SQLALCHEMY_BINDS={"logs": "sqlite://"})

    class Log(db.Model):
        __bind_key__ = "logs"
        id: Mapped[int] = mapped_column(primary_key=True)
        book_id: Mapped[int]

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        logs = relationship(
            Log, primaryjoin=lambda: Book.id == sa.orm.foreign(Log.book_id), viewonly=True
        )

    store = fill(app, db, Book(id=1))
    with pytest.raises(Unable, match="'logs' leads to is kept elsewhere"):
        store.links("logs", [1], EVERYTHING, limit=9)
