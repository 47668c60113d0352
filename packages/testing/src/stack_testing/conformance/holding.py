"""What an object holds on to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import FunctionType
from typing import Any

from werkzeug.local import LocalProxy

_DEPTH = 4


def find_held(thing: object, wanted: Callable[[object], bool]) -> Iterator[str]:
    """Yield the path to each object in question that a thing holds, in attributes and containers.

    Weak references hold nothing and are not followed, and neither are proxies such as
    ``current_app``.
    """
    seen: set[int] = set()
    for name, value in attributes(thing).items():
        yield from _search(f".{name}", value, wanted, seen, _DEPTH)


def attributes(thing: object) -> dict[str, Any]:
    """Return what an object has by name, in its dictionary and in its slots."""
    found = dict(getattr(thing, "__dict__", {}))
    for kind in type(thing).__mro__:
        slots = vars(kind).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else tuple(slots):
            if not name.startswith("__") and hasattr(thing, name):
                found.setdefault(name, getattr(thing, name))
    return found


def _search(
    path: str, value: Any, wanted: Callable[[object], bool], seen: set[int], depth: int
) -> Iterator[str]:
    if issubclass(type(value), LocalProxy):
        return  # whatever one asks of it, what it stands for answers
    if wanted(value):
        yield path
        return
    if id(value) in seen or not depth or isinstance(value, type | str | bytes | int | float):
        return
    seen.add(id(value))
    for step, inner in _steps(value):
        yield from _search(path + step, inner, wanted, seen, depth - 1)


def _steps(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield what a value leads to; functions are not opened."""
    if isinstance(value, dict):
        for key, inner in list(value.items()):
            yield f"[{type(key).__name__}]" if not isinstance(key, str) else f"[{key!r}]", inner
            yield " as a key", key
    elif isinstance(value, list | tuple | set | frozenset):
        for number, inner in enumerate(value):
            yield f"[{number}]", inner
    elif isinstance(value, partial):
        yield from ((f"({number})", inner) for number, inner in enumerate(value.args))
    elif hasattr(value, "__self__"):
        yield ".__self__", value.__self__
    elif isinstance(value, Mapping | FunctionType):
        return
    elif hasattr(value, "__dict__"):
        yield from ((f".{name}", inner) for name, inner in vars(value).items())
