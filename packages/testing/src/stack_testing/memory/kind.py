"""What a store in memory knows of one kind."""

from __future__ import annotations

from typing import Any

import msgspec

from stack_core.description import Description

from .schema import Schema


class Kind(msgspec.Struct, frozen=True, eq=False):
    """A description, and how its rows are kept."""

    description: Description
    schema: Schema

    @property
    def name(self) -> str:
        """The kind's word."""
        return self.description.kind

    def is_deleted(self, row: dict[str, Any]) -> bool:
        """Tell whether a row is kept but marked as deleted."""
        soft = self.schema.soft
        return bool(soft) and row.get(soft) is not None
