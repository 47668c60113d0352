"""Rules of what an extension keeps of the applications that it is on."""

from __future__ import annotations

import gc
import logging
import re
import types
from collections.abc import Iterator
from datetime import date, time, timedelta, tzinfo
from decimal import Decimal
from enum import Enum
from functools import cached_property
from pathlib import PurePath
from typing import Any
from uuid import UUID
from weakref import ref

import click
from flask import Blueprint, Flask

from stack_core import find_extension

from ..fault import Fault
from ..holding import attributes, find_held
from ..picture import describe_difference, take_picture
from ..rule import rule
from ..stand import Stand
from ..wording import enumerate_some

HARMLESS = (
    *(type, str, bytes, int, float, tuple, frozenset, type(None), Decimal, Enum, UUID),
    *(date, time, timedelta, tzinfo, re.Pattern, PurePath),
    *(types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.ModuleType),
    *(click.Command, Blueprint, logging.Logger),
)
"""What two applications may have in common: what nobody changes, and what is declared once."""


@rule(
    "P2",
    "required",
    "The extension keeps no application",
    mend="Keep what belongs to one application in 'app.extensions', and find it by 'current_app'.",
)
def no_self_app(stand: Stand) -> Iterator[Fault]:
    """After 'init_app' nothing that the extension holds leads to the application."""
    app, extension = stand.start()
    for path in find_held(extension, lambda each: each is app):
        yield Fault(f"'init_app' keeps the application as 'self{path}'.", (f"self{path}",))


@rule(
    "P2",
    "required",
    "'init_app' leaves the extension as it was",
    mend="Return or publish the state of one application, and set attributes in '__init__' only.",
)
def template(stand: Stand) -> Iterator[Fault]:
    """'init_app' sets, replaces and fills no attribute of the extension.

    A weak mapping by application may be filled, and a cached property be read.
    """
    app, extension = stand.make_app(), stand.make()
    before = _shallow(extension)
    stand.put(extension, app)
    after = _shallow(extension)
    for name in sorted({*before, *after}):
        if not _same(before.get(name), after.get(name)):
            yield Fault(f"'init_app' changes 'self.{name}'.", (f"self.{name}",))


@rule(
    "P2",
    "required",
    "Two applications share nothing",
    mend="Make in 'init_app' what one application needs, and keep it in its 'app.extensions'.",
)
def two_apps(stand: Stand) -> Iterator[Fault]:
    """One extension on two applications changes only the second the second time,
    and puts nothing on both that can change."""
    extension, first, second = stand.make(), stand.make_app(), stand.make_app()
    package = stand.trial.package
    bare = set(_gather(first, package))
    stand.put(extension, first)
    before = take_picture(first)
    stand.put(extension, second)
    changed = describe_difference(before, take_picture(first))
    if changed:
        yield Fault(
            f"The second 'init_app' changes the first application: {changed[0]}.", tuple(changed)
        )
    own = {id(extension), id(find_extension(extension))}
    shared = _find_shared(own, _gather(first, package), _gather(second, package))
    shared = [path for path in shared if path not in bare]
    if shared:
        yield Fault(f"Two applications share {enumerate_some(shared)}.", tuple(shared))


@rule(
    "P37",
    "advised",
    "An application that nobody uses is freed",
    mend="Hold applications weakly, as the keys of a WeakKeyDictionary, or not at all.",
)
def app_is_freed(stand: Stand) -> Iterator[Fault]:
    """An application with the extension on it goes when its last user lets go of it."""
    extension = stand.make()
    gone = _make_and_forget(stand, extension)
    gc.collect()
    app = gone()
    if app is not None:
        holders = [each for each in gc.get_referrers(app) if isinstance(each, dict | list | tuple)]
        kinds = sorted({type(each).__name__ for each in holders})
        yield Fault("An application is kept that nobody uses any more.", tuple(kinds))


def _make_and_forget(stand: Stand, extension: Any) -> ref[Flask]:
    app = stand.make_app()
    stand.put(extension, app)
    return ref(app)


def _shallow(extension: Any) -> dict[str, Any]:
    """Return what an extension has by name, with copies of its containers."""
    found = {}
    for name, value in attributes(extension).items():
        if isinstance(getattr(type(extension), name, None), cached_property):
            continue
        found[name] = type(value)(value) if type(value) in (dict, list, set) else value
    return found


def _same(one: Any, other: Any) -> bool:
    if type(one) is not type(other) or type(one) not in (dict, list, set):
        return one is other or (isinstance(one, HARMLESS) and bool(one == other))
    if isinstance(one, set):
        return {id(each) for each in one} == {id(each) for each in other}
    pairs = one.items() if isinstance(one, dict) else enumerate(one)
    others = dict(other.items() if isinstance(other, dict) else enumerate(other))
    return len(one) == len(other) and all(others.get(key) is each for key, each in pairs)


def _gather(app: Flask, package: str) -> dict[str, Any]:
    """Return by path what is on an application, and what is directly in that.

    :param package: whose objects are opened; what others keep in theirs is their own affair.
    """
    found = {f"app.{name}": value for name, value in vars(app).items()}
    found |= {f"app.extensions[{key!r}]": value for key, value in app.extensions.items()}
    for path, value in list(found.items()):
        if isinstance(value, dict):
            found |= {f"{path}[{key!r}]": inner for key, inner in value.items()}
        elif type(value).__module__.partition(".")[0] == package:
            found |= {f"{path}.{name}": inner for name, inner in attributes(value).items()}
    return found


def _find_shared(own: set[int], first: dict[str, Any], second: dict[str, Any]) -> list[str]:
    """Return where both applications have the same object that can change.

    :param own: the extension itself, which may be on both, by identity.
    """
    places = tuple(f"{path}." for path, value in second.items() if id(value) in own)
    return [
        path
        for path, value in first.items()
        if path in second and value is second[path]
        if not isinstance(value, HARMLESS) and id(value) not in own
        if not path.startswith(places)
    ]


RULES = (no_self_app, template, two_apps, app_is_freed)
