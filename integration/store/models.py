"""The kinds of the stores' contract as mapped classes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from stack_db import Instant
from stack_db.declaration import about, kind, rule
from stack_db.mixins import SoftDelete
from stack_testing.store import Genre

REFUSED = "the validator refuses this"
KINDS = ("team", "author", "book", "tag", "tagging", "copy", "loan", "note", "sample")


def key(*target: str, **more: Any) -> Any:
    """Return a foreign key's column, which the database itself looks after."""
    return mapped_column(sa.ForeignKey(target[0], ondelete=more.pop("ondelete", None)), **more)


def many(model: str, back: str) -> Any:
    """Return the other side of a relation; what a delete does to it is said by the foreign key."""
    return relationship(
        model, back_populates=back, foreign_keys=f"{model}.{back}_id", passive_deletes="all"
    )


class Plain:
    """What has no say in what is written."""

    @classmethod
    def listen(cls, model: Any) -> None:
        """Listen to nothing."""


class Validated(Plain):
    """A validator and listeners, for which a store must go through the session."""

    @validates("title", "name", "slug", "reader", "word", "place", "text", "body")
    def accept(self, name: str, value: Any) -> Any:
        """Refuse one value, which no test of the contract writes."""
        if value == REFUSED:
            raise ValueError("The validator refuses it.")
        return value

    @classmethod
    def listen(cls, model: Any) -> None:
        """Listen to every write of a model."""
        for name in ("before_insert", "before_update", "before_delete"):
            event.listen(model, name, _hear)


def _hear(mapper: Any, connection: Any, thing: Any) -> None:
    """Hear that an object is written."""


def make_models(
    db: Any, listens: Any = Plain, text: Callable[[int], Any] = sa.String
) -> dict[str, Any]:
    """Map the kinds and return them by their words.

    :param listens: a class that each derives from, such as one with a validator.
    :param text: the type of a text of a length.
    """
    found = [
        *_map_people(db, listens, text),
        *_map_books(db, listens, text),
        *_map_copies(db, listens, text),
        *_map_others(db, listens, text),
    ]
    for model in found:
        listens.listen(model)
    return dict(zip(KINDS, found, strict=True))


def _map_people(db: Any, listens: Any, text: Callable[[int], Any]) -> Any:
    """Map teams and authors."""

    class Team(listens, db.Model):  # type: ignore[misc]
        __tablename__ = "team"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(text(100), unique=True)
        motto: Mapped[str | None] = mapped_column(text(100))
        authors = many("Author", "team")

    class Author(listens, db.Model):  # type: ignore[misc]
        __tablename__ = "author"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(text(100), info=about(searchable=True))
        email: Mapped[str | None] = mapped_column(text(100), unique=True)
        team_id: Mapped[int | None] = key("team.id", ondelete="SET NULL")
        boss_id: Mapped[int | None] = key("author.id", ondelete="SET NULL")
        team = relationship("Team", back_populates="authors")
        boss = relationship("Author", remote_side=[id])
        books = many("Book", "author")
        edited = many("Book", "editor")

    return Team, Author


