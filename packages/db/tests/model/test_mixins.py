"""Versions, stamps, and rows that are only marked as deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedAsDataclass,
    aliased,
    contains_eager,
    joinedload,
    mapped_column,
    relationship,
    selectinload,
    subqueryload,
)
from sqlalchemy.orm.exc import StaleDataError

from stack_core import Registry
from stack_core.access import ACCESS, Identity
from stack_db import Database
from stack_db.mixins import LiveUnique, SoftDelete, Stamped, Versioned
from stack_db.model.kind import Stamps
from stack_db.model.kinds import Kinds

DELETED = {"include_deleted": True}


class Shop(SimpleNamespace):
    """An application with authors, their books, and notes that are really deleted."""

    app: Flask
    db: Any
    Author: Any
    Book: Any
    Note: Any


def map_models(db: Any) -> dict[str, Any]:
    """Map the models of the shop."""

    class Author(SoftDelete, Versioned, Stamped, db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(sa.String(50), unique=True)
        books = relationship("Book", back_populates="author", order_by="Book.id", cascade="all")

    class Book(SoftDelete, db.Model):
        __table_args__ = (LiveUnique("shelf", "place"),)
        id: Mapped[int] = mapped_column(primary_key=True)
        isbn: Mapped[str] = mapped_column(sa.String(20), unique=True, index=True)
        shelf: Mapped[int | None]
        place: Mapped[int | None]
        author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("author.id"))
        author = relationship(Author, back_populates="books")
        notes = relationship("Note", cascade="all", back_populates="book")

    class Note(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        book_id: Mapped[int | None] = mapped_column(sa.ForeignKey("book.id"))
        book = relationship(Book, back_populates="notes")

    return {"Author": Author, "Book": Book, "Note": Note}


@pytest.fixture
def shop(serve: Callable[..., tuple[Flask, Any]]) -> Iterator[Shop]:
    """A shop in each sort of database: Ann has the books 1 and 2, of which 1 is deleted."""
    app, db = serve()
    made = Shop(app=app, db=db, **map_models(db))
    with app.app_context():
        db.create_all()
        ann = made.Author(name="Ann")
        gone = made.Book(isbn="1", shelf=1, place=1, author=ann)
        db.session.add_all([ann, gone, made.Book(isbn="2", shelf=1, place=2, author=ann)])
        db.session.add(made.Note(book=gone))
        db.session.commit()
        db.session.delete(gone)
        db.session.commit()
        db.session.expunge_all()
        yield made
        db.session.rollback()


def test_version_counts(shop: Shop) -> None:
    """Every change moves it, and nobody overwrites what they have not seen."""
    ann = shop.db.session.scalars(sa.select(shop.Author)).one()
    assert ann.version == 1
    ann.name = "Anne"
    shop.db.session.commit()
    assert ann.version == 2
    table = shop.Author.__table__
    shop.db.session.execute(table.update().values(version=7))
    ann.name = "Anna"
    with pytest.raises(StaleDataError):
        shop.db.session.flush()
    assert Kinds.of(shop.db).get(shop.Author).description.version == "version"


def test_version_of_a_subclass_is_its_bases(db: Any) -> None:
    """A mapper with arguments of its own has it too."""

    class Person(Versioned, db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        type: Mapped[str]
        __mapper_args__ = {"polymorphic_on": "type", "polymorphic_identity": "person"}

    class Manager(Person):
        id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
        __mapper_args__ = {"polymorphic_identity": "manager"}

    assert sa.inspect(Manager).version_id_col is Person.__table__.c.version
    assert Kinds.of(db).get(Manager).description.version == "version"


def test_stamps_say_who_and_when(shop: Shop) -> None:
    """They are filled in at the flush; making a row is its first change."""
    ann = shop.db.session.scalars(sa.select(shop.Author)).one()
    assert (ann.created_by, ann.changed_by) == ("", "")
    assert ann.created_at == ann.changed_at
    assert ann.created_at.tzinfo is UTC

    class Provider:
        def access(self) -> Any:
            return SimpleNamespace(identity=Identity("bob"))

    Registry.of(shop.app).claim(ACCESS, Provider(), owner="test")
    with shop.app.test_request_context():
        ann = shop.db.session.scalars(sa.select(shop.Author)).one()
        ann.name = "Anne"
        shop.db.session.commit()
        assert (ann.created_by, ann.changed_by) == ("", "bob")
        assert ann.changed_at > ann.created_at


def test_stamps_of_statements(shop: Shop) -> None:
    """A statement on the table, or on many rows, fills them in as well."""
    table, session = shop.Author.__table__, shop.db.session
    session.execute(table.insert().values(name="Bob", version=1))
    made = session.execute(sa.select(table).where(table.c.name == "Bob")).one()
    assert made.created_at == made.changed_at
    session.execute(sa.update(shop.Author).where(shop.Author.name == "Bob").values(name="Rob"))
    changed = session.execute(sa.select(table).where(table.c.name == "Rob")).one()
    assert changed.changed_at > changed.created_at


def test_value_of_ones_own_is_kept(shop: Shop) -> None:
    """An import says itself who made a row and when."""
    moment = datetime(2001, 2, 3, tzinfo=UTC)
    shop.db.session.add(shop.Author(name="Old", created_at=moment, created_by="import"))
    shop.db.session.commit()
    old = shop.db.session.scalars(sa.select(shop.Author).filter_by(name="Old")).one()
    assert (old.created_at, old.changed_at, old.created_by) == (moment, moment, "import")


def test_kind_knows_the_mixins(shop: Shop) -> None:
    """A store reads of the kind what marks a row and who stamps it; nobody writes it."""
    kind = Kinds.of(shop.db).get(shop.Author)
    assert kind.soft == "deleted_at"
    assert kind.stamps == Stamps("created_at", "created_by", "changed_at", "changed_by")
    fields = kind.description.by_name
    for name in ("deleted_at", "version", *kind.stamps.__struct_fields__):
        assert (fields[name].read_only, fields[name].required) == (True, False)
    assert fields["name"].unique
    assert "is_live" not in fields
    assert Kinds.of(shop.db).get(shop.Note).soft == ""


def test_dataclass_models_have_them(start: Any) -> None:
    """The mixins' attributes are no arguments of a dataclass."""

    class Base(MappedAsDataclass, DeclarativeBase):
        pass

    app, _ = start()
    db: Any = Database(model_class=Base)

    class Book(SoftDelete, Stamped, Versioned, db.Model):  # type: ignore[name-defined, misc]
        id: Mapped[int] = mapped_column(primary_key=True, init=False)
        isbn: Mapped[str] = mapped_column(sa.String(20), unique=True)

    app.extensions.pop("sqlalchemy")
    db.init_app(app)
    with app.app_context():
        db.create_all()
        book = Book("1")
        db.session.add(book)
        db.session.commit()
        assert (book.version, book.deleted_at) == (1, None)
        assert book.created_at == book.changed_at
        db.session.delete(book)
        db.session.add(Book("1"))
        db.session.commit()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Book)) == 1


