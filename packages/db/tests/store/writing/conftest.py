"""A bank in each database: accounts and what makes writing them hard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stack_db import Database
from stack_db.declaration import kind
from stack_db.mixins import SoftDelete, Stamped, Versioned
from stack_db.tables import history_table

from ..conftest import Served


class Bank(Served):
    """The bank, and what its tests see of it."""

    @contextmanager
    def sent(self) -> Iterator[list[str]]:
        """Note the first word of every statement, and ``BEGIN``, ``COMMIT`` and ``ROLLBACK``."""
        words: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            words.append(statement.split(None, 1)[0])

        def ends(connection: Any, *rest: Any) -> None:
            if connection.get_execution_options().get("isolation_level") is None:
                words.append("COMMIT")

        event.listen(Engine, "before_cursor_execute", note)
        event.listen(Engine, "commit", ends)
        try:
            yield words
        finally:
            event.remove(Engine, "before_cursor_execute", note)
            event.remove(Engine, "commit", ends)


@pytest.fixture
def bank(address_of_database: str, start: Callable[..., tuple[Flask, Database]]) -> Iterator[Bank]:
    """An application with the models below, no rows, and a context."""
    app, db = start(SQLALCHEMY_DATABASE_URI=address_of_database)
    with app.app_context():
        made = make_models(db)
        history_table(db.metadata)
        db.create_all()
        yield Bank(app=app, db=db, **made)


def make_models(db: Any) -> dict[str, Any]:
    """Map the models of the bank."""

    class Owner(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(sa.String(20), unique=True)
        tax: Mapped[str | None] = mapped_column(sa.String(20))
        land: Mapped[str | None] = mapped_column(sa.String(20))
        __table_args__ = (
            sa.UniqueConstraint("tax", "land"),
            sa.Index("ix_owner_low", sa.text("lower(name)"), unique=True)
            if db.engine.dialect.name in ("sqlite", "postgresql")
            else sa.Index("ix_owner_land", "land"),
        )

    class Account(Versioned, Stamped, db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        number: Mapped[str] = mapped_column(sa.String(20), unique=True)
        balance: Mapped[Decimal] = mapped_column(sa.Numeric(10, 2), default=Decimal(0))
        rate: Mapped[float | None] = mapped_column(sa.Double)
        opened: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
        papers: Mapped[Any | None] = mapped_column(sa.JSON)
        small: Mapped[int | None] = mapped_column(sa.SmallInteger)
        owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("owner.id"))
        owner = relationship("Owner")
        __table_args__ = (
            sa.CheckConstraint("balance > -1000", name="ck_balance"),
            sa.CheckConstraint("small <> 7"),
        )

    class Card(SoftDelete, Versioned, db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(sa.String(20))
        __kind__ = kind(history=True)

    class Branch(db.Model):
        """A branch under another."""

        id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
        over_id: Mapped[int | None] = mapped_column(sa.ForeignKey("branch.id"))
        over = relationship("Branch", remote_side=[id])

    class Deed(db.Model):
        """A contract whose owner is checked at the commit, where a database can do so."""

        id: Mapped[int] = mapped_column(primary_key=True)
        owner_id: Mapped[int] = mapped_column(
            sa.ForeignKey("owner.id", deferrable=True, initially="DEFERRED")
            if db.engine.dialect.name in ("sqlite", "postgresql")
            else sa.ForeignKey("owner.id")
        )
        owner = relationship("Owner")

    class Lease(db.Model):
        """Keeps its owner from going."""

        id: Mapped[int] = mapped_column(primary_key=True)
        owner_id: Mapped[int] = mapped_column(sa.ForeignKey("owner.id", ondelete="RESTRICT"))
        owner = relationship("Owner")

    found = (Owner, Account, Card, Branch, Deed, Lease)
    return {cls.__name__: cls for cls in found}
