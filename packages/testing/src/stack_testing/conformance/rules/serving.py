"""Rules of the requests of an application that are not the extension's."""

from __future__ import annotations

import gc
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Flask
from flask import globals as flask_globals
from werkzeug.exceptions import Conflict

from ..fault import Fault
from ..rule import rule
from ..stand import Stand
from ..views import KitError, add_views, ask_views, compare_answers
from ..wording import enumerate_some, say

DISPATCHING = ("handle_exception", "handle_user_exception", "handle_http_exception")
HANDLED = 418
MANY = 12


@rule(
    "P29",
    "required",
    "Views that are not its own answer as before",
    mend="Act on the extension's own endpoints only, or declare 'changes-foreign-views'.",
    lifted_by="changes-foreign-views",
)
def foreign_views(stand: Stand) -> Iterator[Fault]:
    """Status, headers and bytes of an application's own views and error pages are the same with
    the extension as without it; the session's cookie may be another if it is declared that the
    session is replaced."""
    bare, app = stand.make_app(), stand.make_app()
    add_views(bare)
    add_views(app)
    stand.put(stand.make(), app)
    found = list(compare_answers(ask_views(bare), ask_views(app)))
    if "replaces-session" in stand.abilities:
        cookie = f": header Set-Cookie: {app.config['SESSION_COOKIE_NAME']}="
        found = [each for each in found if cookie not in each]
    if found:
        yield Fault(f"Views that are not its own answer otherwise: {found[0]}.", tuple(found))


@rule(
    "P33",
    "required",
    "An exception that has a handler reaches it",
    mend="Let what the extension does not know pass, and register handlers for its own only.",
)
def handlers(stand: Stand) -> Iterator[Fault]:
    """The application's own error handlers are called, whether they were registered before or
    after 'init_app', in a test or not."""
    for early in (True, False):
        for testing in (False, True):
            yield from _try_handlers(stand, early=early, testing=testing)


@rule(
    "P39",
    "advised",
    "Flask's own handling of exceptions is left alone",
    mend="Register handlers with 'errorhandler', on the extension's own blueprint.",
)
def dispatching(stand: Stand) -> Iterator[Fault]:
    """'init_app' replaces no method of the application that finds handlers for exceptions: with
    two who do, only the last one's handlers are sure to be found."""
    app = stand.make_app()
    before = dict(vars(app))
    stand.put(stand.make(), app)
    for name in DISPATCHING:
        now = vars(app).get(name)
        if now is not before.get(name):
            where = stand.locate(now) or (f"app.{name}",)
            yield Fault(f"'init_app' replaces the application's {name!r}.", where)


@rule(
    "P30",
    "required",
    "Every context ends, also after an exception",
    mend="Undo in 'teardown_appcontext' what a request began, and allow for it not having begun.",
)
def contexts(stand: Stand) -> Iterator[Fault]:
    """After a request, one that failed, and a context without a request no context is pushed,
    the application's teardown has run, and nothing but the view's own exception came out."""
    app = stand.make_app({"PROPAGATE_EXCEPTIONS": True})
    torn: list[BaseException | None] = []
    app.teardown_appcontext(lambda error: torn.append(error))
    add_views(app)
    stand.put(stand.make(), app)
    acts: dict[str, Callable[[], object]] = {
        "a request": lambda: app.test_client().get("/kit/plain"),
        "a request that fails": lambda: app.test_client().get("/kit/error"),
        "a context without a request": lambda: _enter(app.app_context()),
        "a context of a request": lambda: _enter(app.test_request_context("/kit/plain")),
    }
    for what, act in acts.items():
        torn.clear()
        try:
            act()
        except KitError:
            pass
        except Exception as error:
            yield Fault(f"After {what} comes {say(error)}.", stand.blame(error))
        if not torn:
            yield Fault(f"After {what} the application's own teardown has not run.")
        if pushed := _pop_all():
            yield Fault(f"After {what} {enumerate_some(pushed)} is still pushed.")


