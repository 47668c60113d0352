"""Two looks at an application: what counts as a difference, and what an object holds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from flask import Flask, got_request_exception

from stack_testing.conformance.holding import find_held
from stack_testing.conformance.picture import describe_difference, take_picture

ROUTE = "the route /x [GET,HEAD,OPTIONS] of 'x' #1 is new"


def differences(act: Callable[[Flask], object]) -> list[str]:
    """Return what is seen of something that is done to an application."""
    app = Flask("looked_at")
    app.after_request(make_hook("a"))
    app.handle_exception = make_wrapper(app.handle_exception)  # type: ignore[method-assign]
    before = take_picture(app)
    act(app)
    return describe_difference(before, take_picture(app))


def make_hook(word: str) -> Callable[[Any], Any]:
    """Return a function that has closed over a word."""
    return lambda response: response if word else None


def make_wrapper(inner: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function around another."""
    return lambda *args: inner(*args)


@pytest.mark.parametrize(
    ("act", "seen"),
    [
        (lambda app: app.before_request(print), "app.before_request_funcs[None] is new"),
        (lambda app: app.config.update(KEY=1), "app.config['KEY'] is new"),
        (lambda app: app.config.update(DEBUG=True), "app.config['DEBUG'] is another"),
        (lambda app: app.config.pop("DEBUG"), "app.config['DEBUG'] is gone"),
        (lambda app: app.extensions.update(mail={}), "app.extensions['mail'] is new"),
        (
            lambda app: app.add_url_rule("/x", "x"),
            ROUTE,
        ),
        (
            lambda app: got_request_exception.connect(print, app),
            "receiver 0 of the signal got_request_exception is new",
        ),
        (
            lambda app: setattr(app, "handle_exception", make_wrapper(app.handle_exception)),
            "app.handle_exception is another",
        ),
        (lambda app: app.jinja_env.filters.update(x=print), "app.jinja_env.filters['x'] is new"),
    ],
)
def test_change_is_seen(act: Callable[[Flask], object], seen: str) -> None:
    """Hooks, settings, routes, receivers and wrappers are seen, each by its path."""
    assert seen in differences(act)


@pytest.mark.parametrize(
    "act",
    [
        lambda app: None,
        lambda app: app.test_client().get("/"),
        lambda app: app.config.update(DEBUG=app.config["DEBUG"]),
        lambda app: app.after_request_funcs[None].__setitem__(0, make_hook("a")),
    ],
)
def test_nothing_is_seen_where_nothing_changes(act: Callable[[Flask], object]) -> None:
    """A request, the same value and the same function made anew are no change."""
    assert differences(act) == []


class Holder:
    """Holds what it is given."""

    def __init__(self, **held: Any) -> None:
        vars(self).update(held)

    def method(self) -> None:
        """Do nothing."""


@pytest.mark.parametrize(
    ("hold", "path"),
    [
        (lambda app: {"app": app}, ".app"),
        (lambda app: {"apps": [None, app]}, ".apps[1]"),
        (lambda app: {"apps": {"x": {"y": app}}}, ".apps['x']['y']"),
        (lambda app: {"apps": {app: 1}}, ".apps as a key"),
        (lambda app: {"inner": Holder(app=app)}, ".inner.app"),
        (lambda app: {"call": partial(print, app)}, ".call(0)"),
        (lambda app: {"call": app.test_client}, ".call.__self__"),
    ],
)
def test_application_is_found_wherever_it_is_held(
    hold: Callable[[Flask], dict[str, Any]], path: str
) -> None:
    """Attributes, containers, keys, objects, partials and methods are followed."""
    app = Flask("held")
    found = list(find_held(Holder(**hold(app)), lambda each: each is app))
    assert found == [path]


def test_weak_mapping_holds_nothing() -> None:
    """What goes with its application is not held."""
    app = Flask("held")
    weak: WeakKeyDictionary[Flask, str] = WeakKeyDictionary({app: "state"})
    assert list(find_held(Holder(states=weak), lambda each: each is app)) == []
