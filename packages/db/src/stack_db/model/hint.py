"""The Python type that an attribute's annotation names."""

from __future__ import annotations

import sys
import types
import typing
from typing import Any

from sqlalchemy.orm import Mapped


def find_hint(cls: type[Any], name: str) -> Any:
    """Return the type that ``Mapped[…]`` names for an attribute, or None where nothing does."""
    for owner in cls.__mro__:
        annotation = vars(owner).get("__annotations__", {}).get(name)
        if annotation is not None:
            return unwrap(_evaluate(annotation, owner))
    return None


def find_result(function: Any, cls: type[Any]) -> Any:
    """Return the type that a function returns, or None where it does not say."""
    annotation = getattr(function, "__annotations__", {}).get("return")
    return None if annotation is None else unwrap(_evaluate(annotation, cls, function))


def unwrap(annotation: Any) -> Any:
    """Return what is left without ``Mapped``, ``Annotated`` and ``None``."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if isinstance(origin, type) and issubclass(origin, Mapped):
        return unwrap(arguments[0])
    if origin is typing.Annotated:
        return unwrap(arguments[0])
    if origin in (typing.Union, types.UnionType):
        rest = [each for each in arguments if each is not type(None)]
        return unwrap(rest[0]) if len(rest) == 1 else None
    return annotation


def _evaluate(annotation: Any, cls: type[Any], function: Any = None) -> Any:
    """Return an annotation that may be text; None where its names exist for checkers only."""
    if not isinstance(annotation, str):
        return annotation
    module = getattr(function, "__module__", None) or cls.__module__
    names = vars(sys.modules[module]) if module in sys.modules else {}
    try:
        return eval(annotation, dict(names), dict(vars(cls)))
    except Exception:
        return None
