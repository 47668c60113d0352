"""Our adapter for the harness's REST group: a resource, with access asked at every call.

Variants: none; ``scoped``: who calls may write some rows only, so that each write is held
against that; ``events``: somebody listens to what is written.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

from common import BOOK_BAD, BOOK_IN, req
from flask import Flask
from sqlalchemy import ForeignKey, Numeric, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from stack_core import Registry, install
from stack_core.access import ACCESS, Identity
from stack_core.event import changed
from stack_core.filter import TRUE, Is
from stack_core.problem import Denied
from stack_db import Database
from stack_db.declaration import about
from stack_rest import Rest

KIND = "wsgi"
CHEAP = Is("price", "lt", 1000)


class Clerk:
    """Somebody with four permissions."""

    identity = Identity("1", "clerk")
    permissions = frozenset({"book.read", "book.create", "author.read"})

    def __init__(self, scope: Any) -> None:
        self._scope = scope

    def allows(self, permission: str) -> bool:
        return permission in self.permissions

    def scope(self, permission: str, description: Any) -> Any:
        return self._scope if permission == "book.create" else TRUE

    def hidden(self, permission: str, description: Any) -> tuple[str, ...]:
        return ()

    def refusal(self, permission: str) -> Denied:
        return Denied("You may not.")


class Door:
    """Lets everybody in as the clerk."""

    def __init__(self, clerk: Clerk) -> None:
        self._clerk = clerk

    def access(self) -> Clerk:
        return self._clerk


def create(group: str, variant: str | None, url: str) -> tuple[Flask, dict[str, Any]]:
    """Return the application and the requests that the harness knows how to measure."""

    class Model(DeclarativeBase):
        pass

    class Author(Model):
        __tablename__ = "author"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(String(80))

    class Book(Model):
        __tablename__ = "book"
        id: Mapped[int] = mapped_column(primary_key=True)
        title: Mapped[str] = mapped_column(String(200), info=about(min_length=1))
        author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
        published: Mapped[dt.date | None]
        price: Mapped[Decimal] = mapped_column(Numeric(10, 2), info=about(ge=0))
        isbn: Mapped[str] = mapped_column(String(13), info=about(pattern=r"^\d{13}$"))
        created_at: Mapped[dt.datetime] = mapped_column(
            default=dt.datetime.now, info=about(read_only=True)
        )

    app = Flask(__name__)
    app.config.update(SECRET_KEY="0123456789abcdef0123", SQLALCHEMY_DATABASE_URI=url)
    rest = Rest()
    rest.resource(Book)
    rest.resource(Author)
    install(app, [Database(model_class=Model), rest])
    clerk = Clerk(CHEAP if variant == "scoped" else TRUE)
    Registry.of(app).claim(ACCESS, Door(clerk), owner="bench")
    if variant == "events":
        changed.connect(_hear, app, weak=False)
    return app, _specs()


def _hear(app: Flask, change: Any) -> None:
    """Hear of a change."""


def _specs() -> dict[str, Any]:
    books = "/api/books"
    page = {"author_id": 7, "sort": "-published", "offset": 50, "limit": 50, "total": "exact"}
    long = {"author_id": 1001, "sort": "id", "offset": 0, "limit": 1000, "total": "exact"}
    return {
        "rest.get_one": req(f"{books}/500"),
        "rest.list50": req(books, query=page),
        "rest.create": req(books, "POST", json=BOOK_IN, expect=201),
        "rest.invalid": req(books, "POST", json=BOOK_BAD, expect=422),
        "rest.list1000": req(books, query=long),
    }
