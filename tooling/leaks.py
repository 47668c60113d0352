"""A pytest plugin for our own tests: each test leaves the process as it found it.

What is looked at after every test: Flask's contexts, connections taken from SQLAlchemy's pools,
sessions in scoped registries, threads, the environment and the working folder. What was left is
cleaned up, so that one leak is one error, and reported unless the test failed for its own reason.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from weakref import WeakSet

import pytest
from flask import globals as flask_globals
from sqlalchemy import event
from sqlalchemy.orm import scoped_session
from sqlalchemy.pool import Pool

#: pytest changes these itself while a test runs.
OWN_VARIABLES = {"PYTEST_CURRENT_TEST", "PYTEST_VERSION"}
#: Flask's own commands set these and leave them; they are taken back without a word.
FLASK_VARIABLES = {"FLASK_RUN_FROM_CLI"}
#: Where tests write modules of their own.
TEMPORARY = tempfile.gettempdir() + os.sep
#: How long a thread may take to end after its test, in seconds.
GRACE = 1.0

failed = pytest.StashKey[bool]()
_taken: dict[int, Any] = {}
_scoped: WeakSet[scoped_session[Any]] = WeakSet()


@event.listens_for(Pool, "checkout")
def _note_checkout(connection: Any, record: Any, proxy: Any) -> None:
    _taken[id(record)] = record


@event.listens_for(Pool, "checkin")
@event.listens_for(Pool, "invalidate")
@event.listens_for(Pool, "detach")
def _note_checkin(connection: Any, record: Any, *rest: Any) -> None:
    _taken.pop(id(record), None)


def _watch_scoped_sessions() -> None:
    """Keep a weak reference to every scoped session that is made from now on.

    SQLAlchemy has no list of them, and asking the garbage collector after each test is too slow.
    """
    create = scoped_session.__init__

    def create_and_note(self: scoped_session[Any], *args: Any, **options: Any) -> None:
        create(self, *args, **options)
        _scoped.add(self)

    scoped_session.__init__ = create_and_note  # type: ignore[method-assign]  # the way to see them


_watch_scoped_sessions()


def _contexts() -> list[Any]:
    """Return the Flask contexts that are pushed now, the innermost first."""
    names = ("_cv_request", "_cv_app")
    variables = [getattr(flask_globals, name, None) for name in names]
    return [held for held in (var.get(None) for var in variables if var) if held is not None]


def _held(scoped: scoped_session[Any]) -> dict[Any, Any]:
    """Return the sessions of a scoped registry by scope.

    The registry is not asked for the current scope: outside of a context there is none.
    """
    scopes = getattr(scoped.registry, "registry", None)
    if isinstance(scopes, dict):
        return scopes
    return {None: scoped.registry()} if scoped.registry.has() else {}


def _sessions() -> set[str]:
    """Return a name for each session that waits in a scoped registry."""
    return {repr(session) for scoped in list(_scoped) for session in _held(scoped).values()}


@dataclass
class State:
    """What of the process a test could leave behind."""

    contexts: int = field(default_factory=lambda: len(_contexts()))
    connections: set[int] = field(default_factory=lambda: set(_taken))
    sessions: set[str] = field(default_factory=_sessions)
    threads: set[threading.Thread] = field(default_factory=lambda: set(threading.enumerate()))
    variables: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    folder: Path = field(default_factory=Path.cwd)
    modules: set[str] = field(default_factory=lambda: set(sys.modules))
    path: list[str] = field(default_factory=lambda: list(sys.path))

    def leaks(self) -> Iterator[str]:
        """Yield what is there now and was not before, and clean it up."""
        yield from self._context_leaks()
        yield from self._session_leaks()
        yield from self._connection_leaks()
        yield from self._thread_leaks()
        yield from self._process_leaks()

    def _context_leaks(self) -> Iterator[str]:
        for context in _contexts()[: len(_contexts()) - self.contexts]:
            yield f"{type(context).__name__} of {context.app.name!r} is still pushed"
            with suppress(Exception):
                context.pop()

    def _session_leaks(self) -> Iterator[str]:
        for scoped in list(_scoped):
            for scope, session in list(_held(scoped).items()):
                if repr(session) not in self.sessions:
                    yield f"{session!r} waits in a scoped registry"
                    session.close()
                    if scope is None:
                        scoped.registry.clear()
                    else:
                        del _held(scoped)[scope]

    def _connection_leaks(self) -> Iterator[str]:
        for key in set(_taken) - self.connections:
            record = _taken.pop(key)
            yield f"{record.dbapi_connection!r} was not given back to its pool"

    def _thread_leaks(self) -> Iterator[str]:
        for thread in set(threading.enumerate()) - self.threads:
            thread.join(GRACE)
            if thread.is_alive():
                yield f"{thread!r} still runs"

    def _process_leaks(self) -> Iterator[str]:
        now = dict(os.environ)
        for name in sorted((self.variables.keys() | now.keys()) - OWN_VARIABLES):
            if self.variables.get(name) != now.get(name):
                if name not in FLASK_VARIABLES:
                    yield f"the environment variable {name} has changed"
                if name in self.variables:
                    os.environ[name] = self.variables[name]
                else:
                    del os.environ[name]
        if Path.cwd() != self.folder:
            yield f"the working folder is {Path.cwd()}"
            os.chdir(self.folder)

    def forget_modules(self) -> None:
        """Forget what a test imported out of a temporary folder: another's may be called the same.

        That is no leak. Commands of Flask's import an application by its name, and put its folder
        on the path, as their job is.
        """
        sys.path[:] = self.path
        for name in set(sys.modules) - self.modules:
            file = getattr(sys.modules[name], "__file__", None)
            # An environment may be in one, as those of the matrix are.
            if file and file.startswith(TEMPORARY) and not file.startswith(sys.prefix + os.sep):
                del sys.modules[name]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Remember whether the test failed: its traceback then keeps things alive."""
    report = yield
    if report.when in {"setup", "call"} and report.failed:
        item.stash[failed] = True
    return report


@pytest.fixture(autouse=True)
def leaves_nothing(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves something of its own in the process."""
    before = State()
    yield
    found = list(before.leaks())
    before.forget_modules()
    if found and not request.node.stash.get(failed, False):
        pytest.fail("The test left something behind: " + "; ".join(found) + ".", pytrace=False)
