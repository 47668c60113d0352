"""An application whose tables have every type, and rows that point to each other."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import JSON, Computed, Enum, ForeignKey, LargeBinary, Numeric, String, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from stack_db import Database, Instant


class Color(enum.Enum):
    """Stored by its name, which is not its value."""

    RED = "r"
    BLUE = "b"


class Library:
    """The models of one application, and its database."""

    def __init__(self) -> None:
        class Base(DeclarativeBase):
            pass

        self.db = Database(model_class=Base)

        class Shelf(self.db.Model):  # type: ignore[name-defined,misc]
            __tablename__ = "shelf"
            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str] = mapped_column(String(80), unique=True)

        class Book(self.db.Model):  # type: ignore[name-defined,misc]
            __tablename__ = "book"
            id: Mapped[int] = mapped_column(primary_key=True)
            title: Mapped[str | None] = mapped_column(String(200))
            shelf_id: Mapped[int | None] = mapped_column(ForeignKey("shelf.id"))
            sequel_of: Mapped[int | None] = mapped_column(ForeignKey("book.id"))
            price: Mapped[Decimal | None] = mapped_column(Numeric(20, 4))
            pages: Mapped[int] = mapped_column(default=1)
            doubled: Mapped[int] = mapped_column(Computed("pages * 2", persisted=True))
            weight: Mapped[float | None]
            lent: Mapped[bool | None]
            bought: Mapped[date | None]
            opens: Mapped[time | None]
            seen: Mapped[datetime | None] = mapped_column(Instant)
            lasts: Mapped[timedelta | None]
            code: Mapped[uuid.UUID | None] = mapped_column(Uuid)
            cover: Mapped[bytes | None] = mapped_column(LargeBinary)
            color: Mapped[Color | None] = mapped_column(Enum(Color))
            notes: Mapped[Any | None] = mapped_column(JSON)

        self.Shelf, self.Book = Shelf, Book

    def full(self) -> list[Any]:
        """Return rows of every type, of which an early one points to a later one."""
        rich = self.Book(
            id=1,
            title="Straße İé 🎈  \n\u2028",
            shelf_id=1,
            price=Decimal("1234567890123456.7891"),
            pages=2**30 - 1,
            weight=0.1,
            lent=True,
            bought=date(1901, 2, 3),
            opens=time(23, 59, 58),
            seen=datetime(2024, 2, 29, 23, 59, 59, 123456, UTC),
            lasts=timedelta(days=3, seconds=7),
            code=uuid.UUID(int=2**127 + 5),
            cover=bytes(range(256)),
            color=Color.BLUE,
            notes={"a": [1, None, "ß"], "b": {"deep": 0.5}},
        )
        poor = self.Book(id=2, pages=1, sequel_of=3)
        later = self.Book(id=3, title="", pages=2, sequel_of=1, notes=[], cover=b"")
        return [self.Shelf(id=1, name="Top"), self.Shelf(id=7, name="Low"), rich, later, poor]


@pytest.fixture
def library() -> Library:
    """Models of this test alone."""
    return Library()


@pytest.fixture
def open_library(
    make_app: Callable[..., Flask], library: Library
) -> Callable[..., tuple[Flask, Database]]:
    """Make applications of the library's models, each with a database of its own."""

    def make(address: str = "sqlite:///library.db", *, filled: bool = False) -> Any:
        app = make_app(SQLALCHEMY_DATABASE_URI=address)
        library.db.init_app(app)
        with app.app_context():
            library.db.drop_all()
            library.db.create_all()
            if filled:
                for row in library.full():
                    library.db.session.add(row)
                    library.db.session.flush()
                library.db.session.commit()
        return app

    return make
