"""What is on an application, and two of the three ways in which parts meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Generic, Protocol, TypeVar, cast

import msgspec
from flask import Flask

from .error import SetupError, SlotTaken
from .finding import Finding
from .settings import Settings

KEY = "stack"
"""The registry's key in ``app.extensions``."""

T = TypeVar("T")
S = TypeVar("S", bound=Settings)
St = TypeVar("St")


class Member(Protocol):
    """What the registry knows of an extension."""

    name: ClassVar[str]
    prefix: ClassVar[str]

    def checks(self, app: Flask) -> Iterable[Finding]: ...

    def probe(self, app: Flask) -> None: ...

    def sweep(self, app: Flask, limit: int) -> int: ...

    def abandon(self, app: Flask) -> None: ...


class Installed(msgspec.Struct, Generic[S, St], frozen=True):
    """One extension on one application; it lives as long as the application.

    Its text form leaves the state out, which may hold what is secret.
    """

    extension: Member
    settings: S
    state: St

    def __repr__(self) -> str:
        return f"Installed({self.extension.name!r}, {self.settings!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("name", self.extension.name), ("settings", self.settings)]


class Slot(Generic[T]):
    """The name of something that one extension claims, or that many offer.

    Make it once, beside the type that it holds: ``MAILER: Slot[Mailer] =
    Slot("mailer")``. It is a value and not that type itself, because type
    checkers refuse a protocol class where a class is expected.

    :param name: what it is called when it is claimed twice.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"Slot({self.name!r})"


class Registry(Mapping[str, Installed[Any, Any]]):
    """The extensions of one application by name, its slots and its offers.

    It is ``app.extensions["stack"]``.
    """

    def __init__(self) -> None:
        self.composed = False
        self.broken: str | None = None
        self.prefixes: frozenset[str] = frozenset()
        self._installed: dict[str, Installed[Any, Any]] = {}
        self._slots: dict[Slot[Any], tuple[Any, str]] = {}
        self._offers: dict[Slot[Any], list[object]] = {}

    @classmethod
    def of(cls, app: Flask) -> Registry:
        """Return the registry of an application, made at the first call."""
        registry: Registry | None = app.extensions.get(KEY)
        if registry is None:
            registry = app.extensions[KEY] = cls()
        return registry

    def __getitem__(self, name: str) -> Installed[Any, Any]:
        return self._installed[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._installed)

    def __len__(self) -> int:
        return len(self._installed)

    def publish(self, installed: Installed[Any, Any]) -> None:
        """Add an extension; it is there for everybody from now on."""
        self._installed[installed.extension.name] = installed
        self.prefixes |= {installed.extension.prefix}

    def announce(self, prefixes: Iterable[str]) -> None:
        """Say which settings prefixes are about to be owned, so that nobody refuses their keys."""
        self.prefixes |= set(prefixes)

    def owns(self, prefix: str, key: str) -> bool:
        """Tell whether a key belongs to this prefix: the longest prefix owns it."""
        longer = (p for p in self.prefixes if len(p) > len(prefix))
        return key.startswith(prefix) and not any(key.startswith(p) for p in longer)

    def claim(self, slot: Slot[T], value: T, *, owner: str) -> None:
        """Fill a slot that has one owner on an application.

        :param owner: the extension's name.
        :raises SlotTaken: somebody has it; both are named.
        """
        if slot in self._slots:
            first = self._slots[slot][1]
            raise SlotTaken(
                f"{owner!r} claims the {slot.name} of this application, which {first!r} has."
                f" Use one of the two."
            )
        self._slots[slot] = (value, owner)

    def find(self, slot: Slot[T]) -> T | None:
        """Return what fills a slot, or None while nobody claimed it."""
        found = self._slots.get(slot)
        return None if found is None else found[0]

    def offer(self, slot: Slot[T], value: T) -> None:
        """Add to a slot that many may fill."""
        self._offers.setdefault(slot, []).append(value)

    def offers(self, slot: Slot[T]) -> tuple[T, ...]:
        """Return all that was offered for a slot, in the order of the offers."""
        return tuple(cast("list[T]", self._offers.get(slot, [])))

    def mark_broken(self, app: Flask, message: str) -> None:
        """Make an application refuse every request, and every later extension.

        :param message: what :meth:`refuse_broken` says from now on.
        """
        self.broken = message
        app.before_request_funcs.setdefault(None, []).insert(0, self.refuse_broken)

    def refuse_broken(self) -> None:
        """Raise when an introduction failed: such an application cannot be used.

        :raises SetupError: repeats the first error.
        """
        if self.broken is not None:
            raise SetupError(self.broken)
