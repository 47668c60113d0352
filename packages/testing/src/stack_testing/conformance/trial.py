"""A first try of an extension: whether it can be judged at all, and what it is called."""

from __future__ import annotations

import sys
from importlib.metadata import Distribution, distributions, packages_distributions
from pathlib import Path
from typing import Any

import msgspec
from flask import Flask

from stack_core import find_extension

from .application import make_app
from .subject import Source, SubjectError
from .wording import plain, say, short_forms

OUTSIDE = "outside of application context"


class Trial(msgspec.Struct, frozen=True):
    """What a first try found out.

    :param reason: why nothing can be judged; else empty.
    :param unmade: the extension cannot be constructed, so nothing but that can be judged.
    :param in_context: it wants a context around ``init_app``.
    :param kind: its class, ``module:qualified.name``.
    :param module: that class's module.
    :param root: the folder of the outermost package of that module, or its file.
    :param names: beginnings of names that are its own, in plain letters.
    """

    reason: str = ""
    unmade: bool = False
    in_context: bool = False
    kind: str = ""
    module: str = ""
    root: str = ""
    name: str | None = None
    protocol: int | None = None
    distribution: str | None = None
    version: str | None = None
    names: tuple[str, ...] = ()

    @property
    def package(self) -> str:
        """The outermost package of its module."""
        return self.module.partition(".")[0]


def try_out(source: Source, folder: Path) -> Trial:
    """Construct an extension and put it on an application."""
    try:
        extension = source.make()
    except SubjectError as error:
        return Trial(reason=str(error))
    except Exception as error:
        return _explain_unmade(source, error)
    found = _identify(source, extension)
    try:
        return msgspec.structs.replace(found, in_context=_start(source, folder))
    except SubjectError as error:
        return msgspec.structs.replace(found, reason=str(error))
    except Exception as error:
        return msgspec.structs.replace(
            found,
            reason=f"It cannot be put on an application ({say(error)})."
            " Give what it needs with --setting and --with, or in the contract.",
        )


def _explain_unmade(source: Source, error: Exception) -> Trial:
    reason = (
        f"It cannot be constructed ({say(error)})."
        " Write a function that returns one, and name that: package:create_extension."
    )
    kind = source.factory
    if not isinstance(kind, type):
        return Trial(reason=reason)
    return msgspec.structs.replace(_locate(kind), reason=reason, unmade=True)


def _start(source: Source, folder: Path) -> bool:
    """Put the extension on an application and tell whether it wants a context around that."""
    for in_context in (False, True):
        app = _make_app(source, folder / str(in_context), in_context)
        extension = source.make()
        try:
            if in_context:
                with app.app_context():
                    extension.init_app(app)
            else:
                extension.init_app(app)
        except RuntimeError as error:
            if in_context or OUTSIDE not in str(error):
                raise
        else:
            return in_context
    raise AssertionError("One of the two returns or raises.")


def _make_app(source: Source, folder: Path, in_context: bool) -> Flask:
    """Return an application with what is put on it before.

    :raises SubjectError: that fails, which is no fault of the extension.
    """
    try:
        return make_app(source, folder, in_context=in_context)
    except SubjectError:
        raise
    except Exception as error:
        raise SubjectError(
            f"What is put on the application before it fails ({say(error)})."
            " Give what that needs with --setting and --with, or in the contract."
        ) from error


def _locate(kind: type) -> Trial:
    """Return where a class is and what installed it."""
    module = sys.modules[kind.__module__]
    top = sys.modules.get(module.__name__.partition(".")[0], module)
    file = Path(getattr(top, "__file__", None) or getattr(module, "__file__", None) or "")
    distribution = _find_distribution(top.__name__)
    return Trial(
        kind=f"{kind.__module__}:{kind.__qualname__}",
        module=module.__name__,
        root=str(file.parent if file.name == "__init__.py" else file),
        distribution=distribution.metadata["Name"] if distribution else None,
        version=distribution.version if distribution else None,
    )


def _identify(source: Source, extension: Any) -> Trial:
    """Return what an extension is and how it is called."""
    found = _locate(type(extension))
    own = find_extension(extension)
    names = {*source.names, own.name if own else ""}
    for name in (found.package, type(extension).__name__, found.distribution or ""):
        names |= set(short_forms(name))
    return msgspec.structs.replace(
        found,
        name=own.name if own else None,
        protocol=own.protocol if own else None,
        names=tuple(sorted({plain(name) for name in names} - {""})),
    )


def _find_distribution(package: str) -> Distribution | None:
    """Return what installed a package; one that is installed from a checkout has only its name."""
    for name in packages_distributions().get(package, ()):
        return Distribution.from_name(name)
    for each in distributions():
        if plain(each.metadata["Name"] or "") == plain(package):
            return each
    return None
