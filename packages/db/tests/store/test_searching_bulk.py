"""Many rows at once, and the index of their search after them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import String, insert, text
from sqlalchemy.orm import Mapped, mapped_column

from stack_core.query import EVERYTHING, Query
from stack_core.store import store_for
from stack_db import Database
from stack_db.declaration import about
from stack_db.searching.bulk import rebuilt_search_indexes

Start = Callable[..., tuple[Flask, Database]]


@pytest.fixture
def word(start: Start) -> tuple[Flask, Database, Any]:
    """A table that is searched."""
    app, db = start(SQLALCHEMY_DATABASE_URI="sqlite:///words.db")

    class Word(db.Model):  # type: ignore[name-defined, misc]
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(String(80), info=about(searchable=True))

    with app.app_context():
        db.create_all()
    return app, db, Word


def find(app: Flask, model: Any, search: str) -> tuple[int, str]:
    """Return how many rows a search finds, and how."""
    with app.app_context():
        page = store_for(app, model).page(Query(fields=(), search=search), EVERYTHING)
    return len(page.rows), page.searched


def fail(db: Database, model: Any) -> None:
    """Load a row, and break off."""
    with db.engine.begin() as connection, rebuilt_search_indexes(connection, db.metadata):
        connection.execute(insert(model), [{"name": "second parrot"}])
        raise RuntimeError("stop")


def test_rows_are_found_after_a_bulk_load(word: tuple[Flask, Database, Any]) -> None:
    """What was loaded is in the index, and what comes later too."""
    app, db, model = word
    with app.app_context():
        with db.engine.begin() as connection, rebuilt_search_indexes(connection, db.metadata):
            connection.execute(insert(model), [{"name": "parrot"}, {"name": "carrot"}])
        db.session.add(model(name="another parrot"))
        db.session.commit()
    assert find(app, model, "parrot") == (2, "index")


def test_undone_load_leaves_the_index(word: tuple[Flask, Database, Any]) -> None:
    """A load that fails leaves the index as it was, kept in step."""
    app, db, model = word
    with app.app_context():
        db.session.add(model(name="parrot"))
        db.session.commit()
        with pytest.raises(RuntimeError):
            fail(db, model)
        db.session.execute(text("INSERT INTO word (name) VALUES ('third parrot')"))
        db.session.commit()
    assert find(app, model, "parrot") == (2, "index")
