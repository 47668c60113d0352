"""Places for models of pydantic, which it reads itself."""

from __future__ import annotations

from inspect import signature
from typing import Any

from stack_core.draft import NEEDED
from stack_core.problem import FieldError

from ..http.tree import count_members
from .node import UNKNOWN, Faults, Path, shorten


class ModelNode:
    """A place for a model of pydantic.

    :raises TypeError: its pydantic is too old to refuse fields that nobody declared.
    """

    plain = False

    def __init__(self, cls: Any) -> None:
        if "extra" not in signature(cls.model_validate).parameters:
            raise TypeError(
                f"{cls.__qualname__} is a model of a pydantic that cannot refuse unknown fields"
                " (run python -m pip install 'pydantic>=2.12')"
            )
        self._cls = cls

    def count(self, data: Any) -> int:
        """Return how many members a value has."""
        return count_members(data)

    def check(self, data: Any, path: Path, faults: Faults) -> None:
        """Tell everything that the model refuses."""
        try:
            read_model(self._cls, data)
        except ValueError as error:
            told: Any = error  # pydantic's, which is not imported for those who do not use it
            for each in told.errors(include_url=False):
                fault = _translate(each)
                faults.add((*path, *fault.path), fault.message, fault.code)


def is_model(cls: Any) -> bool:
    """Tell whether a class is a model of pydantic; it needs not be installed for that."""
    return isinstance(cls, type) and hasattr(cls, "__pydantic_validator__")


def read_model(cls: Any, data: Any) -> Any:
    """Return a model; as everywhere, it takes no fields that it does not declare.

    :raises ValueError: it refuses the data; the error has pydantic's ``errors()``.
    """
    if isinstance(data, cls):
        return data
    return cls.model_validate(data, extra="forbid")


def read_foreign(cls: Any, data: Any) -> Any:
    """Return what msgspec does not read by itself; its ``dec_hook``."""
    if is_model(cls):
        return read_model(cls, data)
    raise NotImplementedError(
        f"{cls.__qualname__} cannot be read from JSON. Take a type that can."
    )


def _translate(error: Any) -> FieldError:
    path = tuple(shorten(part) if isinstance(part, str) else part for part in error["loc"])
    match error["type"]:
        case "missing":
            return FieldError(path, NEEDED, "required")
        case "extra_forbidden":
            return FieldError(path, UNKNOWN, "unknown")
    return FieldError(path, f"{error['msg'].rstrip('.')}.")
