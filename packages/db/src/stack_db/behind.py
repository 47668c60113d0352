"""A hint for who meets a database that was not migrated yet."""

from __future__ import annotations

import sys
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine, ExceptionContext

HINT = (
    "The database may be behind the code: flask db status says so, and flask db upgrade brings it"
    " up to date."
)
_STATES = {"42P01", "42703"}
_CODES = {1054, 1146}
_WORDS = ("no such table", "no such column", "has no column named")


def hint_at_upgrade(engine: Engine) -> None:
    """Let an error about a missing table or column say what to run."""
    event.listen(engine, "handle_error", _add_hint)


def _add_hint(context: ExceptionContext) -> None:
    error = context.sqlalchemy_exception
    if error is not None and _lacks(context.original_exception) and not _migrates():
        error.add_note(HINT)


def _lacks(error: Any) -> bool:
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    if state in _STATES or (error.args and error.args[0] in _CODES):
        return True
    return any(words in str(error) for words in _WORDS)


def _migrates() -> bool:
    """Tell whether it is a migration that does not find it; that says more itself."""
    return hasattr(sys.modules.get("alembic.context"), "config")