@rule(
    "P30",
    "required",
    "Connections and files are given back, also after an exception",
    mend="Close in 'teardown_appcontext' what a request opened; 'after_request' may not be run.",
)
def connections(stand: Stand) -> Iterator[Fault]:
    """Requests that use the extension and fail leave no file or socket open, no connection
    taken from a pool of SQLAlchemy, and no ResourceWarning."""
    app = stand.make_app({"PROPAGATE_EXCEPTIONS": True})
    app.add_url_rule("/kit/use", "kit_use", lambda: _use(stand, app))
    app.add_url_rule("/kit/fail", "kit_fail", lambda: _use_and_fail(stand, app))
    taken = _watch_pools()
    stand.put(stand.make(), app)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", ResourceWarning)
        _ask_failing(app, 2)
        before = _count_open()
        _ask_failing(app, MANY)
        gc.collect()
        after = _count_open()
    if taken:
        yield Fault(f"{len(taken)} connections are not given back to their pool.")
    if after - before >= MANY:
        yield Fault(f"{MANY} requests that failed leave {after - before} files or sockets open.")
    said = [str(each.message) for each in warned if each.category is ResourceWarning]
    if said:
        yield Fault(f"ResourceWarning: {said[0]}.", tuple(said))


def _try_handlers(stand: Stand, *, early: bool, testing: bool) -> Iterator[Fault]:
    app = stand.make_app({"TESTING": testing})
    add_views(app)
    app.add_url_rule("/kit/conflict", "kit_conflict", _conflict)
    if early:
        _add_handlers(app)
    stand.put(stand.make(), app)
    if not early:
        _add_handlers(app)
    when = f"registered {'before' if early else 'after'} 'init_app'"
    for path, what in {
        "/kit/error": "KitError",
        "/kit/inner/error": "KitError in a blueprint",
        "/kit/conflict": "409",
        "/kit/nowhere": "404",
        "/kit/forbidden": "403",
    }.items():
        try:
            answer = app.test_client().get(path, base_url="https://localhost")
        except Exception as error:
            said = f"The handler of {what} {when} is not called: {say(error)} comes out."
            yield Fault(said, stand.blame(error))
            continue
        if answer.status_code != HANDLED:
            yield Fault(
                f"The handler of {what} {when} is not called: the answer is {answer.status_code}."
            )


def _add_handlers(app: Flask) -> None:
    for thing in (KitError, Conflict, 404, 403):
        app.register_error_handler(thing, lambda error: ("handled", HANDLED))


def _conflict() -> str:
    raise Conflict


def _enter(context: Any) -> None:
    with context:
        pass


def _pop_all() -> list[str]:
    """End what is pushed, and return what it was."""
    found = []
    for name in ("_cv_request", "_cv_app"):
        variable = getattr(flask_globals, name, None)
        while variable is not None and (context := variable.get(None)) is not None:
            found.append(type(context).__name__)
            try:
                context.pop()
            except Exception:
                variable.set(None)
    return found


def _use(stand: Stand, app: Flask) -> str:
    stand.use(app)
    return "used"


def _use_and_fail(stand: Stand, app: Flask) -> str:
    stand.use(app)
    raise KitError("A view of the kit fails on purpose.")


def _ask_failing(app: Flask, times: int) -> None:
    for _ in range(times):
        app.test_client().get("/kit/use")
        with suppress(KitError):
            app.test_client().get("/kit/fail")


def _count_open() -> int:
    """Return how many files and sockets this process has open, where the system tells."""
    try:
        return len(list(Path("/dev/fd").iterdir()))
    except OSError:
        return 0


def _watch_pools() -> dict[int, object]:
    """Return what is filled with the connections that are taken from SQLAlchemy's pools."""
    taken: dict[int, object] = {}
    # Only what the extension has imported itself is looked at: the kit needs no SQLAlchemy.
    event, pool = (sys.modules.get(f"sqlalchemy.{name}") for name in ("event", "pool"))
    if event is None or pool is None:
        return taken

    def note(connection: Any, record: Any, proxy: Any) -> None:
        taken[id(record)] = record

    def forget(connection: Any, record: Any, *rest: Any) -> None:
        taken.pop(id(record), None)

    event.listen(pool.Pool, "checkout", note)
    for name in ("checkin", "invalidate", "detach"):
        event.listen(pool.Pool, name, forget)
    return taken


RULES = (foreign_views, handlers, dispatching, contexts, connections)
