"""What the import of an extension did, found out in an interpreter that knew nothing of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.metadata import Distribution, PackageNotFoundError, packages_distributions
from pathlib import Path

import msgspec

from .apart import Ended, Program
from .trial import Trial

PROGRAM = Path(__file__).with_name("fresh.py")
PATIENCE = 60
"""How long an import may take, in seconds."""


class Event(msgspec.Struct, frozen=True):
    """Something that was done while a module was imported.

    :param kind: ``files``, ``network``, ``threads`` or ``processes``.
    :param what: the event as Python audits it.
    :param place: the line of the extension that did it.
    """

    kind: str
    what: str
    place: str


class Imports(msgspec.Struct, frozen=True):
    """What the import of an extension did.

    :param error: why it could not be imported; else empty.
    :param patches: names of what was set in modules and classes of others.
    :param milliseconds: what its own modules took.
    :param beside_milliseconds: what Flask and its other requirements took.
    :param modules: how many modules were imported beside those.
    """

    error: str
    events: tuple[Event, ...]
    threads: tuple[str, ...]
    patches: tuple[str, ...]
    milliseconds: float
    beside_milliseconds: float
    modules: int


class Importing:
    """The import, going on in the background."""

    def __init__(self, trial: Trial, path: list[str], environment: Mapping[str, str]) -> None:
        order = {
            "path": path,
            "before": _needs(trial),
            "module": trial.module,
            "root": trial.root,
        }
        self._program = Program([str(PROGRAM)], json.dumps(order).encode(), environment, None)

    def wait(self) -> Imports:
        """Return what was found out; one that cannot be imported is an error there too."""
        try:
            _, said, complaint = self._program.wait(PATIENCE)
        except Ended as error:
            return _failed(str(error))
        return msgspec.json.decode(said, type=Imports) if said else _failed(complaint)


def _failed(error: str) -> Imports:
    return Imports(error, (), (), (), 0.0, 0.0, 0)


def _needs(trial: Trial) -> list[str]:
    """Return what is imported first: Flask, core, and what the distribution declares to need."""
    found = ["flask", *(["stack_core"] if trial.protocol is not None else [])]
    if trial.distribution is None:
        return found
    try:
        required = Distribution.from_name(trial.distribution).requires or ()
    except PackageNotFoundError:
        return found
    wanted = {_normalise(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in required}
    for package, owners in packages_distributions().items():
        if package.isidentifier() and wanted & {_normalise(owner) for owner in owners}:
            found.append(package)
    return [name for name in dict.fromkeys(found) if name != trial.package]


def _normalise(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
