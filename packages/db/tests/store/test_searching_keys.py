"""Search indexes of tables whose key is no single integer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Mapped, mapped_column

from stack_core.query import EVERYTHING, Query
from stack_core.store import Store, store_for
from stack_db import Database
from stack_db.declaration import about


def test_other_keys(
    address_of_database: str, start: Callable[..., tuple[Flask, Database]]
) -> None:
    """A UUID, two columns, or a subclass's table: found, changed, deleted, and found no more."""
    app, db = start(SQLALCHEMY_DATABASE_URI=address_of_database)

    class Page(db.Model):  # type: ignore[name-defined,misc]
        id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
        text: Mapped[str] = mapped_column(sa.Text, info=about(searchable=True))

    class Seat(db.Model):  # type: ignore[name-defined,misc]
        hall: Mapped[str] = mapped_column(sa.String(9), primary_key=True)
        number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
        text: Mapped[str] = mapped_column(sa.String(50), info=about(searchable=True))

    class Thing(db.Model):  # type: ignore[name-defined,misc]
        id: Mapped[int] = mapped_column(primary_key=True)
        text: Mapped[str] = mapped_column(sa.String(50), info=about(searchable=True))
        type: Mapped[str] = mapped_column(sa.String(9))
        __mapper_args__ = {"polymorphic_on": "type", "polymorphic_identity": "thing"}

    class Wheel(Thing):
        id: Mapped[int] = mapped_column(sa.ForeignKey("thing.id"), primary_key=True)
        spokes: Mapped[int]
        __mapper_args__ = {"polymorphic_identity": "wheel"}

    made: dict[Any, dict[str, Any]] = {
        Page: {}, Seat: {"hall": "A", "number": 1}, Wheel: {"spokes": 3}
    }  # fmt: skip
    with app.app_context():
        db.create_all()
        for cls, more in made.items():
            row = cls(text="needle in a haystack", **more)
            db.session.add_all([row, cls(text="nothing", **_other(more))])
            db.session.commit()
            find = partial(_find, store_for(app, cls))
            assert find("hays") == (1, "index")
            row.text = "straw"
            db.session.commit()
            assert find("hays") == (0, "index")
            assert find("straw") == (1, "index")
            db.session.delete(row)
            db.session.commit()
            assert find("straw") == (0, "index")
            assert find("nothing") == (1, "index")
        db.drop_all()
        left = sa.inspect(db.engine).get_table_names()
        db.session.remove()
    assert left == []


def _find(store: Store, text: str) -> tuple[int, str]:
    page = store.page(Query(fields=(), search=text), EVERYTHING)
    return len(page.keys), page.searched


def _other(values: dict[str, Any]) -> dict[str, Any]:
    return {name: 2 if name == "number" else value for name, value in values.items()}
