"""Finding the kinds of a database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from stack_db import Database
from stack_db.declaration import kind
from stack_db.model.kinds import Kinds


def make_book(base: Any, **members: Any) -> Any:
    """Map a class named Book."""
    return type("Book", (base,), {"id": sa.Column(sa.Integer, primary_key=True), **members})


def test_kind_is_found_by_class_and_by_word(db: Any) -> None:
    """Both find the same object, each time."""
    book = make_book(db.Model)
    kinds = Kinds.of(db)
    assert kinds.find(book) is kinds.find("book") is kinds.get(book)
    assert Kinds.of(db) is kinds


def test_what_is_no_kind_is_not_found(db: Any) -> None:
    """Neither a class that is not mapped, nor a mixin, nor another word."""
    make_book(db.Model)
    kinds = Kinds.of(db)
    assert kinds.find(dict) is None
    assert kinds.find(db.Model) is None
    assert kinds.find("page") is None
    with pytest.raises(LookupError, match="'page' is no kind of this database"):
        kinds.get("page")


def test_class_of_another_database_is_not_found(db: Any) -> None:
    """Each database knows its own classes, whatever they are called."""
    other: Any = Database()
    here, there = make_book(db.Model), make_book(other.Model)
    assert Kinds.of(db).find(there) is None
    assert Kinds.of(other).find(there) is not None
    assert Kinds.of(db).get("book").cls is here


def test_base_of_ones_own_is_found() -> None:
    """A class on the base that the database was given is its class, though no subclass."""

    class Model(DeclarativeBase):
        pass

    db = Database(model_class=Model)

    class Book(Model):
        __tablename__ = "book"
        id: Mapped[int] = mapped_column(primary_key=True)

    assert not issubclass(Book, db.Model)
    assert Kinds.of(db).get("book").cls is Book


def test_plain_flask_sqlalchemy_has_kinds() -> None:
    """An instance that is not ours is described like one that is."""
    db = SQLAlchemy()
    book = make_book(db.Model)
    assert Kinds.of(db).get(book).description.kind == "book"


def test_same_word_is_an_error_that_names_both(db: Any) -> None:
    """S15: it says how to give one of them another word."""
    first = make_book(db.Model, __tablename__="one")
    second = make_book(db.Model, __tablename__="two", __module__="shop")
    with pytest.raises(
        LookupError, match=r"Book and .*Book are both called 'book'.*kind\("
    ) as error:
        Kinds.of(db).find(first)
    assert "shop.Book" in str(error.value)
    assert "test_kinds.Book" in str(error.value)
    second.__kind__ = kind("shop_book")
    assert Kinds.of(db).get("shop_book").cls is second


def test_class_that_is_mapped_later_is_found(db: Any) -> None:
    """Models may be imported when the first ones are in use."""
    make_book(db.Model)
    kinds = Kinds.of(db)
    assert kinds.find("page") is None
    page = type("Page", (db.Model,), {"id": sa.Column(sa.Integer, primary_key=True)})
    assert kinds.get("page").cls is page
    assert {each.description.kind for each in kinds} == {"book", "page"}


@pytest.mark.parametrize("word", ["Book", "a b", "ä", "1", "a/b"])
def test_word_must_stand_in_an_address(db: Any, word: str) -> None:
    """It is a part of permissions and addresses."""
    book = make_book(db.Model, __kind__=kind(word))
    with pytest.raises(LookupError, match="cannot stand in an address"):
        Kinds.of(db).find(book)


def test_something_else_in_place_of_a_kind(db: Any) -> None:
    """``__kind__`` is what ``kind`` makes."""
    book = make_book(db.Model, __kind__="book")
    with pytest.raises(TypeError, match=r"__kind__ is 'book'\. Make it with kind"):
        Kinds.of(db).find(book)


def test_key_that_cannot_be_used_is_an_error(db: Any) -> None:
    """A key of an unknown type could not be named in an address."""
    thing = type("Thing", (db.Model,), {"id": sa.Column(sa.PickleType, primary_key=True)})
    with pytest.raises(LookupError, match=r"Thing has a key that cannot be used \(id\)"):
        Kinds.of(db).find(thing)


def test_many_threads_make_a_kind_once() -> None:
    """The first requests of a process come at once."""
    db: Any = Database()

    class Author(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        author_id: Mapped[int] = mapped_column(sa.ForeignKey("author.id"))
        author = relationship(Author)

    start = Barrier(8)

    def find(number: int) -> Any:
        start.wait()
        return Kinds.of(db).get((Book, "book", Author, "author")[number % 4])

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(find, range(8)))
    assert len({id(each) for each in found}) == 2


def test_history_is_seen_also_of_later_classes(db: Any) -> None:
    """Whether any class has a history is remembered until there are more classes."""
    make_book(db.Model)
    kinds = Kinds.of(db)
    assert not kinds.has_history
    type(
        "Page",
        (db.Model,),
        {"id": sa.Column(sa.Integer, primary_key=True), "__kind__": kind(history=True)},
    )
    assert kinds.has_history
