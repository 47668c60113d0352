"""503 and ``Retry-After`` instead of 500 where the database is at fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, request
from sqlalchemy.exc import (
    InterfaceError,
    InternalError,
    OperationalError,
    PendingRollbackError,
    SQLAlchemyError,
    TimeoutError,
)
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable

from .fault import Fault, describe, find_fault

Handler = Callable[[Any], Any]

_KINDS = (OperationalError, InterfaceError, InternalError, TimeoutError, PendingRollbackError)


class InsufficientStorage(HTTPException):
    """507: the database's disk is full.

    RFC 4918 says of this status, other than of 503, that nobody may repeat the
    request by himself. Reading goes on, so a proxy must not take the
    application for dead either.
    """

    code = 507
    description = Fault.FULL.value


def answer_faults(app: Flask, retry_after: int) -> None:
    """Answer faults of the database with 503 and ``Retry-After``, a full disk with 507.

    A handler of the application's own goes before: one for these errors or for
    a class above them, or one for 503, which gets this answer to render.

    :param retry_after: seconds.
    """
    table = app.error_handler_spec[None][None]

    def answer(error: SQLAlchemyError) -> Any:
        fault = find_fault(error)
        for kind in type(error).__mro__:
            own = table.get(kind)
            if own in (None, answer) or (fault is not None and kind is Exception):
                continue
            return app.ensure_sync(own)(error)
        if fault is None:
            raise error
        return _refuse(app, fault, error, retry_after)

    for kind in _KINDS:
        table.setdefault(kind, answer)
    _answer_late_faults(app, retry_after)


def _answer_late_faults(app: Flask, retry_after: int) -> None:
    """Answer what no view can have caught.

    That is a session that cannot be opened or saved, a function that runs after
    the view, and a page of errors that itself asks the database.
    """
    table = app.error_handler_spec[None][500]

    def answer(error: InternalServerError) -> Any:
        cause = error.original_exception
        fault = find_fault(cause) if cause is not None else None
        if cause is not None and fault is not None:
            return _refuse(app, fault, cause, retry_after)
        return _render(app, error, leave_out=answer)

    table.setdefault(InternalServerError, answer)


def _refuse(app: Flask, fault: Fault, error: BaseException, retry_after: int) -> Any:
    """Say in the log what happened, and to the client when to come again."""
    app.logger.warning("%s The driver says: %s", fault.value, describe(error))
    refusal = _make_refusal(fault, retry_after)
    refusal.__cause__ = error
    try:
        return _render(app, refusal)
    except Exception as again:
        # The application's own page asks the database too, such as for who is signed in.
        if find_fault(again) is None:
            raise
        return refusal


def _make_refusal(fault: Fault, retry_after: int) -> HTTPException:
    if fault is Fault.FULL:
        return InsufficientStorage()
    return ServiceUnavailable(fault.value, retry_after=retry_after)


def _render(app: Flask, error: HTTPException, leave_out: Handler | None = None) -> Any:
    """Answer with an HTTP error as if the view had raised it."""
    for code in (error.code, None):
        for name in (*request.blueprints, None):
            handlers = app.error_handler_spec[name][code]
            for kind in type(error).__mro__:
                if kind in handlers and handlers[kind] is not leave_out:
                    return app.ensure_sync(handlers[kind])(error)
    return error
