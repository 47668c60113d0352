"""The types that the document tells of a resource, made of what its fields hold values against."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from operator import attrgetter
from typing import Annotated, Any, Literal, Union

import msgspec

from stack_core.description import Field
from stack_core.query import Total

from .declaration import Act
from .layout import Layout, is_needed
from .options import MOST_WRITES


class ResourceSchemas:
    """The types of one resource: of its items, its pages, and what is sent to it.

    :param find: returns the types of another resource by its kind's word, or None.
    """

    def __init__(self, layout: Layout, find: Callable[[str], ResourceSchemas | None]) -> None:
        self._layout = layout
        self._find = find
        self._nested: dict[str, Any] = {}
        self.title = "".join(part.capitalize() for part in _words(layout.resource.name))
        """What they are called after, such as ``Flight``."""

    @cached_property
    def item(self) -> Any:
        """An item; a client may ask for some fields only, and not see others."""
        return self._define("", self._parts())

    @cached_property
    def read(self) -> Any:
        """An item as reads answer it: with the rows of relations, where these may be included."""
        parts = [(name, kind, msgspec.UNSET) for name, kind in self._included()]
        if not parts:
            return self.item
        included = self._define("Included", parts) | msgspec.UnsetType
        return self._define("Read", [*self._parts(), ("included", included, msgspec.UNSET)])

    @cached_property
    def page(self) -> Any:
        """A page of items."""
        return self._define(
            "Page",
            [
                ("items", list[self.read]),  # type: ignore[name-defined]
                ("next", str | None),
                ("previous", str | None),
                ("total", Total | msgspec.UnsetType, msgspec.UNSET),
            ],
        )

    @cached_property
    def create(self) -> Any:
        """What a create takes."""
        return self._define("Create", self._written(self._layout.write), strict=True)

    @cached_property
    def replace(self) -> Any:
        """What a replacement takes."""
        return self._define("Replace", self._written(self._updated(), is_needed), strict=True)

    @cached_property
    def patch(self) -> Any:
        """What a change takes."""
        return self._define("Patch", self._written(self._updated(), None), strict=True)

    @cached_property
    def bulk(self) -> Any:
        """Many writes; their values are those of single ones."""
        match = ("match", str | msgspec.UnsetType, msgspec.UNSET)
        parts: dict[Act, list[Any]] = {
            "create": [("values", self.create)],
            "update": [("key", str), ("values", self.patch), match],
            "delete": [("key", str), match],
        }
        writes = tuple(self._act(act, parts[act]) for act in self._layout.acts)
        size = msgspec.Meta(min_length=1, max_length=MOST_WRITES)
        listed: Any = Annotated[list[Union[writes]], size]  # type: ignore[valid-type]  # noqa: UP007
        mode = Literal["all", "each"]
        return self._define("Bulk", [("writes", listed), ("mode", mode, "all")], strict=True)

    def _act(self, act: str, parts: list[Any]) -> Any:
        return msgspec.defstruct(
            f"{self.title}Bulk{act.capitalize()}",
            parts,
            tag_field="act",
            tag=act,
            forbid_unknown_fields=True,
            kw_only=True,
        )

    def nested(self, inverse: str) -> Any:
        """Return what a create below another item takes: that one is given by the address."""
        if inverse not in self._nested:
            names = [name for name in self._layout.write if name != inverse]
            suffix = f"Create{inverse.capitalize()}"
            self._nested[inverse] = self._define(suffix, self._written(names), strict=True)
        return self._nested[inverse]

    def _parts(self) -> list[Any]:
        layout = self._layout
        parts: list[Any] = [(name, self._read_type(name), msgspec.UNSET) for name in layout.read]
        if layout.needs_key:
            parts.append(("key", str, msgspec.UNSET))
        return parts

    def _included(self) -> Iterator[tuple[str, Any]]:
        """Yield the relations whose rows may be included, with what is there then."""
        for name in self._layout.resource.options.include:
            field = self._layout.description.by_name[name]
            other = self._find(field.relation)
            if other is not None:  # the check tells of one that is no resource
                rows = list[other.item] if field.many else other.item  # type: ignore[name-defined]
                yield name, rows | None | msgspec.UnsetType

    def _updated(self) -> list[str]:
        by_name = self._layout.description.by_name
        return [name for name in self._layout.write if not by_name[name].create_only]

    def _read_type(self, name: str) -> Any:
        layout = self._layout
        if name in layout.computed:
            return layout.computed_type(name) | msgspec.UnsetType
        return _shown(layout.fields[name]) | msgspec.UnsetType

    def _written(
        self,
        names: Iterable[str],
        needs: Callable[[Field], bool] | None = attrgetter("required"),
    ) -> list[Any]:
        required, others = [], []
        for name in names:
            field = self._layout.description.by_name[name]
            if needs is not None and needs(field):
                required.append((name, field.annotation))
            else:
                others.append((name, field.annotation | msgspec.UnsetType, msgspec.UNSET))
        return [*required, *others]

    def _define(self, suffix: str, parts: list[Any], *, strict: bool = False) -> Any:
        return msgspec.defstruct(
            self.title + suffix, parts, forbid_unknown_fields=strict, kw_only=True
        )


def _shown(field: Field) -> Any:
    """Return what a field reads as: what is in a table may be older than its rules.

    A list of keys is None where an answer has no room for it.
    """
    nullable = field.nullable or field.many
    return msgspec.structs.replace(
        field, nullable=nullable, min_length=None, max_length=None, pattern=None, ge=None, le=None
    ).annotation


def _words(name: str) -> list[str]:
    return [part for part in name.replace("-", "_").split("_") if part]
