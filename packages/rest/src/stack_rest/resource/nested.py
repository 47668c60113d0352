"""Lists below an item: the rows that one of its to-many relations leads to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stack_core.description import Field, Key
from stack_core.filter import Filter, Is, Some
from stack_core.problem import Denied, NotFound

from ..http.rate import Rate
from ..operation.operation import Operation
from .bound import BoundResource
from .contracts import Contracts
from .reading import MEDIA_TYPES, Reading
from .writing import Writing


class Nested:
    """One to-many relation of a resource, below each of its items.

    :param name: the relation's field.
    """

    def __init__(self, bound: BoundResource, name: str) -> None:
        self.bound = bound
        self.name = name

    @property
    def other(self) -> BoundResource:
        """The resource of what it leads to."""
        return self.bound.find(self._field.relation)

    @property
    def inverse(self) -> Field:
        """The relation that leads back."""
        return self.other.layout.description.by_name[self._field.inverse]

    def page(self, key: str) -> Any:
        """Answer with a page of what an item leads to."""
        return Reading(self.other, self._make_scope(self._find(key))).page()

    def create(self, key: str) -> Any:
        """Create something that the item leads to.

        :raises Denied: the relation that leads back is not theirs to set.
        """
        found = self._find(key)
        self.other.desk.require("create")
        if self.inverse not in self.other.desk.fields("create"):
            raise Denied("You may not create this below another item.")
        value = [found] if self.inverse.many else found
        return Writing(self.other, {self._field.inverse: value}).create()

    @property
    def _field(self) -> Field:
        return self.bound.layout.description.by_name[self.name]

    def _find(self, text: str) -> Key:
        """Return the key of an item that whoever asks may read.

        :raises NotFound: there is none, or what it leads to is hidden from them.
        """
        desk, layout = self.bound.desk, self.bound.layout
        key = desk.parse_key(text)
        desk.row(key, ("",))
        if not layout.is_public("get"):
            permission = layout.permission("get")
            if self.name in desk.require("read").hidden(permission, layout.description):
                raise NotFound()
        return key

    def _make_scope(self, key: Key) -> Filter:
        """Return what holds of the rows of the list.

        It is the item's own relation that is shown here; the field that leads back may be hidden.
        """
        if self.inverse.many:
            return Some(self._field.inverse, Is("", "eq", key))
        return Is(self._field.inverse, "eq", key)


def make_nested(nested: Nested, contracts: Contracts, rate: Rate | None) -> Iterator[Operation]:
    """Yield what can be done to a list below each item."""
    bound, name = nested.bound, nested.name
    rule = f"{bound.path}/<key>/{name.replace('_', '-')}"
    yield Operation(
        name=f"{bound.name}.{name}.list",
        method="GET",
        rule=rule,
        run=nested.page,
        find_contract=contracts.nested_list(name),
        tag=bound.name,
        rate=rate,
        media_types=MEDIA_TYPES,
    )
    if "create" not in bound.options.methods:
        return
    yield Operation(
        name=f"{bound.name}.{name}.create",
        method="POST",
        rule=rule,
        run=nested.create,
        find_contract=contracts.nested_create(name),
        tag=bound.name,
        rate=rate,
        keyed=True,
    )
