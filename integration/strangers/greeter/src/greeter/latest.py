"""The latest greeting, whoever wrote it and by which way."""

from __future__ import annotations

from flask import Flask
from stack_core.event import Change, changed
from stack_core.keep import get_keep

from .model import KIND

KEY = "greeter:latest"
DAY = 86_400.0


class Latest:
    """Hears of every greeting once it is committed, and keeps its text for a day."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def listen(self) -> None:
        """Hear what happens on this application; it ends with this object."""
        changed.connect(self._hear, self._app)

    def find(self) -> str | None:
        """Return the text, or None where there was none since yesterday."""
        kept = get_keep(self._app).get(KEY)
        return None if kept is None else kept.decode()

    def _hear(self, app: Flask, change: Change) -> None:
        if change.kind == KIND and change.action == "create" and "text" in change.new:
            get_keep(app).put(KEY, str(change.new["text"]).encode(), ttl=DAY)
