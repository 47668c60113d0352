"""Rules of the names that an extension takes on an application."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask import Flask

from stack_core import find_extension
from stack_core.registry import KEY
from stack_core.settings import options

from ..fault import Fault
from ..rule import rule
from ..stand import Stand
from ..wording import enumerate_some

CORE = "STACK_"


@rule(
    "P28",
    "required",
    "Blueprints and endpoints have the extension's name",
    mend="Begin their names with the extension's own, and let people choose another.",
)
def blueprint_names(stand: Stand) -> Iterator[Fault]:
    """Every blueprint, and every endpoint outside of one, begins with a name of the
    extension."""
    app = stand.make_app()
    before = {*app.blueprints, *app.view_functions}
    stand.put(stand.make(), app)
    endpoints = [each for each in app.view_functions if "." not in each]
    added = {*app.blueprints, *endpoints} - before
    yield from _tell(stand, "The blueprint or endpoint", dict.fromkeys(added))


@rule(
    "P28",
    "required",
    "Settings have the extension's prefix",
    mend="Begin every key with the extension's name, or declare an upstream key as one.",
)
def setting_names(stand: Stand) -> Iterator[Fault]:
    """Every key of 'app.config' that 'init_app' reads or sets begins with a name of the
    extension, or is Flask's own, or belongs to what was there before."""
    app = stand.make_app()
    given = set(app.config) - set(stand.source.settings)
    extension = stand.make()
    before = set(app.config)
    app.config.touched.clear()
    stand.put(extension, app)
    touched = dict.fromkeys([*app.config.touched, *sorted(set(app.config) - before)])
    own = find_extension(extension)
    declared = {each.key for each in options(own.settings, own.prefix)} if own else set()
    known = {*Flask.default_config, *given, *declared}
    keys = [each for each in touched if each not in known]
    strange = [each for each in keys if not (own and each.startswith(CORE))]
    yield from _tell(stand, "The setting", dict.fromkeys(strange))


@rule(
    "P28",
    "required",
    "What is put on the application has the extension's name",
    mend="Keep it in 'app.extensions' under the extension's own name.",
)
def extension_key(stand: Stand) -> Iterator[Fault]:
    """Every new key of 'app.extensions' and every new attribute of the application begins with
    a name of the extension."""
    app = stand.make_app()
    attributes, keys = set(vars(app)), set(app.extensions)
    stand.put(stand.make(), app)
    added = {
        **{f"app.extensions[{each!r}]": each for each in set(app.extensions) - keys - {KEY}},
        **{f"app.{each}": each for each in set(vars(app)) - attributes if not _is_flask(each)},
    }
    yield from _tell(stand, "What is put on the application as", added)


@rule(
    "P28",
    "required",
    "Commands have the extension's name",
    mend="Put them into one group that is called like the extension.",
)
def command_names(stand: Stand) -> Iterator[Fault]:
    """Every command or group that is added to 'app.cli' begins with a name of the extension."""
    app = stand.make_app()
    before = set(app.cli.commands)
    stand.put(stand.make(), app)
    yield from _tell(stand, "The command", dict.fromkeys(set(app.cli.commands) - before))


def _is_flask(name: str) -> bool:
    """Tell whether an attribute is Flask's own, which others may set: see ``declared-parts``."""
    return hasattr(Flask, name)


def _tell(stand: Stand, what: str, names: Mapping[str, str | None]) -> Iterator[Fault]:
    """Yield a fault if there are names that are not the extension's."""
    strange = sorted(
        shown for shown, name in names.items() if not stand.is_own_name(name or shown)
    )
    if strange:
        own = enumerate_some(stand.trial.names)
        said = f"{what} {enumerate_some(map(repr, strange))} begins with none of {own}."
        yield Fault(said, tuple(strange))


RULES = (blueprint_names, setting_names, extension_key, command_names)
