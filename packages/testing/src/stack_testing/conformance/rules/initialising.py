"""Rules of a set-up that is repeated, or that fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

from flask import Flask

from stack_core import Extension, MissingExtension, SettingsError, SetupError, find_extension
from stack_core.settings import Option, options

from ..fault import Fault, NotApplicable
from ..picture import describe_difference, take_picture
from ..rule import rule
from ..stand import Stand
from ..wording import enumerate_some, say

UNCLEAR = (AssertionError, AttributeError, IndexError, KeyError, NameError, TypeError)
"""What code raises that was not written to be understood."""
SECRET = re.compile(r"(^|_)(password|passwd|secret|token|credentials?|(api|private|secret)_key)$")


class Wrong:
    """A value that no setting can have."""

    def __repr__(self) -> str:
        return "<a wrong value>"


@rule(
    "P4",
    "required",
    "A second 'init_app' on the same application does no harm",
    mend="Refuse it when the application's 'extensions' have the key already.",
)
def second_init(stand: Stand) -> Iterator[Fault]:
    """A second 'init_app' is refused or does nothing, and the application is as before."""
    app, extension = stand.start()
    before = take_picture(app)
    said = "A second 'init_app' is not refused, and changes the application"
    try:
        stand.put(extension, app)
    except Exception as error:
        said = f"A second 'init_app' fails with {say(error)}, and changes the application"
    if changed := describe_difference(before, take_picture(app)):
        yield Fault(f"{said}: {changed[0]}.", tuple(changed))


@rule(
    "P3",
    "required",
    "A failing 'init_app' leaves nothing",
    mend="Read and check all that can fail first, and register with the application last.",
)
def clean_failure(stand: Stand) -> Iterator[Fault]:
    """When 'init_app' fails for a wrong setting or a missing requirement, the application is as
    it was before, save for defaults in 'app.config'."""
    failed = False
    for what, app in _provoke(stand):
        before = take_picture(app)
        try:
            stand.put(stand.make(), app)
        except Exception as error:
            failed = True
            changed = describe_difference(before, take_picture(app))
            # A default that stays in the settings registers nothing.
            changed = [each for each in changed if not each.startswith("app.config[")]
            if changed:
                said = f"'init_app' fails with {say(error)} for {what}, and {changed[0]}."
                yield Fault(said, (*stand.blame(error), *changed))
    if not failed:
        raise NotApplicable("Nothing that was tried makes its 'init_app' fail.")


@rule(
    "P5",
    "required",
    "A missing requirement is named",
    mend="Say in 'requires' what must be there, or raise an error that says what to initialise.",
)
def missing_requirement(stand: Stand) -> Iterator[Fault]:
    """Without what it needs on the application, 'init_app' works or raises an error that says
    what is missing."""
    own = find_extension(stand.make())
    if not (own and own.requires) and not stand.source.make_others():
        raise NotApplicable("It needs nothing else on the application.")
    app = stand.make_app(others=False)
    try:
        stand.put(stand.make(), app)
    except MissingExtension:
        return
    except Exception as error:
        unclear = not isinstance(error, SetupError) if own else isinstance(error, UNCLEAR)
        if unclear:
            said = f"Without what it needs 'init_app' fails with {say(error)}."
            yield Fault(said, stand.blame(error))


@rule(
    "P8",
    "required",
    "A wrong setting is refused by name",
    mend="Declare each key in the Settings class, with a type that says what it may be.",
)
def wrong_settings(stand: Stand) -> Iterator[Fault]:
    """A value of the wrong type is refused for each setting, by an error that names its key, and
    no key of the prefix is read that the settings do not declare."""
    own = stand.own()
    declared = {each.key for each in _options(own)}
    app, _ = stand.start()
    undeclared = [
        key for key in app.config.touched if key.startswith(own.prefix) and key not in declared
    ]
    if undeclared:
        said = f"{enumerate_some(undeclared)} is read and is no declared setting."
        yield Fault(said, tuple(undeclared))
    if not declared and not undeclared:
        raise NotApplicable("It has no settings.")
    for option in _options(own):
        yield from _try_wrong(stand, option)


@rule(
    "P12",
    "required",
    "A secret is declared as one",
    mend="Declare it with setting(…, secret=True), so that nothing shows it.",
)
def secret_settings(stand: Stand) -> Iterator[Fault]:
    """A text setting whose name ends like that of a secret is declared as one."""
    found = _options(stand.own())
    if not found:
        raise NotApplicable("It has no settings.")
    for option in found:
        texts = {str, bytes} & {option.decodable, *get_args(option.decodable)}
        if texts and SECRET.search(option.name) and not option.secret:
            yield Fault(f"{option.key!r} is not declared as secret.", (option.key,))


def _options(own: Extension[Any, Any]) -> tuple[Option, ...]:
    return options(own.settings, own.prefix)


def _try_wrong(stand: Stand, option: Option) -> Iterator[Fault]:
    app = stand.make_app({option.key: Wrong()})
    try:
        stand.put(stand.make(), app)
    except SettingsError as error:
        if option.key not in str(error):
            yield Fault(f"The error for a wrong {option.key!r} does not name it: {error}.")
    except Exception as error:
        yield Fault(f"A wrong {option.key!r} fails with {say(error)}.", stand.blame(error))
    else:
        yield Fault(f"A wrong {option.key!r} is accepted.", (option.key,))


def _provoke(stand: Stand) -> Iterator[tuple[str, Flask]]:
    """Yield applications on which a set-up may fail, with what is wrong there."""
    own = find_extension(stand.make())
    app, _ = stand.start()
    keys = [option.key for option in _options(own)] if own else list(app.config.touched)
    for key in keys:
        if key not in Flask.default_config:
            yield f"a wrong {key!r}", stand.make_app({key: Wrong()})
    if stand.source.make_others():
        yield "what is missing", stand.make_app(others=False)
    elif own and own.requires:
        yield "what is missing", stand.make_app()


RULES = (second_init, clean_failure, missing_requirement, wrong_settings, secret_settings)
