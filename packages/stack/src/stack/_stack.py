"""``Stack``: several extensions, composed by name or given, put on an application as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# ``python -m stack`` imports this module and has to start where Flask cannot be imported, so
# what needs Flask is imported where it is used.
if TYPE_CHECKING:
    from flask import Flask

    from stack_core.installing import Initialisable


class Stack:
    """Several extensions as one.

    It is a template: one ``Stack`` may serve several applications, which share nothing.

    :param parts: names of installed extensions, such as ``"db"``, and objects with
        ``init_app(app)``, in any order; each is set up after what it needs.
    :raises SetupError: a part is missing, unknown or given twice; the message says what to write
        or to install.
    """

    def __init__(self, *parts: str | Initialisable) -> None:
        from .roster import gather

        self._members = gather(parts, reserved=dir(type(self)))

    def init_app(self, app: Flask) -> None:
        """Set up all parts on an application, with a secret key, ``/healthz`` and ``/readyz``.

        On failure the application is as it was before.

        :raises SetupError: a setting is wrong, or the application is composed already.
        :raises MissingExtension: something required is neither here nor on the application.
        """
        from stack_core import SetupError, install

        from .roster import refuse_missing

        registry = app.extensions.get("stack")
        if registry is not None and registry.composed:
            raise SetupError(
                "This application is composed by a Stack already."
                " Name all parts in one Stack and call its init_app once."
            )
        refuse_missing(self._members, registry or ())
        install(app, [member.part for member in self._members])

    def __getattr__(self, name: str) -> Any:
        """Return the part of that name. Type checkers see Any: for types, keep the object."""
        if not name.startswith("_"):
            for member in self._members:
                if member.name == name:
                    return member.part
        raise AttributeError(f"{name!r} is neither an attribute nor a part of {self!r}.")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(m.name for m in self._members if m.name)})

    def __repr__(self) -> str:
        members = self.__dict__.get("_members", ())
        words = (repr(m.name) if m.name else type(m.part).__name__ for m in members)
        return f"Stack({', '.join(words)})"