def _map_books(db: Any, listens: Any, text: Callable[[int], Any]) -> Any:
    """Map books and their tags."""

    class Book(listens, db.Model):  # type: ignore[misc]
        __tablename__ = "book"
        id: Mapped[int] = mapped_column(primary_key=True)
        title: Mapped[str] = mapped_column(text(200), info=about(searchable=True))
        subtitle: Mapped[str | None] = mapped_column(text(200), info=about(searchable=True))
        isbn: Mapped[str | None] = mapped_column(text(20), unique=True)
        author_id: Mapped[int] = key("author.id")
        editor_id: Mapped[int | None] = key("author.id", ondelete="SET NULL")
        price: Mapped[Decimal | None] = mapped_column(sa.Numeric(10, 2))
        pages: Mapped[int | None]
        rating: Mapped[float | None] = mapped_column(sa.Double)
        sold: Mapped[bool] = mapped_column(default=False)
        published: Mapped[date | None]
        added: Mapped[datetime | None] = mapped_column(Instant)
        code: Mapped[str | None] = mapped_column(text(100), info=about(secret=True))
        version: Mapped[int] = mapped_column(default=1)
        author = relationship("Author", back_populates="books", foreign_keys=[author_id])
        editor = relationship("Author", back_populates="edited", foreign_keys=[editor_id])
        tags = relationship("Tag", secondary="tagging", viewonly=True)
        copies = many("Copy", "book")
        __table_args__ = (
            sa.UniqueConstraint("title", "author_id", "published", name="uq_book_place"),
        )
        __mapper_args__ = {"version_id_col": version}
        __kind__ = kind(
            rules={
                "long": rule(
                    lambda book, pages: book.pages >= pages,
                    parameters={"pages": int},
                    open=True,
                    holds=lambda book, pages: book.pages is not None and book.pages >= pages,
                )
            },
            history=True,
        )

    class Tag(listens, db.Model):  # type: ignore[misc]
        __tablename__ = "tag"
        word: Mapped[str] = mapped_column(text(100), primary_key=True)
        weight: Mapped[int | None]
        books = relationship("Book", secondary="tagging", viewonly=True)

    class Tagging(listens, db.Model):  # type: ignore[misc]
        __tablename__ = "tagging"
        book_id: Mapped[int] = key("book.id", ondelete="CASCADE", primary_key=True)
        tag_word: Mapped[str] = key("tag.word", ondelete="CASCADE", primary_key=True)
        book = relationship("Book")
        tag = relationship("Tag")

    return Book, Tag, Tagging


def _map_copies(db: Any, listens: Any, text: Callable[[int], Any]) -> Any:
    """Map what has a key of several columns, and what leads to it."""

    class Copy(listens, db.Model):  # type: ignore[misc]
        __tablename__ = "copy"
        book_id: Mapped[int] = key("book.id", ondelete="CASCADE", primary_key=True)
        number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
        place: Mapped[str | None] = mapped_column(text(100))
        book = relationship("Book", back_populates="copies")
        loans = relationship("Loan", back_populates="copy", passive_deletes="all")

    class Loan(listens, db.Model):  # type: ignore[misc]
        __tablename__ = "loan"
        id: Mapped[int] = mapped_column(primary_key=True)
        reader: Mapped[str] = mapped_column(text(100))
        copy_book: Mapped[int | None]
        copy_number: Mapped[int | None]
        copy = relationship("Copy", back_populates="loans")
        __table_args__ = (
            sa.ForeignKeyConstraint(
                ["copy_book", "copy_number"], ["copy.book_id", "copy.number"], ondelete="SET NULL"
            ),
        )

    return Copy, Loan


def _map_others(db: Any, listens: Any, text: Callable[[int], Any]) -> Any:
    """Map what is marked as deleted, and every type of value."""

    class Note(listens, SoftDelete, db.Model):  # type: ignore[misc]
        __tablename__ = "note"
        id: Mapped[int] = mapped_column(primary_key=True)
        slug: Mapped[str] = mapped_column(text(100), unique=True, info=about(searchable=True))
        body: Mapped[str | None] = mapped_column(text(400))
        parent_id: Mapped[int | None] = key("note.id", ondelete="SET NULL")
        parent = relationship("Note", remote_side=[id], back_populates="replies")
        replies = many("Note", "parent")
        __kind__ = kind(history=True)

    some_text = text(200)

    class Sample(listens, db.Model):  # type: ignore[misc]
        __tablename__ = "sample"
        id: Mapped[int] = mapped_column(primary_key=True)
        text = mapped_column(some_text)
        integer = mapped_column(sa.BigInteger)
        decimal = mapped_column(sa.Numeric(12, 4))
        float = mapped_column(sa.Double)
        boolean = mapped_column(sa.Boolean)
        date = mapped_column(sa.Date)
        time = mapped_column(sa.Time)
        datetime = mapped_column(Instant)
        interval = mapped_column(sa.Interval)
        uuid = mapped_column(sa.Uuid)
        binary = mapped_column(sa.LargeBinary)
        json = mapped_column(sa.JSON(none_as_null=True))
        genre = mapped_column(sa.Enum(Genre))

    return Note, Sample
