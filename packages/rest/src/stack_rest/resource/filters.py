"""The parameters that filter a list: which there are, and what they say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import msgspec

from stack_core.condition import ORDERED
from stack_core.conversion import convert_operand
from stack_core.description import Description, Field
from stack_core.filter import All, Filter, Is, Not, Some

from ..shape.member import find_members, read_member_text

Comparison = Literal[
    "eq", "ne", "lt", "le", "gt", "ge", "in", "not_in", "null", "contains", "starts"
]
SINGLE = ("fields", "sort", "search", "include", "limit", "offset", "cursor", "total", "format")
"""What a list is asked for besides its filters; a field of such a name is ``total[eq]``."""
LABELS: dict[str, str] = {
    "eq": "equals",
    "ne": "differs from",
    "lt": "is less than",
    "le": "is at most",
    "gt": "is more than",
    "ge": "is at least",
    "in": "is one of",
    "not_in": "is none of",
    "null": "is missing",
    "contains": "contains",
    "starts": "begins with",
}


class FilterParameter(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One parameter, such as ``price[ge]`` or ``books.title[contains]``.

    :param some: the to-many relation that it goes through, or empty.
    :param path: behind that relation, or of the row itself.
    :param field: at the end of the path.
    """

    name: str
    some: str
    path: str
    comparison: Comparison
    field: Field

    @property
    def whole(self) -> str:
        """The path from the row itself."""
        return ".".join(filter(None, (self.some, self.path)))

    @property
    def many(self) -> bool:
        """Whether it may be given several times."""
        return self.comparison in ("in", "not_in")

    @property
    def type(self) -> Any:
        """What msgspec describes: of one value, or of the list."""
        if self.comparison == "null":
            return bool
        if self.comparison in ("contains", "starts"):
            return str
        one = operand_type(self.field)
        return list[one] if self.many else one  # type: ignore[valid-type]

    def read(self, texts: Sequence[str]) -> Iterator[Filter]:
        """Yield what its texts say; a comparison that is given twice must hold twice.

        :raises ValidationError: a text stands for no member of an enumeration.
        """
        values = [self._read_one(text) for text in texts]
        if self.many:
            part: Filter = Is(self.path, "in", values)
            yield Not(part) if self.comparison == "not_in" else part
            return
        for value in values:
            if self.comparison == "ne":
                yield Not(Is(self.path, "eq", value))
            else:
                yield Is(self.path, self.comparison, value)  # type: ignore[arg-type]

    def _read_one(self, text: str) -> Any:
        """Return a value as a desk takes it: text that it reads, or a member."""
        if self.comparison == "null" or not self._members:
            return text
        return read_member_text(self.field.python, text)

    @property
    def _members(self) -> bool:
        return self.field.type == "enum" and bool(find_members(self.field.python))

    def find_fault(self, text: str) -> str:
        """Return what is wrong with a text, or nothing; asked where a list was refused."""
        if self.comparison == "null":
            return "" if text in ("true", "false") else "This is neither 'true' nor 'false'."
        if self.field.type == "relation" and self.field.python is str:
            return ""  # compared with the key itself, and not with its text in an address
        try:
            convert_operand(self.field, self._read_one(text), text=True)
        except msgspec.ValidationError as error:
            return str(error)
        return ""


def operand_type(field: Field) -> Any:
    """Return what a value is that is compared with a field: not held to its lengths or choices."""
    if field.type == "relation":
        return msgspec.structs.replace(field, nullable=False, many=False).annotation
    bare = msgspec.structs.replace(
        field, nullable=False, min_length=None, max_length=None, pattern=None
    )
    return bare.annotation


def find_parameters(description: Description, paths: Iterable[str]) -> Iterator[FilterParameter]:
    """Yield the parameters of paths; the first relation of one may be to-many.

    :raises LookupError: there is no such path.
    """
    for path in paths:
        some, inner, field = _find_end(description, path)
        for comparison in find_comparisons(field):
            plain = comparison == "eq" and path not in SINGLE
            name = path if plain else f"{path}[{comparison}]"
            yield FilterParameter(
                name=name, some=some, path=inner, comparison=comparison, field=field
            )


def find_comparisons(field: Field) -> Iterator[Comparison]:
    """Yield how a field is compared."""
    if field.type != "json":
        yield from ("eq", "ne", "in", "not_in")
    if field.type in ORDERED:
        yield from ("lt", "le", "gt", "ge")
    if field.type == "text":
        yield from ("contains", "starts")
    if field.nullable:
        yield "null"


def combine(found: Iterable[tuple[str, Filter]]) -> Filter:
    """Return the filter of parts; those through one to-many relation are about the same row."""
    own: list[Filter] = []
    behind: dict[str, list[Filter]] = {}
    for some, part in found:
        (behind.setdefault(some, []) if some else own).append(part)
    own += [Some(path, All(tuple(inner))) for path, inner in behind.items()]
    return All(tuple(own))


def _find_end(description: Description, path: str) -> tuple[str, str, Field]:
    first, _, rest = path.partition(".")
    field = description.by_name.get(first)
    if field is not None and field.many:
        if not rest:
            return first, "", _find_key(field)
        return first, rest, description.related(first).trail(rest)[-1]
    return "", path, description.trail(path)[-1]


def _find_key(relation: Field) -> Field:
    """Return the field of the key at the end of a to-many relation."""
    return msgspec.structs.replace(relation, many=False, nullable=False)
