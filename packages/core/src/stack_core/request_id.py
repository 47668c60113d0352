"""One id for everything that happens for one request: ``g.request_id``.

The id is made when somebody asks for it, so a request that nobody asks about
costs nothing.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any, cast
from uuid import uuid4

from flask import Flask, g, has_app_context, has_request_context, request

_ENVIRON = "stack.request_id"
_OUTSIDE = "_stack_request_id"
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:=+/-]{0,127}", re.ASCII)


class RequestId:
    """The attribute ``g.request_id``.

    Inside a request the id belongs to the request, not to the context, which
    tests may share. What an application itself puts under that name wins.
    """

    def __init__(self, *, trusted: bool) -> None:
        self._trusted = trusted

    def __get__(self, holder: Any, owner: type | None = None) -> Any:
        if holder is None:
            return self
        if has_request_context():
            store, key = request.environ, _ENVIRON
        else:
            store, key = vars(holder), _OUTSIDE
        if key not in store:
            store[key] = (self._trusted and self._incoming()) or uuid4().hex
        return store[key]

    def _incoming(self) -> str | None:
        """Return the proxy's id; one that could forge a line of the log is not taken."""
        header = request.headers.get("X-Request-ID", "") if has_request_context() else ""
        return header if _PLAIN.fullmatch(header) else None


def install_request_id(app: Flask, *, trusted: bool) -> None:
    """Give an application ``g.request_id`` and every log record its ``request_id``.

    :param trusted: take the id from ``X-Request-ID``; only behind a proxy that
        sets it.
    """
    base = app.app_ctx_globals_class
    if not hasattr(base, "request_id"):  # an application's own wins
        attributes = {"request_id": RequestId(trusted=trusted)}
        globals_class = type("AppContextGlobals", (base,), attributes)
        app.app_ctx_globals_class = cast("type[Any]", globals_class)
    _install_record()


def find_request_id() -> str | None:
    """Return the id of what runs now, or None outside of every application context."""
    return getattr(g, "request_id", None) if has_app_context() else None


class Record(logging.LogRecord):
    """A log record that knows its request.

    The id enters the record's dictionary when the message is made, not
    before: ``logging`` refuses ``extra={"request_id": …}`` of an application
    when the key is there already.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request_id = find_request_id() or "-"

    def getMessage(self) -> str:
        self._note_request()
        return super().getMessage()

    def __reduce__(self) -> tuple[Any, ...]:
        # Another process gets a plain record: it may not know this class.
        self._note_request()
        return logging.makeLogRecord, (vars(self),)

    def _note_request(self) -> None:
        vars(self).setdefault("request_id", self._request_id)


def _install_record() -> None:
    factory: Any = logging.getLogRecordFactory()
    if isinstance(factory, type):
        logging.setLogRecordFactory(_knowing(factory))
    elif not getattr(factory, "knows_request", False):
        logging.setLogRecordFactory(_wrapped(factory))


def _knowing(kind: type) -> type[logging.LogRecord]:
    """Return a class of records that know their request and else are of the given class."""
    if issubclass(kind, Record):
        return kind
    return Record if kind is logging.LogRecord else type(kind.__name__, (Record, kind), {})


def _wrapped(factory: Callable[..., logging.LogRecord]) -> Callable[..., logging.LogRecord]:
    """Let a factory that is no class make records that know their request."""
    classes: dict[type, type[logging.LogRecord]] = {}

    def make(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = factory(*args, **kwargs)
        kind = type(record)
        if not issubclass(kind, Record):
            record.__class__ = classes.setdefault(kind, classes.get(kind) or _knowing(kind))
            vars(record)["_request_id"] = find_request_id() or "-"
        return record

    vars(make)["knows_request"] = True
    return make
