"""Values that are unique among the rows that are not deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import (
    Mapped,
    mapped_column,
)

from stack_db.mixins import LiveUnique, SoftDelete
from stack_db.model.kinds import Kinds

DELETED = {"include_deleted": True}


@pytest.fixture
def shop(serve: Callable[..., tuple[Flask, Any]]) -> Iterator[SimpleNamespace]:
    """A deleted book in each sort of database, with its application context pushed."""
    app, db = serve()

    class Book(SoftDelete, db.Model):
        __table_args__ = (LiveUnique("shelf", "place"),)
        id: Mapped[int] = mapped_column(primary_key=True)
        isbn: Mapped[str] = mapped_column(sa.String(20), unique=True, index=True)
        shelf: Mapped[int | None]
        place: Mapped[int | None]

    with app.app_context():
        db.create_all()
        book = Book(isbn="1", shelf=1, place=1)
        db.session.add(book)
        db.session.commit()
        db.session.delete(book)
        db.session.commit()
        yield SimpleNamespace(app=app, db=db, Book=Book)
        db.session.rollback()


def test_unique_value_is_free_again(shop: Any) -> None:
    """What a deleted row had may be used, once, and again when that one is deleted."""
    session, book = shop.db.session, shop.Book
    for _ in range(3):
        again = book(isbn="1", shelf=1, place=1)
        session.add(again)
        session.commit()
        session.add(book(isbn="1"))
        with pytest.raises(sa.exc.IntegrityError):
            session.commit()
        session.rollback()
        session.add(book(isbn="9", shelf=1, place=1))
        with pytest.raises(sa.exc.IntegrityError):
            session.commit()
        session.rollback()
        session.delete(again)
        session.commit()


def test_index_is_partial_where_there_are_partial_indexes(shop: Any) -> None:
    """On MariaDB a generated column stands in for that."""
    found = {each["name"]: each for each in sa.inspect(shop.db.engine).get_indexes("book")}
    index = found["uq_book_isbn_live"]
    assert index["column_names"] == ["isbn", "is_live"]
    assert index["unique"]
    dialect = shop.db.engine.dialect.name
    if dialect not in ("mysql", "mariadb"):
        where = index["dialect_options"][f"{dialect}_where"]
        assert "deleted_at IS NULL" in str(where)
    assert "ix_book_isbn" not in found


def test_unique_constraint_that_is_written_out_stays(db: Any) -> None:
    """``UniqueConstraint`` in the table's arguments is about all rows, deleted ones too."""

    class Book(SoftDelete, db.Model):
        __table_args__ = (sa.UniqueConstraint("isbn"),)
        id: Mapped[int] = mapped_column(primary_key=True)
        isbn: Mapped[str]

    rules = [each for each in Book.__table__.constraints if isinstance(each, sa.UniqueConstraint)]
    assert [[c.name for c in each.columns] for each in rules] == [["isbn"]]
    assert "is_live" not in Book.__table__.columns


def test_live_unique_is_told_of_the_field(db: Any) -> None:
    """A field that is unique among live rows is unique; one of several is not."""

    class Book(SoftDelete, db.Model):
        __table_args__ = (LiveUnique("isbn"), LiveUnique("shelf", "place", name="uq_spot"))
        id: Mapped[int] = mapped_column(primary_key=True)
        isbn: Mapped[str]
        shelf: Mapped[int]
        place: Mapped[int]

    fields = Kinds.of(db).get(Book).description.by_name
    assert [name for name, each in fields.items() if each.unique] == ["id", "isbn"]
    assert {each.name for each in Book.__table__.indexes} == {"uq_book_isbn_live", "uq_spot"}


def test_live_unique_names_columns(db: Any) -> None:
    """One that there is not, or none at all, is an error."""
    with pytest.raises(TypeError, match=r"LiveUnique names 'isbm', .* no column of 'book'"):

        class Book(SoftDelete, db.Model):
            __table_args__ = (LiveUnique("isbm"),)
            id: Mapped[int] = mapped_column(primary_key=True)

    with pytest.raises(TypeError, match="names no column"):
        LiveUnique()


def test_single_table_inheritance(start: Any) -> None:
    """A column that a subclass adds to its base's table is unique among live rows, too."""
    app, db = start()

    class Person(SoftDelete, db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        type: Mapped[str]
        name: Mapped[str] = mapped_column(unique=True)
        __mapper_args__ = {"polymorphic_on": "type", "polymorphic_identity": "person"}

    class Guest(Person):
        badge: Mapped[str | None] = mapped_column(unique=True)
        __mapper_args__ = {"polymorphic_identity": "guest"}

    assert {each.name for each in Person.__table__.indexes} == {
        "uq_person_name_live",
        "uq_person_badge_live",
    }
    with app.app_context():
        db.create_all()
        db.session.add(Guest(name="a", badge="1"))
        db.session.commit()
        db.session.delete(db.session.scalars(sa.select(Person)).one())
        db.session.add(Guest(name="a", badge="1"))
        db.session.commit()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Guest)) == 1
