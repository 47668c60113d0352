"""Creating loans in a view: by the store, and by Core and the ORM as one would write it by hand.

Arguments: the address of a database without rows, by whom, and whether history is kept.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import Flask
from hello import ENVIRON, answer_bursts
from sqlalchemy import event
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from stack_core.event import changed
from stack_core.query import EVERYTHING
from stack_core.store import store_for
from stack_db import Database
from stack_db.declaration import kind
from stack_db.tables import history_table

LOAN = {"reader": "x", "days": 14, "fee": Decimal("1.50")}


def make(address: str, *, kept: bool) -> tuple[Flask, Any, Any]:
    """Map the tables and create them, with the one member whom all the loans are of."""
    db = Database()

    class Member(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(sa.String(50))

    class Loan(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        reader: Mapped[str] = mapped_column(sa.String(100))
        days: Mapped[int | None]
        fee: Mapped[Decimal | None] = mapped_column(sa.Numeric(8, 2))
        back: Mapped[bool] = mapped_column(default=False)
        member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
        member = relationship(Member)
        __kind__ = kind(history=kept)

    app = Flask("bench")
    app.config["SQLALCHEMY_DATABASE_URI"] = address
    db.init_app(app)
    table = history_table(db.metadata)
    with app.app_context():
        db.drop_all()
        db.create_all()
        db.session.add(Member(id=1, name="a"))
        db.session.commit()
    return app, Loan, type("Line", (db.Model,), {"__table__": table})


def plain_engine(address: str) -> Any:
    """Return an engine that is nobody's, with SQLite as ours has it."""
    engine = sa.create_engine(address)
    if engine.dialect.name == "sqlite":

        def connected(connection: Any, record: Any) -> None:
            for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL"):
                connection.execute(f"PRAGMA {pragma}")

        event.listen(engine, "connect", connected)
    return engine


def by_store(app: Flask, loan: Any) -> Callable[[], Any]:
    """Create by the store, alone."""
    store = store_for(app, loan)
    return lambda: store.create({**LOAN, "member": 1}, EVERYTHING).key


def by_transaction(app: Flask, loan: Any) -> Callable[[], Any]:
    """Create by the store, in a transaction of several writes."""
    store = store_for(app, loan)

    def create() -> Any:
        with store.transaction() as work:
            return work.create({**LOAN, "member": 1}, EVERYTHING).key

    return create


def by_core(engine: Any, loan: Any) -> Callable[[], Any]:
    """Create by Core, with a statement that is built once."""
    insert = sa.insert(loan.__table__)

    def create() -> Any:
        with engine.begin() as connection:
            done = connection.execute(insert, {**LOAN, "member_id": 1})
            return done.inserted_primary_key[0]

    return create


def by_orm(engine: Any, loan: Any, line: Any, *, kept: bool) -> Callable[[], Any]:
    """Create by the ORM, with a row of history that is made by it too."""

    def create() -> Any:
        with Session(engine) as session:
            made = loan(**LOAN, member_id=1)
            session.add(made)
            if kept:
                session.flush()
                new = {**LOAN, "fee": "1.50", "member": 1}
                session.add(line(**_line(made.id, new)))
            session.commit()
            return made.id

    return create


def _line(key: int, new: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": "loan",
        "key": str(key),
        "action": "create",
        "at": datetime.now(UTC),
        "actor": "",
        "request_id": "",
        "count": 1,
        "old": {},
        "new": new,
    }


def main() -> None:
    address, whom, kept = sys.argv[1], sys.argv[2], sys.argv[3:] == ["history"]
    app, loan, line = make(address, kept=kept)
    if kept:
        changed.connect(lambda app, change: None, weak=False)
    create = {
        "store": lambda: by_store(app, loan),
        "transaction": lambda: by_transaction(app, loan),
        "core": lambda: by_core(plain_engine(address), loan),
        "orm": lambda: by_orm(plain_engine(address), loan, line, kept=kept),
    }[whom]()
    app.add_url_rule("/", "create", lambda: str(create()))

    def start(status: str, headers: object, error: object = None) -> Any:
        if status != "200 OK":
            raise SystemExit(status)

    def one() -> None:
        answer: Any = app(ENVIRON | {"wsgi.input": io.BytesIO()}, start)
        b"".join(answer)
        answer.close()

    one()
    answer_bursts(one)


main()
