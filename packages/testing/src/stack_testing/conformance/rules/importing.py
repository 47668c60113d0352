"""Rules of what the import of an extension does, found out in an interpreter of its own."""

from __future__ import annotations

from collections.abc import Iterator

from ..fault import Fault, Measure, NotApplicable
from ..imports import Event, Imports
from ..rule import rule
from ..stand import Stand
from ..wording import enumerate_some


@rule(
    "P27",
    "required",
    "The import touches no files and starts no programs",
    mend="Do it in 'init_app', or when it is first needed.",
)
def import_files(stand: Stand) -> Iterator[Fault]:
    """The import writes no file, reads none but those of installed packages, and starts no
    program."""
    yield from _tell(stand, {"files": "touches files", "processes": "starts a program"})


@rule(
    "P27",
    "required",
    "The import opens no sockets",
    mend="Connect when something is first sent, and never while a module is imported.",
)
def import_network(stand: Stand) -> Iterator[Fault]:
    """The import makes no socket and asks for no address."""
    yield from _tell(stand, {"network": "uses the network"})


@rule(
    "P27",
    "required",
    "The import starts no threads",
    mend="Start it when it is first needed, in the process that needs it.",
)
def import_threads(stand: Stand) -> Iterator[Fault]:
    """The import starts no thread."""
    yield from _tell(stand, {"threads": "starts a thread"})


@rule(
    "P27",
    "required",
    "The import changes nothing of others",
    mend="Subclass what you want otherwise, or change one application in 'init_app'.",
)
def import_patching(stand: Stand) -> Iterator[Fault]:
    """The import sets nothing in the modules and classes of others, in the environment, the
    root logger or the filters of warnings."""
    patches = _find(stand).patches
    if patches:
        yield Fault(f"The import sets {enumerate_some(patches)}.", patches)


@rule(
    "P38",
    "informative",
    "What the import costs is told",
    mend="Import what is rarely needed in the function that needs it.",
)
def import_time(stand: Stand) -> Iterator[Fault | Measure]:
    """How many milliseconds and modules the import takes, beside those of Flask and of all that
    the distribution requires; more than those is told as a fault."""
    found = _find(stand)
    yield Measure("import_ms", found.milliseconds)
    yield Measure("requirements_ms", found.beside_milliseconds)
    yield Measure("modules", found.modules)
    if found.milliseconds > found.beside_milliseconds:
        yield Fault(
            f"The import takes {found.milliseconds:g} ms, Flask and what it requires"
            f" {found.beside_milliseconds:g} ms."
        )


def _find(stand: Stand) -> Imports:
    found = stand.imports
    if found is None or found.error:
        why = found.error if found else "it was not tried"
        raise NotApplicable(f"{stand.trial.module!r} cannot be imported alone ({why}).")
    return found


def _tell(stand: Stand, kinds: dict[str, str]) -> Iterator[Fault]:
    for kind, words in kinds.items():
        events = [each for each in _find(stand).events if each.kind == kind]
        if events:
            places = tuple(dict.fromkeys(_place(stand, each) for each in events))
            yield Fault(f"The import {words}: {events[0].what}.", places)


def _place(stand: Stand, event: Event) -> str:
    file, _, line = event.place.rpartition(":")
    return stand.place(file, int(line))


RULES = (import_files, import_network, import_threads, import_patching, import_time)