def test_delete_marks(shop: Shop) -> None:
    """The row is there, with the moment of its deletion; what hangs on it stays."""
    table = shop.Book.__table__
    rows = shop.db.session.execute(sa.select(table.c.isbn, table.c.deleted_at)).all()
    assert [isbn for isbn, at in rows if at is not None] == ["1"]
    assert shop.db.session.scalar(sa.select(sa.func.count()).select_from(shop.Note)) == 1


def test_marked_row_is_not_found(shop: Shop) -> None:
    """No select of a session finds it, however it is written."""
    session, book = shop.db.session, shop.Book
    assert session.scalars(sa.select(book.isbn)).all() == ["2"]
    assert session.scalar(sa.select(sa.func.count()).select_from(book)) == 1
    assert session.scalars(sa.select(aliased(book).isbn)).all() == ["2"]
    assert session.query(book).count() == 1
    assert session.get(book, 1) is None
    assert session.scalars(sa.select(shop.Note.id).join(book)).all() == []
    owns = sa.select(shop.Author.name).where(shop.Author.books.any(isbn="1"))
    # SQLAlchemy 2.0 does not look into the EXISTS of any() and has().
    assert session.scalars(owns).all() == (["Ann"] if sa.__version__.startswith("2.0") else [])
    assert shop.db.paginate(sa.select(book), page=1, per_page=5).total == 1
    subquery = sa.select(book.isbn).subquery()
    assert session.scalars(sa.select(subquery)).all() == ["2"]


@pytest.mark.parametrize(
    "load",
    [None, selectinload, joinedload, subqueryload],
    ids=["lazy", "selectin", "joined", "subquery"],
)
def test_marked_row_is_in_no_relationship(shop: Shop, load: Any) -> None:
    """Neither in a collection nor behind a foreign key, however it is loaded."""
    session, author, note = shop.db.session, shop.Author, shop.Note
    options = [] if load is None else [load(author.books)]
    ann = session.scalars(sa.select(author).options(*options)).unique().one()
    assert [each.isbn for each in ann.books] == ["2"]
    options = [] if load is None else [load(note.book)]
    assert session.scalars(sa.select(note).options(*options)).unique().one().book is None


