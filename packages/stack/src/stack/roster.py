"""From what a person passes to ``Stack`` to ordered members."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask

from stack_core import MissingExtension, SetupError, find_extension

from .catalogue import explain_need, explain_nothing, get_offer, read_offers
from .order import CycleError, arrange


@dataclass(frozen=True)
class Member:
    """One part of a composition.

    :param name: none for a third party's object that is no extension of ours.
    :param part: what is initialised; for a name that is not composed yet, what is to make it.
    """

    name: str | None
    part: Any
    requires: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    is_made: bool = True

    @property
    def waits_for(self) -> tuple[str, ...]:
        return (*self.requires, *self.after)


class _Siblings(dict[str, Any]):
    """What is made so far. A sibling that is asked for and that nobody gave is explained."""

    def __init__(self, given: Mapping[str, Any], asker: str, names: Sequence[str]) -> None:
        super().__init__(given)
        self._asker = asker
        self._names = names

    def __missing__(self, name: str) -> Any:
        raise MissingExtension(explain_need(self._asker, name, self._names), name)


def gather(parts: Sequence[object], reserved: Collection[str]) -> tuple[Member, ...]:
    """Return the members in the order in which they are to be initialised.

    :param parts: names and objects, as they were passed.
    :param reserved: names that no member can have.
    :raises SetupError: an argument cannot be a part; the message says what to write.
    """
    offers = read_offers()
    if not parts:
        raise SetupError(explain_nothing(offers))
    members: list[Member] = []
    for part in parts:
        if isinstance(part, str):
            members.append(_plan(part, get_offer(part, offers).load()))
        elif isinstance(part, type):
            raise SetupError(f"{part.__name__!r} is a class. Write Stack({part.__name__}(…)).")
        else:
            members.append(_describe(part))
    _refuse_names(members, reserved)
    return tuple(_arrange(_compose(_arrange(members))))


def refuse_missing(members: Sequence[Member], present: Collection[str]) -> None:
    """Raise when a member requires what is neither a member nor on the application.

    :param present: the names that are on the application already.
    :raises MissingExtension: says what to write or to install.
    """
    names = _name_all(members)
    for member in members:
        for need in member.requires:
            if need not in names and need not in present:
                raise MissingExtension(explain_need(str(member.name), need, names), need)


def _plan(name: str, loaded: Any) -> Member:
    """Return the member for a name; its class says what it waits for before it is made."""
    if not isinstance(loaded, type):
        return _describe(loaded, name)
    requires, after = getattr(loaded, "requires", ()), getattr(loaded, "after", ())
    return Member(name, loaded, tuple(requires), tuple(after), is_made=False)


def _describe(part: Any, name: str | None = None) -> Member:
    if not callable(getattr(part, "init_app", None)):
        raise SetupError(_explain_unfit(part, name))
    extension = find_extension(part)
    if extension is None:
        return Member(name, part)
    if name is not None and extension.name != name:
        raise SetupError(
            f"The entry point {name!r} makes an extension called {extension.name!r}."
            f" Write Stack({type(part).__name__}(…)), and tell its authors."
        )
    return Member(extension.name, part, extension.requires, extension.after)


def _explain_unfit(part: object, name: str | None) -> str:
    if name is not None:
        return (
            f"The entry point {name!r} gives an object of type {type(part).__name__!r}, which has"
            f" no init_app(app). Leave {name!r} out, and tell its authors."
        )
    advice = "Write the name of an extension, or an object that has one."
    if isinstance(part, Flask):
        advice = "Write stack.init_app(app)."
    elif isinstance(part, (list, tuple, set)):
        advice = "Write its items one after the other."
    return f"An object of type {type(part).__name__!r} has no init_app(app). {advice}"


def _compose(members: Sequence[Member]) -> Iterator[Member]:
    """Make what was only named, in order, each with what is there already."""
    names = _name_all(members)
    made = {m.name: m.part for m in members if m.is_made and m.name is not None}
    for member in members:
        if member.is_made or member.name is None:
            yield member
            continue
        compose = getattr(member.part, "compose", None)
        siblings = _Siblings(made, member.name, names)
        part = compose(siblings) if compose else member.part()
        made[member.name] = part
        yield _describe(part, member.name)


def _name_all(members: Sequence[Member]) -> list[str]:
    return [member.name for member in members if member.name is not None]


def _refuse_names(members: Sequence[Member], reserved: Collection[str]) -> None:
    for index, member in enumerate(members):
        for other in members[:index]:
            if member.part is other.part or (member.name and member.name == other.name):
                shown = repr(member.name or type(member.part).__name__)
                raise SetupError(f"{shown} is in this Stack twice. Leave one of them out.")
        if member.name in reserved:
            raise SetupError(
                f"An extension cannot be called {member.name!r}, as Stack has an attribute of that"
                " name. Call its init_app(app) yourself, and tell its authors."
            )


def _arrange(members: Iterable[Member]) -> list[Member]:
    try:
        return arrange(list(members))
    except CycleError as error:
        raise SetupError(
            f"No order is possible: {error}, where each waits for the next."
            " Leave one of them out, and tell their authors."
        ) from None
