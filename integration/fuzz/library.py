"""A library that is written to: a field of every type, and every kind of operation.

Everybody may read tags and what the functions tell; the rest is for who is signed in.
Authors belong to somebody, whom the application and no client sets.
"""

from __future__ import annotations

import enum
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from doorkeeper import Doorkeeper, Person, hash_token
from flask import Flask, current_app
from msgspec import Meta
from sqlalchemy import JSON, Column, Enum, ForeignKey, Numeric, String, Table, delete
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from stack import Stack
from stack_core.access import find_access
from stack_core.problem import NotFound, Problem
from stack_db import Database, Instant
from stack_db.declaration import about
from stack_db.mixins import Versioned
from stack_rest import Header, Query, Rest


class Model(DeclarativeBase):
    """The base of all models."""


db = Database(model_class=Model)
SHELF = 200
"""So many books there are at most."""


class State(enum.Enum):
    """Whether a book may be taken away."""

    FREE = "free"
    LENT = "lent"


book_tag = Table(
    "book_tag",
    Model.metadata,
    Column("book_id", ForeignKey("book.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_word", ForeignKey("tag.word", ondelete="CASCADE"), primary_key=True),
)


class Author(Model):
    """Somebody who writes, known to whoever brought them here."""

    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(20), default="ann", info=about(read_only=True))
    name: Mapped[str] = mapped_column(String(80), info=about(searchable=True))
    books: Mapped[list[Book]] = relationship(back_populates="author")


class Tag(Model):
    """A word for books; it is its own key."""

    __tablename__ = "tag"
    word: Mapped[str] = mapped_column(String(20), primary_key=True)
    books: Mapped[list[Book]] = relationship(secondary=book_tag, back_populates="tags")


class Book(Versioned, Model):
    """Something to read."""

    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(80), info=about(searchable=True, min_length=1))
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id", ondelete="CASCADE"))
    author: Mapped[Author] = relationship(back_populates="books")
    tags: Mapped[list[Tag]] = relationship(secondary=book_tag, back_populates="books")
    pages: Mapped[int | None] = mapped_column(info=about(ge=1))
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2), info=about(ge=0))
    weight: Mapped[float | None]
    state: Mapped[State] = mapped_column(
        Enum(State, values_callable=lambda states: [each.value for each in states]),
        default=State.FREE,
    )
    rare: Mapped[bool] = mapped_column(default=False)
    published: Mapped[date | None]
    opens: Mapped[time | None]
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    loan: Mapped[timedelta | None]
    number: Mapped[UUID | None]
    cover: Mapped[bytes | None]
    notes: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    cost: Mapped[int | None] = mapped_column(info=about(secret=True))
    word: Mapped[str | None] = mapped_column(String(40), info=about(write_only=True))


class Plaque(Model):
    """What nobody may remove from the wall: its author and its tag stay while it hangs there."""

    __tablename__ = "plaque"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    tag_word: Mapped[str] = mapped_column(ForeignKey("tag.word"))


class Lent(Problem):
    """Somebody has it."""

    status = 409
    kind = "lent"


class Term(msgspec.Struct):
    """For how long a book is lent.

    :param days: from today.
    """

    days: Annotated[int, Meta(ge=1, le=60)] = 14


class Wish(msgspec.Struct):
    """What somebody would like to read.

    :param most: what it may cost.
    """

    title: Annotated[str, Meta(min_length=1, max_length=80, examples=["Emma"])]
    most: Decimal | None = None
    state: State = State.FREE
    until: date | None = None
    words: Annotated[list[Annotated[str, Meta(max_length=20)]], Meta(max_length=5)] = []


class Told(msgspec.Struct):
    """What functions answer."""

    text: str


rest = Rest()
books = rest.resource(
    Book,
    include=("author", "tags"),
    filters=("author.name", "tags.word"),
    sorts=("author.name",),
    fields=(
        *("id", "title", "author", "tags", "pages", "price", "weight", "state", "rare"),
        *("published", "opens", "seen_at", "loan", "number", "cover", "notes", "version"),
    ),
)
rest.resource(
    Author,
    fields=("id", "owner", "name"),
    include=("books",),
    filters=("books.title",),
    sub=("books",),
)
rest.resource(Tag, public={"read"}, rate="1000000/minute")


@books.after("create")
def make_room(book: Book) -> None:
    """Throw the oldest books away, so that no author's are more than a page may have."""
    old = delete(Book).where(Book.id < book.id - SHELF, Book.id != 1)
    db.session.execute(old, execution_options={"synchronize_session": False})


@books.computed("title", "author.name")
def label(title: str, author: str) -> str:
    """How it is called on its shelf."""
    return f"{title} by {author}"


@books.action(raises=[Lent])
def lend(book: Book, term: Term, gift: Annotated[bool, Query()] = False) -> Told:
    """Give it to somebody.

    :param gift: whether it comes back.
    """
    if book.state is State.LENT and gift:
        raise Lent
    book.state = State.LENT
    return Told(f"Lent for {term.days} days.")


@rest.get("/shelves/<int:number>", public=True, raises=[NotFound])
def get_shelf(number: int, side: Literal["left", "right"] = "left") -> Told:
    """Say what a shelf is for.

    :param side: of its room.
    """
    if number > 9:
        raise NotFound
    return Told(f"Shelf {number} on the {side}.")


@rest.get("/search/<word>", public=True)
def look_up(
    word: str,
    above: Decimal | None = None,
    since: date | None = None,
    tags: list[str] | None = None,
    x_reader: Annotated[str, Header(), Meta(max_length=20)] = "",
    x_depth: Annotated[int, Header(), Meta(ge=1, le=9)] = 1,
) -> list[Told]:
    """Look a word up in everything."""
    return [Told(f"{word}, {len(tags or ())} tags.")]


@rest.post("/wishes", permission="wish.create", status=201)
def wish(wish: Wish, urgent: bool = False) -> Wish:
    """Ask the library to buy something."""
    return wish


@rest.put("/wishes/<uuid:number>", permission="wish.update")
def change_wish(
    number: UUID, wish: Wish, x_reason: Annotated[str, Header(), Meta(min_length=1)]
) -> Wish:
    """Wish for something else."""
    return wish


@rest.get("/me")
def me() -> Told:
    """Say who asks."""
    return Told(find_access(current_app).identity.name)  # type: ignore[arg-type]  # a proxy


def make_app(folder: str, token: str) -> Flask:
    """Return the library, with its database in a folder.

    :param token: what Ann shows.
    """
    ann = Person("ann", "Ann", hash_token(token), permissions=("*",))
    app = Flask("library", instance_path=folder, root_path=folder)
    app.config.from_mapping(SECRET_KEY=token, SQLALCHEMY_DATABASE_URI="sqlite:///app.db")
    Stack(db, rest, Doorkeeper(ann)).init_app(app)
    return app


def fill(app: Flask) -> None:
    """Make the tables: an author of Ann's and one of Bob's, two tags, and a book."""
    with app.app_context():
        db.create_all()
        db.session.add_all([Author(name="Anne"), Author(name="Ben", owner="bob")])
        tags = [Tag(word="red"), Tag(word="blue")]
        db.session.add(Book(title="Colours", author_id=1, price=Decimal("9.50"), tags=tags))
        db.session.flush()
        db.session.add(Plaque(author_id=1, tag_word="red"))
        db.session.commit()
        db.engine.dispose()


def make_folder(folder: Path, token: str) -> Path:
    """Return a folder in which the library is ready to be served."""
    folder.mkdir()
    fill(make_app(str(folder), token))
    return folder
