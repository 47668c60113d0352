"""503 instead of 500 when the database is too busy."""

from __future__ import annotations

import sqlite3
from typing import Any

from flask import Flask, request
from sqlalchemy.exc import OperationalError, SQLAlchemyError, TimeoutError
from werkzeug.exceptions import ServiceUnavailable

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_PRIMARY_CODE = 0xFF


def is_overload(error: BaseException) -> bool:
    """Tell whether an error says that the same request may succeed a little later.

    That is a SQLite file that was locked for longer than its busy time-out, or
    a pool whose connections were all in use.
    """
    if isinstance(error, TimeoutError):
        return True
    cause = getattr(error, "orig", None)
    code = getattr(cause, "sqlite_errorcode", None) or 0
    return isinstance(cause, sqlite3.Error) and code & _PRIMARY_CODE in _BUSY


def answer_overload(app: Flask, retry_after: int) -> None:
    """Answer an overloaded database with 503 and ``Retry-After``.

    A handler of the application's own goes before: one for these errors or for
    a class above them, or one for 503, which gets this answer to render.

    :param retry_after: seconds.
    """
    table = app.error_handler_spec[None][None]

    def answer(error: SQLAlchemyError) -> Any:
        busy = is_overload(error)
        for kind in type(error).__mro__:
            own = table.get(kind)
            if own in (None, answer) or (busy and kind is Exception):
                continue
            return app.ensure_sync(own)(error)
        if not busy:
            raise error
        app.logger.warning("The database is too busy: %s", getattr(error, "orig", error))
        unavailable = ServiceUnavailable("The database is busy.", retry_after=retry_after)
        unavailable.__cause__ = error
        return _render(app, unavailable)

    for kind in (OperationalError, TimeoutError):
        table.setdefault(kind, answer)


def _render(app: Flask, error: ServiceUnavailable) -> Any:
    """Answer with an HTTP error as if the view had raised it."""
    for code in (error.code, None):
        for name in (*request.blueprints, None):
            handlers = app.error_handler_spec[name][code]
            for kind in type(error).__mro__:
                if kind in handlers:
                    return app.ensure_sync(handlers[kind])(error)
    return error.get_response()
