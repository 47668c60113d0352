"""Actions of an application's own on the items of a resource, as typed functions."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, get_type_hints

import msgspec
from flask import Response

from stack_core.description import Key
from stack_core.problem import NotFound

from ..endpoint.binding import Place, bind
from ..endpoint.option import Declaration
from ..http.answer import answer_nothing
from ..http.media_type import JSON
from ..operation.operation import Answer, Contract, Need, Operation
from .bound import BoundResource
from .declaration import Action
from .reading import Reading

KEY = "key"


def make_action(bound: BoundResource, action: Action) -> Operation:
    """Return the operation of an action.

    :raises TypeError: its function cannot be served; it is named.
    """
    acting = _Acting(bound, action)
    options: Any = {"tag": bound.name, **action.options}
    place = Place(
        name=f"{bound.name}.{action.name}",
        method=action.method,
        rule=f"{bound.path}/<{KEY}>/{action.name}"
        if action.each
        else f"{bound.path}/{action.name}",
        in_rule={KEY} if action.each else (),
        limit=bound.settings.body_limit,
    )
    operation = bind(bound.app, Declaration(acting.make_function(), options), place)
    find_contract = operation.find_contract

    def run(**values: Any) -> Any:
        # Before anything is read: whoever may not is told that, and not what is wrong.
        bound.desk.require(action.name)
        return operation.run(**values)

    return msgspec.structs.replace(
        operation,
        run=run,
        # A desk asks, because the permission may be for some rows only.
        need=None,
        find_contract=lambda: acting.complete(find_contract()),
        media_types=(JSON,) if acting.shows else operation.media_types,
    )


class _Acting:
    """Runs one action of a resource."""

    def __init__(self, bound: BoundResource, action: Action) -> None:
        self._bound = bound
        self._action = action
        self._hints = get_type_hints(action.function, include_extras=True)
        self.shows = action.each and self._hints.get("return") is bound.thing

    def make_function(self) -> Callable[..., Any]:
        """Return the action's function with the item's key in place of the item."""
        function, action = self._action.function, self._action
        parameters = list(inspect.signature(function).parameters.values())
        if action.each and (not parameters or parameters[0].kind is parameters[0].KEYWORD_ONLY):
            raise TypeError(
                f"The action {action.name!r} of {self._bound.name!r} takes no item. Give its"
                " function a first parameter, or declare it with each=False."
            )
        kept = parameters[1:] if action.each else parameters

        @wraps(function)
        def run(**values: Any) -> Any:
            if not action.each:
                return function(**values)
            return self._run(values.pop(KEY), values)

        hints = {each.name: self._hints[each.name] for each in kept if each.name in self._hints}
        first = [inspect.Parameter(KEY, inspect.Parameter.KEYWORD_ONLY)] if action.each else []
        named = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in kept]
        seen: Any = run
        seen.__signature__ = inspect.Signature([*first, *named])
        returned = Response if self.shows else self._hints.get("return")
        extra = {KEY: str} if action.each else {}
        run.__annotations__ = {**extra, **hints, "return": returned}
        return run

    def complete(self, contract: Contract) -> Contract:
        """Return what the document says of it, now that the kind is known."""
        bound, name = self._bound, self._action.name
        need = Need(bound.layout.is_public(name), bound.layout.permission(name))
        answers = contract.answers
        if self.shows:
            label = "The item as it is now."
            answers = (Answer(status=200, label=label, type=bound.schemas.item),)
        return msgspec.structs.replace(contract, need=need, answers=answers)

    def _run(self, text: str, values: dict[str, Any]) -> Any:
        """Run it in a transaction of its own, so that what it changes of the item is kept."""
        bound, action = self._bound, self._action
        key = bound.desk.parse_key(text)
        with bound.desk.transaction():
            result = action.function(bound.desk.get(key, action.name), **values)
        return self._show(key) if self.shows else result

    def _show(self, key: Key) -> Any:
        try:
            return Reading(self._bound).show(key)
        except NotFound:
            return answer_nothing()
