"""Which rows a delete touches, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from stack_core.description import Field

from .kind import Kind
from .record import View
from .schema import OnDelete


class Touched(msgspec.Struct, frozen=True, eq=False):
    """The rows of a kind that lead to one row by one field."""

    owner: Kind
    field: Field
    views: list[View]
    what: OnDelete

    @property
    def kind(self) -> str:
        """The word of their kind."""
        return self.owner.name


def touched(found: View) -> Iterator[Touched]:
    """Yield what leads to a row, by every relation that does so."""
    whole = found.sight.whole
    for owner in whole.kinds.values():
        for field in owner.description.fields:
            if field.relation != found.kind or field.far or field.name in owner.schema.inverse:
                continue
            views = [view for view in whole.all(owner.name) if _leads(view, field, found)]
            if views:
                yield Touched(owner, field, views, owner.schema.fate(field))


def _leads(view: View, field: Field, found: View) -> bool:
    value = view.row.get(field.name)
    return found.key in (value or ()) if field.many else value == found.key