def test_collection_of_a_new_object(shop: Shop) -> None:
    """An object that no select has loaded leaves them out as well."""
    bob = shop.Author(name="Bob", books=[shop.Book(isbn="3"), shop.Book(isbn="4")])
    shop.db.session.add(bob)
    shop.db.session.commit()
    shop.db.session.delete(bob.books[0])
    shop.db.session.commit()
    assert [each.isbn for each in bob.books] == ["4"]


def test_marked_row_is_found_by_who_asks_for_it(shop: Shop) -> None:
    """With ``include_deleted``, eagerly loaded relationships included."""
    session, author, book = shop.db.session, shop.Author, shop.Book
    found = session.scalars(sa.select(book.isbn).order_by(book.isbn).execution_options(**DELETED))
    assert found.all() == ["1", "2"]
    assert session.get(book, 1, execution_options=DELETED).isbn == "1"
    session.expunge_all()
    for load in (selectinload, joinedload, subqueryload):
        query = sa.select(author).options(load(author.books)).execution_options(**DELETED)
        ann = session.scalars(query).unique().one()
        assert [each.isbn for each in ann.books] == ["1", "2"]
        session.expunge_all()
    query = sa.select(author).join(author.books).options(contains_eager(author.books))
    (ann,) = session.scalars(query).unique()
    assert [each.isbn for each in ann.books] == ["2"]


def test_object_leaves_the_session_and_comes_back(shop: Shop) -> None:
    """A marked object is detached like a deleted one, and persistent again after a rollback."""
    session = shop.db.session
    book = session.scalars(sa.select(shop.Book)).one()
    session.delete(book)
    session.flush()
    assert book not in session
    assert session.get(shop.Book, book.id) is None
    session.rollback()
    assert book in session
    assert (book.isbn, book.deleted_at) == ("2", None)
    savepoint = session.begin_nested()
    session.delete(book)
    session.flush()
    savepoint.rollback()
    assert book in session
    session.delete(book)
    session.commit()
    assert book not in session


def test_failed_flush_lets_nothing_go(shop: Shop) -> None:
    """What a flush could not mark stays in the session, for all flushes that follow."""
    session, book = shop.db.session, shop.Book
    two = session.scalars(sa.select(book)).one()
    session.add_all([book(id=7, isbn="7"), book(id=8, isbn="8")])
    session.commit()
    session.delete(two)
    session.add(book(id=9, isbn="8"))
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()
    session.rollback()
    session.add(book(isbn="9"))
    session.commit()
    assert two in session
    assert two.deleted_at is None


def test_sessions_of_another_database_are_left_alone(shop: Shop, start: Any) -> None:
    """Only where a class has the mixin is every statement looked at."""
    app, other = start()
    with app.app_context():
        assert not other.session().dispatch.do_orm_execute
    assert shop.db.session().dispatch.do_orm_execute


def test_delete_of_an_owner_marks_what_it_owns(shop: Shop) -> None:
    """A cascade reaches soft ones; others stay with their owner."""
    session = shop.db.session
    session.delete(session.scalars(sa.select(shop.Author)).one())
    session.commit()
    assert session.scalars(sa.select(shop.Book)).all() == []
    rows = session.execute(sa.select(shop.Book.__table__.c.author_id)).scalars().all()
    assert None not in rows
    assert session.scalar(sa.select(sa.func.count()).select_from(shop.Note)) == 1


def test_restore_is_taking_the_mark_off(shop: Shop) -> None:
    """An object that was asked for is there again without its mark."""
    book = shop.db.session.get(shop.Book, 1, execution_options=DELETED)
    book.deleted_at = None
    shop.db.session.commit()
    assert sorted(shop.db.session.scalars(sa.select(shop.Book.isbn))) == ["1", "2"]


def test_statement_of_many_rows(shop: Shop) -> None:
    """An update leaves marked rows alone; a delete really deletes, which is how to purge."""
    session, book = shop.db.session, shop.Book
    assert session.execute(sa.update(book).values(shelf=9)).rowcount == 1
    session.execute(sa.delete(shop.Note))
    purge = sa.delete(book).where(book.deleted_at.is_not(None))
    assert session.execute(purge).rowcount == 1
    session.commit()
    assert session.execute(sa.select(sa.func.count()).select_from(book.__table__)).scalar() == 1
