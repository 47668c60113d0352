"""A resource as it is declared: a template, which each application copies."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

import msgspec

from stack_core.naming import make_plural, make_word

from .options import ResourceOptions

F = TypeVar("F", bound=Callable[..., Any])
Moment = Literal["before", "after"]
Act = Literal["create", "update", "delete"]


class Computed(msgspec.Struct, frozen=True, eq=False):
    """A field that is made of others when it is read.

    :param paths: whose values the function gets, in this order.
    """

    function: Callable[..., Any]
    paths: tuple[str, ...]


class Action(msgspec.Struct, frozen=True, eq=False):
    """Something of one's own that is done to one item, or to the resource as a whole.

    :param each: it gets the real object of one item first.
    """

    function: Callable[..., Any]
    name: str
    method: str
    each: bool
    options: Mapping[str, Any]


class Resource:
    """What was declared with ``rest.resource(…)``.

    Whatever is added to it counts for applications that are set up afterwards.

    :param thing: a class, a kind's word, or a store.
    """

    def __init__(self, thing: Any, options: ResourceOptions) -> None:
        self.thing = thing
        self.options = options
        self.actions: list[Action] = []
        self.hooks: dict[tuple[Moment, Act], list[Callable[..., Any]]] = {}
        self.computed_fields: dict[str, Computed] = {}

    @property
    def path(self) -> str:
        """Where it is below the prefix: ``/book-loans`` for a class ``BookLoan``."""
        return self.options.path or "/" + make_plural(self._word.replace("_", "-"))

    @property
    def name(self) -> str:
        """What its operations are called after."""
        return self.options.name or self._word

    @property
    def _word(self) -> str:
        if isinstance(self.thing, str):
            return self.thing
        if isinstance(self.thing, type):
            return make_word(self.thing.__name__)
        return str(self.thing.description.kind)

    def before(self, *acts: Act) -> Callable[[F], F]:
        """Call a function before a write, in its transaction.

        It gets the values that will be written, a dictionary that it may change, and the real
        object, which is None before a create. What it raises refuses the write.
        """
        return self._hook("before", acts)

    def after(self, *acts: Act) -> Callable[[F], F]:
        """Call a function after a write, in its transaction, with the real object.

        After a delete the object is what it was. What it raises undoes the write.
        """
        return self._hook("after", acts)

    def computed(self, *paths: str) -> Callable[[F], F]:
        """Show what a function returns as a field of its name.

        :param paths: whose values it gets, in this order; who may not read one of them does not
            see the field.
        """

        _refuse_function("computed", "title", paths)

        def add(function: F) -> F:
            self.computed_fields[function.__name__] = Computed(function, paths)
            return function

        return add

    def action(
        self, name: str = "", *, method: str = "POST", each: bool = True, **options: Any
    ) -> Callable[[F], F]:
        """Serve a typed function below an item, which it gets as its first argument.

        The permission is the kind's with the action's name, such as ``flight.cancel``.

        :param name: also the end of its path; otherwise the function's.
        :param each: below each item; otherwise below the resource, without an object.
        :param options: as of ``rest.post``.
        """

        _refuse_function("action", "sell", (name,))

        def add(function: F) -> F:
            word = name or function.__name__
            if not re.fullmatch(r"[a-z][a-z0-9_-]*", word):
                raise TypeError(
                    f"{word!r} cannot name an action. Use small letters, digits, '-' and '_'."
                )
            self.actions.append(Action(function, word, method, each, options))
            return function

        return add

    def _hook(self, moment: Moment, acts: tuple[Act, ...]) -> Callable[[F], F]:
        _refuse_function(moment, "create", acts)
        for act in acts or ("",):
            if act not in ("create", "update", "delete"):
                raise TypeError(
                    f"{act!r} is nothing that is hooked. Use 'create', 'update' or 'delete'."
                )

        def add(function: F) -> F:
            for act in acts:
                self.hooks.setdefault((moment, act), []).append(function)
            return function

        return add


def _refuse_function(word: str, example: str, given: tuple[Any, ...]) -> None:
    """Raise where a decorator stands without its brackets, which would lose the function."""
    if any(callable(each) for each in given):
        raise TypeError(f"{word!r} was given a function. Write @….{word}({example!r}) above it.")
