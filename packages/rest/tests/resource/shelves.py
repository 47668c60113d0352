"""The models of the library that is served."""

from __future__ import annotations

import enum
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stack_db import Database, Instant
from stack_db.declaration import about, kind
from stack_db.mixins import SoftDelete, Versioned

db = Database()


class State(enum.Enum):
    """Text that is not the names."""

    DRAFT = "d"
    OUT = "o"


class Mixed(enum.Enum):
    """Values of several types, which no schema has."""

    ONE = 1
    HALF = 0.5
    TEXT = "=text"


class Sized(enum.Enum):
    """Numbers."""

    SMALL = 1
    LARGE = 2


tagging = db.Table(
    "tagging",
    sa.Column("book_id", sa.ForeignKey("book.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("tag_word", sa.ForeignKey("tag.word"), primary_key=True),
)


class Team(db.Model):
    """A team."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(50), unique=True)
    authors: Mapped[list[Author]] = relationship(back_populates="team")


class Author(db.Model):
    """Somebody who writes; without a version."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(50))
    email: Mapped[str | None] = mapped_column(sa.String(80), unique=True)
    team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("team.id"))
    team: Mapped[Team | None] = relationship(back_populates="authors")
    books: Mapped[list[Book]] = relationship(back_populates="author", passive_deletes="all")


class Book(Versioned, db.Model):
    """Something to read."""

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(80), info=about(searchable=True))
    blurb: Mapped[str | None] = mapped_column(sa.String(200), info=about(searchable=True))
    pages: Mapped[int | None] = mapped_column(info=about(ge=0))
    price: Mapped[Decimal | None] = mapped_column(sa.Numeric(8, 2))
    cost: Mapped[int | None]
    isbn: Mapped[str | None] = mapped_column(
        sa.String(20), unique=True, info=about(create_only=True)
    )
    state: Mapped[State] = mapped_column(
        sa.Enum(State, values_callable=lambda states: [each.value for each in states]),
        default=State.DRAFT,
    )
    extra: Mapped[Any | None] = mapped_column(sa.JSON)
    password: Mapped[str | None] = mapped_column(sa.String(50), info=about(write_only=True))
    token: Mapped[str | None] = mapped_column(sa.String(50), info=about(secret=True))
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("author.id", ondelete="RESTRICT"))
    author: Mapped[Author] = relationship(back_populates="books")
    tags: Mapped[list[Tag]] = relationship(secondary=tagging, back_populates="books")
    copies: Mapped[list[Copy]] = relationship(back_populates="book", cascade="all, delete-orphan")
    __table_args__ = (sa.CheckConstraint("pages < 100000", name="ck_book_pages"),)


class Tag(db.Model):
    """A word; its key is text."""

    word: Mapped[str] = mapped_column(sa.String(50), primary_key=True)
    weight: Mapped[int | None]
    books: Mapped[list[Book]] = relationship(secondary=tagging, back_populates="tags")


class Copy(db.Model):
    """A copy of a book, whose key has two columns, one of them a relation."""

    book_id: Mapped[int] = mapped_column(sa.ForeignKey("book.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str | None] = mapped_column(sa.String(50))
    book: Mapped[Book] = relationship(back_populates="copies")
    loans: Mapped[list[Loan]] = relationship(back_populates="copy")


class Loan(db.Model):
    """Leads to a key of two columns."""

    id: Mapped[int] = mapped_column(primary_key=True)
    reader: Mapped[str] = mapped_column(sa.String(50))
    copy_book: Mapped[int | None]
    copy_number: Mapped[int | None]
    copy: Mapped[Copy | None] = relationship(back_populates="loans")
    __table_args__ = (
        sa.ForeignKeyConstraint(["copy_book", "copy_number"], ["copy.book_id", "copy.number"]),
    )


class Note(SoftDelete, db.Model):
    """Is marked and not deleted."""

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(50), unique=True)


class Sample(db.Model):
    """A field of every type, and names that are words of the query string."""

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str | None] = mapped_column(sa.String(200))
    integer: Mapped[int | None] = mapped_column(sa.BigInteger)
    decimal: Mapped[Decimal | None] = mapped_column(sa.Numeric(12, 4))
    floating: Mapped[float | None]
    boolean: Mapped[bool | None]
    day: Mapped[date | None]
    clock: Mapped[time | None]
    moment: Mapped[datetime | None] = mapped_column(Instant)
    span: Mapped[timedelta | None]
    uuid: Mapped[UUID | None]
    binary: Mapped[bytes | None]
    json: Mapped[Any | None] = mapped_column(sa.JSON)
    mixed: Mapped[Mixed | None]
    sized: Mapped[Sized | None]
    total: Mapped[int | None]
    sort: Mapped[str | None] = mapped_column(sa.String(50))
    key: Mapped[str | None] = mapped_column(sa.String(50))
    __kind__ = kind(title="text")


class Stamp(db.Model):
    """Has what the database alone knows."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(50))
    rank: Mapped[int] = mapped_column(server_default=sa.text("(1 + 2)"))
    __table_args__ = (sa.CheckConstraint("rank <> length(name)", name="ck_stamp_rank"),)


class Talk(SoftDelete, db.Model):
    """Is marked, and so are its parts, each for itself."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(50), unique=True)
    replies: Mapped[list[Reply]] = relationship(back_populates="talk")


class Reply(SoftDelete, Versioned, db.Model):
    """Leads to what may be marked, and to another of its own kind."""

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(sa.String(50))
    notes: Mapped[Any | None] = mapped_column(sa.JSON)
    talk_id: Mapped[int | None] = mapped_column(sa.ForeignKey("talk.id"))
    talk: Mapped[Talk | None] = relationship(back_populates="replies")
    to_id: Mapped[int | None] = mapped_column(sa.ForeignKey("reply.id"))
    to: Mapped[Reply | None] = relationship(back_populates="answers", remote_side=[id])
    answers: Mapped[list[Reply]] = relationship(back_populates="to")
