"""The extensions that installed distributions offer by name. Only a named one is imported."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from stack_core import MissingExtension, SetupError

from .extras import EXTRAS, Extra, find_extra, write_install

GROUP = "stack.extensions"


@dataclass(frozen=True)
class Offer:
    """One name as one distribution offers it."""

    name: str
    distribution: str
    entry: metadata.EntryPoint

    def load(self) -> Any:
        """Import what the entry point names.

        :raises SetupError: the import fails, whatever the reason.
        """
        try:
            return self.entry.load()
        except Exception as error:
            message = " ".join(str(error).split()) or "no message"
            raise SetupError(
                f"{self.name!r} of '{self.distribution}' cannot be imported"
                f" ({type(error).__name__}: {message})."
                f" Run 'python -m pip check', and: python -m pip install --upgrade"
                f' "{self.distribution}"'
            ) from error


Offers = Mapping[str, tuple[Offer, ...]]


def read_offers() -> Offers:
    """Return what is on offer here, by name. Nothing is imported."""
    offers: dict[str, tuple[Offer, ...]] = {}
    for entry in metadata.entry_points(group=GROUP):
        distribution = entry.dist.metadata["Name"] if entry.dist else "an unknown distribution"
        offer = Offer(entry.name, distribution, entry)
        offers[entry.name] = (*offers.get(entry.name, ()), offer)
    return dict(sorted(offers.items()))


def get_offer(name: str, offers: Offers) -> Offer:
    """Return the one offer of a name.

    :raises MissingExtension: nobody offers it; the error says what to install, or what was meant.
    :raises SetupError: the name is no extension's, or is claimed by somebody else's distribution.
    """
    extra = find_extra(name)
    if extra is not None and extra.kind != "part":
        raise SetupError(_explain_no_part(extra))
    if name not in offers:
        raise MissingExtension(_explain_missing(name, offers), name)
    offer, *others = offers[name]
    if others:
        names = " and ".join(f"'{each.distribution}'" for each in (offer, *others))
        raise SetupError(f"{name!r} is offered by {names}, so neither is used. Uninstall one.")
    if extra is not None and _normalise(offer.distribution) != extra.owner:
        raise SetupError(
            f"{name!r} is a part of stack and comes from '{extra.owner}', but here"
            f" '{offer.distribution}' claims the name. Uninstall '{offer.distribution}', then run:"
            f" {write_install([name])}"
        )
    return offer


def explain_nothing(offers: Offers) -> str:
    """Return what to say about ``Stack()``."""
    if offers:
        names = ", ".join(f'"{name}"' for name in offers)
        return f"Stack() composes nothing. Name what is installed here: Stack({names})"
    return f"Stack() composes nothing, and nothing is installed. Run: {write_install(['db'])}"


def explain_need(needer: str, name: str, names: Sequence[str]) -> str:
    """Return what to say when an extension needs one that is not there.

    :param names: those that are in the ``Stack``.
    """
    written = ", ".join(f'"{each}"' for each in (name, *names))
    sentence = f"{needer!r} needs {name!r}. Write Stack({written})"
    if name in read_offers():
        return f"{sentence}, or initialise {name!r} before."
    if find_extra(name) is None:
        return f"{sentence} once a distribution that offers {name!r} is installed."
    return f"{sentence} and run: {write_install([name])}"


def _explain_no_part(extra: Extra) -> str:
    if extra.kind == "plugin":
        return (
            f"{extra.name!r} is a pytest plugin and works wherever it is installed."
            f' Leave "{extra.name}" out of Stack(…).'
        )
    if not extra.goes_with:
        return (
            f"{extra.name!r} only installs something that a setting turns on; it is no part."
            f' Leave "{extra.name}" out of Stack(…), run: {write_install([extra.name])}'
            f" and set {extra.use}"
        )
    return (
        f"{extra.name!r} only installs something for {extra.goes_with!r}; it is no part."
        f' Write Stack("{extra.goes_with}"), run: {write_install([extra.goes_with, extra.name])}'
        f" and set {extra.use}"
    )


def _explain_missing(name: str, offers: Offers) -> str:
    if find_extra(name) is not None:
        return f"{name!r} is not installed. Run: {write_install([name])}"
    sentence = f"{name!r} is not an extension that is installed here."
    known = [*offers, *(extra.name for extra in EXTRAS if extra.name not in offers)]
    for near in difflib.get_close_matches(name.lower(), known, n=1):
        return f"{sentence} {_suggest(near, offers)}"
    names = ", ".join(map(repr, offers)) or "none"
    return f"{sentence} Those that are: {names}; install others first."


def _suggest(near: str, offers: Offers) -> str:
    extra = find_extra(near)
    if extra is not None and extra.kind != "part":
        return _explain_no_part(extra)
    run = "" if near in offers else f" Run: {write_install([near])}"
    return f"Did you mean {near!r}?{run}"


def _normalise(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
