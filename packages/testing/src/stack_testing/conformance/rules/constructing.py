"""Rules of how an extension is made and put on an application."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask import globals as flask_globals

from ..fault import Fault, NotApplicable
from ..holding import find_held
from ..rule import rule
from ..stand import Stand


@rule(
    "P25",
    "required",
    "An extension is constructed without an application",
    mend="Let the constructor take no application, and do what needs one in 'init_app'.",
)
def construction(stand: Stand) -> Iterator[Fault]:
    """The constructor demands no application, and an extension that was only made has none."""
    kind = stand.source.factory
    if isinstance(kind, type):
        for parameter in inspect.signature(kind).parameters.values():
            if parameter.default is parameter.empty and _is_app(parameter):
                yield Fault(
                    f"{kind.__name__}(…) demands {parameter.name!r}.",
                    stand.locate(vars(kind).get("__init__")),
                )
                return
    if stand.trial.unmade:
        raise NotApplicable("Its constructor wants something else than an application.")
    with _noting_apps() as made:
        extension = stand.make()
    name = type(extension).__name__
    if made:
        yield Fault(f"An application is made while the {name} is constructed.")
    for path in find_held(extension, lambda each: isinstance(each, Flask)):
        yield Fault(f"A new {name} has an application already.", (path,))


@rule(
    "P26",
    "required",
    "'init_app' works in a factory, without a context",
    mend="Use the 'app' that 'init_app' is given in place of 'current_app', and push no context.",
)
def factory(stand: Stand) -> Iterator[Fault]:
    """'init_app' works on an application that has no context pushed, and leaves none behind."""
    if stand.trial.in_context:
        try:
            app = stand.make_app()
            stand.make().init_app(app)
        except RuntimeError as error:
            yield Fault("'init_app' works within an application context only.", stand.blame(error))
        return
    app = stand.make_app()
    stand.make().init_app(app)
    if flask_globals._cv_app.get(None) is not None:
        yield Fault("'init_app' leaves an application context pushed.")


def _is_app(parameter: inspect.Parameter) -> bool:
    words = str(parameter.annotation)
    return parameter.name in ("app", "application", "flask_app") or "Flask" in words


@contextmanager
def _noting_apps() -> Iterator[list[Flask]]:
    """Note the applications that are made meanwhile."""
    made: list[Flask] = []
    initialise = Flask.__init__

    def note(self: Flask, *args: Any, **kwargs: Any) -> None:
        made.append(self)
        initialise(self, *args, **kwargs)

    Flask.__init__ = note  # type: ignore[method-assign]
    try:
        yield made
    finally:
        Flask.__init__ = initialise  # type: ignore[method-assign]


RULES = (construction, factory)
