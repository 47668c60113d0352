"""The engines for reads that stand alone, as their listeners hear of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Mapped, mapped_column

from stack_core.query import EVERYTHING, Query
from stack_core.store import store_for
from stack_db import Database


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
