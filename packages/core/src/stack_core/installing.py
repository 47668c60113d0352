"""Putting a whole, ordered set on an application; what the roof calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from flask import Flask

from ._extension import find_extension
from .error import SetupError
from .ground import lay_ground
from .health import register_health
from .keep import require_keep
from .registry import Registry
from .secret_key import provide_secret_key
from .sessions import quicken_sessions
from .snapshot import Snapshot


class Initialisable(Protocol):
    """Anything that Flask calls an extension."""

    def init_app(self, app: Flask) -> object: ...


def install(app: Flask, extensions: Sequence[Initialisable]) -> None:
    """Initialise extensions in the given order, with a secret key and the health endpoints.

    The registry says ``composed`` from here on, so that embedded defaults hold.
    On failure the application is as it was before the call, as far as the
    extensions' own state allows.

    :raises SetupError: an extension or a setting is wrong.
    """
    snapshot = Snapshot(app)
    registry = Registry.of(app)
    registry.refuse_broken()
    if registry.composed:
        raise SetupError("This application was composed already. Call init_app once.")
    try:
        known = [e for e in map(find_extension, extensions) if e is not None]
        registry.announce(extension.prefix for extension in known)
        registry.composed = True
        lay_ground(app)
        provide_secret_key(app)
        for extension in extensions:
            extension.init_app(app)
        require_keep(app)
        register_health(app)
        quicken_sessions(app)
    except BaseException as error:
        snapshot.restore(error)
        raise
