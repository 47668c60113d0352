"""Which fields of a kind a resource shows and takes, found when its kind is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, get_type_hints

import msgspec

from stack_core.description import Description, Field

from ..shape.member import find_members
from .declaration import Act, Computed, Resource
from .filters import FilterParameter, find_parameters
from .options import VERBS, Method

_SINGLE: Mapping[Act, frozenset[Method]] = {
    "create": frozenset({"create"}),
    "update": frozenset({"patch", "replace"}),
    "delete": frozenset({"delete"}),
}
"""The methods that do to one item what many writes do to many."""


class Layout:
    """What one resource shows and takes.

    :raises LookupError: the resource names what its kind has not, or what it cannot be.
    """

    def __init__(self, description: Description, resource: Resource) -> None:
        self.description = description
        self.resource = resource
        options = resource.options
        self.computed: Mapping[str, Computed] = dict(resource.computed_fields)
        self.read = self._choose(options.fields, _is_shown, "fields")
        lists = [name for name in self.read if name not in self.computed and self._is_list(name)]
        self.write = (*self._choose(options.write, _is_written, "write"), *lists)
        self.fields: Mapping[str, Field] = {
            name: description.by_name[name] for name in self.read if name not in self.computed
        }
        self.many = tuple(name for name, field in self.fields.items() if field.many)
        self.needs_key = not self._shows_key()
        self._check()

    @cached_property
    def filters(self) -> Mapping[str, FilterParameter]:
        """The parameters that filter a list, by name."""
        own = [name for name, field in self.fields.items() if field.filter and not field.many]
        paths = dict.fromkeys([*own, *self.resource.options.filters])
        return {each.name: each for each in find_parameters(self.description, paths)}

    @cached_property
    def enums(self) -> Mapping[str, Field]:
        """The fields that are written and have the members of an enumeration."""
        written = {name: self.description.by_name[name] for name in self.write}
        return {
            name: field
            for name, field in written.items()
            if field.type == "enum" and find_members(field.python)
        }

    @cached_property
    def sorts(self) -> frozenset[str]:
        """The paths that a list may be sorted by."""
        own = [name for name, field in self.fields.items() if field.order and not field.many]
        return frozenset([*own, *self.resource.options.sorts])

    @cached_property
    def searchable(self) -> tuple[str, ...]:
        """The fields that a search looks into: finding tells what is not shown, too."""
        return tuple(name for name, field in self.fields.items() if field.searchable)

    @cached_property
    def searches_all(self) -> bool:
        """Whether these are all that its kind has."""
        every = {field.name for field in self.description.fields if field.searchable}
        return every == set(self.searchable)

    @cached_property
    def version(self) -> str:
        """The field that every change moves, or empty where nobody may ever read it."""
        name = self.description.version
        return name if name and self.description.by_name[name].readable else ""

    def computed_type(self, name: str) -> Any:
        """Return what a computed field is."""
        return get_type_hints(self.computed[name].function).get("return", Any)

    @cached_property
    def acts(self) -> tuple[Act, ...]:
        """What many writes at once may do: what single ones may, or all where there are none."""
        methods = self.resource.options.methods
        known: tuple[Act, ...] = tuple(_SINGLE)
        return tuple(act for act in known if not _SINGLE[act].isdisjoint(methods)) or known

    def permission(self, method: str) -> str:
        """Return the permission that a method, or an action of one's own, needs."""
        return f"{self.description.kind}.{VERBS.get(method, method)}"

    def public(self) -> frozenset[str]:
        """Return the permissions that everybody has."""
        kind = self.description.kind
        return frozenset(
            each if "." in each or each == "*" else f"{kind}.{each}"
            for each in self.resource.options.public
        )

    def is_public(self, method: str) -> bool:
        """Tell whether everybody may do this."""
        named = {self.permission(method), f"{self.description.kind}.*", "*"}
        return not named.isdisjoint(self.public())

    def find_more(self, method: Method) -> tuple[str, ...]:
        """Return what else one needs to see all of what everybody may read."""
        if not self.is_public(method):
            return ()
        options = self.resource.options
        paths = [*self.fields, *options.include]
        paths += [path for each in self.computed.values() for path in each.paths]
        if method == "list":
            paths += [*options.filters, *options.sorts]
        kinds = {kind for path in paths for kind in self._find_kinds(path)}
        public = self.public()
        return tuple(
            f"{kind}.read"
            for kind in sorted(kinds)
            if public.isdisjoint((f"{kind}.read", f"{kind}.*", "*"))
        )

    def _find_kinds(self, path: str) -> Iterator[str]:
        """Yield the kinds that a path leads through, and to."""
        description, names = self.description, path.split(".") if path else []
        for number, name in enumerate(names, 1):
            field = description.by_name[name]
            if field.type == "relation":
                yield field.relation
                description = description.related(name) if number < len(names) else description

    def _choose(self, named: tuple[str, ...] | None, fits: Any, word: str) -> tuple[str, ...]:
        known = self.description.by_name
        extra = [*self.computed] if word == "fields" else []
        if named is None:
            return tuple([name for name, field in known.items() if fits(field)] + extra)
        for name in named:
            field = known.get(name)
            if name not in extra and (field is None or not fits(field, named=True)):
                raise LookupError(
                    f"The resource {self.resource.name!r} has {name!r} in {word!r}, which"
                    f" {self.description.kind!r} does not have, or not for that. Name some of"
                    f" {', '.join(repr(each) for each, field in known.items() if fits(field))}."
                )
        return tuple(dict.fromkeys([*named, *extra]))

    def _is_list(self, name: str) -> bool:
        """Tell whether a field that is shown is a list that nobody has named for writing."""
        field = self.description.by_name[name]
        return field.many and not field.read_only and self.resource.options.write is None

    def _shows_key(self) -> bool:
        key = [field.name for field in self.description.key]
        return set(key) <= set(self.read)

    def _check(self) -> None:
        options, kind = self.resource.options, self.description
        words = (["key"] if self.needs_key else []) + (["included"] if options.include else [])
        for name in set(words) & set(self.read):
            raise LookupError(
                f"The resource {self.resource.name!r} shows a field {name!r}, which is a word of"
                " its answers. Leave it out of 'fields', or give the attribute another name."
            )
        for word, paths in (("filters", options.filters), ("sorts", options.sorts)):
            for path in paths:
                self._check_path(path, word)
        for word, names in (("include", options.include), ("sub", options.sub)):
            for name in names:
                field = kind.by_name.get(name)
                if field is None or field.type != "relation" or not field.readable:
                    raise self._refuse(name, word, "a relation")
                if word == "sub" and not (field.many and field.inverse):
                    raise self._refuse(name, word, "a to-many relation with 'back_populates'")
        verbs = {"*", *VERBS.values(), *(action.name for action in self.resource.actions)}
        for verb in options.public:
            if "." not in verb and verb not in verbs:
                raise self._refuse(verb, "public", f"a verb ({', '.join(sorted(verbs))})")
        for path in options.order:
            self._check_path(path.removeprefix("-"), "order")
        for name, computed in self.computed.items():
            for path in computed.paths:
                self._check_path(path, f"the computed {name}")

    def _check_path(self, path: str, word: str) -> None:
        first, _, rest = path.partition(".")
        field = self.description.by_name.get(first)
        try:
            if field is not None and field.many and word == "filters":
                trail = self.description.related(first).trail(rest)
            else:
                trail = self.description.trail(path)
        except LookupError:
            raise self._refuse(path, word, "a path") from None
        if not all(each.readable for each in trail):
            raise self._refuse(path, word, "a path that is ever read")

    def _refuse(self, name: str, word: str, what: str) -> LookupError:
        return LookupError(
            f"The resource {self.resource.name!r} has {name!r} in {word!r}, but"
            f" {self.description.kind!r} has no such thing: name {what} of it."
        )


def is_needed(field: Field) -> bool:
    """Tell whether a whole item must have a field: nobody knows what it would be without.

    What is written only is not known to whoever sends back what was read.
    """
    if field.write_only:
        return False
    known = field.nullable or field.many or field.default is not msgspec.UNSET
    return field.required or not known


def _is_shown(field: Field, *, named: bool = False) -> bool:
    # Lists of keys are one statement more for each page, so that they are shown where named.
    return field.readable and (named or not field.many)


def _is_written(field: Field, *, named: bool = False) -> bool:
    # What nobody is ever shown is not written by accident, either.
    return not field.read_only and (named or not (field.many or field.secret))
