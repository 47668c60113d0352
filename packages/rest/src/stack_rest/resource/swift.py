"""Bodies that are right at once: decoded and checked in one go by msgspec.

Whatever it does not take is read field by field, which tells all that is wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from stack_core.description import Field

from .layout import Layout

_TYPES = frozenset({"text", "integer", "boolean", "date", "decimal"})
"""Types of which msgspec refuses all that a field refuses, save for a decimal's digits; text with
a NUL and numbers beyond 64 bits are refused in every body."""


class Swift:
    """Decodes the values of one resource."""

    def __init__(self, layout: Layout) -> None:
        by_name = layout.description.by_name
        self._fields: Mapping[str, Field] = {name: by_name[name] for name in layout.write}
        self._decimals = [name for name, each in self._fields.items() if each.type == "decimal"]
        self._decoder = (
            self._make_decoder() if all(map(_is_simple, self._fields.values())) else None
        )

    def decode(self, body: bytes) -> dict[str, Any] | None:
        """Return the values, each of its field's own type, or None where something is wrong.

        :param body: JSON that was inspected.
        """
        if self._decoder is None:
            return None
        try:
            sent = self._decoder.decode(body)
            values = {
                name: value
                for name in self._fields
                if (value := getattr(sent, name)) is not msgspec.UNSET
            }
            for name in self._decimals:
                if name in values:
                    values[name] = self._fields[name].convert(values[name])
        except msgspec.ValidationError:
            return None
        return values

    def _make_decoder(self) -> msgspec.json.Decoder[Any]:
        parts = [
            (name, field.annotation | msgspec.UnsetType, msgspec.UNSET)
            for name, field in self._fields.items()
        ]
        struct = msgspec.defstruct("Sent", parts, forbid_unknown_fields=True, gc=False)
        return msgspec.json.Decoder(struct)


def _is_simple(field: Field) -> bool:
    if field.type == "relation":
        return not field.many and field.python in (int, str)
    return field.type in _TYPES
