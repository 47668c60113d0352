"""The subcommands that installed distributions offer, read without importing any of them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Protocol, cast

GROUP = "stack.commands"

#: Where a command of the family comes from, for those who do not have it yet.
HOMES = {"conform": "stack-testing", "new": "stack", "new-extension": "stack"}
#: The doctor's own commands, each with its module. They need no metadata, and nobody else's
#: distribution can take their names.
OWN = {"constraints": "_constraints:command", "doctor": "_doctor:command"}
HOME = "stack-doctor"
#: What the commands of the family do, for the list that imports none of them.
ABOUT = {
    "conform": "Judge an extension of Flask by the rules of the protocol.",
    "constraints": "Write the known conflicts and the tested set for pip install -c.",
    "doctor": "Judge what is installed, or what a file pins.",
    "new": "Make a new application.",
    "new-extension": "Make a new extension.",
}


class Command(Protocol):
    """What an entry point of the group ``stack.commands`` is. A click command is one as it is.

    :param argv: what was typed after the name of the command.
    :param prog: how the command is called in its own usage, such as ``stack new``.
    """

    def __call__(self, argv: list[str], prog: str, /) -> int | None: ...


class CommandError(LookupError):
    """A command cannot be run. Its text says why and what to do."""


@dataclass(frozen=True)
class Offer:
    """One command as one distribution offers it."""

    name: str
    distribution: str
    version: str
    entry: metadata.EntryPoint
    summary: str = ""

    @property
    def about(self) -> str:
        """What it does, in one line; a stranger's is its distribution's summary."""
        if self.distribution == HOMES.get(self.name, HOME):
            return ABOUT.get(self.name, "")
        found = self.summary.split("\n")[0].strip()
        return "" if found == "UNKNOWN" else found

    @property
    def source(self) -> str:
        return f"{self.distribution} {self.version}"

    def load(self) -> Command:
        """Import the command.

        :raises CommandError: when the import fails in any way, or yields what cannot be called.
        """
        try:
            command = self.entry.load()
        except (Exception, SystemExit) as error:
            raise CommandError(self._explain(error)) from error
        if not callable(command):
            raise CommandError(
                f"The command {self.name!r} of {self.source} cannot be called:"
                f" '{self.entry.value}' is of type {type(command).__name__!r}."
                f" Tell the authors of '{self.distribution}'."
            )
        return cast(Command, command)

    def _explain(self, error: BaseException) -> str:
        message = " ".join(str(error).split()) or "no message"
        return (
            f"The command {self.name!r} of {self.source} cannot be imported"
            f" ({type(error).__name__}: {message})."
            f" Install what is missing, or run: python -m pip install --upgrade"
            f' --force-reinstall "{self.distribution}"'
        )


@dataclass(frozen=True)
class Catalogue:
    """Every command on offer by name, and the distributions whose metadata cannot be read."""

    offers: Mapping[str, tuple[Offer, ...]]
    unreadable: tuple[str, ...] = ()

    def get_offer(self, name: str) -> Offer:
        """Return the one offer of that name.

        :raises CommandError: when there is none, or more than one.
        """
        if name not in self.offers:
            raise CommandError(self._explain_unknown(name))
        offer, *others = self.offers[name]
        if others:
            names = " and ".join(f"'{each.distribution}'" for each in (offer, *others))
            raise CommandError(
                f"The command {name!r} is offered by {names}, so neither is run."
                " Uninstall all but one of them."
            )
        return offer

    def _explain_unknown(self, name: str) -> str:
        if name in HOMES:
            return (
                f"{name!r} is not a command here; it comes with '{HOMES[name]}'."
                f" Run: python -m pip install {HOMES[name]}"
            )
        near = difflib.get_close_matches(name.lower(), {*self.offers, *HOMES}, n=1)
        advice = f"Did you mean '{near[0]}'?" if near else "'stack --help' lists them."
        return f"{name!r} is not a command of stack. {advice}"


def read_catalogue() -> Catalogue:
    """Read the commands of all installed distributions. Nothing is imported."""
    offers: dict[str, tuple[Offer, ...]] = {name: (make_own(name),) for name in OWN}
    unreadable: list[str] = []
    for distribution in metadata.distributions():
        try:
            found = _read_offers(distribution)
        except Exception as error:
            unreadable.append(f"{_find_name(distribution)} ({type(error).__name__}: {error})")
            continue
        for offer in found:
            if offer.name in OWN:
                unreadable.append(f"{offer.source} ({offer.name!r} is {HOME}'s own command)")
                continue
            others = offers.get(offer.name, ())
            # The first copy on the path hides an older one, as it does for imports.
            if _normalise(offer.distribution) not in [_normalise(o.distribution) for o in others]:
                offers[offer.name] = (*others, offer)
    return Catalogue(dict(sorted(offers.items())), tuple(unreadable))


def make_own(name: str) -> Offer:
    """Return a command of the doctor's own."""
    value = f"{__package__}.{OWN[name]}"
    return Offer(name, HOME, find_release(), metadata.EntryPoint(name, value, GROUP))


def find_release() -> str:
    """Return the doctor's own version, or ``unknown`` where it was not installed."""
    try:
        return metadata.version(HOME)
    except metadata.PackageNotFoundError:
        return "unknown"


def _read_offers(distribution: metadata.Distribution) -> list[Offer]:
    entries: Iterable[metadata.EntryPoint] = distribution.entry_points.select(group=GROUP)
    return [
        Offer(
            entry.name,
            _get_name(distribution),
            distribution.version,
            entry,
            _read_summary(distribution),
        )
        for entry in entries
    ]


def _get_name(distribution: metadata.Distribution) -> str:
    if "Name" not in distribution.metadata:
        raise LookupError("its METADATA has no 'Name'")
    return str(distribution.metadata["Name"])


def _read_summary(distribution: metadata.Distribution) -> str:
    told = distribution.metadata
    return str(told["Summary"]) if "Summary" in told else ""


def _find_name(distribution: metadata.Distribution) -> str:
    try:
        return _get_name(distribution)
    except Exception:
        return "a distribution without a name"


def _normalise(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
