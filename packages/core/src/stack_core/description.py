"""What a kind of thing looks like, written once on the model and obeyed everywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Literal, TypeAlias

import msgspec

from . import conversion, key_text

__all__ = ["Choice", "Description", "Field", "FieldType", "Key", "NamedRule"]

LONGEST_PATH = 5
"""How many relations and fields a path may name."""
MOST_TRAILS = 1000
"""How many paths are remembered: those that exist can be endless, as in ``boss.boss.boss``."""

Key: TypeAlias = Any
"""A scalar, or a flat tuple of scalars in the order of the key's columns."""

FieldType = Literal[
    "text", "integer", "decimal", "float", "boolean", "date", "time", "datetime", "interval",
    "uuid", "binary", "json", "enum", "relation",
]  # fmt: skip
"""What a field's values are, whatever a database calls it."""


class Choice(msgspec.Struct, frozen=True):
    """One of the values to choose from."""

    value: Any
    label: str


class Field(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One named value of a thing.

    :param type: what it is; ``relation`` is the key of another thing, or with ``many`` a list.
    :param python: the type of its values; for a relation, of the other's key, which is
        ``tuple[int, str]`` where it has two columns.
    :param required: a create must name it. ``nullable``: None is a value of it.
    :param default: what a create without it gives, where that is known beforehand.
    :param read_only: never written. ``create_only``: not by an update.
    :param write_only: never read, such as a password. ``secret``: never shown, logged or told.
    :param searchable: text that ``Query.search`` looks into.
    :param filter: may stand in a filter. ``order``: may stand in an order.
    :param digits: of a decimal: all, and those after the point.
    :param naive: of a datetime: its column keeps no zone, and values have none.
    :param relation: the kind of the other thing.
    :param inverse: the other's relation field that leads back, or empty.
    :param far: the other is kept elsewhere: its key reads and compares, nothing behind it does.
    :param local: the attributes that hold it; of a relation, its foreign key.
    :param hints: what the model's ``info`` says to packages that core does not know.
    """

    name: str
    type: FieldType
    python: Any
    label: str
    help: str = ""
    required: bool = False
    nullable: bool = False
    default: Any = msgspec.UNSET
    unique: bool = False
    read_only: bool = False
    create_only: bool = False
    write_only: bool = False
    secret: bool = False
    searchable: bool = False
    filter: bool = True
    order: bool = True
    choices: tuple[Choice, ...] = ()
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    ge: int | float | None = None
    le: int | float | None = None
    digits: tuple[int, int] | None = None
    naive: bool = False
    relation: str = ""
    inverse: str = ""
    many: bool = False
    far: bool = False
    local: tuple[str, ...] = ()
    hints: Mapping[str, Any] = {}

    @property
    def readable(self) -> bool:
        """Whether a person may ever read it."""
        return not (self.write_only or self.secret)

    @cached_property
    def annotation(self) -> Any:
        """The annotated type that msgspec checks and describes: REST's schemas are made of it."""
        return conversion.annotate(self)

    def convert(self, value: Any, *, text: bool = False) -> Any:
        """Return a value as this field's type.

        :param text: the value came as text, from a form or a query string.
        :raises msgspec.ValidationError: it is not one, or no database could hold it.
        """
        return conversion.convert(self, value, text=text)


class NamedRule(msgspec.Struct, frozen=True):
    """A condition that is written in code on the model, and named in filters.

    :param parameters: the values that it takes, checked like fields.
    :param open: callers may name it; otherwise scopes and the application's own code only.
    """

    name: str
    label: str
    parameters: tuple[Field, ...] = ()
    open: bool = False


class Written(msgspec.Struct, frozen=True):
    """The fields that are written with one verb, whoever writes.

    :param needed: those that must be named.
    :param relations: the descriptions of what those of them lead to that are relations.
    """

    names: frozenset[str]
    needed: frozenset[str]
    relations: Mapping[str, Description]


class Description(msgspec.Struct, frozen=True, kw_only=True, eq=False, dict=True):
    """What a kind of thing looks like.

    :param kind: its word: in permissions, addresses and events.
    :param key: the columns of its key, also those that a relation folds away from ``fields``.
    :param title: the path of what a picker shows.
    :param version: the field that every change moves, or empty.
    :param resolve: returns the description of another kind.
    """

    kind: str
    label: str
    plural: str
    key: tuple[Field, ...]
    fields: tuple[Field, ...]
    title: str
    version: str = ""
    rules: tuple[NamedRule, ...] = ()
    resolve: Callable[[str], Description]

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The fields by name."""
        return {field.name: field for field in self.fields}

    def written(self, verb: str) -> Written:
        """Return what is ever written with a verb: a create writes what an update leaves."""
        return self._created if verb == "create" else self._updated

    @cached_property
    def open(self) -> bool:
        """Whether each of its fields is shown to who may read them."""
        return all(field.readable for field in self.fields)

    @cached_property
    def neighbours(self) -> tuple[Description, ...]:
        """The descriptions of what its relations lead to, each once."""
        words = {field.relation for field in self.fields if field.relation}
        return tuple(self.resolve(word) for word in sorted(words - {self.kind}))

    def related(self, name: str) -> Description:
        """Return the description of what a relation leads to."""
        return self.resolve(self.by_name[name].relation)

    def trail(self, path: str) -> tuple[Field, ...]:
        """Return every field along a path, at most five; the empty path has none.

        :raises LookupError: there is no such path.
        """
        found = self._trails.get(path)
        if found is None:
            found = self._walk(path)
            if len(self._trails) < MOST_TRAILS:
                self._trails[path] = found
        return found

    def key_text(self, key: Key) -> str:
        """Return the one text of a key that goes into an address."""
        return key_text.write(self.key, key)

    def parse_key(self, text: str) -> Key:
        """Return the key of a text.

        :raises LookupError: it is no key's text.
        """
        return key_text.read(self.key, text)

    @cached_property
    def _created(self) -> Written:
        return self._find_written(creating=True)

    @cached_property
    def _updated(self) -> Written:
        return self._find_written(creating=False)

    def _find_written(self, *, creating: bool) -> Written:
        fixed = {field.name for field in self.fields if field.read_only}
        if not creating:
            fixed.update(field.name for field in self.fields if field.create_only)
        fields = [field for field in self.fields if field.name not in fixed]
        related = [field for field in fields if field.relation]
        return Written(
            names=frozenset(field.name for field in fields),
            needed=frozenset(field.name for field in fields if creating and field.required),
            relations={field.name: self.resolve(field.relation) for field in related},
        )

    @cached_property
    def _trails(self) -> dict[str, tuple[Field, ...]]:
        return {}

    def _walk(self, path: str) -> tuple[Field, ...]:
        if not path:
            return ()
        trail: list[Field] = []
        here = self
        for name in path.split(".", LONGEST_PATH):
            field = here.by_name.get(name) if not trail or leads_on(trail[-1]) else None
            if field is None or field.many or len(trail) == LONGEST_PATH:
                raise LookupError(f"{path!r} is no path of {self.kind!r}.")
            trail.append(field)
            if leads_on(field):
                here = here.related(name)
        return tuple(trail)


def leads_on(field: Field) -> bool:
    """Tell whether a path may go on behind a field."""
    return field.type == "relation" and not field.many and not field.far
