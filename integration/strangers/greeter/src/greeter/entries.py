"""The entries of one application."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from msgspec import ValidationError
from stack_core.desk import Desk
from stack_core.filter import TRUE, Filter, Is
from stack_core.problem import FieldError, Invalid
from stack_core.query import EVERYTHING, Query
from stack_core.store import store_for

from .model import KIND, map_entries

SHOWN = 20


class Entries:
    """Reads and writes them.

    :param database: the one on the application.
    """

    def __init__(self, app: Flask, database: SQLAlchemy) -> None:
        self._app = app
        self.model = map_entries(database)

    def visible(self) -> list[str]:
        """Return the newest that whoever asks may read; everybody may."""
        desk = Desk(self._app, KIND, public={f"{KIND}.read"})
        query = Query(fields=("text",), order=("-id",), limit=SHOWN)
        return [text for (text,) in desk.page(query).rows]

    def newest(self) -> list[str]:
        """Return the newest, for whoever runs the application."""
        return [text for (text,) in self._find(("text",), TRUE, "-id", SHOWN)]

    def add(self, text: str) -> None:
        """Add one.

        :raises Invalid: the text does not fit.
        """
        store = store_for(self._app, KIND)
        try:
            value = store.description.by_name["text"].convert(text, text=True)
        except ValidationError as error:
            raise Invalid(errors=[FieldError(("text",), str(error))]) from None
        store.create({"text": value}, EVERYTHING)

    def remove_before(self, moment: datetime, limit: int) -> int:
        """Remove those from before a moment, the oldest first, and return how many it were."""
        keys = [key for (key,) in self._find(("",), Is("created", "lt", moment), "id", limit)]
        return store_for(self._app, KIND).delete_where(Is("", "in", keys), EVERYTHING)

    def _find(
        self, fields: tuple[str, ...], where: Filter, order: str, limit: int
    ) -> Sequence[tuple[Any, ...]]:
        query = Query(fields=fields, where=where, order=(order,), limit=limit)
        return store_for(self._app, KIND).page(query, EVERYTHING).rows
