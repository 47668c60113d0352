"""Typed functions beneath Flask's own routes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, Protocol

from flask import Flask, current_app, got_request_exception, request
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.routing import Rule

from stack_core import MissingExtension, Registry

from ..operation.gate import MARK, Gate
from ..operation.operation import Operation
from ..problem.answering import Answering
from ..settings import RestSettings
from .binding import Place, bind
from .option import Declaration

_KEY = "rest"


class State(Protocol):
    """What is used of the interface of an application."""

    @property
    def settings(self) -> RestSettings: ...
    @property
    def answering(self) -> Answering: ...
    @property
    def gates(self) -> dict[tuple[str, str, str], Gate]: ...
    def make_view(self, operation: Operation) -> Gate: ...


def make_view(declaration: Declaration) -> Callable[..., Any]:
    """Return a view that runs a function on whichever application it is registered."""

    @wraps(declaration.function)
    def view(**values: Any) -> Any:
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        state = _find_state(app, declaration)
        gate = _find_gate(app, state, declaration)
        try:
            return gate(**values)
        except HTTPException:
            raise  # somebody handles its class
        except Exception as error:
            return _answer_failure(app, state, error)

    setattr(view, MARK, declaration)
    return view


def find_endpoints(app: Flask, state: State) -> Iterator[Operation]:
    """Yield the operations of the views that stand beneath Flask's own routes.

    Their rules are whole: the prefix of the interface does not stand before them.
    """
    for rule in app.url_map.iter_rules():
        if (declaration := _find_declaration(app, rule)) is not None:
            for method in sorted(_methods(rule)):
                yield _bind_rule(app, state, declaration, rule, method).operation


def find_operations(app: Flask, rule: Rule) -> Iterator[Operation]:
    """Yield the operations of one rule: one for each method, if a typed function is there."""
    if (declaration := _find_declaration(app, rule)) is not None:
        state = _find_state(app, declaration)
        for method in sorted(_methods(rule)):
            yield _bind_rule(app, state, declaration, rule, method).operation


def _find_declaration(app: Flask, rule: Rule) -> Declaration | None:
    found = getattr(app.view_functions.get(rule.endpoint), MARK, None)
    return found if isinstance(found, Declaration) else None


def _find_state(app: Flask, declaration: Declaration) -> State:
    installed = Registry.of(app).get(_KEY)
    if installed is None:
        raise MissingExtension(
            f"{declaration.title} is a typed endpoint, and {_KEY!r} is not on this application."
            " Call Rest().init_app(app).",
            _KEY,
        )
    state: State = installed.state
    return state


def _find_gate(app: Flask, state: State, declaration: Declaration) -> Gate:
    rule = request.url_rule
    assert rule is not None  # a view runs where a rule was found
    method = "GET" if request.method == "HEAD" else request.method
    found = state.gates.get((rule.endpoint, rule.rule, method))
    return found or _bind_rule(app, state, declaration, rule, method)


def _bind_rule(
    app: Flask, state: State, declaration: Declaration, rule: Rule, method: str
) -> Gate:
    """Return the gate of one method of one rule, made when it is asked for first."""
    key = (rule.endpoint, rule.rule, method)
    if key not in state.gates:
        place = Place(
            name=_find_name(app, declaration, rule, method),
            method=method,
            rule=rule.rule,
            in_rule={*rule.arguments, *(rule.defaults or ())},
            limit=state.settings.body_limit,
        )
        state.gates[key] = state.make_view(bind(app, declaration, place))
    return state.gates[key]


def _find_name(app: Flask, declaration: Declaration, rule: Rule, method: str) -> str:
    """Return the name of an operation: the endpoint's, and what tells it from its others."""
    before, _, last = rule.endpoint.rpartition(".")
    named = declaration.options.get("name") or last
    name = f"{before}.{named}" if before else named
    rules = sorted(app.url_map.iter_rules(rule.endpoint), key=_sort_rule)
    if len(_methods(rule)) > 1:
        name = f"{name}.{method.lower()}"
    return name if rules[0] is rule else f"{name}.{rules.index(rule) + 1}"


def _methods(rule: Rule) -> set[str]:
    return set(rule.methods or ()) - {"HEAD", "OPTIONS"}


def _sort_rule(rule: Rule) -> tuple[int, str]:
    return len(rule.arguments), rule.rule


def _answer_failure(app: Flask, state: State, error: Exception) -> Any:
    """Answer what nobody expected with a problem, where Flask would with its page."""
    if app.testing or app.debug or app.config["PROPAGATE_EXCEPTIONS"] or _is_handled(app, error):
        raise error
    got_request_exception.send(app, _async_wrapper=app.ensure_sync, exception=error)
    app.log_exception(sys.exc_info())
    return state.answering.answer(InternalServerError())


def _is_handled(app: Flask, error: Exception) -> bool:
    """Tell whether the application or a blueprint handles errors of this class."""
    for scope in (*request.blueprints, None):
        handlers = app.error_handler_spec.get(scope, {}).get(None, {})
        if any(isinstance(error, cls) for cls in handlers):
            return True
    return False
