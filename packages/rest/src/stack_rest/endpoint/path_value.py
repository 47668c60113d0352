"""One value that stands in the address, where Flask's converter found it."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import ValidationError

from stack_core.number import LEAST, MOST
from stack_core.problem import FieldError, NotFound

from ..shape.shape import strip_notes
from ..shape.thing import clean
from .text import Read


class PathValue(msgspec.Struct, frozen=True, eq=False):
    """One value that stands in the address.

    :param type: what it becomes where the converter gives another.
    :param read: reads the type from text; None: only a converter of the application makes it.
    """

    name: str
    type: Any
    read: Read | None
    label: str = ""

    def convert(self, value: Any) -> Any:
        """Return what the converter gave as the function's own type.

        :raises NotFound: there is no such value, and so nothing at this address.
        """
        if self.read is None:
            return value
        if type(value) is int and not LEAST <= value <= MOST:
            raise NotFound("There is nothing at this address. Its number is too large.")
        if type(value) is self.type:
            return value
        try:
            if isinstance(value, str):
                return self.read(value)
            return msgspec.convert(value, self.type)
        except ValidationError as error:
            raise NotFound(
                "There is nothing at this address. Look at what is wrong with it.",
                errors=[FieldError((self.name,), clean(error), source="path")],
            ) from None

    @property
    def plain(self) -> type | None:
        """The class whose values need no second look."""
        found = strip_notes(self.type)
        return float if found is self.type is float else None
