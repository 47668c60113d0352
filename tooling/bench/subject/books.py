"""Reading books in a view: by the store, and by Core as one would write it by hand.

Arguments: the address, what is done, and by whom.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask
from hello import ENVIRON, answer_bursts
from sqlalchemy.orm import Mapped, mapped_column, relationship

PAGE = 50
FAR = 10_000 * PAGE


def make_models(db: Any) -> type[Any]:
    """Map the tables on a database of ours."""

    class Team(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(sa.String(50))

    class Author(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(sa.String(50))
        team_id: Mapped[int] = mapped_column(sa.ForeignKey("team.id"))
        team = relationship(Team)

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        title: Mapped[str] = mapped_column(sa.String(80))
        pages: Mapped[int]
        shelf: Mapped[int]
        published: Mapped[datetime]
        author_id: Mapped[int] = mapped_column(sa.ForeignKey("author.id"))
        author = relationship(Author)

    return Book


def ours(address: str, what: str) -> tuple[Flask, Callable[[], Any]]:
    """Read by the store."""
    from stack_core.filter import TRUE, Is
    from stack_core.query import EVERYTHING, Position, Query
    from stack_core.store import store_for
    from stack_db import Database

    app = Flask("bench")
    app.config["SQLALCHEMY_DATABASE_URI"] = address
    db = Database()
    book = make_models(db)
    db.init_app(app)
    store = store_for(app, book)
    fields = ("title", "pages", "published", "author.name", "author.team.name")
    if what == "row":
        return app, lambda: store.row(500, fields[:3], EVERYTHING)
    if what == "joined":
        return app, lambda: store.row(500, fields, EVERYTHING)
    if what == "page":
        query = Query(
            fields=fields, where=Is("shelf", "eq", 7), order=("published",), total="exact"
        )
        return app, lambda: store.page(query, EVERYTHING).rows
    query = Query(fields=fields, where=TRUE, order=("published",))
    if what == "jump":
        query = Query(fields=fields, where=TRUE, order=("published",), offset=FAR)
    if what == "cursor":
        with app.app_context(), db.engine.connect() as connection:
            found = connection.execute(
                sa.select(book.published, book.id)
                .order_by(book.published, book.id)
                .offset(FAR)
                .limit(1)
            ).one()
        query = Query(
            fields=fields, where=TRUE, order=("published",), position=Position(tuple(found))
        )
    return app, lambda: store.page(query, EVERYTHING).rows


def core(address: str, what: str) -> tuple[Flask, Callable[[], Any]]:
    """Read by Core, whose statements are built for each call, on a plain engine."""
    app, engine, book, author, team = _plain(address)

    def columns() -> Any:
        joined = book.outerjoin(author, author.c.id == book.c.author_id)
        joined = joined.outerjoin(team, team.c.id == author.c.team_id)
        names = (book.c.title, book.c.pages, book.c.published, author.c.name, team.c.name)
        return sa.select(*names, book.c.id), joined

    def row() -> Any:
        statement = sa.select(book.c.title, book.c.pages, book.c.published)
        with engine.connect() as connection:
            return tuple(connection.execute(statement.where(book.c.id == 500)).one())

    def joined_row() -> Any:
        select, joined = columns()
        with engine.connect() as connection:
            found = select.select_from(joined).where(book.c.id == 500)
            return tuple(connection.execute(found).one())[:5]

    def page() -> Any:
        select, joined = columns()
        rows = select.select_from(joined).where(book.c.shelf == 7)
        rows = rows.order_by(book.c.published, book.c.id).limit(PAGE)
        count = sa.select(sa.func.count()).select_from(book).where(book.c.shelf == 7)
        with engine.connect() as connection:
            found = connection.execute(rows).all()
            connection.execute(count).scalar_one()
        return [tuple(each)[:5] for each in found]

    def jump() -> Any:
        select, joined = columns()
        few = sa.select(book.c.id).order_by(book.c.published, book.c.id)
        chosen = few.offset(FAR).limit(PAGE).subquery()
        rows = select.select_from(joined.join(chosen, chosen.c.id == book.c.id))
        rows = rows.order_by(book.c.published, book.c.id)
        with engine.connect() as connection:
            return [tuple(each)[:5] for each in connection.execute(rows).all()]

    return app, {"row": row, "joined": joined_row, "page": page, "jump": jump}[what]


def prebuilt(address: str, what: str) -> tuple[Flask, Callable[[], Any]]:
    """Read one row by Core, whose statement is built once, on a plain engine."""
    app, engine, book, _, _ = _plain(address)
    statement = sa.select(book.c.title, book.c.pages, book.c.published)
    statement = statement.where(book.c.id == sa.bindparam("key"))

    def row() -> Any:
        with engine.connect() as connection:
            return tuple(connection.execute(statement, {"key": 500}).one())

    return app, {"row": row}[what]


def nothing(address: str, what: str) -> tuple[Flask, Callable[[], Any]]:
    """Read nothing, which is what a view costs by itself."""
    return Flask("bench"), lambda: None


def _plain(address: str) -> tuple[Flask, Any, Any, Any, Any]:
    metadata = sa.MetaData()
    team = sa.Table(
        "team",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String),
    )
    author = sa.Table(
        "author",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String),
        sa.Column("team_id", sa.Integer),
    )
    book = sa.Table(
        "book",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.String),
        sa.Column("pages", sa.Integer),
        sa.Column("shelf", sa.Integer),
        sa.Column("published", sa.DateTime),
        sa.Column("author_id", sa.Integer),
    )
    return Flask("bench"), sa.create_engine(address), book, author, team


PROGRAMS = {"ours": ours, "core": core, "prebuilt": prebuilt, "nothing": nothing}


def main() -> None:
    address, what, whom = sys.argv[1:4]
    app, act = PROGRAMS[whom](address, what)
    seen: list[Any] = []

    def view() -> str:
        seen[:] = [act()]
        return "done"

    app.add_url_rule("/", "view", view)

    def start(status: str, headers: object, error: object = None) -> Any:
        if status != "200 OK":
            raise SystemExit(status)

    def one() -> None:
        answer: Any = app(ENVIRON | {"wsgi.input": io.BytesIO()}, start)
        if b"".join(answer) != b"done":
            raise SystemExit("not done")
        answer.close()

    one()
    if what not in ("row", "joined") and len(seen[0]) != PAGE:
        raise SystemExit(f"{len(seen[0])} rows")
    answer_bursts(one)


if __name__ == "__main__":
    main()
