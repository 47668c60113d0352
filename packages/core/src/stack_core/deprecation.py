"""Names that will go: they work for two more minor releases and warn whoever still uses them.

.. code-block:: python

    from stack_core.deprecation import deprecated

    @deprecated("'greet(name)'", since="0.4", until="0.6")
    def say_hello(name):
        return f"Hello, {name}."
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

__all__ = ["deprecated", "former_names"]

P = ParamSpec("P")
T = TypeVar("T")


def deprecated(
    instead: str, *, since: str, until: str
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Let a function or a method warn its caller, and work as before.

    :param instead: what to use, as the caller would write it.
    :param since: the release that deprecated it.
    :param until: the release that will be without it.
    """

    def wrap(function: Callable[P, T]) -> Callable[P, T]:
        name = f"{function.__module__.partition('.')[0]}: '{function.__qualname__}'"
        said = _write_warning(name, instead, since, until)

        @wraps(function)
        def warning(*args: P.args, **kwargs: P.kwargs) -> T:
            warnings.warn(said, DeprecationWarning, stacklevel=2)
            return function(*args, **kwargs)

        return warning

    return wrap


def former_names(
    module: str, names: Mapping[str, object], *, since: str, until: str
) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a module in which things have had other names.

    A former name is the very same object, so ``except`` and ``isinstance`` go on working.

    :param module: the module's ``__name__``.
    :param names: what each former name stands for, a class or a function of that module.
    :param since: the release that renamed them.
    :param until: the release that will be without the former names.
    """

    def find(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        found: Any = names[name]
        said = _write_warning(f"'{module}.{name}'", f"'{found.__name__}'", since, until)
        # Python's own frames of an import do not count.
        warnings.warn(said, DeprecationWarning, stacklevel=2)
        return found

    return find


def _write_warning(name: str, instead: str, since: str, until: str) -> str:
    return f"{name} is deprecated since {since} and will be gone in {until}. Use {instead}."
