"""The entries: what is kept, and what goes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import update
from stack_core import Registry
from stack_db import now

from greeter import Greeter
from greeter.model import Entry, map_entries

from application import create_app


def test_class_is_made_once_for_each_database() -> None:
    """Applications that share a database share its class; others have their own."""
    one, other = SQLAlchemy(), SQLAlchemy()
    made = map_entries(one)
    assert map_entries(one) is made
    assert issubclass(map_entries(other), Entry)
    assert map_entries(other) is not made


@pytest.mark.parametrize(("days", "left"), [(0, 3), (10, 1)])
def test_old_entries_go(days: int, left: int) -> None:
    """No more than it is told at once, and never where they are kept for ever."""
    app = create_app(GREETER_DAYS=days)
    extension = Registry.of(app)["greeter"].extension
    with app.app_context():
        database = app.extensions["sqlalchemy"]
        database.create_all()
        entries = Greeter.of(app).entries
        for text in ("first", "second", "third"):
            entries.add(text)
        old = now() - timedelta(days=11)
        table = database.metadata.tables["greeter_entry"]
        database.session.execute(update(table).where(table.c.id < 3).values(created=old))
        database.session.commit()
        removed = [extension.sweep(app, 1) for _ in range(3)]
        assert removed == ([1, 1, 0] if days else [0, 0, 0])
        assert len(entries.newest()) == left
