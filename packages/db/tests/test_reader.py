"""The engines for reads that stand alone, as their listeners hear of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, mapped_column

from stack_core.query import EVERYTHING, Query
from stack_core.store import store_for
from stack_db import Database


@pytest.fixture(autouse=True)
def deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no engine be heard afterwards: removing a listener of the class does not see to that."""
    monkeypatch.setattr(Engine, "_has_events", False)


def test_read_is_heard_once(start: Callable[..., tuple[Flask, Database]]) -> None:
    """Who listens to all engines, or to one, hears of each read once."""
    app, db = start(SQLALCHEMY_DATABASE_URI="sqlite:///reader.db")

    class Word(db.Model):  # type: ignore[name-defined, misc]
        id: Mapped[int] = mapped_column(primary_key=True)

    heard: list[str] = []

    def hear(who: str) -> Any:
        return lambda *rest: heard.append(who)

    everywhere = hear("all")
    with app.app_context():
        db.create_all()
        store_for(app, Word).page(Query(fields=()), EVERYTHING)
        event.listen(Engine, "before_cursor_execute", everywhere)
        try:
            store_for(app, Word).page(Query(fields=()), EVERYTHING)
            assert heard == ["all"]
            event.listen(db.engine, "before_cursor_execute", hear("one"))
            store_for(app, Word).page(Query(fields=()), EVERYTHING)
        finally:
            event.remove(Engine, "before_cursor_execute", everywhere)
    assert sorted(heard) == ["all", "all", "one"]


def test_dialect_is_heard_once(start: Callable[..., tuple[Flask, Database]]) -> None:
    """Who connects or executes in the driver's place, or hears of errors, does so for reads."""
    app, db = start(SQLALCHEMY_DATABASE_URI="sqlite:///reader.db")
    heard: list[str] = []

    def hear(what: str) -> Any:
        return lambda *rest: heard.append(what)

    class Word(db.Model):  # type: ignore[name-defined, misc]
        id: Mapped[int] = mapped_column(primary_key=True)

    with app.app_context():
        db.create_all()
        for what in ("do_connect", "do_execute", "handle_error"):
            event.listen(db.engine, what, hear(what))
        event.listen(Engine, "handle_error", everywhere := hear("all errors"))
        try:
            store_for(app, Word).page(Query(fields=()), EVERYTHING)
            assert heard == ["do_connect", "do_execute"]
            db.drop_all()
            heard.clear()
            for _ in range(3):
                with pytest.raises(OperationalError) as caught:
                    store_for(app, Word).page(Query(fields=()), EVERYTHING)
                assert "flask db upgrade" in caught.value.__notes__[0]
                assert sorted(heard) == ["all errors", "do_execute", "handle_error"]
                heard.clear()
        finally:
            event.remove(Engine, "handle_error", everywhere)
