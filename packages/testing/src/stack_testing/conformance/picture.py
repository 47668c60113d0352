"""What an application looks like, so that two looks can be compared."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from types import FunctionType
from typing import Any

from blinker import Signal
from flask import Config, Flask, signals
from werkzeug.routing import Map

_DEPTH = 5
_PASSING = {"_got_first_request"}
_SIGNALS = {name: each for name, each in vars(signals).items() if isinstance(each, Signal)}

Picture = Mapping[str, object]


def take_picture(app: Flask) -> Picture:
    """Return what is on an application, by the path that leads to it.

    Objects stand for themselves, which also keeps them alive while pictures are compared.
    """
    return dict(_look(app))


def describe_difference(before: Picture, after: Picture) -> list[str]:
    """Return one phrase for each thing that two pictures do not have in common."""
    found = []
    for path in sorted({*before, *after}):
        if path not in after:
            found.append(f"{path} is gone")
        elif path not in before:
            found.append(f"{path} is new")
        elif not _same(before[path], after[path]):
            found.append(f"{path} is another")
    return found


def _same(one: object, other: object) -> bool:
    if one is other:
        return True
    if isinstance(one, FunctionType) and isinstance(other, FunctionType):
        # A function that was made anew around the same is no change; one around the first is.
        return one.__code__ is other.__code__ and _cells(one) == _cells(other)
    # Methods are made anew each time one looks; texts and numbers may be.
    if callable(one) and hasattr(one, "__self__"):
        return bool(one == other)
    simple = (str, bytes, int, float, tuple, frozenset)
    return isinstance(one, simple) and type(one) is type(other) and one == other


def _cells(function: FunctionType) -> list[int]:
    """Return what a function has closed over, by identity."""
    return [id(each.cell_contents) for each in function.__closure__ or ()]


def _is_void(value: object) -> bool:
    """Tell whether a container has nothing in it but such containers."""
    inner = value.values() if isinstance(value, dict) else value
    return isinstance(inner, Iterable) and not isinstance(inner, str) and all(map(_is_void, inner))


def _name(thing: object) -> str:
    """Return the text of an object without its address, which is another each time."""
    return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(thing))


def _look(app: Flask) -> Iterator[tuple[str, object]]:
    holders = {
        "app": app,
        "app.cli": app.cli,
        "app.json": app.json,
        "app.jinja_env": app.jinja_env,
    }
    for path, holder in holders.items():
        for name, value in vars(holder).items():
            if name in _PASSING or (holder is app.jinja_env and name == "cache"):
                continue
            if holder is app.jinja_env and name == "extensions":
                # One that is added again is made anew and is the same.
                value = {key: type(each) for key, each in value.items()}
            yield from _walk(f"{path}.{name}", value, _DEPTH)
    for number, rule in enumerate(app.url_map.iter_rules()):
        methods = ",".join(sorted(rule.methods or ()))
        yield f"the route {rule.rule} [{methods}] of {rule.endpoint!r} #{number}", None
    for name, signal in _SIGNALS.items():
        for number, receiver in enumerate(signal.receivers_for(app)):
            yield f"receiver {number} of the signal {name}", receiver


def _walk(path: str, value: Any, depth: int) -> Iterator[tuple[str, object]]:
    if isinstance(value, Map | Flask) or (isinstance(value, Config) and path != "app.config"):
        return
    if isinstance(value, dict) and depth:
        yield path, type(value)
        made_by_asking = isinstance(value, defaultdict)
        for key, inner in list(value.items()):
            if made_by_asking and _is_void(inner):
                continue
            yield from _walk(f"{path}[{_name(key)}]", inner, depth - 1)
    elif isinstance(value, list | tuple) and depth:
        yield path, type(value)
        for number, inner in enumerate(value):
            yield from _walk(f"{path}[{number}]", inner, depth - 1)
    elif isinstance(value, set) and depth:
        yield path, frozenset(map(_name, value))
    else:
        yield path, value
