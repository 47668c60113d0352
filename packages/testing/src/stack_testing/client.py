"""Clients and runners whose calls begin without a context, as in production.

On Flask 3.1 a request that is made while an application context is pushed runs
in that context and shares its ``g``. A user that an extension has remembered
there is then logged in for every other client too. Flask 3.2 pushes a context
of its own for each request; these classes do the same on 3.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextvars import Context
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from click.testing import Result
    from werkzeug.datastructures import Headers


class IsolatedClient(FlaskClient):
    """A test client that runs each request in a fresh :class:`contextvars.Context`.

    Within ``with client:`` the contexts of the last request are available
    afterwards, as with Flask's own client; the response is then read whole.
    """

    def run_wsgi_app(
        self, environ: WSGIEnvironment, buffered: bool = False
    ) -> tuple[Iterable[bytes], str, Headers]:
        """Run the application; see :meth:`werkzeug.test.Client.run_wsgi_app`."""
        context = Context()
        buffered = buffered or self.preserve_context
        chunks, status, headers = context.run(super().run_wsgi_app, environ, buffered)
        return (chunks if buffered else _Body(chunks, context)), status, headers


class IsolatedRunner(FlaskCliRunner):
    """A runner that runs each command in a fresh :class:`contextvars.Context`."""

    def invoke(self, *args: Any, **kwargs: Any) -> Result:
        """Run a command; see :meth:`flask.testing.FlaskCliRunner.invoke`."""
        return Context().run(super().invoke, *args, **kwargs)


class _Body:
    """A response's body, produced in the context of its request to the end.

    ``stream_with_context`` pops the request's context after the last chunk,
    which must happen where it was pushed.
    """

    def __init__(self, chunks: Iterable[bytes], context: Context) -> None:
        self._chunks = iter(chunks)
        self._context = context
        self._close: Callable[[], object] | None = getattr(chunks, "close", None)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return self._context.run(next, self._chunks)

    def close(self) -> None:
        if self._close is not None:
            self._context.run(self._close)


def make_client(app: Flask) -> FlaskClient:
    """Return an isolated client of the application's own client class."""
    return _client_class(app)(app, app.response_class, use_cookies=True)


def make_runner(app: Flask) -> FlaskCliRunner:
    """Return an isolated runner of the application's own runner class."""
    return _runner_class(app)(app)


def isolate_clients(app: Flask) -> None:
    """Make ``app.test_client()`` and ``app.test_cli_runner()`` return isolated ones."""
    app.test_client_class = _client_class(app)
    app.test_cli_runner_class = _runner_class(app)


def _client_class(app: Flask) -> type[FlaskClient]:
    own = app.test_client_class or FlaskClient
    if issubclass(own, IsolatedClient):
        return own
    return IsolatedClient if own is FlaskClient else type(own.__name__, (IsolatedClient, own), {})


def _runner_class(app: Flask) -> type[FlaskCliRunner]:
    own = app.test_cli_runner_class or FlaskCliRunner
    if issubclass(own, IsolatedRunner):
        return own
    return (
        IsolatedRunner if own is FlaskCliRunner else type(own.__name__, (IsolatedRunner, own), {})
    )
